"""Files at the command line: sending and saving them, with a progress bar."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from keys.cli.context import Command, Option, Tool, hint, tell
from keys.downloads import neutral_name
from keys.errors import TamperedError
from keys.sync import SavedFile, attach, save_files
from keys.wording.words import _, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from keys.cli.text import Saved
    from keys.sealing import Attachment
    from keys.sync import RecipientSession, SealedFile
    from keys.sync.delivery import Watch
    from keys.wire.ids import MessageId

TENTHS = 10

attaching = click.option(
    "--attach",
    "attached",
    cls=Option,
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A file to send along; may be given more than once.",
)
keeping_names = click.option(
    "--keep-names", cls=Option, is_flag=True, help="Send the names of your files too; else they are numbered."
)


def own_names(paths: Sequence[Path], limit: int) -> list[Attachment]:
    """Read files for a message of a recipient, under their own names."""
    return attach(paths, limit, lambda name, _number: name)


def reporters_files(paths: Sequence[Path], limit: int, *, keep_names: bool) -> list[Attachment]:
    """Read files for a message of a reporter, without their names unless `keep_names`."""
    if paths:
        hint(
            _(
                "Files are sent as they are. A photo can tell place, time and device, a document its author. "
                "The page in the browser takes that out of photos; this tool does not."
            )
        )
    word = _("file")
    return attach(paths, limit, lambda name, number: name if keep_names else neutral_name(name, word, number))


@contextmanager
def progress(label: str) -> Iterator[Watch]:
    """Show the progress of a long task: a bar on a terminal, otherwise a line for each tenth."""
    show = _Bar(label) if sys.stderr.isatty() else _Lines(label)
    try:
        yield show.at
    finally:
        show.end()


class _Bar:
    def __init__(self, label: str) -> None:
        self._label = label
        self._bar: Any = None

    def at(self, done: int, total: int) -> None:
        if self._bar is None:
            self._bar = click.progressbar(length=total, label=self._label, file=sys.stderr)
            self._bar.__enter__()
        self._bar.update(done - self._bar.pos)

    def end(self) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)


class _Lines:
    def __init__(self, label: str) -> None:
        self._label = label
        self._tenth = 0

    def at(self, done: int, total: int) -> None:
        tenth = TENTHS * done // max(total, 1)
        if tenth > self._tenth:
            self._tenth = tenth
            tell(f"{self._label} {tenth * TENTHS} %")

    def end(self) -> None:
        """Do nothing: each line is complete."""


def watched(sealed: SealedFile, watch: Watch) -> Iterator[bytes]:
    """Yield the pieces of a sealed file, and report the progress."""
    done = 0
    for piece in sealed.pieces:
        yield piece
        done += len(piece)
        watch(done, sealed.size)


@click.command("save", cls=Command)
@click.option(
    "--to", "folder", cls=Option, type=click.Path(path_type=Path), help="The folder, new or yours alone, to save into."
)
@click.option("--again", cls=Option, is_flag=True, help="Fetch files again that are no longer where they were saved.")
@click.argument("number")
@click.pass_obj
def save_command(tool: Tool, folder: Path | None, again: bool, number: str) -> None:
    """Fetch the files of a case into a folder of its own; none is opened."""
    with tool.session() as session:
        case = session.case(number)
        if not any(message.files for message in (*case.thread, *case.dossier)):
            tell(_("This case has no files."))
            return
        place = folder or Path(f"meldbus-{case.number}")
        save(place, lambda into, watch: save_files(session, case, into, again=again, watch=watch))


def save(folder: Path, fetch: Callable[[Path, Watch], Iterable[SavedFile]]) -> None:
    """Save into a folder and write the path of each file to standard output, also of those before an error.

    At the end it raises TamperedError if the bytes of one are not those that its author signed.
    """
    saved: list[SavedFile] = []
    try:
        with progress(_("Fetching")) as watch:
            saved.extend(fetch(folder, watch))
    finally:
        for file in saved:
            if file.path is not None:
                click.echo(os.fsencode(file.path))
    spoilt = [one_line(file.name) for file in saved if file.path is None]
    if spoilt:
        raise TamperedError(", ".join(spoilt))
    if saved:
        hint(_("A file can do harm when it is opened. Use a computer that holds nothing else, or ask who knows."))
    else:
        tell(_("Everything was saved before. `meldbus read` shows where."))


def saved_of(session: RecipientSession) -> Saved:
    """Return a function from message ids to the paths of saved files."""

    def saved(message_id: MessageId) -> Mapping[int, bytes]:
        stored = session.vault.messages.by_id(message_id)
        return {} if stored is None else session.vault.saved(stored.message.mac)

    return saved
