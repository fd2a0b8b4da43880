"""The contents of an export, before it has a format. Every word in it is harmless already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under heads of the same width; a cell may have several lines."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Document:
    """A file before rendering: `facts` are names and values, `left_out` sentences about omissions, `made` its author.

    `language` is the tag of its language.
    """

    title: str
    made: str
    language: str
    facts: Sequence[tuple[str, str]] = ()
    tables: Sequence[Table] = ()
    left_out: Sequence[str] = ()
