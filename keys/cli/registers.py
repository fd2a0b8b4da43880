"""Commands of the register: register, correct, overview, enter; all work is done by the desk."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from keys.cases import Telling, case_number, correction, kept_until, overview
from keys.cases import register as fields
from keys.cases.summary import LOCKED
from keys.cli.dossiers import identities, record
from keys.cli.tool import Command, Option, Tool, hint, read_text, tell
from keys.speech.register import (
    columns_in_words,
    counts_in_words,
    entries,
    grave_columns_in_words,
    grave_in_words,
    refused_in_words,
)
from keys.speech.words import _, columns, date, one_line
from keys.sync import enter, load_trust
from keys.wire import kinds

if TYPE_CHECKING:
    from keys.policy import Policy
    from keys.speech.register import Entry
    from keys.sync import Desk, Tombstone

_source = click.option("--file", "source", cls=Option, type=click.Path(exists=True), help="Read the text from a file.")
_as_json = click.option("--json", "as_json", cls=Option, is_flag=True, help="Write JSON, for scripts.")


@click.command("register", cls=Command)
@_as_json
@click.pass_obj
def register_command(tool: Tool, as_json: bool) -> None:
    """Show the register: the cases that you can open, a line for each, and what stays of those that were destroyed."""
    with tool.desk() as desk:
        lines, stones = _lines(desk), desk.tombstones()
        refused = desk.refused_tombstones()
        policy = load_trust(desk.vault).roster.policy
    if as_json:
        write_json({"lines": [_line(line) for line in lines], "destroyed": [_stone(stone) for stone in stones]})
    else:
        _show(lines, stones, policy)
    for grave in refused:
        tell(f"{date(grave.day)}: {refused_in_words()}")


@click.command("correct", cls=Command)
@_source
@click.argument("number")
@click.argument("field", type=click.Choice(fields.FIELDS))
@click.argument("value")
@click.pass_obj
def correct_command(tool: Tool, source: str | None, number: str, field: str, value: str) -> None:
    """Correct a field of the register: it begins a new line, and the old one stays; why comes from standard input."""
    text = read_text(source)
    record(tool, number, lambda _desk, _case: correction(field, value, text))


@click.command("overview", cls=Command)
@_as_json
@click.argument("year", type=click.IntRange(2000, 9998))
@click.pass_obj
def overview_command(tool: Tool, as_json: bool, year: int) -> None:
    """Count the cases of a year that has ended, by topic; a count below 5 is not shown."""
    with tool.desk() as desk:
        policy = load_trust(desk.vault).roster.policy
        bodies = [stone.body for stone in desk.tombstones()]
        found = overview(year, desk.summaries().values(), bodies, policy, policy.day(tool.clock()))
    if as_json:
        write_json({"year": year, "counts": dict(found.counts), "others": found.others, "total": found.total})
        return
    for line in columns(counts_in_words(found, policy)):
        click.echo(line)
    tell(_("Counted are only the cases that you can open, and those that were destroyed since."))


@click.command("enter", cls=Command)
@click.option("--way", cls=Option, type=click.Choice(kinds.Entered.WAYS), required=True, help="How you were told.")
@click.option("--topic", cls=Option, required=True, help="What it is about: a topic of the policy.")
@click.option("--about", cls=Option, multiple=True, help="The name of somebody on the list whom it is about.")
@click.option("--about-board", cls=Option, is_flag=True, help="It is about the whole board.")
@click.option("--add", "added", cls=Option, multiple=True, help="The name of someone who may read it too.")
@click.option("--language", cls=Option, help="The language that the reporter reads: one of the policy's.")
@_source
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
    """Write down a report that you were told; the code for whoever told it goes to standard output."""
    text = read_text(source)
    with tool.desk() as desk:
        policy = load_trust(desk.vault).roster.policy
        _check(policy, topic, language)
        telling = Telling(
            text=text,
            topic=topic,
            language=language or policy.languages[0],
            people=frozenset(identities(desk, about)),
            board=about_board,
        )
        case, receipt = enter(desk, telling, way, identities(desk, added))
    click.echo(receipt.written())
    tell(_("It is case %(number)s, and the minutes wait for the reporter's agreement.") % {"number": case.number})
    hint(_("Hand this code to whoever told you, on paper, and keep no copy: it opens the talk. Lost is lost."))


def write_json(value: object) -> None:
    """Write JSON to standard output, with everything escaped that could drive a terminal."""
    json.dump(value, sys.stdout, indent=2, ensure_ascii=True)
    click.echo()


def _lines(desk: Desk) -> list[Entry]:
    trust = load_trust(desk.vault)
    cases = [case for case in desk.summaries().values() if case.state != LOCKED]
    return entries(cases, trust, {case.id: kept_until(case, trust.roster.policy) for case in cases})


def _show(lines: list[Entry], stones: list[Tombstone], policy: Policy) -> None:
    heads = columns_in_words()
    rows = [[getattr(line, name) or "-" for name in heads] for line in lines]
    for line in columns([[*heads.values()], *rows]):
        click.echo(line)
    if stones:
        click.echo()
        for line in columns([grave_columns_in_words(), *(grave_in_words(stone, policy) for stone in stones)]):
            click.echo(line)
    for path in (path for stone in stones for path in stone.paths):
        tell(_("A file of it may still lie here: %(path)s") % {"path": one_line(str(path))})


def _line(line: Entry) -> dict[str, object]:
    members = asdict(line)
    del members["case"]
    return members


def _stone(stone: Tombstone) -> dict[str, object]:
    names = ("number", "received", "closed", "topic", "category", "outcome", "destroyed", "gone")
    body = stone.body
    values = (
        case_number(stone.case),
        date(body.received),
        date(body.closed),
        body.topic,
        body.category,
        body.outcome,
        date(stone.day),
        date(stone.gone),
    )
    return dict(zip(names, values, strict=True)) | {"paths": [str(path) for path in stone.paths]}


def _check(policy: Policy, topic: str, language: str | None) -> None:
    topics = [one.id for one in policy.topics]
    if topic not in topics:
        raise click.UsageError(_("--topic is one of these: %(topics)s") % {"topics": ", ".join(topics)})
    if language is not None and language not in policy.languages:
        raise click.UsageError(_("--language is one of these: %(tags)s") % {"tags": ", ".join(policy.languages)})
