"""Retry with growing delays while the server cannot be reached."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from keys.errors import NetworkError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PAUSES = (1, 2, 4, 8, 16, 32, 60, 60, 60)  # seconds

Answer = TypeVar("Answer")


def with_retries(ask: Callable[[], Answer], pauses: Sequence[float] = PAUSES) -> Answer:
    """Return what `ask` returns; call it again after growing pauses if the server cannot be reached.

    It does not retry after a refusal.
    """
    for pause in pauses:
        try:
            return ask()
        except RefusedError:
            raise
        except NetworkError:
            time.sleep(pause)
    return ask()
