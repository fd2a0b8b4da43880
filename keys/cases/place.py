"""The place of a message in the log, as its reader knows it, and the day of its entry."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    from keys.wire.ids import MessageId
    from keys.wire.messages import Head

_AFTER_THE_LOG = 2**64  # no position of the log is as high: u64, SPEC 10.1


class Place(NamedTuple):
    """A place in the order: a position of the log, or the `after`-th one between it and the next position.

    Between two positions come messages that the log has lost since it was read, and those that wait until their owner
    accepts a log that differs (SPEC 10.4). On the page, positions are those of the mailbox.
    """

    position: int
    after: int = 0

    @classmethod
    def unposted(cls, written: int) -> Self:
        """Return the place of an own message that is not in the log yet: after all of it, in the order of writing."""
        return cls(_AFTER_THE_LOG, written)

    @property
    def is_posted(self) -> bool:
        """Say whether the message is or was in the log."""
        return self.position < _AFTER_THE_LOG


class Way(Enum):
    """How a message reached this vault. It affects nothing in the case, only how long the vault waits (SPEC 12.7)."""

    OWN = "own"  # written here
    LOG = "log"  # sealed to the owner of this vault
    SHARE = "share"  # its key came by a share, its place from the local log
    WORD = "word"  # it is older than the first own session: a share also gave its place and day


@dataclass(frozen=True, slots=True)
class PlacedMessage:
    """A message whose signature was checked, with its place and the day of its entry."""

    id: MessageId
    head: Head
    place: Place
    day: int
    # Not compared: two vaults with the same messages have the same case, however the messages came.
    way: Way = field(default=Way.LOG, compare=False)
