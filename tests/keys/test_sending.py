"""Sending files: their names, their number, over a broken connection, and never sealed twice."""

from __future__ import annotations

import os
import secrets
import sys
import time
from typing import TYPE_CHECKING

import pytest

from keys.cli.files import progress
from keys.errors import MeldbusError, NetworkError, RefusedError
from keys.roster import words
from keys.sealing import Attachment
from keys.sync.attaching import attach
from keys.wire.envelope import PART_SIZE
from keys.wire.files import MAX_NAME_SIZE, MIB
from keys.wire.upload import PartPosting
from tests.keys.cli import descriptor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from keys.receipt import Receipt
    from tests.keys.cli import CommandLine

WARNING = "A photo can tell place, time and device, a document its author."


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder in which the commands run."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the pauses, without waiting for them."""
    made: list[float] = []
    monkeypatch.setattr(time, "sleep", made.append)
    return made


def written(path: Path, size: int) -> Path:
    path.write_bytes(secrets.token_bytes(size))
    return path


def names(line: CommandLine, number: str) -> list[list[str]]:
    """Return the file names of each message of a case that has files."""
    with line.office.session("Secretaris") as session:
        case = session.case(number)
    return [[file.name for file in message.files] for message in case.thread if message.files]


def said(line: CommandLine, receipt: Receipt) -> list[str]:
    """Return the kinds of all messages that the reporter reads, and check that there is no alarm."""
    thread = line.office.thread(receipt)
    assert thread.case
    assert thread.alarms == ()
    return [message.kind for message in thread.case.thread]


@pytest.mark.parametrize("size", [10, 2 * MIB])
@pytest.mark.parametrize("command", ["reply", "acknowledge"])
def test_a_recipients_files_reach_the_reporter_under_their_names(
    line: CommandLine, folder: Path, command: str, size: int
) -> None:
    receipt = line.office.report()
    number = line.opened()
    files = [written(folder / name, size) for name in ("Besluit van 3 maart.pdf", "Bijlage.docx")]
    sent = line.done(command, number, "--attach", files[0], "--attach", files[1], text="Zie het besluit.\n")
    assert WARNING not in sent.stderr
    assert names(line, number) == [["Besluit van 3 maart.pdf", "Bijlage.docx"]]
    line.open(receipt, "--save", folder / "thuis")
    for file in files:
        assert (folder / "thuis" / file.name).read_bytes() == file.read_bytes()


@pytest.mark.parametrize("size", [10, 2 * MIB])
def test_a_reporters_files_go_along_without_their_names(line: CommandLine, folder: Path, size: int) -> None:
    receipt = line.office.report()
    number = line.number()
    files = [written(folder / name, size) for name in ("Foto van Jansen.JPG", "notulen")]
    attached = ("--attach", files[0], "--attach", files[1])
    sent = line.open(receipt, "--answer", *attached, text="Zie de foto.\n")
    assert WARNING in sent.stderr
    line.open(receipt, "--answer", "--keep-names", *attached, text="Met namen.\n")
    line.done("sync")
    assert names(line, number) == [["file-1.jpg", "file-2"], ["Foto van Jansen.JPG", "notulen"]]
    line.done("save", number, "--to", folder / "zaak")
    assert (folder / "zaak" / "file-1.jpg").read_bytes() == files[0].read_bytes()
    assert (folder / "zaak" / "notulen").read_bytes() == files[1].read_bytes()


def test_files_without_an_answer_are_refused_before_a_code_is_asked_for(line: CommandLine, folder: Path) -> None:
    given = ("--server", "http://127.0.0.1", "--fingerprint", words(line.office.root.id))
    result = line.run("open", *given, "--attach", written(folder / "a", 1), passphrases=("x",))
    assert "add --answer" in result.stderr


def seal(line: CommandLine, output: Path, *attached: Path) -> str:
    """Seal a report with files and return its code."""
    given = ("--server", "http://127.0.0.1", "--fingerprint", words(line.office.root.id), "--output", output)
    options = [word for path in attached for word in ("--attach", path)]
    sealed = line.done("seal", *given, *options, who="nobody", passphrases=("x",), text="Zie de foto.\n")
    assert WARNING in sealed.stderr
    return sealed.stdout.strip()


def bring(line: CommandLine, output: Path) -> None:
    """Send a sealed file to the server with its plain HTML form."""
    named = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
    body = named + output.read_bytes() + b"\r\n--edge--\r\n"
    kind = "multipart/form-data; boundary=edge"
    assert line.office.app.test_client().post("/en/file", data=body, content_type=kind).status_code == 201


@pytest.mark.parametrize("size", [10, MIB - 100_000, MIB, 3 * MIB + 5])
def test_a_sealed_file_holds_files_of_any_size(line: CommandLine, folder: Path, size: int) -> None:
    photo = written(folder / "Foto van Jansen.jpg", size)
    output = folder / "melding.meldbus"
    before = os.umask(0)
    try:
        code = seal(line, output, photo)
    finally:
        os.umask(before)
    assert output.stat().st_mode & 0o777 == 0o600
    bring(line, output)
    number = line.number()
    assert "file-1.jpg" in line.done("read", "--not-involved", number).stdout
    line.done("save", number, "--to", folder / "zaak")
    assert (folder / "zaak" / "file-1.jpg").read_bytes() == photo.read_bytes()
    given = ("--server", "http://127.0.0.1", "--fingerprint", words(line.office.root.id))
    with descriptor(code) as fd:
        line.done("open", *given, "--receipt-fd", fd, "--save", folder / "thuis", who="nobody", passphrases=("x",))
    assert (folder / "thuis" / "file-1.jpg").read_bytes() == photo.read_bytes()


def test_a_sealed_file_is_never_written_over_another(line: CommandLine, folder: Path) -> None:
    output = written(folder / "melding.meldbus", 5)
    before = output.read_bytes()
    given = ("--server", "http://127.0.0.1", "--fingerprint", words(line.office.root.id), "--output", output)
    assert "never overwritten" in line.run("seal", *given, text="x\n", passphrases=("x",)).stderr
    assert output.read_bytes() == before


def test_of_a_file_that_changes_while_it_is_sealed_nothing_is_left(
    line: CommandLine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = written(folder / "foto.jpg", 5 * MIB)
    changing(monkeypatch, photo)
    given = ("--server", "http://127.0.0.1", "--fingerprint", words(line.office.root.id))
    sealing = ("seal", *given, "--output", folder / "x", "--attach", photo)
    result = line.run(*sealing, text="x\n", passphrases=("x",))
    assert "A file changed" in result.stderr
    assert result.stdout == "x\n", "the text that nothing came of is given back"
    assert [path.name for path in folder.iterdir()] == ["foto.jpg"]


def test_a_file_that_changes_while_it_is_sent_stops_it_and_nobody_reads_any_of_it(
    line: CommandLine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = line.office.report()
    number = line.opened()
    photo = written(folder / "foto.jpg", 5 * MIB)
    changing(monkeypatch, photo)
    result = line.run("reply", number, "--attach", photo, text="x\n")
    assert "A file changed" in result.stderr
    assert said(line, receipt) == ["report", "opened"]
    monkeypatch.undo()
    line.done("reply", number, "--attach", photo, text="Nog eens.\n")
    assert names(line, number) == [["foto.jpg"]]


def changing(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """Change a file after its third MiB was read for the second time."""
    pieces = Attachment.pieces

    def changed(attachment: Attachment) -> Iterator[bytes]:
        for at, piece in enumerate(pieces(attachment)):
            yield piece
            if at == 2:
                with path.open("r+b") as file:
                    file.seek(4 * MIB)
                    file.write(b"anders")

    monkeypatch.setattr(Attachment, "pieces", changed)


def test_files_larger_than_the_policy_allows_are_refused_before_they_are_read(
    line: CommandLine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line.office.report()
    number = line.opened()
    large = written(folder / "groot", 0)
    os.truncate(large, 2**31)
    monkeypatch.setattr(Attachment, "read", None)
    result = line.run("reply", number, "--attach", large, "--attach", written(folder / "klein", 1), text="x\n")
    assert "larger than the organisation's policy allows" in result.stderr
    assert "(2048.0 MiB)" in result.stderr


def test_more_files_than_a_message_holds_are_refused(line: CommandLine, folder: Path) -> None:
    line.office.report()
    number = line.opened()
    small = written(folder / "klein", 1)
    attached = [word for _ in range(101) for word in ("--attach", small)]
    assert "Send fewer" in line.run("reply", number, *attached, text="x\n").stderr


def test_what_is_no_file_is_not_read(line: CommandLine, folder: Path) -> None:
    """A device never ends, and a pipe cannot be read twice."""
    line.office.report()
    number = line.opened()
    os.mkfifo(folder / "pijp")
    for path in (folder / "pijp", "/dev/zero"):
        assert "cannot be read" in line.run("reply", number, "--attach", path, text="x\n").stderr


def test_a_name_that_no_head_can_hold_is_made_to_fit(folder: Path) -> None:
    path = written(folder / "x", 1)
    [broken] = attach([path], 10, lambda *_: "a\udc80b")
    assert broken.file.name == "a\ufffdb"
    [long] = attach([path], 10, lambda *_: "\x01" * 300 + ".jpg")
    assert long.file.name.endswith("\x01.jpg")
    assert len(long.file.name) * 6 - 20 <= MAX_NAME_SIZE


class Wire:
    """The uploads to the server, over a connection that breaks on demand."""

    def __init__(self, line: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
        self.parts: list[PartPosting] = []
        self.openings: list[bytes] = []
        self.break_before: list[int] = []  # numbers of requests that do not arrive
        self.break_after: list[int] = []  # numbers of requests whose answer is lost
        self.asked = 0
        courier = type(line.office.courier())
        request = courier._request
        wire = self

        def broken(self: object, method: str, path: str, headers: dict[str, str], body: bytes | None) -> bytes:
            if path not in ("/uploads", "/parts"):
                return request(self, method, path, headers, body)
            wire.asked += 1
            number = wire.asked
            if number in wire.break_before:
                raise NetworkError("away")
            assert body
            if path == "/uploads":
                wire.openings.append(body)
            else:
                wire.parts.append(PartPosting.parse(body))
            answer = request(self, method, path, headers, body)
            if number in wire.break_after:
                raise NetworkError("away")
            return answer

        monkeypatch.setattr(courier, "_request", broken)


def test_a_line_that_breaks_is_tried_again_and_each_part_is_sent_as_it_was(
    line: CommandLine, folder: Path, monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    receipt = line.office.report()
    number = line.opened()
    photo = written(folder / "foto.jpg", 6 * MIB)
    wire = Wire(line, monkeypatch)
    wire.break_before, wire.break_after = [3, 4, 5, 9], [2, 7, 12, 13, 14]
    line.done("reply", number, "--attach", photo, text="Zie de foto.\n")
    sealed: dict[int, bytes] = {}
    for part in wire.parts:
        assert sealed.setdefault(part.number, part.stream) == part.stream
        assert len(part.stream) <= PART_SIZE
    assert sorted(sealed) == list(range(len(sealed)))
    assert len({part.mac for part in wire.parts}) == 1
    assert len(set(wire.openings)) == 1
    assert pauses == [1, 2, 4, 8, 1, 1, 1, 2, 4]
    assert said(line, receipt) == ["report", "opened", "answer"]
    line.open(receipt, "--save", folder / "thuis")
    assert (folder / "thuis" / "foto.jpg").read_bytes() == photo.read_bytes()


def test_a_server_that_is_not_there_is_told_at_once(
    line: CommandLine, folder: Path, monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    line.office.report()
    number = line.opened()
    wire = Wire(line, monkeypatch)
    wire.break_before = [1]
    result = line.run("reply", number, "--attach", written(folder / "a", 2 * MIB), text="x\n")
    assert "Waiting: 1 (the server was not reached)" in result.stderr
    assert pauses == []


def test_parts_that_a_server_has_lost_are_never_sealed_a_second_time(
    line: CommandLine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = line.office.report()
    wire = Wire(line, monkeypatch)
    line.office.meddle = lambda path, answer: b'{"missing":[[1,1]]}' if path == "/uploads" else answer
    with pytest.raises(RefusedError, match="parts are lost"):
        line.office.answer(receipt, "Zie de foto.", [line.office.attachment("a", bytes(3 * MIB))])
    assert len({part.number for part in wire.parts}) == len(wire.parts)


def test_parts_of_a_recipient_that_a_server_has_lost_are_sent_again_as_they_were(
    line: CommandLine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = line.office.report()
    number = line.opened()
    wire = Wire(line, monkeypatch)
    line.office.meddle = lambda path, answer: b'{"missing":[[1,1]]}' if path == "/uploads" else answer
    line.run("reply", number, "--attach", written(folder / "foto.jpg", 3 * MIB), text="Zie de foto.\n")
    line.office.meddle = lambda path, answer: answer
    assert said(line, receipt) == ["report", "opened"]
    line.done("sync")
    assert said(line, receipt) == ["report", "opened", "answer"]
    assert len({(part.mac, part.number, part.stream) for part in wire.parts}) == len({one.number for one in wire.parts})


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"{}",
        b"[]",
        b'{"missing":[]}',
        b'{"missing":[[0,1000000000000]]}',
        b'{"missing":[[-1,1]]}',
        b'{"missing":1}',
    ],
)
def test_an_answer_that_makes_no_sense_ends_an_upload(line: CommandLine, answer: bytes) -> None:
    """A run of that many numbers, expanded, would fill the memory."""
    receipt = line.office.report()
    line.office.meddle = lambda path, honest: answer if path == "/uploads" else honest
    with pytest.raises(MeldbusError):
        line.office.answer(receipt, "Zie de foto.", [line.office.attachment("a", bytes(3 * MIB))])


def test_progress_is_a_bar_on_a_terminal_and_lines_elsewhere(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with progress("Fetching") as watch:
        for done in range(101):
            watch(done, 100)
    rows = capsys.readouterr().err.splitlines()
    assert rows == [f"meldbus: Fetching {tenth}0 %" for tenth in range(1, 11)]
    reading, writing = os.openpty()
    with os.fdopen(writing, "w") as terminal, os.fdopen(reading, "rb", buffering=0) as screen:
        monkeypatch.setattr(sys, "stderr", terminal)
        with progress("Fetching") as watch:
            watch(50, 100)
            watch(100, 100)
        shown = ""
        while "\x1b[?25h" not in shown:  # the cursor is back: a terminal returns what is available, not everything
            shown += screen.read(10_000).decode()
    assert "Fetching" in shown
    assert "100%" in shown
    assert capsys.readouterr().out == ""
