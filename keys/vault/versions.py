"""A version for each case of a vault, which rises with every write to the case (SPEC 12.1).

A value computed from a case stays valid while the case has the same version, for the same rosters and day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import LargeBinary, bindparam, delete, func, insert, select

from keys.vault import tables
from keys.wire.ids import CaseId

if TYPE_CHECKING:
    from collections.abc import Callable

_VERSION = tables.case_version.c
_COUNTER = CaseId(b"")  # holds the counter if the case that changed last is no longer here

# Built once: in a sync, which asks many times, building a statement takes longer than executing it.
_FOLLOWING = select(bindparam("of", type_=LargeBinary), func.coalesce(func.max(_VERSION.version), 0) + 1)
_BUMP = insert(tables.case_version).prefix_with("OR REPLACE").from_select([_VERSION.case, _VERSION.version], _FOLLOWING)
_LATEST = select(func.coalesce(func.max(_VERSION.version), 0))
_ALL = select(_VERSION.case, _VERSION.version).where(_VERSION.case != _COUNTER).order_by(_VERSION.version)
_SINCE = _ALL.where(_VERSION.version > bindparam("known"))


@dataclass(frozen=True, slots=True)
class CaseVersions:
    """The versions of all cases, by one counter. The vault commits its writes."""

    execute: Callable[..., Any]

    def bump(self, case: CaseId) -> None:
        """Note that a case has changed."""
        self.execute(_BUMP, {"of": case})

    def forget(self, case: CaseId) -> None:
        """Forget a case; the counter continues, and no other case gets its version."""
        self.bump(_COUNTER)
        self.execute(delete(tables.case_version).where(_VERSION.case == case))

    def latest(self) -> int:
        """Return the highest version of any case, or 0."""
        return int(self.execute(_LATEST).scalar())

    def all(self) -> dict[CaseId, int]:
        """Return the version of each case, the one that changed last at the end."""
        return {CaseId(row.case): row.version for row in self.execute(_ALL)}

    def since(self, version: int) -> list[CaseId]:
        """Return the cases that have changed after a version, the one that changed last at the end."""
        return [CaseId(row.case) for row in self.execute(_SINCE, {"known": version})]
