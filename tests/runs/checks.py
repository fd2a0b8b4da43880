"""What must hold in a run: after each step, and when everybody has read all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.cases.destruction import Ended
from tests.runs.world import LEFT_OUT, NAMES

KEPT_DAYS = 28  # from the Monday of a weekly key: on any of them somebody can post what was sealed to it

if TYPE_CHECKING:
    from keys.cases.case import Case
    from tests.runs.world import World


def check_step(world: World) -> None:
    """Check what holds at every moment of an honest run."""
    for name in NAMES:
        session = world.sessions[name]
        found = [notice for notice in session.notices() if notice.is_alarm]
        assert not found, (name, found)
        case = None if session.is_restored else session.load(world.case_id)
        assert case is None or not case.alarms, (name, case.alarms)
    check_left_out(world)


def check_left_out(world: World) -> None:
    """Who was never let in has nothing of the case: no message, no word, no count."""
    session = world.sessions[LEFT_OUT]
    if LEFT_OUT not in world.agreed:
        assert session.vault.messages.of_case(world.case_id) == []
        assert world.case_id not in session.vault.versions.all()


def check_settled(world: World) -> None:
    """Check that all who read have one case, and that nothing of it waits or is missing.

    What a restored server has lost counts for who had read it, and what nobody had read is lost: the rest is equal.
    """
    check_step(world)
    cases = {name: case for name in NAMES if (case := world.case_of(name)) is not None}
    lost = {name for name in NAMES if world.holds_lost(name)}
    assert world.was_restored or not lost, lost
    missing = {name: case.missing for name, case in cases.items() if case.missing}
    assert world.was_restored or not missing, missing
    shown = {name: _in_log(case) if lost or missing else _shown(case) for name, case in cases.items()}
    for name, mine in shown.items():
        for other, theirs in shown.items():
            assert mine == theirs, (name, other)
    readers = {person for case in cases.values() for person in case.readers}
    for name, person in world.persons.items():
        # What a restored server has lost is not given back once its weeks have passed: a report that somebody has not
        # read, or their own `stepped-back` that nobody else has.
        if person in readers and name not in cases:
            assert world.was_restored, name
            assert name in lost or not world.has_report(name), name


def check_cheated(world: World) -> None:
    """Check that lies accuse nobody honest, open nothing to who is left out, and destroy nothing before its day."""
    check_left_out(world)
    for name in NAMES:
        session = world.sessions[name]
        case = None if session.is_restored else session.load(world.case_id)
        assert case is None or not case.alarms, (name, case.alarms)
        today = world.office.today
        for gone in session.vault.destroyed.all():
            # Of who stepped back the keys go by the own clock; else there was a last day, and it has passed.
            if gone.ended is Ended.LAST_DAY:
                assert gone.line is not None
                assert gone.line.until is not None, name
                assert gone.line.until < today, name
        kept = {own.bundle.start for own in session.vault.bundles.all() if not own.bundle.last}
        needed = {start for start in world.made.setdefault(name, set()) if start + KEPT_DAYS > today}
        assert needed <= kept, (name, needed - kept)
        world.made[name] |= kept


def check_settled_after_lies(world: World) -> None:
    """Check that what the server did is mended once it is honest, or that each vault says what is wrong."""
    check_cheated(world)
    cases = {name: case for name in NAMES if (case := world.case_of(name)) is not None}
    quiet = [name for name in cases if not world.sessions[name].notices() and not cases[name].missing]
    for name in quiet:
        for other in quiet:
            assert _in_log(cases[name]) == _in_log(cases[other]), (name, other)


def _in_log(case: Case) -> object:
    return [(one.id, one.person) for one in case.messages if one.placed.place.after == 0]


def _shown(case: Case) -> object:
    return (
        [(one.id, one.standing, one.person, one.readers) for one in case.messages],
        case.readers,
        case.left_out,
        case.waiting,
        case.closed_by,
        case.approved,
        case.last_day,
        case.is_exercise,
    )
