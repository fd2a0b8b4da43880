"""The register, SPEC.md 5.6: what follows from the messages is the same for all, and no published number is small."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keys.cases import (
    approve,
    ask_purge,
    closing_of,
    correction,
    lines_of,
    overview,
    reopen,
    summarise,
)
from keys.cases.overview import LEAST, tabled
from keys.cases.summary import LOCKED
from keys.errors import AloneError, NotClosedError, NothingAskedError, ReasonError, RecordError, RunningYearError
from keys.policy import day_number
from keys.wire import kinds
from tests.keys.office import POLICY, Office

if TYPE_CHECKING:
    from keys.cases import Case, Line, Summary
    from keys.sync import Desk

SECRETARIS, FIRST, SECOND = "Secretaris", "Bestuurslid 1", "Bestuurslid 2"
DEMAND = kinds.Filled("vordering", {"grondslag": "Een wet.", "instantie": "Een rechter."})


def the_case(desk: Desk) -> Case:
    desk.sync()
    [(case, _)] = desk.cases()
    return case


def lines(office: Office, who: str) -> tuple[Line, ...]:
    [(case, _)] = office.read(who)
    return lines_of(case)


def test_a_correction_is_a_new_line_and_the_old_one_stays(office: Office) -> None:
    office.report()
    with office.desk(SECRETARIS) as desk:
        desk.note(the_case(desk), correction("received", "2026-02-27", "Hij kwam vrijdag al binnen."))
    first, second = lines(office, FIRST)
    assert (first.date("received"), second.date("received")) == ("2026-03-02", "2026-02-27")
    assert (second.by, second.reason) == (office.identity(SECRETARIS), "Hij kwam vrijdag al binnen.")


@pytest.mark.parametrize(("name", "value"), [("number", "1"), ("received", "27 februari"), ("closed", "2026-02-30")])
def test_only_a_field_that_there_is_and_a_true_day_can_be_corrected(name: str, value: str) -> None:
    with pytest.raises(RecordError):
        correction(name, value, "Daarom.")


def test_only_a_closed_case_is_reopened(office: Office) -> None:
    office.report()
    with office.desk(SECRETARIS) as desk:
        case = the_case(desk)
        with pytest.raises(NotClosedError):
            reopen(case, "Er is meer.")
        case = desk.close(case, "Klaar.", kinds.Outcome("none", "", ""))
        assert closing_of(desk.note(case, reopen(case, "Er is meer."))) is None


def test_it_is_kept_as_the_outcome_suggests_and_longer_only_with_a_reason(office: Office) -> None:
    office.report()
    with office.desk(SECRETARIS) as desk:
        case = the_case(desk)
        with pytest.raises(ReasonError):
            desk.close(case, "Klaar.", kinds.Outcome("none", "", ""), office.today + 700)
        assert [said.kind for said in desk.case(case.number)[0].said] == ["report"]
        desk.close(case, "Klaar.", kinds.Outcome("unfounded", "", ""))
    assert lines(office, FIRST)[-1].until == day_number(dt.date(2026, 5, 2))


def test_what_one_asks_for_another_approves_of_and_nobody_their_own(office: Office) -> None:
    office.report()
    with office.desk(FIRST) as desk:
        case = desk.note(the_case(desk), DEMAND)
        with pytest.raises(NothingAskedError):
            approve(case, office.identity(FIRST))
    with office.desk(SECOND) as desk:
        case = the_case(desk)
        case = desk.note(case, approve(case, office.identity(SECOND), "Akkoord."))
        with pytest.raises(NothingAskedError):
            approve(case, office.identity(SECOND))
        asked = case.dossier.latest(kinds.Filled)
        assert asked
        approval = case.dossier.approval_of(asked.message.id)
        assert approval
        assert approval.author
        assert approval.author.name == SECOND


def test_where_only_one_can_read_it_there_is_no_early_purge_and_a_demand_needs_a_hand_over_first(
    office: Office,
) -> None:
    office.report(without=[FIRST, SECOND])
    with office.desk(SECRETARIS) as desk:
        case = the_case(desk)
        with pytest.raises(AloneError):
            ask_purge(case, "Het moet weg.")
        with pytest.raises(AloneError):
            desk.note(case, DEMAND)
    office.add("Buitenstaander", "external")
    with office.desk(SECRETARIS) as desk:
        case = desk.hand_over(the_case(desk), [office.identity("Buitenstaander")], "Voor de vordering.")
        assert desk.note(case, DEMAND).dossier.latest(kinds.Filled)


WRITTEN = (
    kinds.Categorised("anders", ""),
    kinds.Categorised("fraude", ""),
    kinds.Outcome("none", "", ""),
    kinds.Outcome("guidance", "Een gesprek.", ""),
    kinds.Retention(21000),
    kinds.Retention(21100, "Er loopt een zaak."),
    kinds.Informed((b"b" * 32,), 20515, "In de vergadering.", "Ik.", "De aard."),
    kinds.Reopened("Er is meer."),
    correction("received", "2026-02-27", "Hij kwam vrijdag al binnen."),
    correction("nature", "Iets anders.", "Zo heet het hier."),
)


@given(
    steps=st.lists(
        st.tuples(st.sampled_from([SECRETARIS, FIRST, SECOND]), st.sampled_from(["sync", "close", *WRITTEN])),
        min_size=2,
        max_size=7,
    )
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.slow
def test_the_register_is_the_same_whatever_the_order_of_the_syncs(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, object]]
) -> None:
    """Whoever writes has not fetched what the others wrote meanwhile, but for what the server gave them then."""
    office = Office.open(tmp_path_factory.mktemp("office"))
    office.report()
    for name in office.cards:
        office.read(name)
    for who, step in steps:
        with office.desk(who) as desk:
            [(case, _)] = desk.cases()
            if step == "sync":
                desk.sync()
            elif step == "close":
                desk.say(case, kinds.Closed("Afgerond."))
            else:
                assert isinstance(step, kinds.Body)
                body = replace(step, people=(office.identity(FIRST),)) if isinstance(step, kinds.Informed) else step
                desk.note(case, body)
    # Once all have fetched all, in whatever order they did before.
    for name in office.cards:
        office.read(name)
    found = [lines(office, name) for name in office.cards]
    assert found[0] == found[1] == found[2]


def test_no_table_tells_a_count_below_five() -> None:
    """Whoever knows the rule and sees a table cannot rule out any count that it hides."""
    most = LEAST + 2
    seen: dict[object, list[tuple[int, ...]]] = defaultdict(list)
    for counts in product(range(most), repeat=3):
        first, second, others = counts
        found = tabled(2025, {"a": first, "b": second}, others)
        seen[(*found.counts.values(), found.others, found.total)].append(counts)
    assert len(seen) > LEAST
    for counted in seen.values():
        for place in range(3):
            possible = {counts[place] for counts in counted}
            assert len(possible) == 1 or possible == set(range(LEAST)), counted
            assert possible == set(range(LEAST)) or min(possible) >= LEAST


def summary(office: Office, case: Case, **changes: object) -> Summary:
    return replace(summarise(case, office.identity(SECRETARIS)), **changes)  # type: ignore[arg-type]


def test_an_overview_counts_what_its_maker_can_open_and_what_was_destroyed_of_a_year_that_has_ended(
    office: Office,
) -> None:
    office.report(topic="anders")
    [(case, _)] = office.read(SECRETARIS)
    year, later = 2026, day_number(dt.date(2027, 1, 1))
    cases = [summary(office, case)] * LEAST
    stone = kinds.Tombstone(case.report.day, office.today, "anders", "", "", ())
    elsewhere = replace(stone, received=later)
    with pytest.raises(RunningYearError):
        overview(year, cases, [], POLICY, later - 1)
    assert overview(year, cases, [], POLICY, later).counts["anders"] == LEAST
    assert overview(year, cases, [stone, elsewhere], POLICY, later).counts["anders"] == LEAST + 1
    locked = [summary(office, case, state=LOCKED)]
    found = overview(year, [*cases[1:], *locked], [], POLICY, later)
    assert (found.counts["anders"], found.total) == (None, None)
    gone = [replace(stone, topic="een-oud-onderwerp")] * LEAST
    assert overview(year, [], gone, POLICY, later).others == LEAST
