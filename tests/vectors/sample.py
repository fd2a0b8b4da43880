"""Writes the sample at the end of README.md from vectors: `python -m tests.vectors.sample`; it makes nothing up."""

from __future__ import annotations

import hashlib
import sys
import textwrap

from nacl import bindings

from keys.sealing import PrivatePair, open_slot
from keys.sealing.slots import _wrapping_key
from keys.sealing.stream import _derive, head_content
from keys.wire.envelope import (
    COUNT_SIZE,
    LABEL_CONTENT,
    LABEL_HEADER,
    LABEL_PAYLOAD,
    LABEL_SLOT,
    MAC_SIZE,
    MAGIC_SIZE,
    SEALED_SHARE_SIZE,
    SLOT_SIZE,
    TAG_SIZE,
    UNTIL_SIZE,
    WRAPPED_KEY_SIZE,
    Header,
)
from keys.wire.log import LogDigest, ShortEntry, log_digest
from keys.wire.plaintext import signed_bytes
from keys.wire.sizes import DIGEST_SIZE
from tests.vectors.vector import FOLDER, SUFFIX, Vector

HEAD = "message/answer"
DAY = 20_600
RECEIPT = "receipt/as-it-is-shown"
ENVELOPE = "envelope/answer-opened-by-the-reporter"
SHOWN = 16  # bytes of a part
WIDTH = 100
INDENT = "    "


def _read(name: str) -> Vector:
    return Vector.read(FOLDER / (name + SUFFIX))


def _part(at: int, raw: bytes, words: str) -> str:
    dots = " .." if len(raw) > SHOWN else ""
    return f"{INDENT}{at:>6}  {raw[:SHOWN].hex(' ') + dots:<52}{words}"


def _value(words: str, raw: bytes) -> str:
    first, *others = textwrap.wrap(raw.hex(), 64)
    return "\n".join([f"{INDENT}{words:<38}{first}", *(INDENT + " " * 38 + other for other in others)])


def _receipt(vector: Vector) -> list[str]:
    secrets = {
        "capability": "meldbus/1 receipt capability",
        "box-seed": "meldbus/1 receipt x25519",
        "kem-seed": "meldbus/1 receipt ml-kem-768",
        "sign-seed": "meldbus/1 receipt ed25519",
    }
    return [
        f"A receipt (`{vector.name}{SUFFIX}`) and what follows from its first 26 symbols:\n",
        INDENT + vector.raw.decode(),
        *(_value(label, vector.hex(field)) for field, label in secrets.items()),
    ]


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


def _opening(header: Header, reader: PrivatePair) -> list[str]:
    slot = header.slots[-1]
    start = slot.sealed_share + slot.kem_ciphertext
    share = bindings.crypto_box_seal_open(slot.sealed_share, reader.public.box, reader.box)
    secret = reader.kem.decapsulate(slot.kem_ciphertext)
    info = hashlib.sha256(LABEL_SLOT + start + reader.public.box + reader.public.kem).digest()
    key = open_slot(slot, reader)
    return [
        _value("X25519 key", reader.public.box),
        _value("SHA-256 of the ML-KEM-768 key", hashlib.sha256(reader.public.kem).digest()),
        _value("share", share),
        _value("ss", secret),
        _value("info", info),
        _value("HKDF(share || ss, info)", _wrapping_key(share, secret, start, reader.public)),
        _value("K", key),
        _value('HKDF(K, "meldbus/1 header")', _derive(key, LABEL_HEADER)),
        _value('HKDF(K, "meldbus/1 content")', _derive(key, LABEL_CONTENT)),
        _value('HKDF(K, "meldbus/1 payload")', _derive(key, LABEL_PAYLOAD)),
    ]


def section() -> str:
    """Return the sample without its title."""
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
        *_opening(header, reader),
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
