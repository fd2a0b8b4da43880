"""Posting a sealed envelope with a valid stamp, whole or in parts (SPEC 9, 13.1). It seals nothing twice."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from keys.errors import RefusedError, StampRefusedError, TooMuchWorkError
from keys.sync.retry import with_retries
from keys.wire.posting import MOST_TIMES, Posting
from keys.wire.stamp import make_stamp
from keys.wire.upload import Opening, PartPosting

if TYPE_CHECKING:
    from collections.abc import Callable

    from keys.courier import Courier
    from keys.policy import Policy
    from keys.sealing import Sealed

    Watch = Callable[[int, int], None]

MAX_TRIES = 5


def unwatched(_done: int, _total: int) -> None:
    """Ignore the progress."""


def post_to(
    courier: Courier,
    sealed: Sealed,
    policy: Policy,
    work: int,
    door: int,
    address: bytes,
    watch: Watch = unwatched,
) -> int:
    """Post an envelope to a door of the server, first with a stamp of `work`, and return the server's day.

    `watch` gets the number of uploaded bytes and the total. Raises TooMuchWorkError if the server asks for more work
    than the policy allows, or for more each time, RefusedError, NetworkError, and what the parts of the envelope raise.
    """
    start = sealed.prefix if sealed.is_long else sealed.envelope
    for _ in range(MAX_TRIES):
        # A server could otherwise keep this computer busy for years with one answer.
        if work > MOST_TIMES[door] * policy.work:
            break
        posting = Posting(door, make_stamp(sealed.mac, work), address, start)
        try:
            if sealed.is_long:
                return _upload(courier, sealed, opening_of(posting, sealed.size), watch)
            return courier.post(posting)
        except StampRefusedError as refusal:
            work = refusal.work
    raise TooMuchWorkError


def opening_of(posting: Posting, size: int) -> Opening:
    """Return the opening of an envelope of `size` bytes from a posting of its prefix."""
    return Opening(posting.door, posting.nonce, posting.address, size, posting.envelope)


def _upload(courier: Courier, sealed: Sealed, opening: Opening, watch: Watch) -> int:
    """Upload an envelope part by part; each is kept until the server has it, and sent again unchanged."""
    # First, to fail at once if the server cannot be reached.
    found = courier.open_upload(opening)
    if isinstance(found, int):
        return found
    missing = {number for first, count in found for number in range(first, first + count)}
    done = len(sealed.prefix)
    for number, stream in enumerate(sealed.parts):
        if number in missing:
            with_retries(partial(courier.put_part, PartPosting(sealed.mac, number, stream)))
        done += len(stream)
        watch(done, sealed.size)
    stored = with_retries(lambda: courier.open_upload(opening))
    if not isinstance(stored, int):
        # The lost parts are gone here too: sealing them again would seal twice.
        raise RefusedError("parts are lost")
    return stored
