"""The shares a vault has given, its requests for missing messages, and its own `arrived` (SPEC 12.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, insert, select

from keys.vault import tables
from keys.wire.ids import CaseId, MessageId, PersonId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_GIVEN = tables.given.c
_ASKED = tables.asked.c
_UNREACHED = tables.unreached.c
_ANSWERED = tables.answered.c

# Built once: in a sync, which asks many times, building a statement takes longer than executing it.
_ARRIVAL = select(tables.arrival)
_ALL_GIVEN = select(_GIVEN.person, _GIVEN.message).where(_GIVEN.case == bindparam("case"))
_ALL_UNREACHED = select(_UNREACHED.person)
_ALL_ANSWERED = select(_ANSWERED.mac)
_ALL_PUT_OFF = select(tables.put_off.c.case)
_ASKED_CASES = select(_ASKED.case).distinct()
_ASKED_ONCE = (
    select(_ASKED.case)
    .group_by(_ASKED.case, _ASKED.message)
    .having((func.count() == 1) & (func.max(_ASKED.day) <= bindparam("day")))
    .distinct()
)


@dataclass(frozen=True, slots=True)
class OwnArrived:
    """The last own `arrived`: its day, and the last position of the log that was read when it was written."""

    day: int
    read_to: int


@dataclass(frozen=True, slots=True)
class SharingStore:
    """What a vault has given, asked for and answered. The vault commits its writes."""

    execute: Callable[..., Any]

    def note_given(self, case: CaseId, person: PersonId, ids: Iterable[MessageId]) -> None:
        """Note that a person gets these messages; the caller writes the share in the same transaction."""
        rows = [{"case": case, "person": person, "message": message_id} for message_id in ids]
        if rows:
            self.execute(insert(tables.given).prefix_with("OR IGNORE"), rows)

    def take_back(self, case: CaseId, person: PersonId, ids: Iterable[MessageId]) -> None:
        """Note that a person did not get these messages: their share was dropped before posting."""
        for message_id in ids:
            where = (_GIVEN.case == case) & (_GIVEN.person == person) & (_GIVEN.message == message_id)
            self.execute(delete(tables.given).where(where))

    def forget_given(self, person: PersonId) -> None:
        """Forget all that a person was given: their vault is new."""
        self.execute(delete(tables.given).where(_GIVEN.person == person))

    def begin_anew(self) -> None:
        """Forget what was given, answered and asked for: the log may have lost it."""
        for table in (tables.given, tables.answered, tables.asked):
            self.execute(delete(table))

    def given(self, case: CaseId) -> set[tuple[PersonId, MessageId]]:
        """Return the messages of a case that were given, each with the person."""
        rows = self.execute(_ALL_GIVEN, {"case": case})
        return {(PersonId(row.person), MessageId(row.message)) for row in rows}

    def put_off(self, case: CaseId) -> None:
        """Note that a message of a case is owed to a person who cannot be given it yet."""
        self.execute(insert(tables.put_off).prefix_with("OR IGNORE").values({"case": case}))

    def all_put_off(self) -> list[CaseId]:
        """Return the cases with messages that are still owed."""
        return [CaseId(case) for case in self.execute(_ALL_PUT_OFF).scalars()]

    def forget_put_off(self, case: CaseId) -> None:
        """Note that a case is examined again."""
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
        """Return the cases with messages that were asked for."""
        return {CaseId(case) for case in self.execute(_ASKED_CASES).scalars()}

    def asked_once_until(self, day: int) -> list[CaseId]:
        """Return the cases with messages that were asked for once, on this day or before."""
        return [CaseId(case) for case in self.execute(_ASKED_ONCE, {"day": day}).scalars()]

    def forget_asked(self, case: CaseId, ids: Iterable[MessageId]) -> None:
        """Forget that messages were asked for: they have arrived."""
        self.execute(delete(tables.asked).where(_ASKED.case == case, _ASKED.message.in_([*ids])))

    def note_answered(self, macs: Iterable[bytes]) -> None:
        """Note that these `arrived` and `lacking` are answered."""
        rows = [{"mac": mac} for mac in macs]
        if rows:
            self.execute(insert(tables.answered).prefix_with("OR IGNORE"), rows)

    def answered(self) -> set[bytes]:
        """Return the `arrived` and `lacking` that are answered."""
        return set(self.execute(_ALL_ANSWERED).scalars())

    def unanswer(self, macs: Iterable[bytes]) -> None:
        """Note that these are not answered after all: the answer was dropped before posting."""
        self.execute(delete(tables.answered).where(_ANSWERED.mac.in_([*macs])))

    def set_due(self) -> None:
        """Note that this vault lacks messages that others have: its own `arrived` is due at the next complete sync."""
        self.execute(insert(tables.arrival).prefix_with("OR IGNORE").values({"id": 1, "is_due": 1}))
        self.execute(tables.arrival.update().values(is_due=1))

    def is_due(self) -> bool:
        """Say whether an own `arrived` is due; a vault that never posted one is new."""
        row = self.execute(_ARRIVAL).first()
        return row is None or bool(row.is_due) or row.day is None

    def own_arrived(self) -> OwnArrived | None:
        """Return the last own `arrived`, or None before the first one."""
        row = self.execute(_ARRIVAL).first()
        return None if row is None or row.day is None else OwnArrived(row.day, row.read_to)

    def note_arrived(self, own: OwnArrived, unreached: Iterable[PersonId]) -> None:
        """Note an own `arrived` that is to be posted, and the people who could not be sealed to."""
        row = {"id": 1, "day": own.day, "read_to": own.read_to, "is_due": 0}
        self.execute(insert(tables.arrival).prefix_with("OR REPLACE").values(row))
        self.execute(delete(tables.unreached))
        for person in unreached:
            self.execute(insert(tables.unreached).values({"person": person}))

    def unreached(self) -> set[PersonId]:
        """Return the people who could not be sealed to in the own `arrived`."""
        return {PersonId(person) for person in self.execute(_ALL_UNREACHED).scalars()}

    def note_reached(self, people: Iterable[PersonId]) -> None:
        """Note that the own `arrived` goes to these people as well."""
        self.execute(delete(tables.unreached).where(_UNREACHED.person.in_([*people])))

    def forget_case(self, case: CaseId) -> None:
        """Overwrite everything of a case."""
        for table in (tables.given, tables.asked, tables.put_off):
            self.execute(delete(table).where(table.c.case == case))
