"""Random small runs: rosters, and messages by honest people and others that name some of the earlier ones."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

DAY = 20_000
PEOPLE = "ABMXNF"
REPORTER = "R"
MADE_UP = 900  # ids from here on belong to no message

REPORTERS = ("ask", "identity", "word", "consent", "consent")
RECIPIENTS = (
    *("reply", "reply", "opened", "note", "request", "joined", "joined", "stepped-back", "closed", "closed", "closed"),
    *("reopened", "reopened", "purge", "demand", "retention", "retention", "hold", "approval", "approval", "approval"),
    "objection",
)


@dataclass(frozen=True)
class Seats:
    """One roster: its first day, the people with the numbers of their keys, and revoked keys with the day."""

    version: int
    start: int
    keys: Mapping[str, int] = field(hash=False)
    revoked: tuple[tuple[str, int, int], ...]  # person, number of the key, day
    months: tuple[int, int, int]


@dataclass(frozen=True)
class Said:
    """One message of a run; ids are numbers, places are positions in the log."""

    number: int
    author: str  # a person, or the reporter
    key: int
    sealed: int
    roster: int
    seen: frozenset[int]
    to: frozenset[str]
    missing: frozenset[str]
    kind: str
    people: frozenset[str] = frozenset()
    about: int = 0  # an id, a number of months, or a day, depending on the kind
    after: frozenset[int] = frozenset()
    answer: str = ""
    is_entered: bool = False
    day: int = 0  # the entry's


@dataclass(frozen=True)
class Run:
    """Rosters, and the messages in the log, the first one at the lowest place."""

    rosters: tuple[Seats, ...]
    log: tuple[Said, ...]
    today: int


def run(random: Random, most: int = 9) -> Run:
    """Draw one run. Most messages are as an honest tool writes them, so that the others have cases to attack."""
    rosters = _rosters(random)
    report = _report(random, rosters)
    log, day = [report], report.day
    for number in range(2, random.randint(3, most) + 1):
        day += random.choice((0, 0, 1, 1, 2, 5, 8, 31, 62, 200, 400))
        log.append(_message(random, rosters, log, number, day))
    _exchange(random, log)
    kept = [said for said in log if said.number == 1 or random.random() > 0.06]
    return Run(rosters, tuple(kept), day + random.choice((0, 3, 40)))


def next_word(random: Random, drawn: Run) -> Said:
    """Draw the next message of the reporter or of somebody on today's roster."""
    in_force = [seats for seats in drawn.rosters if seats.start <= drawn.today][-1]
    who = random.choice((REPORTER, *in_force.keys))
    kind = random.choice(REPORTERS if who == REPORTER else RECIPIENTS)
    if kind == "consent" and any(said.is_entered for said in drawn.log):
        kind = "ask"  # here a consent is forbidden, and no page offers it
    said = _message(random, drawn.rosters, list(drawn.log), 30, drawn.today)
    key = 1 if who == REPORTER else in_force.keys[who]
    about = _about(random, list(drawn.log), kind, drawn.today)
    return replace(said, author=who, key=key, kind=kind, about=about, roster=in_force.version, seen=frozenset())


def _rosters(random: Random) -> tuple[Seats, ...]:
    keys = dict.fromkeys("ABMX" + random.choice(("", "N", "F", "NF")), 1)
    months = random.choice(((2, 12, 24), (1, 2, 3), (2, 3, 12)))
    rosters = [Seats(1, 0, dict(keys), (), months)]
    revoked: tuple[tuple[str, int, int], ...] = ()
    start = DAY
    for version in range(2, random.randint(1, 3) + 1):
        start += random.choice((1, 2, 9, 70, 300))
        who = random.choice(PEOPLE)
        if who not in keys:
            keys[who] = 1
        elif random.random() < 0.5:
            if random.random() < 0.6:
                revoked = (*revoked, (who, keys[who], start - random.randint(0, 3)))
            keys[who] += 1
        elif len(keys) > 2:
            del keys[who]
        rosters.append(Seats(version, start, dict(keys), revoked, random.choice((months, (2, 6, 24)))))
    return tuple(rosters)


def _report(random: Random, rosters: tuple[Seats, ...]) -> Said:
    people = sorted(rosters[0].keys)
    to = set(random.sample(people, random.randint(1, len(people))))
    missing = {who for who in to if len(to) > 1 and random.random() < 0.15}
    without = frozenset(who for who in people if who not in to)
    day = DAY + random.choice((0, 0, 1))
    return Said(
        1, REPORTER, 1, DAY, 1, frozenset(), frozenset(to - missing), frozenset(missing), "report", without,
        is_entered=random.random() < 0.06, day=day,
    )  # fmt: skip


def _message(random: Random, rosters: tuple[Seats, ...], log: list[Said], number: int, day: int) -> Said:
    author = random.choice((REPORTER, *PEOPLE[:3], *PEOPLE))
    in_force = [seats for seats in rosters if seats.start <= day][-1]
    key = 1 if author == REPORTER else in_force.keys.get(author, 1)
    if random.random() < 0.08:
        key = random.randint(1, 2)
    kind = random.choice(REPORTERS if author == REPORTER else RECIPIENTS)
    if random.random() < 0.02:
        kind = random.choice((*REPORTERS, *RECIPIENTS))
    return Said(
        number,
        author,
        1 if author == REPORTER else key,
        day - random.choice((0, 0, 0, 1, 3)),
        in_force.version if random.random() < 0.85 else random.choice((1, 2, 3, 9)),
        _seen(random, log, kind, number),
        frozenset(who for who in PEOPLE if who in log[0].to or random.random() < 0.1),
        frozenset(),
        kind,
        frozenset(random.sample(PEOPLE, random.choice((1, 1, 2)))),
        _about(random, log, kind, day),
        frozenset(
            said.number for said in log if said.kind == "consent" and said.answer != "yes" and random.random() < 0.8
        ),
        random.choice(("yes", "yes", "no", "withdrawn")),
        day=day,
    )


def _seen(random: Random, log: list[Said], kind: str, number: int) -> frozenset[int]:
    in_thread = kind in THREAD and random.random() < 0.9
    known = [said.number for said in log if not in_thread or said.kind in THREAD]
    mode = random.random()
    if mode < 0.2:
        known = [one for one in known if random.random() < 0.6]
    elif mode < 0.28:
        known = []
    if mode > 0.94:
        known.append(MADE_UP + random.randint(0, 1))
    if 0.9 < mode < 0.94 and number > 2:
        known.append(number + random.choice((1, 1, 2, 4)))  # its author has signed that message, and posts it later
    return frozenset(known)


def _about(random: Random, log: list[Said], kind: str, day: int) -> int:
    if kind == "retention":
        return random.choice((1, 2, 3, 9, 18, 40))
    if kind == "hold":
        return day + random.choice((5, 20, 29, 45, 200))
    wanted = {"approval": APPROVABLE, "objection": ("purge",)}.get(kind, ())
    fitting = [said.number for said in log if said.kind in wanted]
    return random.choice(fitting) if fitting and random.random() < 0.9 else random.choice(log).number


def _exchange(random: Random, log: list[Said]) -> None:
    """Swap a few places, as a server can; days stay in order. A message then can name one that is now later."""
    named_later = {one: said.number for said in reversed(log) for one in said.seen if said.number < one < MADE_UP}
    # A message that is named before it is posted was signed before that: it names nothing that arrived in between.
    log[:] = [_before(said, named_later.get(said.number, said.number)) for said in log]
    for _ in range(random.choice((0, 0, 0, 1, 2))):
        at = random.randrange(len(log) - 1)
        days = log[at].day, log[at + 1].day
        log[at], log[at + 1] = _on(log[at + 1], days[0]), _on(log[at], days[1])


def _before(said: Said, number: int) -> Said:
    if number == said.number:
        return said
    return replace(said, seen=frozenset(one for one in said.seen if one < number or one >= MADE_UP))


def _on(said: Said, day: int) -> Said:
    return replace(said, day=day)


THREAD = (
    "report",
    "ask",
    "identity",
    "word",
    "consent",
    "reply",
    "opened",
    "request",
    "joined",
    "stepped-back",
    "closed",
)
APPROVABLE = ("purge", "reopened", "demand", "retention", "hold")
