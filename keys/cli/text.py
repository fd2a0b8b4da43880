"""A case as lines for a terminal. A stranger's words are made harmless first, and are indented."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from keys.wording.cases import author_in_words, kind_in_words, names_in_words, standing_in_words
from keys.wording.words import _, date, one_line, size_in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from keys.cases.thread import JudgedMessage
    from keys.wire.ids import MessageId, PersonId
    from keys.wording.bodies import Reading

    Saved = Callable[[MessageId], Mapping[int, bytes]]

# A text could hold a line that looks like the head of the next message: only our lines begin at the left.
INDENT = "  "


def conversation(reading: Reading, own: PersonId | None = None, saved: Saved | None = None) -> Iterator[str]:
    """Yield the lines of the thread.

    With `own`, the reporter's messages that this person has not read are marked; `saved` returns the paths of saved
    files by message id.
    """
    yield from _messages(reading, reading.case.thread, _unread(reading, own), saved)


def dossier(reading: Reading, own: PersonId | None, saved: Saved | None = None) -> Iterator[str]:
    """Yield the lines of the dossier, which the reporter does not see; no lines if it is empty."""
    if reading.case.dossier:
        yield from _dossier(reading, reading.case.dossier, _unread(reading, own), saved)


def unread(reading: Reading, own: PersonId, saved: Saved | None = None) -> Iterator[str]:
    """Yield the lines of messages by others that a person has not read, in thread and dossier."""
    read = reading.case.read_by()

    def new(messages: Iterable[JudgedMessage]) -> list[JudgedMessage]:
        return [one for one in messages if one.person != own and own not in read[one.id]]

    yield from _messages(reading, new(reading.case.thread), (), saved)
    if of_dossier := new(reading.case.dossier):
        yield from _dossier(reading, of_dossier, (), saved)


def _dossier(
    reading: Reading, messages: Sequence[JudgedMessage], unread: Collection[MessageId], saved: Saved | None
) -> Iterator[str]:
    yield ""
    yield _("=== The dossier, which the reporter does not see")
    yield from _messages(reading, messages, unread, saved)


def _messages(
    reading: Reading, messages: Sequence[JudgedMessage], unread: Collection[MessageId], saved: Saved | None
) -> Iterator[str]:
    for message in messages:
        unread_mark = _("not read yet") if message.id in unread else ""
        sent_mark = "" if message.placed.place.is_posted else _("not sent yet")
        head = [date(message.day), author_in_words(message, reading.persons), kind_in_words(message.kind)]
        head += filter(None, (unread_mark, sent_mark, standing_in_words(message)))
        yield ""
        yield f"--- {' · '.join(head)}"
        if not message.is_sealed_to_all:
            yield f"{INDENT}{_('Can be read by: %(names)s') % {'names': _readers(reading, message)}}"
        yield from (INDENT + line for line in reading.lines(message))
        yield from _files(message, saved)


def _unread(reading: Reading, own: PersonId | None) -> frozenset[MessageId]:
    """Return the messages by others that a person has not read, by all that this person has written (SPEC 12.5)."""
    if own is None:
        return frozenset()
    read = reading.case.read_by()
    return frozenset(
        one.id
        for one in reading.case.messages
        if one.person != own and own not in read[one.id] and (one.by_reporter or one.text or one.files)
    )


def _readers(reading: Reading, message: JudgedMessage) -> str:
    return names_in_words(message.readers.intersection(message.placed.head.to), reading.persons)


def _files(message: JudgedMessage, saved: Saved | None) -> Iterator[str]:
    paths = saved(message.id) if message.files and saved else {}
    for number, file in enumerate(message.files):
        shown = [one_line(file.name) or "-", size_in_words(file.size), *filter(None, [one_line(file.type)])]
        if number in paths:
            shown.append(_("saved as %(path)s") % {"path": one_line(os.fsdecode(paths[number]))})
        elif saved:
            shown.append(_("not saved yet"))
        yield f"{INDENT}* {' · '.join(shown)}"
