"""The summaries of a vault's cases: those that are remembered, and the others made anew from their messages."""

from __future__ import annotations

from hashlib import sha256
from itertools import groupby
from typing import TYPE_CHECKING

from keys.cases.summary import Summary, summarise, words_of
from keys.vault.summary_cache import CachedCase

if TYPE_CHECKING:
    from keys.cases.rosters import Rosters
    from keys.vault import Vault
    from keys.wire.ids import CaseId, PersonId

SUMMARY_VERSION = 4  # another one wherever a summary or its words are made otherwise


def all_summaries(
    vault: Vault, rosters: Rosters, day: int, own: PersonId, *, most: int | None = None
) -> dict[CaseId, Summary]:
    """Return what a list shows of each case to the person `own` on a day, the one that changed last at the end.

    Only those cases are loaded in which something has changed: all, or at `most` so many; the others are left out then.
    """
    mark, versions = mark_of(rosters, day, own), vault.versions.all()
    found = vault.summaries.load(mark, versions)
    unread = sorted(case for case in versions if case not in found)[:most]
    # One group a transaction: each time waits for the disk.
    for _group, cases in groupby(unread, key=lambda case: case[0]):
        made = [_cached(vault, rosters, day, own, case, versions[case]) for case in cases]
        found |= {one.case: one.summary for one in made}
        with vault.transaction():
            vault.summaries.put(mark, made)
    order = sorted(versions, key=versions.__getitem__)
    return {case: Summary.parse(raw) for case in order if (raw := found.get(case)) is not None}


def mark_of(rosters: Rosters, day: int, own: PersonId) -> str:
    """Return what stands for all that a summary follows from beside the messages of its case."""
    persons = b"".join(sorted(rosters.persons_on(day) or ()))
    return f"{SUMMARY_VERSION} {rosters.newest_version} {sha256(own + persons).hexdigest()}"


def _cached(vault: Vault, rosters: Rosters, day: int, own: PersonId, case_id: CaseId, version: int) -> CachedCase:
    case = vault.case_store.load(case_id, rosters, day)
    if case is None:
        return CachedCase(case_id, version, None, None)
    return CachedCase(case_id, version, summarise(case, own).encode(), words_of(case, own))
