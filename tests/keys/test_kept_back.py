"""Withholding by the server or one recipient, or claims of one alone, end no case in another's vault early."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keys.cases.destruction import LONG_WAIT_DAYS, SyncDays
from keys.cases.terms import months_after
from keys.errors import UnknownCapabilityError
from keys.sealing.stream import writers_capability
from keys.sync import NoticeKind, actions
from keys.sync.last_days import settle_last_days
from keys.vault.outbox_store import Reason
from keys.wire.log import LogPage
from keys.wire.messages import Approval, Closed, Note, Objection, Purge, Retention
from tests.keys.hand import id_of, kinds
from tests.keys.log_writer import LogWriter
from tests.keys.office import PEOPLE, POLICY

if TYPE_CHECKING:
    from pathlib import Path

    from keys.cases import Case
    from keys.sync import RecipientSession
    from keys.vault.destroyed import DestroyedCase
    from tests.keys.log_writer import Posted
    from tests.keys.office import Meddle, Office

A, B, X = ALL = tuple(name for name, _ in PEOPLE)
UNKNOWN = (404, b'{"error":"unknown"}')


@pytest.fixture
def writer(office: Office, tmp_path: Path) -> LogWriter:
    return LogWriter(office, tmp_path)


def only(session: RecipientSession) -> Case:
    session.sync()
    [case] = session.cases()
    return case


def settle(session: RecipientSession, day: int) -> list[DestroyedCase]:
    """Do what a complete sync on this day does to a vault without changes."""
    cases = session.vault.messages.cases()
    return settle_last_days(session.vault, session.trust(), SyncDays(day, day), session.person, cases)


def wants_it_gone(office: Office, writer: LogWriter) -> Posted:
    """Let X alone write every message that could end a case of A, B and X; return its report."""
    report = writer.report("het gaat over X", ALL)
    for name in ALL:
        office.read(name)
    purge = writer.post(X, Purge("Weg ermee."), report, ALL, [report])
    approval = writer.post(X, Approval(purge.message.id), report, ALL, [purge])
    writer.post(X, Retention(1, "Weg ermee."), report, ALL, [approval])
    return report


def test_one_recipient_and_a_server_that_answers_unknown_destroy_no_open_case(
    office: Office, writer: LogWriter
) -> None:
    """H1 (c): one reader's message and one 404 to the victim emptied every vault."""
    report = wants_it_gone(office, writer)
    office.refuse = lambda path: UNKNOWN if path.startswith(("/log", "/mailbox")) else None
    for _ in range(3):
        office.pass_days(1)
        with office.session(A) as session, pytest.raises(UnknownCapabilityError):
            session.sync()
    office.refuse = lambda path: None
    office.pass_days(120)
    for name in (A, B):
        [case] = office.read(name)
        assert (case.id, case.is_closed, case.last_day) == (id_of(report), False, None)


def test_one_recipient_and_a_mailbox_that_has_ended_destroy_no_open_case(office: Office, writer: LogWriter) -> None:
    """H1 (d): with an honest server. `POST /end`, a hundred days, and one message."""
    report = wants_it_gone(office, writer)
    store = office.app.extensions["store"]  # type: ignore[attr-defined]
    with store.database.turn(), store.database.writing() as connection:
        connection.exec_driver_sql("UPDATE mailbox SET until = 0")
    store.expiry.expire(office.today)
    office.pass_days(120)
    for name in (A, B):
        [case] = office.read(name)
        assert (case.id, case.is_closed, case.last_day) == (id_of(report), False, None)


def test_the_conversation_goes_on_whatever_one_recipient_asks_the_server_for(office: Office, writer: LogWriter) -> None:
    """H8: one holder of a capability ended a thread at once, though an answer was still due."""
    receipt = office.report("een")
    office.read(A)
    with office.session(X) as session:
        case = only(session)
        stored = session.vault.messages.by_id(case.id)
        assert stored
        writers = writers_capability(stored.message.content_key)
    client = office.app.test_client()  # type: ignore[attr-defined]
    for path in ("/end", "/leave", "/mailbox"):
        for raw in (writers, writers * 2, bytes(64)):
            answer = client.post(path, data=raw, content_type="application/octet-stream")
            assert answer.status_code in (400, 404, 405)
    office.answer(receipt, "ben je daar nog")
    with office.session(A) as session:
        actions.write(session, only(session), Note("Ja."))
        actions.write(session, only(session), Closed("Klaar."))
        session.send_now()
    thread = office.thread(receipt).case
    assert thread
    assert kinds(thread) == ["report", "answer", "closed"]


def agreed_purge(office: Office) -> None:
    """Let two people ask for a purge on a Monday, of a case that all have: its last day is the Monday after."""
    office.report("een")
    with office.session(A) as session:
        actions.write(session, only(session), Purge("De melder vroeg het."))
        session.send_now()
    with office.session(B) as session:
        case = only(session)
        purge = case.latest(Purge)
        assert purge
        actions.write(session, case, Approval(purge.id))
        session.send_now()
    for name in ALL:
        office.read(name)


def hide_roster(office: Office) -> Meddle:
    """Publish a roster, let X see it, and return a server behaviour that hides it from the others."""
    old = office.app.test_client().get("/chain").data  # type: ignore[attr-defined]
    office.pass_days(7)
    office.announce_roster(days=20)
    office.read(X)
    return lambda path, answer: old if path == "/chain" else answer


def cut_before_objection(office: Office) -> Meddle:
    """Let X object, and sign that in the next bundles; return a server behaviour that ends the log before it."""
    with office.session(X) as session:
        session.sync()
        shown = session.vault.log.count()
        case = only(session)
        purge = case.latest(Purge)
        assert purge
        office.pass_days(1)
        actions.write(session, case, Objection(purge.id))
        session.send_now()
    office.pass_days(6)
    office.read(X)

    def cut(path: str, answer: bytes) -> bytes:
        if not path.startswith("/log?") or "short=1" in path:
            return answer
        page = LogPage.parse(answer)
        return replace(page, entries=page.entries[:shown]).encode()

    return cut


@pytest.mark.parametrize(("lie", "stays"), [(hide_roster, False), (cut_before_objection, True)])
def test_while_a_colleagues_bundle_names_what_the_server_hides_no_case_is_destroyed(
    office: Office, lie: object, stays: bool
) -> None:
    """K25: the server hides a new roster, or cuts the log off before an objection."""
    agreed_purge(office)
    meddle = lie(office)  # type: ignore[operator]
    office.pass_days(1)
    office.meddle = meddle
    for _ in range(2):
        with office.session(A) as session:
            assert not session.sync().is_complete
            told = {notice.kind for notice in session.notices() if notice.is_alarm}
            assert told & {NoticeKind.WITHHELD, NoticeKind.WITNESS}
            assert len(session.cases()) == 1
    office.meddle = lambda path, answer: answer
    assert len(office.read(A)) == stays


def test_a_closing_that_was_kept_from_a_reader_for_a_year_is_announced_for_thirty_days(
    office: Office, writer: LogWriter
) -> None:
    """K18: M seals its closing to A alone, and shares it with B a year later: destroyed seven days after that."""
    report = writer.report("een", [A, B])
    for name in (A, B):
        office.end(name)
    closed = writer.post(A, Closed("Klaar."), report, [A], [report])
    last_day = months_after(office.today, POLICY.retention.months)
    with office.session(B) as session:
        assert not only(session).is_closed
        assert session.vault.countdowns.all() == {}
    writer.share(A, B, [closed.archived], report)
    with office.session(B) as session:
        assert only(session).is_closed
        with session.vault.transaction():  # as if it came a year later, when the last day is long past
            session.vault.countdowns.begin_anew()
        late = last_day + 100
        assert settle(session, late) == []
        [countdown] = session.vault.countdowns.all().values()
        assert countdown.destroyed_on(None).day == late + LONG_WAIT_DAYS
        assert settle(session, late + LONG_WAIT_DAYS - 1) == []
        assert settle(session, late + LONG_WAIT_DAYS)


def test_a_case_is_kept_while_an_objection_that_was_put_aside_is_undecided(office: Office, writer: LogWriter) -> None:
    """K31: an answer of the server made the tool put the objection aside, and the vault destroyed the case."""
    report = writer.report("een", [A, B])
    closed = writer.post(B, Closed("Klaar."), report, [A, B], [report])
    assert closed.position == 2
    last_day = months_after(office.today, POLICY.retention.months)
    with office.session(A) as session:
        case = only(session)
        actions.write(session, case, Note("Ik ben ertegen."))
        with session.vault.transaction():
            session.vault.outbox.put_aside(session.vault.outbox.waiting(case.id), Reason.TOO_LARGE)
        late = last_day + 400
        assert settle(session, late) == []
        assert settle(session, late + LONG_WAIT_DAYS) == []
        [aside] = actions.put_aside(session)
        actions.drop(session, aside.message.mac)  # its owner decides
        assert settle(session, late + LONG_WAIT_DAYS + 1)
