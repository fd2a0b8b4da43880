"""Commands of the roster: make, sign, show, publish; see docs/ceremony.md."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import segno

from keys.ceremony import (
    NAMESAKE,
    RENAMED,
    Card,
    Changes,
    Doubt,
    Draft,
    look,
    make_roster,
    parse_roots,
    publish,
    read_policy,
    signatures,
    watch,
    watched,
)
from keys.cli.context import Command, Commands, Option, Tool, hint, tell
from keys.errors import ExistsError
from keys.identity import replace, write_new
from keys.policy import day_number
from keys.roster import address, words
from keys.wording.rosters import watched_in_words
from keys.wording.words import _, columns, date, harmless

if TYPE_CHECKING:
    import datetime as dt


PATH = click.Path(path_type=Path)
EXISTING = click.Path(path_type=Path, exists=True, dir_okay=False)
DAY = click.DateTime(["%Y-%m-%d"])


@click.group("roster", cls=Commands)
def roster_commands() -> None:
    """Make, sign, show and publish the list of who receives reports."""


@roster_commands.command("make", cls=Command)
@click.option("--root", cls=Option, type=EXISTING, required=True, help="The file root.signed.")
@click.option("--policy", cls=Option, type=EXISTING, required=True, help="The file policy.toml.")
@click.option("--after", cls=Option, type=EXISTING, help="The newest roster file.")
@click.option("--from", "start", cls=Option, type=DAY, help="Its first day, if that is later than tomorrow.")
@click.option("--output", cls=Option, type=PATH, required=True, help="The roster file to write.")
@click.argument("cards", nargs=-1, required=True, type=EXISTING)
@click.pass_obj
def make_command(
    tool: Tool,
    root: Path,
    policy: Path,
    after: Path | None,
    start: dt.datetime | None,
    output: Path,
    cards: tuple[Path, ...],
) -> None:
    """Make a roster of the people whose cards are given; it counts for nothing before it is signed."""
    before = Draft.parse(after.read_bytes()) if after else None
    listed = [Card.parse(card.read_bytes()) for card in cards]
    changes = Changes(start=None if start is None else day_number(start.date()))
    if output.exists():
        raise ExistsError(str(output))
    roots, read = parse_roots(root.read_bytes()), read_policy(policy)
    write_draft(make_roster(roots, before, read, listed, tool.today(), changes, decide), output)


def write_draft(draft: Draft, output: Path) -> None:
    """Write the draft of a roster and say what comes next."""
    write_new(output, draft.encode())
    click.echo(str(output))
    tell(_("It is in force from %(day)s on.") % {"day": date(draft.content().start)})
    hint(_("Now each key holder reads it with `meldbus roster show` and signs it with `meldbus roster sign`."))


def decide(doubt: Doubt) -> bool:
    """Print the card and the listed person, and ask."""
    for line in columns(
        [
            (_("on the card"), doubt.card.role, doubt.card.name),
            (_("on an earlier roster"), doubt.listed.role, doubt.listed.name),
        ]
    ):
        tell(harmless(line))
    return click.confirm(_asked(doubt), err=True)


def _asked(doubt: Doubt) -> str:
    if doubt.kind == NAMESAKE:
        return _("Are these two different people? A new key of one person goes by `meldbus recipient replace`.")
    if doubt.kind == RENAMED:
        return _("Is this one person, who is now called as the card says?")
    return _("The last key has not signed this card. Have you seen this person hand it over?")


@roster_commands.command("sign", cls=Command)
@click.option("--key", cls=Option, type=EXISTING, required=True, help="Your root key file.")
@click.argument("roster", type=EXISTING)
@click.pass_obj
def sign_command(tool: Tool, key: Path, roster: Path) -> None:
    """Sign a roster with a root key."""
    draft = Draft.parse(roster.read_bytes()).sign(key, tool.passphrase(_("Passphrase of the root key")))
    replace(roster, draft.encode())
    tell(_("%(have)d of %(need)d signatures") % dict(zip(("have", "need"), signatures(draft), strict=True)))


@roster_commands.command("show", cls=Command)
@click.option("--server", cls=Option, help="The server's address, for the QR code.")
@click.argument("roster", type=EXISTING)
def show_command(server: str | None, roster: Path) -> None:
    """Show what a roster says, who signed it, and the fingerprint in words and as a QR code."""
    draft = Draft.parse(roster.read_bytes())
    content, root = draft.content(), draft.root()
    have, need = signatures(draft)
    if have >= need:
        draft.finished()
    rows = [
        (_("organisation"), content.policy.organisation),
        (_("roster"), str(content.version)),
        (_("valid"), f"{date(content.start)} - {date(content.until)}"),
        (_("signatures"), f"{have} / {need}"),
        (_("fingerprint"), words(root.id)),
        *((person.role, person.name) for person in content.recipients),
    ]
    for line in columns(rows):
        click.echo(harmless(line))
    if server:
        link = address(server, content.policy.languages[0], root.id)
        click.echo(link)
        segno.make(link, error="m", micro=False).terminal(out=sys.stdout, compact=True)


@roster_commands.command("publish", cls=Command)
@click.option("--server", cls=Option, required=True, help="The server's address.")
@click.argument("roster", type=EXISTING)
@click.pass_obj
def publish_command(tool: Tool, server: str, roster: Path) -> None:
    """Give a signed roster to the server."""
    draft = Draft.parse(roster.read_bytes())
    published = publish(draft, tool.courier(server))
    watch(tool.home, draft.root(), draft.finished(), server, tool.today())
    tell(_("roster %(version)d is published") % {"version": published.version})
    hint(_("Each week until it is said that all know it, run `meldbus roster watch` here: a server can hide a roster."))
    hint(_("Each new recipient now runs `meldbus join`."))


@roster_commands.command("watch", cls=Command)
@click.pass_context
def watch_command(ctx: click.Context) -> None:
    """Say who does not know yet of the roster that was published here; the status is 1 once it may be hidden."""
    tool: Tool = ctx.obj
    published = watched(tool.home)
    left = look(tool.home, tool.courier(published.server)) if published else None
    if left is None:
        tell(_("All know the roster that was published here."))
        return
    tell(watched_in_words(left, tool.today()))
    if left.may_be_hidden(tool.today()):
        ctx.exit(1)
