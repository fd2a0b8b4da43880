"""The opened messages that a vault stores (SPEC 10.2 steps 7 to 10)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from keys.cases.destruction import Ended, is_taken_again
from keys.cases.place import Way
from keys.errors import ForbiddenError
from keys.vault.destroyed import LastWords
from keys.wire.ids import MessageId
from keys.wire.messages import LOG, THREAD, Consent, Joined, Report, Share
from keys.wire.messages.reporter import YES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from keys.cases.case import Case
    from keys.cases.destruction import SyncDays
    from keys.cases.rosters import Rosters
    from keys.vault import Vault
    from keys.vault.destroyed import DestroyedCase
    from keys.vault.message_store import StoredMessage
    from keys.wire.ids import CaseId, PersonId

UNKNOWN_DAYS = 396  # SPEC 10.2 step 9
FOREIGN = "own-key"  # a message by the own key that this vault did not make: somebody has a copy of the key


@dataclass(frozen=True, slots=True)
class Arrival:
    """An entry with a slot for this vault: its message, or its fault."""

    position: int
    day: int
    mac: bytes
    stored: StoredMessage | None = None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Intake:
    """The rules for storing messages in the vault of `owner`.

    `days` are the server's day of this sync and the local day: one clock alone ends no waiting time. `is_own` says
    whether this vault made the envelope.
    """

    vault: Vault
    owner: PersonId
    rosters: Rosters
    days: SyncDays
    is_own: Callable[[bytes], bool] = lambda _mac: True

    @property
    def now(self) -> int:
        """The day on which a waiting time starts."""
        return max(self.days.server, self.days.own)

    @property
    def past(self) -> int:
        """The day that has come by both clocks: a period that ends before it is over."""
        return min(self.days.server, self.days.own)

    def take(self, arrivals: Iterable[Arrival]) -> None:
        """Store what the owner may read from entries that opened, in the order of the log."""
        by_case: dict[CaseId, list[StoredMessage]] = {}
        of_the_log: list[tuple[Arrival, StoredMessage]] = []
        for arrival in arrivals:
            if arrival.fault is not None:
                self._add_fault(arrival, arrival.fault)
            stored = arrival.stored
            # SPEC 10.2 step 6: sealed to the owner, but addressed to another person.
            if stored is None or self.owner not in stored.message.head.to:
                continue
            self._check_own(arrival, stored)
            if stored.message.head.channel == LOG:
                of_the_log.append((arrival, stored))
            elif stored.message.case is not None:
                by_case.setdefault(stored.message.case, []).append(stored)
        for case_id, messages in by_case.items():
            self.take_case(case_id, messages)
        for arrival, stored in of_the_log:
            self._take_log_message(arrival, stored)

    def take_case(self, case_id: CaseId, messages: list[StoredMessage]) -> None:
        """Store messages of one case, or delete all of it if it leaves the owner out."""
        destroyed = self.vault.destroyed.find(case_id)
        if destroyed is not None:  # SPEC 10.2 step 8, 12.7 step 7
            named, reads = any(map(self._names_owner, messages)), self._is_read(case_id, messages)
            if not is_taken_again(destroyed.ended, agreed=False, named=named, reads=reads):
                self._keep_last_words(destroyed, messages)
                return
            self.vault.destroyed.agree(case_id)
            self.vault.sharing.set_due()
        case = self.vault.case_store.load(case_id, self.rosters, self.days.server, messages)
        if case is None:  # SPEC 10.2 step 9: its report may still arrive, by a share
            self.vault.messages.add(replace(one, unknown_since=self.now) for one in messages)
            return
        if self._never_read(case):
            # Leave no trace of it, not even a count. A colleague's `joined` lets nobody in.
            self.vault.messages.forget_case(case_id)
            return
        self.vault.messages.add(messages)
        self.vault.messages.set_known(case_id)

    def forget_unknown(self) -> None:
        """Forget the messages whose case has not arrived for as long as an entry stays in the log."""
        self.vault.messages.cap_waiting(self.now)
        self.vault.messages.forget_unknown(self.past - UNKNOWN_DAYS)

    def may_write(self, stored: StoredMessage, day: int) -> bool:
        """Say whether the author of a message was a recipient on the day of its entry (SPEC 12.2)."""
        head = stored.message.head
        return self.rosters.lists(head.author, day, head.day) and not self.rosters.is_revoked(head.author, day)

    def _take_log_message(self, arrival: Arrival, stored: StoredMessage) -> None:
        head = stored.message.head
        # SPEC 10.2 step 10: for a share the archive decides, since the reporter gives shares too.
        if isinstance(stored.message.head.body, Share):
            self.vault.messages.add([stored])
            self.vault.messages.add_unfinished(stored.message.mac, arrival.position, self.now)
        elif not self.may_write(stored, arrival.day):
            self._add_fault(arrival, ForbiddenError.code)
        elif head.case is None or self.vault.messages.by_id(MessageId(head.case)) is not None:
            # A message that asks about an unknown case gets no answer, and storing it would leave a trace of the case.
            self.vault.messages.add([stored])

    def _never_read(self, case: Case) -> bool:
        """Say whether a case leaves the owner out, and always did.

        If the case is here and a "yes" or a `joined` names them, they were a reader, even if the places have moved
        since the log differed (SPEC 10.2 step 9).
        """
        was_here = self.owner in case.admitted and self.vault.messages.by_id(MessageId(case.id)) is not None
        is_reader_somewhere = any(self.owner in message.readers for message in case.messages)
        return self.owner in case.left_out and not is_reader_somewhere and not was_here

    def _check_own(self, arrival: Arrival, stored: StoredMessage) -> None:
        head = stored.message.head
        is_ours = self.rosters.person_of(head.author) == self.owner and not isinstance(head.body, Report)
        if is_ours and stored.way is Way.LOG and not self.is_own(arrival.mac):
            self._add_fault(arrival, FOREIGN)

    def _is_read(self, case_id: CaseId, messages: list[StoredMessage]) -> bool:
        """Say whether these messages form a case that the owner reads: a share brings all that its sharer has."""
        case = self.vault.case_store.load(case_id, self.rosters, self.days.server, messages)
        return case is not None and self.owner in case.readers

    def _names_owner(self, stored: StoredMessage) -> bool:
        """Say whether a message lets the owner in, as far as that is clear without its case."""
        body = stored.message.head.body
        if isinstance(body, Consent):
            return body.answer == YES and self.owner in body.people
        return isinstance(body, Joined) and self.owner in body.people

    def _keep_last_words(self, destroyed: DestroyedCase, messages: Iterable[StoredMessage]) -> None:
        """Store what the reporter wrote after the end of a case that the owner read to its end, to be shown once."""
        if destroyed.ended in (Ended.READING, Ended.OFF_ROSTER):
            return
        for one in messages:
            head, text = one.message.head, getattr(one.message.head.body, "text", "")
            if head.author == destroyed.reporter and head.channel == THREAD and one.way is Way.LOG and text:
                self.vault.destroyed.add_last_words(LastWords(destroyed.case, self.days.own, text), one.message.mac)

    def _add_fault(self, arrival: Arrival, fault: str) -> None:
        self.vault.messages.add_fault(arrival.mac, arrival.position, arrival.day, fault)
