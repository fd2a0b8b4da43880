"""What a case is and who may say what in it, SPEC.md 5; it fetches nothing."""

from keys.cases.approving import (
    DEMAND,
    Asked,
    approvable,
    approve,
    ask_purge,
    grounds,
    is_demand,
    reopen,
)
from keys.cases.closing import (
    OUTCOMES,
    Keeping,
    check_tombstone,
    closing_of,
    purge_wanted,
    read_statement,
    retention_of,
    tombstone_of,
)
from keys.cases.compose import (
    Telling,
    accept_share,
    compose_note,
    compose_reply,
    compose_report,
    compose_share,
    compose_tombstone,
    compose_word,
    reporter_pair,
)
from keys.cases.deadlines import board_to_be_informed
from keys.cases.dossier import Dossier
from keys.cases.overview import Overview, overview
from keys.cases.proof import Proof
from keys.cases.received import Alarm, Received, Said
from keys.cases.records import categorise, fill, form_of, reply_of
from keys.cases.register import Line, correction, lines_of
from keys.cases.review import Case, case_number, review
from keys.cases.routing import ADDED, READS, Matter, Presence, route
from keys.cases.summary import Summary, summarise

__all__ = [
    "ADDED",
    "DEMAND",
    "OUTCOMES",
    "READS",
    "Alarm",
    "Asked",
    "Case",
    "Dossier",
    "Keeping",
    "Line",
    "Matter",
    "Overview",
    "Presence",
    "Proof",
    "Received",
    "Said",
    "Summary",
    "Telling",
    "accept_share",
    "approvable",
    "approve",
    "ask_purge",
    "board_to_be_informed",
    "case_number",
    "categorise",
    "check_tombstone",
    "closing_of",
    "compose_note",
    "compose_reply",
    "compose_report",
    "compose_share",
    "compose_tombstone",
    "compose_word",
    "correction",
    "fill",
    "form_of",
    "grounds",
    "is_demand",
    "lines_of",
    "overview",
    "purge_wanted",
    "read_statement",
    "reopen",
    "reply_of",
    "reporter_pair",
    "retention_of",
    "review",
    "route",
    "summarise",
    "tombstone_of",
]
