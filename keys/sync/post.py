"""Posting a sealed envelope with a stamp that holds; it seals nothing itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.courier import Courier, StampRefusedError
from keys.errors import StampError
from keys.wire.exchange import Posting, append, make_stamp, open_case

if TYPE_CHECKING:
    from collections.abc import Callable

    from keys.sealing import Sealed

MAX_TRIES = 5


def post_entry(courier: Courier, sealed: Sealed, work: int, reporter: bytes | None = None) -> int:
    """Post an envelope that opens a channel and return the server's day; `reporter` is the reporter's capability."""
    recipients = sealed.recipients_capability()
    return _post(courier, sealed, work, lambda nonce: open_case(sealed.envelope, nonce, recipients, reporter))


def post_message(courier: Courier, sealed: Sealed, work: int, capability: bytes) -> int:
    """Post an envelope into the channel of a capability and return the server's day."""
    return _post(courier, sealed, work, lambda nonce: append(sealed.envelope, nonce, capability))


def _post(courier: Courier, sealed: Sealed, work: int, address: Callable[[bytes], Posting]) -> int:
    for _ in range(MAX_TRIES):
        try:
            return courier.post(address(make_stamp(sealed.mac, work)))
        except StampRefusedError as refusal:
            work = refusal.work
    raise StampError("the server asks for more each time")
