"""Commands of a recipient about themselves: sync, away; all work is done by the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from keys.ceremony import look
from keys.cli.files import progress
from keys.cli.tool import Command, Option, Tool, hint, tell
from keys.policy import day_number
from keys.speech.cases import alarm_in_words
from keys.speech.notices import notice_in_words
from keys.speech.register import refused_in_words
from keys.speech.rosters import watched_in_words
from keys.speech.words import _, date

if TYPE_CHECKING:
    import datetime as dt

MANY = 20  # channels


@click.command("sync", cls=Command)
@click.pass_obj
def sync_command(tool: Tool) -> None:
    """Fetch what is new and renew your own keys; do this at least every three weeks."""
    with tool.desk() as desk:
        before = 0 if desk.is_restored else len(desk.summaries())
        with progress(_("Fetching")) as watch:
            # A few are there before a bar could be read.
            trust = desk.sync(lambda done, every: watch(done, every) if every >= MANY else None)
        cases = desk.summaries()
        tell(_("%(new)d new, %(all)d in all") % {"new": len(cases) - before, "all": len(cases)})
        for entry in desk.vault.spoilt_entries():
            tell(f"{date(entry.day)}: {alarm_in_words(entry.code)}")
        for stone in desk.refused_tombstones():
            tell(f"{date(stone.day)}: {refused_in_words()}")
        for notice in desk.notices():
            tell(notice_in_words(notice))
        published = look(tool.home, desk.courier)
        if published is not None:
            tell(watched_in_words(published, tool.today()))
        if desk.wants_backup:
            hint(
                _("A case was destroyed: `meldbus backup FILE` now, and delete the older backups, which still hold it.")
            )
        if trust.roster.find(desk.signer.public) is None and trust.history.newest.find(desk.signer.public) is not None:
            tell(_("You receive reports from %(day)s on.") % {"day": date(trust.history.newest.start)})
        elif trust.roster.find(desk.signer.public) is None:
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
