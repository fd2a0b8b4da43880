"""Commands that write into the dossier, which the reporter does not see; all work is done by the desk."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from keys.cases import categorise, fill, form_of
from keys.cli.files import attaching, own_names, progress
from keys.cli.tool import Command, Option, Tool, hint, read_text, tell
from keys.errors import RecordError, UnknownNameError
from keys.policy import CHOICE, DAY, day_number
from keys.speech.cases import worded
from keys.speech.words import _, harmless
from keys.sync import load_trust
from keys.wire import kinds

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from keys.cases import Case
    from keys.policy import Field, Form, Policy
    from keys.sync import Desk

_source = click.option("--file", "source", cls=Option, type=click.Path(exists=True), help="Read the text from a file.")
_reason = click.option(
    "--reason", "reason", cls=Option, type=click.Path(exists=True, allow_dash=True), help="Read why from a file, or -."
)


@click.command("note", cls=Command)
@_source
@attaching
@click.argument("number")
@click.pass_obj
def note_command(tool: Tool, source: str | None, attached: tuple[Path, ...], number: str) -> None:
    """Write a note for the other recipients alone."""
    text = read_text(source)
    record(tool, number, lambda _desk, _case: kinds.Note(text), attached)


@click.command("assign", cls=Command)
@click.argument("number")
@click.argument("names", nargs=-1)
@click.pass_obj
def assign_command(tool: Tool, number: str, names: tuple[str, ...]) -> None:
    """Say who is on a case from now on; without a name it is nobody."""
    record(tool, number, lambda desk, _case: kinds.Assigned(identities(desk, names)))


@click.command("category", cls=Command)
@click.argument("number")
@click.argument("topic")
@click.argument("category", default="")
@click.pass_obj
def category_command(tool: Tool, number: str, topic: str, category: str) -> None:
    """Say what a case is in the register: a topic of the policy, and one of its categories."""
    record(tool, number, lambda desk, _case: categorise(_policy(desk), topic, category))


@click.command("inform", cls=Command)
@click.option("--on", "day", cls=Option, type=click.DateTime(["%Y-%m-%d"]), required=True, help="The day.")
@click.option("--how", cls=Option, required=True, help="How they were told: a meeting, by phone.")
@click.option("--by", cls=Option, required=True, help="Who told them.")
@_source
@click.argument("number")
@click.argument("names", nargs=-1, required=True)
@click.pass_obj
def inform_command(
    tool: Tool, day: dt.datetime, how: str, by: str, source: str | None, number: str, names: tuple[str, ...]
) -> None:
    """Record that the board was told: who of it, when, how, by whom; what they were told comes from standard input."""
    text = read_text(source)
    told = day_number(day.date())
    record(tool, number, lambda desk, _case: kinds.Informed(identities(desk, names), told, how, by, text))


@click.command("form", cls=Command)
@_source
@click.argument("number")
@click.argument("form")
@click.pass_obj
def form_command(tool: Tool, source: str | None, number: str, form: str) -> None:
    """Fill in a form of the policy: it asks on a terminal, else it reads JSON, an answer for the id of each field."""
    given = None if sys.stdin.isatty() and not source else _answers(read_text(source))

    def filled(desk: Desk, _case: Case) -> kinds.Body:
        found = form_of(_policy(desk), form)
        return fill(found, _asked(found) if given is None else given)

    record(tool, number, filled)


@click.command("step-back", cls=Command)
@click.option("--to", "names", cls=Option, multiple=True, help="Somebody of the roster who takes it over.")
@_reason
@click.argument("number")
@click.pass_obj
def step_back_command(tool: Tool, names: tuple[str, ...], reason: str | None, number: str) -> None:
    """Say that you are too near to a case: it is closed to you from then on, and the others go on."""
    text = _why(reason)
    with tool.desk() as desk:
        case, _alarms = desk.case(number)
        desk.step_back(case, text, identities(desk, names))
    tell(_("You do not read this case any more."))


@click.command("share", cls=Command)
@_reason
@click.argument("number")
@click.argument("names", nargs=-1, required=True)
@click.pass_obj
def share_command(tool: Tool, reason: str | None, number: str, names: tuple[str, ...]) -> None:
    """Let other recipients of the roster read a case, unless the reporter left them out."""
    text = _why(reason)
    with tool.desk() as desk:
        case, _alarms = desk.case(number)
        desk.hand_over(case, identities(desk, names), text)
    tell(_("sent"))


def identities(desk: Desk, names: Iterable[str]) -> tuple[bytes, ...]:
    """Return the identities of people on the roster, sorted; raise UnknownNameError with the first other name."""
    listed = {person.name: person.identity for person in load_trust(desk.vault).roster.recipients}
    for name in names:
        if name not in listed:
            raise UnknownNameError(harmless(name))
    return tuple(sorted({listed[name] for name in names}))


def record(tool: Tool, number: str, body: Callable[[Desk, Case], kinds.Body], attached: Sequence[Path] = ()) -> None:
    """Put what `body` makes for a case into its dossier, and say so."""
    with tool.desk() as desk:
        case, _alarms = desk.case(number)
        attachments = own_names(attached, _policy(desk).file_bytes)
        with progress(_("Sending")) as watch:
            desk.note(case, body(desk, case), attachments, watch)
    tell(_("It stands in the dossier."))


def _policy(desk: Desk) -> Policy:
    return load_trust(desk.vault).roster.policy


def _why(reason: str | None) -> str:
    return "" if reason is None else read_text(None if reason == "-" else reason)


def _answers(text: str) -> dict[str, str]:
    try:
        answers = json.loads(text)
    except ValueError:
        raise RecordError("JSON") from None
    if not isinstance(answers, dict) or not all(isinstance(answer, str) for answer in answers.values()):
        raise RecordError("JSON")
    return answers


def _asked(form: Form) -> dict[str, str]:
    hint(_("An empty line leaves a field out."))
    return {field.id: click.prompt(_question(field), default="", show_default=False, err=True) for field in form.fields}


def _question(field: Field) -> str:
    label = worded(field.label)
    if field.kind == CHOICE:
        return f"{label} ({', '.join(choice.id for choice in field.choices)})"
    return f"{label} (2026-12-31)" if field.kind == DAY else label
