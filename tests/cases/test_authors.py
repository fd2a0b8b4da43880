"""Which messages count, and which are late, unclear or forbidden (SPEC 12.2)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from keys.cases.authors import Standing
from keys.cases.case import Case
from keys.cases.notices import NoticeKind
from keys.cases.place import Place
from keys.cases.rosters import Rosters
from keys.wire.ids import IdentityKey, MessageId, RosterId
from keys.wire.messages import (
    Answer,
    Approval,
    Body,
    Closed,
    Consent,
    Joined,
    Note,
    Opened,
    Purge,
    Question,
    SteppedBack,
)
from tests.cases.story import DAY, REPORTER, Revoked, Roster, Story, no, people, person, withdrawn, yes

STRANGER = IdentityKey(b"S" * 32)


@pytest.fixture
def story() -> Story:
    """A report to A, B and M, about X; F was on an earlier roster."""
    story = Story("ABMXNF", day=DAY - 100)
    story.publish("ABMXN")
    story.later(100)
    story.report("ABM", without="X")
    return story


def test_readers_and_the_reporter_are_heard(story: Story) -> None:
    said = [story.answer(name) for name in "RABM"]
    assert {story.standing(message) for message in said} == {Standing.COUNTS}
    assert not story.case().alarms


def test_a_former_recipient_says_nothing_that_counts(story: Story) -> None:
    """H5: F, removed by the board, closed a running case and let a newcomer in."""
    closed = story.post("F", Closed("Tekst."), to="ABM")
    joined = story.post("F", Joined(people("N")), to="ABM")
    case = story.case()
    assert story.standing(closed) is story.standing(joined) is Standing.FORBIDDEN
    assert not case.is_closed
    assert story.readers(case) == "ABM"
    assert {(alarm.kind, alarm.person) for alarm in case.alarms} == {(NoticeKind.FORBIDDEN, person("F"))}


def test_somebody_left_out_says_nothing_that_counts(story: Story) -> None:
    """Property 3: X's message is an alarm that names X."""
    said = story.answer("X", to="ABM")
    assert story.standing(said) is Standing.FORBIDDEN
    assert [alarm.person for alarm in story.case().alarms] == [person("X")]


def test_an_identity_that_no_roster_lists_says_nothing_that_counts(story: Story) -> None:
    said = story.answer("A", identity=STRANGER, to="ABM")
    assert story.standing(said) is Standing.FORBIDDEN
    [alarm] = story.case().alarms
    assert (alarm.author, alarm.person) == (STRANGER, None)


def test_who_was_rekeyed_before_the_outbox_went_out_is_heard(story: Story) -> None:
    """T3: A writes, is re-keyed, and the message goes out."""
    written = story.write("A", Answer("Tekst."))
    story.rekey("A")
    story.later(3)
    assert story.standing(story.put(written)) is Standing.COUNTS
    assert not story.case().alarms


def test_who_left_the_roster_before_the_outbox_went_out_is_late(story: Story) -> None:
    """T3: A writes, is taken off the roster, and the message goes out."""
    written = story.write("A", Answer("Tekst."))
    story.publish("BMXN")
    story.later(3)
    assert story.standing(story.put(written)) is Standing.LATE
    assert not story.case().alarms


def test_a_report_to_somebody_who_leaves_the_roster_that_day_makes_no_alarm() -> None:
    """T3: the reporter seals by yesterday's roster."""
    story = Story("AB")
    written = story.report("AB", without="")
    story.log[0] = story.log[0].__class__(written.id, written.head, written.place, DAY + 1)
    story.publish("B")
    story.later()
    opened = story.post("A", Opened(), to="AB")
    assert story.standing(opened) is Standing.LATE
    assert not story.case().alarms


def test_an_old_identity_speaks_no_more_once_its_roster_has_ended(story: Story) -> None:
    """H5: a lost key was replaced but not revoked."""
    old = story.identities["A"]
    story.rekey("A")
    story.later()
    said = story.answer("A", identity=old)
    assert story.standing(said) is Standing.LATE


def test_what_a_head_claims_gives_no_right(story: Story) -> None:
    """T20: M chooses an old roster in the head, and a thin `seen`."""
    story.publish("ABXN")
    story.later()
    said = story.post("M", Closed("Tekst."), roster=story.rosters[1].id, seen=[story.log[0]])
    assert story.standing(said) is Standing.LATE
    assert not story.case().is_closed
    former = story.answer("F", roster=story.rosters[0].id, seen=[], to="ABM")
    assert story.standing(former) is Standing.FORBIDDEN


def test_a_revoked_identity_counts_up_to_the_day_and_not_after_it(story: Story) -> None:
    """T15: A's old key is revoked on the day of A's last message, by which N was joined."""
    old = story.identities["A"]
    joined = story.post("A", Joined(people("N")))
    story.rekey("A", revoke_on=story.day)
    assert story.standing(joined) is Standing.COUNTS
    assert story.readers() == "ABMN"
    story.later()
    stolen = story.answer("A", identity=old, day=story.day - 1)
    assert story.standing(stolen) is Standing.LATE
    assert story.standing(story.answer("A")) is Standing.COUNTS


def test_a_revocation_works_at_once_and_takes_nothing_from_what_was_said_before(story: Story) -> None:
    """K26: after a stolen key was revoked, everything that its person had ever written stopped counting."""
    closed = story.post("A", Closed("Tekst."))
    story.later(10)
    story.rekey("A", revoke_on=story.day - 3)
    stolen = story.answer("A", identity=IdentityKey(b"A".ljust(32, b"1")))
    assert story.standing(stolen) is Standing.LATE, "though the new roster is in force tomorrow"
    assert story.standing(closed) is Standing.COUNTS
    assert story.case().is_closed


def test_the_first_revocation_counts_whatever_later_rosters_say(story: Story) -> None:
    """SPEC 7.2: a revocation takes effect from the roster that was published first."""
    story.rekey("A", revoke_on=DAY + 1)
    old = story.rosters[-1].revoked[0].identity
    rosters = Rosters(story.rosters)
    assert not rosters.is_revoked(old, DAY + 1)
    assert rosters.is_revoked(old, DAY + 2)
    for day in (DAY + 50, DAY - 50):
        story.publish(story.members, revoked=[Revoked(old, day)])
        first = min(revoked.day for revoked in story.rosters[-1].revoked)
        assert Rosters(story.rosters).is_revoked(old, first + 1)
        assert not Rosters(story.rosters).is_revoked(old, first)


def test_who_was_let_in_and_put_out_again_without_being_told_is_late(story: Story) -> None:
    """T6, audit L11: X was let in by a "yes", then denied; X's vault does not have the denial; X writes on."""
    story.post("R", yes("X"))
    ending = story.post("R", withdrawn("X"))
    said = story.answer("X", unaware=[ending])
    assert story.standing(said) is Standing.LATE
    assert not story.case().alarms


def test_an_answer_that_crosses_a_withdrawal_is_kept(story: Story) -> None:
    """audit L11: an answer that was sealed to X too, before its author knew of the withdrawal."""
    story.post("R", yes("X"))
    ending = story.post("R", withdrawn("X"))
    said = story.answer("A", unaware=[ending])
    assert person("X") in said.head.to
    assert story.standing(said) is Standing.COUNTS
    assert not story.case().alarms


def test_who_was_let_in_by_a_yes_that_crossed_a_no_is_late(story: Story) -> None:
    """T25: X gets the share of a window that did not know of the "no", and writes."""
    denial = story.post("R", no("X"))
    story.post("R", yes("X"), unaware=[denial])
    said = story.answer("X", unaware=[denial])
    assert story.standing(said) is Standing.LATE
    assert not story.case().alarms


def test_a_message_whose_past_is_missing_is_unclear_until_it_comes(story: Story) -> None:
    """12.2: N was joined by a message that this vault lacks."""
    joined = story.post("A", Joined(people("N")))
    said = story.answer("N")
    lacking = story.case(lacks=[joined])
    assert story.standing(said, lacking) is Standing.UNCLEAR
    assert not lacking.alarms
    assert story.standing(said) is Standing.COUNTS


def test_a_gap_further_back_makes_unclear_too(story: Story) -> None:
    """12.2: part of the past is missing, further back than what the message itself names."""
    unseen = story.answer("B")
    story.answer("A")
    said = story.answer("X", to="ABM")
    assert story.standing(said, story.case(lacks=[unseen])) is Standing.UNCLEAR
    assert story.standing(said) is Standing.FORBIDDEN


def test_a_message_that_names_an_unknown_roster_is_unclear(story: Story) -> None:
    """T40: a head names a random roster. A message that counts is not affected."""
    nowhere = RosterId(bytes(32))
    said = story.answer("X", roster=nowhere, to="ABM")
    assert story.standing(said) is Standing.UNCLEAR
    assert story.standing(story.answer("A", roster=nowhere)) is Standing.COUNTS
    assert not story.case().alarms


def test_a_page_that_lacks_the_roster_of_that_day_does_not_judge(story: Story) -> None:
    """12.2: the roster in force on the day of the entry may be older than all rosters of the page."""
    said = story.answer("X", to="ABM")
    newest = story.rosters[-1]
    held = Rosters([Roster(4, DAY + 10, newest.recipients), Roster(5, DAY + 20, newest.recipients)])
    assert not held.is_known(DAY)
    assert held.is_known(DAY + 10)
    assert held.persons_on(DAY) is None
    case = Case.of(story.log, held, DAY + 30)
    assert case is not None
    assert story.standing(said, case) is Standing.UNCLEAR


def test_not_even_a_reader_counts_on_a_day_whose_roster_is_not_here(story: Story) -> None:
    """12.2: the roster in force on the day of the entry may have removed A, while the one of the head's day lists A."""
    said = story.answer("A", day=DAY + 10)
    story.log[-1] = replace(said, day=DAY + 9)
    newest = story.rosters[-1]
    held = Rosters([Roster(4, DAY + 10, newest.recipients)])
    case = Case.of(story.log, held, DAY + 30)
    assert case
    assert story.standing(said, case) is Standing.LATE


def test_between_two_rosters_with_a_gap_nobody_can_tell_which_was_in_force(story: Story) -> None:
    entries = story.rosters[-1].recipients
    held = Rosters([Roster(1, 0, entries), Roster(3, DAY, entries)])
    assert not held.is_known(DAY - 1)
    assert held.is_known(DAY)


def test_the_roster_in_force_is_the_newest_that_has_begun(story: Story) -> None:
    entries = story.rosters[-1].recipients
    held = Rosters([Roster(3, 50, entries), Roster(1, 10, entries), Roster(2, 20, entries)])
    found = [held.in_force(day) for day in (9, 10, 20, 49, 50)]
    assert [roster and roster.version for roster in found] == [None, 1, 2, 2, 3]
    assert held.persons_on(9) == frozenset()


def test_days_of_a_roster_entry_are_inclusive(story: Story) -> None:
    """7.2: a person is on a roster from the day `from` to the day `to`, both included."""
    entry = story.rosters[-1].recipients[0]
    held = Rosters([Roster(1, 0, (entry.__class__(entry.person, entry.identity, 10, 20),))])
    on = [day for day in (9, 10, 20, 21) if held.persons_on(day)]
    assert on == [10, 20]


@pytest.mark.parametrize("body", [yes("X"), Consent("no", (), (), MessageId(bytes(32)))], ids=["yes", "no"])
def test_nobody_speaks_for_the_reporter(story: Story, body: Consent) -> None:
    """Property 4: a recipient consents in the reporter's place."""
    forged = story.post("M", body, to="ABM")
    assert story.standing(forged) is Standing.FORBIDDEN
    assert story.readers() == "ABM"
    assert [alarm.person for alarm in story.case().alarms] == [person("M")]


@pytest.mark.parametrize("body", [Question("Tekst."), Closed("Tekst."), Note("Tekst."), SteppedBack()])
def test_the_reporter_does_not_speak_for_recipients(story: Story, body: Body) -> None:
    said = story.post("R", body, to="ABM")
    assert story.standing(said) is Standing.FORBIDDEN
    assert [alarm.author for alarm in story.case().alarms] == [REPORTER]


def test_who_has_stepped_back_does_not_go_on(story: Story) -> None:
    """H5: a person who had stepped back could still share, approve and close."""
    purge = story.post("B", Purge("Waarom."))
    story.post("M", SteppedBack())
    story.later()
    approval = story.post("M", Approval(purge.id), to="AB")
    assert story.standing(approval) is Standing.LATE
    assert not story.case().approved
    assert not story.case().alarms


def test_a_wrong_to_gives_nobody_a_right(story: Story) -> None:
    """audit L5: the `to` of one recipient's message made somebody a reader for everybody."""
    story.answer("M", to="ABMN")
    assert story.readers() == "ABM"
    assert story.standing(story.answer("N", to="ABM")) is Standing.FORBIDDEN


def test_naming_somebody_left_out_is_an_alarm_and_never_a_verdict(story: Story) -> None:
    """T44: M's message names X in `to`; on the page something else is missing, in the tools nothing is."""
    note = story.post("A", Note("Tekst."))
    said = story.answer("M", to="ABMX", seen=[story.log[0], note])
    case, page = story.case(), story.page()
    assert story.standing(said, case) is story.standing(said, page) is Standing.COUNTS
    assert {alarm.kind for alarm in case.alarms} == {NoticeKind.LEFT_OUT_NAMED, NoticeKind.DOSSIER_NAMED}
    assert not page.alarms
    assert [missing.id for missing in page.missing] == [note.id]
    assert case.readers == page.readers


def test_naming_somebody_by_a_yes_that_the_message_does_not_know_is_an_alarm(story: Story) -> None:
    """12.1 step 7: M seals to X before the reporter says yes; the server puts the yes first."""
    story.post("R", yes("X"))
    said = story.answer("M", to="ABMX", seen=[story.log[0]])
    assert [alarm.messages for alarm in story.case().alarms] == [(said.id,)]
    assert story.standing(said) is Standing.COUNTS


def test_where_something_of_its_past_is_missing_naming_is_no_alarm(story: Story) -> None:
    """T44, 12.1 step 7: the "yes" can be the missing message."""
    consent = story.post("R", yes("X"))
    story.answer("A")
    case = story.case(lacks=[consent])
    assert not case.alarms
    assert [missing.id for missing in case.missing] == [consent.id]


def test_what_is_late_or_unclear_is_shown_and_changes_nothing(story: Story) -> None:
    joined = story.post("A", Joined(people("N")))
    story.post("A", SteppedBack())
    late = story.post("A", Closed("Tekst."), seen=[joined])
    assert story.judged(late).is_shown
    assert not story.judged(late).counts
    assert not story.case().is_closed


def test_a_message_before_the_joined_that_it_names_counts(story: Story) -> None:
    """T28: the server gives N's answer a place before the `joined` that it names."""
    joined = story.write("A", Joined(people("N")))
    story.put(joined, place=Place(50))
    said = story.answer("N", place=Place(40))
    assert story.standing(said) is Standing.COUNTS
    assert not story.case().alarms


def test_a_page_marks_identities_that_the_newest_roster_does_not_list_or_revokes(story: Story) -> None:
    """L9: a stolen, revoked identity and the server showed R a new last message; only persons were marked."""
    old = story.identities["A"]
    assert Rosters(story.rosters).is_current(old)
    story.rekey("A", revoke_on=story.day)
    assert not Rosters(story.rosters).is_current(old)
    assert Rosters(story.rosters).is_current(story.identities["A"])
    story.publish("ABMXN", revoked=[Revoked(story.identities["B"], story.day)])
    assert not Rosters(story.rosters).is_current(story.identities["B"])
    assert not Rosters([]).is_current(old)
