"""The readers of a case: left out, let in, joined, stepped back (SPEC 12.3)."""

from __future__ import annotations

from itertools import permutations

import pytest

from keys.cases.authors import Standing
from keys.cases.notices import NoticeKind
from keys.cases.place import Place
from keys.wire.messages import Answer, Entered, Joined, Note, Question, Request, SteppedBack
from tests.cases.story import REPORTER, Story, names, no, people, person, withdrawn, yes


@pytest.fixture
def story() -> Story:
    """A report to A, B and M, about X."""
    story = Story("ABMXN")
    story.report("ABM", without="X", about="X")
    return story


def test_readers_are_whom_the_report_names_on_the_roster_in_force(story: Story) -> None:
    assert story.readers() == "ABM"
    assert names(story.case().left_out) == "X"


def test_who_could_not_be_sealed_to_is_a_reader() -> None:
    """Finding M2: a missing bundle must not put anybody into `without`."""
    story = Story("ABX")
    story.report("A", missing="B", without="X")
    assert story.readers() == "AB"
    assert story.standing(story.answer("B")) is Standing.COUNTS


def test_a_reader_lets_a_newcomer_in_and_steps_back(story: Story) -> None:
    story.post("A", Joined(people("N")))
    assert story.readers() == "ABMN"
    left = story.post("N", SteppedBack())
    assert story.readers() == "ABM"
    assert names(story.judged(left).ended) == "N"
    assert person("N") in left.head.to, "who reads no more learns it"
    story.post("B", Joined(people("N")))
    assert story.readers() == "ABMN"


def test_a_newcomer_who_is_not_on_the_roster_reads_from_the_roster_that_lists_them() -> None:
    story = Story("AB")
    story.report("AB", without="")
    story.post("A", Joined(people("N")))
    assert story.readers() == "AB"
    story.publish("ABN")
    assert story.readers() == "AB"
    story.later()
    assert story.readers() == "ABN"


def test_the_last_reader_cannot_step_back() -> None:
    story = Story("AB")
    story.report("A", without="B")
    story.post("A", SteppedBack())
    assert story.readers() == "A"


def test_stepping_back_is_void_where_the_only_other_reader_left_the_roster() -> None:
    story = Story("AB")
    story.report("AB", without="")
    story.publish("A")
    story.later()
    story.post("A", SteppedBack())
    assert story.readers() == "A"


def test_who_is_left_out_does_not_read_whatever_names_them(story: Story) -> None:
    """T22: X is in `without`; R says yes, then withdraws it; M names X in a `joined`."""
    story.post("R", yes("X"))
    assert story.readers() == "ABMX"
    story.post("R", withdrawn("X"))
    story.post("M", Joined(people("X")), to="ABMX")
    assert story.readers() == "ABM"
    assert not story.case().alarms, "a yes has named them"


def test_a_joined_of_somebody_never_let_in_is_an_alarm_and_has_no_effect(story: Story) -> None:
    """T22: the same without any yes."""
    forged = story.post("M", Joined(people("X")))
    assert story.readers() == "ABM"
    [alarm] = story.case().alarms
    assert (alarm.kind, alarm.messages, alarm.person) == (NoticeKind.LEFT_OUT_NAMED, (forged.id,), person("M"))
    assert alarm.people == people("X")


def test_a_word_about_a_request_puts_out_nobody_to_whom_the_report_went(story: Story) -> None:
    """T23: a request about A, who is in the report's `to`, and X; yes, then withdrawn."""
    asked = story.post("B", Request("Waarom.", "A en X", "Alles.", people("AX")))
    assert story.readers() == "ABM"
    story.post("R", yes("AX"))
    assert story.readers() == "ABMX"
    story.post("R", withdrawn("AX"))
    assert story.readers() == "ABM"
    assert story.standing(asked) is Standing.COUNTS


def test_who_was_missing_in_the_report_is_not_put_out_either() -> None:
    """T23: `missing` is as good as `to`."""
    story = Story("AB")
    story.report("A", missing="B", without="")
    story.post("R", no("AB"))
    assert story.readers() == "AB"


def test_a_no_leaves_a_newcomer_out(story: Story) -> None:
    """T24: R says no about newcomer N; A joins N the next day."""
    denial = story.post("R", no("N"))
    story.later()
    story.post("A", Joined(people("N")))
    assert story.readers() == "ABM"
    assert not story.case().alarms
    story.post("R", yes("N", denial))
    assert story.readers() == "ABMN"


def test_a_no_ends_the_reading_of_a_newcomer_who_was_joined(story: Story) -> None:
    """T24, T6: the denial is sealed to those whose reading it ends."""
    story.post("A", Joined(people("N")))
    denial = story.post("R", no("N"))
    assert story.readers() == "ABM"
    assert person("N") in denial.head.to


def test_a_yes_that_does_not_name_the_no_lets_nobody_in(story: Story) -> None:
    """T10: R's "no" is withheld from the page; R's "yes" names a message of M that names it."""
    denial = story.post("R", no("X"))
    lure = story.post("M", Answer("Tekst."))
    assert denial.id in lure.head.seen
    consent = story.post("R", yes("X"), unaware=[denial], seen=[lure])
    assert story.case().is_in_past(denial.id, of=consent.id)
    assert story.readers() == "ABM"
    assert "X" in names(story.case().left_out)


def test_in_no_order_of_places_does_a_yes_win_over_a_no_that_it_does_not_name() -> None:
    """T11: numbered consents let X in for 387 of 4,000 orders; now for none."""
    for order in permutations(range(4)):
        story = Story("ABMX")
        story.report("ABM", without="X")
        first = story.write("R", yes("X"), log=story.log, seen=[])
        denial = story.write("R", no("X"), seen=[])
        second = story.write("R", yes("X"), seen=[])
        fourth = story.write("R", withdrawn("X"), seen=[])
        for message, at in zip((first, denial, second, fourth), order, strict=True):
            story.put(message, place=Place(10 + at))
        assert story.readers() == "ABM", order
        story.put(story.write("R", yes("X", denial)), place=Place(20))
        assert story.readers() == "ABM", "one of two denials is not all"
        story.put(story.write("R", yes("X", denial, fourth)), place=Place(21))
        assert story.readers() == "ABMX", order


def test_a_consent_names_the_people_and_needs_no_request(story: Story) -> None:
    """T4, T12: N gets R's "yes", but not the request that it answers."""
    asked = story.post("A", Request("Waarom.", "N", "Alles.", people("X")))
    answer = story.post("R", yes("X"))
    case = story.case(lacks=[asked])
    assert story.readers(case) == "ABMX"
    assert not case.alarms
    assert [missing.id for missing in case.missing] == [asked.id]
    assert case.missing[0].named_by == (answer.id,)


def test_a_denial_about_a_request_that_is_missing_still_names_the_people(story: Story) -> None:
    """T12: "no" names a request that B could not read; B would consider X let in and seal to X."""
    asked = story.post("A", Request("Waarom.", "X", "Alles.", people("X")))
    story.post("R", no("X"))
    assert "X" in names(story.case(lacks=[asked]).left_out)


def test_a_no_wins_over_a_yes_that_crosses_it(story: Story) -> None:
    """T25: two windows: a "no" about X, and a "yes" that does not know of it."""
    denial = story.post("R", no("X"))
    story.post("R", yes("X"), unaware=[denial], screen=[])
    assert story.readers() == "ABM"


def test_a_denial_is_sealed_to_all_whom_a_yes_ever_named(story: Story) -> None:
    """T42, D12: a denial that crosses a "yes"; X would never learn that they no longer read."""
    first = story.post("R", no("X"))
    crossing = story.post("R", yes("X"), unaware=[first])
    assert story.readers() == "ABM"
    denial = story.post("R", withdrawn("X"))
    assert person("X") in denial.head.to
    assert not story.case().alarms
    assert person("X") in story.case().admitted
    assert story.standing(crossing) is Standing.COUNTS


def test_a_yes_that_lets_nobody_in_is_not_sealed_to_them(story: Story) -> None:
    """Property 3: X was let in and denied again; another window says yes without knowing of the denial."""
    story.post("R", yes("X"))
    denial = story.post("R", withdrawn("X"))
    crossing = story.post("R", yes("X"), unaware=[denial])
    assert not story.judged(crossing).ended


def test_a_denial_that_ends_nothing_is_not_sealed_to_whom_it_names(story: Story) -> None:
    """Property 3: a person who was never let in learns nothing about the case."""
    assert person("X") not in story.post("R", no("X")).head.to


def test_a_denial_sealed_to_somebody_whom_only_a_joined_named_is_no_alarm(story: Story) -> None:
    """12.3: M forges a `joined` of X; R's page then seals its "no" to X too."""
    story.post("M", Joined(people("X")))
    denial = story.post("R", no("X"))
    assert person("X") in denial.head.to
    assert [alarm.person for alarm in story.case().alarms] == [person("M")]


def test_order_is_the_logs_for_a_step_back_that_does_not_know_of_the_own_joined(story: Story) -> None:
    """T21: M posts a parallel `stepped-back`; N's earlier messages would become late."""
    joined = story.post("M", Joined(people("N")))
    said = story.answer("N")
    story.post("M", SteppedBack(), seen=[story.log[0]])
    assert story.standing(said) is Standing.COUNTS
    assert story.standing(joined) is Standing.COUNTS
    assert story.readers() == "ABN"


def test_two_words_of_one_session_posted_in_order_both_count(story: Story) -> None:
    """T2: B writes an answer and steps back in one session."""
    answer = story.write("B", Answer("Tekst."))
    left = story.write("B", SteppedBack(), log=[*story.log, answer])
    story.put(answer)
    story.put(left)
    assert story.standing(answer) is Standing.COUNTS
    assert story.readers() == "AM"
    assert not story.case().alarms
    assert not story.case().lines


def test_two_words_of_one_session_are_applied_in_order_when_the_server_turns_them_around(story: Story) -> None:
    """T2: over two circuits, they arrived in reverse order."""
    answer = story.write("B", Answer("Tekst."))
    left = story.write("B", SteppedBack(), log=[*story.log, answer])
    story.put(left)
    story.put(answer)
    assert story.standing(answer) is Standing.COUNTS
    assert not story.case().alarms


def test_a_joined_by_somebody_who_had_stepped_back_does_not_count(story: Story) -> None:
    """T26: M steps back, then joins N without naming that; N writes."""
    left = story.post("M", SteppedBack())
    joined = story.post("M", Joined(people("N")), seen=[story.log[0]])
    said = story.answer("N", seen=[joined], to="ABMN")
    assert story.standing(joined) is Standing.LATE
    assert story.standing(said) is Standing.LATE
    assert story.readers() == "AB"
    assert not story.case().alarms
    assert story.readers(story.case(lacks=[left])) == "ABMN"


def test_off_the_roster_for_a_week_and_on_again_reads_again(story: Story) -> None:
    """T31: reading returns with the roster; shares bring what was missed."""
    story.publish("BMXN")
    story.later()
    assert story.readers() == "BM"
    story.publish("ABMXN")
    story.later(7)
    assert story.readers() == "ABM"
    assert story.standing(story.answer("A")) is Standing.COUNTS


def test_no_message_of_the_dossier_changes_who_reads(story: Story) -> None:
    """12.1: the page has the same readers, though it sees no dossier."""
    story.post("A", Joined(people("N")))
    story.post("A", Note("Tekst."))
    story.post("R", no("N"))
    story.post("B", Question("Tekst."))
    assert story.case().readers == story.page().readers
    assert story.case().left_out == story.page().left_out


def test_in_an_entered_report_a_consent_is_forbidden() -> None:
    """H2: the recipient who enters a report holds its code, and could consent in the reporter's place."""
    story = Story("ABX")
    author = story.identities["A"]
    story.report("A", without="X", entered=Entered(author, bytes(64), "phone"))
    consent = story.post("R", yes("X"))
    assert story.readers() == "A"
    [alarm] = story.case().alarms
    assert (alarm.kind, alarm.messages, alarm.author) == (NoticeKind.FORBIDDEN, (consent.id,), REPORTER)
    assert not story.case().waiting, "what is forbidden asks for nothing"


def test_nobody_but_the_reporter_makes_a_report_an_entered_one(story: Story) -> None:
    """H2: a board member's tool claims it right after a genuine report. It must be in the report's body."""
    story.post("M", Note("Genoteerd."))
    story.post("R", yes("X"))
    assert story.readers() == "ABMX"


def test_a_new_key_does_not_end_an_exclusion(story: Story) -> None:
    """H4: X, whom the report is about, loses a laptop and gets a new identity by the normal procedure."""
    story.rekey("X")
    story.later()
    assert story.readers() == "ABM"
    story.post("A", Joined(people("X")), to="ABM")
    assert story.readers() == "ABM"
    said = story.answer("X", to="ABM")
    assert story.standing(said) is not Standing.COUNTS


def test_a_new_key_ends_no_ones_reading(story: Story) -> None:
    """T3, H4: A is re-keyed and goes on."""
    story.rekey("A")
    story.later()
    assert story.readers() == "ABM"
    assert story.standing(story.answer("A")) is Standing.COUNTS


def test_a_withdrawal_is_not_hidden_by_many_messages_that_saw_nothing(story: Story) -> None:
    """M3 (1): 16 parallel messages by M pushed R's own withdrawal out of `seen`."""
    story.post("R", yes("X"))
    withdrawal = story.post("R", withdrawn("X"))
    for _ in range(70):
        story.answer("M", seen=[])
    following = story.answer("R")
    assert len(following.head.seen) == 64
    assert withdrawal.id in following.head.seen
    lacking = story.case(lacks=[withdrawal])
    assert withdrawal.id in {missing.id for missing in lacking.missing}


def test_a_withdrawal_counts_wherever_the_server_puts_it(story: Story) -> None:
    """M3 (2): with `yes` and `withdrawn` exchanged, the withdrawal was forbidden."""
    consent = story.write("R", yes("X"))
    denial = story.write("R", withdrawn("X"), log=[*story.log, consent])
    story.put(denial)
    story.put(consent)
    assert story.standing(denial) is Standing.COUNTS
    assert story.readers() == "ABM"


def test_who_was_put_out_again_does_not_speak_in_the_dossier(story: Story) -> None:
    """M3 (3): judged by the author's own `seen`, they continued by naming an old place."""
    consent = story.post("R", yes("X"))
    story.post("R", withdrawn("X"))
    note = story.post("X", Note("Tekst."), seen=[consent], to="ABMX")
    assert story.standing(note) is Standing.LATE


def test_of_two_readers_who_step_back_at_once_the_second_stays() -> None:
    """12.3: they cross, so that nobody would read; the order of the log decides for everybody alike."""
    story = Story("AB")
    story.report("AB", without="")
    first, second = story.write("A", SteppedBack()), story.write("B", SteppedBack())
    story.put(second)
    stays = story.put(first)
    assert story.readers() == "A"
    assert not story.judged(stays).ended
    assert not story.case().alarms


def test_a_yes_that_does_not_name_a_no_names_nobody_anew(story: Story) -> None:
    """12.3: A, a recipient of the report, steps back; one window says no, another yes."""
    story.post("A", SteppedBack())
    denial = story.post("R", no("A"))
    crossing = story.post("R", yes("A"), unaware=[denial])
    assert story.readers() == "BM"
    story.post("R", yes("A", denial), unaware=[crossing])
    assert story.readers() == "ABM"


def test_who_was_joined_while_left_out_reads_once_let_in(story: Story) -> None:
    denial = story.post("R", no("N"))
    story.post("A", Joined(people("N")), unaware=[denial])
    assert story.readers() == "ABM"
    story.post("R", yes("N", denial))
    assert story.readers() == "ABMN"


def test_a_yes_about_two_people_lets_in_the_one_whose_denials_it_names(story: Story) -> None:
    denial = story.post("R", no("N"))
    story.post("R", yes("NX"), unaware=[denial])
    assert story.readers() == "ABMX"
    story.post("R", yes("N", denial))
    assert story.readers() == "ABMNX"
