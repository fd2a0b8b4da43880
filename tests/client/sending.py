"""Files to send, what their upload looked like, and what arrived: the envelope as its reporter's receipt opens it."""

from __future__ import annotations

import hashlib
import random
from typing import TYPE_CHECKING

from keys.receipt import Receipt
from keys.sealing import OpenedMessage, open_files
from keys.wire.envelope import Header
from keys.wire.files import MIB
from keys.wire.upload import Opening, PartPosting

if TYPE_CHECKING:
    from pathlib import Path

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


def arrived(office: Office, written: str) -> list[tuple[OpenedMessage, list[str]]]:
    """Return every message of a thread, with the SHA-256 of the bytes of each of its files."""
    receipt = Receipt.parse(written)
    courier, capability = office.courier(), receipt.capability()
    found = []
    for one in office.thread(receipt).stored.values():
        entry, message = one.entry, one.message

        def fetch(number: int, at: int = entry.number) -> bytes:
            return courier.mailbox_part(capability, at, number)

        left = [file.size for file in message.head.files]
        hashes = [hashlib.sha256() for _ in left]
        for piece in open_files(entry.prefix, entry.size, message, fetch):
            at = 0
            while at < len(piece):
                current = next(number for number, size in enumerate(left) if size)
                taken = piece[at : at + left[current]]
                hashes[current].update(taken)
                left[current] -= len(taken)
                at += len(taken)
        assert not any(left)
        found.append((message, [digest.hexdigest() for digest in hashes]))
    return found


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
