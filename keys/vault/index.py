"""What a vault remembers of its cases so that a long list opens at once, all of it wrapped; it reads no case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select

from keys.vault import tables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from keys.identity import Wrapper


@dataclass(frozen=True, slots=True)
class Index:
    """What was remembered of each case, and whether it still holds; its owner makes what is written durable."""

    execute: Callable[..., Any]
    wrapper: Wrapper

    def extents(self) -> dict[bytes, str]:
        """Return for each case how much of it is here, the one with the latest envelope last.

        Another extent means that it has to be read again.
        """
        channel, envelope, key = tables.channel.c, tables.envelope.c, tables.content_key.c
        case = func.coalesce(channel.case, channel.id)
        query = (
            select(
                case,
                func.count(channel.id.distinct()),
                func.count(envelope.id),
                func.coalesce(func.max(envelope.id), 0),
                func.count(key.mac),
            )
            .join(tables.envelope, envelope.channel == channel.id, isouter=True)
            .join(tables.content_key, key.mac == envelope.mac, isouter=True)
            .group_by(case)
            .order_by(func.max(envelope.id))
        )
        return {row[0]: "-".join(map(str, row[1:])) for row in self.execute(query)}

    def summaries(self, mark: str, extents: Mapping[bytes, str]) -> dict[bytes, bytes]:
        """Return what was put under this mark for cases of these extents."""
        query = select(tables.remembered.c.case, tables.remembered.c.stamp, tables.remembered.c.wrapped_summary)
        return {
            case: self.wrapper.unwrap(f"summary {case.hex()}", wrapped)
            for case, stamp, wrapped in self.execute(query)
            if case in extents and stamp == _stamp(mark, extents[case])
        }

    def words(self) -> dict[bytes, str]:
        """Return the words to search through, by case."""
        query = select(tables.remembered.c.case, tables.remembered.c.wrapped_words)
        return {
            case: self.wrapper.unwrap(f"words {case.hex()}", wrapped).decode() for case, wrapped in self.execute(query)
        }

    def put(self, case: bytes, mark: str, extent: str, summary: bytes, words: str) -> None:
        """Remember a case of this extent, as it was read under a mark."""
        row = {
            "case": case,
            "stamp": _stamp(mark, extent),
            "wrapped_summary": self.wrapper.wrap(f"summary {case.hex()}", summary),
            "wrapped_words": self.wrapper.wrap(f"words {case.hex()}", words.encode("utf-8", "replace")),
        }
        self.execute(insert(tables.remembered).prefix_with("OR REPLACE").values(row))

    def forget(self, case: bytes) -> None:
        """Overwrite what was remembered of a case."""
        self.execute(delete(tables.remembered).where(tables.remembered.c.case == case))


def _stamp(mark: str, extent: str) -> str:
    return f"{mark} {extent}"
