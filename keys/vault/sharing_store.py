"""What a vault gave to whom, what it asked for, and whether its own `arrived` is due (SPEC 12.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select

from keys.vault import tables
from keys.wire.ids import CaseId, MessageId, PersonId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_GIVEN = tables.given.c
_ASKED = tables.asked.c
_UNREACHED = tables.unreached.c
_ANSWERED = tables.answered.c


@dataclass(frozen=True, slots=True)
class OwnArrived:
    """The last own `arrived`: its day, and the last position of the log that was read when it was written."""

    day: int
    read_to: int


@dataclass(frozen=True, slots=True)
class SharingStore:
    """What a vault owes nobody any more; its owner makes what is written durable."""

    execute: Callable[..., Any]

    def note_given(self, case: CaseId, person: PersonId, ids: Iterable[MessageId]) -> None:
        """Note that a person gets these messages: to be written in one transaction with the share."""
        rows = [{"case": case, "person": person, "message": message_id} for message_id in ids]
        if rows:
            self.execute(insert(tables.given).prefix_with("OR IGNORE"), rows)

    def take_back(self, case: CaseId, person: PersonId, ids: Iterable[MessageId]) -> None:
        """Note that a person did not get these messages after all: their share was dropped before it went out."""
        for message_id in ids:
            where = (_GIVEN.case == case) & (_GIVEN.person == person) & (_GIVEN.message == message_id)
            self.execute(delete(tables.given).where(where))

    def given(self, case: CaseId) -> set[tuple[PersonId, MessageId]]:
        """Return what of a case was given to whom."""
        query = select(_GIVEN.person, _GIVEN.message).where(_GIVEN.case == case)
        return {(PersonId(row.person), MessageId(row.message)) for row in self.execute(query)}

    def put_off(self, case: CaseId) -> None:
        """Note that something of a case is owed to somebody who cannot be given it yet."""
        self.execute(insert(tables.put_off).prefix_with("OR IGNORE").values({"case": case}))

    def all_put_off(self) -> list[CaseId]:
        """Return the cases of which something is still owed."""
        return [CaseId(case) for case in self.execute(select(tables.put_off.c.case)).scalars()]

    def forget_put_off(self, case: CaseId) -> None:
        """Note that a case is looked at again."""
        self.execute(delete(tables.put_off).where(tables.put_off.c.case == case))

    def note_asked(self, case: CaseId, ids: Iterable[MessageId], day: int) -> None:
        """Note that missing messages of a case were asked for on a day."""
        rows = [{"case": case, "message": message_id, "day": day} for message_id in ids]
        if rows:
            self.execute(insert(tables.asked).prefix_with("OR IGNORE"), rows)

    def asked(self, case: CaseId) -> dict[MessageId, list[int]]:
        """Return the days on which each message of a case was asked for."""
        found: dict[MessageId, list[int]] = {}
        query = select(_ASKED.message, _ASKED.day).where(_ASKED.case == case).order_by(_ASKED.day)
        for row in self.execute(query):
            found.setdefault(MessageId(row.message), []).append(row.day)
        return found

    def asked_cases(self) -> set[CaseId]:
        """Return the cases of which something was asked for."""
        return {CaseId(case) for case in self.execute(select(_ASKED.case).distinct()).scalars()}

    def asked_once_until(self, day: int) -> list[CaseId]:
        """Return the cases of which something was asked for once, on this day or before."""
        once = select(_ASKED.case).group_by(_ASKED.case, _ASKED.message)
        query = once.having((func.count() == 1) & (func.max(_ASKED.day) <= day)).distinct()
        return [CaseId(case) for case in self.execute(query).scalars()]

    def forget_asked(self, case: CaseId, ids: Iterable[MessageId]) -> None:
        """Forget that messages were asked for: they have come."""
        self.execute(delete(tables.asked).where(_ASKED.case == case, _ASKED.message.in_([*ids])))

    def note_answered(self, macs: Iterable[bytes]) -> None:
        """Note that these `arrived` and `lacking` have their answer."""
        rows = [{"mac": mac} for mac in macs]
        if rows:
            self.execute(insert(tables.answered).prefix_with("OR IGNORE"), rows)

    def answered(self) -> set[bytes]:
        """Return which `arrived` and `lacking` have their answer."""
        return set(self.execute(select(_ANSWERED.mac)).scalars())

    def unanswer(self, macs: Iterable[bytes]) -> None:
        """Note that these have no answer after all: it was dropped before it went out."""
        self.execute(delete(tables.answered).where(_ANSWERED.mac.in_([*macs])))

    def set_due(self) -> None:
        """Note that this vault lacks what others hold: its own `arrived` is due at the next complete sync."""
        self.execute(insert(tables.arrival).prefix_with("OR IGNORE").values({"id": 1, "is_due": 1}))
        self.execute(tables.arrival.update().values(is_due=1))

    def is_due(self) -> bool:
        """Say whether something asks for an own `arrived`; a vault that never posted one is new."""
        row = self.execute(select(tables.arrival)).first()
        return row is None or bool(row.is_due) or row.day is None

    def own_arrived(self) -> OwnArrived | None:
        """Return the last own `arrived`, or None before the first one."""
        row = self.execute(select(tables.arrival)).first()
        return None if row is None or row.day is None else OwnArrived(row.day, row.read_to)

    def note_arrived(self, own: OwnArrived, unreached: Iterable[PersonId]) -> None:
        """Note that an own `arrived` is on its way, and who on the roster could not be sealed to."""
        row = {"id": 1, "day": own.day, "read_to": own.read_to, "is_due": 0}
        self.execute(insert(tables.arrival).prefix_with("OR REPLACE").values(row))
        self.execute(delete(tables.unreached))
        for person in unreached:
            self.execute(insert(tables.unreached).values({"person": person}))

    def unreached(self) -> set[PersonId]:
        """Return who could not be sealed to in the own `arrived`."""
        return {PersonId(person) for person in self.execute(select(_UNREACHED.person)).scalars()}

    def note_reached(self, people: Iterable[PersonId]) -> None:
        """Note that the own `arrived` goes to these people as well."""
        self.execute(delete(tables.unreached).where(_UNREACHED.person.in_([*people])))

    def forget_case(self, case: CaseId) -> None:
        """Overwrite all that is here of a case."""
        for table in (tables.given, tables.asked, tables.put_off):
            self.execute(delete(table).where(table.c.case == case))
