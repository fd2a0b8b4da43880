"""The vault's own keys, by week. Once it destroys a key, envelopes sealed to it alone never open again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select, update

from keys.identity import OwnBundle
from keys.roster import Bundle
from keys.vault.tables import bundle
from keys.wire.signed import Signed

if TYPE_CHECKING:
    from collections.abc import Callable

    from keys.identity import Wrapper


# Built once: in a sync, which asks many times, building a statement takes longer than executing it.
_ALL = select(bundle).order_by(bundle.c.serial)
_HIGHEST = select(func.max(bundle.c.serial))
_UNPUBLISHED = select(bundle.c.document).where(bundle.c.published == 0).order_by(bundle.c.serial)


@dataclass(frozen=True, slots=True)
class OwnBundles:
    """The bundles whose private halves are here. The vault commits its writes."""

    execute: Callable[..., Any]
    wrapper: Wrapper

    def all(self) -> list[OwnBundle]:
        """Return every bundle whose private halves are here, by serial."""
        return [self._own(row) for row in self.execute(_ALL).mappings()]

    def find(self, start: int, *, last: bool) -> OwnBundle | None:
        """Return the bundle of this kind that begins on this Monday, if its private halves are here."""
        query = select(bundle).where(bundle.c.start == start, bundle.c.last == int(last))
        row = self.execute(query).mappings().first()
        return None if row is None else self._own(row)

    def last_serial(self) -> int:
        """Return the highest serial that is here, or 0."""
        highest: int | None = self.execute(_HIGHEST).scalar()
        return highest or 0

    def put(self, own: OwnBundle) -> None:
        """Store a bundle, replacing the one of its kind and Monday, before anyone else sees it.

        Nobody may seal to a key that a power cut could destroy.
        """
        start, last = own.bundle.start, own.bundle.last
        row = {
            "start": start,
            "last": int(last),
            "serial": own.bundle.serial,
            "document": own.signed.encode(),
            "wrapped_seed": self.wrapper.wrap(_purpose(start, last=last), own.seed),
            "published": 0,
        }
        self.execute(insert(bundle).prefix_with("OR REPLACE").values(row))

    def unpublished(self) -> list[Signed]:
        """Return the bundles that the server has not confirmed yet, by serial."""
        return [Signed.parse(document) for document in self.execute(_UNPUBLISHED).scalars()]

    def mark_published(self) -> None:
        """Note that the server has every bundle that is here."""
        self.execute(update(bundle).values(published=1))

    def destroy(self, start: int, *, last: bool) -> None:
        """Overwrite the private halves of a bundle: envelopes sealed to them alone never open again.

        The row is deleted: the bundles that follow have higher serials than those already used.
        """
        self.execute(delete(bundle).where(bundle.c.start == start, bundle.c.last == int(last)))

    def _own(self, row: Any) -> OwnBundle:
        signed = Signed.parse(row["document"])
        seed = self.wrapper.unwrap(_purpose(row["start"], last=bool(row["last"])), row["wrapped_seed"])
        return OwnBundle(Bundle.verify(signed), signed, seed)


def _purpose(start: int, *, last: bool) -> str:
    return f"{'last-resort' if last else 'weekly'} bundle {start}"
