"""Commands of a recipient that write to the reporter; all work is done by the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from keys.cases import reply_of
from keys.cli.files import attaching, own_names, progress
from keys.cli.tool import Command, Option, Tool, read_text, tell
from keys.errors import NoCaseError
from keys.speech.words import _
from keys.sync import load_trust
from keys.wire import kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from keys.cases import Case
    from keys.sync import Desk

_source = click.option("--file", "source", cls=Option, type=click.Path(exists=True), help="Read the text from a file.")


@click.command("reply", cls=Command)
@click.option("--question", cls=Option, is_flag=True, help="It is a question that waits for an answer.")
@click.option("--begin", cls=Option, help="Begin with this text of the policy, in the reporter's language.")
@_source
@attaching
@click.argument("number")
@click.pass_obj
def reply_command(
    tool: Tool, question: bool, begin: str | None, source: str | None, attached: tuple[Path, ...], number: str
) -> None:
    """Write to the reporter; the text comes from standard input."""
    text = read_text(source)
    if begin is None:
        _say(tool, number, lambda _desk, _case: kinds.Question(text) if question else kinds.Answer(text), attached)
    else:
        _say(tool, number, lambda desk, case: _begun(desk, case, begin, text), attached)


def _begun(desk: Desk, case: Case, begin: str, text: str) -> kinds.Body:
    """Return a message that begins with a text of the policy, of the kind that it has there."""
    report = case.report.message.head.body
    assert isinstance(report, kinds.Report)
    kind, first = reply_of(load_trust(desk.vault).roster.policy, begin, report)
    return kinds.KINDS[kind].parse({"text": f"{first}\n{text}".strip()})


@click.command("acknowledge", cls=Command)
@_source
@attaching
@click.argument("number")
@click.pass_obj
def acknowledge_command(tool: Tool, source: str | None, attached: tuple[Path, ...], number: str) -> None:
    """Confirm to the reporter that the report was received; the law gives seven days."""
    _say_words(tool, number, kinds.Acknowledgement(read_text(source)), attached)


@click.command("feedback", cls=Command)
@_source
@attaching
@click.argument("number")
@click.pass_obj
def feedback_command(tool: Tool, source: str | None, attached: tuple[Path, ...], number: str) -> None:
    """Tell the reporter what was done with it and why; the law gives three months."""
    _say_words(tool, number, kinds.Feedback(read_text(source)), attached)


@click.command("minutes", cls=Command)
@_source
@attaching
@click.argument("number")
@click.pass_obj
def minutes_command(tool: Tool, source: str | None, attached: tuple[Path, ...], number: str) -> None:
    """Give the reporter the minutes of a conversation, to agree to or to correct."""
    _say_words(tool, number, kinds.Minutes(read_text(source)), attached)


@click.command("ask", cls=Command)
@click.option("--to", "recipient", cls=Option, required=True, help="Whom it would be told.")
@click.option("--what", cls=Option, required=True, help="What exactly would be told.")
@click.option("--let-in", cls=Option, multiple=True, help="Someone whom the reporter left out, and who would read it.")
@_source
@click.argument("number")
@click.pass_obj
def ask_command(
    tool: Tool, recipient: str, what: str, let_in: tuple[str, ...], source: str | None, number: str
) -> None:
    """Ask the reporter's consent before something is told on; the reason comes from standard input."""
    text = read_text(source)
    with tool.desk() as desk:
        case, _alarms = desk.case(number)
        everyone = load_trust(desk.vault).people
        out = [everyone.recipients_by_id[name] for name in everyone.newest(case.left_out)]
        missing = set(let_in) - {person.name for person in out}
        if missing:
            raise NoCaseError(_("the reporter left nobody out of this name"))
        people = [person.identity for person in out if person.name in let_in]
        desk.say(case, kinds.Request(text, recipient, what, tuple(people)))
    tell(_("sent"))


def _say_words(tool: Tool, number: str, body: kinds.Body, attached: Sequence[Path]) -> None:
    _say(tool, number, lambda _desk, _case: body, attached)


def _say(tool: Tool, number: str, body: Callable[[Desk, Case], kinds.Body], attached: Sequence[Path]) -> None:
    with tool.desk() as desk:
        case, _alarms = desk.case(number)
        attachments = own_names(attached, load_trust(desk.vault).roster.policy.file_bytes)
        with progress(_("Sending")) as watch:
            desk.say(case, body(desk, case), attachments, watch)
    tell(_("sent"))
