"""A cache of what a list shows of each case and what a search looks through, wrapped; it can be made anew any time.

The cases whose ids begin with the same byte are wrapped together: to unwrap 10,000 values takes ten times as long as
the 256 that these make, and a change still rewrites no more than those few. A thief sees how large each group is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from keys.vault import tables
from keys.wire.ids import CaseId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from keys.identity import Wrapper

_SUMMARY = tables.summary.c
Row = list[Any]  # of JSON
_Group = dict[str, list[Any]]  # by the case's id: its version, the mark, and what was put


@dataclass(frozen=True, slots=True)
class CachedCase:
    """What is remembered of a case at a version of it; both are None for one that a list does not show."""

    case: CaseId
    version: int
    summary: Row | None
    words: str | None


@dataclass(frozen=True, slots=True)
class SummaryCache:
    """What was remembered of each case; its owner makes what is written durable.

    `mark` stands for everything beside its messages that a summary follows from: under another mark nothing is found.
    """

    execute: Callable[..., Any]
    wrapper: Wrapper

    def load(self, mark: str, versions: Mapping[CaseId, int]) -> dict[CaseId, Row | None]:
        """Return what was put under this mark for cases at these versions."""
        rows = self.execute(select(_SUMMARY.group, _SUMMARY.wrapped_summaries))
        groups = {case[0] for case in versions}
        return {
            case: summary
            for group, wrapped in rows
            if group in groups
            for name, (version, made_under, summary) in self._unwrapped("summaries", group, wrapped).items()
            if made_under == mark and versions.get(case := CaseId(bytes.fromhex(name))) == version
        }

    def words(self) -> dict[CaseId, str]:
        """Return the words to search through, by case."""
        rows = self.execute(select(_SUMMARY.group, _SUMMARY.wrapped_words))
        return {
            CaseId(bytes.fromhex(name)): words
            for group, wrapped in rows
            for name, (_version, _mark, words) in self._unwrapped("words", group, wrapped).items()
            if words is not None
        }

    def put(self, mark: str, cached: Iterable[CachedCase]) -> None:
        """Remember cases under a mark. Those whose ids begin alike are best put together."""
        for group, members in groupby(sorted(cached, key=lambda one: one.case), key=lambda one: one.case[0]):
            summaries, words = self._load_group(group)
            for one in members:
                summaries[one.case.hex()] = [one.version, mark, one.summary]
                words[one.case.hex()] = [one.version, mark, one.words]
            self._store_group(group, summaries, words)

    def forget(self, case: CaseId) -> None:
        """Overwrite what was remembered of a case."""
        summaries, words = self._load_group(case[0])
        if summaries.pop(case.hex(), None) is not None:
            words.pop(case.hex())
            self._store_group(case[0], summaries, words)

    def _load_group(self, group: int) -> tuple[_Group, _Group]:
        row = self.execute(select(tables.summary).where(_SUMMARY.group == group)).first()
        if row is None:
            return {}, {}
        summaries = self._unwrapped("summaries", group, row.wrapped_summaries)
        return summaries, self._unwrapped("words", group, row.wrapped_words)

    def _store_group(self, group: int, summaries: _Group, words: _Group) -> None:
        if not summaries:
            self.execute(delete(tables.summary).where(_SUMMARY.group == group))
            return
        row = {
            "group": group,
            "wrapped_summaries": self._wrapped("summaries", group, summaries),
            "wrapped_words": self._wrapped("words", group, words),
        }
        self.execute(insert(tables.summary).prefix_with("OR REPLACE").values(row))

    def _wrapped(self, what: str, group: int, members: _Group) -> bytes:
        # ASCII: a text can have lone surrogates, which UTF-8 has no place for.
        return self.wrapper.wrap(f"{what} {group}", json.dumps(members, separators=(",", ":")).encode("ascii"))

    def _unwrapped(self, what: str, group: int, wrapped: bytes) -> _Group:
        members: _Group = json.loads(self.wrapper.unwrap(f"{what} {group}", wrapped))
        return members
