"""Files of a case fetched from the server into a folder (SPEC 10.1, 11); `keys.downloads` names them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from keys.downloads import check_space, own_folder, plan, write
from keys.errors import FormatError, MalformedError, NoCaseError
from keys.identity import open_log_capability
from keys.sealing import OpenedMessage, open_files
from keys.sync.retry import with_retries
from keys.wire.ids import Capability
from keys.wire.log import log_cursor

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from keys.cases.case import Case
    from keys.courier import Courier
    from keys.downloads import Target
    from keys.sync.delivery import Watch
    from keys.sync.mailbox_reader import ReporterThread
    from keys.sync.session import RecipientSession
    from keys.vault import Vault
    from keys.vault.message_store import StoredMessage
    from keys.wire.ids import Mac


@dataclass(frozen=True, slots=True)
class SavedFile:
    """The result of saving a file: `path` is None if its bytes are not those that its author signed."""

    name: str
    path: Path | None


@dataclass(frozen=True, slots=True)
class _Source:
    """An envelope with `wanted` files, by number. `fetch` returns a part of it."""

    message: OpenedMessage
    prefix: bytes = field(repr=False)
    size: int
    fetch: Callable[[int], bytes]
    wanted: Collection[int]

    def contents(self, at: int) -> Iterator[bytes]:
        """Yield the bytes of all its files from an offset on."""
        return open_files(
            self.prefix, self.size, self.message, lambda part: with_retries(partial(self.fetch, part)), at
        )


def save_files(
    session: RecipientSession, case: Case, folder: Path, *, again: bool, watch: Watch
) -> Iterator[SavedFile]:
    """Save the files of a case that the vault does not know as saved; with `again` also those that are gone.

    Raises FolderError or SpaceError before the first file, NetworkError, NoCaseError if the case is destroyed
    meanwhile, and after the last file MalformedError if an envelope is no longer in the log, or the error of a
    message's files.
    """
    vault = session.vault
    shown = [message.id for message in case.messages if message.is_shown and message.placed.head.files]
    stored = [found for message_id in shown if (found := vault.messages.by_id(message_id))]
    wanted = [(one, numbers) for one in stored if (numbers := _unsaved(vault, one.message, again=again))]
    if not wanted:
        return
    trust = session.trust()
    # Over its own circuit: the server sees that somebody fetches these files, but not which reader of the log.
    log = _Log(vault, session.courier.isolated(), Capability(open_log_capability(session.secret, trust.roster)))
    sources = [log.source(one, numbers, trust.origin) for one, numbers in wanted]
    for message, target, path in _save([source for source in sources if source], folder, watch):
        if path is not None:
            with vault.transaction():
                vault.note_saved(message.mac, target.number, os.fsencode(path))
        yield SavedFile(target.file.name, path)
    if None in sources:
        raise MalformedError("an envelope is no longer in the log")


def save_thread(
    courier: Courier, capability: bytes, thread: ReporterThread, folder: Path, watch: Watch
) -> Iterator[SavedFile]:
    """Save all files of a thread for its reporter, who has no vault; `capability` is theirs. Raises as `save_files`."""
    messages = thread.case.messages if thread.case else ()
    shown = [thread.stored[message.id] for message in messages if message.is_shown and message.placed.head.files]
    sources = [
        _Source(
            one.message,
            one.entry.prefix,
            one.entry.size,
            partial(courier.mailbox_part, capability, one.entry.number),
            range(len(one.message.head.files)),
        )
        for one in shown
    ]
    for _, target, path in _save(sources, folder, watch):
        yield SavedFile(target.file.name, path)


@dataclass(frozen=True, slots=True)
class _Log:
    """The server's log, as the local index knows it."""

    vault: Vault
    courier: Courier
    capability: Capability = field(repr=False)

    def source(self, stored: StoredMessage, wanted: Collection[int], origin: bytes) -> _Source | None:
        """Return the source of a message's files, or None if the log does not have its entry."""
        message = stored.message
        position = self.vault.log.position_of(message.mac)
        if position is None:
            return None
        prefix, size = stored.prefix, stored.size
        if prefix is None:
            # An own message, or one whose key came by a share: its entry was read but not stored.
            before = self.vault.log.digest_at(position - 1, origin)
            if before is None:
                return None
            cursor = log_cursor(position - 1, before)
            page = with_retries(lambda: self.courier.log(self.capability, cursor, 1))
            if page.first != position or not page.entries or page.entries[0].header().mac != message.mac:
                return None
            prefix, size = page.entries[0].prefix, page.entries[0].size
        return _Source(message, prefix, size, partial(self._fetch, message.mac, size, position), wanted)

    def _fetch(self, mac: Mac, size: int, position: int, number: int) -> bytes:
        """Return a part of an entry, and store it sealed: a restored server can ask for it (SPEC 10.4).

        Raises NoCaseError if a sync has destroyed the case meanwhile: nothing of it may be stored or written any more.
        """
        part = self.courier.log_part(self.capability, position, number)
        with self.vault.transaction():
            if self.vault.messages.find(mac) is None:
                raise NoCaseError
            self.vault.parts.add(mac, number, part, size)
        return part


def _save(
    sources: Sequence[_Source], folder: Path, watch: Watch
) -> Iterator[tuple[OpenedMessage, Target, Path | None]]:
    """Fetch and write the wanted files, and yield each with its path; raise as `save_files` does."""
    if not sources:
        return
    place = own_folder(folder)
    work = [(one, plan(place, one.message.mac, one.message.head.files, one.wanted)) for one in sources]
    total = sum(target.left() for _, targets in work for target in targets)
    check_space(place, total)
    done = 0

    def count(size: int) -> None:
        nonlocal done
        done += size
        watch(min(done, total), total)

    alarm: FormatError | None = None
    for source, targets in work:
        try:
            for target, path in write(source.message.head.files, targets, source.contents, count):
                yield source.message, target, path
        except FormatError as error:
            alarm = error
    if alarm is not None:
        raise alarm


def _unsaved(vault: Vault, message: OpenedMessage, *, again: bool) -> set[int]:
    saved = vault.saved(message.mac)
    kept = {number for number, path in saved.items() if not again or Path(os.fsdecode(path)).exists()}
    return set(range(len(message.head.files))) - kept
