"""Work that costs as much for many as for one: what gathers while a batch is done is the next batch."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

Work = TypeVar("Work")
Outcome = TypeVar("Outcome")


class GroupCommit(Generic[Work, Outcome]):
    """Threads hand in work and wait; a thread of our own does all that has gathered at once.

    A commit waits for the disk: the more come meanwhile, the more share the next one. The thread begins with
    the first work, so not before a worker is forked.
    """

    def __init__(
        self, turn: Callable[[], AbstractContextManager[None]], do: Callable[[Sequence[Work]], Sequence[Outcome]]
    ) -> None:
        """`do` gets a batch during our `turn`, and returns its outcomes in the same order."""
        self._turn = turn
        self._do = do
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._lock = threading.Lock()
        self._gathering: list[Work] = []
        self._done: Future[Sequence[Outcome]] | None = None

    def take(self, work: Work) -> Outcome:
        """Return the outcome of `work` once its batch is done; raise what the batch raised."""
        with self._lock:
            if self._done is None:
                self._done = self._thread.submit(self._do_gathered)
            place, done = len(self._gathering), self._done
            self._gathering.append(work)
        return done.result()[place]

    def close(self) -> None:
        """Finish what was handed in and end the thread."""
        self._thread.shutdown()

    def _do_gathered(self) -> Sequence[Outcome]:
        with self._turn():
            # Only now: who comes while we wait for our turn still gets into this batch.
            with self._lock:
                batch, self._gathering, self._done = self._gathering, [], None
            return self._do(batch)
