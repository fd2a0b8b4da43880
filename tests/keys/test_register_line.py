"""How a case ends, at the command line: close, approve, purge, the register, what somebody told by phone."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from keys.cases.terms import months_after
from keys.receipt import Receipt
from keys.speech.words import date
from keys.wire import kinds
from tests.keys.line import Line
from tests.keys.office import POLICY, Office

SECRETARIS, FIRST, SECOND = "Secretaris", "Bestuurslid 1", "Bestuurslid 2"
SENTINEL = "SENTINEL-melder"


@pytest.fixture
def line(office: Office) -> Line:
    return Line(office)


def close(line: Line, number: str, *options: str) -> None:
    line.done("close", "--outcome", "unfounded", *options, number, text="We hebben het bekeken.")


def test_a_case_is_closed_reopened_and_shown_in_the_register(line: Line) -> None:
    receipt = line.office.report(SENTINEL)
    number = line.number()
    measures = line.office.folder / "measures"
    measures.write_text("Een gesprek.")
    close(line, number, "--measures", str(measures))
    line.done("reopen", number, text="Er is nieuw bewijs.")
    line.done("correct", number, "received", "2026-02-27", text="Hij kwam vrijdag al binnen.")
    close(line, number)
    case, _ = line.office.thread(receipt)
    assert case
    assert [said.text for said in case.said if said.kind == "closed"] == ["We hebben het bekeken."] * 2
    line.done("sync", who=FIRST)
    shown = json.loads(line.done("register", "--json", who=FIRST).stdout)
    assert SENTINEL not in json.dumps(shown)
    assert [one["is_old"] for one in shown["lines"]] == [True] * (len(shown["lines"]) - 1) + [False]
    last = shown["lines"][-1]
    until = date(months_after(line.office.today, POLICY.retention.unfounded_months))
    assert (last["number"], last["received"], last["closed"], last["outcome"], last["until"]) == (
        number,
        "2026-02-27",
        "2026-03-02",
        "unfounded",
        until,
    )
    assert any("Er is nieuw bewijs." in one["changed"] for one in shown["lines"])
    assert number in line.done("register", who=FIRST).stdout


def test_two_people_destroy_a_case_at_the_line_and_what_stays_is_shown(line: Line) -> None:
    line.office.report(SENTINEL)
    number = line.number()
    early = line.run("purge", "--yes", number)
    assert "may not be destroyed yet" in early.output
    line.done("purge", "--ask", number, text="De melder heeft erom gevraagd.")
    assert "Nobody else has asked" in line.run("approve", number, text="Ja.").output
    line.done("sync", who=FIRST)
    line.done("approve", number, text="Akkoord.", who=FIRST)
    line.done("sync")
    assert line.run("purge", number, text="n\n").exit_code == 1
    done = line.done("purge", "--yes", number)
    gone = date(line.office.today + 397)
    assert f"From {gone} on nothing can open it" in done.output
    assert "Make a new backup" in done.output
    for who in line.office.cards:
        assert "A case was destroyed: `meldbus backup FILE`" in line.done("sync", who=who).output
        line.done("backup", line.office.folder / f"{who}.backup", who=who)
        assert "A case was destroyed" not in line.done("sync", who=who).output
        shown = json.loads(line.done("register", "--json", who=who).stdout)
        assert shown["lines"] == []
        [stone] = shown["destroyed"]
        assert (stone["number"], stone["received"], stone["gone"]) == (number, "2026-03-02", gone)
        assert gone in line.done("register", who=who).stdout
        assert "There is no such case" in line.run("read", number, who=who).output


def test_a_file_of_a_destroyed_case_is_named_until_it_is_gone(line: Line) -> None:
    line.office.report(SENTINEL, attachments=[line.office.attachment("bewijs.txt", b"inhoud")])
    number = line.number()
    folder = line.office.folder / "bewaard"
    line.done("save", "--to", str(folder), number)
    line.done("purge", "--ask", number, text="Het moet weg.")
    line.done("sync", who=FIRST)
    line.done("approve", number, text="", who=FIRST)
    line.done("sync")
    [saved] = folder.iterdir()
    assert str(saved) in line.done("purge", "--yes", number).output
    assert str(saved) in line.done("register").output
    saved.unlink()
    line.done("sync")
    assert str(saved) not in line.done("register").output


def test_what_somebody_told_by_phone_comes_in_and_their_consent_counts_for_nothing(line: Line) -> None:
    """The code goes to whoever told it; its writer had it in their hand."""
    office = line.office
    done = line.done("enter", "--way", "phone", "--topic", "anders", "--add", FIRST, text=f"{SENTINEL} belde.")
    receipt = Receipt.parse(done.stdout.splitlines()[0])
    case, alarms = office.thread(receipt)
    assert case
    assert alarms == ()
    assert [said.kind for said in case.said] == ["report", "entered", "minutes"]
    assert case.said[2].text == f"{SENTINEL} belde."
    line.done("sync", who=FIRST)
    [entry] = json.loads(line.done("register", "--json", who=FIRST).stdout)["lines"]
    assert entry["way"] == "by phone, written down by a recipient"
    office.say(receipt, kinds.Agreed("no", case.said[2].message.id, "Het was woensdag."))
    with office.desk(SECRETARIS) as desk:
        desk.sync()
        [(mine, _)] = desk.cases()
        # As by a tool that does not know yet that it could not count.
        unknowing = replace(mine, said=(mine.said[0], *reversed(mine.said[1:])))
        assert unknowing.entered is None
        desk.say(unknowing, kinds.Request("Om te horen.", "de bedrijfsarts", "De naam."))
        request = desk.case(mine.number)[0].said[-1].message.id
    office.say(receipt, kinds.Consent("yes", request))
    [(mine, alarms)] = office.read(FIRST)
    assert "consent" not in [said.kind for said in mine.said]
    assert [alarm.code for alarm in alarms] == ["forbidden"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--topic", "benadeling"), "by the policy's rules"),
        (("--topic", "anders", "--about", SECRETARIS), "by the policy's rules"),
        (("--topic", "anders", "--about", FIRST, "--add", FIRST), "left this person out"),
        (("--topic", "geen"), "--topic is one of these"),
        (("--topic", "anders", "--language", "xx"), "--language is one of these"),
    ],
)
def test_a_report_is_written_down_only_by_and_for_those_who_may_read_it(
    line: Line, options: tuple[str, ...], said: str
) -> None:
    topic = replace(POLICY.topics[0], id="benadeling", readers=("bestuur",), may_add=())
    line.office.publish_roster([*line.office.cards], replace(POLICY, topics=(topic, *POLICY.topics)))
    line.done("sync")
    result = line.run("enter", "--way", "phone", *options, text="Iemand belde.")
    assert result.exit_code != 0
    assert said in result.output
    assert line.office.read(FIRST) == []


def test_an_overview_of_this_year_is_refused_and_of_the_last_one_hides_what_is_small(line: Line) -> None:
    line.office.report()
    line.done("sync")
    assert "a year that has ended" in line.run("overview", "2026").output
    shown = line.done("overview", "2025").stdout
    assert "fewer than 5" in shown
    found = json.loads(line.done("overview", "2025", "--json").stdout)
    assert set(found["counts"].values()) == {None}
    assert found["total"] is None
