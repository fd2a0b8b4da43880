"""Commands that write into the dossier, which the reporter cannot see."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from keys.cases.records import categorise, fill, form_of
from keys.cli.commands.message import source_option, write_text, write_to
from keys.cli.context import Command, Option, Tool, hint, tell
from keys.cli.files import attaching
from keys.cli.typed import ask_text, give_back
from keys.errors import RecordError, UnknownNameError
from keys.policy import CHOICE, DAY, day_number
from keys.wire.messages import Assigned, Body, Informed, Note
from keys.wording.cases import worded
from keys.wording.words import _, harmless

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from keys.cases.case import Case
    from keys.cli.commands.message import Then, Writing, WritingText
    from keys.cli.typed import Ask
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
    record_text(tool, number, source, lambda _session, _case, text: Note(text), attached)


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
    told = day_number(day.date())

    def informed(session: RecipientSession, _case: Case, text: str) -> Body:
        return Informed(persons(session, names), told, how, by, text)

    record_text(tool, number, source, informed)


@click.command("form", cls=Command)
@source_option
@click.argument("number")
@click.argument("form")
@click.pass_obj
def form_command(tool: Tool, source: str | None, number: str, form: str) -> None:
    """Fill in a form of the policy: it asks on a terminal, else it reads JSON, an answer for the id of each field."""

    def filled(session: RecipientSession, _case: Case, text: str) -> Body:
        return fill(form_of(policy_of(session), form), _answers(text))

    def ask(session: RecipientSession) -> str:
        return _asked(form_of(policy_of(session), form))

    record_text(tool, number, source, filled, ask=ask)


def persons(session: RecipientSession, names: Iterable[str]) -> tuple[PersonId, ...]:
    """Return the people with these names on the roster, sorted; raise UnknownNameError with the first unknown name."""
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
    then: Then = lambda _session, _case: None,
) -> None:
    """Write the body that `body` returns into the dossier of a case, say so, and call `then` with the new case."""

    def said(session: RecipientSession, case: Case) -> None:
        tell(_("Added to the dossier."))
        then(session, case)

    write_to(tool, number, body, attached, said)


def record_text(
    tool: Tool,
    number: str,
    source: str | None,
    body: WritingText,
    attached: Sequence[Path] = (),
    then: Then = lambda _session, _case: None,
    *,
    acts: bool = False,
    ask: Ask = ask_text,
) -> None:
    """Write the body that `body` makes of a text, as `record` does; `acts` and `ask` are those of `use_text`."""

    def said(session: RecipientSession, case: Case) -> None:
        tell(_("Added to the dossier."))
        then(session, case)

    write_text(tool, number, source, body, attached, said, acts=acts, ask=ask)


def policy_of(session: RecipientSession) -> Policy:
    """Return the policy of the roster in force."""
    return session.trust().roster.policy


def _answers(text: str) -> dict[str, str]:
    try:
        answers = json.loads(text or "{}")
    except ValueError:
        raise RecordError("JSON") from None
    if not isinstance(answers, dict) or not all(isinstance(answer, str) for answer in answers.values()):
        raise RecordError("JSON")
    return answers


def _asked(form: Form) -> str:
    """Ask the questions of a form and return the answers, as JSON that the command accepts too."""
    hint(_("An empty line leaves a field out."))
    answers: dict[str, str] = {}
    try:
        for field in form.fields:
            answers[field.id] = click.prompt(_question(field), default="", show_default=False, err=True)
    except click.Abort:
        give_back(_as_json(answers))
        raise
    return _as_json(answers)


def _as_json(answers: dict[str, str]) -> str:
    return json.dumps(answers, ensure_ascii=False) if any(answers.values()) else ""


def _question(field: Field) -> str:
    label = worded(field.label)
    if field.kind == CHOICE:
        return f"{label} ({', '.join(choice.id for choice in field.choices)})"
    return f"{label} (2026-12-31)" if field.kind == DAY else label
