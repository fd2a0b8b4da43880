"""The page's reading of bytes, asked from Python: one Node process that answers line by line."""

from __future__ import annotations

import json
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.client.page import NODE

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = Path(__file__).with_name("twin.ts")


@dataclass(frozen=True)
class Twin:
    """A running twin."""

    _node: subprocess.Popen[str]

    def read(self, what: str, raw: bytes, **more: object) -> Any:
        """Return what the page makes of these bytes, or the code of its error."""
        assert self._node.stdin
        assert self._node.stdout
        self._node.stdin.write(json.dumps({"what": what, "raw": raw.hex(), **more}) + "\n")
        self._node.stdin.flush()
        return json.loads(self._node.stdout.readline())["got"]


@contextmanager
def running() -> Iterator[Twin]:
    """Start a twin and end it."""
    with subprocess.Popen([NODE, PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as node:
        yield Twin(node)
