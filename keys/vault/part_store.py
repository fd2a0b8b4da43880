"""Sealed parts of entries of this vault's cases, to give back to a server that has lost them.

They stay sealed as on the server, so they are not wrapped (SPEC 10.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, insert, select

from keys.vault import tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from keys.wire.ids import Mac

MOST_KEPT = 16 * 2**20  # bytes of an envelope: a vault is not an archive of files, and its backup is one piece
_PART = tables.fetched_part.c

# Built once: in a sync, building a statement takes longer than executing it.
_OVER = select(tables.message.c.mac).where(tables.message.c.until < bindparam("day"))
_FORGET = delete(tables.fetched_part).where(_PART.mac.in_(_OVER))


@dataclass(frozen=True, slots=True)
class PartStore:
    """The fetched parts of a vault. The vault commits its writes."""

    execute: Callable[..., Any]

    def add(self, mac: Mac, number: int, sealed: bytes, size: int) -> None:
        """Store a part of an envelope of `size` bytes, unless the envelope is too large."""
        if size <= MOST_KEPT:
            row = {"mac": mac, "number": number, "sealed": sealed}
            self.execute(insert(tables.fetched_part).prefix_with("OR IGNORE").values(row))

    def count(self, mac: Mac) -> int:
        """Return how many parts of an envelope are here."""
        return int(self.execute(select(func.count()).where(_PART.mac == mac)).scalar())

    def of(self, mac: Mac) -> Iterator[bytes]:
        """Yield the parts of an envelope that are here, in order."""
        numbers = self.execute(select(_PART.number).where(_PART.mac == mac).order_by(_PART.number)).scalars()
        return (
            self.execute(select(_PART.sealed).where(_PART.mac == mac, _PART.number == number)).scalar()
            for number in numbers
        )

    def forget_before(self, day: int) -> None:
        """Forget the parts of envelopes that no server accepts any more on `day`."""
        self.execute(_FORGET, {"day": day})
