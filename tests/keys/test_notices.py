"""If clocks differ or somebody knows another roster, a tool reads on, changes nothing and reports it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keys.errors import ClockError
from keys.roster import Bundle
from keys.roster.weeks import monday
from keys.sync import NoticeKind, actions, post_timer_cover
from keys.sync.addressees import Addressees
from keys.sync.served import documents_of
from keys.wire.canonical import encode, parse_object
from keys.wire.signed import join_frames, split_frames
from tests.keys.bundles import NAME, OTHER, THIRD, foreign_bundle, own, published, sealed_report
from tests.keys.office import POLICY

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.keys.office import Office

WEEK = 7


def day_shifted(by: int) -> Callable[[str, bytes], bytes]:
    """Return a server behaviour that names another day."""

    def meddle(asked: str, answer: bytes) -> bytes:
        if not asked.startswith("/bundles") or answer.startswith(b"{"):
            return answer  # to the publication
        first, *rest = split_frames(answer)
        members = parse_object(first)
        return join_frames([encode(members | {"day": int(str(members["day"])) + by}), *rest])

    return meddle


def test_a_bundle_of_ours_that_this_vault_did_not_make_is_told(office: Office) -> None:
    """H5: somebody with a copy of the key was silently taken for our own backup."""
    office.read(NAME)
    raw = foreign_bundle(office, 1000)
    assert (
        office.app.test_client().post("/bundles", data=raw, content_type="application/octet-stream").status_code == 201
    )
    with office.session(NAME) as session:
        session.sync()
        assert NoticeKind.COPIED in [notice.kind for notice in session.notices()]
        session.sync()
        assert NoticeKind.COPIED not in [notice.kind for notice in session.notices()]
    assert min(bundle.serial for bundle in published(office)) > 1000


def test_what_was_acknowledged_while_a_tool_read_is_opened_by_it_later(office: Office) -> None:
    """L3: a tool read to the end, a report was acknowledged, and the tool asked for the day: it was the next one."""
    first = min(bundle.start for bundle in own(office))
    office.pass_days(6)
    post = sealed_report(office, "op de valreep")
    office.pass_days(21)
    office.now = office.now.replace(hour=21, minute=58)
    assert office.today == first + 27
    posted = []

    def meddle(asked: str, answer: bytes) -> bytes:
        if asked.startswith("/log") and not posted:
            posted.append(post())
            office.now += dt.timedelta(minutes=5)
        return answer

    office.meddle = meddle
    with office.session(NAME) as session:
        session.sync()
        assert office.today == first + 28
        assert first in [one.bundle.start for one in session.vault.bundles.all()]
    office.meddle = lambda asked, answer: answer
    assert [case.report.text for case in office.read(NAME)] == ["op de valreep"]


def test_a_server_that_says_a_day_far_ahead_destroys_no_key(office: Office) -> None:
    """M1: one sync with a day 300 days ahead destroyed all weekly keys: acknowledged reports never opened again."""
    office.pass_days(3)
    office.report("voor de leugen")
    before = own(office) + own(office, last=True)
    office.meddle = day_shifted(300)
    with office.session(NAME) as session:
        session.sync()
        [notice] = [notice for notice in session.notices() if notice.kind == NoticeKind.CLOCK]
        assert notice.days == (office.today + 300, office.today)
        assert len(session.cases()) == 1
        with pytest.raises(ClockError):
            actions.open_report(session, session.cases()[0])
    office.meddle = lambda asked, answer: answer
    assert own(office) + own(office, last=True) == before
    assert [case.report.text for case in office.read(NAME)] == ["voor de leugen"]


@pytest.mark.parametrize("by", [-400, -3, 3, 400])
def test_where_the_clocks_differ_a_tool_reads_on_and_seals_makes_and_destroys_nothing(office: Office, by: int) -> None:
    """M1, D6: the day is decided by the server's and the own clock, not by one of them."""
    office.report("een")
    office.pass_days(WEEK)
    keys = own(office), own(office, last=True), published(office, every=True)
    office.meddle = day_shifted(by)
    with office.session(OTHER) as session:
        session.sync()
        assert [case.report.text for case in session.cases()] == ["een"]
    with office.session(NAME) as session:
        session.sync()
        [case] = session.cases()
        for act in (
            lambda: actions.open_report(session, case),
            lambda: post_timer_cover(session.courier, office.history(), office.today),
        ):
            with pytest.raises(ClockError) as refused:
                act()
            assert str(office.now.date()) in str(refused.value)
    office.meddle = lambda asked, answer: answer
    assert (own(office), own(office, last=True), published(office, every=True)) == keys


@pytest.mark.parametrize("by", [-3650, 3650])
def test_one_answer_with_a_far_day_is_forgotten_with_the_next(office: Office, by: int) -> None:
    """L6: a tool that never accepted a day before the highest one it had seen was stuck permanently."""
    office.report("een")
    office.meddle = day_shifted(by)
    with office.session(NAME) as session:
        session.sync()
        assert NoticeKind.CLOCK in [notice.kind for notice in session.notices()]
    office.meddle = lambda asked, answer: answer
    office.pass_days(WEEK)
    with office.session(NAME) as session:
        assert session.sync().is_complete
        assert NoticeKind.CLOCK not in [notice.kind for notice in session.notices()]
        actions.open_report(session, session.cases()[0])
        assert session.end().posted == 1
    assert monday(office.today) in {bundle.week for bundle in published(office)}


def test_a_server_whose_day_stands_still_is_told_of_and_keeps_no_key_once_it_goes_on(office: Office) -> None:
    """M1: with a day that never advanced, no key was ever destroyed, and nobody noticed."""
    still, first = office.today, min(bundle.start for bundle in own(office))
    for days, is_told in ((2, False), (1, True), (27, True)):
        office.pass_days(days)
        office.meddle = day_shifted(still - office.today)
        with office.session(NAME) as session:
            assert session.sync().is_complete is not is_told
            told = [notice.days for notice in session.notices() if notice.kind == NoticeKind.CLOCK]
            assert told == ([(still, office.today)] if is_told else [])
        office.meddle = lambda asked, answer: answer
    assert first in [bundle.start for bundle in own(office)]
    office.read(NAME)
    assert first not in [bundle.start for bundle in own(office)]


@pytest.mark.parametrize("by", [-2, 2])
def test_two_days_apart_are_no_fault(office: Office, by: int) -> None:
    office.pass_days(WEEK)
    office.report("een")
    office.read(NAME)
    office.meddle = day_shifted(by)
    with office.session(NAME) as session:
        session.sync()
        assert NoticeKind.CLOCK not in [notice.kind for notice in session.notices()]


def test_a_colleague_who_knows_a_roster_that_the_server_hides_is_named_and_reading_goes_on(office: Office) -> None:
    """H3: the bundles of one colleague stopped every sync and every page."""
    office.report("een")
    old = office.app.test_client().get("/chain").data
    office.announce_roster(days=20)
    office.read(OTHER)
    before = own(office)
    office.meddle = lambda asked, answer: old if asked == "/chain" else answer
    office.pass_days(WEEK)
    with office.session(NAME) as session:
        session.sync()
        [notice] = [notice for notice in session.notices() if notice.kind == NoticeKind.WITHHELD]
        assert notice.people == (OTHER,)
        assert [case.report.text for case in session.cases()] == ["een"]
    assert own(office) == before


def test_a_reporter_who_remembers_nothing_seals_to_nobody_who_knows_another_roster(office: Office) -> None:
    """H3: one such bundle closed the drop box for every reporter."""
    old = office.app.test_client().get("/chain").data
    first = office.history()
    office.publish_roster([*office.cards])
    office.read(OTHER)
    office.meddle = lambda asked, answer: old if asked == "/chain" else answer
    _, _, bundles = office.courier().bundles()
    verified = [*map(Bundle.verify, bundles)]
    found = Addressees.on(first, verified, office.today, documents_of(office.courier(), first, verified))
    assert found.unknown == {office.person(OTHER)}
    assert set(found.pairs) == {office.person(NAME), office.person(THIRD)}


def test_who_knows_an_older_roster_is_sealed_to(office: Office) -> None:
    for _ in range(3):
        office.publish_roster([*office.cards])
    office.read(NAME)
    _, found = office.addressees()
    assert found.unknown == frozenset()
    assert len(found.pairs) == len(office.cards)


def test_the_tool_says_a_week_before_from_which_monday_on_pages_will_warn(office: Office) -> None:
    week = monday(office.today)
    told = {}
    for days in range(0, 40, 3):
        with office.session(NAME) as session:
            session.sync()
            told[days] = [notice for notice in session.notices() if notice.kind == NoticeKind.ALONE]
        office.pass_days(3)
    first = min(days for days, notices in told.items() if notices)
    [notice] = told[first]
    # The others joined in the first week, and so signed for the three weeks after it.
    assert notice.days == (week + 28,)
    assert week + 28 - (week + first) in range(1, WEEK + 1)
    assert set(notice.people) == {OTHER, THIRD}


def test_that_entries_ended_unread_is_told_for_four_weeks(office: Office) -> None:
    office.report("een")
    office.read(THIRD)
    for text in ("twee", "drie"):
        office.report(text)
    office.pass_thirteen_months(NAME, OTHER)
    office.report("vier")
    for days, is_told in ((0, True), (0, True), (27, True), (1, False)):
        office.pass_days(days)
        with office.session(THIRD) as session:
            session.sync()
            told = [notice.count for notice in session.notices() if notice.kind is NoticeKind.NEVER_SEEN]
            assert told == ([2] if is_told else [])


def with_timer(office: Office) -> None:
    """Publish a policy that promises seven entries a week, 28 in four weeks; seven is the least without a line."""
    office.publish_roster([*office.cards], replace(POLICY, version=2, decoys_per_week=7))


def told_of_timer(office: Office) -> list[int]:
    with office.session(NAME) as session:
        session.sync()
        return [notice.count for notice in session.notices() if notice.kind is NoticeKind.TIMER]


def test_a_timer_that_is_off_is_told_of_after_four_weeks(office: Office) -> None:
    """M11: its rate is signed, and nobody noticed that it was not running."""
    with_timer(office)
    office.pass_days(27)
    assert told_of_timer(office) == []
    office.pass_days(1)
    assert told_of_timer(office) == [0]
    for _ in range(6):
        post_timer_cover(office.courier(), office.history(), office.today)
    office.pass_days(1)
    assert told_of_timer(office) == [6]
    post_timer_cover(office.courier(), office.history(), office.today)
    office.pass_days(1)
    assert told_of_timer(office) == []


def test_a_policy_without_a_timer_promises_nothing(office: Office) -> None:
    office.pass_days(60)
    assert told_of_timer(office) == []


def test_a_rate_that_was_raised_is_held_against_the_four_weeks_after_it(office: Office) -> None:
    office.pass_days(100)
    with_timer(office)
    office.pass_days(26)
    assert told_of_timer(office) == []
