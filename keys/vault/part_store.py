"""Sealed parts that this vault has fetched of its cases' entries, to be given back to a server that has lost them.

They are as sealed as on the server, so nothing is wrapped (SPEC 10.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select

from keys.vault import tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from keys.wire.ids import Mac

MOST_KEPT = 16 * 2**20  # bytes of an envelope: a vault is no archive of files, and its backup is one piece
_PART = tables.fetched_part.c


@dataclass(frozen=True, slots=True)
class PartStore:
    """The fetched parts of a vault; its owner makes what is written durable."""

    execute: Callable[..., Any]

    def add(self, mac: Mac, number: int, sealed: bytes, size: int) -> None:
        """Keep a part of an envelope of `size` bytes, unless the envelope is too large to be kept."""
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
        """Forget the parts of envelopes that no server takes any more on `day`."""
        message = tables.message.c
        ended = select(message.mac).where(message.until < day)
        self.execute(delete(tables.fetched_part).where(_PART.mac.in_(ended)))
