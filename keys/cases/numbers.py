"""The number of a case: three words of its id, which reveal no order and no count (SPEC 12.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.roster.fingerprint import WORD_SIZE, proquint

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keys.wire.ids import CaseId

NUMBER_SIZE = 6  # SPEC 12.8


def case_number(case_id: CaseId) -> str:
    """Return the number of a case."""
    return "-".join(proquint(case_id[at : at + WORD_SIZE]) for at in range(0, NUMBER_SIZE, WORD_SIZE))


def cases_with(number: str, case_ids: Iterable[CaseId]) -> tuple[CaseId, ...]:
    """Return the cases with this number.

    Two cases can share one, since an author chooses the bytes that are hashed to an id: the caller must refuse a shared
    number.
    """
    wanted = number.strip().lower()
    return tuple(case_id for case_id in case_ids if case_number(case_id) == wanted)
