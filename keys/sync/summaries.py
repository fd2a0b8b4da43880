"""The summaries of a vault's cases: cached if nothing has changed, else computed from the messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby
from typing import TYPE_CHECKING

from keys.cases.summary import Summary, summarise, words_of
from keys.vault.summary_cache import CachedCase

if TYPE_CHECKING:
    from keys.cases.rosters import Rosters
    from keys.vault import Vault
    from keys.vault.case_store import LoadedCase
    from keys.wire.ids import CaseId, PersonId

SUMMARY_VERSION = 8  # increase it with every change in how a summary or its words are computed


@dataclass(slots=True)
class Summaries:
    """The summaries that a session has asked for: unchanged ones are not read again."""

    _mark: str = ""
    _known: dict[CaseId, tuple[int, Summary | None]] = field(default_factory=dict, repr=False)
    _all: dict[CaseId, Summary] = field(default_factory=dict, repr=False)  # of the day and version below
    _all_of: tuple[str, int, int] | None = None

    def all(
        self, vault: Vault, rosters: Rosters, day: int, own: PersonId, most: int | None = None
    ) -> dict[CaseId, Summary]:
        """Return the summary of each case for the person `own` on a day, the one that changed last at the end.

        Only changed cases are loaded: all, or at most `most`; the others are then left out.
        """
        mark = mark_of(rosters, day, own)
        now = mark, day, vault.versions.latest()
        if now == self._all_of:
            return {**self._all}
        versions = vault.versions.all()
        if mark != self._mark:
            self._mark, self._known = mark, {}
        changed = {case: version for case, version in versions.items() if not self._has(case, version)}
        if changed:
            people: dict[str, frozenset[PersonId]] = {}
            for case, row in vault.summaries.load(mark, changed).items():
                self._known[case] = changed[case], None if row is None else Summary.of_row(row, people)
        unread = sorted(case for case, version in changed.items() if not self._has(case, version))[:most]
        # One group for each transaction, since each waits for the disk. Within it, another thread cannot destroy a case
        # between reading and caching: the words of a destroyed case would come back.
        for _group, cases in groupby(unread, key=lambda case: case[0]):
            with vault.transaction():
                loaded = vault.case_store.load_all(cases, rosters, day)
                made = [self._make(one, own, versions[one.id]) for one in loaded]
                vault.summaries.put(mark, made)
        has_all = most is None or len(unread) < most
        self._all_of = now if has_all else None
        self._all = {
            case: summary.on(day)
            for case, version in versions.items()
            if self._has(case, version) and (summary := self._known[case][1]) is not None
        }
        return {**self._all}

    def _has(self, case: CaseId, version: int) -> bool:
        known = self._known.get(case)
        return known is not None and known[0] == version

    def _make(self, loaded: LoadedCase, own: PersonId, version: int) -> CachedCase:
        case_id, case = loaded.id, loaded.case
        summary = None if case is None else summarise(case, own)
        self._known[case_id] = version, summary
        if case is None or summary is None:
            return CachedCase(case_id, version, None, None)
        return CachedCase(case_id, version, summary.row(), words_of(case, own))


def mark_of(rosters: Rosters, day: int, own: PersonId) -> str:
    """Return the mark for everything except a case's messages that a summary follows from."""
    persons = b"".join(sorted(rosters.persons_on(day) or ()))
    return f"{SUMMARY_VERSION} {rosters.newest_version} {sha256(own + persons).hexdigest()}"
