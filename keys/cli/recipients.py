"""Commands of a recipient: sync, list, read, share; all work is done by the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from keys.cases import clocks, happened_in
from keys.cli.bodies import Reading
from keys.cli.conversation import ALARMS, conversation
from keys.cli.tool import Command, Option, Tool, hint, tell
from keys.cli.words import _, columns, date, harmless
from keys.errors import NetworkError, NoCaseError
from keys.policy import day_number
from keys.sync import Desk, load_trust

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from keys.cases import Alarm, Case
    from keys.policy import Policy
    from keys.roster import Recipient


@click.command("sync", cls=Command)
@click.pass_obj
def sync_command(tool: Tool) -> None:
    """Fetch what is new and renew your own keys; do this at least every three weeks."""
    with tool.desk() as desk:
        before = len(desk.cases())
        trust = desk.sync()
        cases = desk.cases()
        tell(_("%(new)d new, %(all)d in all") % {"new": len(cases) - before, "all": len(cases)})
        for entry in desk.vault.spoilt_entries():
            tell(f"{date(entry.day)}: " + _(ALARMS.get(entry.code, ALARMS["spoilt"])))
        if trust.roster.find(desk.signer.public) is None:
            hint(_("You are no longer on the roster: you can read what you have, and nothing new."))


@click.command("away", cls=Command)
@click.option("--until", cls=Option, type=click.DateTime(["%Y-%m-%d"]), help="The last day on which you are away.")
@click.option("--back", cls=Option, is_flag=True, help="You are back.")
@click.pass_obj
def away_command(tool: Tool, until: dt.datetime | None, back: bool) -> None:
    """Say that you are away: where the policy wants it, reports go to others too until you are back."""
    if back == (until is not None):
        raise click.UsageError(_("Give either --until or --back."))
    day = 0 if until is None else day_number(until.date())
    if until is not None and day < tool.today():
        raise click.UsageError(_("This day has passed."))
    with tool.desk() as desk:
        desk.be_away(day)
    tell(_("Reporters' pages know it from now on."))


@click.command("list", cls=Command)
@click.pass_obj
def list_command(tool: Tool) -> None:
    """List the cases that you can open, the latest word last."""
    with tool.desk() as desk:
        rows = [
            (case.number, date(case.report.day), date(case.said[-1].day), _state(case, alarms, desk))
            for case, alarms in desk.cases()
        ]
    if rows:
        for line in columns([(_("number"), _("received"), _("latest"), _("state")), *rows]):
            click.echo(line)
    else:
        hint(_("There is nothing here. `meldbus sync` fetches what is new."))


@click.command("read", cls=Command)
@click.option("--identity", cls=Option, is_flag=True, help="Show who the reporter is too, where they said so.")
@click.argument("number")
@click.pass_obj
def read_command(tool: Tool, identity: bool, number: str) -> None:
    """Show a case, and tell the reporter that you have opened it."""
    with tool.desk() as desk:
        case, alarms = desk.case(number)
        trust = load_trust(desk.vault)
        people = trust.people
        click.echo(_("Case %(number)s") % {"number": case.number})
        click.echo(_("Can be read by: %(names)s") % {"names": _names(case.readers, people)})
        unread = case.readers - case.opened_by - {desk.signer.public}
        if unread:
            click.echo(_("Not opened yet by: %(names)s") % {"names": _names(unread, people)})
        for line in _due(case, trust.roster.policy):
            click.echo(line)
        reading = Reading(case, people, trust.roster.policy, identity=identity)
        for line in conversation(reading, alarms, desk.vault.saved):
            click.echo(line)
        if trust.roster.find(desk.signer.public) is None:
            return
        try:
            desk.confirm_opened(case)
        except NetworkError:
            hint(_("The reporter could not be told that you have opened it: the server was not reached."))


@click.command("share", cls=Command)
@click.argument("number")
@click.argument("name")
@click.pass_obj
def share_command(tool: Tool, number: str, name: str) -> None:
    """Let another recipient of the roster read a case, unless the reporter left them out."""
    with tool.desk() as desk:
        case, _alarms = desk.case(number)
        roster = load_trust(desk.vault).roster
        newcomers = [person.identity for person in roster.recipients if person.name == name]
        if not newcomers:
            raise NoCaseError(_("nobody of this name is on the roster"))
        desk.hand_over(case, newcomers)
    tell(_("sent"))


def _due(case: Case, policy: Policy) -> Iterator[str]:
    happened = happened_in(case)
    due = clocks(policy, happened)
    if happened.acknowledged is None:
        yield _("To be acknowledged by: %(day)s") % {"day": date(due.acknowledgement)}
    if happened.informed is None:
        yield _("What is done has to be told by: %(day)s") % {"day": date(due.feedback)}


def _state(case: Case, alarms: tuple[Alarm, ...], desk: Desk) -> str:
    states = []
    if alarms:
        states.append(_("ALARM"))
    if desk.signer.public not in case.opened_by:
        states.append(_("new"))
    if not case.acknowledged:
        states.append(_("to be acknowledged"))
    states.append(_("waits for us") if case.waits_for_us else _("waits for the reporter"))
    return ", ".join(states)


def _names(identities: frozenset[bytes], people: Mapping[bytes, Recipient]) -> str:
    listed = [people[identity] for identity in identities if identity in people]
    return ", ".join(sorted(harmless(f"{person.name} ({person.role})") for person in listed))
