"""Long messages in the outbox: every part is stored sealed before the first is sent, and is sent again unchanged."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest

from keys.cases.place import Way
from keys.errors import ChangedError
from keys.sealing import Attachment
from keys.sealing.files import open_files
from keys.wire.ids import CaseId
from keys.wire.messages import Note, SteppedBack
from tests.keys.hand import hand_of
from tests.keys.log_writer import LogWriter

if TYPE_CHECKING:
    from pathlib import Path

    from tests.keys.log_writer import Posted
    from tests.keys.office import Office

A, B = "Secretaris", "Bestuurslid 1"
SENTINEL = "SENTINEL-42 het gaat over de kluis"
CONTENT = secrets.token_bytes(3 * 2**20)


@pytest.fixture
def writer(office: Office, tmp_path: Path) -> LogWriter:
    return LogWriter(office, tmp_path)


@pytest.fixture
def report(writer: LogWriter) -> Posted:
    return writer.report(SENTINEL, [A, B])


def read_file(office: Office, report: Posted) -> bytes:
    """Return the file of the last message of a case, as somebody else reads it from the log."""
    with hand_of(office, B) as hand:
        hand.read()
        message = hand.case(CaseId(report.message.id)).messages[-1]
        [stored] = [
            one for one in hand.vault.messages.of_case(CaseId(report.message.id)) if one.message.id == message.id
        ]
        position = message.placed.place.position
        assert stored.prefix
        assert stored.way is Way.LOG
        capability = hand.capability
        pieces = open_files(
            stored.prefix, stored.size, stored.message, lambda part: hand.courier.log_part(capability, position, part)
        )
        return b"".join(pieces)


def test_a_long_message_is_kept_sealed_and_goes_on_where_the_line_broke(office: Office, report: Posted) -> None:
    attachment = office.attachment("bewijs.bin", CONTENT)
    with hand_of(office, A) as hand:
        hand.read()
        hand.write(CaseId(report.message.id), Note("Met een bijlage."), attachments=[attachment])
        [before] = hand.vault.outbox.all()
        assert CONTENT[:64] not in hand.vault.copy()
    attachment.path.unlink()
    parts: list[str] = []

    def refuse(path: str) -> tuple[int, bytes] | None:
        parts.extend([path] if path == "/parts" else [])
        return (507, b'{"error":"full"}') if path == "/parts" and len(parts) == 3 else None

    office.refuse = refuse
    with hand_of(office, A) as hand:
        assert hand.post().refused == {CaseId(report.message.id): "full"}
    with hand_of(office, A) as hand:
        assert hand.post().posted == 1
        assert hand.vault.messages.find(before.message.mac)
    assert len(parts) == 3 + len(CONTENT) // 2**20 - 1  # a part that the server has is not sent again
    assert read_file(office, report) == CONTENT


def test_a_long_message_is_sealed_anew_from_what_is_kept(office: Office, report: Posted, writer: LogWriter) -> None:
    attachment = office.attachment("bewijs.bin", CONTENT)
    with hand_of(office, A) as hand:
        hand.read()
        old = hand.write(CaseId(report.message.id), Note("Met een bijlage."), attachments=[attachment])
    attachment.path.unlink()
    office.pass_days(40)
    with hand_of(office, A) as hand:
        assert hand.post().posted == 1
        assert hand.case(CaseId(report.message.id)).messages[-1].id != old
    assert read_file(office, report) == CONTENT


def test_nothing_is_kept_of_a_message_whose_file_changes_while_it_is_sealed(office: Office, report: Posted) -> None:
    attachment = office.attachment("bewijs.bin", CONTENT)
    attachment.path.write_bytes(CONTENT[:-1] + b"x" if CONTENT[-1:] != b"x" else CONTENT[:-1] + b"y")
    with hand_of(office, A) as hand:
        hand.read()
        with pytest.raises(ChangedError):
            hand.write(CaseId(report.message.id), Note("Met een bijlage."), attachments=[attachment])
        assert hand.vault.outbox.all() == []
        hand.write(CaseId(report.message.id), SteppedBack())
        assert hand.post().posted == 1


def test_what_is_forgotten_of_a_case_is_gone_with_its_parts(office: Office, report: Posted) -> None:
    attachment = Attachment.read(office.attachment("bewijs.bin", CONTENT).path, "", "")
    with hand_of(office, A) as hand:
        hand.read()
        hand.write(CaseId(report.message.id), Note("Met een bijlage."), attachments=[attachment])
        [one] = hand.vault.outbox.all()
        with hand.vault.transaction():
            hand.vault.outbox.forget_case(CaseId(report.message.id))
        assert hand.vault.outbox.all() == []
        assert [*hand.vault.outbox.parts(one.message.mac)] == []
        assert hand.vault.outbox.is_own(one.message.mac)
