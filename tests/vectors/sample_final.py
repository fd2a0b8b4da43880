"""Writes section 16 of SPEC-final.md from vectors: `python -m tests.vectors.sample_final`; it makes nothing up."""

from __future__ import annotations

import hashlib
import sys
import textwrap

from keys.sealing import PrivatePair
from keys.sealing.stream import head_content
from keys.wire.envelope import (
    COUNT_SIZE,
    MAC_SIZE,
    MAGIC_SIZE,
    SEALED_SHARE_SIZE,
    SLOT_SIZE,
    TAG_SIZE,
    UNTIL_SIZE,
    WRAPPED_KEY_SIZE,
    Header,
)
from keys.wire.log import DIGEST_SIZE, LogDigest, ShortEntry, log_digest
from keys.wire.plaintext import signed_bytes
from tests.vectors.sample import ENVELOPE, RECEIPT, SUFFIX, WIDTH, _opening, _part, _read, _receipt, _value

HEAD = "message/answer"
DAY = 20_600
OLD_WAY = "recipients"  # a key that the final format does not derive


def _layout(raw: bytes, header: Header) -> list[str]:
    first = MAGIC_SIZE + COUNT_SIZE + UNTIL_SIZE
    own = first + (len(header.slots) - 1) * SLOT_SIZE
    behind = own + SLOT_SIZE - WRAPPED_KEY_SIZE
    return [
        _part(0, raw[:MAGIC_SIZE], "magic"),
        _part(MAGIC_SIZE, raw[MAGIC_SIZE : MAGIC_SIZE + COUNT_SIZE], f"count: {len(header.slots)} slots"),
        _part(MAGIC_SIZE + COUNT_SIZE, raw[MAGIC_SIZE + COUNT_SIZE : first], f"until: day {header.until}"),
        _part(first, raw[first : first + SEALED_SHARE_SIZE], "slot 0: sealed share"),
        _part(own, raw[own : own + SEALED_SHARE_SIZE], f"slot {len(header.slots) - 1}: sealed share"),
        _part(own + SEALED_SHARE_SIZE, raw[own + SEALED_SHARE_SIZE : behind], "  KEM ciphertext"),
        _part(behind, raw[behind : own + SLOT_SIZE], "  wrapped key"),
        _part(header.size - 2 * MAC_SIZE, header.content, "content"),
        _part(header.size - MAC_SIZE, header.mac, "mac"),
        _part(header.size, raw[header.size :], "stream: one chunk"),
        _part(len(raw) - TAG_SIZE, raw[-TAG_SIZE:], "  its tag"),
    ]


def section() -> str:
    """Return section 16 without its title."""
    vector, message = _read(ENVELOPE), _read(HEAD)
    header = Header.parse(vector.raw)
    reader = PrivatePair.from_seeds(vector.hex("box"), vector.hex("kem"))
    entry = ShortEntry.of(header, DAY, len(vector.raw))
    signed = signed_bytes("answer", header.mac, message.raw)
    lines = [
        *_receipt(_read(RECEIPT)),
        f"\nAn envelope (`{ENVELOPE}{SUFFIX}`), {len(vector.raw)} bytes:\n",
        *_layout(vector.raw, header),
        f"\nThe reporter opens slot {len(header.slots) - 1}:\n",
        *(line for line in _opening(header, reader) if OLD_WAY not in line),
        f"\nA head (`{HEAD}{SUFFIX}`), whose lines are joined without anything between them:\n",
        "```json",
        *textwrap.wrap(message.raw.decode(), WIDTH, drop_whitespace=False, break_on_hyphens=False),
        "```",
        "\nUnder this K and mac it would have\n",
        _value("content", head_content(vector.hex("content-key"), message.raw)),
        _value("signed bytes before the mac", signed[: signed.index(header.mac)]),
        _value("id", hashlib.sha256(signed).digest()),
        f"\nThe envelope as the first entry of a log, on day {DAY}, where the id of root version 1 is 32 zero bytes:\n",
        _value("SHA-256(header before the content)", entry.header_digest),
        _value("digest(1)", log_digest(LogDigest(bytes(DIGEST_SIZE)), 1, entry)),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(section())
