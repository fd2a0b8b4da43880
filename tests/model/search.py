"""Bounded search over the model, with draft rules on or off; a counterexample is printed as a readable trace."""

from __future__ import annotations

import re
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import maude  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
FINDING = re.compile(r'(broken|reached)\((?:(\d+), )?"([^"]*)"\)')


@dataclass(frozen=True)
class Bounds:
    """The bounds of a search: steps from the first world, and worlds in total."""

    depth: int
    states: int


@dataclass
class Result:
    """The result of a search. `complete`: no world within `depth` was left out because of the bound on their number."""

    states: int
    seconds: float
    complete: bool
    reached: set[str] = field(default_factory=set)
    broken: tuple[int, str] | None = None
    trace: list[str] = field(default_factory=list)


@cache
def _load() -> None:
    maude.init(advise=False)
    for name in (HERE / "order.txt").read_text().split():
        if not maude.load(str(HERE / name)):
            raise RuntimeError(f"Maude does not load {name}")


@cache
def module_with(module: str, switches: tuple[str, ...] = (), *, functional: bool = False) -> maude.Module:
    """Return the module with these draft rules switched on, and all others off."""
    _load()
    name = "-".join(("RUN", module, *switches))
    on = " ".join(f"eq draft({switch}) = true ." for switch in switches)
    begin, end = ("fmod", "endfm") if functional else ("mod", "endm")
    maude.input(f"{begin} {name} is including {module} . {on} eq draft(S:Switch) = false [owise] . {end}")
    found = maude.getModule(name)
    if found is None:
        raise RuntimeError(f"Maude does not accept {module} with {switches}")
    return found


def worlds(module: maude.Module, first: str, states: int) -> Iterator[maude.Term]:
    """Yield this many worlds, those nearest to the first one first."""
    graph = maude.RewriteGraph(_first(module, first))
    known, queue = {0}, deque([0])
    while queue and states:
        states -= 1
        number = queue.popleft()
        yield graph.getStateTerm(number)
        fresh = [successor for successor in _successors(graph, number) if successor not in known]
        known.update(fresh)
        queue.extend(fresh)


def wander(module: maude.Module, first: str, seed: str) -> tuple[Result, maude.Term]:
    """Walk at random until no step is left, deeper than a search gets; return the last world as well."""
    began = time.perf_counter()
    graph, number, known = maude.RewriteGraph(_first(module, first)), 0, {0}
    findings, ended = (_symbol(module, name, graph.getStateTerm(0).getSort().kind()) for name in ("findings", "ended"))
    result, random = Result(states=0, seconds=0, complete=False), Random(seed)
    while result.broken is None:
        result.states += 1
        fresh = [successor for successor in _successors(graph, number) if successor not in known]
        broken = _judge(findings(graph.getStateTerm(number)), result.reached)
        broken += [] if fresh else _judge(ended(graph.getStateTerm(number)), result.reached)
        if broken:
            result.broken, result.trace = broken[0], _trace(graph, number)
        if not fresh:
            break
        number = random.choice(fresh)
        known.add(number)
    result.seconds = time.perf_counter() - began
    return result, graph.getStateTerm(number)


def _first(module: maude.Module, first: str) -> maude.Term:
    start = module.parseTerm(first)
    if start is None:
        raise ValueError(f"no term: {first}")
    start.reduce()
    if str(start.symbol()) not in ("{_}", "`{_`}"):
        raise ValueError(f"no world: {first}")
    return start


def explore(module: maude.Module, first: str, bounds: Bounds, *, stop_at: int | None = None) -> Result:
    """Visit every world within the bounds, breadth first.

    Args:
        module: one of `module_with`.
        first: the first world, as a term.
        bounds: where to stop.
        stop_at: the property whose breach ends the search; None: any breach ends it.
    """
    began = time.perf_counter()
    start = _first(module, first)
    world = start.getSort().kind()
    findings, ended = (_symbol(module, name, world) for name in ("findings", "ended"))
    graph = maude.RewriteGraph(start)
    result = Result(states=0, seconds=0, complete=True)
    depth_of = {0: 0}
    queue = deque([0])
    while queue:
        number = queue.popleft()
        result.states += 1
        broken = _judge(findings(graph.getStateTerm(number)), result.reached)
        if graph.getNextState(number, 0) == -1:
            broken += _judge(ended(graph.getStateTerm(number)), result.reached)
        breach = next((b for b in broken if stop_at in (None, b[0])), None)
        if breach is not None:
            result.broken = breach
            result.trace = _trace(graph, number)
            break
        if depth_of[number] >= bounds.depth:
            continue
        for successor in _successors(graph, number):
            if successor in depth_of:
                continue
            if len(depth_of) >= bounds.states:
                result.complete = False
                break
            depth_of[successor] = depth_of[number] + 1
            queue.append(successor)
    result.seconds = time.perf_counter() - began
    return result


def _symbol(module: maude.Module, name: str, domain: maude.Kind) -> maude.Symbol:
    return next(s for s in module.getSymbols() if str(s) == name and s.arity() == 1 and s.domainKind(0) == domain)


def _successors(graph: maude.RewriteGraph, number: int) -> Iterator[int]:
    index = 0
    while (successor := graph.getNextState(number, index)) != -1:
        yield successor
        index += 1


def _judge(findings: maude.Term, reached: set[str]) -> list[tuple[int, str]]:
    findings.reduce()
    text = str(findings)
    broken = []
    for kind, number, words in FINDING.findall(text):
        if kind == "reached":
            reached.add(words)
        else:
            broken.append((int(number), words))
    if "findings(" in text or "ended(" in text:
        raise RuntimeError(f"the properties do not reduce: {text[:400]}")
    return sorted(broken)


def _trace(graph: maude.RewriteGraph, number: int) -> list[str]:
    steps: list[str] = []
    while number != 0:
        parent = graph.getStateParent(number)
        label = graph.getRule(parent, number).getLabel()
        steps.append(f"{label}: {_difference(graph.getStateTerm(parent), graph.getStateTerm(number))}")
        number = parent
    return steps[::-1]


def _difference(before: maude.Term, after: maude.Term) -> str:
    """Return what a step removed and added, part by part; for logs, only the new entries."""
    old, new = Counter(_parts(before)), Counter(_parts(after))
    gone, come = list((old - new).elements()), list((new - old).elements())
    return "; ".join([*(f"- {part}" for part in gone), *(f"+ {part}" for part in come)])


def _parts(world: maude.Term) -> list[str]:
    (soup,) = world.arguments()
    return [part for term in _flat(soup, "__") for part in _entries(term)]


def _entries(term: maude.Term) -> list[str]:
    """Return a log as one part per entry, so that a trace shows only the new one."""
    if str(term.symbol()) != "log":
        return [words(term)]
    return [f"entry {words(entry)}" for entry in _flat(next(iter(term.arguments())), "_._")]


def _flat(term: maude.Term, symbol: str) -> list[maude.Term]:
    if str(term.symbol()) != symbol:
        return [term]
    return [part for argument in term.arguments() for part in _flat(argument, symbol)]


def words(term: maude.Term) -> str:
    """Return a term in readable form: A.2 is the second message of A, A'.1 the first one by A's second key."""
    symbol, arguments = str(term.symbol()), list(term.arguments())
    if symbol == "id":
        return f"{words(arguments[0])}.{arguments[1]}"
    if symbol == "key" and len(arguments) == 2:
        return f"{arguments[0]}{chr(39) * (int(str(arguments[1])) - 1)}"
    if symbol == "s_":
        return str(term)
    if symbol == "rep":
        return "R"
    if symbol == "at":
        return f"{arguments[0]} on day {arguments[1]}: {words(arguments[2])}"
    if symbol == "msg":
        ident, _, day, roster, seen, to, _, body = (words(argument) for argument in arguments)
        return f"{ident} {body} (sealed on {day} by roster {roster}, seen {seen}, to {to})"
    if symbol in ("_;_", "_&_", "_._", "__", "_`,_", "_,_", "_+_"):
        return " ".join(words(argument) for argument in arguments)
    return f"{symbol}({', '.join(words(argument) for argument in arguments)})" if arguments else str(term)
