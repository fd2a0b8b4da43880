"""Commands that move the last day of a case, and the one that destroys the own copy after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from keys.cases.requests import ask_purge, hold, object_to, retention
from keys.cli.commands.dossier import policy_of, record, record_text
from keys.cli.commands.message import source_option
from keys.cli.context import Command, Option, Tool, confirmed, hint, tell
from keys.errors import AmbiguousNumberError, NoCaseError
from keys.policy import day_number
from keys.sync import actions
from keys.wire.messages import Body, Purge
from keys.wording.cases import destroyed_in_words
from keys.wording.words import _, date, one_line

if TYPE_CHECKING:
    import datetime as dt

    from keys.cases.case import Case
    from keys.sync import RecipientSession
    from keys.vault.destroyed import DestroyedCase


@click.command("retention", cls=Command)
@click.option("--months", cls=Option, type=click.IntRange(1), required=True, help="For how many months it is kept.")
@source_option
@click.argument("number")
@click.pass_obj
def retention_command(tool: Tool, months: int, source: str | None, number: str) -> None:
    """Say for how many months a closed case is kept, and why; a shorter time takes another person's approval."""

    def term(session: RecipientSession, case: Case, text: str) -> Body:
        return retention(case, months, text, policy_of(session))

    record_text(tool, number, source, term, then=tell_last_day)


@click.command("hold", cls=Command)
@click.option(
    "--until",
    cls=Option,
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    help="The day until which the case is kept at least.",
)
@source_option
@click.argument("number")
@click.pass_obj
def hold_command(tool: Tool, until: dt.datetime, source: str | None, number: str) -> None:
    """Keep a case from being destroyed before a day; alone for at most 30 days, approved for at most 183."""
    last = day_number(until.date())

    def held(session: RecipientSession, case: Case, text: str) -> Body:
        return hold(case, text, last, session.today)

    record_text(tool, number, source, held, then=tell_last_day)


@click.command("purge", cls=Command)
@source_option
@click.argument("number")
@click.pass_obj
def purge_command(tool: Tool, source: str | None, number: str) -> None:
    """Ask to destroy a case before its day, and say why; it destroys nothing before another person approves."""

    def wanted(_session: RecipientSession, case: Case, text: str) -> Body:
        return ask_purge(case, text)

    record_text(tool, number, source, wanted, then=tell_last_day, acts=True)
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


def tell_last_day(session: RecipientSession, case: Case) -> None:
    """Print the day on which a case is to be destroyed, or that it has none, and whether an approval is missing."""
    if case.last_day is None:
        tell(_("It has no last day: it is kept."))
        if case.waiting and case.latest(Purge):
            tell(_("Nothing is destroyed while a message of the reporter is unanswered."))
    else:
        found = session.destruction(case)
        here = [] if found is None else [destroyed_in_words(found)]
        tell(" ".join([_("Its last day is %(day)s.") % {"day": date(case.last_day.day)}, *here]))
    tell_awaiting(session, case)


def tell_awaiting(_session: RecipientSession, case: Case) -> None:
    """Print that a message in a case waits for the approval of another person, if one does."""
    if case.awaiting:
        tell(_("Another person who reads it has to approve before this works: `meldbus approve`."))


def say_destroyed(destroyed: DestroyedCase) -> None:
    """Print that a case is destroyed here, and which of its files may still be on this disk."""
    tell(_("Case %(number)s is destroyed on this computer.") % {"number": destroyed.number})
    for path in destroyed.paths:
        tell(_("A file of it may still lie here: %(path)s") % {"path": one_line(str(path))})
    hint(_("Make a new backup now, and delete the older ones: the case is still in them."))
