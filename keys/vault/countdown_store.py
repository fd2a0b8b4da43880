"""The ends of a vault's cases: countdowns, and cases that its owner no longer reads (SPEC 12.7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, select

from keys.cases.destruction import Countdown
from keys.vault import tables
from keys.wire.ids import CaseId
from keys.wire.sizes import MAX_DAY

if TYPE_CHECKING:
    from collections.abc import Callable

_COUNTDOWN = tables.countdown.c
_ENDED = tables.reading_ended.c

# Built once: in a sync, which asks many times, building a statement takes longer than executing it.
_COUNTDOWNS = select(tables.countdown)
_CAP_COUNTDOWNS = tables.countdown.update().where(_COUNTDOWN.since > bindparam("most")).values(since=bindparam("most"))
_ALL_ENDED = select(tables.reading_ended)
_CAP_ENDED = tables.reading_ended.update().where(_ENDED.day > bindparam("most")).values(day=bindparam("most"))


@dataclass(frozen=True, slots=True)
class CountdownStore:
    """The countdowns of cases that have a last day. The vault commits its writes."""

    execute: Callable[..., Any]

    def all(self) -> dict[CaseId, Countdown]:
        """Return every countdown."""
        rows = self.execute(_COUNTDOWNS)
        return {CaseId(row.case): Countdown(row.last_day, row.since, bool(row.waits_long)) for row in rows}

    def put(self, case: CaseId, countdown: Countdown | None) -> None:
        """Store a countdown; with None, the case no longer has a last day."""
        if countdown is None:
            self.forget(case)
            return
        row = {
            "case": case,
            "last_day": countdown.last_day,
            "since": countdown.since,
            "waits_long": int(countdown.waits_long),
        }
        self.execute(insert(tables.countdown).prefix_with("OR REPLACE").values(row))

    def cap(self, day: int) -> None:
        """Move the start of each wait that began after a day to that day (SPEC 12.7 step 2)."""
        self.execute(_CAP_COUNTDOWNS, {"most": day})

    def forget(self, case: CaseId) -> None:
        """Forget the countdown of a case."""
        self.execute(delete(tables.countdown).where(_COUNTDOWN.case == case))

    def begin_anew(self) -> None:
        """Restart every wait at the next complete sync: the vault was restored, or a log that differs accepted.

        The last days stay: a sync computes only cases that have changed.
        """
        self.execute(tables.countdown.update().values(since=MAX_DAY))


@dataclass(frozen=True, slots=True)
class ReadingEndedStore:
    """The cases that the vault's owner no longer reads, each with the local day since which they do not."""

    execute: Callable[..., Any]

    def all(self) -> dict[CaseId, int]:
        """Return every such case with its day."""
        rows = self.execute(_ALL_ENDED)
        return {CaseId(row.case): row.day for row in rows}

    def put(self, case: CaseId, day: int | None) -> None:
        """Store the day for a case; None if its owner reads it."""
        self.execute(delete(tables.reading_ended).where(_ENDED.case == case))
        if day is not None:
            self.execute(insert(tables.reading_ended).values({"case": case, "day": day}))

    def cap(self, day: int) -> None:
        """Move each day after the local day to that day: the clock was wrong."""
        self.execute(_CAP_ENDED, {"most": day})
