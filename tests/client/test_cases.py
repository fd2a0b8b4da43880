"""The page and the tool make the same case of the same thread, whatever came of it and in whatever order."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from keys.cases.authors import Standing
from keys.cases.case import Case
from keys.cases.rosters import Rosters
from keys.wire.canonical import encode
from keys.wire.messages import KINDS, MAX_SEEN, Agreed, Answer, Consent, Rating, Report
from keys.wire.messages.fields import REPORTER
from tests.cases.computing import asked_of, computed
from tests.cases.threads import THREAD_KINDS, Thread, thread_of

if TYPE_CHECKING:
    from keys.cases.thread import JudgedMessage
    from tests.client.twin import Twin

THREADS = 50  # for each seed
RARE = 5
SEEDS = [*range(8), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(8, 40))]


def threads(seed: int) -> list[Thread]:
    rng = random.Random(seed)
    return [thread_of(rng) for _ in range(THREADS)]


def asked(thread: Thread) -> dict[str, Any]:
    return asked_of(thread.held, thread.rosters, thread.day, thread.author, thread.screen, thread.given)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_thread_is_the_same_case_in_both_languages(twin: Twin, seed: int) -> None:
    for thread in threads(seed):
        question = asked(thread)
        assert twin.read("case", encode(question)) == computed(question)


def test_the_threads_have_every_kind_by_every_author_with_every_verdict() -> None:
    verdicts: set[tuple[str, str, Standing]] = set()
    wanted: set[tuple[str, str, Standing]] = set()
    for thread in found():
        for message in thread.messages[1:]:
            by = "reporter" if message.by_reporter else "recipient" if message.person else "stranger"
            verdicts.add((message.placed.head.kind, by, message.standing))
    for kind in {*THREAD_KINDS, "plan"} - {"report"}:
        authors = KINDS[kind].AUTHORS if kind in KINDS else (REPORTER, "recipient")
        own = [Standing.COUNTS] if REPORTER in authors else [Standing.FORBIDDEN]
        wanted |= {(kind, "reporter", standing) for standing in own}
        wanted |= {(kind, "recipient", standing) for standing in (Standing if "recipient" in authors else own[:0])}
        wanted |= {(kind, who, Standing.FORBIDDEN) for who in ("recipient", "stranger")}
    assert wanted - verdicts == set()
    assert ("consent", "reporter", Standing.FORBIDDEN) in verdicts  # in a report that a recipient wrote down


def found() -> list[Case]:
    """Return the cases that the threads of the quick seeds make."""
    cases = [Case.of(one.held, Rosters(one.rosters), one.day) for seed in range(8) for one in threads(seed)]
    return [case for case in cases if case is not None]


def test_the_threads_have_what_makes_a_case_difficult() -> None:
    counted: Counter[str] = Counter()
    for seed in range(8):
        for thread in threads(seed):
            rosters = Rosters(thread.rosters)
            case = Case.of(thread.held, rosters, thread.day)
            if case is None:
                counted["no report"] += 1
                continue
            counted.update(_marks_of_thread(thread, case))
            counted.update(mark for message in case.messages for mark in _marks(message, rosters))
    assert {mark: count for mark, count in counted.items() if count < RARE} == {}
    assert set(counted) == MARKS


MARKS = {
    *("no report", "long", "a roster is missing", "entered", "repeated", "something is missing", "two windows"),
    *("left out", "let in after a denial", "closed", "waits", "nobody reads", "agreed", "left-out-named", "forbidden"),
    *("not posted", "past is missing", "reading ends", "revoked before", "off the roster", "outside of the own days"),
    *("replaced key", "asks"),
}


def _marks_of_thread(thread: Thread, case: Case) -> set[str]:
    body = case.report.body
    assert isinstance(body, Report)
    ids = [one.id for one in thread.held]
    own = [number for number, message in enumerate(case.messages) if message.by_reporter]
    denied = {
        who
        for message in case.messages
        if message.counts and isinstance(message.body, Consent) and message.body.answer != "yes"
        for who in message.body.people
    }
    result = computed(asked(thread))
    assert result is not None
    marks = {
        "long": len(result["seen"]) == MAX_SEEN,
        "a roster is missing": len(thread.rosters) < thread.rosters[-1].version,
        "entered": body.entered is not None,
        "repeated": len(ids) > len({*ids}),
        "something is missing": bool(case.missing),
        "two windows": any(
            not case.messages[later].past >> first & 1 for later in own for first in own if 0 < first < later
        ),
        "left out": bool(case.left_out),
        "let in after a denial": bool(denied & case.readers - {*case.report.placed.head.to}),
        "closed": case.is_closed,
        "waits": bool(case.waiting),
        "nobody reads": not case.readers,
        "agreed": bool(result["agreed"]),
        **{kind: any(alarm.kind.value == kind for alarm in case.alarms) for kind in ("left-out-named", "forbidden")},
    }
    return {mark for mark, is_there in marks.items() if is_there}


def _marks(message: JudgedMessage, rosters: Rosters) -> set[str]:
    placed, person = message.placed, message.person
    author, day = placed.head.author, placed.day
    listed = rosters.persons_on(day) or frozenset()
    on_list = {entry.person for entry in (rosters.in_force(day).recipients if rosters.in_force(day) else ())}  # type: ignore[union-attr]
    marks = {
        "not posted": not placed.place.is_posted,
        "past is missing": not message.is_complete,
        "reading ends": bool(message.ended),
        "revoked before": rosters.is_revoked(author, day),
        "off the roster": person is not None and rosters.is_known(day) and person not in on_list,
        "outside of the own days": person in on_list and person not in listed,
        "replaced key": person in listed and not rosters.lists(author, day, placed.head.day),
        "asks": message.by_reporter and isinstance(message.body, Answer | Agreed | Rating) and message.counts,
    }
    return {mark for mark, is_there in marks.items() if is_there}
