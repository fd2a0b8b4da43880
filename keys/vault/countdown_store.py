"""What a vault remembers of the ends of its cases: countdowns, and cases that its owner reads no more (SPEC 12.7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from keys.cases.destruction import Countdown
from keys.vault import tables
from keys.wire.ids import CaseId
from keys.wire.sizes import MAX_DAY

if TYPE_CHECKING:
    from collections.abc import Callable

_COUNTDOWN = tables.countdown.c
_ENDED = tables.reading_ended.c


@dataclass(frozen=True, slots=True)
class CountdownStore:
    """The countdowns of cases that have a last day; its owner makes what is written durable."""

    execute: Callable[..., Any]

    def all(self) -> dict[CaseId, Countdown]:
        """Return every countdown."""
        rows = self.execute(select(tables.countdown))
        return {CaseId(row.case): Countdown(row.last_day, row.since, bool(row.waits_long)) for row in rows}

    def put(self, case: CaseId, countdown: Countdown | None) -> None:
        """Remember a countdown; None where the case has no last day any more."""
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
        """Let each wait that began after a day begin on it (SPEC 12.7 step 2)."""
        self.execute(tables.countdown.update().where(_COUNTDOWN.since > day).values(since=day))

    def forget(self, case: CaseId) -> None:
        """Forget the countdown of a case."""
        self.execute(delete(tables.countdown).where(_COUNTDOWN.case == case))

    def begin_anew(self) -> None:
        """Let every wait begin at the next complete sync: the vault is restored, or a log that differs is accepted.

        The last days stay: nobody looks again at a case that has not changed.
        """
        self.execute(tables.countdown.update().values(since=MAX_DAY))


@dataclass(frozen=True, slots=True)
class ReadingEndedStore:
    """The cases that the vault's owner reads no more, each with the own day since which they do not."""

    execute: Callable[..., Any]

    def all(self) -> dict[CaseId, int]:
        """Return every such case with its day."""
        rows = self.execute(select(tables.reading_ended))
        return {CaseId(row.case): row.day for row in rows}

    def put(self, case: CaseId, day: int | None) -> None:
        """Remember the day for a case; None where its owner reads it."""
        self.execute(delete(tables.reading_ended).where(_ENDED.case == case))
        if day is not None:
            self.execute(insert(tables.reading_ended).values({"case": case, "day": day}))

    def cap(self, day: int) -> None:
        """Let each end that is after the own day be on it: the clock was wrong."""
        self.execute(tables.reading_ended.update().where(_ENDED.day > day).values(day=day))
