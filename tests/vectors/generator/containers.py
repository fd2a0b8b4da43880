"""Signed containers, frames, postings and cursors of the log, SPEC 1, 7, 10 and 11: cut, mixed up, or too long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.wire.canonical import b64
from keys.wire.envelope import Header
from keys.wire.posting import CAPABILITY_SIZE, DOOR_APPEND, DOOR_OPEN, POSTING_START, Posting
from keys.wire.signed import Signed, join_frames
from keys.wire.stamp import NONCE_SIZE
from tests.vectors.generator.people import RECEIPT, seed
from tests.vectors.generator.scenario import ACCEPTED, MALFORMED, UNSUPPORTED, Made, Subject
from tests.vectors.generator.sealer import report

if TYPE_CHECKING:
    from collections.abc import Callable

SIGNED = Subject("signed")
FRAMES = Subject("frames")
POSTING = Subject("posting")
CURSOR = Subject("cursor")

_KEYS = sorted(seed(f"signing key {number}") for number in range(3))
_PAIRS = [(key, seed(f"signature by {key.hex()}", 64)) for key in _KEYS]
_DOCUMENT = b'{"a":1}'


def _by(*pairs: tuple[bytes, bytes], document: bytes = _DOCUMENT) -> bytes:
    return Signed(document, pairs).encode()


def _signed(title: str, expect: str, comment: str, raw: bytes) -> None:
    SIGNED.add(title, expect, comment, lambda: raw)


_one = _by(_PAIRS[0])
_signed("by one", ACCEPTED, "one signer", _one)
_signed("by three", ACCEPTED, "in ascending order of key", _by(*_PAIRS))
_signed("by nobody", MALFORMED, "a count of 0", _by())
_signed("out of order", MALFORMED, "one set has one spelling", _by(_PAIRS[1], _PAIRS[0]))
_signed("by one twice", MALFORMED, "one key must not count as two", _by(_PAIRS[0], _PAIRS[0]))
_signed("by one with two signatures", MALFORMED, "also not so", _by(_PAIRS[0], (_KEYS[0], _PAIRS[1][1])))
_signed("with a byte behind it", MALFORMED, "nothing follows", _one + b"\0")
_signed("with its last byte cut off", MALFORMED, "a cut signature", _one[:-1])
_signed("with a count too high", MALFORMED, "a signer who is not there", _one.replace(b"}\x01", b"}\x02"))
_signed("with a count too low", MALFORMED, "a signer nobody counts", _by(*_PAIRS).replace(b"}\x03", b"}\x02"))
_signed("with a length too high", MALFORMED, "the count would be read as text", b"\0\0\0\x08" + _one[4:])
_signed("with a length beyond the end", MALFORMED, "four gigabytes", b"\xff\xff\xff\xff" + _one[4:])
_signed("with no document", MALFORMED, "a length of 0", _by(_PAIRS[0], document=b""))
_signed(
    "with a document above the limit",
    MALFORMED,
    "262,145 bytes",
    _by(_PAIRS[0], document=b'{"a":"' + b"b" * 262_137 + b'"}'),
)
_signed("with a list for a document", MALFORMED, "documents are objects", _by(_PAIRS[0], document=b"[]"))
_signed("with a document not canonical", MALFORMED, "one spelling, one id", _by(_PAIRS[0], document=b'{"a": 1}'))
_signed("of nothing", MALFORMED, "no bytes", b"")


def _framed(title: str, comment: str, *frames: bytes) -> None:
    sizes = {"sizes": " ".join(str(len(frame)) for frame in frames)} if frames else {}
    FRAMES.add(title, ACCEPTED, comment, lambda: (join_frames(frames), sizes))


def _cut(title: str, comment: str, raw: bytes) -> None:
    FRAMES.add(title, MALFORMED, comment, lambda: raw)


_framed("none", "`sizes` is left out")
_framed("one", "one frame", b"a")
_framed("three, one of them empty", "a frame may be empty", b"abc", b"", b"d")
_cut("cut in a frame", "three bytes of four", b"\0\0\0\x04abc")
_cut("cut in a length", "three bytes of a u32", join_frames([b"a"]) + b"\0\0\0")
_cut("cut behind a length", "nothing behind it", b"\0\0\0\x01")
_cut("of 4 gigabytes", "a reader must not ask for so much memory first", b"\xff\xff\xff\xffa")


def _post(door: int = DOOR_OPEN, first: bytes = seed("digest")) -> Posting:
    halves = [first, seed("rest of the address")]
    if door == DOOR_OPEN:
        halves.sort()
    return Posting(door, seed("nonce", NONCE_SIZE), b"".join(halves), report().seal())


def _posted(title: str, comment: str, door: int, first: bytes) -> None:
    def made() -> Made:
        posting = _post(door, first)
        return posting.encode(), {
            "door": str(posting.door),
            "nonce": posting.nonce.hex(),
            "address": posting.address.hex(),
            "mac": Header.parse(posting.envelope).mac.hex(),
        }

    POSTING.add(title, ACCEPTED, comment, made)


def _refused(title: str, comment: str, change: Callable[[bytes], bytes], expect: str = MALFORMED) -> None:
    POSTING.add(title, expect, comment, lambda: change(_post().encode()))


_posted("of a report", "a share or a cover entry looks alike: door 0", DOOR_OPEN, seed("digest"))
_posted("of an answer", "as many bytes as a report: door 1", DOOR_APPEND, RECEIPT.capability())
_refused("with door 2", "there are two", lambda raw: b"\x02" + raw[1:])
_refused("with door 255", "there are two", lambda raw: b"\xff" + raw[1:])
_HALF = POSTING_START - CAPABILITY_SIZE


def _turned(raw: bytes) -> bytes:
    return (
        raw[: _HALF - CAPABILITY_SIZE]
        + raw[_HALF:POSTING_START]
        + raw[_HALF - CAPABILITY_SIZE : _HALF]
        + raw[POSTING_START:]
    )


_refused("with its address descending", "the order would tell which half is the reporter's", _turned)
_refused(
    "with one capability twice",
    "a mailbox has two",
    lambda raw: raw[:_HALF] + raw[_HALF - CAPABILITY_SIZE : _HALF] + raw[POSTING_START:],
)
_refused("of nothing", "no bytes", lambda raw: b"")
_refused("cut in its address", "no envelope", lambda raw: raw[: POSTING_START - 1])
_refused("of no envelope", "nothing behind the address", lambda raw: raw[:POSTING_START])
_refused("of plain text", "nothing but an envelope is taken", lambda raw: raw[:POSTING_START] + b"Er is " * 4363)
_refused("cut in its envelope", "a size of no class", lambda raw: raw[:-1])
_refused("with a byte behind its envelope", "a size of no class", lambda raw: raw + b"\0")
_refused(
    "of version 2",
    "a server says 'update', too",
    lambda raw: raw[:POSTING_START] + b"MELDBUS\x02" + raw[POSTING_START + 8 :],
    UNSUPPORTED,
)


def _cursor(title: str, comment: str, text: str, position: int | None = None) -> None:
    found = {} if position is None else {"position": str(position), "digest": seed("header digest").hex()}
    CURSOR.add(title, MALFORMED if position is None else ACCEPTED, comment, lambda: (text.encode(), found))


_digest = b64(seed("header digest"))
_cursor("right", "position and digest", f"12.{_digest}", 12)
_cursor("at position 0", "the first there could be", f"0.{_digest}", 0)
_cursor("of nothing", "no text", "")
_cursor("without a digest", "it tells whether this is the same log", "12.")
_cursor("without a dot", "two parts", f"12{_digest}")
_cursor("without a position", "two parts", f".{_digest}")
_cursor("with a second dot", "two parts", f"12.{_digest}.1")
_cursor("below zero", "digits alone", f"-1.{_digest}")
_cursor("with a plus", "digits alone", f"+1.{_digest}")
_cursor("with a zero in front", "one place has one spelling", f"012.{_digest}")
_cursor("with digits of another script", "digits to some", f"\u0661\u0662.{_digest}")
_cursor("beyond an i64", "no database counts so far", f"{2**63}.{_digest}")
_cursor("beyond a u64", "no u64 holds it", f"{2**64}.{_digest}")
_cursor("with a short digest", "32 bytes", f"12.{b64(bytes(31))}")
_cursor("with padding", "base64url has none here", f"12.{_digest}=")
