"""The command `meldbus`."""

from __future__ import annotations

from pathlib import Path

import click

from keys.cli.commands.backup import backup_command, passphrase_command, restore_command, setup_command
from keys.cli.commands.case import list_command, read_command
from keys.cli.commands.ceremony import card_command, enrol_command, found_command, join_command
from keys.cli.commands.closing import approve_command, close_command, reopen_command
from keys.cli.commands.dossier import (
    assign_command,
    category_command,
    form_command,
    inform_command,
    note_command,
)
from keys.cli.commands.export import export_commands
from keys.cli.commands.inbox import inbox_command
from keys.cli.commands.last_day import (
    destroy_own_copy_command,
    hold_command,
    object_command,
    purge_command,
    retention_command,
    take_again_command,
)
from keys.cli.commands.log import log_commands
from keys.cli.commands.message import (
    acknowledge_command,
    ask_command,
    feedback_command,
    minutes_command,
    reply_command,
)
from keys.cli.commands.outbox import outbox_commands
from keys.cli.commands.policy import policy_commands
from keys.cli.commands.poster import poster_command
from keys.cli.commands.proof import verify_proof_command
from keys.cli.commands.reader import share_command, step_back_command
from keys.cli.commands.register import correct_command, enter_command, overview_command, register_command
from keys.cli.commands.rekey import recipient_commands, root_commands
from keys.cli.commands.reporter import decoy_command, open_command, seal_command
from keys.cli.commands.roster import roster_commands
from keys.cli.commands.status import status_command
from keys.cli.commands.sync import away_command, sync_command
from keys.cli.commands.triage import exercise_command, set_aside_command
from keys.cli.context import Commands, Option, Tool
from keys.cli.files import save_command
from keys.wording.words import _


def _mark(text: str) -> str:
    return text


# In the order of the help: weekly commands of recipients come before yearly commands of the board.
SECTIONS: tuple[tuple[str, tuple[click.Command, ...]], ...] = (
    (
        _mark("Begin"),
        (
            setup_command,
            backup_command,
            restore_command,
            passphrase_command,
            inbox_command,
        ),
    ),
    (
        _mark("Each week"),
        (
            sync_command,
            status_command,
            list_command,
            read_command,
            save_command,
            outbox_commands,
            log_commands,
            away_command,
        ),
    ),
    (
        _mark("To the reporter"),
        (
            acknowledge_command,
            reply_command,
            ask_command,
            minutes_command,
            feedback_command,
        ),
    ),
    (
        _mark("In the dossier"),
        (
            note_command,
            assign_command,
            category_command,
            inform_command,
            form_command,
            share_command,
            step_back_command,
            set_aside_command,
            exercise_command,
        ),
    ),
    (
        _mark("The end of a case"),
        (
            close_command,
            reopen_command,
            approve_command,
            retention_command,
            hold_command,
            purge_command,
            object_command,
            destroy_own_copy_command,
            take_again_command,
        ),
    ),
    (
        _mark("Register, and files for others"),
        (
            register_command,
            correct_command,
            overview_command,
            enter_command,
            export_commands,
            verify_proof_command,
        ),
    ),
    (
        _mark("The board and the operator"),
        (
            found_command,
            enrol_command,
            card_command,
            policy_commands,
            roster_commands,
            recipient_commands,
            root_commands,
            join_command,
            poster_command,
            decoy_command,
        ),
    ),
    (
        _mark("Reporters without a browser"),
        (
            seal_command,
            open_command,
        ),
    ),
)


class _Sections(Commands):
    """The whole command line, whose help lists the commands by subject."""

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write one list for each section."""
        for title, section in SECTIONS:
            with formatter.section(_(title)):
                formatter.write_dl([(command.name or "", command.get_short_help_str()) for command in section])


@click.group("meldbus", cls=_Sections)
@click.option("--home", cls=Option, type=click.Path(path_type=Path), help="The folder of your key and vault.")
@click.option("--proxy", cls=Option, help="A SOCKS proxy such as Tor's: socks5h://127.0.0.1:9050")
@click.option("--passphrase-fd", cls=Option, type=int, help="Read passphrases, one a line, from this descriptor.")
@click.version_option(package_name="meldbus", message="%(version)s")
@click.pass_context
def commands(ctx: click.Context, home: Path | None, proxy: str | None, passphrase_fd: int | None) -> None:
    """Receive and answer reports that only you and the other recipients can read."""
    tool = ctx.obj if isinstance(ctx.obj, Tool) else Tool.default()
    ctx.obj = tool.with_options(home, proxy, passphrase_fd)


for _title, _section in SECTIONS:
    for _command in _section:
        commands.add_command(_command)


def main() -> None:
    """Run the command line of this process."""
    commands()
