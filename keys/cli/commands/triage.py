"""Commands that sort out cases: set-aside for spam, exercise for a drill."""

from __future__ import annotations

import click

from keys.cli.commands.dossier import record_text
from keys.cli.commands.last_day import tell_awaiting
from keys.cli.commands.message import source_option
from keys.cli.context import Command, Option, Tool, tell
from keys.sync import actions
from keys.wire.messages import Exercise
from keys.wording.words import _


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
    """Say that a case is a drill, and which; the register shows it as one, and no published number counts it."""
    record_text(tool, number, source, lambda _session, _case, text: Exercise(text), then=tell_awaiting)
