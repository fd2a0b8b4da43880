"""The number of a case: three words of its id, so that it tells no order and no count (SPEC 12.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.roster.fingerprint import proquint

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keys.wire.ids import CaseId

NUMBER_SIZE = 6  # SPEC 12.8
_WORD_SIZE = 2


def case_number(case_id: CaseId) -> str:
    """Return the number of a case."""
    return "-".join(proquint(case_id[at : at + _WORD_SIZE]) for at in range(0, NUMBER_SIZE, _WORD_SIZE))


def cases_with(number: str, case_ids: Iterable[CaseId]) -> tuple[CaseId, ...]:
    """Return the cases that have a number.

    Two can have one, since an author chooses what is hashed to an id: the caller refuses a number of more than one.
    """
    wanted = number.strip().lower()
    return tuple(case_id for case_id in case_ids if case_number(case_id) == wanted)
