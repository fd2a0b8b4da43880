"""Commands for a recipient's own machine: setup, passphrase, backup, restore; see docs/recipient."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from keys.ceremony import (
    IDENTITY_FILE,
    SERVER,
    back_up,
    enrol,
    fingerprint_of,
    join,
    key_file,
    open_vault,
    restore,
    unlock,
)
from keys.cli.commands.ceremony import tell_joined
from keys.cli.commands.sync import read_once
from keys.cli.context import Command, Option, Tool, hint, tell
from keys.identity import KIND_IDENTITY, KIND_ROOT, relock_key_file, unlock_key_file
from keys.roster import ROLES
from keys.sync import RecipientSession
from keys.wording.words import _

if TYPE_CHECKING:
    from keys.courier import Courier
    from keys.identity import KeyFile
    from keys.vault import Vault

PATH = click.Path(path_type=Path)


@click.command("backup", cls=Command)
@click.argument("output", type=PATH)
@click.pass_obj
def backup_command(tool: Tool, output: Path) -> None:
    """Write your key and your vault into one encrypted file; your passphrase opens it."""
    back_up(tool.home, tool.own_passphrase(), output)
    tell(_("written, and read back: %(path)s") % {"path": output})
    hint(_("Keep it apart from this computer. Delete older ones: keys that were destroyed since are still in them."))


@click.command("restore", cls=Command)
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_obj
def restore_command(tool: Tool, source: Path) -> None:
    """Make key and vault from a backup, on a machine that has none."""
    restore(tool.home, tool.passphrase(_("Passphrase of your key")), source.read_bytes())
    tell(_("restored: %(path)s") % {"path": tool.home})
    hint(
        _(
            "Now `meldbus sync` makes you new keys and asks the others for what your backup lacks. It comes with what "
            "they send next."
        )
    )


@click.command("passphrase", cls=Command)
@click.option("--key", cls=Option, type=click.Path(path_type=Path), help="A root key file, instead of your own key.")
@click.pass_obj
def passphrase_command(tool: Tool, key: Path | None) -> None:
    """Change the passphrase of your key, or of a root key."""
    path, kind = (key_file(tool.home), KIND_IDENTITY) if key is None else (key, KIND_ROOT)
    secret = unlock_key_file(path, kind, tool.passphrase(_("Passphrase of %(path)s") % {"path": path}))
    relock_key_file(path, secret, tool.passphrase(_("New passphrase"), new=True), tool.profile)
    tell(_("written: %(path)s") % {"path": path})
    hint(_("Copies and backups of before still open with the old passphrase: make new ones, and destroy the old."))


@click.command("setup", cls=Command)
@click.option("--server", cls=Option, help="The server's address.")
@click.pass_obj
def setup_command(tool: Tool, server: str | None) -> None:
    """Begin from nothing, step by step; type it again and it goes on where it was."""
    exists = (tool.home / IDENTITY_FILE).exists()
    passphrase = tool.passphrase(_("Passphrase of your key")) if exists else _make_key(tool)
    secret = unlock(tool.home, passphrase)
    with open_vault(tool.home, secret) as vault:
        courier = _joined(tool, vault, secret, server)
        if courier is None:
            hint(_("When the board has signed a roster with your card, type `meldbus setup` again."))
            return
        read_once(RecipientSession(secret, vault, courier, tool.clock))
    hint(_("You are set up. `meldbus inbox` opens your inbox; `meldbus backup FILE` writes a backup."))


def _joined(tool: Tool, vault: Vault, secret: KeyFile, server: str | None) -> Courier | None:
    """Join, unless that was done; return the courier, or None if there is no roster yet."""
    stored = vault.setting(SERVER)
    if stored is not None:
        return tool.courier(stored.decode("utf-8"))
    address = server or _asked(_("The server's address; leave it empty while the board has not listed you yet"))
    if not address:
        return None
    courier = tool.courier(address)
    fingerprint = fingerprint_of(_ask(_("The ten words of the fingerprint, from paper")), courier)
    trust = join(vault, secret, courier, fingerprint, tool.today())
    tell_joined(trust, secret.signer().public)
    return courier


def _make_key(tool: Tool) -> str:
    """Enrol, and return the new passphrase."""
    tell(_("There is no key here yet: it is made now, and never leaves this machine."))
    name = _ask(_("The name that reporters see"))
    role: str = click.prompt(_("Your role"), type=click.Choice(ROLES), err=True)
    hint(_("Take five words or more that nobody can guess. Nobody can give you another passphrase."))
    passphrase = tool.passphrase(_("New passphrase for your key"), new=True)
    card = enrol(tool.home, name, role, passphrase, tool.today(), tool.profile)
    click.echo(str(tool.home / card.file_name()))
    hint(_("Hand this card to the person who makes the roster. It holds no secret."))
    return passphrase


def _ask(what: str) -> str:
    asked: str = click.prompt(what, err=True)
    return asked.strip()


def _asked(what: str) -> str:
    asked: str = click.prompt(what, default="", show_default=False, err=True)
    return asked.strip()
