"""Cases: what each one is, by pure functions of its messages, and what its readers can do in it (SPEC 12)."""

from keys.cases.case import Case
from keys.cases.deadlines import Deadlines
from keys.cases.overview import Overview
from keys.cases.proof import Proof
from keys.cases.register import Line
from keys.cases.report_draft import ReportDraft
from keys.cases.rosters import Rosters
from keys.cases.summary import Summary
from keys.cases.thread import JudgedMessage

__all__ = ["Case", "Deadlines", "JudgedMessage", "Line", "Overview", "Proof", "ReportDraft", "Rosters", "Summary"]
