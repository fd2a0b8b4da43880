"""The remains of destroyed cases: the id, a line of the register, and the paths of their files."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, insert, select, update

from keys.cases.destruction import Ended
from keys.cases.numbers import case_number
from keys.cases.register import Line
from keys.vault import tables
from keys.wire.canonical import b64, encode, parse_object, unb64
from keys.wire.ids import CaseId, IdentityKey
from keys.wire.signed import join_frames, split_frames
from keys.wire.sizes import KEY_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from keys.identity import Wrapper

_DESTROYED = tables.destroyed.c
_WORDS = tables.last_words.c

# Built once: in a sync, which asks for each case, building a statement takes longer than executing it.
_NOT_AGREED = select(tables.destroyed).where(_DESTROYED.is_agreed == 0)
_ALL = _NOT_AGREED.order_by(_DESTROYED.day, _DESTROYED.case)
_OF_CASE = _NOT_AGREED.where(_DESTROYED.case == bindparam("case"))
_LAST_WORDS = select(tables.last_words).order_by(_WORDS.day, _WORDS.mac)

_AS_IT_CAME = ("utf-8", "surrogatepass")  # a text can have lone surrogates, which UTF-8 cannot encode


@dataclass(frozen=True, slots=True)
class DestroyedCase:
    """A case that was destroyed on a day, and why.

    `line` is its line in the register, None if its report was never here. `paths` are files of the case that may still
    be on this disk; `gone` is the number of those that no longer are. `reporter` is the key that distinguishes later
    messages of the reporter from those of an impostor.
    """

    case: CaseId
    day: int
    ended: Ended
    line: Line | None
    paths: tuple[Path, ...] = field(default=(), repr=False)
    gone: int = 0
    reporter: IdentityKey | None = field(default=None, repr=False)

    @property
    def number(self) -> str:
        """The number that the case had."""
        return case_number(self.case)


@dataclass(frozen=True, slots=True)
class LastWords:
    """A message of the reporter in a case that this vault had already destroyed."""

    case: CaseId
    day: int
    text: str


@dataclass(frozen=True, slots=True)
class DestroyedCases:
    """The cases that this vault has destroyed. The vault commits its writes."""

    execute: Callable[..., Any]
    wrapper: Wrapper

    def all(self) -> list[DestroyedCase]:
        """Return every case that was destroyed and not taken again since, by day."""
        return [self._destroyed(row) for row in self.execute(_ALL).mappings()]

    def find(self, case: CaseId) -> DestroyedCase | None:
        """Return a destroyed case; None if it is not destroyed, or its owner has agreed to take it again."""
        row = self.execute(_OF_CASE, {"case": case}).mappings().first()
        return None if row is None else self._destroyed(row)

    def agree(self, case: CaseId) -> None:
        """Take a case again, because its owner agrees or is named again: an `arrived` asks for its messages."""
        self.execute(update(tables.destroyed).where(_DESTROYED.case == case).values(is_agreed=1))

    def add(self, destroyed: DestroyedCase) -> None:
        """Store the remains of a case."""
        row = {
            "case": destroyed.case,
            "day": destroyed.day,
            "ended": destroyed.ended.value,
            "is_agreed": 0,
            "wrapped": self._wrap(destroyed),
        }
        self.execute(insert(tables.destroyed).prefix_with("OR REPLACE").values(row))

    def forget_missing(self) -> None:
        """Forget the paths of files that no longer exist, but count them."""
        for one in self.all():
            left = tuple(path for path in one.paths if os.path.lexists(path))
            if len(left) < len(one.paths):
                gone = one.gone + len(one.paths) - len(left)
                wrapped = self._wrap(replace(one, paths=left, gone=gone))
                self.execute(update(tables.destroyed).where(_DESTROYED.case == one.case).values(wrapped=wrapped))

    def add_last_words(self, words: LastWords, mac: bytes) -> None:
        """Store a reporter's message that came after the destruction, until it was shown."""
        wrapped = self.wrapper.wrap(_last_words(mac), words.text.encode(*_AS_IT_CAME))
        row = {"mac": mac, "case": words.case, "day": words.day, "wrapped": wrapped}
        self.execute(insert(tables.last_words).prefix_with("OR IGNORE").values(row))

    def last_words(self) -> list[LastWords]:
        """Return messages that reporters wrote after the destruction here and that were not shown yet, by day."""
        return [
            LastWords(
                CaseId(row.case), row.day, self.wrapper.unwrap(_last_words(row.mac), row.wrapped).decode(*_AS_IT_CAME)
            )
            for row in self.execute(_LAST_WORDS)
        ]

    def forget_last_words(self) -> None:
        """Forget the messages: they were shown, and are shown once."""
        self.execute(delete(tables.last_words))

    def note_export(self, case: CaseId, path: Path) -> None:
        """Store the path of a file that was exported from a case."""
        number = (self.execute(select(func.max(tables.export.c.id))).scalar() or 0) + 1
        wrapped = self.wrapper.wrap(f"export {number}", os.fsencode(path))
        self.execute(insert(tables.export).values({"id": number, "case": case, "wrapped": wrapped}))

    def paths_of(self, case: CaseId) -> tuple[Path, ...]:
        """Return the paths of saved and exported files of a case, each once."""
        saved, message, export = tables.saved.c, tables.message.c, tables.export.c
        query = (
            select(saved.mac, saved.file, saved.wrapped)
            .join(tables.message, message.mac == saved.mac)
            .where(message.case == case)
        )
        found = [
            self.wrapper.unwrap(f"saved {row.mac.hex()} {row.file}", row.wrapped) for row in self.execute(query).all()
        ]
        made = select(export.id, export.wrapped).where(export.case == case)
        found += [self.wrapper.unwrap(f"export {row.id}", row.wrapped) for row in self.execute(made)]
        return tuple(sorted({Path(os.fsdecode(path)) for path in found}))

    def forget_paths(self, case: CaseId) -> None:
        """Overwrite the paths of files of a case."""
        macs = select(tables.message.c.mac).where(tables.message.c.case == case).scalar_subquery()
        self.execute(delete(tables.saved).where(tables.saved.c.mac.in_(macs)))
        self.execute(delete(tables.export).where(tables.export.c.case == case))

    def _destroyed(self, row: Any) -> DestroyedCase:
        raw, *paths = split_frames(self.wrapper.unwrap(_purpose(row["case"]), row["wrapped"]))
        members = parse_object(raw)
        line, gone, reporter = members["line"], members["gone"], members["reporter"]
        assert isinstance(gone, int)
        return DestroyedCase(
            case=CaseId(row["case"]),
            day=row["day"],
            ended=Ended(row["ended"]),
            line=None if line is None else Line.parse(line),
            paths=tuple(Path(os.fsdecode(path)) for path in paths),
            gone=gone,
            reporter=None if reporter is None else IdentityKey(unb64(reporter, KEY_SIZE)),
        )

    def _wrap(self, destroyed: DestroyedCase) -> bytes:
        line = None if destroyed.line is None else destroyed.line.members()
        reporter = None if destroyed.reporter is None else b64(destroyed.reporter)
        frames: Iterable[bytes] = [
            encode({"gone": destroyed.gone, "line": line, "reporter": reporter}),
            *(os.fsencode(path) for path in destroyed.paths),
        ]
        return self.wrapper.wrap(_purpose(destroyed.case), join_frames(frames))


def _purpose(case: bytes) -> str:
    return f"destroyed {case.hex()}"


def _last_words(mac: bytes) -> str:
    return f"last words {mac.hex()}"
