"""The context of every command: folders, the clock, and how passphrases are asked for."""

from __future__ import annotations

import datetime as dt
import errno
import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import platformdirs

from keys.ceremony import SERVER, key_file, open_vault, unlock
from keys.courier import Courier
from keys.errors import MeldbusError, NetworkError, NotJoinedError, ShortPassphraseError
from keys.identity import MODERATE, KeyFile, Profile, check_new_passphrase
from keys.policy import day_number
from keys.sync import RecipientSession
from keys.sync.outbox import Sent
from keys.wording.outbox import sent_in_words, unsent_in_words
from keys.wording.words import _, explain, harmless

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _default_home() -> Path:
    return platformdirs.user_data_path("meldbus")


@dataclass(frozen=True, slots=True)
class Tool:
    """The collaborators of the commands; tests bring their own clock and a cheap profile."""

    home: Path
    proxy: str | None = None
    passphrases: Iterator[str] | None = None
    clock: Callable[[], dt.datetime] = _now
    profile: Profile = MODERATE

    @classmethod
    def default(cls) -> Tool:
        """Return the collaborators of the installed command."""
        return cls(_default_home())

    def with_options(self, home: Path | None, proxy: str | None, passphrase_fd: int | None) -> Tool:
        """Return this tool with the options of the command line."""
        lines = None if passphrase_fd is None else _lines(passphrase_fd)
        return replace(self, home=home or self.home, proxy=proxy, passphrases=lines)

    def today(self) -> int:
        """Return the day number on this machine, for commands without a server."""
        return day_number(self.clock().astimezone().date())

    def passphrase(self, what: str, *, new: bool = False) -> str:
        """Return a passphrase: the next line of the given descriptor, or typed without echo, twice for a new one.

        If a new one is too short, it asks again; from a descriptor it raises ShortPassphraseError.
        """
        if self.passphrases is not None:
            line = next(self.passphrases, "")
            if not line:
                raise click.UsageError(_("The descriptor holds no further passphrase."))
            if new:
                check_new_passphrase(line)
            return line
        if not new:
            asked: str = click.prompt(what, hide_input=True, err=True)
            return asked
        again = _("Once more, to be sure")
        chosen: str = click.prompt(what, hide_input=True, confirmation_prompt=again, err=True, value_proc=_long_enough)
        return chosen

    def courier(self, server: str) -> Courier:
        """Return a courier to a server."""
        return Courier(server, self.proxy)

    def own_passphrase(self) -> str:
        """Return the passphrase of the key of this home; raise NoKeyError, before asking, if there is no key."""
        key_file(self.home)
        return self.passphrase(_("Passphrase of your key"))

    def unlocked(self) -> KeyFile:
        """Return the identity of this home."""
        return unlock(self.home, self.own_passphrase())

    @contextmanager
    def session(self) -> Iterator[RecipientSession]:
        """Unlock the identity and open the vault for one command.

        When the command ends, also by an error of ours, the outbox and cover entries are posted if it has read the log;
        a line on standard error says what was posted and what waits.
        """
        secret = self.unlocked()
        with open_vault(self.home, secret) as vault:
            server = vault.setting(SERVER)
            if server is None:
                raise NotJoinedError
            session = RecipientSession(secret, vault, self.courier(server.decode("utf-8")), self.clock)
            before = {one.number for one in vault.outbox.all()}
            try:
                yield session
            except MeldbusError:
                end_session(session, before)
                raise
            end_session(session, before)


def _long_enough(passphrase: str) -> str:
    """Return a new passphrase; if it is too short, let click ask again."""
    try:
        check_new_passphrase(passphrase)
    except ShortPassphraseError as error:
        raise click.UsageError(explain(error)) from None
    return passphrase


def end_session(session: RecipientSession, before: Collection[int] = ()) -> None:
    """End a session, and print what became of the outbox, whose numbers were `before` at first.

    It posts once: after its end a session posts nothing before it has read the log again.
    """
    if session.has_read:
        try:
            sent = session.end()
        except NetworkError:
            sent = Sent(is_reached=False)
        session.has_read = False
        tell(sent_in_words(sent, session.vault.outbox.all()))
    else:
        left = session.vault.outbox.all()
        if any(one.number not in before for one in left):
            tell(unsent_in_words(left))


class Commands(click.Group):
    """A group whose help is in the reader's language and whose errors are one line on standard error."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; an error of ours, or of a file that a person named, ends it with status 1 and one line."""
        try:
            return super().invoke(ctx)
        except MeldbusError as error:
            raise _Failure(explain(error)) from None
        except UnicodeDecodeError:
            raise _Failure(_("This file is not text in UTF-8: save it as UTF-8, then try again.")) from None
        except OSError as error:
            if error.errno == errno.EPIPE:  # the reader of our output has closed it
                raise
            words = {"path": harmless(str(error.filename or "-")), "why": error.strerror or type(error).__name__}
            raise _Failure(_("This file cannot be read or written: %(path)s (%(why)s)") % words) from None

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help in the reader's language."""
        self.help = _(self.help or "")
        super().format_help_text(ctx, formatter)

    def get_short_help_str(self, _limit: int = 45) -> str:
        """Return one line in the reader's language."""
        return _(self.help or "")


class Command(click.Command):
    """A command whose help is in the reader's language."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help in the reader's language."""
        self.help = _(self.help or "")
        super().format_help_text(ctx, formatter)

    def get_short_help_str(self, _limit: int = 45) -> str:
        """Return the first sentence in the reader's language."""
        return _(self.help or "").split("\n")[0]


class Option(click.Option):
    """An option whose help is in the reader's language."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the option's line of help."""
        self.help = _(self.help or "")
        return super().get_help_record(ctx)


as_json_option = click.option("--json", "as_json", cls=Option, is_flag=True, help="Write JSON, for scripts.")


class _Failure(click.ClickException):
    def show(self, _file: Any = None) -> None:
        """Write one line, as compilers and shells do, so that scripts can find it."""
        click.echo(f"meldbus: error: {self.message}", err=True)


def tell(text: str) -> None:
    """Print a message for the person on standard error: standard output is for the product."""
    click.echo(f"meldbus: {text}", err=True)


def hint(text: str) -> None:
    """Print the next step."""
    click.echo(f"meldbus: hint: {text}", err=True)


def confirmed(question: str) -> bool:
    """Ask on standard error; return False unless somebody answers yes."""
    try:
        return click.confirm(question, err=True)
    except click.Abort:
        return False


def read_text(source: str | None) -> str:
    """Return a text from a file or from standard input, never from an argument, which other users could see."""
    if source:
        return Path(source).read_text("utf-8").strip("\n")
    if sys.stdin.isatty():
        hint(_("Write your text. End with Ctrl-D on a line of its own."))
    return sys.stdin.buffer.read().decode("utf-8", "replace").strip("\n")


def _lines(descriptor: int) -> Iterator[str]:
    with os.fdopen(os.dup(descriptor), "r", encoding="utf-8") as file:
        for line in file:
            yield line.rstrip("\n")
