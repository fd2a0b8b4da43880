"""The plaintext of an envelope: head, signature, files and padding (SPEC 4). It checks no signature."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from keys.errors import MalformedError
from keys.wire.envelope import padded_size
from keys.wire.files import content_size
from keys.wire.sizes import SIGNATURE_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keys.wire.files import File

LENGTH_SIZE = 4
MAX_HEAD_SIZE = 262_144 - LENGTH_SIZE - SIGNATURE_SIZE  # SPEC 4: the log's prefix has room
LABEL_MESSAGE = b"meldbus/1 "


def signed_bytes(kind: str, mac: bytes, head: bytes) -> bytes:
    """Return what the author signs (SPEC 4.3)."""
    name = kind.encode("ascii")
    return LABEL_MESSAGE + name + bytes([len(name)]) + mac + head


def message_id(kind: str, mac: bytes, head: bytes) -> bytes:
    """Return the 32-byte id of a message (SPEC 4.3)."""
    return hashlib.sha256(signed_bytes(kind, mac, head)).digest()


def start(head: bytes, signature: bytes) -> bytes:
    """Return the part of a plaintext before the files."""
    if len(head) > MAX_HEAD_SIZE:
        raise MalformedError("head size")
    return len(head).to_bytes(LENGTH_SIZE, "big") + head + signature


def start_size(plaintext: bytes) -> int:
    """Return the size of the part before the files, from the length at the start of a plaintext."""
    length = int.from_bytes(plaintext[:LENGTH_SIZE], "big")
    if not 0 < length <= MAX_HEAD_SIZE:
        raise MalformedError("length of the head")
    return LENGTH_SIZE + length + SIGNATURE_SIZE


def split(plaintext: bytes) -> tuple[bytes, bytes]:
    """Return the head and signature of a plaintext; raise MalformedError if they do not fit in it."""
    end = start_size(plaintext)
    if len(plaintext) < end:
        raise MalformedError("length of the head")
    return plaintext[LENGTH_SIZE : end - SIGNATURE_SIZE], plaintext[end - SIGNATURE_SIZE : end]


def class_of(head: bytes, files: Iterable[File]) -> int:
    """Return the class that a message with this head and these files has (SPEC 4)."""
    return padded_size(LENGTH_SIZE + len(head) + SIGNATURE_SIZE + content_size(files))


def check_padding(plaintext: bytes, end: int) -> None:
    """Raise MalformedError unless a plaintext holds only zeros after `end`."""
    if plaintext.count(0, end) != len(plaintext) - end:
        raise MalformedError("padding")
