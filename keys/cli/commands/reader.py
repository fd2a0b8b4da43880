"""Commands that change the readers of a case: share, step-back."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from keys.cli.commands.case import reading_of
from keys.cli.commands.dossier import persons
from keys.cli.context import Command, Option, Tool, confirmed, tell
from keys.cli.typed import use_text
from keys.sync import actions
from keys.sync.shown import check_shown
from keys.wording.cases import names_in_words
from keys.wording.words import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keys.cases.case import Case
    from keys.cli.typed import Act
    from keys.sync import RecipientSession
    from keys.wire.ids import PersonId

STANDARD_INPUT = "-"
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
    with tool.session() as session:
        case, people = session.case(number), persons(session, names)
        if not yes and not _may_read(session, case, people, reason):
            tell(_("Nothing was changed."))
            return

        def hand_over(case: Case, text: str) -> Case:
            return actions.hand_over(session, case, people, text)

        case = _with_reason(session, number, reason, hand_over, acts=False)
        tell(_("From now on these people read case %(number)s too.") % {"number": case.number})


@click.command("step-back", cls=Command)
@click.option("--to", "names", cls=Option, multiple=True, help="Somebody of the roster who takes it over.")
@_yes
@_reason
@click.argument("number")
@click.pass_obj
def step_back_command(tool: Tool, names: tuple[str, ...], yes: bool, reason: str | None, number: str) -> None:
    """Step back from a case because of a conflict of interest: you can no longer open it, and the others go on."""
    with tool.session() as session:
        case, people = session.case(number), persons(session, names)
        if not yes and not _may_read(session, case, people, reason):
            tell(_("Nothing was changed."))
            return

        def step_back(case: Case, text: str) -> Case:
            actions.step_back(session, case, text, people)
            return case

        # A person with a conflict of interest has seen only whom it is about; one who has opened it must not leave a
        # new message unread.
        _with_reason(session, number, reason, step_back, is_open=False)
        tell(_("You do not read this case any more."))


def _may_read(session: RecipientSession, case: Case, people: Iterable[PersonId], reason: str | None) -> bool:
    """Ask about people who were not on the report's roster: the reporter could not leave them out (SPEC 12.4)."""
    new = strangers(session, case, people)
    if not new:
        return True
    tell(
        _("The reporter could not leave these people out, since they were no recipients yet: %(names)s.")
        % {"names": names_in_words(new, session.trust().persons)}
    )
    tell(f"{_('It is about:')} {reading_of(session, case).concerned()}")
    # The answer must not come from the pipe that brings the reason.
    return (reason != STANDARD_INPUT or sys.stdin.isatty()) and confirmed(_("May they read it?"))


def strangers(session: RecipientSession, case: Case, people: Iterable[PersonId]) -> frozenset[PersonId]:
    """Return those of these people who were not on the roster that the report names."""
    wanted = case.report.placed.head.roster
    listed = [
        {recipient.person for recipient in roster.recipients}
        for roster in session.trust().history.rosters
        if roster.id == wanted
    ]
    return frozenset(people).difference(*listed)


def _with_reason(
    session: RecipientSession, number: str, reason: str | None, act: Act, *, acts: bool = True, is_open: bool = True
) -> Case:
    """Do something in a case that was shown, with a reason if one is needed."""
    if reason is not None:
        source = None if reason == STANDARD_INPUT else reason
        return use_text(session, number, source, act, acts=acts, is_open=is_open)
    case = session.case(number)
    if is_open or session.person in case.opened_by:
        check_shown(session, case)
    return act(case, "")
