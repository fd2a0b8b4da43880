"""The cases of a vault, computed from its readable messages at the places of its index (SPEC 12.1)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from keys.cases.case import Case
from keys.cases.placing import FirstEntry, take
from keys.roster.weeks import until_of
from keys.wire.messages import Lacking, Report

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from keys.cases.place import PlacedMessage
    from keys.cases.rosters import Rosters
    from keys.vault.log_index import LogIndex
    from keys.vault.message_store import MessageStore, StoredMessage
    from keys.vault.outbox_store import OutboxStore
    from keys.wire.ids import CaseId, Mac

_TOGETHER = 100  # cases that are read at once: most of the time for one case is the database query
_NOTHING_READ = FirstEntry(2**63, 2**31)  # a vault that has read no entry accepts all claims of a share


@dataclass(frozen=True, slots=True)
class LoadedCase:
    """One of several cases: None if its report is not here; `has_asking` says that a `lacking` of it is."""

    id: CaseId
    case: Case | None
    has_asking: bool


@dataclass(frozen=True, slots=True)
class CaseStore:
    """The cases of a vault, computed from its messages; it stores nothing else."""

    index: LogIndex
    messages: MessageStore
    outbox: OutboxStore

    def load(self, case_id: CaseId, rosters: Rosters, day: int, more: Sequence[StoredMessage] = ()) -> Case | None:
        """Return a case for a reader on `day`, with `more` messages than are stored; None if its report is not here."""
        return Case.of(self.of_case(case_id, more), rosters, day)

    def load_all(self, case_ids: Iterable[CaseId], rosters: Rosters, day: int) -> Iterator[LoadedCase]:
        """Yield these cases in order, each as `load` returns it; few are in memory at a time."""
        waiting = iter(case_ids)
        while some := [*islice(waiting, _TOGETHER)]:
            of_cases = self.messages.of_cases(some)
            placed = self._placed(one for stored in of_cases.values() for one in stored)
            sending = self.outbox.cases()
            for case_id in some:
                found = [placed[mac] for one in of_cases.get(case_id, ()) if (mac := one.message.mac) in placed]
                messages = self._with_unposted(case_id, found) if case_id in sending else found
                has_asking = any(isinstance(one.message.head.body, Lacking) for one in of_cases.get(case_id, ()))
                yield LoadedCase(case_id, Case.of(messages, rosters, day), has_asking)

    def of_case(
        self, case_id: CaseId, more: Sequence[StoredMessage] = (), before: int | None = None
    ) -> list[PlacedMessage]:
        """Return the messages of a case, with its own ones in the outbox: of these, those before a number, if given.

        Own messages that the index has by now are at their place there, no longer after all others.
        """
        stored = self.placed([*self.messages.of_case(case_id), *more])
        return self._with_unposted(case_id, stored, before)

    def placed(self, stored: Iterable[StoredMessage]) -> list[PlacedMessage]:
        """Return the messages that this vault takes, each at its place (SPEC 12.4)."""
        return [*self._placed(stored).values()]

    def _with_unposted(
        self, case_id: CaseId, stored: Sequence[PlacedMessage], before: int | None = None
    ) -> list[PlacedMessage]:
        posted = {one.id for one in stored}
        return [*stored, *(one for one in self.outbox.unposted(case_id, before) if one.id not in posted)]

    def _placed(self, stored: Iterable[StoredMessage]) -> dict[Mac, PlacedMessage]:
        by_mac = {one.message.mac: one for one in stored}
        entries, words = self.index.find(by_mac), self.messages.words(by_mac)
        first = self.index.first() or _NOTHING_READ
        # No message is older than an indexed report, whatever a share claims: a recipient can give a message to one
        # person alone, and post it later or never.
        reports = [one.message for one in by_mac.values() if isinstance(one.message.head.body, Report)]
        read = {report.case for report in reports if report.mac in entries}
        found = {
            mac: take(
                one.message.id,
                one.message.head,
                one.way,
                content=one.message.content,
                entry=entries.get(mac),
                words=words.get(mac, ()),
                until=until_of(one.message.head.day),
                first=None if one.message.case in read else first,
            )
            for mac, one in by_mac.items()
        }
        return {mac: placed for mac, placed in found.items() if placed is not None}
