"""Outcomes of a case, and the retention that each suggests (SPEC 5.1, 7.4)."""

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
# The outcomes with the short retention: little of these cases must be kept.
SHORT = (NOT_ENOUGH, UNFOUNDED, WITHDRAWN)


def suggested_months(terms: Retention, outcome: str) -> int:
    """Return the retention in months for a case with this outcome, unless its readers want another."""
    return terms.unfounded_months if outcome in SHORT else terms.months
