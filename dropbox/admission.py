"""Admission control by proof of work and expiry, never by IP address."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from dropbox.load_meter import Moment
from dropbox.store.commit import Filing
from keys.wire.envelope import MAX_SLOTS, Header, check_envelope_size, header_size, stream_size
from keys.wire.posting import CAPABILITY_SIZE, DOOR_OPEN, Posting
from keys.wire.stamp import stamp_holds
from keys.wire.upload import OPENING_START, Opening, PartPosting, largest_class, travels_in_parts

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from dropbox.load_meter import LoadMeter
    from dropbox.store import Store
    from keys.policy import Policy

    Clock: TypeAlias = Callable[[], dt.datetime]


class TooLargeError(Exception):
    """The envelope is larger than the policy allows, or than one posting can be."""


class WorkError(Exception):
    """The stamp is too small; `work` is the work that is asked for now."""

    def __init__(self, work: int) -> None:
        """Keep the work that the next stamp needs."""
        super().__init__()
        self.work = work


class Admission:
    """The only entry for postings, from the page, the tool or a plain form."""

    def __init__(self, store: Store, load: LoadMeter, clock: Clock) -> None:
        """Take the policy from `store`, and store admitted postings in it."""
        self._store = store
        self._load = load
        self._clock = clock

    def now(self) -> dt.datetime:
        """Return the time by the server's clock."""
        return self._clock()

    def today(self) -> int:
        """Return the store's day after moving it on to the clock's; raise NotReadyError."""
        return self._store.days.on(self._moment(self._policy()).day)

    def work(self) -> int:
        """Return the work that is asked for now; it is valid for ten minutes."""
        return self._load.name_work(self._moment(self._policy()))

    def largest_file(self) -> int:
        """Return the size in bytes of the largest sealed file that the policy allows."""
        largest = stream_size(largest_class(self._policy().file_bytes))
        return OPENING_START + header_size(MAX_SLOTS) + largest

    def admit(self, raw: bytes) -> int:
        """Store a posting and return the day on which it was first stored.

        Raises FormatError, StoreError, WorkError or TooLargeError; nothing is stored then.
        """
        posting = Posting.parse(raw)
        header = Header.parse(posting.envelope)
        if travels_in_parts(check_envelope_size(header, len(posting.envelope))):
            raise TooLargeError
        policy = self._policy()
        moment, filing = self._moment(policy), self._filing(posting, header, policy)
        refusal = self._refusal(filing, moment)
        if refusal is not None:
            # The first answer may have been lost: a stored posting stays acknowledged.
            day = self._store.envelopes.repeated(filing)
            if day is None:
                raise refusal
            return day
        return self._file(filing, moment)

    def open_upload(self, raw: bytes) -> int | list[tuple[int, int]]:
        """Start or resume an upload: return the runs of missing parts, or the day once all is stored.

        Raises as `admit` does. A stamp that was enough at the start is enough at the end.
        """
        opening = Opening.parse(raw)
        header = Header.parse(opening.prefix)
        policy = self._policy()
        moment, filing = self._moment(policy), self._filing(opening, header, policy)
        refusal = self._refusal(filing, moment)
        day = self._store.envelopes.repeated(filing)
        if day is not None:
            return day
        if check_envelope_size(header, opening.size) > largest_class(policy.file_bytes):
            raise TooLargeError
        if not self._store.uploads.is_open(filing):
            if refusal is not None:
                raise refusal
            self._load.count(moment)
        return self._store.uploads.begin(filing) or self._file(filing, moment)

    def keep(self, raw: bytes) -> int:
        """Store a part of an upload and return its number; raises MalformedError, StoreError."""
        posting = PartPosting.parse(raw)
        moment = self._moment(self._policy())
        if self._store.uploads.keep(posting, self._store.days.on(moment.day)):
            self._load.count(moment)
        return posting.number

    def _file(self, filing: Filing, moment: Moment) -> int:
        stored = self._store.envelopes.file(filing)
        if stored.new:
            self._load.count(moment)
            if filing.posting.door != DOOR_OPEN:
                self._load.count_message(moment, filing.posting.address[:CAPABILITY_SIZE])
        return stored.day

    def _filing(self, posting: Posting | Opening, header: Header, policy: Policy) -> Filing:
        return Filing.of(posting, header, lambda: policy.day(self._clock()))

    def _refusal(self, filing: Filing, moment: Moment) -> WorkError | None:
        posting, least = filing.posting, 1
        if posting.door != DOOR_OPEN:
            least = self._load.message_work(moment, posting.address[:CAPABILITY_SIZE])
        if stamp_holds(filing.header.mac, posting.nonce, max(least, self._load.least_work(moment))):
            return None
        return WorkError(max(least, self._load.name_work(moment)))

    def _moment(self, policy: Policy) -> Moment:
        now = self._clock()
        return Moment(policy.work, now.timestamp(), policy.day(now))

    def _policy(self) -> Policy:
        return self._store.documents.chain(self._clock()).roster.policy
