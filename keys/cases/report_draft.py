"""A report before it is sealed, as the reporter, or the recipient who enters it, fills it in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keys.cases.routing import Matter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keys.wire.ids import PersonId


@dataclass(frozen=True, slots=True)
class ReportDraft:
    """The content of a report; `topic` and the names of `answers` are ids of the policy."""

    text: str
    topic: str
    language: str
    people: frozenset[PersonId] = frozenset()  # the people whom it is about
    board: bool = False  # it is about the whole board
    others: str = ""  # other people whom it is about, in the reporter's words
    answers: Mapping[str, str] = field(default_factory=dict)

    @property
    def matter(self) -> Matter:
        """The part that decides who gets it."""
        return Matter(self.topic, self.board, self.people)
