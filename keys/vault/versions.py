"""A version for each case of a vault: it rises whenever something of the case is written (SPEC 12.1).

What was computed from a case at a version still holds while the case has that version, for the same rosters and day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, literal, select

from keys.vault import tables
from keys.wire.ids import CaseId

if TYPE_CHECKING:
    from collections.abc import Callable

_VERSION = tables.case_version.c
_COUNTER = CaseId(b"")  # holds the counter where the case that changed last is here no more


@dataclass(frozen=True, slots=True)
class CaseVersions:
    """The versions of all cases, by one counter; its owner makes what is written durable."""

    execute: Callable[..., Any]

    def bump(self, case: CaseId) -> None:
        """Note that something of a case has changed."""
        following = select(literal(case), func.coalesce(func.max(_VERSION.version), 0) + 1)
        self.execute(
            insert(tables.case_version)
            .prefix_with("OR REPLACE")
            .from_select([_VERSION.case, _VERSION.version], following)
        )

    def forget(self, case: CaseId) -> None:
        """Let go of a case; the counter goes on, so that no other case gets its version."""
        self.bump(_COUNTER)
        self.execute(delete(tables.case_version).where(_VERSION.case == case))

    def latest(self) -> int:
        """Return the highest version of any case, or 0."""
        return int(self.execute(select(func.coalesce(func.max(_VERSION.version), 0))).scalar())

    def all(self) -> dict[CaseId, int]:
        """Return the version of each case, the one that changed last at the end."""
        query = select(_VERSION.case, _VERSION.version).where(_VERSION.case != _COUNTER)
        rows = self.execute(query.order_by(_VERSION.version))
        return {CaseId(row.case): row.version for row in rows}

    def since(self, version: int) -> list[CaseId]:
        """Return the cases that have changed after a version, the one that changed last at the end."""
        is_later = (_VERSION.version > version) & (_VERSION.case != _COUNTER)
        query = select(_VERSION.case).where(is_later).order_by(_VERSION.version)
        return [CaseId(case) for case in self.execute(query).scalars()]
