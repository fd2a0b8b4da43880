"""A cache of each case's summary and its words to search through, wrapped; it can be rebuilt at any time.

Cases whose ids begin with the same byte are wrapped together: unwrapping 10,000 values takes ten times as long as
unwrapping these 256, and a change rewrites only a few cases. A thief sees how large each group is.
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
_Group = dict[str, list[Any]]  # by the case's id: its version, the mark, and the cached value


@dataclass(frozen=True, slots=True)
class CachedCase:
    """The cached values of a case at a version of it; both are None if a list does not show the case."""

    case: CaseId
    version: int
    summary: Row | None
    words: str | None


@dataclass(frozen=True, slots=True)
class SummaryCache:
    """The cached summaries of cases. The vault commits its writes.

    `mark` identifies everything except its messages that a summary follows from: with another mark the cache misses.
    """

    execute: Callable[..., Any]
    wrapper: Wrapper

    def load(self, mark: str, versions: Mapping[CaseId, int]) -> dict[CaseId, Row | None]:
        """Return the rows cached under this mark for cases at these versions."""
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
        """Cache cases under a mark. It is fastest to put cases together whose ids begin alike."""
        for group, members in groupby(sorted(cached, key=lambda one: one.case), key=lambda one: one.case[0]):
            summaries, words = self._load_group(group)
            for one in members:
                summaries[one.case.hex()] = [one.version, mark, one.summary]
                words[one.case.hex()] = [one.version, mark, one.words]
            self._store_group(group, summaries, words)

    def forget(self, case: CaseId) -> None:
        """Overwrite the cached values of a case."""
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
        # ASCII: a text can have lone surrogates, which UTF-8 cannot encode.
        return self.wrapper.wrap(f"{what} {group}", json.dumps(members, separators=(",", ":")).encode("ascii"))

    def _unwrapped(self, what: str, group: int, wrapped: bytes) -> _Group:
        members: _Group = json.loads(self.wrapper.unwrap(f"{what} {group}", wrapped))
        return members
