"""The end of a case at the command line: close, hold, purge, object, the register, and reports made by phone."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from keys.cases.terms import months_after
from keys.receipt import Receipt
from keys.wire.messages import Agreed
from keys.wording.words import date
from tests.keys.cli import CommandLine
from tests.keys.office import POLICY, Office

SECRETARIS, FIRST, SECOND = "Secretaris", "Bestuurslid 1", "Bestuurslid 2"
SENTINEL = "SENTINEL-melder"


@pytest.fixture
def line(office: Office) -> CommandLine:
    return CommandLine(office)


def close(line: CommandLine, number: str, *options: str) -> None:
    line.done("close", "--outcome", "unfounded", *options, number, text="We hebben het bekeken.")


def test_a_case_is_closed_reopened_and_shown_in_the_register(line: CommandLine) -> None:
    receipt = line.office.report(SENTINEL)
    number = line.opened()
    measures = line.office.folder / "measures"
    measures.write_text("Een gesprek.")
    close(line, number, "--measures", str(measures))
    line.done("reopen", number, text="Er is nieuw bewijs.")
    line.done("correct", number, "received", "2026-02-27", text="Hij kwam vrijdag al binnen.")
    close(line, number)
    case = line.office.thread(receipt).case
    assert [message.text for message in case.thread if message.kind == "closed"] == ["We hebben het bekeken."] * 2
    line.done("sync", who=FIRST)
    shown = json.loads(line.done("register", "--json", who=FIRST).stdout)
    assert SENTINEL not in json.dumps(shown)
    assert [one["is_old"] for one in shown["lines"]] == [True] * (len(shown["lines"]) - 1) + [False]
    last = shown["lines"][-1]
    until = date(months_after(line.office.today, POLICY.retention.months))
    assert (last["number"], last["received"], last["closed"], last["outcome"], last["until"]) == (
        number,
        "2026-02-27",
        "2026-03-02",
        "unfounded",
        until,
    )
    assert any("Er is nieuw bewijs." in one["changed"] for one in shown["lines"])
    assert number in line.done("register", who=FIRST).stdout


def ask_purge(line: CommandLine) -> str:
    """Let the secretaris ask to destroy a case that the first board member has read; return its number."""
    number = line.opened()
    done = line.done("purge", number, text="De melder heeft erom gevraagd.")
    assert "approves within 30 days" in done.stderr
    line.opened(FIRST)
    return number


def sync_all(line: CommandLine) -> list[str]:
    return [line.done("sync", who=who).output for who in line.office.cards]


def test_a_purge_only_asks_and_two_people_make_a_date_of_it(line: CommandLine) -> None:
    receipt = line.office.report(SENTINEL)
    number = ask_purge(line)
    assert "It has no last day" in line.done("purge", number, text="Nog eens.").stderr
    assert "Nobody else has asked" in line.run("approve", number, text="Ja.").stderr
    line.opened(FIRST)
    done = line.done("approve", number, text="Akkoord.", who=FIRST)
    assert "You approve of this: 2026-03-02 · Secretaris (secretaris)" in done.stderr
    last = line.office.today + 7
    assert f"Its last day is {date(last)}" in done.stderr
    sync_all(line)
    assert f"last day {date(last)}" in line.done("list").stdout
    line.office.pass_days(7)
    sync_all(line)
    assert number in line.done("list").stdout
    line.office.pass_days(1)
    for who, said in zip(line.office.cards, sync_all(line), strict=True):
        assert "`meldbus backup`" in said
        shown = json.loads(line.done("register", "--json", who=who).stdout)
        assert shown["lines"] == []
        [destroyed] = shown["destroyed"]
        assert (destroyed["number"], destroyed["received"]) == (number, "2026-03-02")
        assert number in line.done("register", who=who).stdout
        assert "There is no such case" in line.run("read", number, who=who).stderr
        assert SENTINEL not in line.done("register", who=who).output
    line.office.answer(receipt, "Waarom is het weg?")
    last = line.done("sync")
    assert f"In case {number}, which is destroyed here, the reporter still wrote on 2026-03-10:" in last.stderr
    assert last.stdout == "  Waarom is het weg?\n"
    assert line.done("sync").stdout == ""
    assert "asks the others for it" in line.done("take-again", number).stderr


def test_whoever_reads_a_case_can_object_to_a_purge_that_two_agreed_on(line: CommandLine) -> None:
    line.office.report(SENTINEL)
    number = ask_purge(line)
    line.done("approve", number, text="Akkoord.", who=FIRST)
    line.opened(SECOND)
    assert "It has no last day" in line.done("object", number, who=SECOND).stderr
    again = line.run("object", number, who=SECOND)
    assert again.exit_code == 1
    sync_all(line)
    line.office.pass_days(20)
    sync_all(line)
    assert number in line.done("list").stdout


def test_one_person_holds_a_case_for_thirty_days_and_no_longer(line: CommandLine) -> None:
    line.office.report(SENTINEL)
    number = line.opened()
    none = line.run("hold", "--until", "2026-12-31", number, text="Er loopt een onderzoek.")
    assert none.exit_code == 1
    ask_purge(line)
    line.done("approve", number, text="Akkoord.", who=FIRST)
    line.opened()
    held = line.done("hold", "--until", "2026-12-31", number, text="Er loopt een onderzoek.")
    assert f"Its last day is {date(line.office.today + 30)}" in held.stderr


def test_a_closed_case_is_kept_for_as_many_months_as_said_and_shorter_takes_two(line: CommandLine) -> None:
    line.office.report(SENTINEL)
    number = line.opened()
    refused = line.run("close", "--outcome", "guidance", "--months", "18", number, text="Klaar.")
    assert "a reason is needed" in refused.stderr
    closed = line.done("close", "--outcome", "guidance", number, text="Klaar.")
    assert "has to approve" not in closed.stderr
    usual = months_after(line.office.today, POLICY.retention.months)
    assert f"Its last day is {date(usual)}" in closed.stderr
    line.opened(FIRST)
    shorter = line.done("retention", "--months", "3", number, text="Er is niets meer nodig.", who=FIRST)
    assert f"Its last day is {date(usual)}" in shorter.stderr
    line.opened()
    approved = line.done("approve", number, text="Akkoord.")
    assert f"Its last day is {date(months_after(line.office.today, 3))}" in approved.stderr


def test_a_file_of_a_destroyed_case_is_named_until_it_is_gone(line: CommandLine) -> None:
    line.office.report(SENTINEL, attachments=[line.office.attachment("bewijs.txt", b"inhoud")])
    number = ask_purge(line)
    folder = line.office.folder / "bewaard"
    line.done("save", "--to", str(folder), number)
    [saved] = folder.iterdir()
    copy = line.office.folder / "kopie.html"
    line.opened()
    line.done("export", "copy", number, copy, text="Op verzoek.")
    line.opened(FIRST)
    line.done("approve", number, who=FIRST)
    sync_all(line)
    line.office.pass_days(8)
    sync_all(line)
    shown = line.done("register").stderr
    assert str(saved) in shown
    assert str(copy) in shown
    saved.unlink()
    line.done("sync")
    shown = line.done("register").stderr
    assert str(saved) not in shown
    assert str(copy) in shown


def test_the_own_copy_is_not_destroyed_by_hand_before_its_last_day(line: CommandLine) -> None:
    line.office.report(SENTINEL)
    number = line.opened()
    refused = line.run("destroy-own-copy", "--yes", number)
    assert refused.exit_code == 1
    assert number in line.done("list").stdout
    ask_purge(line)
    line.done("approve", number, text="Akkoord.", who=FIRST)
    line.done("sync")
    line.office.pass_days(8)
    line.office.refuse = lambda _path: (503, b"")
    asked = line.done("destroy-own-copy", number, text="n\n")
    assert "Nothing was changed" in asked.stderr
    done = line.done("destroy-own-copy", "--yes", number)
    assert f"Case {number} is destroyed on this computer." in done.stderr
    assert "Make a new backup" in done.stderr
    assert line.run("read", number).exit_code == 1


def test_a_drill_stands_in_the_register_as_one_once_two_say_so(line: CommandLine) -> None:
    line.office.report(SENTINEL)
    number = line.opened()
    done = line.done("exercise", number, text="De jaarlijkse oefening.")
    assert "Another person who reads it has to approve" in done.stderr
    line.opened(FIRST)
    line.done("approve", number, who=FIRST)
    assert "a drill" in line.done("list", who=FIRST).stdout


def test_what_somebody_told_by_phone_comes_in_and_their_consent_counts_for_nothing(line: CommandLine) -> None:
    """The code goes to the person who reported; its writer had access to it."""
    office = line.office
    done = line.done("enter", "--way", "phone", "--topic", "anders", "--add", FIRST, text=f"{SENTINEL} belde.")
    receipt = Receipt.parse(done.stdout.splitlines()[0])
    thread = office.thread(receipt)
    assert thread.alarms == ()
    assert [message.kind for message in thread.case.thread] == ["report", "minutes"]
    minutes = thread.case.thread[1]
    assert minutes.text == f"{SENTINEL} belde."
    line.done("sync", who=FIRST)
    [entry] = json.loads(line.done("register", "--json", who=FIRST).stdout)["lines"]
    assert entry["way"] == "by phone, written down by a recipient"
    office.say(receipt, Agreed("no", minutes.id, "Het was woensdag."))
    number = line.opened()
    refused = line.run("ask", "--to", "de bedrijfsarts", "--what", "De naam.", number, text="Om te horen.")
    assert "Ask for it on paper" in refused.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--topic", "benadeling"), "By the policy's rules"),
        (("--topic", "anders", "--about", SECRETARIS), "By the policy's rules"),
        (("--topic", "anders", "--about", FIRST, "--add", FIRST), "left this person out"),
        (("--topic", "geen"), "--topic is one of these"),
        (("--topic", "anders", "--language", "xx"), "--language is one of these"),
    ],
)
def test_a_report_is_written_down_only_by_and_for_those_who_may_read_it(
    line: CommandLine, options: tuple[str, ...], said: str
) -> None:
    topic = replace(POLICY.topics[0], id="benadeling", readers=("bestuur",), may_add=())
    line.office.publish_roster([*line.office.cards], replace(POLICY, topics=(topic, *POLICY.topics)))
    line.done("sync")
    result = line.run("enter", "--way", "phone", *options, text="Iemand belde.")
    assert result.exit_code != 0
    assert said in result.output
    assert line.office.read(FIRST) == []


def test_an_overview_of_this_year_is_refused_and_of_fewer_than_twenty_cases_it_says_only_that(
    line: CommandLine,
) -> None:
    line.office.report()
    line.done("sync")
    assert "This year has not ended" in line.run("overview", "2026").output
    line.done("overview", "2025")
    found = json.loads(line.done("overview", "2025", "--json").stdout)
    assert (found["year"], found["counts"]) == (2025, None)
