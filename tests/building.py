"""Builds the server's pages in the process of the tests, and each page once.

A server builds them in a process of its own, so that what builds pages takes no memory of it. Servers that a test
starts as processes do so.
"""

from __future__ import annotations

import pickle
from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest import mock

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def pages_built_here() -> Iterator[None]:
    """Build pages without starting a process, and give those of the same policy, texts and scripts again."""
    from dropbox.pages import builder, render

    built: dict[bytes, bytes] = {}

    def build(name: str, *arguments: object) -> object:
        asked = pickle.dumps((name, arguments))
        if asked not in built:
            built[asked] = pickle.dumps(getattr(render, name)(*arguments))
        return pickle.loads(built[asked])

    with mock.patch.object(builder, "_built", build):
        yield
