"""Commands about the server's log: whether it has changed, accepting another one, and alarms about its entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from keys.cases.numbers import case_number
from keys.cli.commands.sync import read_log
from keys.cli.context import Command, Commands, Option, Tool, as_json_option, confirmed, hint, tell
from keys.cli.scripts import write_json
from keys.roster.weeks import monday
from keys.sync import actions, differing_log
from keys.sync.notices import unseen_faults
from keys.wording.notices import notice_in_words
from keys.wording.words import _, date

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keys.sync import RecipientSession
    from keys.sync.differing_log import Difference


@click.group("log", cls=Commands, invoke_without_command=True)
@as_json_option
@click.pass_context
def log_commands(ctx: click.Context, as_json: bool) -> None:
    """Show whether the server's log is the one that you have read, and six words to compare with a colleague."""
    if ctx.invoked_subcommand is not None:
        return
    tool: Tool = ctx.obj
    with tool.session() as session:
        difference = differing_log.load_difference(session.vault)
        words = difference.words if difference else own_words(session)
    if as_json:
        write_json({"words": words, "difference": None if difference is None else _as_json(difference)})
        return
    if difference is None:
        tell(_("The server's log is the one that you have read."))
    else:
        for line in difference_in_words(difference):
            tell(line)
        hint(
            _(
                "Ask the operator whether a backup was put back. Compare the six words with a colleague, aloud. Only "
                "when both agree: `meldbus log accept`. If not, tell the board: somebody may show you another log."
            )
        )
    click.echo(words)


@log_commands.command("accept", cls=Command)
@click.option("--yes", cls=Option, is_flag=True, help="Do not ask: you have asked the operator and compared the words.")
@click.pass_obj
def accept_command(tool: Tool, yes: bool) -> None:
    """Go on with the server's log in place of the one that you have read, and give back what it has lost."""
    with tool.session() as session:
        difference = differing_log.load_difference(session.vault)
        if difference is None:
            tell(_("The server's log is the one that you have read."))
            return
        for line in difference_in_words(difference):
            tell(line)
        click.echo(difference.words)
        if not yes and not confirmed(_("Has the operator said why, and has a colleague read out the same six words?")):
            tell(_("Nothing was changed."))
            return
        given = actions.accept_log(session)
        tell(_("This log counts from now on. Given back of what it had lost: %(count)d.") % {"count": given.posted})
        if not given.is_reached or given.refused:
            hint(_("What could not be given back goes with your next sessions."))
        read_log(session)


@log_commands.command("give-chain", cls=Command)
@click.pass_obj
def give_chain_command(tool: Tool) -> None:
    """Give a server that was restored the newest list of recipients again; you have asked the operator before."""
    with tool.session() as session:
        if actions.give_newest_chain(session):
            tell(_("The server has the newest list again."))
            hint(_("`meldbus sync` goes on now."))
        else:
            tell(_("The server has the newest list already."))


@log_commands.command("seen", cls=Command)
@click.pass_obj
def seen_command(tool: Tool) -> None:
    """Say that you have read the alarms about wrong entries: those are not shown again, and new ones are."""
    with tool.session() as session:
        faulty = [entry for entries in unseen_faults(session.vault).values() for entry in entries]
        for notice in session.notices():
            if notice.fault:
                tell(notice_in_words(notice))
        actions.note_seen(session, faulty)
    if faulty:
        tell(_("This is not shown again. What is wrong with entries that come later is."))
    else:
        tell(_("There is no alarm about an entry of the log."))


def difference_in_words(difference: Difference) -> Iterator[str]:
    """Yield what is gone from the server's log, since when, and from which cases."""
    since = "-" if difference.since is None else date(difference.since)
    yield _("The server's log differs from the one that you have read: %(count)d entries are gone, since %(day)s.") % {
        "count": difference.gone,
        "day": since,
    }
    if difference.cases:
        yield _("Cases of yours that this touches: %(numbers)s. What you have of them is kept.") % {
            "numbers": ", ".join(sorted(map(case_number, difference.cases)))
        }
    else:
        yield _("It touches no case of yours.")


def own_words(session: RecipientSession) -> str:
    """Return six words of the log as this vault has read it, up to the last entry before this week (SPEC 10.4)."""
    end = session.vault.log.last_before(monday(session.today), session.trust().origin)
    return differing_log.spoken_digest(end.digest)


def _as_json(difference: Difference) -> dict[str, Any]:
    return {
        "last_common": difference.last_common,
        "gone": difference.gone,
        "since": None if difference.since is None else date(difference.since),
        "cases": sorted(map(case_number, difference.cases)),
    }
