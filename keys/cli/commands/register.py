"""Commands of the register: register, correct, overview, enter."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from keys.cases.overview import overview
from keys.cases.register import FIELDS, correction
from keys.cases.report_draft import ReportDraft
from keys.cases.states import LOCKED
from keys.cli.commands.dossier import persons, policy_of, record_text
from keys.cli.commands.message import source_option
from keys.cli.context import Command, Option, Tool, as_json_option, hint, tell
from keys.cli.scripts import write_json
from keys.cli.typed import typed
from keys.sync.oral_reports import enter
from keys.wording.register import (
    TOLD,
    columns_in_words,
    counts_in_words,
    destroyed_columns_in_words,
    destroyed_in_words,
    entries,
)
from keys.wording.words import _, columns, date, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keys.policy import Policy
    from keys.sync import RecipientSession
    from keys.vault.destroyed import DestroyedCase
    from keys.wording.register import Entry


@click.command("register", cls=Command)
@as_json_option
@click.pass_obj
def register_command(tool: Tool, as_json: bool) -> None:
    """Show the register: the cases that you can open, a line for each, and what stays of those that were destroyed."""
    with tool.session() as session:
        lines, destroyed = _lines(session), session.vault.destroyed.all()
        policy = policy_of(session)
    if as_json:
        write_json({"lines": [*map(_line, lines)], "destroyed": [*map(_destroyed, destroyed)]})
    else:
        _show(lines, destroyed, policy)


@click.command("correct", cls=Command)
@source_option
@click.argument("number")
@click.argument("field", type=click.Choice(FIELDS))
@click.argument("value")
@click.pass_obj
def correct_command(tool: Tool, source: str | None, number: str, field: str, value: str) -> None:
    """Correct a field of the register: it begins a new line, and the old one stays; why comes from standard input."""
    record_text(tool, number, source, lambda _session, _case, text: correction(field, value, text))


@click.command("overview", cls=Command)
@as_json_option
@click.argument("year", type=click.IntRange(2000, 9998))
@click.pass_obj
def overview_command(tool: Tool, as_json: bool, year: int) -> None:
    """Count the cases of a year that has ended, by topic, rounded; of fewer than 20 it says only that."""
    with tool.session() as session:
        policy = policy_of(session)
        lines = [one.line for one in session.vault.destroyed.all() if one.line is not None]
        draw = session.secret.vault_key
        found = overview(year, session.summaries().values(), lines, policy, session.today, draw)
    if as_json:
        counts = None if found.counts is None else dict(found.counts)
        write_json({"year": year, "counts": counts, "others": found.others, "total": found.total})
        return
    for line in columns(counts_in_words(found, policy)):
        click.echo(line)
    tell(_("Counted are only the cases that you can open, and those that were destroyed since."))


@click.command("enter", cls=Command)
@click.option("--way", cls=Option, type=click.Choice([*TOLD]), required=True, help="How you were told.")
@click.option("--topic", cls=Option, required=True, help="What it is about: a topic of the policy.")
@click.option("--about", cls=Option, multiple=True, help="The name of somebody on the list whom it is about.")
@click.option("--about-board", cls=Option, is_flag=True, help="It is about the whole board.")
@click.option("--add", "added", cls=Option, multiple=True, help="The name of someone who may read it too.")
@click.option("--language", cls=Option, help="The language that the reporter reads: one of the policy's.")
@source_option
@click.pass_obj
def enter_command(
    tool: Tool,
    way: str,
    topic: str,
    about: tuple[str, ...],
    about_board: bool,
    added: tuple[str, ...],
    language: str | None,
    source: str | None,
) -> None:
    """Record a report made by phone, letter or in person; the code for the reporter goes to standard output."""
    with tool.session() as session:
        policy = policy_of(session)
        _check(policy, topic, language)
        concerned, readers = frozenset(persons(session, about)), persons(session, added)
        with typed(source) as text:
            draft = ReportDraft(
                text=text,
                topic=topic,
                language=language or policy.languages[0],
                people=concerned,
                board=about_board,
            )
            case, receipt = enter(session, draft, way, readers)
        click.echo(receipt.written())
        tell(_("It is case %(number)s, and the minutes wait for the reporter's agreement.") % {"number": case.number})
        hint(_("Hand this code to the reporter, on paper, and keep no copy. A lost code cannot be replaced."))


def _lines(session: RecipientSession) -> list[Entry]:
    cases = [case for case in session.summaries().values() if case.state != LOCKED]
    return entries(cases, session.trust())


def _show(lines: Sequence[Entry], destroyed: Sequence[DestroyedCase], policy: Policy) -> None:
    heads = columns_in_words()
    rows = [[getattr(line, name) or "-" for name in heads] for line in lines]
    for line in columns([[*heads.values()], *rows]):
        click.echo(line)
    if destroyed:
        click.echo()
        for line in columns([destroyed_columns_in_words(), *(destroyed_in_words(one, policy) for one in destroyed)]):
            click.echo(line)
    for path in (path for one in destroyed for path in one.paths):
        tell(_("A file of it may still lie here: %(path)s") % {"path": one_line(str(path))})


def _line(line: Entry) -> dict[str, object]:
    members = asdict(line)
    del members["case"]
    return members


def _destroyed(one: DestroyedCase) -> dict[str, Any]:
    line = one.line
    return {
        "number": one.number,
        "received": date(line.received) if line else None,
        "closed": date(line.closed) if line and line.closed is not None else None,
        "topic": line.topic if line else None,
        "category": line.category if line else None,
        "outcome": line.outcome if line else None,
        "destroyed": date(one.day),
        "why": one.ended.value,
        "paths": [str(path) for path in one.paths],
        "paths_gone": one.gone,
    }


def _check(policy: Policy, topic: str, language: str | None) -> None:
    topics = [one.id for one in policy.topics]
    if topic not in topics:
        raise click.UsageError(_("--topic is one of these: %(topics)s") % {"topics": ", ".join(topics)})
    if language is not None and language not in policy.languages:
        raise click.UsageError(_("--language is one of these: %(tags)s") % {"tags": ", ".join(policy.languages)})
