"""The command line reads typed text only after showing what is new, and never loses it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import click
import pytest

from keys.cli import commands
from keys.errors import NetworkError
from keys.roster import words
from keys.wire.messages import Identity
from tests.keys.cli import descriptor
from tests.keys.office import POLICY
from tests.keys.terminal import END, Terminal
from tests.policies import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from keys.receipt import Receipt
    from tests.keys.cli import CommandLine
    from tests.keys.office import Office

FIRST, OUT = "Bestuurslid 1", "Bestuurslid 2"
TEXT = "Wat er een uur lang is getypt.\nEn nog een regel."
LONG = "x" * 100_001
# Every command that reads a text from standard input; the names in capitals are replaced below.
WRITES = {
    "reply": ("NUMBER",),
    "acknowledge": ("NUMBER",),
    "feedback": ("NUMBER",),
    "minutes": ("NUMBER",),
    "ask": ("--to", "de bank", "--what", "het bedrag", "NUMBER"),
    "note": ("NUMBER",),
    "inform": ("--on", "2026-03-02", "--how", "Zo", "--by", "Ik", "NUMBER", FIRST),
    "form": ("NUMBER", "triage"),
    "retention": ("--months", "18", "NUMBER"),
    "hold": ("--until", "2026-03-09", "NUMBER"),
    "purge": ("NUMBER",),
    "exercise": ("NUMBER",),
    "close": ("--outcome", "none", "NUMBER"),
    "reopen": ("NUMBER",),
    "approve": ("NUMBER",),
    "correct": ("NUMBER", "received", "2026-03-02"),
    "share": ("--reason", "-", "NUMBER", OUT),
    "step-back": ("--reason", "-", "NUMBER"),
    "enter": ("--way", "phone", "--topic", "anders"),
    "export case": ("NUMBER", "FILE"),
    "export copy": ("NUMBER", "FILE"),
    "export notice": ("NUMBER", "FILE"),
    "export register": ("FILE",),
    "read": ("--not-involved", "--identity", "NUMBER"),
    "seal": ("--server", "http://127.0.0.1", "--output", "FILE", "--fingerprint", "WORDS"),
    "open": ("--answer", "--receipt-fd", "CODE", "--server", "http://127.0.0.1", "--fingerprint", "WORDS"),
}


def commands_below(group: click.Group, name: str = "") -> Iterator[tuple[str, click.Command]]:
    for command in group.commands.values():
        if isinstance(command, click.Group):
            yield from commands_below(command, f"{command.name} ")
        else:
            yield name + str(command.name), command


def test_no_command_that_reads_a_text_is_left_out_here() -> None:
    found = {
        name
        for name, command in commands_below(commands)
        for parameter in command.params
        if "--file" in parameter.opts or parameter.name in ("reason", "identity", "answering")
    }
    assert found == {*WRITES}


@pytest.fixture
def receipt(office: Office) -> Receipt:
    office.publish_roster([*office.cards], replace(POLICY, forms=shipped().forms))
    return office.report("Een melding.")


@pytest.fixture
def number(line: CommandLine, receipt: Receipt) -> str:
    line.office.say(receipt, Identity("Naam."))
    return line.opened()


@pytest.fixture
def terminal(office: Office, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    return Terminal(office, monkeypatch)


def test_a_text_that_nothing_came_of_is_given_back_by_every_command(
    line: CommandLine, receipt: Receipt, number: str, tmp_path: Path
) -> None:
    """A text is too long, and each command has another reason to refuse it."""
    given = {"NUMBER": number, "FILE": str(tmp_path / "bestand.html"), "WORDS": words(line.office.root.id)}
    wrong = []  # the text is too long for pytest's output
    for name, arguments in WRITES.items():
        with descriptor(receipt.written()) as fd:
            words_given = [*name.split(), *(given.get(one, one) for one in arguments)]
            done = line.run(*(fd if one == "CODE" else one for one in words_given), text=LONG)
        is_given_back = LONG in done.stdout and "Nothing was written. This is what you had typed" in done.stderr
        if done.exit_code != 1 or not is_given_back:
            wrong.append((name, done.exit_code, done.stderr))
    assert wrong == []
    [case] = line.office.read(FIRST)
    assert {message.kind for message in case.messages} <= {"report", "identity", "opened", "revealed"}


def test_a_text_of_a_file_is_not_given_back(line: CommandLine, number: str, tmp_path: Path) -> None:
    (tmp_path / "tekst").write_text(LONG)
    done = line.run("note", "--file", tmp_path / "tekst", number)
    assert (done.exit_code, done.stdout) == (1, "")


def test_what_is_new_is_shown_before_the_text_is_asked_for(terminal: Terminal, receipt: Receipt, number: str) -> None:
    """The text was read first; then the case had grown, and the text was lost."""
    terminal.office.answer(receipt, "Ik word bedreigd!")
    assert terminal.run("reply", number, keys=f"{TEXT}\n{END}") == 0, terminal.told
    assert "Ik word bedreigd!" in terminal.shown
    assert TEXT not in terminal.shown
    case = terminal.office.thread(receipt).case
    assert case.thread[-1].text == TEXT
    assert case.waiting == ()


@pytest.mark.parametrize("still_fits", [True, False])
def test_a_case_that_grows_while_somebody_types_is_shown_and_their_text_is_asked_about(
    terminal: Terminal, receipt: Receipt, number: str, still_fits: bool
) -> None:
    office, looks = terminal.office, []

    def while_typing(path: str) -> None:
        if path.startswith("/bundles"):
            looks.append(path)
            if len(looks) == 2:  # the second sync is the one for the text
                office.answer(receipt, "Ik word bedreigd!")

    office.refuse = while_typing
    code = terminal.run("reply", number, keys=f"{TEXT}\n{END}{'y' if still_fits else 'n'}\n")
    office.refuse = lambda _path: None
    assert "Ik word bedreigd!" in terminal.shown
    assert "Does what you typed still fit?" in terminal.told
    texts = [message.text for message in office.thread(receipt).case.thread]
    if still_fits:
        assert (code, texts[-1]) == (0, TEXT)
    else:
        assert code == 1
        assert TEXT in terminal.shown
        assert TEXT not in texts


def test_without_a_network_no_text_is_asked_for_that_could_not_be_written(terminal: Terminal, number: str) -> None:
    def cut(_path: str) -> None:
        raise NetworkError

    terminal.office.refuse = cut
    assert terminal.run("reply", number, keys=f"{TEXT}\n{END}") == 1
    assert "Write your text" not in terminal.told
    assert terminal.run("note", number, keys=f"{TEXT}\n{END}") == 0, terminal.told
    assert "Write your text" in terminal.told


def test_the_answers_of_a_form_are_given_back_as_the_command_takes_them(
    terminal: Terminal, line: CommandLine, number: str
) -> None:
    fields = [field.id for form in shipped().forms if form.id == "triage" for field in form.fields]
    rest = "\n" * (len(fields) - 1)
    assert terminal.run("form", number, "triage", keys=f"hoog\n{END}") == 1
    assert json.loads(terminal.shown) == {fields[0]: "hoog"}
    assert terminal.run("form", number, "triage", keys=f"misschien\n{rest}{END}") == 1
    answers = json.loads(terminal.shown)
    assert {field for field, answer in answers.items() if answer} == {fields[0]}
    line.done("form", number, "triage", text=json.dumps(answers | {fields[0]: "hoog"}))
