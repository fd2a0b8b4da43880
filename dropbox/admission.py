"""Who gets in: by the work and the day that an envelope carries, never by address; it keeps nothing."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, TypeAlias

from dropbox.store.commit import Filing
from keys.wire.envelope import MAX_SLOTS, Header, check_envelope_size, header_size, stream_size
from keys.wire.exchange import Posting, stamp_holds
from keys.wire.upload import OPENING_START, Opening, PartPosting, largest_class, travels_in_parts

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from dropbox.load_meter import LoadMeter
    from dropbox.store import Store
    from keys.policy import Policy

    Clock: TypeAlias = Callable[[], dt.datetime]


class UntilError(Exception):
    """The envelope is past the last day on which it is taken."""


class TooLargeError(Exception):
    """The envelope is larger than the policy allows, or than goes in one posting."""


class WorkError(Exception):
    """The stamp does not suffice; `work` is what is asked for now."""

    def __init__(self, work: int) -> None:
        """Keep the work that the next stamp needs."""
        super().__init__()
        self.work = work


class Admission:
    """The one way in for postings, whether the page, the tool or a plain form brings them."""

    def __init__(self, store: Store, load: LoadMeter, clock: Clock) -> None:
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

    def largest_file(self) -> int:
        """Return the bytes of the largest sealed file that the policy allows."""
        largest = stream_size(largest_class(self._policy().file_bytes))
        return OPENING_START + header_size(MAX_SLOTS) + largest

    def admit(self, raw: bytes) -> int:
        """Store a posting and return the day on which it was stored first.

        Raises FormatError, StoreError, UntilError, WorkError or TooLargeError; nothing is stored then.
        """
        posting = Posting.parse(raw)
        header = Header.parse(posting.envelope)
        if travels_in_parts(check_envelope_size(header, len(posting.envelope))):
            raise TooLargeError
        filing, refusal = self._judge(posting, header, raw)
        if refusal is not None:
            # Its answer may have been lost on the way: what is stored stays acknowledged.
            day = self._store.envelopes.repeated(filing)
            if day is None:
                raise refusal
            return day
        return self._file(filing)

    def open_upload(self, raw: bytes) -> int | list[tuple[int, int]]:
        """Begin an upload or go on with it: return the runs of parts that are missing, or the day once all is stored.

        Raises as `admit` does. A stamp that sufficed at the beginning suffices at the end.
        """
        opening = Opening.parse(raw)
        header = Header.parse(opening.prefix)
        filing, refusal = self._judge(opening, header, raw)
        day = self._store.envelopes.repeated(filing)
        if day is not None:
            return day
        if check_envelope_size(header, opening.size) > largest_class(self._policy().file_bytes):
            raise TooLargeError
        if refusal is not None and not (isinstance(refusal, WorkError) and self._store.uploads.is_open(filing)):
            raise refusal
        return self._store.uploads.begin(filing) or self._file(filing)

    def keep(self, raw: bytes) -> int:
        """Store a part of an upload and return its number; raises MalformedError, StoreError."""
        posting = PartPosting.parse(raw)
        self._store.uploads.keep(posting, self.today())
        return posting.number

    def _file(self, filing: Filing) -> int:
        stored = self._store.envelopes.file(filing)
        if stored.new:
            self._load.count(self._policy().work, self._clock().timestamp())
        return stored.day

    def _judge(
        self, posting: Posting | Opening, header: Header, raw: bytes
    ) -> tuple[Filing, UntilError | WorkError | None]:
        policy, now = self._policy(), self._clock()
        filing = Filing(posting, header, hashlib.sha256(raw).digest(), policy.day(now))
        return filing, self._refusal(filing, policy.work, now.timestamp())

    def _refusal(self, filing: Filing, rest: int, now: float) -> UntilError | WorkError | None:
        if filing.header.until < filing.day:
            return UntilError()
        if not stamp_holds(filing.header.mac, filing.posting.nonce, self._load.least_work(rest, now)):
            return WorkError(self._load.name_work(rest, now))
        return None

    def _policy(self) -> Policy:
        return self._store.documents.chain(self._clock()).roster.policy
