"""Commands that say what a case is not: set-aside for spam, exercise for a drill."""

from __future__ import annotations

import click

from keys.cli.dossiers import record
from keys.cli.last_day import tell_awaiting
from keys.cli.tool import Command, Option, Tool, read_text, tell
from keys.cli.writing import source_option
from keys.speech.words import _
from keys.sync import actions
from keys.wire.messages import Exercise


@click.command("set-aside", cls=Command)
@click.option("--back", cls=Option, is_flag=True, help="Show it again.")
@click.argument("number")
@click.pass_obj
def set_aside_command(tool: Tool, back: bool, number: str) -> None:
    """Put spam out of your own sight; nobody else sees it, and nothing is destroyed."""
    with tool.session() as session:
        actions.set_aside(session, session.case(number), aside=not back)
    tell(
        _("The case is shown again.")
        if back
        else _("The case is set aside. `meldbus set-aside --back` shows it again.")
    )


@click.command("exercise", cls=Command)
@source_option
@click.argument("number")
@click.pass_obj
def exercise_command(tool: Tool, source: str | None, number: str) -> None:
    """Say that a case is a drill, and which; it stands in the register as one and counts in no published number."""
    text = read_text(source)
    record(tool, number, lambda _session, _case: Exercise(text), then=tell_awaiting)
