"""Commands for how a case ends: close, reopen, approve, purge; all work is done by the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from keys.cases import OUTCOMES, approve, ask_purge, reopen
from keys.cli.dossiers import record
from keys.cli.tool import Command, Option, Tool, hint, read_text, tell
from keys.policy import day_number
from keys.speech.words import _, date, one_line
from keys.wire import kinds

if TYPE_CHECKING:
    import datetime as dt

    from keys.sync import Tombstone

_source = click.option("--file", "source", cls=Option, type=click.Path(exists=True), help="Read the text from a file.")


@click.command("close", cls=Command)
@click.option("--outcome", cls=Option, type=click.Choice(OUTCOMES), required=True, help="What it ended in.")
@click.option("--measures", cls=Option, type=click.Path(exists=True), help="A file that says what was done.")
@click.option("--grounds", cls=Option, type=click.Path(exists=True), help="A file that says on what grounds.")
@click.option("--until", cls=Option, type=click.DateTime(["%Y-%m-%d"]), help="The last day on which it is kept.")
@click.option("--reason", cls=Option, type=click.Path(exists=True), help="A file that says why it is kept so long.")
@_source
@click.argument("number")
@click.pass_obj
def close_command(
    tool: Tool,
    outcome: str,
    measures: str | None,
    grounds: str | None,
    until: dt.datetime | None,
    reason: str | None,
    source: str | None,
    number: str,
) -> None:
    """Close a case: the outcome for the register, and a text for the reporter that says it and why."""
    text = read_text(source)
    ended = kinds.Outcome(outcome, _given(measures), _given(grounds))
    with tool.desk() as desk:
        case, _alarms = desk.case(number)
        desk.close(case, text, ended, day_number(until.date()) if until else None, _given(reason))
    tell(_("The case is closed."))


@click.command("reopen", cls=Command)
@_source
@click.argument("number")
@click.pass_obj
def reopen_command(tool: Tool, source: str | None, number: str) -> None:
    """Let a closed case go on; why comes from standard input."""
    text = read_text(source)
    record(tool, number, lambda _desk, case: reopen(case, text))


@click.command("approve", cls=Command)
@_source
@click.argument("number")
@click.pass_obj
def approve_command(tool: Tool, source: str | None, number: str) -> None:
    """Approve of what another recipient asked for last: destroying the case before its day, or a legal demand."""
    text = read_text(source)
    record(tool, number, lambda desk, case: approve(case, desk.signer.public, text))


@click.command("purge", cls=Command)
@click.option("--ask", cls=Option, is_flag=True, help="Ask another recipient to approve, before its day.")
@click.option("--yes", cls=Option, is_flag=True, help="Do not ask again.")
@click.argument("number")
@click.pass_obj
def purge_command(tool: Tool, ask: bool, yes: bool, number: str) -> None:
    """Destroy a case for everybody, once its day has passed or two recipients want it; nothing brings it back."""
    if ask:
        text = read_text(None)
        record(tool, number, lambda _desk, case: ask_purge(case, text))
        return
    if not yes:
        click.confirm(_("Destroy this case for everybody, for good?"), abort=True, err=True)
    with tool.desk() as desk:
        case, _alarms = desk.case(number)
        stone = desk.purge(case)
    say_destroyed(stone)
    hint(_("Make a new backup now, and delete the older ones: the case is still in them."))


def say_destroyed(stone: Tombstone) -> None:
    """Say from which day on nothing opens a case, and which files of it may lie on this disk."""
    tell(_("Destroyed. From %(day)s on nothing can open it any more.") % {"day": date(stone.gone)})
    for path in stone.paths:
        tell(_("A file of it may still lie here: %(path)s") % {"path": one_line(str(path))})


def _given(path: str | None) -> str:
    return "" if path is None else read_text(path)
