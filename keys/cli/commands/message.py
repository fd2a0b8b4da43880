"""Commands by which a recipient writes to the reporter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from keys.cases.records import reply_of
from keys.cli.context import Command, Option, Tool
from keys.cli.files import attaching, own_names
from keys.cli.typed import ask_text, use_text
from keys.errors import NoCaseError
from keys.sync import actions
from keys.sync.shown import check_shown
from keys.wire.messages import KINDS, Acknowledgement, Answer, Feedback, Minutes, Question, Report, Request
from keys.wording.words import _, harmless

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from keys.cases.case import Case
    from keys.cli.typed import Ask
    from keys.sync import RecipientSession
    from keys.wire.messages import Body

    Writing = Callable[[RecipientSession, Case], Body]
    WritingText = Callable[[RecipientSession, Case, str], Body]
    Then = Callable[[RecipientSession, Case], None]

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

    def reply(session: RecipientSession, case: Case, text: str) -> Body:
        if begin is not None:
            return _begun(session, case, begin, text)
        return Question(text) if question else Answer(text)

    write_text(tool, number, source, reply, attached)


@click.command("acknowledge", cls=Command)
@source_option
@attaching
@click.argument("number")
@click.pass_obj
def acknowledge_command(tool: Tool, source: str | None, attached: tuple[Path, ...], number: str) -> None:
    """Confirm to the reporter that the report was received; the law gives seven days."""
    write_text(tool, number, source, lambda _session, _case, text: Acknowledgement(text), attached)


@click.command("feedback", cls=Command)
@source_option
@attaching
@click.argument("number")
@click.pass_obj
def feedback_command(tool: Tool, source: str | None, attached: tuple[Path, ...], number: str) -> None:
    """Tell the reporter what was done with it and why; the law gives three months."""
    write_text(tool, number, source, lambda _session, _case, text: Feedback(text), attached)


@click.command("minutes", cls=Command)
@source_option
@attaching
@click.argument("number")
@click.pass_obj
def minutes_command(tool: Tool, source: str | None, attached: tuple[Path, ...], number: str) -> None:
    """Give the reporter the minutes of a conversation, to agree to or to correct."""
    write_text(tool, number, source, lambda _session, _case, text: Minutes(text), attached)


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
    """Ask the reporter's consent before sharing something; the reason comes from standard input."""

    def request(session: RecipientSession, case: Case, text: str) -> Request:
        people = session.trust().persons
        left_out = {people[person].name: person for person in case.left_out if person in people}
        unknown = set(let_in) - left_out.keys()
        if unknown:
            raise NoCaseError(_("the reporter left nobody out of this name"), *map(harmless, sorted(unknown)))
        return Request(text, recipient, what, tuple(sorted({left_out[name] for name in let_in})))

    write_text(tool, number, source, request)


def write_to(
    tool: Tool,
    number: str,
    body: Writing,
    attached: Sequence[Path] = (),
    then: Then = lambda _session, _case: None,
) -> None:
    """Write the body that `body` returns into a case that `meldbus read` has shown; call `then` with the new case.

    Raises GrownError if messages came that were not shown, and what `actions.write` raises.
    """
    with tool.session() as session:
        case = session.case(number)
        check_shown(session, case)
        attachments = own_names(attached, session.trust().roster.policy.file_bytes)
        then(session, actions.write(session, case, body(session, case), attachments))


def write_text(
    tool: Tool,
    number: str,
    source: str | None,
    body: WritingText,
    attached: Sequence[Path] = (),
    then: Then = lambda _session, _case: None,
    *,
    acts: bool = True,
    ask: Ask = ask_text,
) -> None:
    """Write the body that `body` makes of a text into a case, as `write_to` does; `use_text` asks for the text."""
    with tool.session() as session:
        attachments = own_names(attached, session.trust().roster.policy.file_bytes)

        def write(case: Case, text: str) -> Case:
            return actions.write(session, case, body(session, case, text), attachments)

        then(session, use_text(session, number, source, write, acts=acts, ask=ask))


def _begun(session: RecipientSession, case: Case, begin: str, text: str) -> Body:
    """Return a message that begins with a text of the policy, and has its kind."""
    report = case.report.body
    assert isinstance(report, Report)
    kind, first = reply_of(session.trust().roster.policy, begin, report)
    return KINDS[kind].parse({"text": f"{first}\n{text}".strip()})
