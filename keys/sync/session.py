"""A recipient's session: an unlocked identity, an open vault and a courier, to read cases and to post."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keys.cases.numbers import cases_with
from keys.cases.summary import summarise
from keys.errors import (
    AmbiguousNumberError,
    ClockError,
    FormatError,
    LockedError,
    NetworkError,
    NoCaseError,
    NotEnrolledError,
    RestoredError,
)
from keys.sync.basis import load_basis
from keys.sync.composing import Composer
from keys.sync.delivery import unwatched
from keys.sync.differing_log import give_back
from keys.sync.last_days import will_be_destroyed
from keys.sync.log_reader import MOST_BYTES
from keys.sync.notices import Notice, NoticeKind, load_notices, notices_of_cases, standing_notices
from keys.sync.outbox import Outbox, Sent
from keys.sync.settings import BACKUP_WANTED, IS_COMPLETE, RESTORED
from keys.sync.summaries import Summaries
from keys.sync.syncing import Synced, read_log, refresh, synchronise
from keys.sync.trust import Trust, load_trust

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable
    from threading import RLock

    from keys.cases.case import Case
    from keys.cases.destruction import Destruction
    from keys.cases.summary import Summary
    from keys.courier import Courier
    from keys.identity import KeyFile
    from keys.sealing import Signer
    from keys.sync.basis import Basis
    from keys.sync.delivery import Watch
    from keys.vault import Vault
    from keys.wire.ids import CaseId, PersonId


@dataclass(slots=True)
class RecipientSession:
    """One session: it reads with `sync`, and posts only with `end` or `send_now`."""

    secret: KeyFile = field(repr=False)
    vault: Vault
    courier: Courier
    clock: Callable[[], dt.datetime]
    # The inbox writes while it fetches, and only one thread at a time may post the outbox.
    lock: RLock = field(default_factory=threading.RLock, repr=False)
    has_read: bool = field(default=False, init=False)  # the log was read in this session
    _trust: Trust | None = field(default=None, init=False, repr=False)
    _summaries: Summaries = field(default_factory=Summaries, init=False, repr=False)

    @property
    def signer(self) -> Signer:
        """The identity that signs."""
        return self.secret.signer()

    def trust(self) -> Trust:
        """Return what the vault trusts, as of the last sync; raise NotJoinedError before it has joined."""
        if self._trust is None:
            self._trust = load_trust(self.vault)
        return self._trust

    def take_trust(self, trust: Trust) -> None:
        """Use a trust that was refreshed and stored in the vault."""
        self._trust = trust

    @property
    def person(self) -> PersonId:
        """The person of the own identity; raise NotEnrolledError if no roster lists it."""
        person = self.trust().person_of(self.signer.public)
        if person is None:
            raise NotEnrolledError
        return person

    @property
    def today(self) -> int:
        """The local day, in the time zone of the policy."""
        return self.trust().roster.policy.day(self.clock())

    @property
    def is_restored(self) -> bool:
        """Whether the vault was restored from a backup and has not read the log since."""
        return self.vault.setting(RESTORED) is not None

    @property
    def is_complete(self) -> bool:
        """Whether the last sync was complete: only then is a message known to be missing (SPEC 12.5)."""
        return self.vault.setting(IS_COMPLETE) is not None

    @property
    def wants_backup(self) -> bool:
        """Whether the latest backup still holds a case that was destroyed here."""
        return self.vault.setting(BACKUP_WANTED) is not None

    def opens_until(self) -> int:
        """Return the last day on which others can seal to a weekly key that is here; 0 without one."""
        return max((own.bundle.end for own in self.vault.bundles.all() if not own.bundle.last), default=0)

    def sync(self, watch: Watch = unwatched, *, most: int = MOST_BYTES) -> Synced:
        """Read the log, and do what a complete sync does; this posts no envelope.

        `watch` gets the number of entries read, and 0, since the total is unknown; it can stop the sync by raising.
        After `most` bytes the sync stops, and the next call continues. Raises TrustError if the chain does not verify,
        NetworkError, VaultError; entries read before are kept.
        """
        with self.lock:
            return synchronise(self, watch, most)

    def end(self) -> Sent:
        """Post the outbox, and cover entries up to the policy's `cover`, if the log was read.

        Then the server gets back what its log has lost, if anything (SPEC 10.4).

        It posts nothing if the roster no longer lists the owner, the clocks do not agree, or a restored vault has not
        read the log to its end: the notices say so.
        """
        if not self.has_read:
            return Sent()
        with self.lock:
            try:
                basis = refresh(self)
                sent = self._outbox(basis).post(basis.served.work, self.trust().roster.policy.cover)
                if sent.is_reached and self.vault.log.lost.all():
                    give_back(self.vault, self.courier, self.trust(), self.person)
                return sent
            except (ClockError, NotEnrolledError, RestoredError):
                return Sent()
            except (NetworkError, FormatError):
                return Sent(is_reached=False)

    def send_now(self) -> Sent:
        """Post the outbox at once, without cover; raise what `sync` raises, ClockError, NotEnrolledError.

        A person who is left out of a case can see its time and size in the log.
        """
        with self.lock:
            basis = refresh(self)
            return self._outbox(basis).post_waiting(basis.served.work)

    def composer(self, basis: Basis | None = None) -> Composer:
        """Return the composer for the owner, by the server's last answer.

        Raises RestoredError before a restored vault has read the log, NotEnrolledError before the first sync and if the
        roster does not list the own identity, ClockError if the clocks do not agree.
        """
        self._check_read()
        trust, known = self.trust(), basis or load_basis(self.vault)
        if known is None or trust.roster.find(self.signer.public) is None:
            raise NotEnrolledError
        addressees = known.addressees(trust, self.today)
        return Composer(self.vault, self.signer, trust.rosters, addressees, trust.origin)

    def load(self, case_id: CaseId) -> Case | None:
        """Return a case as it is here, or None if its report is not here; raise RestoredError as `case` does."""
        self._check_read()
        return self.vault.case_store.load(case_id, self.trust().rosters, self.today)

    def case(self, number: str) -> Case:
        """Return the case with this number.

        Raises NoCaseError if none exists, AmbiguousNumberError if two match, LockedError if the owner no longer reads
        it, RestoredError before a restored vault has read the log.
        """
        self._check_read()
        found = cases_with(number, self.vault.messages.cases())
        if len(found) > 1:
            raise AmbiguousNumberError
        case = self.load(found[0]) if found else None
        if case is None:
            raise NoCaseError
        if self.person not in case.readers:
            raise LockedError
        return case

    def cases(self) -> list[Case]:
        """Return the cases that the owner reads, the one that changed last at the end; raise RestoredError."""
        self._check_read()
        loaded = (self.load(case_id) for case_id in self.vault.versions.all())
        return [case for case in loaded if case is not None and self.person in case.readers]

    def summaries(self, most: int | None = None) -> dict[CaseId, Summary]:
        """Return the summary of each case, recomputing at most `most` of them; raise RestoredError."""
        self._check_read()
        return self._summaries.all(self.vault, self.trust().rosters, self.today, self.person, most)

    def destructions(self, summaries: Iterable[Summary]) -> dict[CaseId, Destruction]:
        """Return the earliest destruction of each of these cases by this vault: the only day that is ever shown."""
        return will_be_destroyed(self.vault, summaries, self.person, self.today)

    def destruction(self, case: Case) -> Destruction | None:
        """Return the same for one case; None if there is no such day."""
        return self.destructions([summarise(case, self.person)]).get(case.id)

    def words(self) -> dict[CaseId, str]:
        """Return the words to search through, in lower case, of each case that `summaries` has read."""
        return self.vault.summaries.words()

    def notices(self) -> list[Notice]:
        """Return all notices of the first page, the alarms first; about the cases that `summaries` has read."""
        found = [*load_notices(self.vault), *standing_notices(self.vault, self.today)]
        if self.wants_backup:
            found.append(Notice(NoticeKind.BACKUP))
        if not self.is_restored:
            summaries = self.summaries(most=0).values()
            found += notices_of_cases(summaries, self.destructions(summaries), self.today)
        return sorted(found, key=lambda notice: not notice.is_alarm)

    def _outbox(self, basis: Basis) -> Outbox:
        day = basis.served.day
        composer = self.composer(basis)
        return Outbox(self.vault, self.courier, composer, lambda: read_log(self, day, unwatched, most=MOST_BYTES))

    def _check_read(self) -> None:
        if self.is_restored:
            raise RestoredError
