"""Commands for keys that change: recipient replace, revoke and vouch, root rotate; see docs/ceremony.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from keys.ceremony import (
    ROOT_FILE,
    Card,
    Draft,
    parse_roots,
    replace_recipient,
    revoke_recipient,
    root_key_name,
    rotate,
)
from keys.cli.commands.roster import EXISTING, PATH, decide, write_draft
from keys.cli.context import Command, Commands, Option, Tool, hint, tell
from keys.errors import ExistsError
from keys.identity import write_new
from keys.roster import words
from keys.roster.root import MAX_KEYS
from keys.wire.canonical import b64
from keys.wording.words import _

if TYPE_CHECKING:
    from pathlib import Path

_root = click.option("--root", cls=Option, type=EXISTING, required=True, help="The file root.signed.")
_after = click.option("--after", cls=Option, type=EXISTING, required=True, help="The newest roster file.")
_output = click.option("--output", cls=Option, type=PATH, required=True, help="The roster file to write.")
_name = click.option("--name", cls=Option, required=True, help="The name on the newest roster.")


@click.group("recipient", cls=Commands)
def recipient_commands() -> None:
    """Give somebody on the roster a new key, or end one that was stolen."""


@recipient_commands.command("replace", cls=Command)
@_root
@_after
@_output
@_name
@click.option("--stolen", cls=Option, is_flag=True, help="The old key may be in strange hands: revoke it.")
@click.argument("card", type=EXISTING)
@click.pass_obj
def replace_command(tool: Tool, root: Path, after: Path, output: Path, name: str, stolen: bool, card: Path) -> None:
    """Make the roster on which a person has the key of a new card; they stay the same person."""
    before, new = Draft.parse(after.read_bytes()), Card.parse(card.read_bytes())
    roots = parse_roots(root.read_bytes())
    draft = replace_recipient(roots, before, name, new, tool.today(), stolen=stolen, decide=decide)
    write_draft(draft, output)


@recipient_commands.command("revoke", cls=Command)
@_root
@_after
@_output
@_name
@click.pass_obj
def revoke_command(tool: Tool, root: Path, after: Path, output: Path, name: str) -> None:
    """Make the roster without a person whose key was stolen, and who has no new one yet."""
    before = Draft.parse(after.read_bytes())
    write_draft(revoke_recipient(parse_roots(root.read_bytes()), before, name, tool.today()), output)


@recipient_commands.command("vouch", cls=Command)
@click.argument("card", type=EXISTING)
@click.argument("output", type=PATH)
@click.pass_obj
def vouch_command(tool: Tool, card: Path, output: Path) -> None:
    """Sign the card of your own new key with the key of this home, which it replaces."""
    new = Card.parse(card.read_bytes())
    write_new(output, new.vouched_by(tool.unlocked().signer()).encode())
    click.echo(str(output))


@click.group("root", cls=Commands)
def root_commands() -> None:
    """Hand the root over to new keys."""


@root_commands.command("rotate", cls=Command)
@_root
@click.option("--key", "old", cls=Option, type=EXISTING, multiple=True, required=True, help="An old root key file.")
@click.option("--folder", cls=Option, type=PATH, required=True, help="Where the new key files are written.")
@click.option("--keys", cls=Option, type=click.IntRange(1, MAX_KEYS), default=3, help="How many root keys there are.")
@click.option("--needed", cls=Option, type=click.IntRange(1, MAX_KEYS), default=2, help="How many of them must sign.")
@click.pass_obj
def rotate_command(tool: Tool, root: Path, old: tuple[Path, ...], folder: Path, keys: int, needed: int) -> None:
    """Make new root keys that enough of the old ones sign; afterwards the old ones are destroyed."""
    if needed > keys:
        raise click.UsageError(_("More keys are needed than there are."))
    if (folder / ROOT_FILE).exists():
        raise ExistsError(str(folder / ROOT_FILE))
    folder.mkdir(parents=True, exist_ok=True)
    asked = [(path, tool.passphrase(_("Passphrase of %(path)s") % {"path": path})) for path in old]
    new = [
        tool.passphrase(_("New passphrase for root key %(number)d") % {"number": number}, new=True)
        for number in range(1, keys + 1)
    ]
    made = rotate(parse_roots(root.read_bytes()), asked, folder, needed, new, tool.today(), tool.profile)
    for name in (*map(root_key_name, range(1, keys + 1)), ROOT_FILE):
        tell(_("written: %(path)s") % {"path": folder / name})
    click.echo(words(made.id))
    click.echo(b64(made.id))
    hint(_("Now make and publish a roster with this %(file)s, hang up new posters the same day,") % {"file": ROOT_FILE})
    hint(_("and destroy every copy of the old keys: anyone with enough of them can deceive readers of old posters."))
