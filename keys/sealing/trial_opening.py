"""Trial opening, SPEC 3.2: trying one's own pairs on each slot, for one header or for many at once."""

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


def find_content_key(header: Header, privates: Sequence[PrivatePair]) -> bytes:
    """Return the content key of a header in which one of `privates` has a slot, the likeliest first.

    Raises NoSlotError when none has, TamperedError when a slot or the mac is spoilt.
    """
    content_key = _find(header, privates)
    if content_key is None:
        raise NoSlotError
    return content_key


def find_content_keys(
    headers: Sequence[Header], privates_for: Callable[[int], Sequence[PrivatePair]]
) -> list[bytes | TamperedError | None]:
    """Return for each header its content key, None where no slot is ours, or what is spoilt; in the same order.

    `privates_for` gives the pairs to try for a header's `until`, the likeliest first; it is called from this thread
    alone. All processors work at it: libsodium lets go of the interpreter's lock while it tries a slot.
    """
    tasks = [(header, privates_for(header.until)) for header in headers]
    workers = os.cpu_count() or 1
    # Dealt out like cards: the few headers that open take longer, and often stand together.
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
            # A new one: the frames in the traceback of this one hold secrets.
            found.append(TamperedError(*error.args))
    return found


def _find(header: Header, privates: Sequence[PrivatePair]) -> bytes | None:
    shares, open_share = header.sealed_shares(), bindings.crypto_box_seal_open
    for private in privates:
        box, public = private.box, private.public.box
        for at, sealed in enumerate(shares):
            # As little as possible besides this call: one thread waits for all that another does in between.
            try:
                share = open_share(sealed, public, box)
            except CryptoError:
                continue
            content_key = unwrap_key(header.slots[at], share, private)
            check_mac(content_key, header)
            return content_key
    return None
