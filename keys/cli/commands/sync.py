"""Commands that read the log and renew the own keys: sync, away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from keys.cases.numbers import case_number
from keys.ceremony import look
from keys.cli.context import Command, Option, Tool, confirmed, end_session, hint, tell
from keys.errors import NetworkError
from keys.policy import day_number
from keys.sync import actions
from keys.wording.notices import notice_in_words
from keys.wording.rosters import watched_in_words
from keys.wording.words import _, date, explain, harmless

if TYPE_CHECKING:
    import datetime as dt

    from keys.sync import RecipientSession, Synced

MANY = 1000  # entries, after each of which the progress is printed


@click.command("sync", cls=Command)
@click.option("--all", "everything", cls=Option, is_flag=True, help="Read on after 1 GiB without asking, for scripts.")
@click.pass_obj
def sync_command(tool: Tool, everything: bool) -> None:
    """Read what is new and renew your own keys, then send what waits; do this at least every three weeks."""
    with tool.session() as session:
        before = 0 if session.is_restored else len(session.summaries())
        read_log(session, everything=everything)
        every = len(session.summaries())
        tell(_("%(new)d new, %(all)d in all") % {"new": max(every - before, 0), "all": every})
        tell_notices(session)
        tell_last_words(session)
        published = look(tool.home, session.courier)
        if published is not None:
            tell(watched_in_words(published, tool.today()))
        _tell_place_on_roster(session)


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
    with tool.session() as session:
        actions.be_away(session, day)
    tell(_("Reporters' pages know it from now on."))


def read_log(session: RecipientSession, *, everything: bool = False) -> Synced:
    """Sync, and ask before each further GiB unless `everything` is wanted; return the result of the last sync."""
    counter = _Counter()
    synced = session.sync(counter.at)
    # Only while it makes progress: a server must not keep a script busy forever.
    while (
        synced.asks_to_go_on
        and synced.new_entries
        and (everything or confirmed(_("1 GiB was read, and there is more. Read on?")))
    ):
        synced = session.sync(counter.at)
    if synced.asks_to_go_on:
        hint(_("`meldbus sync --all` reads the rest. Until then no key is renewed, and no case is destroyed."))
    return synced


def read_once(session: RecipientSession) -> None:
    """Read the log after joining, which makes the first keys, and end the session; without a network do it later."""
    try:
        read_log(session)
    except NetworkError as error:
        # Joining is done; reading can be repeated.
        tell(explain(error))
    end_session(session)


class _Counter:
    """The progress of a long reading, whose total nobody knows before the end."""

    def __init__(self) -> None:
        self._thousands = 0

    def at(self, count: int, _every: int) -> None:
        """Print how many entries were read, once for each thousand."""
        if count // MANY > self._thousands:
            self._thousands = count // MANY
            tell(_("%(count)d entries read") % {"count": count})


def tell_last_words(session: RecipientSession) -> None:
    """Show what reporters wrote in cases that were destroyed here, once, and then forget it (SPEC 12.7)."""
    for words in session.vault.destroyed.last_words():
        tell(
            _("In case %(number)s, which is destroyed here, the reporter still wrote on %(day)s:")
            % {"number": case_number(words.case), "day": date(words.day)}
        )
        for line in harmless(words.text).splitlines():
            click.echo(f"  {line}")
    with session.vault.transaction():
        session.vault.destroyed.forget_last_words()


def tell_notices(session: RecipientSession) -> None:
    """Print the notices for the vault's owner, each with its remedy."""
    for notice in session.notices():
        tell(notice_in_words(notice))


def _tell_place_on_roster(session: RecipientSession) -> None:
    trust, own = session.trust(), session.signer.public
    if trust.roster.find(own) is not None:
        return
    if trust.history.newest.find(own) is not None:
        tell(_("You receive reports from %(day)s on.") % {"day": date(trust.history.newest.start)})
    else:
        hint(_("You are not on the list of recipients any more: the cases are closed to you, and nothing new comes."))
