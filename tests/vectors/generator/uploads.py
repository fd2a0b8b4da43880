"""Openings and parts of large envelopes, SPEC 13.1: cut, too small, of no class."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from keys.wire.envelope import Header, header_size, prefix_size, stream_size
from keys.wire.files import MIB
from keys.wire.posting import DOOR_APPEND, DOOR_OPEN, POSTING_START
from keys.wire.stamp import NONCE_SIZE
from keys.wire.upload import OPENING_START, PART_START, Opening, PartPosting, part_count
from tests.vectors.generator.files import noise
from tests.vectors.generator.people import RECEIPT, seed
from tests.vectors.generator.scenario import ACCEPTED, MALFORMED, UNSUPPORTED, Made, Subject
from tests.vectors.generator.sealer import report

if TYPE_CHECKING:
    from collections.abc import Callable

OPENING = Subject("opening")
PART = Subject("part")
SMALLEST = 1_081_344  # the first class above 1 MiB
LARGEST = 2_214_592_512


def _opening(padded: int, door: int = DOOR_OPEN, first: bytes = seed("digest")) -> Opening:
    draft = report("a" * 100_000)
    header = draft.header()
    whole = header.encode() + draft.stream(draft.plaintext(header.mac))
    address = (
        b"".join(sorted((first, seed("rest of the address"))))
        if door == DOOR_OPEN
        else first + seed("rest of the address")
    )
    size = header_size(8) + stream_size(padded)
    return Opening(door, seed("nonce", NONCE_SIZE), address, size, whole[: prefix_size(header, size)])


def _opened(title: str, comment: str, padded: int, door: int = DOOR_OPEN, first: bytes = seed("digest")) -> None:
    def made() -> Made:
        opening = _opening(padded, door, first)
        return opening.encode(), {
            "door": str(door),
            "nonce": opening.nonce.hex(),
            "address": opening.address.hex(),
            "size": str(opening.size),
            "mac": Header.parse(opening.prefix).mac.hex(),
            "parts": str(part_count(len(opening.prefix), opening.size)),
        }

    OPENING.add(title, ACCEPTED, comment, made)


def _refused(title: str, comment: str, change: Callable[[bytes], bytes], expect: str = MALFORMED) -> None:
    OPENING.add(title, expect, comment, lambda: change(_opening(SMALLEST).encode()))


_opened("of the smallest class", "two parts, the second one short", SMALLEST)
_opened("of the largest class", "a report with two gigabytes of files", LARGEST)
_opened("of an answer", "door 1, and a capability", 5_111_808, DOOR_APPEND, RECEIPT.capability())
OPENING.add("of one MiB", MALFORMED, "goes in one posting", lambda: _opening(MIB).encode())
OPENING.add(
    "of no class",
    MALFORMED,
    "a byte more than a class",
    lambda: replace(_opening(SMALLEST), size=_opening(SMALLEST).size + 1).encode(),
)
_refused("with door 2", "there are two", lambda raw: b"\x02" + raw[1:])
_refused("of nothing", "no bytes", lambda raw: b"")
_refused("cut in its address", "no size", lambda raw: raw[: POSTING_START - 1])
_refused("cut in its size", "seven bytes of a u64", lambda raw: raw[: OPENING_START - 1])
_refused("cut in its prefix", "the first chunk is whole", lambda raw: raw[:-1])
_refused("with a byte behind its prefix", "what follows is a part", lambda raw: raw + b"\0")
_refused("that is a posting", "the magic stands where the size should", lambda raw: raw[:81] + raw[89:])
_refused(
    "of version 2",
    "a server says 'update', too",
    lambda raw: raw[:OPENING_START] + b"MELDBUS\x02" + raw[OPENING_START + 8 :],
    UNSUPPORTED,
)


def _part(title: str, comment: str, number: int, stream: Callable[[], bytes]) -> None:
    def made() -> Made:
        raw = PartPosting(seed("mac"), number, stream()).encode()
        return raw, {"mac": seed("mac").hex(), "number": str(number)}

    PART.add(title, ACCEPTED, comment, made)


_part("of a kilobyte", "the last one may be short", 7, lambda: noise(1024))
_part("of one byte", "the shortest there is", 2**32 - 1, lambda: b"!")
_part("of a MiB", "the longest", 0, lambda: bytes(MIB))
PART.add("of no bytes", MALFORMED, "each part has one at least", lambda: seed("mac") + bytes(4))
PART.add("cut in its number", MALFORMED, "three bytes of a u32", lambda: seed("mac") + bytes(3))
PART.add("of more than a MiB", MALFORMED, "one byte", lambda: bytes(PART_START + MIB + 1))
