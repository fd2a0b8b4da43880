"""Group commit: requests that arrive during one commit share the next one."""

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
    """Threads submit work and wait; a separate thread does all submitted work at once.

    A commit waits for the disk: the more requests arrive meanwhile, the more share the next one. The thread starts with
    the first work, so never before a worker is forked.
    """

    def __init__(
        self, turn: Callable[[], AbstractContextManager[None]], do: Callable[[Sequence[Work]], Sequence[Outcome]]
    ) -> None:
        """`do` gets a batch while `turn` is held, and returns its outcomes in the same order."""
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
        """Finish the submitted work and end the thread."""
        self._thread.shutdown()

    def _do_gathered(self) -> Sequence[Outcome]:
        with self._turn():
            # Not earlier: work that arrives while we wait for the lock still joins this batch.
            with self._lock:
                batch, self._gathering, self._done = self._gathering, [], None
            return self._do(batch)
