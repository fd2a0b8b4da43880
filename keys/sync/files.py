"""Files of a case fetched from the server into a folder; what they are called on a disk, `saving` decides."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from keys.errors import FormatError, MalformedError
from keys.saving import check_space, own_folder, plan, write
from keys.sealing import open_contents, recipients_capability
from keys.sync.fetch import all_items, fetch_front
from keys.sync.patience import patiently

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from keys.cases import Case
    from keys.courier import Courier
    from keys.saving import Target
    from keys.sealing import Message
    from keys.sync.post import Watch
    from keys.vault import Vault
    from keys.wire.exchange import Item


@dataclass(frozen=True, slots=True)
class SavedFile:
    """What became of a file: `path` is None where its bytes are not those that its author signed."""

    name: str
    path: Path | None


@dataclass(frozen=True, slots=True)
class _Work:
    """A message whose files are to be saved, with where its envelope lies."""

    message: Message
    item: Item
    targets: Sequence[Target]


def save_files(
    vault: Vault, courier: Courier, case: Case, folder: Path, *, again: bool, watch: Watch
) -> Iterator[SavedFile]:
    """Save the files of a case that the vault does not know as saved; with `again` also those that are gone."""
    wanted = {said.message.mac: _unsaved(vault, said.message, again=again) for said in case.said}
    capability = recipients_capability(case.report.message.content_key)
    for message, target, path in _save(courier, capability, case, folder, wanted, watch):
        if path is not None:
            with vault.transaction():
                vault.note_saved(message.mac, target.number, os.fsencode(path))
        yield SavedFile(target.file.name, path)


def save_thread(courier: Courier, capability: bytes, case: Case, folder: Path, watch: Watch) -> Iterator[SavedFile]:
    """Save all files of a case for who has no vault."""
    wanted = {said.message.mac: range(len(said.message.head.files)) for said in case.said}
    for _, target, path in _save(courier, capability, case, folder, wanted, watch):
        yield SavedFile(target.file.name, path)


def _save(
    courier: Courier,
    capability: bytes,
    case: Case,
    folder: Path,
    wanted: Mapping[bytes, Collection[int]],
    watch: Watch,
) -> Iterator[tuple[Message, Target, Path | None]]:
    """Fetch and write what is wanted, by mac, and yield each file with its path.

    Raises FolderError or SpaceError before the first, and after the last what is wrong behind the files of a message.
    """
    if not any(wanted.values()):
        return
    place = own_folder(folder)
    work = _place(courier, capability, case, place, wanted)
    total = sum(target.left() for one in work for target in one.targets)
    check_space(place, total)
    done = 0

    def count(size: int) -> None:
        nonlocal done
        done += size
        watch(min(done, total), total)

    alarm: FormatError | None = None
    for one in work:
        try:
            for target, path in write(one.message.head.files, one.targets, _contents(courier, capability, one), count):
                yield one.message, target, path
        except FormatError as error:
            alarm = error
    if alarm is not None:
        raise alarm


def _unsaved(vault: Vault, message: Message, *, again: bool) -> set[int]:
    saved = vault.saved(message.mac)
    kept = {number for number, path in saved.items() if not again or Path(os.fsdecode(path)).exists()}
    return set(range(len(message.head.files))) - kept


def _place(
    courier: Courier, capability: bytes, case: Case, folder: Path, wanted: Mapping[bytes, Collection[int]]
) -> list[_Work]:
    """Return where the wanted files lie at the server; positions are not kept, since a restored server has others."""
    messages = {said.message.mac: said.message for said in case.said if wanted[said.message.mac]}
    work: list[_Work] = []
    for item in all_items(lambda after: patiently(lambda: courier.channel(capability, after)), None):
        message = messages.pop(item.header().mac, None)
        if message is not None:
            targets = plan(folder, message.mac, message.head.files, wanted[message.mac])
            work.append(_Work(message, item, targets))
    if messages:
        raise MalformedError("an envelope is no longer there")
    return work


def _contents(courier: Courier, capability: bytes, work: _Work) -> Callable[[int], Iterator[bytes]]:
    item, key = work.item, work.message.content_key

    def fetch(number: int) -> bytes:
        return patiently(lambda: courier.part(capability, item.position, number))

    def contents(at: int) -> Iterator[bytes]:
        front = patiently(lambda: fetch_front(courier, capability, item, key))
        return open_contents(front, item.size, key, fetch, at)

    return contents
