"""Sessions at the command line: what is posted and when, what waits and why, and no replies to unread messages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from keys.sync.cover import post_cover
from keys.wire.canonical import encode, parse_object
from keys.wire.envelope import SMALLEST_CLASS
from keys.wire.signed import join_frames, split_frames
from tests.keys.office import POLICY
from tests.keys.window import Window

if TYPE_CHECKING:
    from pathlib import Path

    from tests.keys.cli import CommandLine

FIRST, SECOND = "Bestuurslid 1", "Bestuurslid 2"
DOWN = (503, b"")
TOO_LARGE = (413, b'{"error":"too-large"}')


def entries(line: CommandLine) -> int:
    """Return the number of log entries that a separate vault has read."""
    with line.office.session(SECOND) as session:
        session.sync()
        return session.vault.log.count()


def refuse_postings(line: CommandLine, answer: tuple[int, bytes] | None) -> None:
    line.office.refuse = lambda path: answer if path.startswith("/envelopes") else None


def refuse_uploads(line: CommandLine, answer: tuple[int, bytes] | None) -> None:
    """Refuse uploads larger than any cover entry."""
    line.office.refuse = lambda path: answer if path.startswith("/uploads") else None


@pytest.mark.parametrize("command", [("sync",), ("status",)])
def test_a_command_that_reads_the_log_posts_as_many_entries_as_the_policy_says(
    line: CommandLine, command: tuple[str, ...]
) -> None:
    before = entries(line)
    done = line.run(*command)
    assert f"Sent: messages 0, cover entries {POLICY.cover}." in done.stderr
    assert entries(line) - before == POLICY.cover


def test_what_is_written_goes_out_among_as_many_entries_as_a_session_without_words(line: CommandLine) -> None:
    receipt = line.office.report()
    number = line.opened()
    before = entries(line)
    done = line.done("reply", number, text="We kijken ernaar.\n")
    assert f"Sent: messages 2, cover entries {POLICY.cover - 2}." in done.stderr
    assert entries(line) - before == POLICY.cover
    assert [one.kind for one in line.office.thread(receipt).case.thread] == ["report", "opened", "answer"]


def test_a_command_that_does_not_read_the_log_posts_nothing_and_says_what_waits(line: CommandLine) -> None:
    line.office.report()
    number = line.number()
    before = entries(line)
    line.office.refuse = lambda _path: DOWN
    assert "Sent:" not in line.done("list").stderr
    assert "Waiting: 1. `meldbus sync` sends it." in line.done("read", "--not-involved", number).stderr
    line.office.refuse = lambda _path: None
    assert entries(line) == before


def test_what_the_server_does_not_take_waits_and_it_is_said_why(line: CommandLine) -> None:
    receipt = line.office.report()
    number = line.opened()
    refuse_postings(line, DOWN)
    waits = line.done("reply", number, text="We kijken ernaar.\n")
    assert "Waiting: 2 (the server was not reached)." in waits.stderr
    refuse_postings(line, (507, b'{"error":"full"}'))
    assert "Waiting: 2 (the server has no room left: tell the operator)." in line.done("sync").stderr
    assert [one["state"] for one in json.loads(line.done("outbox", "--json").stdout)] == ["tried", "queued"]
    refuse_postings(line, None)
    assert "Sent: messages 2" in line.done("sync").stderr
    assert [one.kind for one in line.office.thread(receipt).case.thread] == ["report", "opened", "answer"]
    line.done("sync")
    assert "Nothing waits." in line.done("outbox").stderr


def test_an_error_of_a_command_that_has_read_the_log_does_not_show_in_what_is_posted(line: CommandLine) -> None:
    """Otherwise, a session without cover entries would reveal the error to the server and to colleagues."""
    receipt = line.office.report()
    number = line.opened()
    line.office.answer(receipt, "Nog iets.")
    before = entries(line)
    refused = line.run("reply", number, text="We kijken ernaar.\n")
    assert refused.exit_code == 1
    assert entries(line) - before == POLICY.cover


def test_a_word_of_the_reporter_that_was_not_shown_is_not_answered_by_accident(line: CommandLine) -> None:
    """Finding A2 of the first build: a reply that crossed a cry for help removed it from every list."""
    receipt = line.office.report()
    number = line.opened()
    line.done("reply", number, text="We kijken ernaar.\n")
    line.office.answer(receipt, "Ik word bedreigd, help mij nu!")
    line.done("sync")
    for command in (("reply",), ("note",), ("close", "--outcome", "unfounded")):
        refused = line.run(*command, number, text="Klaar.\n")
        assert refused.exit_code == 1, refused.output
    status = line.run("status")
    assert status.exit_code in (3, 4)
    assert number in status.stdout
    shown = line.done("read", number).stdout
    assert "Ik word bedreigd, help mij nu!" in shown
    assert "not read yet" in shown
    line.done("reply", number, text="We bellen je.\n")
    assert "not read yet" not in line.done("read", number).stdout


def test_status_is_never_zero_where_the_server_was_not_reached(line: CommandLine) -> None:
    assert line.run("status").exit_code == 0
    line.office.refuse = lambda _path: DOWN
    status = line.run("status")
    assert status.exit_code == 3
    assert "The server cannot be reached" in status.stderr


def test_status_is_never_zero_while_own_words_do_not_go_out(line: CommandLine) -> None:
    line.office.report()
    number = line.opened()
    line.done("reply", number, text="We kijken ernaar.\n")
    assert line.run("status").exit_code == 0
    refuse_postings(line, (507, b'{"error":"full"}'))
    line.done("note", number, text="Even bellen.\n")
    status = line.run("status", "--json")
    assert (status.exit_code, json.loads(status.stdout)["unsent"]) == (3, 1)
    refuse_postings(line, None)
    assert line.run("status").exit_code == 0


def test_status_is_never_zero_while_the_clocks_do_not_agree(line: CommandLine) -> None:
    """Nothing is sealed then, and no new key is created."""

    def lie(path: str, answer: bytes) -> bytes:
        if not path.startswith("/bundles"):
            return answer
        first, *bundles = split_frames(answer)
        return join_frames([encode(parse_object(first) | {"day": line.office.today + 3}), *bundles])

    line.office.meddle = lie
    assert line.run("status").exit_code == 3


def test_what_was_put_aside_is_for_its_owner_to_send_or_drop_and_status_says_so(
    line: CommandLine, tmp_path: Path
) -> None:
    large = tmp_path / "groot.bin"
    large.write_bytes(bytes(1_200_000))
    receipt = line.office.report()
    number = line.opened()
    line.done("sync")
    line.done("reply", "--question", number, text="Wanneer was dat?\n")
    line.done("acknowledge", number, text="Ontvangen.\n")
    assert line.run("status").exit_code == 0
    refuse_uploads(line, TOO_LARGE)
    done = line.done("note", "--attach", large, number, text="Eerst bellen.\n")
    assert "Put aside: 1. `meldbus outbox` says why, and you decide." in done.stderr
    assert line.run("status").exit_code == 3
    listed = line.done("outbox")
    assert number in listed.stdout
    assert "put aside: the server says that it is too large" in listed.stdout
    [item] = json.loads(line.done("outbox", "--json").stdout)
    assert (item["case"], item["kind"], item["state"], item["reason"]) == (number, "note", "put-aside", "too-large")
    refuse_uploads(line, None)
    assert "Sent: messages 1" in line.done("outbox", "send", item["number"]).stderr
    refuse_uploads(line, TOO_LARGE)
    line.done("note", "--attach", large, number, text="Niet bellen.\n")
    refuse_uploads(line, None)
    [item] = json.loads(line.done("outbox", "--json").stdout)
    assert "never sent" in line.done("outbox", "drop", item["number"]).stderr
    assert line.run("outbox", "drop", item["number"]).exit_code == 1
    line.opened(FIRST)
    shown = line.done("read", number, who=FIRST).stdout
    assert "Eerst bellen." in shown
    assert "Niet bellen." not in shown
    assert line.office.thread(receipt).alarms == ()


def test_sending_at_once_says_what_a_colleague_who_is_left_out_can_see(line: CommandLine) -> None:
    line.office.report()
    number = line.opened()
    done = line.done("outbox", "send", "--now")
    assert "Colleagues who were left out of a case see in the log" in done.stderr
    assert "Sent: messages 1, cover entries 0." in done.stderr
    assert "opened_by" in line.done("read", "--json", number).stdout


def test_a_sync_asks_before_it_reads_on_after_as_much_as_is_read_at_once(
    line: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keys.sync.session.RecipientSession.sync.__kwdefaults__", {"most": 1})
    served, addressees = line.office.addressees()
    for _ in range(180):  # more than one page of the log
        post_cover(line.office.courier(), addressees, served.work, SMALLEST_CLASS)
    line.office.report()
    stopped = line.done("sync", text="n\n")
    assert "there is more. Read on?" in stopped.stderr
    assert "`meldbus sync --all` reads the rest" in stopped.stderr
    whole = line.done("sync", "--all")
    assert "Read on?" not in whole.stderr
    assert "1 in all" in whole.stderr


def test_spam_is_set_aside_in_ones_own_list_alone_and_comes_back(line: CommandLine) -> None:
    line.office.report("Koop nu!")
    number = line.opened()
    line.done("sync", who=FIRST)
    line.done("set-aside", number)
    assert number not in line.done("list").stdout
    assert number in line.done("list", who=FIRST).stdout
    assert number in line.done("list", "--set-aside").stdout
    line.done("set-aside", "--back", number)
    assert number in line.done("list").stdout


def test_what_was_set_aside_comes_into_sight_when_its_reporter_writes_again(line: CommandLine) -> None:
    receipt = line.office.report("Koop nu!", topic="anders")
    number = line.opened()
    line.done("set-aside", number)
    assert line.run("status").exit_code == 0
    line.office.answer(receipt, "Het was geen spam.")
    status = line.run("status")
    assert (status.exit_code, number in status.stdout) == (3, True)


def test_without_a_difference_the_log_shows_six_words_that_colleagues_share(line: CommandLine) -> None:
    line.done("sync")
    line.done("sync", who=FIRST)
    mine, theirs = line.done("log"), line.done("log", who=FIRST)
    assert len(mine.stdout.split()) == 6
    assert mine.stdout == theirs.stdout
    assert "the one that you have read" in mine.stderr
    assert "the one that you have read" in line.done("log", "accept", "--yes").stderr


def test_what_the_inbox_has_shown_is_answered_at_the_command_line(line: CommandLine) -> None:
    line.office.report("Er ging iets mis.")
    window = Window(line.office).open()
    window.read(window.case())
    [number] = window.cases()
    window.lock()
    line.done("reply", number, text="Wij kijken ernaar.\n")
