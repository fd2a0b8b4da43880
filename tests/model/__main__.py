"""Searches the model with large bounds, prints what each search saw, and writes build/model.json. Usage:

python -m tests.model [--states STATES] [--depth DEPTH] [--runs RUNS] [NAME ...]

NAME is a scenario or the finding of a switch: then only these run. Without a name it also compares model and code about
random runs and about the worlds that the searches meet.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from tests.model.by_code import by_code
from tests.model.by_model import by_model, run_of
from tests.model.runs import run
from tests.model.search import Bounds, Result, explore, module_with, wander, worlds
from tests.model.switches import SCENARIOS, SWITCHES

if TYPE_CHECKING:
    from collections.abc import Iterator

BUILD = Path("build")
WALKS = ("everybody", "anybody")  # worlds too large to search: random walks instead


def main() -> int:
    """Return 0 if every rule held and every switch reproduced its attack."""
    asked = _arguments()
    rows, wrong = [], 0
    for name, draft, result, verdict in _searches(Bounds(asked.depth, asked.states), set(asked.names)):
        seen = f"{result.states} worlds{'' if result.complete else ' (cut)'}, {result.seconds:.1f} s"
        print(f"{verdict:>6}  {name}{f' ({draft})' if draft else ''}: {seen}", flush=True)
        if asked.names or verdict == "WRONG":
            print(
                "".join(
                    f"        {step}\n"
                    for step in (*result.trace, *([f"broken: {result.broken}"] if result.broken else []))
                ),
                end="",
            )
        wrong += verdict == "WRONG"
        seen_of = asdict(result) | {"reached": sorted(result.reached)}
        rows.append({"name": name, "draft": draft, "verdict": verdict} | seen_of)
    if not asked.names:
        for name, count, apart in (
            ("random runs", *_random_runs(asked.runs)),
            ("worlds", *_met_worlds(asked.states // 10)),
        ):
            print(f"{'WRONG' if apart else 'agree':>6}  model and code about {count} {name} {apart or ''}", flush=True)
            wrong += bool(apart)
            rows.append({"name": f"agreement about {name}", "states": count, "verdict": "WRONG" if apart else "agree"})
    BUILD.mkdir(exist_ok=True)
    (BUILD / "model.json").write_text(json.dumps(rows, indent=1) + "\n")
    worlds = sum(row["states"] for row in rows)
    print(f"{worlds} worlds in {len(rows)} searches, {wrong} wrong. Written to {BUILD / 'model.json'}.")
    return 1 if wrong else 0


def _searches(bounds: Bounds, names: set[str]) -> Iterator[tuple[str, str, Result, str]]:
    for scenario in SCENARIOS.values():
        if not names or scenario.name in names:
            result = explore(module_with(scenario.module), f"larger({scenario.name}-world)", bounds)
            # The small search shows that the goals can be reached; a large one may be cut off before them.
            reaches = not result.complete or set(scenario.goals) - {"all said"} <= result.reached
            holds = result.broken is None and reaches
            yield scenario.name, "", result, "holds" if holds else "WRONG"
    for world in WALKS if not names else ():
        for number in range(bounds.states // 2500):
            result, _ = wander(module_with("WORLDS"), f"{world}-world", f"{world} {number}")
            yield f"{world}, walk {number}", "", result, "holds" if result.broken is None else "WRONG"
    for switch in SWITCHES:
        if not names or switch.finding in names:
            scenario = SCENARIOS[switch.scenario]
            world = f"{scenario.name}-world"
            far = Bounds(bounds.depth, max(bounds.states, scenario.attack_bounds.states))
            result = explore(module_with(scenario.module, switch.on), world, far, stop_at=switch.breaks)
            lost = result.complete and bool(switch.loses) and switch.loses not in result.reached
            found = result.broken is not None and result.broken[0] == switch.breaks and bool(result.trace)
            yield switch.finding, switch.draft, result, "found" if found or lost else "WRONG"


def _random_runs(count: int) -> tuple[int, list[str]]:
    """Compare model and code on this many random runs; return the seeds for which they differ."""
    seeds = [f"soak {number}" for number in range(count)]
    drawn = ((seed, run(Random(seed), 5 + number % 12)) for number, seed in enumerate(seeds))
    return count, [seed for seed, one in drawn if by_model(one) != by_code(one)][:20]


def _met_worlds(states: int) -> tuple[int, list[str]]:
    """Compare model and code on the worlds nearest to each first world of a case."""
    count, apart = 0, []
    for name, scenario in SCENARIOS.items():
        if scenario.module == "WORLDS":
            met = {run_of(world) for world in worlds(module_with("WORLDS"), f"{name}-world", states)}
            differ = [one for one in met if one is not None and by_model(one) != by_code(one)]
            count += len(met)
            apart += [f"{name}: {one}" for one in differ[:2]]
    for world in WALKS:
        for number in range(states // 100):
            _, last = wander(module_with("WORLDS"), f"{world}-world", f"{world} last {number}")
            one, count = run_of(last), count + 1
            if one is not None and by_model(one) != by_code(one):
                apart.append(f"{world} last {number}")
    return count, apart


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.model", description="Search the model with large bounds.")
    parser.add_argument("--states", type=int, default=25_000, help="worlds a search")
    parser.add_argument("--depth", type=int, default=40, help="steps from the first world")
    parser.add_argument("--runs", type=int, default=10_000, help="random runs about which model and code are compared")
    parser.add_argument("names", nargs="*", metavar="NAME", help="a scenario, or the finding of a switch")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
