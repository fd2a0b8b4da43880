"""The page's own look into files, asked from Python: one Node process that answers line by line."""

from __future__ import annotations

import base64
import json
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.client.page import NODE

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = Path(__file__).with_name("photos.ts")


@dataclass(frozen=True)
class Found:
    """What the page found in a file, and the file without it."""

    kind: str
    extension: str
    type: str
    traces: list[str]
    stripped: bytes | None


class Inspector:
    """The page's own code, in a process of its own."""

    def __init__(self, node: subprocess.Popen[str]) -> None:
        """Ask this process."""
        self._node = node

    def __call__(self, raw: bytes, name: str = "") -> Found:
        assert self._node.stdin
        assert self._node.stdout
        self._node.stdin.write(json.dumps({"raw": base64.b64encode(raw).decode(), "name": name}) + "\n")
        self._node.stdin.flush()
        said = json.loads(self._node.stdout.readline())
        stripped = said.pop("stripped")
        return Found(**said, stripped=None if stripped is None else base64.b64decode(stripped))


@contextmanager
def running() -> Iterator[Inspector]:
    """Start an inspector and end it."""
    with subprocess.Popen([NODE, PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as node:
        yield Inspector(node)
