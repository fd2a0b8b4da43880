"""Whom a report leaves out stays out, until the reporter's own signed word lets them in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keys.errors import ExcludedError, ForbiddenError
from keys.wire import kinds

if TYPE_CHECKING:
    from keys.cases import Case
    from keys.receipt import Receipt
    from tests.keys.line import Line
    from tests.keys.office import Office

OUT = "Bestuurslid 2"


@pytest.fixture
def receipt(office: Office) -> Receipt:
    """The code of a report that leaves one of the board out."""
    return office.report("Over een bestuurslid.", [OUT], people=[office.identity(OUT)])


def _only(office: Office, name: str) -> Case:
    [(case, alarms)] = office.read(name)
    assert alarms == ()
    return case


def _share(office: Office, by: str = "Secretaris") -> None:
    with office.desk(by) as desk:
        desk.sync()
        [(case, _)] = desk.cases()
        desk.hand_over(case, [office.identity(OUT)])


def _ask(office: Office) -> bytes:
    """Ask the reporter to let the one in who was left out, and return the request's id."""
    with office.desk("Secretaris") as desk:
        desk.sync()
        [(case, _)] = desk.cases()
        people = (office.identity(OUT),)
        desk.say(case, kinds.Request("Om te kunnen handelen.", "het bestuur", "De melding.", people))
        [(case, _)] = desk.cases()
        return case.said[-1].message.id


def test_nobody_shares_with_one_who_was_left_out(office: Office, receipt: Receipt) -> None:
    with pytest.raises(ExcludedError):
        _share(office)
    with pytest.raises(ExcludedError):
        office.let_in(receipt, OUT)
    assert office.read(OUT) == []


def test_the_reporter_lets_in_whom_they_left_out(office: Office, receipt: Receipt) -> None:
    office.say(receipt, kinds.Admit((office.identity(OUT),)))
    office.let_in(receipt, OUT)
    case = _only(office, OUT)
    assert case.report.text == "Over een bestuurslid."
    assert case.concerned == {office.identity(OUT)}
    with office.desk(OUT) as desk:
        desk.say(case, kinds.Answer("Ik las het."))
    thread, alarms = office.thread(receipt)
    assert thread
    assert thread.said[-1].text == "Ik las het."
    assert alarms == ()
    # From now on they are among those to whom everyone seals.
    assert office.identity(OUT) in _only(office, "Secretaris").readers


def test_a_recipient_lets_in_after_the_reporters_consent(office: Office, receipt: Receipt) -> None:
    request = _ask(office)
    with pytest.raises(ExcludedError):
        _share(office)
    office.say(receipt, kinds.Consent("yes", request))
    _share(office)
    assert _only(office, OUT).report.text == "Over een bestuurslid."


@pytest.mark.parametrize("words", [["no"], ["yes", "withdrawn"], ["withdrawn"]])
def test_without_consent_that_stands_nobody_lets_in(office: Office, receipt: Receipt, words: list[str]) -> None:
    request = _ask(office)
    for word in words:
        office.say(receipt, kinds.Consent(word, request))
    with pytest.raises(ExcludedError):
        _share(office)
    assert office.read(OUT) == []


def test_consent_to_another_request_lets_nobody_in(office: Office, receipt: Receipt) -> None:
    _ask(office)
    office.say(receipt, kinds.Consent("yes", bytes(32)))
    with pytest.raises(ExcludedError):
        _share(office)
    _, alarms = office.thread(receipt)
    assert [alarm.code for alarm in alarms] == ["forbidden"]


def test_no_recipient_agrees_for_the_reporter(office: Office, receipt: Receipt) -> None:
    request = _ask(office)
    for body in (kinds.Consent("yes", request), kinds.Admit((office.identity(OUT),))):
        with office.desk("Bestuurslid 1") as desk:
            desk.sync()
            [(case, _)] = desk.cases()
            with pytest.raises(ForbiddenError):
                desk.say(case, body)
    assert [said.kind for said in _only(office, "Secretaris").said] == ["report", "request"]


def test_withdrawn_consent_ends_what_is_to_come(office: Office, receipt: Receipt) -> None:
    request = _ask(office)
    office.say(receipt, kinds.Consent("yes", request))
    _share(office)
    assert len(_only(office, OUT).said) == 3
    office.say(receipt, kinds.Consent("withdrawn", request))
    office.answer(receipt, "Dit niet meer.")
    assert office.identity(OUT) not in _only(office, "Secretaris").readers
    texts = [said.text for case, _ in office.read(OUT) for said in case.said]
    assert "Dit niet meer." not in texts


def test_the_reporter_sends_it_again_to_one_who_was_chosen(office: Office) -> None:
    receipt = office.report("Nog niet gelezen.")
    office.let_in(receipt, "Bestuurslid 1")
    assert _only(office, "Bestuurslid 1").report.text == "Nog niet gelezen."


def test_the_line_shows_whom_it_is_about_before_anything_else(line: Line) -> None:
    line.office.report(
        "Over een bestuurslid.",
        [OUT],
        people=[line.office.identity(OUT)],
        others="Iemand\x1b[2J van buiten",
        topic="anders",
        answers={"eerder": "ja"},
    )
    lines = line.done("read", "--not-involved", line.number()).stdout.splitlines()
    at = next(at for at, text in enumerate(lines) if text.startswith("---"))
    assert lines[at + 1] == "  It is about: Bestuurslid 2 (bestuur), Iemand\\u001b[2J van buiten"
    assert lines[at + 2].startswith("  Topic: ")
    assert "\x1b" not in "".join(lines)


def test_who_the_reporter_is_is_shown_on_purpose_only(line: Line) -> None:
    receipt = line.office.report()
    line.office.say(receipt, kinds.Identity("SENTINEL-naam"))
    number = line.number()
    shown = line.done("read", "--not-involved", number).stdout
    assert "SENTINEL-naam" not in shown
    assert "Shown with --identity only." in shown
    assert "SENTINEL-naam" in line.done("read", "--identity", number, text="Om te bellen.").stdout


def test_the_line_asks_and_shows_the_answer(line: Line) -> None:
    receipt = line.office.report(without=[OUT])
    number = line.number()
    asked = ("ask", "--to", "het bestuur", "--what", "De melding.", "--let-in", OUT, number)
    line.done(*asked, text="Om te kunnen handelen.\n")
    thread, _ = line.office.thread(receipt)
    assert thread
    request = thread.said[-1].message
    line.office.say(receipt, kinds.Consent("yes", request.id))
    line.done("sync")
    shown = line.done("read", "--not-involved", number).stdout
    asked_for = ("To whom: het bestuur", "What: De melding.", "Would read it: Bestuurslid 2 (bestuur)", "Why:", "Om te")
    assert "\n  ".join(asked_for) in shown
    assert "answer to a request for consent\n  yes, I agree" in shown
    line.done("share", number, OUT)
    assert "Er ging iets mis." in line.done("read", "--not-involved", line.number(OUT), who=OUT).stdout
    refused = line.run("ask", "--to", "a", "--what", "b", "--let-in", "Bestuurslid 1", number, text="c\n")
    assert "the reporter left nobody out of this name" in refused.stderr


def test_the_line_says_everything_that_the_law_asks_for(line: Line) -> None:
    receipt = line.office.report()
    number = line.number()
    for command, said in (("feedback", "Gedaan."), ("minutes", "Gesproken."), ("close --outcome none", "Klaar.")):
        line.done(*command.split(), number, text=f"{said}\n")
    case, alarms = line.office.thread(receipt)
    assert case
    assert [(said.kind, said.text) for said in case.said[1:]] == [
        ("feedback", "Gedaan."),
        ("minutes", "Gesproken."),
        ("closed", "Klaar."),
    ]
    assert alarms == ()
    minutes = case.said[2].message.id
    line.office.say(receipt, kinds.Agreed("no", minutes, "Het was woensdag."))
    line.office.say(receipt, kinds.Rating("partly", "Het duurde lang."))
    line.office.say(receipt, kinds.Withdrawn())
    line.office.say(receipt, kinds.Left())
    line.done("sync")
    shown = line.done("read", "--not-involved", number).stdout
    assert "no, this is not right\n  Het was woensdag." in shown
    assert "partly handled well\n  Het duurde lang." in shown
    assert "wants to withdraw the report" in shown
    assert "has left: nobody reads here any more" in shown
