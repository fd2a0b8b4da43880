"""Commands that show cases: list, status, read; all work is done by the desk."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from keys.cases import standing, summarise
from keys.cases.listing import ALL, FILTERS, SORTS, stands_in
from keys.cases.summary import NEW, OURS
from keys.cli.conversation import conversation, messages
from keys.cli.scripts import case_as_json, summary_as_json
from keys.cli.tool import Command, Option, Tool, hint, read_text, tell
from keys.errors import NetworkError
from keys.speech.bodies import Reading
from keys.speech.cases import STATES, due_in_words, names_in_words
from keys.speech.notices import notice_in_words
from keys.speech.words import _, columns, date, harmless
from keys.sync import load_trust
from keys.wire import kinds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keys.cases import Alarm, Case, Standing, Summary
    from keys.sync import Desk, Trust

# What `meldbus status` ends with, for scripts; 1 and 2 say that the tool itself failed.
TO_DO = 3
OVERDUE = 4

as_json = click.option("--json", "as_json", cls=Option, is_flag=True, help="Write JSON, for scripts.")


@click.command("list", cls=Command)
@click.option("--show", cls=Option, type=click.Choice([*FILTERS]), default=ALL, help="Only those of this state.")
@click.option(
    "--sort", cls=Option, type=click.Choice([*SORTS]), help="In this order, the first one first, as in the inbox."
)
@click.option(
    "--search",
    cls=Option,
    is_flag=True,
    help="Only those in which every word stands that is read from standard input, where no history keeps it.",
)
@as_json
@click.pass_obj
def list_command(tool: Tool, show: str, sort: str | None, search: bool, as_json: bool) -> None:
    """List the cases that you can open, the latest word last."""
    query = read_text(None) if search else ""
    with tool.desk() as desk:
        trust = load_trust(desk.vault)
        rows = [row for row in _listed(desk, trust, tool) if FILTERS[show](*row)]
        if search:
            words = desk.words()
            rows = [row for row in rows if stands_in(query, words.get(row[0].id, ""))]
    if sort:
        rows.sort(key=lambda row: SORTS[sort](*row))
    if as_json:
        _write_json([summary_as_json(summary, found, trust.recipients_by_id) for summary, found in rows])
    elif rows:
        heads = (_("number"), _("received"), _("latest"), _("on it"), _("state"))
        for line in columns([heads, *(_row(summary, found, trust) for summary, found in rows)]):
            click.echo(line)
    elif search or show != ALL:
        hint(_("There is no such case here."))
    else:
        hint(_("There is nothing here. `meldbus sync` fetches what is new."))


@click.command("status", cls=Command)
@as_json
@click.pass_context
def status_command(ctx: click.Context, as_json: bool) -> None:
    """Say what has to be done; ends with 0 for nothing, 3 for something, 4 for something overdue."""
    tool: Tool = ctx.obj
    with tool.desk() as desk:
        trust = load_trust(desk.vault)
        rows = [(summary, found) for summary, found in _listed(desk, trust, tool) if _asks(summary, found)]
        until, notices = desk.opens_until(), desk.notices()
    if as_json:
        ends = {"keys_until": date(until), "roster_until": date(trust.roster.until)}
        _write_json(
            ends | {"cases": [summary_as_json(summary, found, trust.recipients_by_id) for summary, found in rows]}
        )
    else:
        for summary, found in rows:
            click.echo(f"{summary.number}: {_what(summary, found)}")
        for notice in notices:
            tell(notice_in_words(notice))
        tell(
            _("Your keys open what comes until %(keys)s; the roster ends on %(roster)s.")
            % {"keys": date(until), "roster": date(trust.roster.until)}
        )
    if any(found.is_overdue for _summary, found in rows):
        ctx.exit(OVERDUE)
    ctx.exit(TO_DO if rows else 0)


@click.command("read", cls=Command)
@click.option(
    "--not-involved", cls=Option, is_flag=True, help="You have seen whom it is about, and are not too near to it."
)
@click.option(
    "--identity",
    cls=Option,
    is_flag=True,
    help="Show who the reporter is too, where they said so. What for is read from standard input, and is recorded.",
)
@as_json
@click.argument("number")
@click.pass_obj
def read_command(tool: Tool, not_involved: bool, identity: bool, as_json: bool, number: str) -> None:
    """Show a case, and tell the reporter that you have opened it; the first time only whom it is about."""
    purpose = read_text(None) if identity else ""
    with tool.desk() as desk:
        case, alarms = desk.case(number)
        trust = load_trust(desk.vault)
        reading = Reading(case, trust.recipients_by_id, trust.roster.policy, identity=identity)
        if desk.signer.public not in case.opened_by and not not_involved:
            click.echo(_("Case %(number)s") % {"number": case.number})
            click.echo(f"{_('It is about:')} {reading.concerned()}")
            hint(_("Are you too near to it? Then `meldbus step-back`. If not: `meldbus read --not-involved`."))
            return
        if identity:
            case = desk.reveal(case, purpose)
            reading = Reading(case, trust.recipients_by_id, trust.roster.policy, identity=True)
        if as_json:
            summary = summarise(case, desk.signer.public, alarms)
            _write_json(case_as_json(reading, alarms, summary, _standing(tool, desk, case, trust), desk.vault.saved))
        else:
            for line in _shown(tool, desk, reading, alarms, trust):
                click.echo(line)
        if trust.roster.find(desk.signer.public) is None:
            return
        try:
            desk.confirm_opened(case)
        except NetworkError:
            hint(_("The reporter could not be told that you have opened it: the server was not reached."))


def _shown(tool: Tool, desk: Desk, reading: Reading, alarms: tuple[Alarm, ...], trust: Trust) -> Iterator[str]:
    case = reading.case
    yield _("Case %(number)s") % {"number": case.number}
    yield _("Can be read by: %(names)s") % {"names": names_in_words(case.readers, trust.recipients_by_id)}
    unread = case.readers - case.opened_by - case.people.same_people([desk.signer.public])
    if unread:
        yield _("Not opened yet by: %(names)s") % {"names": names_in_words(unread, trust.recipients_by_id)}
    for due in _standing(tool, desk, case, trust).due:
        yield due_in_words(due)
    yield from conversation(reading, alarms, desk.vault.saved)
    dossier = [said for said in case.dossier.said if not isinstance(said.message.head.body, kinds.Begun)]
    if dossier or case.dossier.alarms:
        yield ""
        yield _("=== The dossier, which the reporter does not see")
        yield from messages(reading, case.dossier.said, case.dossier.alarms, desk.vault.saved)


def _standing(tool: Tool, desk: Desk, case: Case, trust: Trust) -> Standing:
    policy = trust.roster.policy
    return standing(summarise(case, desk.signer.public), policy, policy.day(tool.clock()))


def _listed(desk: Desk, trust: Trust, tool: Tool) -> list[tuple[Summary, Standing]]:
    policy = trust.roster.policy
    today = policy.day(tool.clock())
    summaries = sorted(desk.summaries().values(), key=lambda summary: summary.latest)
    return [(summary, standing(summary, policy, today)) for summary in summaries]


def _asks(summary: Summary, found: Standing) -> bool:
    return summary.state in (NEW, OURS) or summary.alarms > 0 or found.is_near


def _row(summary: Summary, found: Standing, trust: Trust) -> tuple[str, ...]:
    people = [
        harmless(trust.recipients_by_id[name].name) for name in summary.assigned if name in trust.recipients_by_id
    ]
    return (
        summary.number,
        date(summary.happened.received),
        date(summary.latest),
        ", ".join(sorted(people)) or "-",
        _what(summary, found),
    )


def _what(summary: Summary, found: Standing) -> str:
    alarm = [_("ALARM")] if summary.alarms else []
    return "; ".join([*alarm, _(STATES[summary.state]), *map(due_in_words, found.due)])


def _write_json(value: object) -> None:
    # Escaped: what drives a terminal stays a number.
    json.dump(value, sys.stdout, indent=2, ensure_ascii=True)
    click.echo()
