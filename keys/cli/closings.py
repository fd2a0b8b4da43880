"""Commands that close a case, open it again, and approve what another person asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from keys.cases.outcomes import OUTCOMES, suggested_months
from keys.cases.requests import approve, reopen
from keys.cli.dossiers import record
from keys.cli.last_day import tell_last_day
from keys.cli.reading import reading_of
from keys.cli.tool import Command, Option, Tool, read_text, tell
from keys.cli.writing import source_option
from keys.speech.cases import author_in_words, kind_in_words
from keys.speech.words import _, date
from keys.sync import actions
from keys.sync.shown import check_shown
from keys.wire.messages import Approval, Outcome

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
    text = read_text(source)
    ended = Outcome(outcome, _given(measures), _given(grounds))
    with tool.session() as session:
        case = session.case(number)
        check_shown(session, case)
        terms = session.trust().roster.policy.retention
        wanted = suggested_months(terms, outcome) if months is None else months
        case = actions.close(session, case, text, ended, None if wanted == terms.months else wanted, _given(reason))
        if case.is_closed:
            tell(_("The case is closed."))
        else:
            tell(_("The case stays open: the reporter wrote something that the closing did not know of. Read it."))
        tell_last_day(case)


@click.command("reopen", cls=Command)
@source_option
@click.argument("number")
@click.pass_obj
def reopen_command(tool: Tool, source: str | None, number: str) -> None:
    """Let a closed case go on; why comes from standard input."""
    text = read_text(source)
    record(tool, number, lambda _session, case: reopen(case, text), then=tell_last_day)


@click.command("approve", cls=Command)
@source_option
@click.argument("number")
@click.pass_obj
def approve_command(tool: Tool, source: str | None, number: str) -> None:
    """Approve of what another recipient asked for last: `meldbus read` shows what that is."""
    text = read_text(source)

    with tool.session() as session:
        case = session.case(number)
        check_shown(session, case)
        body = approve(case, session.person, text)
        case = actions.write(session, case, body)
        tell(_("You approve of this: %(what)s") % {"what": _asked_in_words(session, case, body)})
        tell_last_day(case)


def _asked_in_words(session: RecipientSession, case: Case, approval: Approval) -> str:
    asked = case.find(approval.message)
    assert asked
    words = [date(asked.day), author_in_words(asked, session.trust().persons), kind_in_words(asked.kind)]
    return " · ".join([*words, *reading_of(session, case).lines(asked)])


def _given(path: str | None) -> str:
    return "" if path is None else read_text(path)
