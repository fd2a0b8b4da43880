"""The files of a case: fetched from their place in the log, or in the mailbox, by all of its readers."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete

from keys.errors import MalformedError
from keys.sync.actions import write
from keys.sync.delivery import unwatched
from keys.sync.files import save_files, save_thread
from keys.vault import tables
from keys.wire.files import MIB
from keys.wire.messages import Answer

if TYPE_CHECKING:
    from pathlib import Path

    from keys.receipt import Receipt
    from tests.keys.office import Office

A, B, X = "Secretaris", "Bestuurslid 1", "Bestuurslid 2"
SIZES = [10, 70_000, 3 * MIB]


def saved(office: Office, name: str, folder: Path) -> dict[str, bytes]:
    """Return the files of somebody's only case, as saved on their disk."""
    with office.session(name) as session:
        session.sync()
        [case] = session.cases()
        found = list(save_files(session, case, folder, again=False, watch=unwatched))
        assert list(save_files(session, case, folder, again=False, watch=unwatched)) == []
    return {file.path.name: file.path.read_bytes() for file in found if file.path}


def thread_files(office: Office, receipt: Receipt, folder: Path) -> dict[str, bytes]:
    """Return the files of a thread, as saved on the reporter's disk."""
    thread = office.thread(receipt)
    found = list(save_thread(office.courier(), receipt.capability(), thread, folder, unwatched))
    return {file.path.name: file.path.read_bytes() for file in found if file.path}


@pytest.mark.parametrize("size", SIZES)
def test_a_reader_and_the_reporter_get_the_files_of_a_report(office: Office, tmp_path: Path, size: int) -> None:
    content = secrets.token_bytes(size)
    receipt = office.report(attachments=[office.attachment("foto.jpg", content)])
    for name in (A, B):
        assert saved(office, name, tmp_path / name / "x") == {"foto.jpg": content}
    assert thread_files(office, receipt, tmp_path / "thuis") == {"foto.jpg": content}


@pytest.mark.parametrize("size", SIZES)
def test_who_was_let_in_later_gets_the_files_that_were_sent_before(office: Office, tmp_path: Path, size: int) -> None:
    content = secrets.token_bytes(size)
    receipt = office.report(without=[X], attachments=[office.attachment("foto.jpg", content)])
    office.read(X)  # the entry is read, does not open, and is not stored
    office.let_in(receipt, X)
    assert saved(office, X, tmp_path / "zaak") == {"foto.jpg": content}


def test_an_author_gets_the_own_files_back_and_the_reporter_gets_them(office: Office, tmp_path: Path) -> None:
    content = secrets.token_bytes(2 * MIB)
    receipt = office.report()
    with office.session(A) as session:
        session.sync()
        [case] = session.cases()
        write(session, case, Answer("Zie het besluit."), [office.attachment("besluit.pdf", content)])
        session.end()
    assert saved(office, A, tmp_path / "zaak") == {"besluit.pdf": content}
    assert thread_files(office, receipt, tmp_path / "thuis") == {"besluit.pdf": content}


def test_files_are_fetched_over_a_connection_of_their_own(office: Office, tmp_path: Path) -> None:
    office.report(attachments=[office.attachment("foto.jpg", secrets.token_bytes(2 * MIB))])
    courier = office.courier()
    with office.session(A, courier) as session:
        session.sync()
        [case] = session.cases()
        list(save_files(session, case, tmp_path / "zaak", again=False, watch=unwatched))
    lines = {line for line, path, _ in courier.asked if path.startswith("/log/")}
    others = {line for line, path, _ in courier.asked if not path.startswith("/log/")}
    assert lines
    assert not lines & others


def test_files_of_an_entry_that_has_ended_are_said_to_be_gone_and_the_others_are_saved(
    office: Office, tmp_path: Path
) -> None:
    receipt = office.report(attachments=[office.attachment("a.txt", b"een")])
    office.answer(receipt, "Nog een.", [office.attachment("b.txt", b"twee")])
    with office.session(A) as session:
        session.sync()
        [case] = session.cases()
        report, _ = case.messages
        stored = session.vault.messages.by_id(report.id)
        assert stored
        session.vault.log.execute(delete(tables.log_entry).where(tables.log_entry.c.mac == stored.message.mac))
        with pytest.raises(MalformedError):
            list(save_files(session, case, tmp_path / "zaak", again=False, watch=unwatched))
    assert [path.name for path in (tmp_path / "zaak").iterdir()] == ["b.txt"]
