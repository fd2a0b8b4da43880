"""When a vault destroys a case, and when it accepts it again (SPEC 12.3, 12.7)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.cases.destruction import (
    Countdown,
    Destruction,
    Ended,
    SyncDays,
    Wait,
    is_lock_over,
    is_taken_again,
    reading_ended,
)
from keys.cases.place import Way
from keys.cases.terms import months_after
from keys.wire.messages import Answer, Approval, Closed, Hold, Objection, Purge, Reopened, Retention, SteppedBack
from tests.cases.story import DAY, Story, person

if TYPE_CHECKING:
    from keys.cases.case import Case

LAST = months_after(DAY, 12)


class Vault:
    """The state of one vault between its syncs."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.countdown: Countdown | None = None
        self.arrived: int | None = None

    def sync(
        self,
        day: int,
        *,
        own: int | None = None,
        complete: bool = True,
        has_own_words: bool = False,
        case: Case | None = None,
    ) -> bool:
        """Sync on a day of the server; return whether the case is destroyed."""
        self.story.day = day
        if not complete:
            return False
        seen = case or self.story.case()
        days = SyncDays(day, day if own is None else own)
        self.countdown = Countdown.at_sync(self.countdown, seen, days)
        if self.countdown is None:
            return False
        return self.countdown.is_due(days, self.arrived, has_own_words=has_own_words)

    def first_day(self, start: int, step: int = 1, until: int = 4000) -> int | None:
        """Return the first day on which a sync destroys the case."""
        return next((day for day in range(start, start + until, step) if self.sync(day)), None)


@pytest.fixture
def story() -> Story:
    """A case that A closed on the day of the report."""
    story = Story("ABMXN")
    story.report("ABM", without="X")
    story.post("A", Closed("Tekst."))
    return story


@pytest.fixture
def vault(story: Story) -> Vault:
    return Vault(story)


def purge(story: Story) -> int:
    """Let two people ask for a purge, and return the resulting last day."""
    wanted = story.post("A", Purge("Waarom."))
    story.post("B", Approval(wanted.id))
    return story.day + 7


def test_a_case_is_kept_through_its_last_day(vault: Vault) -> None:
    vault.sync(DAY)
    assert not vault.sync(LAST)
    assert vault.sync(LAST + 1)


@pytest.mark.parametrize(("server", "own"), [(LAST + 1, LAST), (LAST, LAST + 1)])
def test_one_clock_alone_destroys_nothing(vault: Vault, server: int, own: int) -> None:
    """K9: a laptop was one minute slow at midnight. Both days must be past, at this sync or a later one."""
    vault.sync(DAY)
    assert not vault.sync(server, own=own)
    assert vault.sync(LAST + 1)


@pytest.mark.parametrize(("server", "own"), [(LAST + 1, LAST + 3), (LAST + 3, LAST + 1)])
def test_the_waiting_begins_on_the_later_of_both_days(vault: Vault, server: int, own: int) -> None:
    """K9: and ends by the earlier day."""
    vault.sync(server, own=own)
    assert not vault.sync(LAST + 9)
    assert not vault.sync(LAST + 11, own=LAST + 9)
    assert vault.sync(LAST + 10)


def test_a_case_without_a_last_day_is_never_destroyed(vault: Vault) -> None:
    """K6: an open case has no last day."""
    vault.story.post("M", Reopened("Waarom."))
    assert vault.first_day(DAY) is None


def test_a_sync_that_is_not_complete_destroys_nothing(vault: Vault) -> None:
    """K25: the server hides a roster, or cuts the log off before an objection."""
    vault.sync(DAY)
    assert not vault.sync(LAST + 100, complete=False)
    assert vault.sync(LAST + 101)


@pytest.mark.parametrize("step", [1, 21, 182])
def test_the_vault_says_so_for_seven_days_before_it_destroys(story: Story, step: int) -> None:
    """12.7 step 5: a purge is announced seven days before the vault acts on it."""
    last = purge(story)
    destroyed = Vault(story).first_day(DAY + 2, step)
    assert destroyed is not None
    assert destroyed > last
    assert destroyed >= DAY + 2 + 7


def test_an_objection_or_a_hold_within_the_seven_days_is_in_time(story: Story) -> None:
    """K2: after `destroyed`, nothing counted."""
    vault, last = Vault(story), purge(story)
    vault.sync(DAY)
    assert vault.sync(last + 1)
    story.day = last
    story.post("M", Objection(story.log[2].id))
    assert not vault.sync(last + 1)
    assert vault.first_day(last + 2) == LAST + 1


def test_a_word_of_the_reporter_before_the_vault_destroys_keeps_the_case(vault: Vault) -> None:
    """K1: R writes one minute later; judged at its place, R's message was destroyed too."""
    vault.sync(DAY)
    vault.story.day = LAST + 1
    vault.story.post("R", Answer("Tekst."))
    assert not vault.sync(LAST + 1)
    assert vault.countdown is None


def test_an_own_word_that_waits_or_is_put_aside_keeps_the_case(vault: Vault) -> None:
    """K13, K31: A's objection waits in the outbox, or was put aside after a 404 of the server."""
    vault.sync(DAY)
    assert not vault.sync(LAST + 1, has_own_words=True)
    assert vault.sync(LAST + 2)


def test_a_restored_vault_and_a_log_that_differs_begin_anew(vault: Vault) -> None:
    """K14, K30: a restored server lost A's objection; a restored vault has its old "since"."""
    vault.sync(DAY)
    vault.countdown = None
    assert vault.first_day(LAST + 1) == LAST + 1 + 7


def test_after_its_own_arrived_a_vault_waits_for_thirty_days(vault: Vault) -> None:
    """K30: a vault from a backup destroyed before any tool had answered its `arrived`."""
    vault.arrived = LAST
    assert vault.first_day(LAST) == LAST + 30


def test_long_after_its_own_arrived_a_vault_waits_for_seven_days(vault: Vault) -> None:
    vault.arrived = DAY
    assert vault.first_day(LAST + 50) == LAST + 57


def test_where_something_is_missing_a_vault_waits_for_thirty_days(story: Story) -> None:
    """12.7 step 5."""
    unread = story.answer("M")
    story.answer("B")
    vault = Vault(story)
    lacking = story.case(lacks=[unread])
    assert next(day for day in range(LAST + 1, LAST + 40) if vault.sync(day, case=lacking)) == LAST + 31


@pytest.mark.parametrize("way", [Way.SHARE, Way.WORD])
def test_a_closing_that_was_hidden_for_a_year_is_told_for_thirty_days(vault: Vault, way: Way) -> None:
    """K18: M hides a `closed` from B for a year, then shares it: it was destroyed seven days later."""
    story = vault.story
    hidden = story.log.pop()
    vault.sync(DAY)
    vault.sync(LAST + 3)
    story.log.append(replace(hidden, way=way))
    vault.sync(LAST + 4)
    assert vault.countdown
    assert vault.countdown.destroyed_on(None) == Destruction(LAST + 34, (Wait.INCOMPLETE,))
    assert vault.first_day(LAST + 5) == LAST + 34


def test_a_hidden_closing_that_comes_by_share_is_undone_by_one_person(vault: Vault) -> None:
    """K18: B alone can reopen it, within the longest term."""
    vault.story.log[-1] = replace(vault.story.log[-1], way=Way.SHARE)
    vault.sync(LAST + 4)
    vault.story.post("B", Reopened("Waarom."))
    assert vault.first_day(LAST + 5) is None


def test_where_the_report_or_what_shortens_came_by_share_the_vault_waits_for_thirty_days(story: Story) -> None:
    term = story.post("A", Retention(2))
    story.post("B", Approval(term.id))
    last = months_after(DAY, 2)
    for at in (0, 2, 3):
        log = list(story.log)
        story.log[at] = replace(story.log[at], way=Way.SHARE)
        assert Vault(story).first_day(last + 1) == last + 31
        story.log = log
    assert Vault(story).first_day(last + 1) == last + 8


def test_what_came_by_share_and_makes_no_last_day_changes_nothing(story: Story) -> None:
    said = story.answer("B")
    story.log[-1] = replace(said, way=Way.SHARE)
    assert Vault(story).first_day(LAST + 1) == LAST + 8


def test_a_last_day_that_falls_back_begins_anew(story: Story) -> None:
    """K21: it returns to a last day that was first computed a year ago, and the case was destroyed the next day."""
    vault = Vault(story)
    vault.sync(DAY)
    story.day = LAST - 1
    wanted = story.post("M", Hold("Waarom.", LAST + 200))
    story.post("B", Approval(wanted.id))
    vault.sync(LAST + 20)
    assert vault.countdown
    assert vault.countdown.since == DAY, "where it moves later, the waiting goes on"
    story.log = story.log[:-2]  # a vault can lose messages: it accepts a differing log
    assert vault.first_day(LAST + 21) == LAST + 28


def test_a_last_day_after_none_begins_anew(story: Story) -> None:
    """K21: the case is reopened and closed again."""
    vault = Vault(story)
    vault.sync(DAY)
    story.post("B", Reopened("Waarom."))
    vault.sync(DAY + 1)
    story.log.pop()
    assert vault.first_day(LAST + 10) == LAST + 17


def test_the_first_page_says_the_day(vault: Vault) -> None:
    vault.sync(DAY)
    assert vault.countdown
    assert vault.countdown.destroyed_on(None) == Destruction(LAST + 1)


@given(
    last=st.integers(-60, 60),
    since=st.integers(-60, 10),
    arrived=st.none() | st.integers(-60, 10),
    waits_long=st.booleans(),
)
def test_the_day_that_is_said_is_the_first_on_which_daily_syncs_destroy(
    last: int, since: int, arrived: int | None, waits_long: bool
) -> None:
    """A ten-day-old vault, which had known a last day for one day, announced day 39 and destroyed on day 30."""
    countdown, start = Countdown(LAST + last, LAST + since, waits_long), LAST - 200
    due = (day for day in range(start, LAST + 200) if _is_due(countdown, arrived, day))
    said = countdown.destroyed_on(None if arrived is None else LAST + arrived)
    assert said.day == next(due)
    assert bool(said.waits) == (said.day > countdown.last_day + 1)


def _is_due(countdown: Countdown, arrived: int | None, day: int) -> bool:
    """Return the condition of step 5, implemented independently."""
    is_long = countdown.waits_long or (arrived is not None and day < LAST + arrived + 30)
    return day > countdown.last_day and day >= countdown.since + (30 if is_long else 7)


def longest_delay(story: Story, last: int) -> int:
    """Return the longest delay after a last day, from today on, of a vault that syncs once in three weeks."""
    today = story.day
    looks = [Vault(story).first_day(today + phase, 21) for phase in range(21)]
    story.day = today
    assert all(day is not None and day > last for day in looks)
    return max(day - last for day in looks if day is not None)


def test_the_duty_to_delete_is_carried_out_with_one_look_in_three_weeks(story: Story) -> None:
    """Limits of model.md: never before its day, and no later than the interval of the syncs."""
    assert longest_delay(story, LAST) <= 21
    assert longest_delay(story, purge(story)) <= 35
    story.log = story.log[:2]
    story.later(200)
    term = story.post("A", Retention(2))
    story.post("B", Approval(term.id))
    assert longest_delay(story, months_after(DAY, 2)) <= 200 - 61 + 42


# Who reads no more.


def test_who_stepped_back_destroys_by_the_own_last_day_or_after_90_days(story: Story) -> None:
    """K10: they received the `destroyed` and could not judge it."""
    story.post("M", SteppedBack())
    reads = person("M") in story.case().readers
    ended = reading_ended(None, DAY, reads=reads)
    assert ended == DAY
    assert reading_ended(ended, DAY + 50, reads=False) == DAY
    assert not is_lock_over(ended, DAY + 89)
    assert is_lock_over(ended, DAY + 90)


def test_who_is_off_the_roster_destroys_by_the_own_clock_without_a_sync(story: Story) -> None:
    """K27: a person off the roster never has a complete sync."""
    story.publish("ABXN")
    story.later()
    assert person("M") not in story.case().readers
    assert is_lock_over(DAY, DAY + 90)


def test_keys_stay_for_90_days_and_who_reads_again_begins_anew(story: Story) -> None:
    """T5: A steps back because B "has a key"; A's vault keeps the keys."""
    assert reading_ended(DAY, DAY + 10, reads=True) is None


def test_a_destroyed_case_is_taken_again_only_if_its_owner_agrees() -> None:
    """K12, T41: a share, or M's `joined`, restored it again and again."""
    for ended in (Ended.LAST_DAY, Ended.BY_HAND):
        assert not is_taken_again(ended, agreed=False, named=True, reads=True)
        assert is_taken_again(ended, agreed=True, named=False, reads=False)


def test_a_case_whose_reading_ended_is_taken_again_when_its_owner_is_named_anew() -> None:
    """K28: back on the roster, or named again, after 90 days."""
    assert is_taken_again(Ended.READING, agreed=False, named=True, reads=True)
    # A share without their `stepped-back` must not let anybody in.
    assert not is_taken_again(Ended.READING, agreed=False, named=False, reads=True)
    assert is_taken_again(Ended.OFF_ROSTER, agreed=False, named=False, reads=True)
    assert not is_taken_again(Ended.OFF_ROSTER, agreed=False, named=False, reads=False)
