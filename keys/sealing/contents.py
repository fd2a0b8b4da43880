"""The files of a message, opened from its prefix and the parts after it (SPEC 4.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.sealing.files import read_contents
from keys.sealing.stream import check_mac
from keys.wire.envelope import Header
from keys.wire.files import content_size
from keys.wire.plaintext import LENGTH_SIZE, SIGNATURE_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from keys.sealing.envelopes import OpenedMessage


def open_files(
    prefix: bytes, size: int, message: OpenedMessage, fetch: Callable[[int], bytes], at: int = 0
) -> Iterator[bytes]:
    """Yield the bytes of all files of a message, joined, from offset `at`, in pieces of up to 64 KiB.

    `prefix` is what the log or a mailbox gave of an envelope of `size` bytes, `fetch` gives a part by its number.
    Digests are the caller's to check. Raises TamperedError, MalformedError, and what `fetch` raises.
    """
    check_mac(message.content_key, Header.parse(prefix))
    begin = LENGTH_SIZE + len(message.raw_head) + SIGNATURE_SIZE
    total = content_size(message.head.files)
    return read_contents(prefix, size, message.content_key, begin, total, fetch, at)
