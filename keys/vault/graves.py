"""What a vault keeps of cases that were destroyed: their signed tombstones, and the files that were made of them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select, update

from keys.vault import tables
from keys.wire.signed import join_frames, split_frames

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from keys.identity import Wrapper


@dataclass(frozen=True, slots=True)
class Grave:
    """A tombstone that came on a server's day: mac, signature and head of it; `done` once the case is destroyed here.

    `paths` are files that were made of the case and may still lie on this disk.
    """

    mac: bytes
    case: bytes
    day: int
    statement: bytes = field(repr=False)
    done: bool
    paths: tuple[Path, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Graves:
    """Tombstones, and the way there; its owner makes what is written durable."""

    execute: Callable[..., Any]
    wrapper: Wrapper

    def add(self, mac: bytes, case: bytes, day: int, statement: bytes) -> None:
        """Keep a tombstone that was not obeyed yet."""
        row = {
            "mac": mac,
            "case": case,
            "day": day,
            "wrapped": self.wrapper.wrap(_tombstone(mac), statement),
            "done": 0,
        }
        self.execute(insert(tables.tombstone).prefix_with("OR IGNORE").values(row))

    def all(self) -> list[Grave]:
        """Return every tombstone, by day."""
        table = tables.tombstone.c
        rows = self.execute(select(tables.tombstone).order_by(table.day, table.mac)).mappings()
        return [self._grave(row) for row in rows]

    def is_destroyed(self, case: bytes) -> bool:
        """Say whether a case was destroyed here."""
        table = tables.tombstone.c
        return self.execute(select(table.mac).where(table.case == case, table.done == 1)).first() is not None

    def destroy(self, case: bytes, mac: bytes) -> None:
        """Overwrite all that is here of a case: content keys, envelopes, capabilities, what was remembered.

        The tombstone with this mac says that it was obeyed, and keeps where files of the case were saved.
        """
        paths = self.paths_of(case)
        channel, envelope = tables.channel.c, tables.envelope.c
        channels = select(channel.id).where((channel.id == case) | (channel.case == case)).scalar_subquery()
        macs = select(envelope.mac).where(envelope.channel.in_(channels)).scalar_subquery()
        for table, column in ((tables.saved, "mac"), (tables.content_key, "mac")):
            self.execute(delete(table).where(table.c[column].in_(macs)))
        self.execute(delete(tables.envelope).where(envelope.channel.in_(channels)))
        self.execute(delete(tables.channel).where((channel.id == case) | (channel.case == case)))
        self.execute(delete(tables.remembered).where(tables.remembered.c.case == case))
        self.execute(delete(tables.export).where(tables.export.c.case == case))
        values = {"done": 1, "wrapped_paths": self._wrap_paths(mac, paths)}
        self.execute(update(tables.tombstone).where(tables.tombstone.c.mac == mac).values(**values))

    def forget_missing(self) -> None:
        """Forget the paths of files that lie there no more."""
        for grave in self.all():
            left = [path for path in grave.paths if os.path.lexists(path)]
            if len(left) < len(grave.paths):
                wrapped = self._wrap_paths(grave.mac, left)
                where = tables.tombstone.c.mac == grave.mac
                self.execute(update(tables.tombstone).where(where).values(wrapped_paths=wrapped))

    def note_export(self, case: bytes, path: Path) -> None:
        """Remember a file that was made of a case."""
        number = (self.execute(select(func.max(tables.export.c.id))).scalar() or 0) + 1
        wrapped = self.wrapper.wrap(f"export {number}", os.fsencode(path))
        self.execute(insert(tables.export).values({"id": number, "case": case, "wrapped": wrapped}))

    def paths_of(self, case: bytes) -> list[Path]:
        """Return where files of a case were saved and what was made of it, each once."""
        channel, envelope, saved = tables.channel.c, tables.envelope.c, tables.saved.c
        query = (
            select(saved.mac, saved.file, saved.wrapped)
            .join(tables.envelope, envelope.mac == saved.mac)
            .join(tables.channel, channel.id == envelope.channel)
            .where((channel.id == case) | (channel.case == case))
        )
        rows = self.execute(query).all()
        found = [self.wrapper.unwrap(f"saved {row.mac.hex()} {row.file}", row.wrapped) for row in rows]
        made = select(tables.export.c.id, tables.export.c.wrapped).where(tables.export.c.case == case)
        found += [self.wrapper.unwrap(f"export {row.id}", row.wrapped) for row in self.execute(made)]
        return sorted({Path(os.fsdecode(path)) for path in found})

    def _grave(self, row: Any) -> Grave:
        mac, wrapped = row["mac"], row["wrapped_paths"]
        raw = split_frames(self.wrapper.unwrap(_paths(mac), wrapped)) if wrapped else []
        return Grave(
            mac=mac,
            case=row["case"],
            day=row["day"],
            statement=self.wrapper.unwrap(_tombstone(mac), row["wrapped"]),
            done=bool(row["done"]),
            paths=tuple(Path(os.fsdecode(path)) for path in raw),
        )

    def _wrap_paths(self, mac: bytes, paths: Iterable[Path]) -> bytes | None:
        raw = [os.fsencode(path) for path in paths]
        return self.wrapper.wrap(_paths(mac), join_frames(raw)) if raw else None


def _tombstone(mac: bytes) -> str:
    return f"tombstone {mac.hex()}"


def _paths(mac: bytes) -> str:
    return f"paths {mac.hex()}"
