"""The messages that a vault takes, and their places: by its own index, or by a share (SPEC 12.1 step 1, 12.4).

A message that neither supports does not count, is not shown, and is never named: its author could give it to one person
alone, before or without posting it, and it would move the messages of others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases.place import Place, PlacedMessage, Way

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keys.wire.ids import MessageId
    from keys.wire.messages import Head

_FRAMES = 2**32  # more than an archive holds
_SOMEWHERE = 1  # a page knows no places: what it shares is older than the index, if anything is


@dataclass(frozen=True, slots=True)
class IndexedEntry:
    """An entry in the local index: its place, its day, and the content that its header commits to."""

    place: Place
    day: int
    content: bytes


@dataclass(frozen=True, slots=True)
class FirstEntry:
    """The first entry of the local index."""

    position: int
    day: int


@dataclass(frozen=True, slots=True)
class Word:
    """The claims of a share about a message: its place, null from a page, and the day of its entry."""

    share: int  # the position of the share in the local log
    frame: int  # the number of the message in the archive
    position: int | None
    day: int


def take(
    message_id: MessageId,
    head: Head,
    way: Way,
    *,
    content: bytes,
    entry: IndexedEntry | None,
    words: Iterable[Word],
    until: int,
    first: FirstEntry | None,
) -> PlacedMessage | None:
    """Return the message at its place, or None if it is not taken.

    `content` follows from the message's key and head, `entry` is the indexed entry with its mac, and `until` is the
    last day on which a server accepts an envelope that was sealed on the head's day. `first` is None if the index has
    the report: no message of a case is older, so claims of shares are ignored.
    """
    if entry is not None:
        # The header commits to the head: its author cannot put another one under an old entry.
        is_same = entry.content == content
        return PlacedMessage(message_id, head, entry.place, entry.day, way) if is_same else None
    word = None if first is None else _first(words, first)
    if first is None or word is None:
        return None
    place = Place(0, word.share * _FRAMES + word.frame) if word.position is None else Place(word.position)
    day = min(max(word.day, head.day), until, first.day)
    return PlacedMessage(message_id, head, place, day, Way.WORD)


def _first(words: Iterable[Word], first: FirstEntry) -> Word | None:
    """Return the claim that counts: the first with a place, else the first.

    For the time that a vault has read itself, only the log counts: claims about it are ignored. If the index has the
    first entry of the log, all claims are ignored.
    """
    heard = [word for word in words if 0 < (_SOMEWHERE if word.position is None else word.position) < first.position]
    return min(heard, key=lambda word: (word.position is None, word.share, word.frame), default=None)
