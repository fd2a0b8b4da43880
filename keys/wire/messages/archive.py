"""The archive, the only file of a share: content keys with the signed heads that they belong to (SPEC 5.4).

It checks no signature and reads no head: one message that fails must not stop the others.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated

from keys.errors import MalformedError
from keys.wire.canonical import MAX_INTEGER, encode, parse_object
from keys.wire.ids import ContentKey, Mac
from keys.wire.messages.fields import BytesField, Day, Flag, IntegerField, Members, OptionalField
from keys.wire.messages.log import MAX_ARCHIVE_SIZE
from keys.wire.plaintext import MAX_HEAD_SIZE
from keys.wire.signed import each_frame, join_frames
from keys.wire.sizes import ID_SIZE, KEY_SIZE, SIGNATURE_SIZE

_MAC_SIZE = ID_SIZE
_HEAD_AT = _MAC_SIZE + SIGNATURE_SIZE


@dataclass(frozen=True, slots=True)
class _Entry(Members):
    """The first frame of a message."""

    day: Day
    gone: Flag
    key: Annotated[ContentKey, BytesField("content key", KEY_SIZE)]
    place: Annotated[int | None, OptionalField(IntegerField("place", 1, MAX_INTEGER))]


@dataclass(frozen=True, slots=True)
class ArchivedMessage:
    """A message as a share brings it.

    `place` is None from a page, which has no log. If the log no longer has the entry (`gone`), its day and place cannot
    be checked: they are the sharer's word.
    """

    key: ContentKey = field(repr=False)
    day: int
    place: int | None
    gone: bool
    mac: Mac
    signature: bytes = field(repr=False)
    head: bytes = field(repr=False)

    def encode(self) -> bytes:
        """Return the frames of this message."""
        entry = encode(_Entry(self.day, self.gone, self.key, self.place).members())
        return join_frames([entry, self.mac + self.signature + self.head])


def parse_archive(raw: bytes, most: int | None = None) -> tuple[ArchivedMessage, ...]:
    """Read an archive of at most `most` messages, if `most` is given.

    Raises MalformedError for a truncated archive, or for a message whose frames break SPEC 5.4.
    """
    if len(raw) > MAX_ARCHIVE_SIZE:
        raise MalformedError("size of the archive")
    messages: list[ArchivedMessage] = []
    frames = each_frame(raw)
    for entry in frames:
        statement = next(frames, None)
        if statement is None:
            raise MalformedError("frames of the archive")
        if len(messages) == most:
            raise MalformedError("number of messages")
        messages.append(_message(entry, statement))
    return tuple(messages)


def encode_archives(messages: Iterable[ArchivedMessage], most: int = MAX_ARCHIVE_SIZE) -> list[bytes]:
    """Return messages, in their order, as archives of at most `most` bytes; without messages, one empty archive."""
    archives = [bytearray()]
    for message in messages:
        frames = message.encode()
        if archives[-1] and len(archives[-1]) + len(frames) > most:
            archives.append(bytearray())
        archives[-1] += frames
    return [*map(bytes, archives)]


def _message(entry: bytes, statement: bytes) -> ArchivedMessage:
    if not _HEAD_AT < len(statement) <= _HEAD_AT + MAX_HEAD_SIZE:
        raise MalformedError("size of a message")
    read = _Entry.parse(parse_object(entry))
    return ArchivedMessage(
        key=read.key,
        day=read.day,
        place=read.place,
        gone=read.gone,
        mac=Mac(statement[:_MAC_SIZE]),
        signature=statement[_MAC_SIZE:_HEAD_AT],
        head=statement[_HEAD_AT:],
    )
