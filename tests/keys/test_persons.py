"""A recipient is the same person through every change of key, and a removed or revoked one no longer counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keys.cases.authors import Standing
from keys.cases.requests import approve
from keys.errors import ExcludedError, NothingAskedError
from keys.sync import actions
from keys.wire.messages import Approval, Closed, Note, Purge, Question
from tests.keys.forging import post_as_recipient, post_forced_share

if TYPE_CHECKING:
    from keys.cases.case import Case
    from keys.sync import RecipientSession
    from keys.wire.messages import Body
    from tests.keys.office import Office

A, B, OUT = "Secretaris", "Bestuurslid 1", "Bestuurslid 2"


def only(session: RecipientSession) -> Case:
    session.sync()
    [case] = session.cases()
    return case


def case_of(office: Office, name: str) -> Case:
    with office.session(name) as session:
        return only(session)


def say(office: Office, name: str, *bodies: Body) -> None:
    with office.session(name) as session:
        case = only(session)
        for body in bodies:
            case = actions.write(session, case, body)
        session.end()


def texts(case: Case) -> list[str]:
    return [message.text for message in case.messages if message.text]


def test_a_new_key_lets_nobody_into_a_case_that_leaves_its_person_out(office: Office) -> None:
    """H4: a lost computer ended the exclusion, and the guide told colleagues to share the case."""
    office.report("Over een bestuurslid.", [OUT], people=frozenset({office.person(OUT)}))
    office.rekey(OUT)
    with office.session(A) as session:
        case = only(session)
        assert office.person(OUT) in case.left_out & case.concerned
        with pytest.raises(ExcludedError):
            actions.hand_over(session, case, [office.person(OUT)])
    office.end(OUT)  # its new vault posts `arrived`
    office.end(A)
    with office.session(OUT) as session:
        session.sync()
        assert (session.cases(), session.vault.messages.cases()) == ([], [])


def test_a_share_that_a_colleague_forces_to_a_new_key_leaves_no_trace(office: Office) -> None:
    """H4: not even if a colleague cheats."""
    office.report("Over een bestuurslid.", [OUT], people=frozenset({office.person(OUT)}))
    office.rekey(OUT)
    with office.session(A) as session:
        post_forced_share(office, session, only(session), OUT)
    with office.session(OUT) as session:
        session.sync()
        assert (session.cases(), session.vault.messages.cases(), session.notices()) == ([], [], [])


def test_who_comes_back_onto_the_roster_is_still_left_out(office: Office) -> None:
    """H4: removed from the roster for a while, then added again."""
    office.report("Over een bestuurslid.", [OUT])
    known = office.person(OUT)
    office.publish_roster([A, B])
    assert known in case_of(office, A).left_out
    office.publish_roster([A, B, OUT])
    assert office.person(OUT) == known
    assert known in case_of(office, A).left_out
    assert office.read(OUT) == []


def test_whom_the_reporter_let_in_stays_in_with_a_new_key(office: Office) -> None:
    receipt = office.report("Over een bestuurslid.", [OUT])
    office.let_in(receipt, OUT)
    office.rekey(OUT)
    office.end(OUT)
    case = case_of(office, A)
    assert office.person(OUT) in case.readers - case.left_out
    office.end(A)
    assert texts(case_of(office, OUT)) == ["Over een bestuurslid."]


def test_a_reader_with_a_new_key_stays_a_reader_and_gets_the_case_from_the_others(office: Office) -> None:
    """T1, T3, T19: re-keyed, with an empty vault that shares refill; earlier messages count for the person."""
    receipt = office.report("een")
    say(office, OUT, Question("Wanneer?"))
    office.rekey(OUT)
    office.answer(receipt, "Gisteren.")
    office.end(OUT)
    office.end(A)
    case = case_of(office, OUT)
    assert texts(case) == ["een", "Wanneer?", "Gisteren."]
    assert [message.standing for message in case.messages] == [Standing.COUNTS] * 3
    assert office.person(OUT) in case.readers
    assert case.messages[1].person == office.person(OUT)


def test_who_stepped_back_reads_no_more_with_a_new_key(office: Office) -> None:
    office.report("een")
    with office.session(OUT) as session:
        actions.step_back(session, only(session), "Te dichtbij.")
        session.end()
    office.rekey(OUT)
    case = case_of(office, A)
    assert office.person(OUT) in case.stepped_back
    assert office.person(OUT) not in case.readers


def test_two_keys_of_one_person_do_not_destroy_a_case(office: Office) -> None:
    """H1 (a): purge with the lost key, approval with its replacement."""
    office.report("een")
    say(office, OUT, Purge("Weg ermee."))
    office.rekey(OUT)
    office.end(OUT)
    office.end(A)
    with office.session(OUT) as session:
        case = only(session)
        asked = case.latest(Purge)
        assert asked
        with pytest.raises(NothingAskedError):
            approve(case, session.person)
        post_as_recipient(office, session, case, Approval(asked.id, "Goed."))
    case = case_of(office, A)
    assert case.approved == {}
    assert case.last_day is None


def test_a_former_recipient_has_no_word_in_a_running_case(office: Office) -> None:
    """H5: anybody who was ever on a roster could permanently close, share and approve."""
    receipt = office.report("een")
    case_of(office, OUT)
    office.publish_roster([A, B])
    with office.session(OUT) as session:
        [case_id] = session.vault.messages.cases()
        case = session.load(case_id)
        assert case
        post_as_recipient(office, session, case, Closed("Klaar."))
    case = case_of(office, A)
    assert [message.standing for message in case.messages] == [Standing.COUNTS, Standing.LATE]
    assert not case.is_closed
    thread = office.thread(receipt).case
    assert thread
    assert not thread.is_closed


def test_what_a_recipient_said_in_their_days_counts_for_ever(office: Office) -> None:
    receipt = office.report("een")
    say(office, OUT, Question("Wanneer?"))
    office.publish_roster([A, B])
    office.pass_days(30)
    thread = office.thread(receipt)
    assert thread.case
    assert (texts(thread.case), thread.case.alarms) == (["een", "Wanneer?"], ())
    assert [message.standing for message in thread.case.messages] == [Standing.COUNTS] * 2


def test_a_stolen_key_has_no_word_from_the_day_after_its_revocation(office: Office) -> None:
    """H5, T15: it counts through the day of the revocation, and is late from the next day on."""
    office.report("een")
    say(office, OUT, Question("Op de dag zelf."))
    old = office.rekey(OUT, stolen=True)
    with office.session(old) as session:
        [case_id] = session.vault.messages.cases()
        case = session.load(case_id)
        assert case
        post_as_recipient(office, session, case, Closed("Door de dief."))
    case = case_of(office, A)
    assert [message.standing for message in case.messages] == [Standing.COUNTS, Standing.COUNTS, Standing.LATE]
    assert not case.is_closed


def test_nobody_seals_to_a_revoked_key_and_its_owner_can_post_nothing(office: Office) -> None:
    office.report("een")
    case_of(office, OUT)
    old = office.rekey(OUT, stolen=True)
    _, addressees = office.addressees()
    with office.session(old) as session:
        assert not session.sync().is_complete
        assert (session.end().posted, session.end().covers) == (0, 0)
    say(office, A, Note("Niet voor de dief."))
    assert addressees.roster.find(office.identity(old)) is None
    with office.session(old) as session:
        session.sync()
        assert len(session.vault.messages.of_case(session.vault.messages.cases()[0])) == 1
