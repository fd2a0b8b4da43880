"""The command `meldbus`: what a person types, turned into calls; no rule and no cryptography is here."""

from __future__ import annotations

from pathlib import Path

import click

from keys.cli.backups import backup_command, restore_command, setup_command
from keys.cli.ceremonies import card_command, enrol_command, found_command, join_command
from keys.cli.closings import approve_command, close_command, purge_command, reopen_command
from keys.cli.dossiers import (
    assign_command,
    category_command,
    form_command,
    inform_command,
    note_command,
    share_command,
    step_back_command,
)
from keys.cli.exporting import export_commands
from keys.cli.files import save_command
from keys.cli.inboxes import inbox_command
from keys.cli.policies import policy_commands
from keys.cli.posters import poster_command
from keys.cli.proofs import verify_proof_command
from keys.cli.reading import list_command, read_command, status_command
from keys.cli.recipients import away_command, sync_command
from keys.cli.registers import correct_command, enter_command, overview_command, register_command
from keys.cli.rekeying import recipient_commands, root_commands
from keys.cli.reporters import decoy_command, open_command, seal_command
from keys.cli.rosters import roster_commands
from keys.cli.tool import Commands, Option, Tool
from keys.cli.writing import (
    acknowledge_command,
    ask_command,
    feedback_command,
    minutes_command,
    reply_command,
)


@click.group("meldbus", cls=Commands)
@click.option("--home", cls=Option, type=click.Path(path_type=Path), help="The folder of your key and vault.")
@click.option("--proxy", cls=Option, help="A SOCKS proxy such as Tor's: socks5h://127.0.0.1:9050")
@click.option("--passphrase-fd", cls=Option, type=int, help="Read passphrases, one a line, from this descriptor.")
@click.version_option(package_name="meldbus", message="%(version)s")
@click.pass_context
def commands(ctx: click.Context, home: Path | None, proxy: str | None, passphrase_fd: int | None) -> None:
    """Receive and answer reports that only you and the other recipients can read."""
    tool = ctx.obj if isinstance(ctx.obj, Tool) else Tool.default()
    ctx.obj = tool.with_options(home, proxy, passphrase_fd)


for _command in (
    setup_command,
    backup_command,
    restore_command,
    found_command,
    enrol_command,
    card_command,
    policy_commands,
    roster_commands,
    recipient_commands,
    root_commands,
    join_command,
    sync_command,
    away_command,
    inbox_command,
    list_command,
    status_command,
    read_command,
    save_command,
    reply_command,
    acknowledge_command,
    ask_command,
    feedback_command,
    minutes_command,
    close_command,
    reopen_command,
    approve_command,
    purge_command,
    register_command,
    correct_command,
    overview_command,
    enter_command,
    export_commands,
    note_command,
    assign_command,
    category_command,
    inform_command,
    form_command,
    share_command,
    step_back_command,
    seal_command,
    open_command,
    decoy_command,
    verify_proof_command,
    poster_command,
):
    commands.add_command(_command)


def main() -> None:
    """Run the command line of this process."""
    commands()
