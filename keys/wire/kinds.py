"""The kinds of message, SPEC.md 5, with the bodies of the feed; who really wrote one is checked by `cases`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from keys.errors import MalformedError
from keys.wire.bodies import (
    CHANNELS,
    DOSSIER,
    FEED,
    FIRST_CLASS_TEXT_SIZE,
    MAX_OTHERS_SIZE,
    MAX_TEXT_SIZE,
    RECIPIENT,
    REPORTER,
    THREAD,
    About,
    Acknowledgement,
    Answer,
    Closed,
    Entered,
    Feedback,
    Identity,
    Minutes,
    Opened,
    Question,
    Report,
    Words,
    check_members,
    identities_of,
    listed,
)
from keys.wire.canonical import Json, b64, encode, unb64
from keys.wire.closing import Approval, Correction, Exported, Outcome, Purge, Reopened, Retention, Tombstone
from keys.wire.notes import Assigned, Begun, Categorised, Conflict, Filled, HandedOver, Informed, Note, Revealed
from keys.wire.sizes import ID_SIZE, KEY_SIZE
from keys.wire.wishes import Admit, Agreed, Consent, Left, Rating, Request, Withdrawn

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "CHANNELS",
    "DOSSIER",
    "FEED",
    "FIRST_CLASS_TEXT_SIZE",
    "KINDS",
    "MAX_OTHERS_SIZE",
    "MAX_TEXT_SIZE",
    "RECIPIENT",
    "REPORTER",
    "THREAD",
    "About",
    "Acknowledgement",
    "Admit",
    "Agreed",
    "Answer",
    "Approval",
    "Assigned",
    "Begun",
    "Body",
    "Categorised",
    "Closed",
    "Conflict",
    "Consent",
    "Correction",
    "Entered",
    "Exported",
    "Feedback",
    "Filled",
    "HandedOver",
    "Identity",
    "Informed",
    "Left",
    "Minutes",
    "Note",
    "Opened",
    "Outcome",
    "Purge",
    "Question",
    "Rating",
    "Reopened",
    "Report",
    "Request",
    "Retention",
    "Revealed",
    "Share",
    "Tombstone",
    "Unknown",
    "Withdrawn",
    "Words",
    "check_kind",
    "may_have_files",
]

_KIND = re.compile(r"[a-z][a-z-]{0,39}")
# Their labels are those of signed documents: a message of that kind could pass for one.
_RESERVED_KINDS = ("root", "roster", "bundle")


@dataclass(frozen=True, slots=True)
class Share:
    """The content keys by which the reporter or a case recipient lets others in, by message id.

    `dossiers` are those of them that open a dossier.
    """

    KIND: ClassVar[str] = "share"
    AUTHORS: ClassVar[tuple[str, ...]] = (REPORTER, RECIPIENT)
    CHANNEL: ClassVar[str] = FEED
    keys: tuple[tuple[bytes, bytes], ...]
    dossiers: tuple[bytes, ...] = ()

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> Share:
        """Read the body of a share."""
        check_members(body, "dossiers", "keys")
        keys, dossiers = body["keys"], identities_of(body["dossiers"])
        if not isinstance(keys, dict) or not keys or not set(map(b64, dossiers)) <= set(keys):
            raise MalformedError("keys")
        return cls(tuple((unb64(name, ID_SIZE), unb64(key, KEY_SIZE)) for name, key in keys.items()), dossiers)

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {"dossiers": listed(self.dossiers), "keys": {b64(name): b64(key) for name, key in self.keys}}


@dataclass(frozen=True, slots=True)
class Unknown:
    """A body of a kind that this version does not know: kept, and shown as "update the tool"."""

    AUTHORS: ClassVar[tuple[str, ...]] = (REPORTER, RECIPIENT)
    raw: bytes

    @classmethod
    def keep(cls, body: Mapping[str, Json]) -> Unknown:
        """Keep a body as its own canonical bytes."""
        return cls(encode(dict(body)))


_Wish: TypeAlias = Request | Consent | Admit | Agreed | Rating | Withdrawn | Left
_Record: TypeAlias = Begun | Filled | Assigned | Informed | Categorised | Conflict | HandedOver | Revealed
_Ending: TypeAlias = Reopened | Outcome | Retention | Purge | Approval | Correction | Exported
_Known: TypeAlias = Report | Words | Opened | Entered | _Wish | _Record | _Ending | Share | Tombstone
Body: TypeAlias = _Known | Unknown

_WORDS: tuple[type[Words], ...] = (Answer, Question, Acknowledgement, Feedback, Closed, Minutes, Identity)
_WISHES: tuple[type[_Wish], ...] = (Request, Consent, Admit, Agreed, Rating, Withdrawn, Left)
_RECORDS: tuple[type[_Record], ...] = (
    Begun,
    Filled,
    Assigned,
    Informed,
    Categorised,
    Conflict,
    HandedOver,
    Revealed,
)
_ENDINGS: tuple[type[_Ending], ...] = (Reopened, Outcome, Retention, Purge, Approval, Correction, Exported)
_IN_CHANNELS = (Report, *_WORDS, Note, Opened, Entered, *_WISHES, *_RECORDS, *_ENDINGS)
KINDS: dict[str, type[_Known]] = {body.KIND: body for body in (*_IN_CHANNELS, Share, Tombstone)}


def check_kind(kind: Json) -> str:
    """Return `kind` if it is the name of a kind, known or not; raise MalformedError otherwise."""
    if not isinstance(kind, str) or not _KIND.fullmatch(kind) or kind in _RESERVED_KINDS:
        raise MalformedError("kind")
    return kind


def may_have_files(kind: str) -> bool:
    """Say whether a message of this kind may have files: those with a text to read, and those that are not known."""
    known = KINDS.get(kind)
    return known is None or (issubclass(known, (Report, Words)) and known is not Identity)
