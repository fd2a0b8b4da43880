"""Files as a head lists them, SPEC 4.4: names, sizes, digests and limits."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.errors import MalformedError
from keys.wire.canonical import b64, encoded_size, unb64
from keys.wire.sizes import DIGEST_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keys.wire.canonical import Json

MIB = 1_048_576  # the unit of a file's digest
MAX_FILES = 100
MAX_NAME_SIZE = 1000  # bytes as encoded, so that 100 of them fit a head beside the longest text
MAX_TYPE_SIZE = 100
MAX_SIZE = 2**53 - 1

_MEMBERS = {"digest", "name", "size", "type"}


@dataclass(frozen=True, slots=True)
class File:
    """A file in the stream; `name` and `type` are untrusted text from the sender."""

    name: str
    type: str
    size: int
    digest: bytes

    @classmethod
    def parse(cls, value: Json) -> File:
        """Read one member of a head's `files`; raise MalformedError."""
        if not isinstance(value, dict) or set(value) != _MEMBERS:
            raise MalformedError("members of a file")
        size = value["size"]
        if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= MAX_SIZE:
            raise MalformedError("size of a file")
        return cls(
            name=_text(value["name"], MAX_NAME_SIZE),
            type=_text(value["type"], MAX_TYPE_SIZE),
            size=size,
            digest=unb64(value["digest"], DIGEST_SIZE),
        )

    def members(self) -> dict[str, Json]:
        """Return the file as JSON members."""
        return {"digest": b64(self.digest), "name": self.name, "size": self.size, "type": self.type}


class FileDigest:
    """The digest of a file, built up from its bytes in order: SHA-256 over the SHA-256 of each MiB."""

    def __init__(self) -> None:
        """Start with an empty file."""
        self._outer = hashlib.sha256()
        self._inner = hashlib.sha256()
        self._room = MIB

    def update(self, content: bytes | memoryview) -> None:
        """Add the next bytes, however many."""
        view = memoryview(content)
        while view:
            taken = view[: self._room]
            self._inner.update(taken)
            self._room -= len(taken)
            view = view[len(taken) :]
            if self._room == 0:
                self._outer.update(self._inner.digest())
                self._inner, self._room = hashlib.sha256(), MIB

    def digest(self) -> bytes:
        """Return the digest of the bytes added so far."""
        outer = self._outer.copy()
        if self._room < MIB:
            outer.update(self._inner.digest())
        return outer.digest()


def parse_files(value: Json) -> tuple[File, ...]:
    """Read a head's `files`; raise MalformedError for more than 100 files, or for more bytes than SPEC.md allows."""
    if not isinstance(value, list) or len(value) > MAX_FILES:
        raise MalformedError("files")
    files = tuple(File.parse(file) for file in value)
    if content_size(files) > MAX_SIZE:
        raise MalformedError("size of the files")
    return files


def content_size(files: Iterable[File]) -> int:
    """Return the bytes of all files together."""
    return sum(file.size for file in files)


def _text(value: Json, most: int) -> str:
    if not isinstance(value, str) or encoded_size(value) > most:
        raise MalformedError("text of a file")
    return value
