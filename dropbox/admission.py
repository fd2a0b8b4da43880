"""Who gets in: by the work and the day that an envelope carries, never by address; it keeps nothing."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, TypeAlias

from dropbox.store.filing import Filing
from keys.wire.envelope import Header
from keys.wire.exchange import Posting, stamp_holds

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from dropbox.load import Load
    from dropbox.store import Store
    from keys.policy import Policy

    Clock: TypeAlias = Callable[[], dt.datetime]


class UntilError(Exception):
    """The envelope is past the last day on which it is taken."""


class WorkError(Exception):
    """The stamp does not suffice; `work` is what is asked for now."""

    def __init__(self, work: int) -> None:
        """Keep the work that the next stamp needs."""
        super().__init__()
        self.work = work


class Admission:
    """The one way in for postings, whether the page, the tool or a plain form brings them."""

    def __init__(self, store: Store, load: Load, clock: Clock) -> None:
        """Ask `store` for the policy and hand it what is admitted."""
        self._store = store
        self._load = load
        self._clock = clock

    def now(self) -> dt.datetime:
        """Return the time by the server's clock."""
        return self._clock()

    def today(self) -> int:
        """Return the server's day, in the policy's time zone; raise NotReadyError."""
        return self._policy().day(self._clock())

    def work(self) -> int:
        """Name the work that is asked for now; it holds for ten minutes."""
        return self._load.name_work(self._policy().work, self._clock().timestamp())

    def admit(self, raw: bytes) -> int:
        """Store a posting and return the day on which it was stored first.

        Raises FormatError, StoreError, UntilError or WorkError; nothing is stored then.
        """
        posting = Posting.parse(raw)
        header = Header.parse(posting.envelope)
        policy, now = self._policy(), self._clock()
        filing = Filing(posting, header, hashlib.sha256(raw).digest(), policy.day(now))
        refusal = self._refusal(filing, policy.work, now.timestamp())
        if refusal is not None:
            # Its answer may have been lost on the way: what is stored stays acknowledged.
            day = self._store.envelopes.repeated(filing)
            if day is None:
                raise refusal
            return day
        stored = self._store.envelopes.file(filing)
        if stored.new:
            self._load.count(policy.work, now.timestamp())
        return stored.day

    def _refusal(self, filing: Filing, rest: int, now: float) -> UntilError | WorkError | None:
        if filing.header.until < filing.day:
            return UntilError()
        if not stamp_holds(filing.header.mac, filing.posting.nonce, self._load.least_work(rest, now)):
            return WorkError(self._load.name_work(rest, now))
        return None

    def _policy(self) -> Policy:
        return self._store.documents.chain().roster.policy
