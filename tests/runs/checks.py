"""What must hold in a run: after each step, and when everybody has read all (DESIGN 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.runs.world import LEFT_OUT, NAMES

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
    listed = set(world.persons.values())
    shown = {name: _in_log(case) if world.was_restored else _shown(case) for name, case in cases.items()}
    for name, case in shown.items():
        for other, others in shown.items():
            assert case == others, (name, other)
    for name, found in cases.items():
        assert world.was_restored or not found.missing, (name, found.missing)
        assert {world.persons.get(one) for one in cases} >= found.readers & listed, name


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
