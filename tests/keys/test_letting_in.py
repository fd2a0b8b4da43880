"""A person whom a report leaves out stays out, until the reporter's own signed consent lets them in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keys.errors import EnteredError, ExcludedError, ForbiddenError
from keys.sync import actions
from keys.wire.messages import Answer, Consent, Joined, Request
from tests.keys.forging import post_as_recipient
from tests.policies import draft

if TYPE_CHECKING:
    from keys.cases.case import Case
    from keys.receipt import Receipt
    from keys.sync import RecipientSession
    from keys.wire.ids import MessageId
    from tests.keys.office import Office

A, B, OUT = "Secretaris", "Bestuurslid 1", "Bestuurslid 2"


@pytest.fixture
def receipt(office: Office) -> Receipt:
    """The code of a report that leaves one of the board out."""
    return office.report("Over een bestuurslid.", [OUT], people=frozenset({office.person(OUT)}))


def only(session: RecipientSession) -> Case:
    session.sync()
    [case] = session.cases()
    return case


def case_of(office: Office, name: str) -> Case:
    with office.session(name) as session:
        return only(session)


def hand_over(office: Office, by: str = A) -> None:
    with office.session(by) as session:
        actions.hand_over(session, only(session), [office.person(OUT)])
        session.end()


def ask(office: Office) -> MessageId:
    """Ask the reporter to let in the left-out person, and return the request's id."""
    with office.session(A) as session:
        people = (office.person(OUT),)
        case = actions.write(
            session, only(session), Request("Om te kunnen handelen.", "het bestuur", "De melding.", people)
        )
        session.end()
        return case.messages[-1].id


def test_nobody_hands_over_to_one_who_was_left_out(office: Office, receipt: Receipt) -> None:
    with pytest.raises(ExcludedError):
        hand_over(office)
    assert office.read(OUT) == []


def test_a_joined_that_a_colleague_forces_lets_nobody_in(office: Office, receipt: Receipt) -> None:
    with office.session(A) as session:
        post_as_recipient(office, session, only(session), Joined((office.person(OUT),)))
    assert office.person(OUT) not in case_of(office, B).readers
    assert [notice.kind.value for notice in case_of(office, B).alarms] == ["left-out-named"]
    office.end(A)
    office.end(B)
    assert office.read(OUT) == []


def test_the_reporter_lets_in_whom_they_left_out(office: Office, receipt: Receipt) -> None:
    office.let_in(receipt, OUT)
    with office.session(OUT) as session:
        case = only(session)
        assert (case.report.text, case.concerned) == ("Over een bestuurslid.", {office.person(OUT)})
        actions.write(session, case, Answer("Ik las het."))
        session.end()
    thread = office.thread(receipt)
    assert thread.case
    assert (thread.case.messages[-1].text, thread.alarms, thread.case.alarms) == ("Ik las het.", (), ())
    # From now on, everyone seals to them too.
    assert office.person(OUT) in case_of(office, A).readers


def test_a_recipient_hands_over_after_the_reporters_consent(office: Office, receipt: Receipt) -> None:
    request = ask(office)
    with pytest.raises(ExcludedError):
        hand_over(office)
    office.say(receipt, Consent("yes", (office.person(OUT),), (), request))
    hand_over(office)
    assert case_of(office, OUT).report.text == "Over een bestuurslid."


@pytest.mark.parametrize("words", [["no"], ["yes", "withdrawn"], ["withdrawn"]])
def test_without_consent_that_stands_nobody_is_let_in(office: Office, receipt: Receipt, words: list[str]) -> None:
    request = ask(office)
    for word in words:
        office.say(receipt, Consent(word, (office.person(OUT),), (), request))
    with pytest.raises(ExcludedError):
        hand_over(office)
    assert office.read(OUT) == []


def test_a_yes_that_does_not_know_of_a_no_lets_nobody_in(office: Office, receipt: Receipt) -> None:
    """A server that hides or reorders consents could let somebody in."""
    people = (office.person(OUT),)
    office.say(receipt, Consent("no", people))
    office.say(receipt, Consent("yes", people))
    assert office.person(OUT) in case_of(office, A).left_out
    office.let_in(receipt, OUT)
    assert office.person(OUT) in case_of(office, A).readers


def test_no_recipient_agrees_for_the_reporter(office: Office, receipt: Receipt) -> None:
    request = ask(office)
    with office.session(B) as session:
        case = only(session)
        with pytest.raises(ForbiddenError):
            actions.write(session, case, Consent("yes", (office.person(OUT),), (), request))
        post_as_recipient(office, session, case, Consent("yes", (office.person(OUT),), (), request))
    case = case_of(office, A)
    assert office.person(OUT) in case.left_out
    assert [notice.kind.value for notice in case.alarms] == ["forbidden"]


def test_no_consent_counts_where_a_recipient_has_the_code(office: Office) -> None:
    """H2: its writer could consent for the reporter."""
    with office.session(A) as session:
        case, receipt = actions.enter(session, draft("Verteld."), "phone")
        session.end()
    assert office.person(OUT) in case.left_out
    with pytest.raises(EnteredError):
        office.let_in(receipt, OUT)
    assert office.read(OUT) == []


def test_withdrawn_consent_ends_what_is_to_come(office: Office, receipt: Receipt) -> None:
    request = ask(office)
    office.say(receipt, Consent("yes", (office.person(OUT),), (), request))
    hand_over(office)
    assert len(case_of(office, OUT).messages) == 4
    office.say(receipt, Consent("withdrawn", (office.person(OUT),), (), request))
    office.answer(receipt, "Dit niet meer.")
    assert office.person(OUT) not in case_of(office, A).readers
    office.end(A)
    with office.session(OUT) as session:
        session.sync()
        assert session.cases() == []
        [case_id] = session.vault.messages.cases()
        texts = [one.message.head.body for one in session.vault.messages.of_case(case_id)]
    assert Answer("Dit niet meer.") not in texts
    assert Consent("withdrawn", (office.person(OUT),), (), request) in texts  # they learn that they no longer read


def test_who_was_let_in_and_out_again_before_they_looked_finds_nothing_and_is_told_no_tale(
    office: Office, receipt: Receipt
) -> None:
    """audit L11: they read "somebody tried to let you into a case", which revealed that there is one about them."""
    office.let_in(receipt, OUT)
    office.say(receipt, Consent("withdrawn", (office.person(OUT),)))
    with office.session(OUT) as session:
        session.sync()
        assert session.cases() == []
        assert [notice for notice in session.notices() if notice.is_alarm] == []


def test_the_reporter_gives_it_again_to_one_who_was_chosen(office: Office) -> None:
    receipt = office.report("Nog niet gelezen.")
    office.let_in(receipt, B)
    assert case_of(office, B).report.text == "Nog niet gelezen."
