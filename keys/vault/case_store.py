"""Cases as this vault has them: the messages that it can read, at the places of its index (SPEC 12.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases.case import Case
from keys.cases.placing import FirstEntry, take
from keys.roster.weeks import until_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keys.cases.place import PlacedMessage
    from keys.cases.rosters import Rosters
    from keys.vault.log_index import LogIndex
    from keys.vault.message_store import MessageStore, StoredMessage
    from keys.vault.outbox_store import OutboxStore
    from keys.wire.ids import CaseId

_NOTHING_READ = FirstEntry(2**63, 2**31)  # a vault that has read no entry takes every word of a share


@dataclass(frozen=True, slots=True)
class CaseStore:
    """The cases of a vault; nothing of them is stored beside their messages."""

    index: LogIndex
    messages: MessageStore
    outbox: OutboxStore

    def load(self, case_id: CaseId, rosters: Rosters, day: int, more: Sequence[StoredMessage] = ()) -> Case | None:
        """Return a case for who reads on `day`, with `more` than is stored; None if its report is not here."""
        return Case.of(self.of_case(case_id, more), rosters, day)

    def of_case(
        self, case_id: CaseId, more: Sequence[StoredMessage] = (), before: int | None = None
    ) -> list[PlacedMessage]:
        """Return the messages of a case, with the own ones that wait: of these the ones before a number, if given.

        What the index has by now stands at its place there, and no more after all others.
        """
        stored = self.placed([*self.messages.of_case(case_id), *more])
        posted = {one.id for one in stored}
        return [*stored, *(one for one in self.outbox.unposted(case_id, before) if one.id not in posted)]

    def placed(self, stored: Iterable[StoredMessage]) -> list[PlacedMessage]:
        """Return the messages that this vault takes, each at its place (SPEC 12.4)."""
        by_mac = {one.message.mac: one for one in stored}
        entries, words = self.index.find(by_mac), self.messages.words(by_mac)
        first = self.index.first() or _NOTHING_READ
        found = [
            take(
                one.message.id,
                one.message.head,
                one.way,
                content=one.message.content,
                entry=entries.get(mac),
                words=words.get(mac, ()),
                until=until_of(one.message.head.day),
                first=first,
            )
            for mac, one in by_mac.items()
        ]
        return [one for one in found if one is not None]
