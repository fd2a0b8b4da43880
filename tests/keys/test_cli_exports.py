"""Exports of cases at the command line, and their fate when the case is destroyed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keys.wire.messages import Consent, Identity
from tests.keys.cli import CommandLine

if TYPE_CHECKING:
    from pathlib import Path

    from tests.keys.office import Office

FIRST = "Bestuurslid 1"
NAME = "SENTINEL-naam"


@pytest.fixture
def line(office: Office) -> CommandLine:
    return CommandLine(office)


@pytest.fixture
def place(office: Office) -> Path:
    folder = office.folder / "uit"
    folder.mkdir()
    return folder


def test_a_case_is_written_to_a_file_and_who_the_reporter_is_only_on_a_ground(line: CommandLine, place: Path) -> None:
    receipt = line.office.report("Er is iets mis.", topic="fraude")
    line.office.say(receipt, Identity(NAME))
    number = line.opened()
    assert "No ground exists" in line.done("export", "grounds", number).output
    refused = line.run("export", "case", "--identity", "1", number, place / "a.html", text="Voor de politie.")
    assert "allows you to tell who the reporter is" in refused.output
    done = line.done("export", "case", number, place / "a.html", text="Voor de politie.")
    assert done.stdout == f"{place / 'a.html'}\n"
    assert NAME not in (place / "a.html").read_text("utf-8")
    line.done("ask", "--to", "de politie", "--what", "Wie je bent.", number, text="Voor de aangifte.")
    case = line.office.thread(receipt).case
    line.office.say(receipt, Consent("yes", request=case.thread[-1].id))
    line.opened()
    assert line.done("export", "grounds", number).stdout.startswith("1  consent to what was asked on 2026-03-02")
    line.done("export", "case", "--identity", "1", number, place / "b.html", text="Voor de politie.")
    assert NAME in (place / "b.html").read_text("utf-8")
    line.done("sync", who=FIRST)
    shown = line.done("read", "--not-involved", number, who=FIRST).stdout
    assert shown.count("the file of the case") == 2
    assert shown.count("It says who the reporter is.") == 1


def test_a_file_is_not_written_over_and_its_name_says_what_it_is(line: CommandLine, place: Path) -> None:
    line.office.report()
    number = line.opened()
    line.done("export", "notice", number, place / "a.json", text="Voor het bestuur.")
    again = line.run("export", "copy", number, place / "a.json", text="Op verzoek.")
    assert (again.exit_code, "a.json" in again.output) == (1, True)
    assert "has to end in .html" in line.run("export", "copy", number, place / "a.doc", text="Op verzoek.").output
    assert "text is missing" in line.run("export", "copy", number, place / "b.json").output
    assert [path.name for path in place.iterdir()] == ["a.json"]


def test_in_a_case_that_was_written_down_no_consent_is_asked_for(line: CommandLine) -> None:
    line.done("enter", "--way", "phone", "--topic", "anders", text="Iemand belde.")
    number = line.opened()
    asked = line.run("ask", "--to", "x", "--what", "y", number, text="Daarom.")
    assert "Ask for it on paper" in asked.output
    assert asked.exit_code == 1
