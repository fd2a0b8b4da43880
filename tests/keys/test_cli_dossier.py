"""The dossier and the deadlines at the command line: what is recorded, what is refused, and the output for scripts."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keys.wire.messages import Identity
from tests.keys.office import POLICY
from tests.policies import shipped

if TYPE_CHECKING:
    from pathlib import Path

    from tests.keys.cli import CommandLine

OUT = "Bestuurslid 2"


def dossier(line: CommandLine, who: str = "Bestuurslid 1") -> list[tuple[str, str]]:
    """Return the dossier as another recipient reads it: kind and text."""
    [case] = line.office.read(who)
    assert case.alarms == ()
    return [(message.kind, message.text) for message in case.dossier]


def test_the_first_time_only_whom_it_is_about_is_shown(line: CommandLine) -> None:
    line.office.report("Een melding.", [OUT], people=frozenset([line.office.person(OUT)]), others="De chef.")
    number = line.number()
    shown = line.done("read", number)
    assert shown.stdout.splitlines() == [f"Case {number}", "It is about: Bestuurslid 2 (bestuur), De chef."]
    assert "step-back" in shown.stderr
    assert "new;" in line.done("list").stdout
    assert "Een melding." in line.done("read", "--not-involved", number).stdout
    assert "Een melding." in line.done("read", number).stdout


def test_who_is_too_near_hands_over_and_reads_it_no_more(line: CommandLine, tmp_path: Path) -> None:
    line.office.report("Een melding.", ["Bestuurslid 1", OUT])
    number = line.number()
    line.office.add("Bestuurslid 3", "bestuur")
    line.done("sync")
    alone = line.run("step-back", number)
    assert "Name somebody who takes it over" in alone.stderr
    reason = tmp_path / "waarom"
    reason.write_text("We zijn familie.\n", "utf-8")
    asked = line.done("step-back", "--to", "Bestuurslid 3", "--reason", reason, number, text="n\n")
    assert "The reporter could not leave these people out" in asked.stderr
    assert "It is about: nobody who is named" in asked.stderr
    assert "Nothing was changed" in asked.stderr
    line.done("step-back", "--to", "Bestuurslid 3", "--reason", reason, number, text="y\n")
    assert "you do not read it" in line.done("list").stdout
    refused = line.run("read", "--not-involved", number)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "meldbus: error" in refused.stderr
    line.done("sync", who="Bestuurslid 3")
    line.done("sync", who="Secretaris")
    assert dossier(line, "Bestuurslid 3") == [("note", "We zijn familie.")]


def test_who_was_off_the_roster_on_the_day_of_a_report_is_let_in_only_after_a_look_at_whom_it_is_about(
    line: CommandLine,
) -> None:
    """H4: somebody who returned after the report was let in like anybody, and could be the person it is about."""
    office = line.office
    office.publish_roster(["Secretaris", "Bestuurslid 1"])
    office.report("Een melding.", others="Bestuurslid 2, die nu weg is.")
    office.publish_roster(["Secretaris", "Bestuurslid 1", OUT])
    number = line.opened()
    asked = line.done("share", number, OUT, text="n\n")
    assert "The reporter could not leave these people out" in asked.stderr
    assert "It is about: Bestuurslid 2, die nu weg is." in asked.stderr
    assert "Nothing was changed" in asked.stderr
    assert office.read(OUT) == []


def test_notes_and_records_reach_the_others_and_not_the_reporter(line: CommandLine, tmp_path: Path) -> None:
    receipt = line.office.report("Een melding.", topic="anders")
    number = line.opened()
    line.done("note", number, text="Eerst bellen.\n")
    line.done("assign", number, "Bestuurslid 1", "Secretaris")
    line.done("category", number, "fraude")
    told = ("inform", "--on", "2026-03-02", "--how", "In een gesprek", "--by", "Secretaris")
    line.done(*told, number, "Bestuurslid 1", OUT, text="Aard en dag.\n")
    shown = line.done("read", "--not-involved", number).stdout
    ours = shown.partition("=== The dossier, which the reporter does not see")[2]
    for words in ("· note\n  Eerst bellen.", "· who handles it\n  Bestuurslid 1 (bestuur), Secretaris (secretaris)"):
        assert words in ours
    informed = "Bestuurslid 1 (bestuur), Bestuurslid 2 (bestuur), 2026-03-02\n  How: In een gesprek\n  By: Secretaris"
    assert f"· the board was told\n  {informed}\n  Aard en dag." in ours
    assert "Bestuurslid 1, Secretaris  " in line.done("list").stdout
    assert [kind for kind, _ in dossier(line)] == ["note", "assigned", "category", "informed"]
    thread = line.office.thread(receipt).case
    assert [message.kind for message in thread.thread] == ["report", "opened"]
    sent = tmp_path / "verslag.txt"
    sent.write_text("Verslag.", "utf-8")
    line.done("note", "--attach", sent, number, text="Zie het verslag.\n")
    assert "verslag.txt" in line.done("read", number).stdout.partition("===")[2]


def test_a_form_of_the_policy_is_filled_in_from_json(line: CommandLine) -> None:
    names = [*line.office.cards]
    line.office.publish_roster(names, replace(POLICY, forms=shipped().forms))
    line.office.report("Een melding.")
    number = line.opened()
    line.done("form", number, "triage", text=json.dumps({"kans": "hoog", "toelichting": "Meer dan eens."}))
    shown = line.done("read", "--not-involved", number).stdout
    assert "· form\n  Triage\n  How likely is it?: High\n  Explanation: Meer dan eens." in shown
    for form, answers, detail in (
        ("geen", {"a": "b"}, "(triage, horen, avg-uitstel, vordering, benadeling)"),
        ("triage", {"kans": "misschien"}, "(kans)"),
        ("triage", {"iets": "hoog"}, "(iets)"),
        ("horen", {"dag": "2026-02-30"}, "(dag)"),
        ("horen", {"wie": " "}, "(horen)"),
        ("horen", ["wie"], "(JSON)"),
    ):
        refused = line.run("form", number, form, text=json.dumps(answers))
        assert refused.exit_code == 1
        assert refused.stderr.strip().endswith(detail), refused.stderr
    refused = line.run("form", number, "triage", text="{")
    assert refused.stderr.strip().endswith("(JSON)")


def test_what_the_policy_and_the_roster_do_not_have_is_refused(line: CommandLine) -> None:
    line.office.report("Een melding.", [OUT])
    number = line.opened()
    for arguments, words in (
        (("category", number, "niets"), "(anders, fraude)"),
        (("category", number, "anders", "niets"), "(anders)"),
        (("assign", number, "Niemand"), "Nobody on the roster has this name"),
        (("assign", number, OUT), "The reporter left this person out"),
        (("share", number, OUT), "The reporter left this person out"),
        (("note", number), "The text is missing"),
        (("reply", number), "The text is missing"),
        (("inform", "--on", "2026-03-02", "--how", "Zo", "--by", "Ik", number, OUT), "left this person out"),
    ):
        text = "Het is gezegd.\n" if arguments[0] == "inform" else ""
        refused = line.run(*arguments, text=text)
        assert (refused.exit_code, refused.stdout) == (1, text), "what was typed is given back"
        assert words in refused.stderr, refused.stderr
    [case] = line.office.read("Secretaris")
    assert (case.alarms, case.dossier) == ((), ())


def test_who_the_reporter_is_is_shown_only_with_a_purpose_that_is_recorded(line: CommandLine) -> None:
    receipt = line.office.report()
    number = line.number()
    refused = line.run("read", "--not-involved", "--identity", number, text="Om te bellen.\n")
    assert "has not said who they are" in refused.stderr
    line.office.say(receipt, Identity("SENTINEL-naam"))
    line.done("sync")
    line.done("read", "--not-involved", number)
    refused = line.run("read", "--identity", number)
    assert "The text is missing" in refused.stderr
    assert "SENTINEL" not in refused.output
    assert "SENTINEL-naam" in line.done("read", "--identity", number, text="Om te bellen.\n").stdout
    line.done("sync")
    assert dossier(line) == [("revealed", "Om te bellen.")]
    assert "SENTINEL" not in line.done("read", number).output


@pytest.mark.parametrize(("days", "code", "keys"), [(0, 3, "2026-03-29"), (4, 4, "2026-03-29"), (8, 4, "2026-04-05")])
def test_status_ends_with_what_a_script_can_ask_for(line: CommandLine, days: int, code: int, keys: str) -> None:
    assert line.run("status").exit_code == 0
    line.office.report("Een melding.")
    number = line.number()
    line.office.pass_days(days)
    status = line.run("status")
    assert status.exit_code == code
    assert number in status.stdout
    assert ("OVERDUE" in status.stdout) == (code == 4)
    assert f"Your keys open what comes until {keys}; the roster ends on 2027-04-02." in status.stderr


def test_a_case_that_waits_for_the_reporter_asks_for_nothing(line: CommandLine) -> None:
    line.office.report("Een melding.", topic="anders")
    number = line.number()
    line.done("read", "--not-involved", number)
    assert line.run("status").exit_code == 3
    line.done("acknowledge", number, text="Ontvangen.\n")
    line.done("reply", "--question", number, text="Wanneer?\n")
    status = line.run("status")
    assert (status.exit_code, status.stdout) == (0, "")


def test_scripts_read_the_same_as_people(line: CommandLine) -> None:
    receipt = line.office.report("Een \x1b[2J melding.", topic="anders")
    line.office.say(receipt, Identity("SENTINEL-naam"))
    number = line.number()
    [listed] = json.loads(line.done("list", "--json").stdout)
    assert listed == {
        "number": number,
        "state": "new",
        "received": "2026-03-02",
        "latest": "2026-03-02",
        "topic": "anders",
        "category": "",
        "assigned": [],
        "due": [
            {"what": "answer", "day": "2026-03-05", "nearness": "later"},
            {"what": "acknowledgement", "day": "2026-03-09", "nearness": "later"},
            {"what": "feedback", "day": "2026-06-09", "nearness": "later"},
        ],
        "waiting": 1,
        "unread": 2,
        "asked": 0,
        "last_day": None,
        "destroyed_on": None,
        "waits": [],
        "exercise": False,
        "alarms": 0,
    }
    line.done("read", "--not-involved", number)
    line.done("note", number, text="Eerst bellen.\n")
    shown = line.done("read", "--json", number).stdout
    assert "\x1b" not in shown
    assert "SENTINEL" not in shown
    case = json.loads(shown)
    assert case["thread"][0]["body"]["text"] == "Een \x1b[2J melding."
    assert case["thread"][1] == {
        "number": 1,
        "day": "2026-03-02",
        "author": None,
        "role": "reporter",
        "kind": "identity",
        "standing": "counts",
        "read_by": ["Secretaris"],
        "body": None,
        "files": [],
    }
    assert case["dossier"][-1]["body"] == {"text": "Eerst bellen."}
    assert case["readers"] == ["Bestuurslid 1", "Bestuurslid 2", "Secretaris"]
    status = json.loads(line.run("status", "--json").stdout)
    assert status == {
        "keys_until": "2026-03-29",
        "roster_until": "2027-04-02",
        "code": 3,
        "is_read": True,
        "put_aside": 0,
        "unsent": 0,
        "notices": [],
        "cases": [listed | {"state": "ours", "unread": 0}],
    }


@pytest.mark.parametrize(("language", "begins"), [("nl", "Dank je wel"), ("en", "Thank you"), ("xx", "Dank je wel")])
def test_a_reply_begins_with_a_text_of_the_policy_in_the_reporters_language(
    line: CommandLine, language: str, begins: str
) -> None:
    line.office.publish_roster([*line.office.cards], replace(POLICY, replies=shipped("nl", "en").replies))
    receipt = line.office.report("Een melding.", language=language)
    number = line.opened()
    line.done("reply", "--begin", "ontvangen", number, text="Tot maandag.\n")
    last = line.office.thread(receipt).case.thread[-1]
    assert last.kind == "acknowledgement"
    assert last.text.startswith(begins)
    assert last.text.endswith("\nTot maandag.")
    refused = line.run("reply", "--begin", "niets", number, text="Iets.\n")
    assert "(ontvangen, praten, vordering)" in refused.stderr


def test_the_list_is_searched_filtered_and_sorted_as_in_the_inbox(line: CommandLine) -> None:
    office = line.office
    office.report("Er is staal weg uit het magazijn.", topic="anders")
    office.pass_days(1)
    office.report("Een ruit van glas is stuk.", topic="anders")
    office.pass_days(1)
    receipt = office.report("Nog een ruit.", topic="anders")
    office.say(receipt, Identity("SENTINEL"))
    line.done("sync")

    def numbers(*options: str, words: str = "") -> list[str]:
        return [one["number"] for one in json.loads(line.done("list", "--json", *options, text=words).stdout)]

    first, second, third = numbers()
    assert numbers("--search", words="RUIT") == [second, third]
    assert numbers("--search", words="glas ruit\n") == [second]
    assert numbers("--search", words=third) == [third]
    assert numbers("--search", words="SENTINEL") == []
    assert numbers("--sort", "received") == [third, second, first]
    assert numbers("--sort", "due") == [first, second, third]
    line.done("read", "--not-involved", first)
    line.done("note", first, text="Het gaat om koper.")
    assert numbers("--search", words="koper") == [first]
    assert numbers("--show", "new") == [second, third]
    assert numbers("--show", "ours") == [first]
    assert numbers("--show", "ours", "--search", words="ruit") == []
    assert "No cases found." in line.done("list", "--show", "closed").stderr
    office.pass_days(30)
    assert set(numbers("--show", "overdue")) == {first, second, third}
    assert line.run("list", "--show", "lost").exit_code == 2
