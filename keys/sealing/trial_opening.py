"""Trial opening, SPEC 3.2: trying one's own key pairs on each slot, for one header or for many."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from nacl import bindings
from nacl.exceptions import CryptoError

from keys.errors import NoSlotError, TamperedError
from keys.sealing.slots import PrivatePair, unwrap_key
from keys.sealing.stream import check_mac

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from keys.wire.envelope import Header


FEW = 4  # headers: threads for them take as long to start as they save


def find_content_key(header: Header, privates: Sequence[PrivatePair]) -> bytes:
    """Return the content key of a header in which one of `privates` has a slot; try the likeliest pair first.

    Raises NoSlotError if none has a slot, TamperedError if a slot or the mac is invalid.
    """
    content_key = _find(header, privates)
    if content_key is None:
        raise NoSlotError
    return content_key


def find_content_keys(
    headers: Sequence[Header], privates_for: Callable[[int], Sequence[PrivatePair]]
) -> list[bytes | TamperedError | None]:
    """Return for each header, in order, its content key, None if no slot is ours, or the error of an invalid slot.

    `privates_for` returns the pairs to try for a header's `until`, the likeliest first; only this thread calls it. If
    there are many headers, all processors share the work: libsodium releases the interpreter's lock while it tries a
    slot.
    """
    tasks = [(header, privates_for(header.until)) for header in headers]
    if len(tasks) <= FEW:
        return _find_all(tasks)
    workers = os.cpu_count() or 1
    # Dealt round-robin: the few headers that open take longer, and are often neighbours.
    hands = [tasks[first::workers] for first in range(workers)]
    found: list[bytes | TamperedError | None] = [None] * len(tasks)
    with ThreadPoolExecutor(workers) as pool:
        for first, results in enumerate(pool.map(_find_all, hands)):
            found[first::workers] = results
    return found


def _find_all(tasks: Sequence[tuple[Header, Sequence[PrivatePair]]]) -> list[bytes | TamperedError | None]:
    found: list[bytes | TamperedError | None] = []
    for header, privates in tasks:
        try:
            found.append(_find(header, privates))
        except TamperedError as error:
            # A new exception: the frames in this one's traceback hold secrets.
            found.append(TamperedError(*error.args))
    return found


def _find(header: Header, privates: Sequence[PrivatePair]) -> bytes | None:
    shares, open_share = header.sealed_shares(), bindings.crypto_box_seal_open
    for private in privates:
        box, public = private.box, private.public.box
        for at, sealed in enumerate(shares):
            # Do as little as possible outside this call: only one thread at a time can do the rest.
            try:
                share = open_share(sealed, public, box)
            except CryptoError:
                continue
            content_key = unwrap_key(header.slots[at], share, private)
            check_mac(content_key, header)
            return content_key
    return None
