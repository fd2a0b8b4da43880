"""Commands of the outbox: waiting messages, those put aside, and the owner's decision about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from keys.cases.numbers import case_number
from keys.cli.commands.sync import read_log
from keys.cli.context import Command, Commands, Option, Tool, as_json_option, hint, tell
from keys.cli.scripts import write_json
from keys.errors import NoCaseError
from keys.sync import actions
from keys.vault.outbox_store import State
from keys.wording.cases import kind_in_words
from keys.wording.outbox import SEND_NOW, sent_in_words, state_in_words
from keys.wording.words import _, columns, date, size_in_words

if TYPE_CHECKING:
    from keys.sync import RecipientSession
    from keys.vault.outbox_store import Outgoing


@click.group("outbox", cls=Commands, invoke_without_command=True)
@as_json_option
@click.pass_context
def outbox_commands(ctx: click.Context, as_json: bool) -> None:
    """Show what waits to be sent and what was put aside; send it after all, or drop it."""
    if ctx.invoked_subcommand is not None:
        return
    tool: Tool = ctx.obj
    with tool.session() as session:
        outgoing = session.vault.outbox.all()
    if as_json:
        write_json([_as_json(one) for one in outgoing])
        return
    if not outgoing:
        tell(_("Nothing waits."))
        return
    heads = ("", _("case"), _("what"), _("written"), _("size"), _("state"))
    for line in columns([heads, *map(_row, outgoing)]):
        click.echo(line)
    if any(one.state is State.PUT_ASIDE for one in outgoing):
        hint(_("`meldbus outbox send N` sends what was put aside after all, `meldbus outbox drop N` takes it out."))


@outbox_commands.command("send", cls=Command)
@click.option("--now", cls=Option, is_flag=True, help="Send all that waits at once, without cover entries.")
@click.argument("item", type=int, required=False)
@click.pass_obj
def send_command(tool: Tool, now: bool, item: int | None) -> None:
    """Send what was put aside after all, by its number in the list; or, with --now, all that waits."""
    if now == (item is not None):
        raise click.UsageError(_("Give either a number of `meldbus outbox` or --now."))
    with tool.session() as session:
        if item is not None:
            actions.send_anyway(session, _put_aside(session, item).message.mac)
            read_log(session)
            return
        hint(_(SEND_NOW))
        sent = session.send_now()
        tell(sent_in_words(sent, session.vault.outbox.all()))


@outbox_commands.command("drop", cls=Command)
@click.argument("item", type=int)
@click.pass_obj
def drop_command(tool: Tool, item: int) -> None:
    """Take out what was put aside: it is never sent."""
    with tool.session() as session:
        actions.drop(session, _put_aside(session, item).message.mac)
    tell(_("It is taken out, and is never sent."))


def _put_aside(session: RecipientSession, number: int) -> Outgoing:
    """Return the message put aside under a number of the list; raise NoCaseError if none exists."""
    for one in actions.put_aside(session):
        if one.number == number:
            return one
    raise NoCaseError(_("nothing was put aside under this number"))


def _row(one: Outgoing) -> tuple[str, ...]:
    case = one.message.case
    return (
        str(one.number),
        "-" if case is None else case_number(case),
        kind_in_words(one.message.head.kind),
        date(one.message.head.day),
        size_in_words(one.size),
        state_in_words(one),
    )


def _as_json(one: Outgoing) -> dict[str, Any]:
    case = one.message.case
    return {
        "number": one.number,
        "case": None if case is None else case_number(case),
        "kind": one.message.head.kind,
        "day": date(one.message.head.day),
        "size": one.size,
        "state": one.state.value,
        "reason": None if one.reason is None else one.reason.value,
    }
