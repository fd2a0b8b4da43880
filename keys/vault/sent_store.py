"""Own envelopes that the log has, as they were sealed, until no server takes them any more.

A server that is restored from a backup gets them back the way they went (SPEC 10.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from keys.roster.weeks import until_of
from keys.sealing import Sealed
from keys.vault import tables
from keys.vault.outbox_store import Destination
from keys.vault.part_store import MOST_KEPT
from keys.wire.upload import part_count

if TYPE_CHECKING:
    from collections.abc import Callable

    from keys.identity import Wrapper
    from keys.vault.outbox_store import Outgoing
    from keys.vault.part_store import PartStore
    from keys.wire.ids import Mac

_SENT = tables.sent.c


@dataclass(frozen=True, slots=True)
class SentEnvelope:
    """An own envelope, where it went, and the last day on which a server takes it."""

    sealed: Sealed
    to: Destination
    until: int


@dataclass(frozen=True, slots=True)
class SentStore:
    """What this vault has posted; its owner makes what is written durable."""

    execute: Callable[..., Any]
    wrapper: Wrapper
    parts: PartStore

    def keep(self, one: Outgoing, sealed: Sealed) -> None:
        """Keep an envelope that leaves the outbox, unless it is too large to be kept."""
        if sealed.size > MOST_KEPT:
            return
        row = {
            "mac": one.message.mac,
            "case": one.message.case,
            "until": until_of(one.message.head.day),
            "size": sealed.size,
            "door": one.door,
            "wrapped_address": self.wrapper.wrap(_purpose(one.message.mac), one.address),
            "start": sealed.prefix,
        }
        self.execute(insert(tables.sent).prefix_with("OR IGNORE").values(row))
        for number, part in enumerate(sealed.parts if sealed.is_long else ()):
            self.parts.add(one.message.mac, number, part, sealed.size)

    def find(self, mac: Mac) -> SentEnvelope | None:
        """Return an own envelope, or None where it is not here as a whole."""
        row = self.execute(select(tables.sent).where(_SENT.mac == mac)).first()
        if row is None:
            return None
        # Its id and its content key are in the message store: nothing here opens it.
        sealed = Sealed(row.start, self.parts.of(mac), row.size, mac, b"", b"")
        if sealed.is_long and self.parts.count(mac) < part_count(len(row.start), row.size):
            return None
        address = self.wrapper.unwrap(_purpose(mac), row.wrapped_address)
        return SentEnvelope(sealed, Destination(row.door, address), row.until)

    def forget_before(self, day: int) -> None:
        """Forget the envelopes that no server takes any more on `day`."""
        ended = select(_SENT.mac).where(_SENT.until < day)
        self.execute(delete(tables.fetched_part).where(tables.fetched_part.c.mac.in_(ended)))
        self.execute(delete(tables.sent).where(_SENT.until < day))


def _purpose(mac: bytes) -> str:
    return f"sent {mac.hex()}"
