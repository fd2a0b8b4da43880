"""A test vector as a file, see README.md; it does not know what a subject means."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).parent
SUFFIX = ".vec"


@dataclass(frozen=True, slots=True)
class Vector:
    """One scenario: what has to come of `raw`, and the header's other lines in `fields`."""

    subject: str
    title: str
    expect: str
    comment: str
    fields: Mapping[str, str]
    raw: bytes

    @classmethod
    def read(cls, path: Path) -> Vector:
        """Read a vector file; raise ValueError when its header is not as README.md says."""
        header, found, raw = path.read_bytes().partition(b"\n\n")
        fields: dict[str, str] = {}
        for line in header.decode("utf-8").split("\n"):
            key, colon, value = line.partition(": ")
            if not found or not colon or not value or key in fields:
                raise ValueError(f"{path.name}: header")
            fields[key] = value
        expect, comment = fields.pop("expect"), fields.pop("comment")
        return cls(path.parent.name, path.name.removesuffix(SUFFIX), expect, comment, fields, raw)

    @property
    def name(self) -> str:
        """Subject and title, as generate.py takes them."""
        return f"{self.subject}/{self.title}"

    def write(self) -> None:
        """Write the file to its place."""
        path = FOLDER / (self.name + SUFFIX)
        path.parent.mkdir(exist_ok=True)
        lines = {"expect": self.expect, **self.fields, "comment": self.comment}
        header = "".join(f"{key}: {value}\n" for key, value in lines.items())
        path.write_bytes(header.encode("utf-8") + b"\n" + self.raw)

    def hex(self, key: str) -> bytes:
        """Return the bytes of a hex field."""
        return bytes.fromhex(self.fields[key])

    def number(self, key: str) -> int:
        """Return a decimal field."""
        return int(self.fields[key])

    def words(self, key: str) -> list[str]:
        """Return the elements of a list."""
        return self.fields[key].split()


def committed() -> list[Vector]:
    """Return every vector of this folder, by name."""
    return [Vector.read(path) for path in sorted(FOLDER.glob(f"*/*{SUFFIX}"))]
