"""What every command shares: where things are, what time it is, how a passphrase is asked; it runs no command."""

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
from keys.errors import MeldbusError, NetworkError, NotJoinedError
from keys.identity import MODERATE, KeyFile, Profile
from keys.policy import day_number
from keys.speech.outbox import sent_in_words, unsent_in_words
from keys.speech.words import _, explain, harmless
from keys.sync import RecipientSession
from keys.sync.outbox import Sent

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _default_home() -> Path:
    return platformdirs.user_data_path("meldbus")


@dataclass(frozen=True, slots=True)
class Tool:
    """The collaborators of the commands: the tests bring their own clock and a cheap profile."""

    home: Path
    proxy: str | None = None
    passphrases: Iterator[str] | None = None
    clock: Callable[[], dt.datetime] = _now
    profile: Profile = MODERATE

    @classmethod
    def default(cls) -> Tool:
        """Return what the installed command uses."""
        return cls(_default_home())

    def with_options(self, home: Path | None, proxy: str | None, passphrase_fd: int | None) -> Tool:
        """Return this tool with what the command line says."""
        lines = None if passphrase_fd is None else _lines(passphrase_fd)
        return replace(self, home=home or self.home, proxy=proxy, passphrases=lines)

    def today(self) -> int:
        """Return the day number on this machine, for what is made without a server."""
        return day_number(self.clock().astimezone().date())

    def passphrase(self, what: str, *, new: bool = False) -> str:
        """Return a passphrase: the next line of the given descriptor, or asked without echo, twice for a new one."""
        if self.passphrases is not None:
            line = next(self.passphrases, "")
            if not line:
                raise click.UsageError(_("The descriptor holds no further passphrase."))
            return line
        again = _("Once more, to be sure") if new else False
        asked: str = click.prompt(what, hide_input=True, confirmation_prompt=again, err=True)
        return asked

    def courier(self, server: str) -> Courier:
        """Return the way to a server."""
        return Courier(server, self.proxy)

    def own_passphrase(self) -> str:
        """Return the passphrase of the key of this home; raise NoKeyError, and ask for nothing, where none is."""
        key_file(self.home)
        return self.passphrase(_("Passphrase of your key"))

    def unlocked(self) -> KeyFile:
        """Return the identity of this home."""
        return unlock(self.home, self.own_passphrase())

    @contextmanager
    def session(self) -> Iterator[RecipientSession]:
        """Unlock the identity and open the vault for one command.

        When the command ends, with an error of ours too, what waits and the cover entries are posted if it has read
        the log; a line on standard error says what was sent and what waits.
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


def end_session(session: RecipientSession, before: Collection[int] = ()) -> None:
    """End a session, and say what became of the outbox, whose numbers were `before` at first.

    It is posted for once: after its end a session posts nothing before it has read the log again.
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
            if error.errno == errno.EPIPE:  # whoever reads our output has read enough
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
    """Say something to the person, on standard error: standard output is for the product."""
    click.echo(f"meldbus: {text}", err=True)


def hint(text: str) -> None:
    """Say what to do next."""
    click.echo(f"meldbus: hint: {text}", err=True)


def confirmed(question: str) -> bool:
    """Ask on standard error; return False where nobody answers yes."""
    try:
        return click.confirm(question, err=True)
    except click.Abort:
        return False


def read_text(source: str | None) -> str:
    """Return a text from a file or from standard input; it is never given as an argument, which others could see."""
    if source:
        return Path(source).read_text("utf-8").strip("\n")
    if sys.stdin.isatty():
        hint(_("Write your text. End with Ctrl-D on a line of its own."))
    return sys.stdin.buffer.read().decode("utf-8", "replace").strip("\n")


def _lines(descriptor: int) -> Iterator[str]:
    with os.fdopen(os.dup(descriptor), "r", encoding="utf-8") as file:
        for line in file:
            yield line.rstrip("\n")
