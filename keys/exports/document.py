"""The contents of a file made of cases, before it has a format. Every word in it is harmless already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under heads, each as wide as they are; a cell may have several lines."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Document:
    """A file to be: `facts` are names and values, `left_out` says in sentences what is not in it, `made` who made it.

    `language` is the tag of the language that it is in.
    """

    title: str
    made: str
    language: str
    facts: Sequence[tuple[str, str]] = ()
    tables: Sequence[Table] = ()
    left_out: Sequence[str] = ()
