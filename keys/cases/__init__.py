"""What a case is and who may say what in it, SPEC.md 5; it fetches nothing."""

from keys.cases.compose import (
    accept_share,
    compose_answer,
    compose_reply,
    compose_report,
    compose_share,
    reporter_pair,
)
from keys.cases.review import Alarm, Case, Received, Said, case_number, review
from keys.cases.shelf import all_cases, find_case, read_case

__all__ = [
    "Alarm",
    "Case",
    "Received",
    "Said",
    "accept_share",
    "all_cases",
    "case_number",
    "compose_answer",
    "compose_reply",
    "compose_report",
    "compose_share",
    "find_case",
    "read_case",
    "reporter_pair",
    "review",
]
