"""The messages that a vault can read, with the content key of each, wrapped (SPEC 10.2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, select, update

from keys.cases.place import Way
from keys.cases.placing import Word
from keys.sealing.envelopes import OpenedMessage
from keys.sealing.stream import head_content
from keys.vault import tables
from keys.vault.tables import MANY
from keys.wire.envelope import MAC_SIZE
from keys.wire.ids import CaseId, ContentKey, Mac, MessageId
from keys.wire.messages import Head
from keys.wire.plaintext import message_id
from keys.wire.sizes import KEY_SIZE, SIGNATURE_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy import Select

    from keys.identity import Wrapper
    from keys.vault.versions import CaseVersions

_MESSAGE = tables.message.c
_FAULTY = tables.faulty_entry.c
_SIGNATURE_AT = KEY_SIZE + MAC_SIZE
_HEAD_AT = _SIGNATURE_AT + SIGNATURE_SIZE

# Built once: in a sync, which asks for each case, building a statement takes longer than executing it.
_OF_CASE = select(tables.message).where(_MESSAGE.case == bindparam("case")).order_by(_MESSAGE.mac)
_OF_CASES = select(tables.message).where(_MESSAGE.case.in_(bindparam("cases", expanding=True))).order_by(_MESSAGE.mac)
_ABOUT_ALL = select(tables.message).where(_MESSAGE.case.is_(None)).order_by(_MESSAGE.mac)
_BY_MAC = select(tables.message).where(_MESSAGE.mac == bindparam("mac"))
_BY_ID = select(tables.message).where(_MESSAGE.id == bindparam("id"))
_UNKNOWN = select(_MESSAGE.case, _MESSAGE.unknown_since).where(_MESSAGE.unknown_since.is_not(None))
_FAULTS = select(tables.faulty_entry).order_by(_FAULTY.position, _FAULTY.fault)
_UNKNOWN_CAP = (
    update(tables.message).where(_MESSAGE.unknown_since > bindparam("most")).values(unknown_since=bindparam("most"))
)
_UNFINISHED_CAP = (
    update(tables.unfinished).where(tables.unfinished.c.since > bindparam("most")).values(since=bindparam("most"))
)
_FORGET_UNKNOWN = delete(tables.message).where(_MESSAGE.unknown_since < bindparam("before"))
_UNFINISHED = select(tables.unfinished).order_by(tables.unfinished.c.position)
_WORDS = select(tables.word).where(tables.word.c.mac.in_(bindparam("macs", expanding=True)))


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message as the vault stores it; `prefix` is None and `size` 0 if only a share brought it."""

    message: OpenedMessage
    way: Way
    until: int
    size: int = 0
    prefix: bytes | None = field(default=None, repr=False)
    unknown_since: int | None = None


@dataclass(frozen=True, slots=True)
class FaultyEntry:
    """An entry of the log that is an alarm, by its place and day; `is_seen` once its owner has seen the alarm."""

    mac: Mac
    position: int
    day: int
    fault: str
    is_seen: bool


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A share whose archive has not arrived yet, since a day."""

    stored: StoredMessage
    position: int
    since: int
    waits_for_report: bool = False


@dataclass(frozen=True, slots=True)
class MessageStore:
    """The messages that a vault can read. The vault commits its writes."""

    execute: Callable[..., Any]
    wrapper: Wrapper
    versions: CaseVersions

    def add(self, stored: Iterable[StoredMessage]) -> None:
        """Store messages; skip those whose envelope or id is already here."""
        rows = [self._row(one) for one in stored]
        if rows:  # SPEC 10.2 step 7: a repeated id changes nothing
            self.execute(insert(tables.message).prefix_with("OR IGNORE"), rows)
        self._bump(row["case"] for row in rows)

    def of_case(self, case: CaseId) -> list[StoredMessage]:
        """Return the messages of a case."""
        return self._found(_OF_CASE, case=case)

    def of_cases(self, cases: Sequence[CaseId]) -> dict[CaseId, list[StoredMessage]]:
        """Return the messages of each of these cases, a few hundred at most; a case without messages is left out."""
        found: dict[CaseId, list[StoredMessage]] = {}
        for row in self.execute(_OF_CASES, {"cases": cases}).mappings():
            found.setdefault(CaseId(row["case"]), []).append(self._stored(row))
        return found

    def about_all_cases(self) -> list[StoredMessage]:
        """Return the messages between recipients' tools that belong to no case."""
        return self._found(_ABOUT_ALL)

    def find(self, mac: Mac) -> StoredMessage | None:
        """Return the message of an envelope, or None if it is not here."""
        return next(iter(self._found(_BY_MAC, mac=mac)), None)

    def by_id(self, message_id: MessageId) -> StoredMessage | None:
        """Return a message by its id, or None if it is not here."""
        return next(iter(self._found(_BY_ID, id=message_id)), None)

    def cases(self) -> list[CaseId]:
        """Return the cases whose report is here."""
        return [
            CaseId(case) for case in self.execute(select(_MESSAGE.case).where(_MESSAGE.case == _MESSAGE.id)).scalars()
        ]

    def unknown_since(self) -> dict[CaseId, int]:
        """Return the cases that messages here name and that are not here themselves, each with the first day."""
        found: dict[CaseId, int] = {}
        for case, since in self.execute(_UNKNOWN):
            found[CaseId(case)] = min(since, found.get(CaseId(case), since))
        return found

    def set_known(self, case: CaseId) -> None:
        """Note that the report of a case is here: its messages no longer wait for it."""
        self.execute(update(tables.message).where(_MESSAGE.case == case).values(unknown_since=None))

    def cap_waiting(self, day: int) -> None:
        """Move every wait since a day after this one to this day: a wrong clock must not keep messages forever."""
        for statement in (_UNKNOWN_CAP, _UNFINISHED_CAP):
            self.execute(statement, {"most": day})

    def forget_unknown(self, before: int) -> None:
        """Forget the messages whose case has not arrived since a day earlier than `before`."""
        self.execute(_FORGET_UNKNOWN, {"before": before})

    def forget_case(self, case: CaseId) -> None:
        """Overwrite everything of a case."""
        macs = select(_MESSAGE.mac).where(_MESSAGE.case == case).scalar_subquery()
        for table in (tables.word, tables.unfinished, tables.faulty_entry, tables.fetched_part):
            self.execute(delete(table).where(table.c.mac.in_(macs)))
        self.execute(delete(tables.message).where(_MESSAGE.case == case))
        self.versions.forget(case)

    def note_placed(self, macs: Iterable[bytes]) -> None:
        """Note that these envelopes now have a place, by the index or a share, which moves messages that are here."""
        wanted = [*set(macs)]
        for start in range(0, len(wanted), MANY):
            query = select(_MESSAGE.case).where(_MESSAGE.mac.in_(wanted[start : start + MANY]))
            self._bump(self.execute(query).scalars())

    def add_words(self, words: Iterable[tuple[Mac, Word]]) -> None:
        """Store the claims of shares about the places of messages."""
        given = [*words]
        rows = [
            {"mac": mac, "share": word.share, "frame": word.frame, "position": word.position, "day": word.day}
            for mac, word in given
        ]
        if rows:
            self.execute(insert(tables.word).prefix_with("OR IGNORE"), rows)
            self.note_placed(mac for mac, _ in given)

    def words(self, macs: Iterable[Mac]) -> dict[bytes, list[Word]]:
        """Return the claims of shares about these messages."""
        wanted = [*macs]
        found: dict[bytes, list[Word]] = {}
        for start in range(0, len(wanted), MANY):
            for row in self.execute(_WORDS, {"macs": wanted[start : start + MANY]}):
                found.setdefault(row.mac, []).append(Word(row.share, row.frame, row.position, row.day))
        return found

    def add_fault(self, mac: bytes, position: int, day: int, fault: str) -> None:
        """Store an alarm about an entry."""
        row = {"mac": mac, "position": position, "day": day, "fault": fault, "is_seen": 0}
        self.execute(insert(tables.faulty_entry).prefix_with("OR IGNORE").values(row))

    def faults(self) -> list[FaultyEntry]:
        """Return the alarms about entries, by place."""
        return [
            FaultyEntry(Mac(row.mac), row.position, row.day, row.fault, bool(row.is_seen))
            for row in self.execute(_FAULTS)
        ]

    def set_seen(self, faulty: Iterable[FaultyEntry]) -> None:
        """Note that the owner has seen the alarms about these entries."""
        for one in faulty:
            row = (_FAULTY.mac == one.mac) & (_FAULTY.fault == one.fault)
            self.execute(update(tables.faulty_entry).where(row).values(is_seen=1))

    def add_unfinished(self, mac: Mac, position: int, since: int) -> None:
        """Note that the archive of a share is still to be fetched, from the current position of its entry."""
        row = {"mac": mac, "position": position, "since": since, "waits_for_report": 0}
        self.execute(insert(tables.unfinished).prefix_with("OR REPLACE").values(row))

    def unfinished(self) -> list[Unfinished]:
        """Return the shares whose archive is still to be fetched, by place."""
        rows = self.execute(_UNFINISHED).all()
        found = [(self.find(row.mac), row) for row in rows]
        return [
            Unfinished(stored, row.position, row.since, bool(row.waits_for_report))
            for stored, row in found
            if stored is not None
        ]

    def set_waiting_for_report(self, mac: Mac) -> None:
        """Note that an archive was fetched, and must be fetched again only when the report of its case is here."""
        self.execute(update(tables.unfinished).where(tables.unfinished.c.mac == mac).values(waits_for_report=1))

    def set_finished(self, share: OpenedMessage) -> None:
        """Forget a share whose archive was read or given up.

        With its key the log would reveal the keys of a case that was destroyed.
        """
        self.execute(delete(tables.unfinished).where(tables.unfinished.c.mac == share.mac))
        self.execute(delete(tables.message).where(_MESSAGE.mac == share.mac))
        # Messages of it that were not taken must leave no trace: not their number, nor their case.
        self.execute(delete(tables.word).where(tables.word.c.mac.not_in(select(_MESSAGE.mac))))
        if (
            share.case is not None
            and self.execute(select(_MESSAGE.id).where(_MESSAGE.case == share.case)).first() is None
        ):
            self.versions.forget(share.case)

    def _bump(self, cases: Iterable[bytes | None]) -> None:
        for case in dict.fromkeys(cases):
            if case is not None:
                self.versions.bump(CaseId(case))

    def _row(self, stored: StoredMessage) -> dict[str, Any]:
        message = stored.message
        return {
            "mac": message.mac,
            "id": message.id,
            "case": message.case,
            "size": stored.size,
            "until": stored.until,
            "prefix": stored.prefix,
            "wrapped": self.wrapper.wrap(_purpose(message.mac), message.content_key + message.statement),
            "way": stored.way.value,
            "unknown_since": stored.unknown_since,
        }

    def _found(self, query: Select[Any], **values: bytes) -> list[StoredMessage]:
        return [self._stored(row) for row in self.execute(query, values).mappings()]

    def _stored(self, row: Mapping[Any, Any]) -> StoredMessage:
        # The vault verified the signature before wrapping: it is not checked again.
        secret = self.wrapper.unwrap(_purpose(row["mac"]), row["wrapped"])
        content_key, raw = secret[:KEY_SIZE], secret[_HEAD_AT:]
        head = Head.parse(raw)
        message = OpenedMessage(
            id=MessageId(message_id(head.kind, row["mac"], raw)),
            mac=Mac(row["mac"]),
            content=head_content(content_key, raw),
            head=head,
            raw_head=raw,
            signature=secret[_SIGNATURE_AT:_HEAD_AT],
            content_key=ContentKey(content_key),
        )
        return StoredMessage(message, Way(row["way"]), row["until"], row["size"], row["prefix"], row["unknown_since"])


def _purpose(mac: bytes) -> str:
    return f"message {mac.hex()}"
