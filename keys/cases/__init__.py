"""What a case is and who may say what in it, SPEC.md 5; it fetches nothing."""

from keys.cases.clocks import Clocks, clocks, happened_in, is_late
from keys.cases.compose import (
    Telling,
    accept_share,
    compose_reply,
    compose_report,
    compose_share,
    compose_word,
    reporter_pair,
)
from keys.cases.proof import Proof
from keys.cases.review import Alarm, Case, Received, Said, case_number, review
from keys.cases.routing import ADDED, READS, Matter, Presence, route
from keys.cases.shelf import all_cases, find_case, read_case

__all__ = [
    "ADDED",
    "READS",
    "Alarm",
    "Case",
    "Clocks",
    "Matter",
    "Presence",
    "Proof",
    "Received",
    "Said",
    "Telling",
    "accept_share",
    "all_cases",
    "case_number",
    "clocks",
    "compose_reply",
    "compose_report",
    "compose_share",
    "compose_word",
    "find_case",
    "happened_in",
    "is_late",
    "read_case",
    "reporter_pair",
    "review",
    "route",
]
