"""Commands that move the last day of a case, and the one that destroys the own copy after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from keys.cases.requests import ask_purge, hold, object_to, retention
from keys.cli.dossiers import policy_of, record
from keys.cli.tool import Command, Option, Tool, confirmed, hint, read_text, tell
from keys.cli.writing import source_option
from keys.errors import AmbiguousNumberError, NoCaseError
from keys.policy import day_number
from keys.speech.words import _, date, one_line
from keys.sync import actions
from keys.wire.messages import Purge

if TYPE_CHECKING:
    import datetime as dt

    from keys.cases.case import Case
    from keys.vault.destroyed import DestroyedCase


@click.command("retention", cls=Command)
@click.option("--months", cls=Option, type=click.IntRange(1), required=True, help="For how many months it is kept.")
@source_option
@click.argument("number")
@click.pass_obj
def retention_command(tool: Tool, months: int, source: str | None, number: str) -> None:
    """Say for how many months a closed case is kept, and why; a shorter time takes another person's approval."""
    text = read_text(source)
    record(tool, number, lambda session, case: retention(case, months, text, policy_of(session)), then=tell_last_day)


@click.command("hold", cls=Command)
@click.option(
    "--until", cls=Option, type=click.DateTime(["%Y-%m-%d"]), required=True, help="The day before which it stays."
)
@source_option
@click.argument("number")
@click.pass_obj
def hold_command(tool: Tool, until: dt.datetime, source: str | None, number: str) -> None:
    """Keep a case from being destroyed before a day; alone for at most 30 days, approved for at most 183."""
    text, last = read_text(source), day_number(until.date())
    record(tool, number, lambda session, case: hold(case, text, last, session.today), then=tell_last_day)


@click.command("purge", cls=Command)
@source_option
@click.argument("number")
@click.pass_obj
def purge_command(tool: Tool, source: str | None, number: str) -> None:
    """Ask to destroy a case before its day, and say why; it destroys nothing before another person approves."""
    text = read_text(source)
    record(tool, number, lambda _session, case: ask_purge(case, text), then=tell_last_day)
    hint(
        _(
            "If another person who reads it approves within 30 days, its last day is the seventh day after that. "
            "Until then everybody who reads it can object."
        )
    )


@click.command("object", cls=Command)
@click.argument("number")
@click.pass_obj
def object_command(tool: Tool, number: str) -> None:
    """Object to destroying a case before its day: then it keeps its day."""
    record(tool, number, lambda session, case: object_to(case, session.person), then=tell_last_day)


@click.command("destroy-own-copy", cls=Command)
@click.option("--yes", cls=Option, is_flag=True, help="Do not ask.")
@click.argument("number")
@click.pass_obj
def destroy_own_copy_command(tool: Tool, yes: bool, number: str) -> None:
    """Destroy your own copy of a case whose last day has passed, where the server does not answer any more."""
    with tool.session() as session:
        case = session.case(number)
        if not yes and not confirmed(_("Destroy your own copy of this case? Nothing brings it back.")):
            tell(_("Nothing was changed."))
            return
        say_destroyed(actions.destroy_own_copy(session, case))


@click.command("take-again", cls=Command)
@click.argument("number")
@click.pass_obj
def take_again_command(tool: Tool, number: str) -> None:
    """Take a case again that was destroyed here: the others are asked for it, and give what you may read."""
    with tool.session() as session:
        found = [one.case for one in session.vault.destroyed.all() if one.number == number.strip().lower()]
        if len(found) != 1:
            raise AmbiguousNumberError if found else NoCaseError
        actions.take_again(session, found[0])
    tell(_("`meldbus sync` asks the others for it. It comes with what they send next."))


def tell_last_day(case: Case) -> None:
    """Say on which day a case is to be destroyed, or that it has no such day, and whether an approval is waited for."""
    if case.last_day is None:
        tell(_("It has no last day: it is kept."))
        if case.waiting and case.latest(Purge):
            tell(_("Nothing is destroyed while a message of the reporter is unanswered."))
    else:
        tell(
            _("Its last day is %(day)s. After it each tool destroys its copy, once it has known that for seven days.")
            % {"day": date(case.last_day.day)}
        )
    tell_awaiting(case)


def tell_awaiting(case: Case) -> None:
    """Say where something in a case waits for the approval of another person."""
    if case.awaiting:
        tell(_("Another person who reads it has to approve before this works: `meldbus approve`."))


def say_destroyed(destroyed: DestroyedCase) -> None:
    """Say that a case is destroyed here, and which files of it may lie on this disk."""
    tell(_("Case %(number)s is destroyed on this computer.") % {"number": destroyed.number})
    for path in destroyed.paths:
        tell(_("A file of it may still lie here: %(path)s") % {"path": one_line(str(path))})
    hint(_("Make a new backup now, and delete the older ones: the case is still in them."))
