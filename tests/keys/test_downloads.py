"""Saving: a case's files are unchanged, under safe names, in a folder that nobody else can read."""

from __future__ import annotations

import os
import secrets
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from keys.wire.files import MIB
from tests.keys.test_downloads_names import NAMES

if TYPE_CHECKING:
    from tests.keys.cli import CommandLine

TWINS = ["A.txt", "a.txt", "caf\u00e9", "cafe\u0301", "CAFÉ", "a.txt"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder in which the commands run."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


def report(line: CommandLine, *files: tuple[str, bytes]) -> str:
    """Report with these files and return the case's number."""
    line.office.report(attachments=[line.office.attachment(name, content) for name, content in files])
    return line.number()


def asked(line: CommandLine) -> list[str]:
    """Return a list that grows by each requested path."""
    paths: list[str] = []

    def note(path: str, answer: bytes) -> bytes:
        paths.append(path)
        return answer

    line.office.meddle = note
    return paths


def contents(folder: Path) -> dict[str, bytes]:
    """Return the contents of a folder, including hidden files."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("sizes", [[0], [1], [10, 0, 70_000], [MIB], [MIB + 1, 3], [5, 3 * MIB + 7, 0, 2 * MIB]])
def test_files_come_out_as_they_went_in(line: CommandLine, folder: Path, sizes: list[int]) -> None:
    files = [(f"{number}.bin", secrets.token_bytes(size)) for number, size in enumerate(sizes)]
    number = report(line, *files)
    saved = line.done("save", number)
    place = folder / f"meldbus-{number}"
    assert contents(place) == dict(files)
    assert saved.stdout.splitlines() == [str(place / name) for name, _ in files]


def test_what_is_saved_is_for_its_owner_alone_and_cannot_be_run(line: CommandLine, folder: Path) -> None:
    number = report(line, ("start.sh", b"#!/bin/sh\n"), ("groot", bytes(2 * MIB)))
    before = os.umask(0)
    try:
        line.done("save", number)
    finally:
        os.umask(before)
    place = folder / f"meldbus-{number}"
    assert place.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in place.iterdir()} == {0o600}


def test_reading_shows_each_file_and_fetches_none(line: CommandLine, folder: Path) -> None:
    line.office.report(
        "Zie de foto's.",
        attachments=[
            line.office.attachment("a\u202egpj.exe", bytes(2 * MIB), "image/jpeg"),
            line.office.attachment("twee\nregels", b"", "text/\x1b[2J"),
        ],
    )
    paths = asked(line)
    number = line.number()
    shown = line.done("read", "--not-involved", number).stdout
    assert "  Zie de foto's." in shown.splitlines()
    first, second = (row for row in shown.splitlines() if row.startswith("  * "))
    assert "a\\u202egpj.exe · 2.1 MB · image/jpeg · not saved yet" in first
    assert "twee\\u000aregels · 0 B · text/\\u001b[2J · not saved yet" in second
    assert not [path for path in paths if path.startswith("/log/")]
    line.done("save", number)
    shown = line.done("read", "--not-involved", number).stdout
    assert f"saved as {folder / f'meldbus-{number}' / 'a_gpj.exe'}" in shown


def test_hostile_names_are_saved_harmlessly(line: CommandLine, folder: Path) -> None:
    number = report(line, *((name, name.encode()) for name in NAMES))
    line.done("save", number)
    place = folder / f"meldbus-{number}"
    assert [path.name for path in folder.iterdir()] == [place.name]
    saved = contents(place)
    assert sorted(saved.values()) == sorted(name.encode() for name in NAMES)
    for name, content in saved.items():
        wanted = NAMES[content.decode()]
        assert name == wanted or name.startswith((Path(wanted).stem + " (", "file-"))
    assert len({unicodedata.normalize("NFKD", name).casefold() for name in saved}) == len(NAMES)


def test_names_that_differ_in_case_or_form_alone_get_numbers(line: CommandLine, folder: Path) -> None:
    number = report(line, *((name, str(at).encode()) for at, name in enumerate(TWINS)))
    line.done("save", number)
    assert contents(folder / f"meldbus-{number}") == {
        "A.txt": b"0",
        "a (2).txt": b"1",
        "café": b"2",
        "café (2)": b"3",
        "CAFÉ (3)": b"4",
        "a (3).txt": b"5",
    }


def test_nothing_that_is_there_is_overwritten_or_followed(line: CommandLine, folder: Path) -> None:
    place = folder / "bewaard"
    place.mkdir(mode=0o700)
    (folder / "elders").write_bytes(b"elders")
    (place / "A.TXT").write_bytes(b"van mij")
    (place / "b.txt").symlink_to(folder / "elders")
    (place / "c.txt").symlink_to(folder / "nergens")
    number = report(line, ("a.txt", b"een"), ("b.txt", b"twee"), ("c.txt", b"drie"))
    line.done("save", number, "--to", place)
    assert {name: (place / name).read_bytes() for name in ("A.TXT", "a (2).txt", "b (2).txt", "c (2).txt")} == {
        "A.TXT": b"van mij",
        "a (2).txt": b"een",
        "b (2).txt": b"twee",
        "c (2).txt": b"drie",
    }
    assert (folder / "elders").read_bytes() == b"elders"
    assert not (folder / "nergens").exists()


def test_a_folder_of_somebody_else_is_not_written_into(line: CommandLine, folder: Path) -> None:
    """Others could read it, or place a link where a file will be written."""
    number = report(line, ("a.txt", b"een"))
    place = folder / f"meldbus-{number}"
    elsewhere = folder / "elders"
    elsewhere.mkdir(mode=0o700)
    place.symlink_to(elsewhere)
    assert "Choose a new one" in line.run("save", number).stderr
    place.unlink()
    place.mkdir()
    place.chmod(0o755)
    for given in ((), ("--to", place)):
        assert "Choose a new one" in line.run("save", number, *given).stderr
    assert contents(place) == contents(elsewhere) == {}


def test_what_was_saved_is_remembered_and_not_fetched_again(line: CommandLine, folder: Path) -> None:
    number = report(line, ("a.txt", b"een"), ("b.bin", bytes(2 * MIB)))
    line.done("save", number)
    paths = asked(line)
    again = line.done("save", number)
    assert again.stdout == ""
    assert "Everything was saved before" in again.stderr
    assert paths == []
    line.done("save", number, "--to", folder / "elders")
    assert [path.name for path in folder.iterdir()] == [f"meldbus-{number}"]


def test_a_file_that_was_moved_away_is_fetched_only_when_asked_for(line: CommandLine, folder: Path) -> None:
    number = report(line, ("a.txt", b"een"), ("b.txt", b"twee"))
    line.done("save", number, "--to", folder / "x")
    (folder / "x" / "a.txt").rename(folder / "a.txt")
    assert line.done("save", number, "--to", folder / "x").stdout == ""
    again = line.done("save", number, "--to", folder / "x", "--again")
    assert again.stdout.splitlines() == [str(folder / "x" / "a.txt")]
    assert contents(folder / "x") == {"a.txt": b"een", "b.txt": b"twee"}


def test_a_new_message_with_files_adds_to_what_was_saved(line: CommandLine, folder: Path) -> None:
    receipt = line.office.report(attachments=[line.office.attachment("a.txt", b"een")])
    number = line.number()
    line.done("save", number)
    line.office.answer(receipt, "Nog een.", [line.office.attachment("a.txt", b"twee")])
    line.done("sync")
    saved = line.done("save", number).stdout.splitlines()
    place = folder / f"meldbus-{number}"
    assert saved == [str(place / "a (2).txt")]
    assert contents(place) == {"a.txt": b"een", "a (2).txt": b"twee"}


def test_a_case_without_files_says_so(line: CommandLine, folder: Path) -> None:
    line.office.report()
    assert "This case has no files." in line.done("save", line.number()).stderr
    assert contents(folder) == {}


def test_nothing_of_a_file_stands_in_the_vaults_folder_in_clear(line: CommandLine, folder: Path) -> None:
    number = report(line, ("SENTINEL-naam.txt", b"SENTINEL-inhoud" + bytes(2 * MIB)))
    line.done("read", "--not-involved", number)
    line.done("save", number, "--to", folder / "SENTINEL-map")
    for path in (line.office.folder / "Secretaris").rglob("*"):
        assert not path.is_file() or b"SENTINEL" not in path.read_bytes(), path.name
    assert "SENTINEL-map" in line.done("read", "--not-involved", number).stdout


def test_a_folder_whose_name_is_no_text_is_remembered_too(line: CommandLine, folder: Path) -> None:
    place = Path(os.fsdecode(bytes(folder) + b"/m\xffp"))
    number = report(line, ("a.txt", b"een"))
    line.done("save", number, "--to", place)
    assert contents(place) == {"a.txt": b"een"}
    assert "saved as" in line.done("read", "--not-involved", number).stdout
    assert line.done("save", number, "--again").stdout == ""


def test_the_reporter_saves_what_the_recipients_sent(line: CommandLine, folder: Path) -> None:
    receipt = line.office.report()
    number = line.opened()
    (folder / "besluit.pdf").write_bytes(b"een" * MIB)
    line.done("reply", number, "--attach", folder / "besluit.pdf", text="Zie het besluit.\n")
    opened = line.open(receipt, "--save", folder / "thuis")
    assert opened.stdout.splitlines()[-1] == str(folder / "thuis" / "besluit.pdf")
    assert contents(folder / "thuis") == {"besluit.pdf": b"een" * MIB}
    assert (folder / "thuis").stat().st_mode & 0o777 == 0o700
