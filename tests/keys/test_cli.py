"""The command line: results on standard output, messages on standard error, passphrases never as arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from keys.ceremony import enrol, unlock
from keys.cli import commands
from keys.identity import KIND_ROOT, unlock_key_file
from keys.roster import words
from keys.wording.words import harmless
from tests.keys.bundles import published
from tests.keys.cli import LocalTool, descriptor
from tests.keys.office import CHEAP, PASSPHRASE
from tests.policies import SMALL_TOML

if TYPE_CHECKING:
    from pathlib import Path

    from tests.keys.cli import CommandLine


HOLDERS = ("de eerste wachtzin", "de tweede wachtzin", "de derde wachtzin")


def test_a_report_is_listed_read_acknowledged_and_answered(line: CommandLine) -> None:
    receipt = line.office.report("Er ging iets mis.")
    number = line.number()
    listed = line.done("list").stdout
    assert (
        "new; first personal answer: by 2026-03-05; acknowledgement: by 2026-03-09; what is done, and why: by" in listed
    )
    read = line.done("read", "--not-involved", number)
    assert "Er ging iets mis." in read.stdout
    assert "Not opened yet by: Bestuurslid 1 (bestuur), Bestuurslid 2 (bestuur)" in read.stdout
    line.done("acknowledge", number, text="We hebben je melding.\n")
    line.done("reply", "--question", number, text="Wanneer was dat?\n")
    thread = line.office.thread(receipt)
    assert [message.kind for message in thread.case.thread] == ["report", "opened", "acknowledgement", "question"]
    assert thread.case.thread[-1].text == "Wanneer was dat?"
    assert thread.alarms == ()
    assert "waits for the reporter" in line.done("list").stdout


def test_an_error_is_one_line_on_standard_error_with_status_one(line: CommandLine) -> None:
    result = line.run("read", "lusab-babad")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("meldbus: error: There is no such case here")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("content", [b"caf\xe9", "één".encode("utf-16")])
def test_a_file_that_is_not_utf_8_ends_in_one_line_and_nothing_is_written(
    line: CommandLine, tmp_path: Path, content: bytes
) -> None:
    line.office.report()
    number = line.opened()
    (tmp_path / "tekst").write_bytes(content)
    result = line.run("note", "--file", tmp_path / "tekst", number)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("meldbus: error: This file is not text in UTF-8")


def test_a_folder_in_place_of_a_file_ends_in_one_line(line: CommandLine, tmp_path: Path) -> None:
    line.office.report()
    number = line.opened()
    for arguments in (("note", "--file", tmp_path, number), ("backup", tmp_path / "niets" / "kopie")):
        result = line.run(*arguments)
        assert result.exit_code == 1
        assert result.stderr.startswith("meldbus: error: This file cannot be read or written")
        assert result.stderr.count("\n") == 1


def test_a_wrong_passphrase_says_so(line: CommandLine) -> None:
    result = line.run("list", passphrases=("fout",))
    assert result.exit_code == 1
    assert "The passphrase does not open this key file" in result.stderr


def test_no_command_takes_a_passphrase_or_a_code_as_an_argument() -> None:
    """Arguments are visible to every process of the machine and end up in a shell's history."""

    def options(command, path):
        for option in command.params:
            yield f"{path} {option.name}"
        for name, inner in getattr(command, "commands", {}).items():
            yield from options(inner, f"{path} {name}")

    every = [*options(commands, "meldbus")]
    secret = [name for name in every if any(word in name.rpartition(" ")[2] for word in ("passphrase", "receipt"))]
    assert sorted(secret) == ["meldbus open receipt_fd", "meldbus passphrase_fd"]


@pytest.mark.parametrize("command", [("enrol", "--name", "Nieuw", "--role", "bestuur"), ("found", "--folder", ".")])
def test_a_short_new_passphrase_is_refused_before_anything_is_made(line: CommandLine, command: tuple[str, ...]) -> None:
    """audit L9: it was only a hint."""
    refused = line.run(*command, who="nieuw", passphrases=("kort", *HOLDERS))
    assert refused.exit_code == 1
    assert "too short" in refused.stderr
    assert not (line.office.folder / "nieuw").exists()


def test_a_short_new_passphrase_is_asked_for_again(line: CommandLine) -> None:
    tool = LocalTool(line.office.folder / "nieuw", clock=lambda: line.office.now, profile=CHEAP, office=line.office)
    made = CliRunner().invoke(
        commands,
        ["enrol", "--name", "Nieuw", "--role", "bestuur"],
        input=f"kort\n{PASSPHRASE}\n{PASSPHRASE}\n",
        obj=tool,
        env={"LANGUAGE": "en"},
    )
    assert (made.exit_code, "too short" in made.stderr) == (0, True)
    assert unlock(line.office.folder / "nieuw", PASSPHRASE)


def test_a_passphrase_is_changed_for_the_own_key_and_for_a_root_key(line: CommandLine) -> None:
    new = "een heel andere wachtzin"
    changed = line.done("passphrase", passphrases=(PASSPHRASE, new))
    assert "Copies and backups of before still open with the old passphrase" in changed.stderr
    assert line.run("list").exit_code == 1
    line.done("list", passphrases=(new,))
    root = line.office.folder / "root-1.key"
    wrong = line.run("passphrase", "--key", root, passphrases=("fout", new))
    assert "does not open this key file" in wrong.stderr
    line.done("passphrase", "--key", root, passphrases=("a", new))
    assert unlock_key_file(root, KIND_ROOT, new)


def test_founding_to_joining_by_the_command_line_alone(line: CommandLine, tmp_path: Path) -> None:
    board = tmp_path / "board"
    found = line.done("found", "--folder", board, "--keys", "3", "--needed", "2", passphrases=HOLDERS)
    spoken, written = found.stdout.splitlines()
    assert (len(spoken.split()), len(written)) == (10, 43)
    (board / "policy.toml").write_text(SMALL_TOML.replace("work = 1000", "work = 4"))
    card = line.done("enrol", "--name", "Secretaris", "--role", "secretaris", who="nieuw").stdout.strip()
    draft = board / "roster-1"
    made = ("roster", "make", "--root", board / "root.signed", "--policy", board / "policy.toml", "--output", draft)
    line.done(*made, card)
    line.done("roster", "sign", "--key", board / "root-1.key", draft, passphrases=HOLDERS[:1])
    shown = line.done("roster", "show", draft).stdout
    assert "1 / 2" in shown
    refused = line.run("roster", "publish", "--server", "http://127.0.0.1", draft)
    assert "Too few of the board's root keys" in refused.stderr
    line.done("roster", "sign", "--key", board / "root-2.key", draft, passphrases=HOLDERS[1:2])
    shown = line.done("roster", "show", "--server", "https://meld.example", draft).stdout
    assert "2 / 2" in shown
    assert spoken in shown
    assert f"https://meld.example/nl/#{written}" in shown
    assert "█" in shown or "▀" in shown
    assert line.run(*made, card).exit_code == 1


def test_a_roster_is_published_and_joined(line: CommandLine) -> None:
    office = line.office
    card = line.done("enrol", "--name", "Bestuurslid 3", "--role", "bestuur", who="Bestuurslid 3").stdout.strip()
    board = office.folder
    (board / "policy.toml").write_text(SMALL_TOML.replace("work = 1000", "work = 4"))
    cards = [office.folder / name / made.file_name() for name, made in office.cards.items()]
    (board / "now").write_bytes(office.drafts[-1].encode())
    draft = board / "roster-2"
    line.done(
        "roster", "make", "--root", board / "root.signed", "--policy", board / "policy.toml",
        "--after", board / "now", "--output", draft, *cards, card,
    )  # fmt: skip
    for number, passphrase in ((1, "a"), (2, "b")):
        line.done("roster", "sign", "--key", board / f"root-{number}.key", draft, passphrases=(passphrase,))
    line.done("roster", "publish", "--server", "http://127.0.0.1", draft)
    joining = ("join", "--server", "http://127.0.0.1", "--fingerprint", words(office.root.id))
    assert "You receive reports from 2026-03-03 on." in line.done(*joining, who="Bestuurslid 3").stderr
    again = line.run(*joining, who="Bestuurslid 3")
    assert "belongs to an organisation already" in again.stderr
    assert "You receive reports from 2026-03-03 on." in line.done("sync", who="Bestuurslid 3").stderr
    office.pass_days(1)
    assert "0 new, 0 in all\n" in line.done("sync", who="Bestuurslid 3").stderr


def test_seal_makes_a_file_and_prints_nothing_but_the_code(line: CommandLine, tmp_path: Path) -> None:
    sealed = tmp_path / "melding.meldbus"
    given = ("--server", "http://127.0.0.1", "--fingerprint", words(line.office.root.id))
    result = line.done("seal", *given, "--without", "Secretaris", "--output", sealed, text="Over de secretaris.\n")
    code = result.stdout.strip()
    assert len(code) == 34
    assert sealed.stat().st_mode & 0o777 == 0o600
    line.office.courier().post_raw(sealed.read_bytes())
    assert "0 new, 0 in all" in line.done("sync").stderr
    assert "1 new, 1 in all" in line.done("sync", who="Bestuurslid 1").stderr
    with descriptor(code.lower().replace("-", " ")) as fd:
        thread = line.done("open", *given, "--receipt-fd", fd)
    assert "Over de secretaris." in thread.stdout
    assert "Nobody has opened it yet." in thread.stderr
    number = line.done("list", who="Bestuurslid 1").stdout.splitlines()[-1].split()[0]
    line.done("read", "--not-involved", number, who="Bestuurslid 1")
    with descriptor(code) as fd:
        line.done("open", *given, "--receipt-fd", fd, "--answer", text="Nog iets.\n")
    line.done("sync", who="Bestuurslid 1")
    assert "Nog iets." in line.done("read", "--not-involved", number, who="Bestuurslid 1").stdout


def test_seal_works_from_fetched_files_on_a_machine_apart(line: CommandLine, tmp_path: Path) -> None:
    client = line.office.app.test_client()
    for name in ("chain", "bundles"):
        (tmp_path / name).write_bytes(client.get(f"/{name}").data)
    sealed = tmp_path / "melding.meldbus"
    fingerprint = ("--fingerprint", words(line.office.root.id))
    line.done("seal", "--from", tmp_path, *fingerprint, "--output", sealed, text="Van ver.\n")
    line.office.courier().post_raw(sealed.read_bytes())
    assert "Van ver." in line.done("read", "--not-involved", line.number()).stdout


def test_seal_refuses_to_leave_everyone_out(line: CommandLine, tmp_path: Path) -> None:
    given = ("--server", "http://127.0.0.1", "--fingerprint", words(line.office.root.id))
    everyone = [word for name in line.office.cards for word in ("--without", name)]
    result = line.run("seal", *given, *everyone, "--output", tmp_path / "x", text="x\n")
    assert result.exit_code == 1
    assert not (tmp_path / "x").exists()


def test_a_code_with_a_typing_error_is_found_before_anything_is_sent(line: CommandLine) -> None:
    asked: list[str] = []
    line.office.meddle = lambda path, answer: (asked.append(path), answer)[1]
    given = ("--server", "http://127.0.0.1", "--fingerprint", words(line.office.root.id))
    with descriptor("0000-0000-0000-0000-0000-0000-0001") as fd:
        result = line.run("open", *given, "--receipt-fd", fd)
    assert "The code has a typing error" in result.stderr
    assert asked == []


def test_an_unknown_code_gives_a_clear_error(line: CommandLine) -> None:
    given = ("--server", "http://127.0.0.1", "--fingerprint", words(line.office.root.id))
    with descriptor("0000-0000-0000-0000-0000-0000-0000") as fd:
        result = line.run("open", *given, "--receipt-fd", fd)
    assert result.exit_code == 1
    assert "No conversation was found for this code" in result.stderr


def test_a_decoy_needs_no_key_and_nobody_sees_it(line: CommandLine, tmp_path: Path) -> None:
    given = ("--server", "http://127.0.0.1", "--fingerprint", words(line.office.root.id))
    line.done("decoy", *given, who="nobody", passphrases=())
    for name in line.office.cards:
        assert "0 new, 0 in all" in line.done("sync", who=name).stderr


def test_share_is_refused_for_someone_the_reporter_left_out(line: CommandLine) -> None:
    line.office.report("Over de secretaris.", without=["Secretaris"])
    number = line.opened("Bestuurslid 1")
    result = line.run("share", number, "Secretaris", who="Bestuurslid 1")
    assert result.exit_code == 1
    assert "left this person out" in result.stderr


@pytest.mark.parametrize(
    "hostile",
    ["\x1b[2J\x1b[31m", "\x07", "\x00", "\u202e", "\u2066", "\u200b", "\x9b31m", "\r", "\u2028", "\ufeff"],
)
def test_a_reporters_characters_never_drive_the_terminal(line: CommandLine, hostile: str) -> None:
    line.office.report(f"voor{hostile}na")
    shown = line.done("read", "--not-involved", line.number()).stdout
    assert not [character for character in hostile if character in shown and not character.isprintable()]
    assert harmless(hostile) in shown


def test_who_has_not_joined_is_told_to_join(line: CommandLine) -> None:
    line.done("enrol", "--name", "Nieuw", "--role", "bestuur", who="Nieuw")
    for command in ("sync", "list"):
        result = line.run(command, who="Nieuw")
        assert result.exit_code == 1
        assert result.stderr.startswith(
            "meldbus: error: This vault has joined no organisation yet. Type `meldbus join`"
        )


def test_enrolling_or_founding_twice_is_refused_before_a_passphrase_is_asked(line: CommandLine) -> None:
    again = line.run("enrol", "--name", "Secretaris", "--role", "secretaris", passphrases=())
    assert "never overwritten" in again.stderr
    founded = line.run("found", "--folder", line.office.folder, passphrases=())
    assert "never overwritten" in founded.stderr


@pytest.mark.parametrize("command", [("list",), ("status",), ("sync",), ("read", "lusab-babad"), ("backup", "copy")])
def test_who_has_no_key_is_told_how_to_begin_before_a_passphrase_is_asked(
    line: CommandLine, command: tuple[str, ...]
) -> None:
    result = line.run(*command, who="Nieuw", passphrases=())
    assert result.exit_code == 1
    assert result.stderr.startswith("meldbus: error: There is no key here yet. Begin with `meldbus setup`")


def test_joining_makes_and_publishes_the_first_keys(line: CommandLine) -> None:
    office, name = line.office, "Bestuurslid 3"
    office.cards[name] = enrol(office.folder / name, name, "bestuur", PASSPHRASE, office.today, CHEAP)
    office.publish_roster([*office.cards])
    joined = line.done("join", "--server", "http://127.0.0.1", "--fingerprint", words(office.root.id), who=name)
    assert "Sent: " in joined.stderr
    assert not all(bundle.last for bundle in published(office, name))
