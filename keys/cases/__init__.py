"""Cases as pure functions of their messages, and the actions of their readers (SPEC 12)."""

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
