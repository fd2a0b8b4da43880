"""Reading the log into the vault (SPEC 10.2).

The content of an entry must not end a sync: a fault of an entry is an alarm about it, a fault of the connection or the
server leaves a share unfinished, and only a fault of this computer ends the sync, with the cursor before the page.

    1 digest, 2 days, 3 known: `LogReader._take_page`
    4 slots, 5 header, 6 head: `LogReader._open`
    7 repeated, 8 destroyed, 9 case: `Intake.take`
    10 log messages: `Intake.take` and `keys.sync.archives`
    11 keep: one transaction for each page
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import TYPE_CHECKING

from keys.cases.place import Way
from keys.errors import DiffersError, ForkError, FormatError, MalformedError, TamperedError
from keys.roster.weeks import until_of
from keys.sealing.envelopes import open_head
from keys.sealing.trial_opening import find_content_keys
from keys.sync.archives import read_archives
from keys.sync.intake import Arrival, Intake
from keys.vault.message_store import StoredMessage
from keys.wire.log import ENTRY_DAYS, LogDigest, log_cursor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from keys.courier import Courier
    from keys.sealing import PrivatePair
    from keys.vault import Vault
    from keys.vault.log_index import LogEnd
    from keys.wire.ids import Capability
    from keys.wire.log import LogEntry, LogPage, ShortEntry

MOST_BYTES = 2**30  # SPEC 10.2: after these a sync stops and asks
ENTRY_DAY = "entry-day"  # an alarm about the server: no honest server takes an entry at such a time


def _unwatched(_count: int) -> None:
    """Ignore the progress."""


@dataclass(frozen=True, slots=True)
class LogRead:
    """How far a sync read; `day` is the server's day before the first entry."""

    day: int
    end: LogEnd
    is_whole: bool  # the log was read to its end
    never_seen: int  # entries that ended on the server before this vault read them
    unfinished: int  # shares whose archive has not arrived


@dataclass(frozen=True, slots=True)
class LogReader:
    """Reads the log for a recipient; `pairs_for` returns the own pairs to try for an envelope's `until`."""

    vault: Vault
    courier: Courier
    intake: Intake
    capability: Capability = field(repr=False)
    origin: bytes  # the id of root version 1
    pairs_for: Callable[[int], Sequence[PrivatePair]] = field(repr=False)
    opens_from: int = 0  # no entry of an earlier day can open: its author's clock would have been wrong

    def read(self, watch: Callable[[int], None] = _unwatched, *, most: int = MOST_BYTES) -> LogRead:
        """Read the log from where the vault stopped, to its end or until `most` bytes have arrived.

        After each page `watch` gets the number of entries read, and can stop the sync by raising. Raises DiffersError
        if the server's log is not the one that was read, NetworkError and FormatError for a page that does not arrive
        or cannot be read, VaultError; entries read before are kept.
        """
        size = 0
        if self.opens_from and not self.vault.log.end(self.origin).position:
            size = self._skip(watch, most)
        position, digest = self.vault.log.cursor(self.origin)
        never_seen = count = 0
        day: int | None = None
        while True:
            page = self.courier.log(self.capability, log_cursor(position, digest))
            day = page.day if day is None else day
            ended = self._follow(page, position, digest)
            if ended:
                with self.vault.transaction():
                    self.vault.sharing.set_due()
            never_seen += ended
            digests = page.digests()
            self._take_page(page, digests)
            count += len(page.entries)
            size += sum(entry.length for entry in page.entries)
            watch(count)
            if page.entries:
                position, digest = page.first + len(page.entries) - 1, digests[-1]
            last = page.first + len(page.entries) - 1
            if page.end and last < self.vault.log.end(self.origin).position:
                raise DiffersError(last)  # SPEC 10.4: the log is shorter than it was
            if page.end or size >= most:
                unfinished = read_archives(self.vault, self.courier, self.capability, self.intake)
                end = self.vault.log.end(self.origin)
                return LogRead(day, end, page.end, never_seen, unfinished)

    def _skip(self, watch: Callable[[int], None], most: int) -> int:
        """Read only the digests of entries before the own first keys (SPEC 10.1); return the number of bytes.

        It stops after `most` of them, as `read` does.
        """
        position, digest, size = 0, LogDigest(self.origin), 0
        while size < most:
            watch(0)
            page = self.courier.short_log(self.capability, log_cursor(position, digest))
            self._follow(page, position, digest)
            entries = [*takewhile(lambda entry: entry.day < self.opens_from, page.entries)]
            digests = page.digests()[: len(entries)]
            with self.vault.transaction():
                self.vault.log.append(page.first, entries, digests)
            size += sum(entry.length for entry in page.entries)
            if page.end or len(entries) < len(page.entries):
                break
            position, digest = page.first + len(entries) - 1, digests[-1]
        return size

    def _follow(self, page: LogPage[LogEntry] | LogPage[ShortEntry], position: int, digest: LogDigest) -> int:
        """Return how many entries ended between the cursor and this page, and were never read.

        A server that could declare entries of yesterday ended could withhold any of them, or continue with another log.
        Therefore this raises DiffersError for the digest of another log, and MalformedError if the entries cannot have
        ended yet.
        """
        try:
            ended = page.check_follows(position, digest)
        except ForkError:
            raise DiffersError(position) from None
        if not ended:
            return 0
        before = page.first - 1
        if self.vault.log.digest_at(before, self.origin) not in (None, page.before):
            raise DiffersError(before)
        known = self.vault.log.end(self.origin)
        if before <= known.position:
            return 0
        # No entry is of an earlier day than the one before it: the last entry read ends first (SPEC 10.1).
        if self.intake.days.server <= known.day + ENTRY_DAYS:
            raise MalformedError("entries that cannot have ended")
        return before - max(position, known.position)

    def _take_page(self, page: LogPage[LogEntry], digests: Sequence[LogDigest]) -> None:
        """Read the entries of a page, and store the results in one transaction."""
        known = self.vault.log.end(self.origin)
        # SPEC 10.2 step 1: entries that were read before must be the same, or it is another log.
        read_before = self.vault.log.digests(page.first, page.first + len(digests) - 1)
        for position, digest in enumerate(digests, page.first):
            if read_before.get(position, digest) != digest:
                raise DiffersError(position)
        # SPEC 10.2 step 3: entries in the index are not opened again.
        skipped = min(max(0, known.position + 1 - page.first), len(page.entries))
        entries, first = page.entries[skipped:], page.first + skipped
        arrivals = self._open(entries, first)
        with self.vault.transaction():  # SPEC 10.2 step 11
            self.vault.log.append(first, [entry.short() for entry in entries], digests[skipped:])
            self.vault.messages.note_placed(entry.header().mac for entry in entries)
            last_day = known.day
            for position, entry in enumerate(entries, first):
                # SPEC 10.2 step 2: withheld, or replayed when its keys are gone; or days that fall.
                if entry.header().is_misdated(entry.day) or entry.day < last_day:
                    self.vault.messages.add_fault(entry.header().mac, position, entry.day, ENTRY_DAY)
                last_day = max(last_day, entry.day)
            self.intake.take(arrivals)

    def _open(self, entries: Sequence[LogEntry], first: int) -> list[Arrival]:
        """Return the entries that open, and the faults of those that open but are invalid."""
        headers = [entry.header() for entry in entries]
        arrivals = []
        found = find_content_keys(headers, self.pairs_for)  # SPEC 10.2 steps 4 and 5
        for position, (entry, header, key) in enumerate(zip(entries, headers, found, strict=True), first):
            if key is None:
                continue
            arrival = Arrival(position, entry.day, header.mac)
            if isinstance(key, TamperedError):
                arrivals.append(replace(arrival, fault=key.code))
                continue
            try:  # SPEC 10.2 step 6
                message = open_head(entry.prefix, key, entry.size)
                if until_of(message.head.day) != header.until:
                    raise MalformedError("day")
            except FormatError as error:
                arrivals.append(replace(arrival, fault=error.code))
                continue
            stored = StoredMessage(message, Way.LOG, header.until, entry.size, entry.prefix)
            arrivals.append(replace(arrival, stored=stored))
        return arrivals
