"""What a reader of a channel has before it: envelopes after the attempt to open them, what counts, what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keys.roster import Recipient
    from keys.sealing import Message

MISSING = "missing"  # an earlier message was left out
REORDERED = "reordered"
REPEATED = "repeated"
MOVED = "moved"  # it names another case or channel
SPOILT = "spoilt"  # it does not open, or has no slot for us
FORBIDDEN = "forbidden"  # its author may not say that
UNSUPPORTED = "unsupported"  # update the tool


@dataclass(frozen=True, slots=True)
class Received:
    """An envelope of a channel after the attempt to open it; `error` is set where it did not open.

    `day` is the server's; `addressed` says that a slot of ours opened it, not a key from a share.
    """

    day: int
    message: Message | None
    error: Exception | None = None
    addressed: bool = True


@dataclass(frozen=True, slots=True)
class Said:
    """A message that counts; `author` is None for the reporter."""

    message: Message
    day: int
    author: Recipient | None

    @property
    def kind(self) -> str:
        """The name of its kind."""
        return self.message.head.kind

    @property
    def text(self) -> str:
        """Its words, or nothing for kinds that have none or are not known."""
        return getattr(self.message.head.body, "text", "")


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something SPEC.md 5.2 says must not happen, behind the first `after` messages that count."""

    after: int
    code: str
