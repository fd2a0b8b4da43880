"""The vault's own keys, by the week that they are for; what it destroys never opens anything again."""

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


@dataclass(frozen=True, slots=True)
class OwnBundles:
    """The bundles whose private halves are here, and the way there; its owner makes what is written durable."""

    execute: Callable[..., Any]
    wrapper: Wrapper

    def all(self) -> list[OwnBundle]:
        """Return every bundle whose private halves are here, by serial."""
        rows = self.execute(select(bundle).order_by(bundle.c.serial)).mappings()
        return [self._own(row) for row in rows]

    def find(self, start: int, *, last: bool) -> OwnBundle | None:
        """Return the bundle of this kind that begins on this Monday, if its private halves are here."""
        query = select(bundle).where(bundle.c.start == start, bundle.c.last == int(last))
        row = self.execute(query).mappings().first()
        return None if row is None else self._own(row)

    def last_serial(self) -> int:
        """Return the highest serial that is here, or 0."""
        highest: int | None = self.execute(select(func.max(bundle.c.serial))).scalar()
        return highest or 0

    def put(self, own: OwnBundle) -> None:
        """Keep a bundle, in place of the one of its kind and Monday, before anyone else sees it.

        What is sealed to it has to be opened: nobody may seal to a key that a power cut could take.
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
        query = select(bundle.c.document).where(bundle.c.published == 0).order_by(bundle.c.serial)
        return [Signed.parse(document) for document in self.execute(query).scalars()]

    def mark_published(self) -> None:
        """Note that the server has every bundle that is here."""
        self.execute(update(bundle).values(published=1))

    def destroy(self, start: int, *, last: bool) -> None:
        """Overwrite the private halves of a bundle: what was sealed to them alone never opens again.

        Its row goes: serials that are used up are below those of the bundles that follow.
        """
        self.execute(delete(bundle).where(bundle.c.start == start, bundle.c.last == int(last)))

    def _own(self, row: Any) -> OwnBundle:
        signed = Signed.parse(row["document"])
        seed = self.wrapper.unwrap(_purpose(row["start"], last=bool(row["last"])), row["wrapped_seed"])
        return OwnBundle(Bundle.verify(signed), signed, seed)


def _purpose(start: int, *, last: bool) -> str:
    return f"{'last-resort' if last else 'weekly'} bundle {start}"
