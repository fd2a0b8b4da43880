"""Saving under attack and failure: bytes that differ from what was signed, broken connections, full disks."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import signal
import time
from collections import Counter
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from keys.downloads.partial import Partial
from keys.errors import FolderError, NetworkError
from keys.wire.files import MIB, FileDigest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keys.sealing import Attachment
    from tests.keys.cli import CommandLine

    Change = Callable[[int, bytes], bytes]
    Parts = Callable[[dict[int, bytes], dict[int, bytes], int], bytes]


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


def report(line: CommandLine, *attachments: Attachment) -> str:
    """Report with these files and return the case's number."""
    line.office.report(attachments=attachments)
    return line.number()


def meddle_parts(line: CommandLine, change: Callable[[int, bytes], bytes]) -> Counter[int]:
    """Let the server alter the parts of an envelope; return how often each was requested."""
    asked: Counter[int] = Counter()

    def meddle(path: str, answer: bytes) -> bytes:
        if not path.startswith("/log/"):
            return answer
        number = int(path.rpartition("/")[2])
        asked[number] += 1
        return change(number, answer)

    line.office.meddle = meddle
    return asked


def flipped(answer: bytes, at: int) -> bytes:
    return answer[:at] + bytes([answer[at] ^ 1]) + answer[at + 1 :]


def contents(folder: Path) -> dict[str, bytes]:
    """Return the contents of a folder, including hidden files."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_file_whose_digest_is_wrong_never_gets_a_name_and_the_others_are_saved(
    line: CommandLine, folder: Path
) -> None:
    lied = line.office.attachment("b.txt", b"leugen")
    lied = replace(lied, file=replace(lied.file, digest=bytes(32)))
    number = report(line, line.office.attachment("a.txt", b"een"), lied, line.office.attachment("c.txt", b"drie"))
    saved = line.run("save", number)
    assert saved.exit_code == 1
    assert "Do not trust it, and tell the others. (b.txt)" in saved.stderr
    place = folder / f"meldbus-{number}"
    assert saved.stdout.splitlines() == [str(place / "a.txt"), str(place / "c.txt")]
    assert contents(place) == {"a.txt": b"een", "c.txt": b"drie"}
    shown = [row for row in line.done("read", "--not-involved", number).stdout.splitlines() if row.startswith("  * ")]
    assert ["not saved yet" in row for row in shown] == [False, True, False]


@pytest.mark.parametrize(
    "change",
    [
        lambda _, answer: flipped(answer, len(answer) // 2),
        lambda _, answer: answer[:-1],
        lambda _, answer: answer[: len(answer) // 2],
        lambda _, answer: b"",
        lambda _, answer: answer + b"\0",
        lambda _, answer: secrets.token_bytes(len(answer)),
    ],
    ids=["altered", "cut", "half", "nothing", "longer", "another"],
)
@pytest.mark.parametrize("at", [0, 2, 3])
def test_a_spoilt_part_spoils_its_file_alone(line: CommandLine, folder: Path, change: Change, at: int) -> None:
    """Files of 1 and 2 MiB are in parts 0 and 1 to 2, another of 1 MiB after them in part 3."""
    files = [(name, secrets.token_bytes(size * MIB)) for name, size in (("a", 1), ("b", 2), ("c", 1))]
    files.insert(0, ("leeg", b""))
    number = report(line, *(line.office.attachment(*file) for file in files))
    meddle_parts(line, lambda part, answer: change(part, answer) if part == at else answer)
    saved = line.run("save", number)
    assert saved.exit_code == 1
    assert "Do not trust it" in saved.stderr or "not a valid" in saved.stderr
    place = folder / f"meldbus-{number}"
    kept = contents(place)
    assert kept.items() <= dict(files).items()
    assert len(kept) >= 2
    line.office.meddle = lambda _, answer: answer
    line.done("save", number)
    assert contents(place) == dict(files)


@pytest.mark.parametrize(
    "other", [lambda own, _, part: own[1 - part % 2], lambda _, theirs, part: theirs[part]], ids=["order", "envelope"]
)
def test_parts_in_another_order_or_of_another_envelope_are_found_out(
    line: CommandLine, folder: Path, other: Parts
) -> None:
    numbers = [report(line, line.office.attachment("a", secrets.token_bytes(3 * MIB))) for _ in range(2)]
    seen: list[dict[int, bytes]] = [{}, {}]
    for number, parts in zip(numbers, seen, strict=True):
        meddle_parts(line, parts.setdefault)
        line.done("save", number, "--to", folder / number)
        (folder / number / "a").unlink()
    meddle_parts(line, lambda part, _: other(*seen, part))
    assert line.run("save", numbers[0], "--again", "--to", folder / numbers[0]).exit_code == 1
    assert contents(folder / numbers[0]) == {}


def test_what_stands_behind_the_last_file_has_to_be_nothing(line: CommandLine, folder: Path) -> None:
    content = secrets.token_bytes(3 * MIB + 1)
    number = report(line, line.office.attachment("a", content))
    meddle_parts(line, lambda part, answer: flipped(answer, len(answer) - 500) if part == 3 else answer)
    assert line.run("save", number).exit_code == 1


def test_a_fetch_that_was_killed_goes_on_where_it_was(line: CommandLine, folder: Path) -> None:
    content = secrets.token_bytes(8 * MIB)
    number = report(line, line.office.attachment("a.bin", content))
    child = os.fork()
    if child == 0:
        meddle_parts(line, lambda part, answer: answer if part < 5 else os.kill(os.getpid(), signal.SIGKILL))
        line.run("save", number)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    place = folder / f"meldbus-{number}"
    [left] = place.iterdir()
    assert left.name.startswith(".")
    assert left.stat().st_mode & 0o777 == 0o600
    assert left.read_bytes() == content[: 4 * MIB]
    asked = meddle_parts(line, lambda _, answer: answer)
    line.done("save", number)
    assert contents(place) == {"a.bin": content}
    # A little of part 3 belongs to the MiB that was incomplete.
    assert asked == Counter(range(3, 9))


def test_what_a_power_cut_left_wrong_is_fetched_again_without_an_alarm(
    line: CommandLine, folder: Path, pauses: list[float]
) -> None:
    content = secrets.token_bytes(5 * MIB)
    number = report(line, line.office.attachment("a.bin", content))
    place = folder / f"meldbus-{number}"
    stop_after(line, 3)
    assert line.run("save", number).exit_code == 1
    [left] = place.iterdir()
    with left.open("r+b") as file:
        file.write(bytes(MIB))
    line.office.meddle = lambda _, answer: answer
    line.done("save", number)
    assert contents(place) == {"a.bin": content}


def stop_after(line: CommandLine, parts: int) -> None:
    """Let the server refuse every part from a number on."""

    def refuse(part: int, answer: bytes) -> bytes:
        if part >= parts:
            raise NetworkError("away")
        return answer

    meddle_parts(line, refuse)


def test_a_line_that_breaks_is_tried_again_after_growing_pauses(
    line: CommandLine, folder: Path, pauses: list[float]
) -> None:
    content = secrets.token_bytes(4 * MIB)
    number = report(line, line.office.attachment("a.bin", content))
    broken = Counter({1: 4, 3: 2})

    def breaks(part: int, answer: bytes) -> bytes:
        if broken[part] > 0:
            broken[part] -= 1
            raise NetworkError("away")
        return answer

    meddle_parts(line, breaks)
    line.done("save", number)
    assert contents(folder / f"meldbus-{number}") == {"a.bin": content}
    assert pauses == [1, 2, 4, 8, 1, 2]


def test_a_line_that_stays_broken_ends_it_and_the_next_time_goes_on(
    line: CommandLine, folder: Path, pauses: list[float]
) -> None:
    files = {"a": secrets.token_bytes(MIB), "b": secrets.token_bytes(5 * MIB)}
    number = report(line, *(line.office.attachment(*file) for file in files.items()))
    stop_after(line, 4)
    saved = line.run("save", number)
    assert "The server cannot be reached" in saved.stderr
    assert saved.stdout.splitlines() == [str(folder / f"meldbus-{number}" / "a")]
    assert pauses == sorted(pauses)
    asked = meddle_parts(line, lambda _, answer: answer)
    line.done("save", number)
    assert contents(folder / f"meldbus-{number}") == files
    assert asked == Counter(range(2, 7))


def test_the_disk_is_looked_at_before_anything_is_fetched(
    line: CommandLine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = report(line, line.office.attachment("a.bin", bytes(5 * MIB)))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=2 * MIB))
    asked = meddle_parts(line, lambda _, answer: answer)
    saved = line.run("save", number)
    assert saved.exit_code == 1
    assert "not enough room on the disk" in saved.stderr
    assert "(3 MiB)" in saved.stderr
    assert not asked
    assert contents(folder / f"meldbus-{number}") == {}


def test_a_disk_that_fills_up_meanwhile_says_so_and_the_next_time_goes_on(
    line: CommandLine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = secrets.token_bytes(5 * MIB)
    number = report(line, line.office.attachment("a.bin", content))
    write, room = os.write, [3 * MIB + 7]

    def full(file: int, block: bytes) -> int:
        if room[0] == 0:
            raise OSError(28, "No space left on device")
        taken = write(file, block[: room[0]])
        room[0] -= taken
        return taken

    monkeypatch.setattr("keys.downloads.partial.os.write", full)
    saved = line.run("save", number)
    assert "not enough room on the disk" in saved.stderr
    monkeypatch.setattr("keys.downloads.partial.os.write", write)
    asked = meddle_parts(line, lambda _, answer: answer)
    line.done("save", number)
    assert contents(folder / f"meldbus-{number}") == {"a.bin": content}
    assert min(asked) == 1


def test_two_who_save_at_once_do_not_write_one_file(line: CommandLine, folder: Path) -> None:
    """Two recipients on one computer, or one who enters the command twice."""
    number = report(line, line.office.attachment("a.bin", bytes(2 * MIB)))
    line.done("sync", who="Bestuurslid 1")
    place = folder / "samen"
    others: list[str] = []

    def meanwhile(_: int, answer: bytes) -> bytes:
        if not others:
            others.append("")
            saving = ("save", number, "--to", place)
            others.extend(line.run(*saving, who=who).stderr for who in ("Secretaris", "Bestuurslid 1"))
        return answer

    meddle_parts(line, meanwhile)
    line.done("save", number, "--to", place)
    assert "Another `meldbus` may have it open" in others[1]
    assert "Another `meldbus` is saving these files" in others[2]
    assert contents(place) == {"a.bin": bytes(2 * MIB)}


def test_an_unfinished_file_is_never_a_link_or_a_pipe(folder: Path) -> None:
    outside = folder / "elders"
    outside.write_bytes(b"elders")
    path = folder / ".meldbus-x"
    path.symlink_to(outside)
    with pytest.raises(FolderError):
        Partial(path)
    path.unlink()
    path.hardlink_to(outside)
    with Partial(path) as partial:
        assert partial.begin(MIB) == 0
        partial.write([b"een"], lambda _: None)
    assert (outside.read_bytes(), path.read_bytes()) == (b"elders", b"een")
    path.unlink()
    os.mkfifo(path)
    with Partial(path) as partial:
        partial.write([b"twee"], lambda _: None)
    assert path.read_bytes() == b"twee"


def test_an_unfinished_file_that_another_has_just_named_is_let_be(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between opening and locking, the other program ended: the file that we opened is its complete file."""
    path, named = folder / ".meldbus-x", folder / "a.bin"
    path.write_bytes(b"heel")
    lock = fcntl.flock

    def late(file: int, kind: int) -> None:
        lock(file, kind)
        if path.exists() and not named.exists():
            path.rename(named)

    monkeypatch.setattr(fcntl, "flock", late)
    with Partial(path) as partial:
        partial.write([b"nieuw"], lambda _: None)
    assert (named.read_bytes(), path.read_bytes()) == (b"heel", b"nieuw")


@pytest.mark.parametrize("size", [0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB + 5])
@pytest.mark.parametrize("kept", [0, 1, MIB, 2 * MIB + 3])
def test_the_digest_of_a_file_is_the_same_however_it_was_written(folder: Path, size: int, kept: int) -> None:
    content = secrets.token_bytes(size)
    path = folder / "x"
    path.write_bytes(content[:kept])
    with Partial(path) as partial:
        begin = partial.begin(size)
        assert begin == min(kept, size) // MIB * MIB
        partial.write((content[at : at + 65_000] for at in range(begin, size, 65_000)), lambda _: None)
        digest = FileDigest()
        digest.update(content)
        assert partial.digest() == digest.digest()
    assert path.read_bytes() == content
