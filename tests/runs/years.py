"""Two years of a small office: reports each week, answers, closings, hand-overs, a purge, a lost computer, new keys.

At the end, everything opens for its readers, destroyed cases are gone, and no keys of past weeks are left.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keys.cases.requests import ask_purge, asked_of
from keys.errors import GrownError, MeldbusError
from keys.sync import actions
from keys.wire.messages import Acknowledgement, Answer, Approval, Feedback, Note, Outcome, Question
from tests.keys.office import PEOPLE, Office

if TYPE_CHECKING:
    from pathlib import Path

    from keys.cases.case import Case
    from keys.receipt import Receipt
    from keys.sync import RecipientSession
    from keys.wire.ids import CaseId

SECRETARY, FIRST, SECOND = (name for name, _ in PEOPLE)
NAMES = (SECRETARY, FIRST, SECOND)
WEEK = 7
KEYS_LIVE = 28  # days from the Monday of a weekly key
CLOSED_AFTER = 8  # weeks
ANSWERS = (Acknowledgement("Ontvangen."), Answer("Dank."), Question("Wanneer was het?"), Feedback("Besproken."))


@dataclass
class Told:
    """The truth about a case, whatever the vaults report."""

    receipt: Receipt
    week: int
    without: str | None  # the person who is left out
    words: str


@dataclass
class Years:
    """An office over weeks; `told` has each case by its id."""

    office: Office
    rng: random.Random
    told: dict[CaseId, Told] = field(default_factory=dict)
    purged: set[CaseId] = field(default_factory=set)

    @classmethod
    def begin(cls, folder: Path, seed: int) -> Years:
        """Found the office."""
        folder.mkdir()
        return cls(Office.open(folder), random.Random(seed))

    def play(self, weeks: int, cases: int) -> None:
        """Let this many weeks pass, with this many reports; in the middle, somebody loses their computer."""
        due = sorted(self.rng.randrange(weeks - 1) for _ in range(cases))
        for week in range(weeks):
            for _ in range(due.count(week)):
                self._report(week)
            if week == weeks // 2:
                self.office.rekey(FIRST, stolen=True)
            for name in NAMES:
                self._look(name, week)
            self.office.pass_days(WEEK)
        for _ in range(3):
            for name in NAMES:
                self.office.end(name)
            self.office.pass_days(1)

    def _report(self, week: int) -> None:
        without = self.rng.choice([None, None, None, SECOND])
        words = f"Melding {len(self.told)} van week {week}."
        receipt = self.office.report(words, without=[without] if without else [])
        case = self.office.thread(receipt).case
        assert case
        self.told[case.id] = Told(receipt, week, without, words)

    def _look(self, name: str, week: int) -> None:
        with self.office.session(name) as session:
            session.sync()
            here = session.vault.messages.cases()
            for case_id in [told for told in self.told if told in here]:  # ids are random; the same seed, the same play
                case = session.load(case_id)
                if case is not None and session.person in case.readers:
                    self._handle(session, name, case, week)
            session.end()

    def _handle(self, session: RecipientSession, name: str, case: Case, week: int) -> None:
        told = self.told[case.id]
        try:
            if session.person not in case.opened_by:
                case = actions.open_report(session, case)
            for message in asked_of(case, session.person):
                case = actions.write(session, case, Approval(message.id))
            age = week - told.week
            if name == SECRETARY and not case.is_closed and age >= CLOSED_AFTER:
                actions.close(session, case, "Klaar.", Outcome("none", "", ""))
            elif not case.is_closed and self.rng.random() < 0.2:
                actions.write(session, case, self.rng.choice([*ANSWERS, Note("Gebeld.")]))
            elif name == SECRETARY and case.is_closed and not self.purged and told.without is None:
                actions.write(session, case, ask_purge(case, "Niets te bewaren."))
                self.purged.add(case.id)
        except GrownError:
            return
        if self.rng.random() < 0.05 and case.id not in self.purged:  # a message after an approval keeps the case
            self._answer(told)

    def _answer(self, told: Told) -> None:
        try:
            self.office.answer(told.receipt, "Nog iets.")
        except MeldbusError:
            return  # its mailbox has ended

    def check(self) -> None:
        """Check in every vault which messages open and which do not."""
        today = self.office.today
        for name in NAMES:
            with self.office.session(name) as session:
                assert not [notice for notice in session.notices() if notice.is_alarm], name
                here = {case.id: case for case in session.cases()}
                destroyed = {one.case for one in session.vault.destroyed.all()}
                for case_id, told in self.told.items():
                    if told.without == name:
                        assert session.vault.messages.of_case(case_id) == [], "left out"
                        assert case_id not in destroyed
                    elif case_id in destroyed:
                        assert session.vault.messages.of_case(case_id) == [], "destroyed"
                        assert case_id not in here
                    elif case_id not in here:
                        assert case_id in self.purged, "gone before a new computer could be given it"
                    else:
                        assert here[case_id].report.text == told.words
                        assert not here[case_id].missing
                        assert not here[case_id].alarms
                assert not self.purged & here.keys(), "what two want to go goes"
                mondays = [own.bundle.start for own in session.vault.bundles.all() if not own.bundle.last]
                assert mondays
                assert all(monday + KEYS_LIVE >= today - WEEK for monday in mondays), "keys of past weeks are destroyed"
        self._check_equal()

    def _check_equal(self) -> None:
        found: dict[CaseId, object] = {}
        for name in NAMES:
            with self.office.session(name) as session:
                for case in session.cases():
                    shown = ([one.id for one in case.messages], case.readers, case.closed_by, case.last_day)
                    assert found.setdefault(case.id, shown) == shown, (name, case.number)
