"""Commands that write into the dossier, which the reporter does not see."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from keys.cases.records import categorise, fill, form_of
from keys.cli.files import attaching
from keys.cli.tool import Command, Option, Tool, hint, read_text, tell
from keys.cli.writing import source_option, write_to
from keys.errors import RecordError, UnknownNameError
from keys.policy import CHOICE, DAY, day_number
from keys.speech.cases import worded
from keys.speech.words import _, harmless
from keys.wire.messages import Assigned, Body, Informed, Note

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from keys.cases.case import Case
    from keys.cli.writing import Writing
    from keys.policy import Field, Form, Policy
    from keys.sync import RecipientSession
    from keys.wire.ids import PersonId


@click.command("note", cls=Command)
@source_option
@attaching
@click.argument("number")
@click.pass_obj
def note_command(tool: Tool, source: str | None, attached: tuple[Path, ...], number: str) -> None:
    """Write a note for the other recipients alone."""
    text = read_text(source)
    record(tool, number, lambda _session, _case: Note(text), attached)


@click.command("assign", cls=Command)
@click.argument("number")
@click.argument("names", nargs=-1)
@click.pass_obj
def assign_command(tool: Tool, number: str, names: tuple[str, ...]) -> None:
    """Say who is on a case from now on; without a name it is nobody."""
    record(tool, number, lambda session, _case: Assigned(persons(session, names)))


@click.command("category", cls=Command)
@click.argument("number")
@click.argument("topic")
@click.argument("category", default="")
@click.pass_obj
def category_command(tool: Tool, number: str, topic: str, category: str) -> None:
    """Say what a case is in the register: a topic of the policy, and one of its categories."""
    record(tool, number, lambda session, _case: categorise(policy_of(session), topic, category))


@click.command("inform", cls=Command)
@click.option("--on", "day", cls=Option, type=click.DateTime(["%Y-%m-%d"]), required=True, help="The day.")
@click.option("--how", cls=Option, required=True, help="How they were told: a meeting, by phone.")
@click.option("--by", cls=Option, required=True, help="Who told them.")
@source_option
@click.argument("number")
@click.argument("names", nargs=-1, required=True)
@click.pass_obj
def inform_command(
    tool: Tool, day: dt.datetime, how: str, by: str, source: str | None, number: str, names: tuple[str, ...]
) -> None:
    """Record that the board was told: who of it, when, how, by whom; what they were told comes from standard input."""
    text = read_text(source)
    told = day_number(day.date())
    record(tool, number, lambda session, _case: Informed(persons(session, names), told, how, by, text))


@click.command("form", cls=Command)
@source_option
@click.argument("number")
@click.argument("form")
@click.pass_obj
def form_command(tool: Tool, source: str | None, number: str, form: str) -> None:
    """Fill in a form of the policy: it asks on a terminal, else it reads JSON, an answer for the id of each field."""
    given = None if sys.stdin.isatty() and not source else _answers(read_text(source))

    def filled(session: RecipientSession, _case: Case) -> Body:
        found = form_of(policy_of(session), form)
        return fill(found, _asked(found) if given is None else given)

    record(tool, number, filled)


def persons(session: RecipientSession, names: Iterable[str]) -> tuple[PersonId, ...]:
    """Return the persons of these names on the roster, sorted; raise UnknownNameError with the first other name."""
    listed = session.trust().persons_by_name
    for name in names:
        if name not in listed:
            raise UnknownNameError(harmless(name))
    return tuple(sorted({listed[name] for name in names}))


def record(
    tool: Tool,
    number: str,
    body: Writing,
    attached: Sequence[Path] = (),
    then: Callable[[Case], None] = lambda _case: None,
) -> None:
    """Put what `body` makes into the dossier of a case, say so, and call `then` with the case as it is then."""

    def said(case: Case) -> None:
        tell(_("It stands in the dossier."))
        then(case)

    write_to(tool, number, body, attached, said)


def policy_of(session: RecipientSession) -> Policy:
    """Return the policy of the roster in force."""
    return session.trust().roster.policy


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
