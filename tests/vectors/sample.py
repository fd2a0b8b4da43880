"""Writes section 13 of SPEC.md from two vectors: `python -m tests.vectors.sample`; it makes nothing up."""

from __future__ import annotations

import hashlib
import sys
import textwrap

from nacl import bindings

from keys.sealing import PrivatePair, open_slot, open_stream, recipients_capability
from keys.sealing.slots import _wrapping_key
from keys.sealing.stream import _derive, head_content
from keys.wire.envelope import (
    CONTENT_SIZE,
    COUNT_SIZE,
    KEM_CIPHERTEXT_SIZE,
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
    Header,
)
from keys.wire.plaintext import LENGTH_SIZE, SIGNATURE_SIZE, split
from tests.vectors.vector import FOLDER, SUFFIX, Vector

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
    count_at, until_at = MAGIC_SIZE, MAGIC_SIZE + COUNT_SIZE
    first = until_at + UNTIL_SIZE
    lines = [
        _part(0, raw[:MAGIC_SIZE], "magic"),
        _part(count_at, raw[count_at:until_at], f"count: {len(header.slots)} slots"),
        _part(until_at, raw[until_at:first], f"until: day {header.until}"),
    ]
    for number in range(len(header.slots)):
        at = first + number * SLOT_SIZE
        behind = at + SEALED_SHARE_SIZE + KEM_CIPHERTEXT_SIZE
        lines.append(_part(at, raw[at : at + SEALED_SHARE_SIZE], f"slot {number}: sealed share"))
        if number in (0, len(header.slots) - 1):
            lines += [
                _part(at + SEALED_SHARE_SIZE, raw[at + SEALED_SHARE_SIZE : behind], "  KEM ciphertext"),
                _part(behind, raw[behind : at + SLOT_SIZE], "  wrapped key"),
            ]
    mac_at = header.size - MAC_SIZE
    return [
        *lines,
        _part(mac_at - CONTENT_SIZE, header.content, "content"),
        _part(mac_at, header.mac, "mac"),
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
        _value('HKDF(K, "meldbus/1 recipients")', recipients_capability(key)),
    ]


def _plaintext(vector: Vector, plaintext: bytes) -> list[str]:
    head, signature = split(plaintext)
    behind = LENGTH_SIZE + len(head)
    end = behind + SIGNATURE_SIZE
    return [
        f"The plaintext has {len(plaintext)} bytes:\n",
        _part(0, plaintext[:LENGTH_SIZE], f"head-length: {len(head)}"),
        _part(LENGTH_SIZE, head, "head"),
        _part(behind, signature, "signature"),
        _part(end, plaintext[end:], f"padding: {len(plaintext) - end} bytes"),
        "\nThe head, whose lines are joined without anything between them:\n",
        "```json",
        *textwrap.wrap(head.decode(), WIDTH, drop_whitespace=False, break_on_hyphens=False),
        "```",
        "\nThe header's content is over these bytes; the signature covers `meldbus/1 answer`, 06, the mac and them:\n",
        _value("content", head_content(vector.hex("content-key"), head)),
        _value("SHA-256 of the signed bytes: its id", vector.hex("id")),
        _value("author", vector.hex("author")),
        _value("signature", signature),
    ]


def section() -> str:
    """Return section 13 without its title."""
    vector = _read(ENVELOPE)
    header = Header.parse(vector.raw)
    reader = PrivatePair.from_seeds(vector.hex("box"), vector.hex("kem"))
    plaintext = open_stream(vector.hex("content-key"), vector.raw[header.size :])
    lines = [
        *_receipt(_read(RECEIPT)),
        f"\nAn answer to its holder (`{ENVELOPE}{SUFFIX}`), {len(vector.raw)} bytes:\n",
        *_layout(vector.raw, header),
        f"\nThe reporter opens slot {len(header.slots) - 1}:\n",
        *_opening(header, reader),
        "",
        *_plaintext(vector, plaintext),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(section())
