"""Commands of the ceremonies: found, enrol, card, roster, join; docs/ceremony.md says when and by whom."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import segno

from keys.ceremony import (
    IDENTITY_FILE,
    ROOT_FILE,
    SERVER,
    Card,
    Draft,
    enrol,
    fingerprint_of,
    found,
    join,
    make_card,
    make_roster,
    open_vault,
    publish,
    read_policy,
    root_key_name,
    signatures,
)
from keys.cli.tool import Command, Commands, Option, Tool, hint, tell
from keys.errors import ExistsError, JoinedError
from keys.identity import replace, write_new
from keys.roster import ROLES, address, words
from keys.roster.root import MAX_KEYS
from keys.speech.words import _, columns, date, harmless
from keys.wire.canonical import b64
from keys.wire.signed import Signed

PATH = click.Path(path_type=Path)
EXISTING = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("found", cls=Command)
@click.option("--folder", cls=Option, type=PATH, default=".", help="Where the key files are written.")
@click.option("--keys", cls=Option, type=click.IntRange(1, MAX_KEYS), default=3, help="How many root keys there are.")
@click.option("--needed", cls=Option, type=click.IntRange(1, MAX_KEYS), default=2, help="How many of them must sign.")
@click.pass_obj
def found_command(tool: Tool, folder: Path, keys: int, needed: int) -> None:
    """Make the board's root keys, one file for each holder."""
    if needed > keys:
        raise click.UsageError(_("More keys are needed than there are."))
    if (folder / ROOT_FILE).exists():
        raise ExistsError(str(folder / ROOT_FILE))
    folder.mkdir(parents=True, exist_ok=True)
    asked = [
        tool.passphrase(_("New passphrase for root key %(number)d") % {"number": number}, new=True)
        for number in range(1, keys + 1)
    ]
    root = found(folder, needed, asked, tool.today(), tool.profile)
    for number in range(1, keys + 1):
        tell(_("written: %(path)s") % {"path": folder / root_key_name(number)})
    tell(_("written: %(path)s") % {"path": folder / ROOT_FILE})
    click.echo(words(root.id))
    click.echo(b64(root.id))
    hint(_("Write these words on paper. Give each key file to its holder on a stick of its own, then delete it here."))


@click.command("enrol", cls=Command)
@click.option("--name", cls=Option, required=True, help="The name that reporters see.")
@click.option("--role", cls=Option, type=click.Choice(ROLES), required=True, help="The role on the roster.")
@click.pass_obj
def enrol_command(tool: Tool, name: str, role: str) -> None:
    """Make your own key and vault, and the card that the board needs."""
    # Before anyone thinks up a passphrase for nothing.
    if (tool.home / IDENTITY_FILE).exists():
        raise ExistsError(str(tool.home / IDENTITY_FILE))
    passphrase = tool.passphrase(_("New passphrase for your key"), new=True)
    card = enrol(tool.home, name, role, passphrase, tool.today(), tool.profile)
    tell(_("written: %(path)s") % {"path": tool.home})
    click.echo(str(tool.home / card.file_name()))
    hint(_("Hand this card to whoever makes the roster. It holds no secret."))


@click.command("card", cls=Command)
@click.option("--name", cls=Option, required=True, help="The name that reporters see.")
@click.option("--role", cls=Option, type=click.Choice(ROLES), required=True, help="The role on the roster.")
@click.argument("output", type=PATH)
@click.pass_obj
def card_command(tool: Tool, name: str, role: str, output: Path) -> None:
    """Make a new card for the board, when a roster is renewed."""
    secret = tool.unlocked()
    with open_vault(tool.home, secret) as vault:
        write_new(output, make_card(vault, secret, name, role, tool.today()).encode())
    click.echo(str(output))


@click.group("roster", cls=Commands)
def roster_commands() -> None:
    """Make, sign, show and publish the list of who receives reports."""


@roster_commands.command("make", cls=Command)
@click.option("--root", cls=Option, type=EXISTING, required=True, help="The file root.signed.")
@click.option("--policy", cls=Option, type=EXISTING, required=True, help="The file policy.toml.")
@click.option("--after", cls=Option, type=EXISTING, help="The roster file that is in force now.")
@click.option("--output", cls=Option, type=PATH, required=True, help="The roster file to write.")
@click.argument("cards", nargs=-1, required=True, type=EXISTING)
@click.pass_obj
def make_command(
    tool: Tool, root: Path, policy: Path, after: Path | None, output: Path, cards: tuple[Path, ...]
) -> None:
    """Make a roster of the people whose cards are given; it counts for nothing before it is signed."""
    if output.exists():
        raise ExistsError(str(output))
    before = Draft.parse(after.read_bytes()) if after else None
    roots = list(before.roots) if before else [Signed.parse(root.read_bytes())]
    listed = [Card.parse(card.read_bytes()) for card in cards]
    read = read_policy(policy)
    draft = make_roster(roots, before, read, listed, tool.today())
    write_new(output, draft.encode())
    click.echo(str(output))
    hint(_("Now each key holder reads it with `meldbus roster show` and signs it with `meldbus roster sign`."))


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
    published = publish(Draft.parse(roster.read_bytes()), tool.courier(server))
    tell(_("roster %(version)d is published") % {"version": published.version})
    hint(_("Each recipient now runs `meldbus join` with this file."))


@click.command("join", cls=Command)
@click.option("--server", cls=Option, required=True, help="The server's address.")
@click.option("--fingerprint", cls=Option, required=True, help="The words, or the address of the poster.")
@click.argument("roster", type=EXISTING)
@click.pass_obj
def join_command(tool: Tool, server: str, fingerprint: str, roster: Path) -> None:
    """Begin to receive: check the roster against the fingerprint and take the invitation in it."""
    courier = tool.courier(server)
    secret = tool.unlocked()
    with open_vault(tool.home, secret) as vault:
        if vault.setting(SERVER) is not None:
            raise JoinedError
        invitation = Draft.parse(roster.read_bytes()).invitation.encode()
        trust = join(vault, secret, courier, fingerprint_of(fingerprint, courier), invitation)
    tell(_("joined: %(organisation)s") % {"organisation": harmless(trust.roster.policy.organisation)})
    hint(_("Now `meldbus sync` fetches what there is."))
