"""The invariants of a run: after each step, and once everybody has read everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.cases.destruction import Ended
from tests.runs.world import LEFT_OUT, NAMES

KEPT_DAYS = 28  # from the Monday of a weekly key: in this time, somebody can post what was sealed to it

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keys.cases.case import Case
    from keys.cases.missing import Missing
    from keys.wire.ids import MessageId
    from tests.runs.world import World


def check_step(world: World) -> None:
    """Check what must hold after each step of an honest run."""
    for name in world.changed():
        session = world.sessions[name]
        found = [notice for notice in session.notices() if notice.is_alarm]
        assert not found, (name, found)
        case = None if session.is_restored else session.load(world.case_id)
        assert case is None or not case.alarms, (name, case.alarms)
    check_left_out(world)


def check_left_out(world: World) -> None:
    """Check that a person who was never let in has nothing of the case: no message and no version."""
    session = world.sessions[LEFT_OUT]
    if LEFT_OUT not in world.agreed:
        assert session.vault.messages.of_case(world.case_id) == []
        assert world.case_id not in session.vault.versions.all()


def check_settled(world: World) -> None:
    """Check that all readers have the same case, and that no message waits or is missing.

    After a restore of the server, its lost messages count for those who had read them, and those that nobody had read
    are gone: everything else is equal for all who have each other as readers. A person whom only a lost message let in
    is a reader only to those who had read it.
    """
    world.as_checked.clear()  # so that all are checked
    check_step(world)
    cases = {name: case for name in NAMES if (case := world.case_of(name)) is not None}
    lost = {name for name in NAMES if world.holds_lost(name)}
    assert world.was_restored or not lost, lost
    missing = {name: case.missing for name, case in cases.items() if case.missing}
    assert world.was_restored or not _given_by_somebody(world, missing), missing
    shown = {name: _in_log(case) if lost or missing else _shown(case) for name, case in cases.items()}
    for name, mine in shown.items():
        for other, theirs in shown.items():
            agree = _agree(world, cases, name, other)
            assert mine == theirs or (world.was_restored and not agree), (name, other)
    readers = {person for name, case in cases.items() if name not in lost for person in case.readers}
    for name, person in world.persons.items():
        # A message that a restored server has lost is not shared again once its weeks have passed: a report that
        # somebody has not read, or a message that ended their reading and that only some of the others had read.
        if person in readers and name not in cases:
            assert world.was_restored, name
            is_known = any(person not in case.readers for case in cases.values())
            destroyed = world.sessions[name].vault.destroyed.find(world.case_id)
            has_ended = destroyed is not None and destroyed.ended is Ended.READING
            assert name in lost or is_known or has_ended or not world.has_report(name), name


def check_cheated(world: World) -> None:
    """Check that lies accuse no honest person, give a left-out person nothing, and destroy nothing before its day."""
    check_left_out(world)
    today = world.office.today
    for name in world.changed():
        session = world.sessions[name]
        case = None if session.is_restored else session.load(world.case_id)
        assert case is None or not case.alarms, (name, case.alarms)
        for gone in session.vault.destroyed.all():
            # After stepping back, keys are deleted by the vault's own clock; otherwise there was a last day, and it has
            # passed.
            if gone.ended is Ended.LAST_DAY:
                assert gone.line is not None
                assert gone.line.until is not None, name
                assert gone.line.until < today, name
        kept = {own.bundle.start for own in session.vault.bundles.all() if not own.bundle.last}
        needed = {start for start in world.made.setdefault(name, set()) if start + KEPT_DAYS > today}
        assert needed <= kept, (name, needed - kept)
        world.made[name] |= kept


def check_settled_after_lies(world: World) -> None:
    """Check that once the server is honest, its lies are repaired, or that each vault reports what is wrong.

    Whoever has accepted a log that has lost what let them in, and whose weeks have passed, has been told; to the others
    they are no reader.
    """
    world.as_checked.clear()  # so that all are checked
    check_cheated(world)
    cases = {name: case for name in NAMES if (case := world.case_of(name)) is not None}
    quiet = [name for name in cases if not world.sessions[name].notices() and not cases[name].missing]
    lost = {name for name in quiet if world.holds_lost(name)}
    for name in quiet:
        for other in quiet:
            agree = _agree(world, cases, name, other)
            assert _in_log(cases[name]) == _in_log(cases[other]) or (not agree and lost & {name, other}), (name, other)


def _agree(world: World, cases: Mapping[str, Case], name: str, other: str) -> bool:
    """Say whether two people have each other as readers."""
    both = {world.sessions[name].person, world.sessions[other].person}
    return both <= cases[name].readers & cases[other].readers


def _given_by_somebody(world: World, missing: dict[str, tuple[Missing, ...]]) -> set[MessageId]:
    """Return what is missing though somebody has it: what only a lost vault could open is lost with it."""
    held = {one.message.id for each in world.sessions.values() for one in each.vault.messages.of_case(world.case_id)}
    named = {one.id for each in missing.values() for one in each}
    return named & held if world.was_rekeyed else named


def _in_log(case: Case) -> object:
    # Without order: it depends on the pasts, and one of the two has messages that the log has lost.
    return {(one.id, one.person) for one in case.messages if one.placed.place.after == 0}


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
