"""The conversation with a reporter at the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.cases.consents import consent_to
from keys.wire.messages import Agreed, Left, Rating, ReportWithdrawn

if TYPE_CHECKING:
    from keys.cases.case import Case
    from keys.receipt import Receipt
    from tests.keys.cli import CommandLine

OUT = "Bestuurslid 2"


def thread_of(line: CommandLine, receipt: Receipt) -> Case:
    thread = line.office.thread(receipt)
    assert thread.alarms == ()
    assert thread.case
    return thread.case


def test_the_line_asks_for_consent_and_lets_in_once_it_is_given(line: CommandLine) -> None:
    receipt = line.office.report(without=[OUT])
    number = line.number()
    line.done("read", "--not-involved", number)
    asked = ("ask", "--to", "het bestuur", "--what", "De melding.", "--let-in", OUT, number)
    line.done(*asked, text="Om te kunnen handelen.\n")
    case = thread_of(line, receipt)
    line.office.say(receipt, consent_to(case, [line.office.person(OUT)], case.messages[-1].id))
    line.done("sync")
    shown = line.done("read", "--not-involved", number).stdout
    for words in ("het bestuur", "De melding.", OUT, "Om te kunnen handelen.", "yes, I agree"):
        assert words in shown
    line.done("share", number, OUT)
    assert "Er ging iets mis." in line.done("read", "--not-involved", line.number(OUT), who=OUT).stdout
    refused = line.run("ask", "--to", "a", "--what", "b", "--let-in", "Bestuurslid 1", number, text="c\n")
    assert "the reporter left nobody out of this name" in refused.stderr


def test_the_line_says_everything_that_the_law_asks_for(line: CommandLine) -> None:
    receipt = line.office.report()
    number = line.number()
    line.done("read", "--not-involved", number)
    for command, said in (("feedback", "Gedaan."), ("minutes", "Gesproken."), ("close --outcome none", "Klaar.")):
        line.done(*command.split(), number, text=f"{said}\n")
    case = thread_of(line, receipt)
    said = [(message.kind, message.text) for message in case.messages if message.text][1:]
    assert said == [("feedback", "Gedaan."), ("minutes", "Gesproken."), ("closed", "Klaar.")]
    [minutes] = [message.id for message in case.messages if message.kind == "minutes"]
    line.office.say(receipt, Agreed("no", minutes, "Het was woensdag."))
    line.office.say(receipt, Rating("partly", "Het duurde lang."))
    line.office.say(receipt, ReportWithdrawn())
    line.office.say(receipt, Left())
    line.done("sync")
    shown = line.done("read", "--not-involved", number).stdout
    for words in ("no, this is not right", "Het was woensdag.", "partly handled well", "wants to withdraw the report"):
        assert words in shown
    assert "has left and reads here no more" in shown
