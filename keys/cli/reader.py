"""Commands about who reads a case: share, step-back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from keys.cli.dossiers import persons
from keys.cli.reading import reading_of
from keys.cli.tool import Command, Option, Tool, confirmed, read_text, tell
from keys.speech.cases import names_in_words
from keys.speech.words import _
from keys.sync import actions
from keys.sync.shown import check_shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keys.cases.case import Case
    from keys.sync import RecipientSession
    from keys.wire.ids import PersonId

_reason = click.option(
    "--reason", "reason", cls=Option, type=click.Path(exists=True, allow_dash=True), help="Read why from a file, or -."
)
_yes = click.option("--yes", cls=Option, is_flag=True, help="Do not ask: you have seen whom the report is about.")


@click.command("share", cls=Command)
@_yes
@_reason
@click.argument("number")
@click.argument("names", nargs=-1, required=True)
@click.pass_obj
def share_command(tool: Tool, yes: bool, reason: str | None, number: str, names: tuple[str, ...]) -> None:
    """Let other recipients of the roster read a case, unless the reporter left them out; it asks about new ones."""
    text = _why(reason)
    with tool.session() as session:
        case = session.case(number)
        check_shown(session, case)
        people = persons(session, names)
        if not yes and not _may_read(session, case, people):
            tell(_("Nothing was changed."))
            return
        actions.hand_over(session, case, people, text)
        tell(_("From now on these people read case %(number)s too.") % {"number": case.number})


@click.command("step-back", cls=Command)
@click.option("--to", "names", cls=Option, multiple=True, help="Somebody of the roster who takes it over.")
@_yes
@_reason
@click.argument("number")
@click.pass_obj
def step_back_command(tool: Tool, names: tuple[str, ...], yes: bool, reason: str | None, number: str) -> None:
    """Say that you are too near to a case: it is closed to you from then on, and the others go on."""
    text = _why(reason)
    with tool.session() as session:
        case = session.case(number)
        # Who is too near has seen only whom it is about; who has opened it must not leave a new message unread.
        if session.person in case.opened_by:
            check_shown(session, case)
        people = persons(session, names)
        if not yes and not _may_read(session, case, people):
            tell(_("Nothing was changed."))
            return
        actions.step_back(session, case, text, people)
        tell(_("You do not read this case any more."))


def _may_read(session: RecipientSession, case: Case, people: Iterable[PersonId]) -> bool:
    """Ask about those who were not on the report's roster: the reporter could not leave them out (SPEC 12.4)."""
    new = strangers(session, case, people)
    if not new:
        return True
    tell(
        _("The reporter could not leave these people out, since they were no recipients yet: %(names)s.")
        % {"names": names_in_words(new, session.trust().persons)}
    )
    tell(f"{_('It is about:')} {reading_of(session, case).concerned()}")
    return confirmed(_("May they read it?"))


def strangers(session: RecipientSession, case: Case, people: Iterable[PersonId]) -> frozenset[PersonId]:
    """Return who of these people was not on the roster that the report names."""
    wanted = case.report.placed.head.roster
    listed = [
        {recipient.person for recipient in roster.recipients}
        for roster in session.trust().history.rosters
        if roster.id == wanted
    ]
    return frozenset(people).difference(*listed)


def _why(reason: str | None) -> str:
    return "" if reason is None else read_text(None if reason == "-" else reason)
