"""Files to send, what their upload looked like, and what arrived: the envelope as its reporter's receipt opens it."""

from __future__ import annotations

import hashlib
import random
from typing import TYPE_CHECKING

from keys.receipt import Receipt
from keys.sealing import Message, PrivatePair, find_content_key, front_size, open_contents, open_message
from keys.wire.envelope import Header
from keys.wire.files import MIB
from keys.wire.upload import Opening, PartPosting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from keys.courier import Courier
    from keys.wire.exchange import Item
    from tests.client.page import Wire
    from tests.keys.office import Office


LONG = 6 * MIB + 12_345  # so many bytes go in seven parts


def written(path: Path, size: int) -> Path:
    path.write_bytes(random.Random(size).randbytes(size))
    return path


def changed(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def only_message(office: Office, code: str) -> list[str]:
    """Return the digests of the files of the only message there is, however often it was sent."""
    [(_, digests)] = arrived(office, code)
    return digests


def arrived(office: Office, written: str) -> list[tuple[Message, list[str]]]:
    """Return every message of a thread, with the SHA-256 of the bytes of each of its files."""
    receipt = Receipt.parse(written)
    courier, capability = office.courier(), receipt.capability()
    pair = PrivatePair.from_seeds(receipt.box_seed(), receipt.kem_seed())
    found = []
    for item in items_of(courier, capability):
        content_key = find_content_key(item.header(), [pair])

        def fetch(number: int, position: int = item.position) -> bytes:
            return courier.part(capability, position, number)

        front = item.prefix
        if front_size(front, item.size, content_key) > len(front):
            front += fetch(0)
        message = open_message(front, content_key, item.size)
        digests, left = [], [file.size for file in message.head.files]
        hashes = [hashlib.sha256() for _ in left]
        for piece in open_contents(front, item.size, content_key, fetch):
            at = 0
            while at < len(piece):
                current = next(number for number, size in enumerate(left) if size)
                taken = piece[at : at + left[current]]
                hashes[current].update(taken)
                left[current] -= len(taken)
                at += len(taken)
        assert not any(left)
        digests = [digest.hexdigest() for digest in hashes]
        found.append((message, digests))
    return found


def items_of(courier: Courier, capability: bytes) -> Iterator[Item]:
    """Yield every item of a channel."""
    after = None
    while True:
        page = courier.channel(capability, after)
        yield from page.items
        if not page.more:
            return
        after = page.items[-1].cursor()


def openings(wire: Wire) -> list[Opening]:
    """Return every opening that the page sent, in order."""
    return [Opening.parse(sent) for path, sent in wire.asked if path == "/uploads"]


def parts(wire: Wire) -> list[PartPosting]:
    """Return every part that the page sent, in order."""
    return [PartPosting.parse(sent) for path, sent in wire.asked if path == "/parts"]


def macs(wire: Wire) -> list[bytes]:
    """Return the envelopes that an upload was begun for, in order."""
    return list(dict.fromkeys(Header.parse(opening.prefix).mac for opening in openings(wire)))


def sealed_once(wire: Wire) -> bool:
    """Say whether no two different parts went out under one mac and number."""
    bodies: dict[tuple[bytes, int], bytes] = {}
    return all(bodies.setdefault((part.mac, part.number), part.stream) == part.stream for part in parts(wire))
