"""Patience with a line that breaks: the same question again, after growing pauses; it asks nothing by itself."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from keys.errors import NetworkError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PAUSES = (1, 2, 4, 8, 16, 32, 60, 60, 60)  # seconds

Answer = TypeVar("Answer")


def patiently(ask: Callable[[], Answer], pauses: Sequence[float] = PAUSES) -> Answer:
    """Return what `ask` returns; where the server is not reached, ask again after growing pauses.

    What the server refuses is not asked again.
    """
    for pause in pauses:
        try:
            return ask()
        except RefusedError:
            raise
        except NetworkError:
            time.sleep(pause)
    return ask()
