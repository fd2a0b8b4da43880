"""A case through a real server: the author of each message, their order, and that nobody can write for another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keys.cases.authors import Standing
from keys.cases.notices import NoticeKind
from keys.errors import ExcludedError, ForbiddenError, NoCaseError, NotEnrolledError
from keys.sync import actions
from keys.wire.messages import Answer, Consent, Outcome, Question
from tests.keys.forging import post_again, post_as_recipient, post_forced_share, post_unknown_kind

if TYPE_CHECKING:
    from keys.cases import Case
    from keys.receipt import Receipt
    from tests.keys.office import Office

SECRETARIS, FIRST, SECOND = "Secretaris", "Bestuurslid 1", "Bestuurslid 2"


def texts(case: Case) -> list[str]:
    return [message.text for message in case.thread if message.text]


def kinds(case: Case) -> list[str]:
    return [message.kind for message in case.thread]


def only(office: Office, name: str) -> Case:
    [case] = office.read(name)
    return case


def page(office: Office, receipt: Receipt) -> Case:
    case = office.thread(receipt).case
    assert case
    return case


def write(office: Office, name: str, body: Answer | Question) -> Case:
    with office.session(name) as session:
        session.sync()
        [case] = session.cases()
        written = actions.write(session, case, body)
        session.end()
        return written


def test_a_report_reaches_every_chosen_recipient_and_the_answer_comes_back(office: Office) -> None:
    receipt = office.report("Er ging iets mis.")
    for name in (SECRETARIS, FIRST, SECOND):
        case = only(office, name)
        assert (texts(case), case.alarms) == (["Er ging iets mis."], ())
    with office.session(SECRETARIS) as session:
        session.sync()
        [case] = session.cases()
        case = actions.open_report(session, case)
        actions.write(session, case, Question("Wanneer was dat?"))
        session.end()
    seen = page(office, receipt)
    assert (texts(seen), seen.alarms) == (["Er ging iets mis.", "Wanneer was dat?"], ())
    office.answer(receipt, "Op dinsdag.")
    case = only(office, FIRST)
    assert texts(case) == ["Er ging iets mis.", "Wanneer was dat?", "Op dinsdag."]
    assert (case.alarms, case.lines) == ((), ())
    secretaris = office.person(SECRETARIS)
    assert [message.person for message in case.thread] == [None, secretaris, secretaris, None]
    assert case.opened_by == {secretaris}


def test_a_report_without_the_secretaris_is_not_there_for_the_secretaris(office: Office) -> None:
    office.report("Over de secretaris.", without=[SECRETARIS])
    with office.session(SECRETARIS) as session:
        session.sync()
        assert session.cases() == []
        assert session.summaries() == {}
        assert session.vault.messages.cases() == []
        assert session.notices() == []
    assert len(office.read(FIRST)) == 1


def test_nobody_who_was_left_out_is_let_in_by_a_colleague(office: Office) -> None:
    office.report("Over de secretaris.", without=[SECRETARIS])
    with office.session(FIRST) as session:
        session.sync()
        [case] = session.cases()
        with pytest.raises(ExcludedError):
            actions.hand_over(session, case, [office.person(SECRETARIS)])


def test_a_share_that_a_colleague_forced_shows_nothing(office: Office) -> None:
    """A recipient with a tool of their own can seal a share to anyone."""
    office.report("Over de secretaris.", without=[SECRETARIS])
    with office.session(FIRST) as session:
        session.sync()
        post_forced_share(office, session, session.cases()[0], SECRETARIS)
    with office.session(SECRETARIS) as session:
        session.sync()
        assert session.cases() == []
        assert session.summaries() == {}
        assert not any("secretaris." in words for words in session.words().values())


def test_a_newcomer_reads_all_of_a_case_that_was_handed_over(office: Office) -> None:
    receipt = office.report("Er ging iets mis.")
    write(office, SECRETARIS, Answer("We kijken ernaar."))
    office.add("Bestuurslid 3", "bestuur")
    assert office.read("Bestuurslid 3") == []
    with office.session(SECRETARIS) as session:
        session.sync()
        actions.hand_over(session, session.cases()[0], [office.person("Bestuurslid 3")])
        session.end()
    case = only(office, "Bestuurslid 3")
    assert (texts(case), case.alarms) == (["Er ging iets mis.", "We kijken ernaar."], ())
    office.answer(receipt, "Dank je.")
    case = only(office, "Bestuurslid 3")
    assert (texts(case)[-1], case.alarms) == ("Dank je.", ())


def test_a_recipient_cannot_make_a_consent(office: Office) -> None:
    receipt = office.report()
    consent = Consent("yes", (office.person(FIRST),))
    with office.session(SECRETARIS) as session:
        session.sync()
        [case] = session.cases()
        with pytest.raises(ForbiddenError):
            actions.write(session, case, consent)
        post_as_recipient(office, session, case, consent)
    for seen in (page(office, receipt), only(office, FIRST)):
        assert [notice.kind for notice in seen.alarms] == [NoticeKind.FORBIDDEN]
        assert kinds(seen) == ["report"]


def test_somebody_whom_the_reporter_left_out_cannot_speak_in_the_thread(office: Office) -> None:
    """A colleague can post for them what they signed; it causes an alarm and is not shown."""
    receipt = office.report(without=[SECOND])
    with office.session(SECRETARIS) as helper:
        helper.sync()
        [case] = helper.cases()
        post_as_recipient(office, helper, case, Answer("Ik weet wie je bent."), signer=office.secret(SECOND).signer())
    for seen in (page(office, receipt), only(office, FIRST)):
        assert [(notice.kind, notice.person) for notice in seen.alarms] == [
            (NoticeKind.FORBIDDEN, office.person(SECOND))
        ]
        assert kinds(seen) == ["report"]


def test_a_head_sealed_again_by_another_recipient_is_found_out(office: Office) -> None:
    """Only the mac of the author's own envelope is valid with the author's signature."""
    receipt = office.report()
    write(office, SECRETARIS, Question("Wil je bellen?"))
    with office.session(FIRST) as session:
        session.sync()
        post_again(office, session, session.cases()[0])
    thread = office.thread(receipt)
    assert thread.case
    assert kinds(thread.case) == ["report", "question"]
    assert len(thread.alarms) == 1
    with office.session(SECOND) as session:
        session.sync()
        [case] = session.cases()
        assert kinds(case) == ["report", "question"]
        assert [notice.kind.value for notice in session.notices()] == ["faulty"]


def test_a_message_of_an_unknown_kind_is_kept(office: Office) -> None:
    receipt = office.report()
    with office.session(SECRETARIS) as session:
        session.sync()
        post_unknown_kind(office, session, session.cases()[0])
    for case in (only(office, FIRST), page(office, receipt)):
        assert (kinds(case), case.alarms) == (["report", "hand-over"], ())


def test_an_unknown_number_is_no_case(office: Office) -> None:
    with office.session(SECRETARIS) as session, pytest.raises(NoCaseError):
        session.case("lusab-babad-babad")


def test_what_a_recipient_said_before_they_left_still_counts_for_the_reporter(office: Office) -> None:
    receipt = office.report()
    write(office, SECRETARIS, Answer("Ik ga weg; mijn opvolger leest mee."))
    office.publish_roster([FIRST, SECOND])
    seen = page(office, receipt)
    assert seen.alarms == ()
    assert [message.standing for message in seen.thread] == [Standing.COUNTS, Standing.COUNTS]


def test_somebody_off_the_roster_cannot_answer_any_more(office: Office) -> None:
    office.report()
    case = only(office, SECRETARIS)
    office.publish_roster([FIRST, SECOND])
    with office.session(SECRETARIS) as session, pytest.raises(NotEnrolledError):
        actions.write(session, case, Answer("Nog iets."))


def test_a_shorter_term_chosen_with_the_closing_works_once_a_second_person_approves(office: Office) -> None:
    """A term that was written before its closing had no effect."""
    office.report()
    with office.session(SECRETARIS) as session:
        session.sync()
        [case] = session.cases()
        case = actions.open_report(session, case)
        case = actions.close(session, case, "Klaar.", Outcome("unfounded"), 2)
        [asked] = [case.find(one) for one in case.awaiting]
        assert asked
        assert asked.kind == "retention"
        assert case.closed_by
        assert case.is_in_past(case.closed_by, asked.id)
