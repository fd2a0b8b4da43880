"""Everybody who may read a case gets all of it, once, and nobody who was put out gets any more (SPEC 12.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keys.sync.actions import hand_over, write
from keys.wire.messages import Answer, Note, Share
from tests.keys.hand import id_of
from tests.keys.log_writer import LogWriter

if TYPE_CHECKING:
    from pathlib import Path

    from keys.cases import Case
    from keys.sync import RecipientSession
    from keys.wire.ids import PersonId
    from tests.keys.log_writer import Posted
    from tests.keys.office import Office

A, B, X = "Secretaris", "Bestuurslid 1", "Bestuurslid 2"
SENTINEL = "SENTINEL-42 het gaat over de kluis"


@pytest.fixture
def writer(office: Office, tmp_path: Path) -> LogWriter:
    return LogWriter(office, tmp_path)


@pytest.fixture
def quiet(office: Office) -> Office:
    """An office whose vaults have all said `arrived` and been answered."""
    for name in (A, B, X, A, B, X):
        office.end(name)
    return office


def shares(session: RecipientSession) -> list[tuple[PersonId, ...]]:
    """Return for whom shares wait."""
    waiting = [one.message.head for one in session.vault.outbox.all()]
    return [head.to for head in waiting if isinstance(head.body, Share)]


def test_a_newcomer_gets_all_of_a_case_at_once_and_once(quiet: Office, writer: LogWriter) -> None:
    report = writer.report(SENTINEL, [A, B])
    with quiet.session(A) as session:
        session.sync()
        case = write(session, session.cases()[0], Note("Voor de lezers."))
        session.send_now()
        hand_over(session, case, writer.people([X]), "Zij weet meer.")
        assert shares(session) == [writer.people([X])]
        session.end()
    [case] = quiet.read(X)
    assert case.id == id_of(report)
    assert [message.kind for message in case.messages] == ["report", "note", "joined", "note"]
    with quiet.session(A) as session:
        session.sync()
        assert shares(session) == []
