"""Commands of the ceremonies: found, enrol, card, join; see docs/ceremony.md."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from keys.ceremony import (
    IDENTITY_FILE,
    ROOT_FILE,
    SERVER,
    enrol,
    fingerprint_of,
    found,
    join,
    make_card,
    open_vault,
    root_key_name,
)
from keys.cli.commands.sync import read_once
from keys.cli.context import Command, Option, Tool, hint, tell
from keys.errors import ExistsError, JoinedError
from keys.identity import write_new
from keys.roster import ROLES, words
from keys.roster.root import MAX_KEYS
from keys.sync import RecipientSession
from keys.wire.canonical import b64
from keys.wording.words import _, date, harmless

if TYPE_CHECKING:
    from keys.sync import Trust

PATH = click.Path(path_type=Path)


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
    # Before anyone chooses a passphrase in vain.
    if (tool.home / IDENTITY_FILE).exists():
        raise ExistsError(str(tool.home / IDENTITY_FILE))
    passphrase = tool.passphrase(_("New passphrase for your key"), new=True)
    card = enrol(tool.home, name, role, passphrase, tool.today(), tool.profile)
    tell(_("written: %(path)s") % {"path": tool.home})
    click.echo(str(tool.home / card.file_name()))
    hint(_("Hand this card to the person who makes the roster. It holds no secret."))


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


@click.command("join", cls=Command)
@click.option("--server", cls=Option, required=True, help="The server's address.")
@click.option("--fingerprint", cls=Option, required=True, help="The words, or the address of the poster.")
@click.pass_obj
def join_command(tool: Tool, server: str, fingerprint: str) -> None:
    """Begin to receive: check the server's roster against the fingerprint, and that it lists you."""
    courier = tool.courier(server)
    secret = tool.unlocked()
    with open_vault(tool.home, secret) as vault:
        if vault.setting(SERVER) is not None:
            raise JoinedError
        trust = join(vault, secret, courier, fingerprint_of(fingerprint, courier), tool.today())
        tell_joined(trust, secret.signer().public)
        read_once(RecipientSession(secret, vault, courier, tool.clock))


def tell_joined(trust: Trust, own: bytes) -> None:
    """Print what was joined, and its first day if that has not come."""
    tell(_("joined: %(organisation)s") % {"organisation": harmless(trust.roster.policy.organisation)})
    if trust.roster.find(own) is None:
        tell(_("You receive reports from %(day)s on.") % {"day": date(trust.history.newest.start)})
