"""A session reads the log, writes into the outbox, and posts when it ends; its acts use the current case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keys.errors import (
    AmbiguousNumberError,
    EnteredError,
    ExcludedError,
    GrownError,
    LockedError,
    NetworkError,
    NobodyLeftError,
    NoCaseError,
    NoIdentityError,
    NotEnrolledError,
    OwnMatterError,
    ReasonError,
    TextError,
)
from keys.identity import open_log_capability
from keys.sync import NoticeKind, actions
from keys.vault.outbox_store import Reason, State
from keys.wire.ids import CaseId
from keys.wire.log import log_cursor
from keys.wire.messages import (
    Acknowledgement,
    Answer,
    Closed,
    Consent,
    Identity,
    Minutes,
    Note,
    Opened,
    Outcome,
    Question,
    Request,
)
from tests.keys.office import PEOPLE
from tests.policies import draft

if TYPE_CHECKING:
    from keys.cases.case import Case
    from keys.sync import RecipientSession
    from tests.keys.office import Office

A, B, X = (name for name, _ in PEOPLE)


def kinds(case: Case) -> list[str]:
    return [message.kind for message in case.messages]


def only(session: RecipientSession) -> Case:
    session.sync()
    [case] = session.cases()
    return case


def entries(office: Office) -> int:
    """Return the number of log entries."""
    secret, origin = office.secret(A), office.root.id
    capability = open_log_capability(secret, office.roster())
    return len(office.courier().short_log(capability, log_cursor(0, origin)).entries)  # type: ignore[arg-type]


def offline(office: Office) -> None:
    def refuse(path: str) -> None:
        raise NetworkError("cut")

    office.refuse = refuse  # type: ignore[assignment]


def test_a_sync_posts_no_envelope(office: Office) -> None:
    office.report("een")
    with office.session(A) as session:
        actions.open_report(session, only(session))
        session.sync()
        assert not [path for _, path, _ in session.courier.asked if path in ("/envelopes", "/uploads")]  # type: ignore[attr-defined]
    assert entries(office) == 1


@pytest.mark.parametrize("written", [0, 1, 4, 5])
def test_the_end_of_a_session_posts_as_many_entries_as_the_policy_says_or_the_next_multiple(
    office: Office, written: int
) -> None:
    office.report("een")
    cover = office.roster().policy.cover
    with office.session(A) as session:
        case = only(session)
        for number in range(written):
            actions.write(session, case, Note(f"notitie {number}"))
        sent = session.end()
    assert (sent.posted, sent.posted + sent.covers) == (written, cover if written <= cover else 2 * cover)
    assert entries(office) == 1 + sent.posted + sent.covers
    assert len([kind for kind in kinds(office.read(B)[0]) if kind == "note"]) == written


def test_a_session_that_did_not_read_the_log_posts_nothing(office: Office) -> None:
    office.report("een")
    office.read(A)
    with office.session(A) as session:
        actions.open_report(session, session.cases()[0])
        assert (session.end().posted, len(session.vault.outbox.all())) == (0, 1)
    assert entries(office) == 1


def test_send_now_posts_what_waits_and_nothing_else(office: Office) -> None:
    office.report("een")
    with office.session(A) as session:
        actions.write(session, only(session), Answer("Dank."))
        assert session.send_now().posted == 1
    assert entries(office) == 2


def test_a_reply_stops_where_the_case_has_grown(office: Office) -> None:
    """A cry for help that crossed an answer used to disappear from every list."""
    receipt = office.report("een")
    with office.session(A) as session:
        case = only(session)
        office.answer(receipt, "Er is haast bij!")
        for body in (Answer("Wij hebben tijd."), Question("Wanneer?"), Closed("Klaar."), Acknowledgement("Dank.")):
            with pytest.raises(GrownError):
                actions.write(session, case, body)
        assert session.vault.outbox.all() == []
        grown = session.case(case.number)
        assert kinds(grown) == ["report", "answer"]
        written = actions.write(session, grown, Answer("Wij komen."))
        assert written.waiting == ()


def test_what_its_owner_has_written_does_not_make_a_case_grow(office: Office) -> None:
    office.report("een")
    with office.session(A) as session:
        case = only(session)
        actions.write(session, case, Note("Gebeld."))
        actions.write(session, case, Answer("Dank."))
        assert kinds(session.case(case.number)) == ["report", "note", "answer"]


def test_a_note_names_only_what_stood_on_the_screen(office: Office) -> None:
    receipt = office.report("een")
    with office.session(A) as session:
        case = only(session)
        office.answer(receipt, "Niet op het scherm.")
        written = actions.write(session, case, Note("Gebeld."))
    [note] = [message for message in written.messages if message.kind == "note"]
    assert note.head.seen == (case.id,)
    assert len(written.waiting) == 1


def test_a_note_is_written_without_a_network_and_a_reply_is_not(office: Office) -> None:
    office.report("een")
    with office.session(A) as session:
        case = only(session)
        offline(office)
        session.courier = office.courier()
        assert kinds(actions.write(session, case, Note("In de trein."))) == ["report", "note"]
        with pytest.raises(NetworkError):
            actions.write(session, case, Answer("Dank."))
        assert not session.end().is_reached


def test_opened_is_in_the_outbox_before_the_words_are_shown_and_only_once(office: Office) -> None:
    office.report("een")
    with office.session(A) as session:
        case = only(session)
        offline(office)
        session.courier = office.courier()
        for _ in range(2):
            case = actions.open_report(session, case)
        assert kinds(case) == ["report", "opened"]
        assert [one.message.head.body for one in session.vault.outbox.all()] == [Opened()]
        assert case.opened_by == {session.person}


def test_who_is_offline_for_weeks_seals_by_their_own_clock_to_last_resort_keys(office: Office) -> None:
    office.report("een")
    with office.session(A) as session:
        case = only(session)
        office.pass_days(40)
        written = actions.open_report(session, case)
        assert written.messages[-1].head.day == office.today
        assert session.composer().addressees.pairs.keys() == {office.person(name) for name in (A, B, X)}


def test_who_the_reporter_is_is_recorded_before_it_is_shown(office: Office) -> None:
    receipt = office.report("een")
    with office.session(A) as session:
        with pytest.raises(NoIdentityError):
            actions.reveal(session, only(session), "Om te bellen.")
        office.say(receipt, Identity("SENTINEL-naam"))
        case = only(session)
        with pytest.raises(TextError):
            actions.reveal(session, case, "")
        assert kinds(actions.reveal(session, case, "Om te bellen.")) == ["report", "identity", "revealed"]


def test_a_closing_has_read_a_name_that_nobody_has_revealed(office: Office) -> None:
    """K17: an unopened identity message was never on the screen, and its case waited without end."""
    receipt = office.report("een")
    office.say(receipt, Identity("SENTINEL-naam"))
    with office.session(A) as session:
        closed = actions.close(session, only(session), "Klaar.", Outcome("none"))
        assert (closed.is_closed, closed.waiting) == (True, ())
        session.send_now()
    [case] = office.read(B)
    assert (case.is_closed, case.waiting) == (True, ())


def test_a_number_that_fits_two_cases_finds_neither(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """audit L8: an author can search for an id, and the first match was taken."""
    office.report("een")
    office.report("twee")
    with office.session(A) as session:
        session.sync()
        number = session.cases()[0].number
        monkeypatch.setattr("keys.cases.numbers.case_number", lambda _id: number)
        with pytest.raises(AmbiguousNumberError):
            session.case(number)


def test_a_number_finds_its_case_and_no_other(office: Office) -> None:
    office.report("een")
    office.report("twee")
    with office.session(A) as session:
        session.sync()
        for case in session.cases():
            assert session.case(case.number.upper()).id == case.id
        with pytest.raises(NoCaseError):
            session.case("lusab-babad-gutih")


def test_whoever_steps_back_finds_the_case_locked_at_once(office: Office) -> None:
    office.report("een")
    with office.session(X) as session:
        case = only(session)
        actions.step_back(session, case, "Te dichtbij.")
        with pytest.raises(LockedError):
            session.case(case.number)
        assert session.cases() == []
        session.end()
    [case] = office.read(A)
    assert kinds(case) == ["report", "note", "stepped-back"]
    assert case.readers == {office.person(A), office.person(B)}


def test_a_case_asks_nothing_of_an_owner_who_does_not_read_it(office: Office) -> None:
    receipt = office.report("een")
    with office.session(X) as session:
        actions.step_back(session, only(session), "Te dichtbij.")
        session.end()
        office.answer(receipt, "twee")
        session.sync()
        [summary] = session.summaries().values()
        assert (summary.waiting, summary.unread) == (0, 0)
    with office.session(A) as session:
        session.sync()
        [summary] = session.summaries().values()
        assert (summary.waiting, summary.unread) == (1, 2)


def test_nobody_steps_back_from_a_case_that_nobody_else_could_read(office: Office) -> None:
    receipt = office.report("een", without=[B, X])
    with office.session(A) as session:
        case = only(session)
        with pytest.raises(NobodyLeftError):
            actions.step_back(session, case, "Te dichtbij.")
        with pytest.raises(ExcludedError):
            actions.step_back(session, case, "Te dichtbij.", [office.person(B)])
        office.let_in(receipt, B)
        actions.step_back(session, only(session), "Te dichtbij.")


def test_whoever_is_let_in_gets_all_of_the_case_in_the_same_session(office: Office) -> None:
    office.add("Bestuurslid 3", "bestuur")
    office.end("Bestuurslid 3")
    receipt = office.report("een", people=frozenset())
    office.publish_roster([A, B, X, "Bestuurslid 3"])
    with office.session(A) as session:
        case = only(session)
        actions.write(session, case, Note("Gebeld."))
        session.end()
    office.answer(receipt, "Meer.")
    office.add("Nieuw", "external")
    with office.session(A) as session:
        case = actions.hand_over(session, only(session), [office.person("Nieuw")], "Zij weet ervan.")
        session.end()
    [seen] = office.read("Nieuw")
    assert kinds(seen) == ["report", "note", "answer", "joined", "note"]
    assert office.person("Nieuw") in seen.readers


def test_nobody_is_let_in_who_is_not_on_the_roster(office: Office) -> None:
    office.report("een")
    office.publish_roster([A, B])
    with office.session(A) as session, pytest.raises(NotEnrolledError):
        actions.hand_over(session, only(session), [office.drafts[0].finished().newest.recipients[2].person])


def test_a_longer_term_needs_a_reason(office: Office) -> None:
    office.report("een")
    with office.session(A) as session:
        case = only(session)
        longer = office.roster().policy.retention.months + 1
        with pytest.raises(ReasonError):
            actions.close(session, case, "Klaar.", Outcome("none"), longer)
        closed = actions.close(session, case, "Klaar.", Outcome("none"), longer, "Een zaak bij de rechter.")
    assert kinds(closed) == ["report", "outcome", "closed", "retention"]
    assert closed.is_closed


def test_what_was_put_aside_is_sent_or_dropped_by_its_owners_word(office: Office) -> None:
    office.report("een")
    with office.session(A) as session:
        case = only(session)
        case = actions.write(session, case, Note("Een."))
        case = actions.write(session, case, Note("Twee."))
        with session.vault.transaction():
            session.vault.outbox.put_aside(session.vault.outbox.waiting(case.id), Reason.TOO_LARGE)
        first, second = actions.put_aside(session)
        assert NoticeKind.PUT_ASIDE in [notice.kind for notice in session.notices()]
        actions.drop(session, first.message.mac)
        actions.send_anyway(session, second.message.mac)
        [waiting] = session.vault.outbox.all()
        assert waiting.state is State.QUEUED
        session.end()
    [seen] = office.read(B)
    assert [message.text for message in seen.messages] == ["een", "Twee."]
    assert seen.missing == ()  # nobody names the dropped message


def test_a_report_is_entered_for_somebody_with_minutes_to_be_agreed_to(office: Office) -> None:
    """H2: it is part of the report, so no `opened` of a colleague comes in between."""
    with office.session(A) as session:
        case, receipt = actions.enter(session, draft("Verteld aan de telefoon."), "phone", [office.person(B)])
        assert kinds(case) == ["report", "minutes"]
        assert case.entered
        assert (case.entered.way, session.trust().person_of(case.entered.author)) == ("phone", session.person)
        with pytest.raises(EnteredError):
            actions.write(session, case, Request("Om te bellen.", "de politie", "De naam."))
        session.end()
    thread = office.thread(receipt).case
    assert thread
    assert [message.body for message in thread.messages[1:]] == [Minutes("Verteld aan de telefoon.")]
    assert [kinds(seen) for seen in office.read(B)] == [["report", "minutes"]]


def test_nobody_enters_a_report_about_themselves_or_without_words(office: Office) -> None:
    with office.session(A) as session:
        with pytest.raises(OwnMatterError):
            actions.enter(session, draft("Over mij.", people=frozenset({session.person})), "phone")
        with pytest.raises(TextError):
            actions.enter(session, draft(" "), "phone")
    assert entries(office) == 0


def test_a_case_is_set_aside_on_this_computer_alone(office: Office) -> None:
    """M6: spam could not be set aside."""
    office.report("reclame")
    with office.session(A) as session:
        case = only(session)
        actions.set_aside(session, case, aside=True)
        assert session.vault.set_aside.all() == {CaseId(case.id)}
        assert session.vault.outbox.all() == []
        actions.set_aside(session, case, aside=False)
        assert session.vault.set_aside.all() == frozenset()


def test_an_acknowledged_message_that_the_log_does_not_have_is_an_alarm_and_is_sent_again(office: Office) -> None:
    office.report("een")
    with office.session(A) as session:
        actions.write(session, only(session), Answer("Dank."))
        [one] = session.vault.outbox.all()
        with session.vault.transaction():
            session.vault.outbox.set_state(one.message.mac, State.ACKNOWLEDGED)
        session.sync()
        [notice] = session.notices()
        assert (notice.kind, notice.count, notice.is_alarm) == (NoticeKind.LOST, 1, True)
        assert session.end().posted == 1
        session.sync()
        assert session.notices() == []
        assert kinds(only(session)).count("answer") == 1


def test_a_denial_ends_the_reading_of_whom_a_yes_had_let_in(office: Office) -> None:
    receipt = office.report("een", without=[X])
    office.let_in(receipt, X)
    with office.session(X) as session:
        number = only(session).number
        office.say(receipt, Consent("withdrawn", (office.person(X),)))
        session.sync()
        assert session.cases() == []
        with pytest.raises(LockedError):
            session.case(number)
