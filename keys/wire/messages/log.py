"""Bodies of the channel `log`, in which vaults send each other what they lack (SPEC 5.1, 12.4)."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from keys.wire.canonical import MAX_INTEGER
from keys.wire.ids import MessageId
from keys.wire.messages.fields import LOG, RECIPIENT, REPORTER, BytesField, IntegerField, ListField
from keys.wire.messages.kind import Body
from keys.wire.sizes import ID_SIZE

ONE_FILE = (1, 1)
MAX_ARCHIVE_SIZE = 67_108_864  # SPEC 5.4: a vault fetches it without asking
MAX_LACKING = 64  # SPEC 5.2: as many as one message can name


@dataclass(frozen=True, slots=True)
class Arrived(Body):
    """The author's vault is new, or was away too long: every other tool answers with one share."""

    KIND: ClassVar[str] = "arrived"
    CHANNEL: ClassVar[str] = LOG
    CASE: ClassVar[Literal["absent"]] = "absent"


@dataclass(frozen=True, slots=True)
class Lacking(Body):
    """Messages of a case that other messages name and that did not reach the author."""

    KIND: ClassVar[str] = "lacking"
    CHANNEL: ClassVar[str] = LOG
    messages: Annotated[tuple[MessageId, ...], ListField("message id", ID_SIZE, 1, MAX_LACKING)]


@dataclass(frozen=True, slots=True)
class Share(Body):
    """Keys of messages, in its one file, an archive; it gives no rights. Without a case, it covers all cases."""

    KIND: ClassVar[str] = "share"
    AUTHORS: ClassVar[tuple[str, ...]] = (REPORTER, RECIPIENT)
    CHANNEL: ClassVar[str] = LOG
    CASE: ClassVar[Literal["named or absent"]] = "named or absent"
    FILES: ClassVar[tuple[int, int]] = ONE_FILE


@dataclass(frozen=True, slots=True)
class LogAccepted(Body):
    """The author accepts a log that differs from the one read before, at this place and digest."""

    KIND: ClassVar[str] = "log-accepted"
    CHANNEL: ClassVar[str] = LOG
    CASE: ClassVar[Literal["absent"]] = "absent"
    digest: Annotated[bytes, BytesField("digest", ID_SIZE)]
    place: Annotated[int, IntegerField("place", 0, MAX_INTEGER)]
