"""Commands for the author of the policy; they need no key."""

from __future__ import annotations

from pathlib import Path

import click

from keys.ceremony import read_policy
from keys.cli.context import Command, Commands, tell
from keys.errors import PolicyError
from keys.wording.words import _, columns, harmless


@click.group("policy", cls=Commands)
def policy_commands() -> None:
    """Look after the file policy.toml, which the board signs with the roster."""


@policy_commands.command("check", cls=Command)
@click.argument("policy", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def check_command(policy: Path) -> None:
    """Say every mistake in a policy.toml, with its key and what to do; or what the policy says."""
    try:
        read = read_policy(policy)
    except PolicyError as error:
        for mistake in error.args:
            tell(harmless(f"{policy.name}: {mistake}"))
        raise PolicyError(str(len(error.args))) from None
    rows = [
        (_("organisation"), read.organisation),
        (_("version"), str(read.version)),
        (_("languages"), ", ".join(read.languages)),
        *((_("topic"), f"{topic.id}: {', '.join(topic.readers)}") for topic in read.topics),
        *((_("outside"), route.name) for route in read.outside),
    ]
    for line in columns(rows):
        click.echo(harmless(line))
