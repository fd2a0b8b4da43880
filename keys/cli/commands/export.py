"""Commands that make files of cases: export case, grounds, copy, notice, register."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from keys.cases.requests import grounds
from keys.cli.commands.message import source_option
from keys.cli.context import Command, Commands, Option, Tool, hint, tell
from keys.cli.files import progress
from keys.cli.typed import typed
from keys.exports import CASE, COPY, NOTICE, REGISTER, Export, chosen_ground, ground_in_words, register_cases
from keys.wording.words import _

if TYPE_CHECKING:
    from collections.abc import Callable

_output = click.argument("output", type=click.Path(path_type=Path))


@click.group("export", cls=Commands)
def export_commands() -> None:
    """Make a file of a case or of the register for somebody outside: .html to print, .json or .csv."""


@export_commands.command("case", cls=Command)
@click.option("--identity", "ground", cls=Option, type=int, help="Say who the reporter is: the number of a ground.")
@source_option
@click.argument("number")
@_output
@click.pass_obj
def export_case_command(tool: Tool, ground: int | None, source: str | None, number: str, output: Path) -> None:
    """Make the file of a case for an authority; for whom and what for comes from standard input."""
    _make(tool, lambda purpose: Export(CASE, output, purpose), source, number, ground)


@export_commands.command("grounds", cls=Command)
@click.argument("number")
@click.pass_obj
def export_grounds_command(tool: Tool, number: str) -> None:
    """List on which grounds it may be told who the reporter is, and to whom."""
    with tool.session() as session:
        found = [*grounds(session.case(number))]
    for at, ground in enumerate(found, 1):
        click.echo(f"{at}  {ground_in_words(ground)}")
    if not found:
        tell(_("No ground exists: no consent, and no legal demand that a second recipient has approved."))


@export_commands.command("copy", cls=Command)
@click.option("--form", "forms", cls=Option, multiple=True, help="A form of the dossier that may be read too.")
@click.option("--outcome", cls=Option, is_flag=True, help="Also what was done and on what grounds.")
@source_option
@click.argument("number")
@_output
@click.pass_obj
def export_copy_command(
    tool: Tool, forms: tuple[str, ...], outcome: bool, source: str | None, number: str, output: Path
) -> None:
    """Make the copy for somebody whom a case is about (AVG art. 15); why comes from standard input."""
    _make(tool, lambda purpose: Export(COPY, output, purpose, forms=forms, outcome=outcome), source, number)
    hint(_("Read it before you hand it over: who knows the place may guess what no tool can see."))


@export_commands.command("notice", cls=Command)
@source_option
@click.argument("number")
@_output
@click.pass_obj
def export_notice_command(tool: Tool, source: str | None, number: str, output: Path) -> None:
    """Make the notice for the board: number, day and nature of a case; why comes from standard input."""
    _make(tool, lambda purpose: Export(NOTICE, output, purpose), source, number)


@export_commands.command("register", cls=Command)
@source_option
@_output
@click.pass_obj
def export_register_command(tool: Tool, source: str | None, output: Path) -> None:
    """Make a file of the register; for whom and what for comes from standard input, and is put into each case."""
    _make(tool, lambda purpose: Export(REGISTER, output, purpose), source, None)


def _make(
    tool: Tool, make: Callable[[str], Export], source: str | None, number: str | None, ground: int | None = None
) -> None:
    """Make a file of a case, or of the register; ask for its purpose once it is clear that it can be made."""
    with tool.session() as session:
        cases = register_cases(session) if number is None else [session.case(number)]
        chosen = None if ground is None else chosen_ground([*grounds(cases[0])], ground)
        make("").check()
        with typed(source) as purpose, progress(_("Recording")) as watch:
            path = replace(make(purpose), ground=chosen).make(session, cases, watch)
        click.echo(os.fsencode(path))
