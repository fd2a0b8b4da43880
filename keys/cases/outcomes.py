"""Outcomes: what a case can have ended in, and the term that each suggests (SPEC 5.1, 7.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keys.policy.members import Retention

# In the order in which they are offered.
ARRANGEMENT = "arrangement"
ADAPTED = "adapted"
GUIDANCE = "guidance"
INTERVENTION = "intervention"
ORDER = "order"
NONE = "none"
REFERRED = "referred"
NOT_ENOUGH = "not-enough"
UNFOUNDED = "unfounded"
WITHDRAWN = "withdrawn"
OUTCOMES = (ARRANGEMENT, ADAPTED, GUIDANCE, INTERVENTION, ORDER, NONE, REFERRED, NOT_ENOUGH, UNFOUNDED, WITHDRAWN)
# After these little has to be kept.
SHORT = (NOT_ENOUGH, UNFOUNDED, WITHDRAWN)


def suggested_months(terms: Retention, outcome: str) -> int:
    """Return for how many months a case with this outcome is kept, unless its readers want another term."""
    return terms.unfounded_months if outcome in SHORT else terms.months
