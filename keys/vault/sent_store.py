"""Own envelopes that the log has, as they were sealed, until no server accepts them any more.

A server that was restored from a backup gets them back unchanged (SPEC 10.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, select

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

# Built once: in a sync, building a statement takes longer than executing it.
_IS_OVER = _SENT.until < bindparam("day")
_FORGET = delete(tables.sent).where(_IS_OVER)
_FORGET_PARTS = delete(tables.fetched_part).where(tables.fetched_part.c.mac.in_(select(_SENT.mac).where(_IS_OVER)))


@dataclass(frozen=True, slots=True)
class SentEnvelope:
    """An own envelope, its destination, and the last day on which a server accepts it."""

    sealed: Sealed
    to: Destination
    until: int


@dataclass(frozen=True, slots=True)
class SentStore:
    """The posted envelopes of this vault. The vault commits its writes."""

    execute: Callable[..., Any]
    wrapper: Wrapper
    parts: PartStore

    def keep(self, one: Outgoing, sealed: Sealed) -> None:
        """Store an envelope that leaves the outbox, unless it is too large."""
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
        """Return an own envelope, or None if it is not completely here."""
        row = self.execute(select(tables.sent).where(_SENT.mac == mac)).first()
        if row is None:
            return None
        # The message store has its id and its content key; nothing here opens it.
        sealed = Sealed(row.start, self.parts.of(mac), row.size, mac, b"", b"")
        if sealed.is_long and self.parts.count(mac) < part_count(len(row.start), row.size):
            return None
        address = self.wrapper.unwrap(_purpose(mac), row.wrapped_address)
        return SentEnvelope(sealed, Destination(row.door, address), row.until)

    def forget_before(self, day: int) -> None:
        """Forget the envelopes that no server accepts any more on `day`."""
        for statement in (_FORGET_PARTS, _FORGET):
            self.execute(statement, {"day": day})


def _purpose(mac: bytes) -> str:
    return f"sent {mac.hex()}"
