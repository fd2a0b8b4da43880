"""The plaintext of a message without files, made at once: the tools write it in chunks."""

from __future__ import annotations

from keys.wire.envelope import padded_size
from keys.wire.plaintext import start


def pad(head: bytes, signature: bytes) -> bytes:
    """Return head and signature, padded to their class (SPEC 4)."""
    content = start(head, signature)
    return content.ljust(padded_size(len(content)), b"\0")
