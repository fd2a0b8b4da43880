"""Commands that close a case, open it again, and approve another person's request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from keys.cases.outcomes import OUTCOMES, suggested_months
from keys.cases.requests import approve
from keys.cli.commands.case import reading_of
from keys.cli.commands.last_day import tell_last_day
from keys.cli.commands.message import source_option
from keys.cli.context import Command, Option, Tool, read_text, tell
from keys.cli.typed import use_text
from keys.sync import actions
from keys.wire.messages import Approval, Outcome
from keys.wording.cases import author_in_words, kind_in_words, needs_a_second
from keys.wording.words import _, date

if TYPE_CHECKING:
    from keys.cases.case import Case
    from keys.sync import RecipientSession


@click.command("close", cls=Command)
@click.option("--outcome", cls=Option, type=click.Choice(OUTCOMES), required=True, help="What it ended in.")
@click.option("--measures", cls=Option, type=click.Path(exists=True), help="A file that says what was done.")
@click.option("--grounds", cls=Option, type=click.Path(exists=True), help="A file that says on what grounds.")
@click.option(
    "--months",
    cls=Option,
    type=click.IntRange(1),
    help="For how many months it is kept; else as many as the policy has for such an outcome.",
)
@click.option("--reason", cls=Option, type=click.Path(exists=True), help="A file that says why it is kept so long.")
@source_option
@click.argument("number")
@click.pass_obj
def close_command(
    tool: Tool,
    outcome: str,
    measures: str | None,
    grounds: str | None,
    months: int | None,
    reason: str | None,
    source: str | None,
    number: str,
) -> None:
    """Close a case: the outcome for the register, and a text for the reporter that says it and why."""
    ended, why = Outcome(outcome, _given(measures), _given(grounds)), _given(reason)
    with tool.session() as session:
        terms = session.trust().roster.policy.retention
        wanted = suggested_months(terms, outcome) if months is None else months
        term = None if wanted == terms.months else wanted
        case = use_text(
            session, number, source, lambda case, text: actions.close(session, case, text, ended, term, why)
        )
        if case.is_closed:
            tell(_("The case is closed."))
        else:
            tell(_("The case stays open: the reporter wrote something that the closing did not know of. Read it."))
        tell_last_day(session, case)


@click.command("reopen", cls=Command)
@source_option
@click.argument("number")
@click.pass_obj
def reopen_command(tool: Tool, source: str | None, number: str) -> None:
    """Let a closed case go on; why comes from standard input."""
    with tool.session() as session:
        case = use_text(session, number, source, lambda case, text: actions.reopen(session, case, text), acts=False)
        tell(needs_a_second() if case.is_closed else _("The case is open again."))
        tell_last_day(session, case)


@click.command("approve", cls=Command)
@source_option
@click.argument("number")
@click.pass_obj
def approve_command(tool: Tool, source: str | None, number: str) -> None:
    """Approve of what another recipient asked for last: `meldbus read` shows what that is."""
    with tool.session() as session:
        case = use_text(
            session,
            number,
            source,
            lambda case, text: actions.write(session, case, approve(case, session.person, text)),
        )
        tell(_("You approve of this: %(what)s") % {"what": _asked_in_words(session, case)})
        tell_last_day(session, case)


def _asked_in_words(session: RecipientSession, case: Case) -> str:
    """Return what the last approval in a case approves."""
    written = case.latest(Approval)
    assert written
    assert isinstance(written.body, Approval)
    asked = case.find(written.body.message)
    assert asked
    words = [date(asked.day), author_in_words(asked, session.trust().persons), kind_in_words(asked.kind)]
    return " · ".join([*words, *reading_of(session, case).lines(asked)])


def _given(path: str | None) -> str:
    return "" if path is None else read_text(path)
