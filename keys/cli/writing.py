"""Commands of a recipient that write to the reporter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from keys.cases.records import reply_of
from keys.cli.files import attaching, own_names
from keys.cli.tool import Command, Option, Tool, read_text
from keys.errors import NoCaseError
from keys.speech.words import _, harmless
from keys.sync import actions
from keys.sync.shown import check_shown
from keys.wire.messages import KINDS, Acknowledgement, Answer, Feedback, Minutes, Question, Report, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from keys.cases.case import Case
    from keys.sync import RecipientSession
    from keys.wire.messages import Body

    Writing = Callable[[RecipientSession, Case], Body]

source_option = click.option(
    "--file", "source", cls=Option, type=click.Path(exists=True), help="Read the text from a file."
)


@click.command("reply", cls=Command)
@click.option("--question", cls=Option, is_flag=True, help="It is a question that waits for an answer.")
@click.option("--begin", cls=Option, help="Begin with this text of the policy, in the reporter's language.")
@source_option
@attaching
@click.argument("number")
@click.pass_obj
def reply_command(
    tool: Tool, question: bool, begin: str | None, source: str | None, attached: tuple[Path, ...], number: str
) -> None:
    """Write to the reporter; the text comes from standard input."""
    text = read_text(source)
    if begin is None:
        write_to(tool, number, lambda _session, _case: Question(text) if question else Answer(text), attached)
    else:
        write_to(tool, number, lambda session, case: _begun(session, case, begin, text), attached)


@click.command("acknowledge", cls=Command)
@source_option
@attaching
@click.argument("number")
@click.pass_obj
def acknowledge_command(tool: Tool, source: str | None, attached: tuple[Path, ...], number: str) -> None:
    """Confirm to the reporter that the report was received; the law gives seven days."""
    text = read_text(source)
    write_to(tool, number, lambda _session, _case: Acknowledgement(text), attached)


@click.command("feedback", cls=Command)
@source_option
@attaching
@click.argument("number")
@click.pass_obj
def feedback_command(tool: Tool, source: str | None, attached: tuple[Path, ...], number: str) -> None:
    """Tell the reporter what was done with it and why; the law gives three months."""
    text = read_text(source)
    write_to(tool, number, lambda _session, _case: Feedback(text), attached)


@click.command("minutes", cls=Command)
@source_option
@attaching
@click.argument("number")
@click.pass_obj
def minutes_command(tool: Tool, source: str | None, attached: tuple[Path, ...], number: str) -> None:
    """Give the reporter the minutes of a conversation, to agree to or to correct."""
    text = read_text(source)
    write_to(tool, number, lambda _session, _case: Minutes(text), attached)


@click.command("ask", cls=Command)
@click.option("--to", "recipient", cls=Option, required=True, help="Whom it would be told.")
@click.option("--what", cls=Option, required=True, help="What exactly would be told.")
@click.option("--let-in", cls=Option, multiple=True, help="Someone whom the reporter left out, and who would read it.")
@source_option
@click.argument("number")
@click.pass_obj
def ask_command(
    tool: Tool, recipient: str, what: str, let_in: tuple[str, ...], source: str | None, number: str
) -> None:
    """Ask the reporter's consent before something is told on; the reason comes from standard input."""
    text = read_text(source)

    def request(session: RecipientSession, case: Case) -> Request:
        people = session.trust().persons
        left_out = {people[person].name: person for person in case.left_out if person in people}
        unknown = set(let_in) - left_out.keys()
        if unknown:
            raise NoCaseError(_("the reporter left nobody out of this name"), *map(harmless, sorted(unknown)))
        return Request(text, recipient, what, tuple(sorted({left_out[name] for name in let_in})))

    write_to(tool, number, request)


def write_to(
    tool: Tool,
    number: str,
    body: Writing,
    attached: Sequence[Path] = (),
    then: Callable[[Case], None] = lambda _case: None,
) -> None:
    """Write what `body` makes into a case that `meldbus read` has shown, and call `then` with the case as it is then.

    Raises GrownError where something came that was not shown, and what `actions.write` raises.
    """
    with tool.session() as session:
        case = session.case(number)
        check_shown(session, case)
        attachments = own_names(attached, session.trust().roster.policy.file_bytes)
        then(actions.write(session, case, body(session, case), attachments))


def _begun(session: RecipientSession, case: Case, begin: str, text: str) -> Body:
    """Return a message that begins with a text of the policy, of the kind that it has there."""
    report = case.report.body
    assert isinstance(report, Report)
    kind, first = reply_of(session.trust().roster.policy, begin, report)
    return KINDS[kind].parse({"text": f"{first}\n{text}".strip()})
