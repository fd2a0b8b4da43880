"""Cases that the owner of a vault has set aside, such as spam, in this vault only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from keys.vault import tables
from keys.wire.ids import CaseId

if TYPE_CHECKING:
    from collections.abc import Callable

_ASIDE = tables.set_aside.c


@dataclass(frozen=True, slots=True)
class SetAside:
    """The cases that are set aside. The vault commits its writes."""

    execute: Callable[..., Any]

    def all(self) -> frozenset[CaseId]:
        """Return the cases that are set aside."""
        return frozenset(CaseId(case) for case in self.execute(select(_ASIDE.case)).scalars())

    def put(self, case: CaseId, *, aside: bool) -> None:
        """Set a case aside, or take it back."""
        self.execute(delete(tables.set_aside).where(_ASIDE.case == case))
        if aside:
            self.execute(insert(tables.set_aside).values({"case": case}))
