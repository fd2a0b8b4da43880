"""Which messages a vault takes, at which place: by its own index, or by the word of a share (SPEC 12.1 step 1, 12.4).

What is taken by neither does not count, is not shown, and is never named: a message that its author gave to one person
alone, before or without posting it, would move what others wrote.
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


@dataclass(frozen=True, slots=True)
class IndexedEntry:
    """What the own index says of an entry: its place, its day, and the content that its header commits to."""

    place: Place
    day: int
    content: bytes


@dataclass(frozen=True, slots=True)
class FirstEntry:
    """The first entry that the own index has."""

    position: int
    day: int


@dataclass(frozen=True, slots=True)
class Word:
    """What a share says of a message: its place, null from a page, and the day of its entry."""

    share: int  # the position of the share in the own log
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
    first: FirstEntry,
) -> PlacedMessage | None:
    """Return the message at its place, or None where it is not taken.

    `content` is what the message's key and head make, `entry` is what the index has for its mac, and `until` is the
    last day on which a server takes an envelope that was sealed on the head's day.
    """
    if entry is not None:
        # The header commits to the head: its author cannot put another one under an entry of long ago.
        is_same = entry.content == content
        return PlacedMessage(message_id, head, entry.place, entry.day, way) if is_same else None
    word = _first(words, first)
    if word is None:
        return None
    place = Place(0, word.share * _FRAMES + word.frame) if word.position is None else Place(word.position)
    day = min(max(word.day, head.day), until, first.day)
    return PlacedMessage(message_id, head, place, day, Way.WORD)


def _first(words: Iterable[Word], first: FirstEntry) -> Word | None:
    """Return the word that counts: the first with a place, else the first.

    Of the time that a vault has read itself only what stood there counts: no word about it is heard.
    """
    heard = [word for word in words if word.position is None or 0 < word.position < first.position]
    return min(heard, key=lambda word: (word.position is None, word.share, word.frame), default=None)
