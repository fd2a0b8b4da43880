"""The sealed stream behind a header and the mac before it, SPEC.md 3 and 3.3; it knows nothing of messages."""

from __future__ import annotations

import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keys.errors import TamperedError
from keys.wire.envelope import (
    CHUNK_SIZE,
    LABEL_HEADER,
    LABEL_PAYLOAD,
    LABEL_RECIPIENTS,
    SEALED_CHUNK_SIZE,
    Header,
    class_of_stream,
)

KEY_SIZE = 32
COUNTER_SIZE = 11


def header_mac(content_key: bytes, before_mac: bytes) -> bytes:
    """Return the mac that commits to the content key and to every slot."""
    return hmac.digest(_derive(content_key, LABEL_HEADER), before_mac, "sha256")


def check_mac(content_key: bytes, header: Header) -> None:
    """Raise TamperedError unless the header's mac belongs to this content key."""
    if not hmac.compare_digest(header_mac(content_key, header.before_mac()), header.mac):
        raise TamperedError("mac")


def recipients_capability(content_key: bytes) -> bytes:
    """Return the recipients' capability of the channel that this envelope is the first of (SPEC.md 5.3)."""
    return _derive(content_key, LABEL_RECIPIENTS)


def seal_stream(content_key: bytes, plaintext: bytes) -> bytes:
    """Return the stream of a padded plaintext."""
    cipher = AESGCM(_derive(content_key, LABEL_PAYLOAD))
    starts = range(0, len(plaintext), CHUNK_SIZE)
    chunks = [plaintext[start : start + CHUNK_SIZE] for start in starts]
    return b"".join(
        cipher.encrypt(_nonce(at, last=at == len(chunks) - 1), chunk, None) for at, chunk in enumerate(chunks)
    )


def open_stream(content_key: bytes, stream: bytes) -> bytes:
    """Return the padded plaintext of a stream.

    Raises MalformedError when its size belongs to no class, TamperedError when a chunk does not open where it stands.
    """
    class_of_stream(len(stream))
    cipher = AESGCM(_derive(content_key, LABEL_PAYLOAD))
    starts = range(0, len(stream), SEALED_CHUNK_SIZE)
    try:
        return b"".join(
            cipher.decrypt(_nonce(at, last=start == starts[-1]), stream[start : start + SEALED_CHUNK_SIZE], None)
            for at, start in enumerate(starts)
        )
    except InvalidTag:
        raise TamperedError("stream") from None


def _nonce(counter: int, *, last: bool) -> bytes:
    return counter.to_bytes(COUNTER_SIZE, "big") + bytes([last])


def _derive(content_key: bytes, label: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_SIZE, salt=None, info=label).derive(content_key)
