"""Archives of shares, SPEC 5.4: frames that are missing, members out of bounds, and sizes."""

from __future__ import annotations

from typing import Any

from keys.wire.canonical import b64, encode
from keys.wire.plaintext import MAX_HEAD_SIZE
from keys.wire.signed import join_frames
from tests.vectors.generator.messages import MAX_DAY, answer, log, report
from tests.vectors.generator.people import TODAY, seed
from tests.vectors.generator.scenario import ACCEPTED, MALFORMED, Made, Subject

ARCHIVE = Subject("archive")
_KEY = seed("content key")
_ENTRY: dict[str, Any] = {"day": TODAY, "gone": False, "key": b64(_KEY), "place": 7}


def _statement(head: bytes) -> bytes:
    return seed("mac") + seed("signature", 64) + head


_REPORT = _statement(encode(report()))
_ANSWER = _statement(encode(answer()))


def _frames(*pairs: tuple[dict[str, Any], bytes]) -> bytes:
    return join_frames([frame for entry, statement in pairs for frame in (encode(entry), statement)])


def _right(title: str, comment: str, *pairs: tuple[dict[str, Any], bytes]) -> None:
    def made() -> Made:
        if not pairs:
            return b""
        words = [":".join(encode(entry[name]).decode() for name in ("place", "day", "gone")) for entry, _ in pairs]
        return _frames(*pairs), {"messages": " ".join(words)}

    ARCHIVE.add(title, ACCEPTED, comment, made)


def _wrong(title: str, comment: str, raw: bytes) -> None:
    ARCHIVE.add(title, MALFORMED, comment, lambda: raw)


def _entry(title: str, comment: str, **changes: Any) -> None:
    members = {name: value for name, value in (_ENTRY | changes).items() if value is not ...}
    _wrong(title, comment, _frames((members, _REPORT)))


_later = _ENTRY | {"place": 12}
_right("of nothing", "an arrived is answered though there is nothing to give")
_right("of one message", "a report", (_ENTRY, _REPORT))
_right("of two messages", "in the order of the case", (_ENTRY, _REPORT), (_later, _ANSWER))
_right("out of order", "the reader puts messages in order", (_later, _ANSWER), (_ENTRY, _REPORT))
_right(
    "of the same message twice", "one whose id is here already changes nothing", (_ENTRY, _REPORT), (_ENTRY, _REPORT)
)
_right("from a page", "a page has no log", (_ENTRY | {"place": None}, _REPORT))
_right("of what the log has no more", "day and place are the sharer's word", (_ENTRY | {"gone": True}, _REPORT))
_right("of the last place", "the largest number there is", (_ENTRY | {"place": 2**53 - 1}, _REPORT))
_right("of the last day", "9999-12-31", (_ENTRY | {"day": MAX_DAY}, _REPORT))
_right(
    "with a head that is none",
    "it is left out when it is read, and the others count",
    (_ENTRY, _statement(b"x")),
    (_later, _ANSWER),
)
_right(
    "with a share", "left out when it is read: only messages of a case", (_ENTRY, _statement(encode(log("share", {}))))
)
_right("with the longest head", "262,076 bytes", (_ENTRY, _statement(bytes(MAX_HEAD_SIZE))))

_wrong("cut in the middle of a frame", "nothing is guessed", _frames((_ENTRY, _REPORT))[:-1])
_wrong("cut in the middle of a length", "nothing is guessed", _frames((_ENTRY, _REPORT)) + b"\0\0\0")
_wrong("with a byte more", "nothing is guessed", _frames((_ENTRY, _REPORT)) + b"\0")
_wrong("with an empty frame more", "two frames a message", _frames((_ENTRY, _REPORT)) + bytes(4))
_wrong("with one frame", "two frames a message", join_frames([encode(_ENTRY)]))
_wrong("with three frames", "two frames a message", join_frames([encode(_ENTRY), _REPORT, encode(_ENTRY)]))
_wrong("with frames exchanged", "the entry comes first", join_frames([_REPORT, encode(_ENTRY)]))
_wrong("with two empty frames", "an entry is an object", bytes(8))
_wrong("with an entry that is a list", "an object", join_frames([encode([7]), _REPORT]))
_spaced = encode(_ENTRY).replace(b",", b", ")
_turned = b'{"place":7,' + encode(_ENTRY).replace(b',"place":7', b"")[1:]
_wrong("with white space in an entry", "one value has one spelling", join_frames([_spaced, _REPORT]))
_wrong("with members in another order", "one value has one spelling", join_frames([_turned, _REPORT]))
_wrong("without a head", "96 bytes are mac and signature alone", _frames((_ENTRY, _statement(b""))))
_wrong("with a cut signature", "64 bytes", _frames((_ENTRY, _statement(b"")[:-1])))
_wrong("with nothing but an entry", "mac, signature and head", _frames((_ENTRY, b"")))
_wrong("with a head longer than the limit", "262,077 bytes", _frames((_ENTRY, _statement(bytes(MAX_HEAD_SIZE + 1)))))
for _name in sorted(_ENTRY):
    _entry(f"without {_name}", "every member is there", **{_name: ...})
_entry("with another member", "nothing that nobody reads", cover=1)
_entry("at place zero", "places count from 1", place=0)
_entry("at a place below zero", "places count from 1", place=-1)
_entry("at a place as text", "a number or null", place="7")
_entry("at place true", "no number, though Python counts it as 1", place=True)
_entry("on a day below zero", "days count from 1970-01-01", day=-1)
_entry("on a day of the year 10000", "no calendar shows it", day=MAX_DAY + 1)
_entry("on a day of null", "the word of the sharer, if of nobody else", day=None)
_entry("with a short key", "K has 32 bytes", key=b64(_KEY[:31]))
_entry("with a key of null", "without it nothing opens", key=None)
_entry("with a key in hex", "base64url", key=_KEY.hex())
_entry("gone as a number", "true or false", gone=1)
_entry("gone as null", "true or false", gone=None)
