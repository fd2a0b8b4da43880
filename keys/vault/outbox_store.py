"""The outbox of a vault: own sealed messages, stored until the log has them (SPEC 10.5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, insert, select, update

from keys.cases.place import Place, PlacedMessage, Way
from keys.sealing import Sealed
from keys.sealing.envelopes import read_statement
from keys.vault import tables
from keys.wire.envelope import MAC_SIZE
from keys.wire.ids import CaseId
from keys.wire.messages import LOG
from keys.wire.sizes import KEY_SIZE, SIGNATURE_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqlalchemy import Select

    from keys.identity import Wrapper
    from keys.sealing.envelopes import OpenedMessage
    from keys.vault.versions import CaseVersions
    from keys.wire.ids import Mac

_OUTGOING = tables.outgoing.c
_PART = tables.outgoing_part.c
_SIGNATURE_AT = KEY_SIZE + MAC_SIZE
_HEAD_AT = _SIGNATURE_AT + SIGNATURE_SIZE
_AFTER_ALL = 2**62  # a number that no message has


class State(Enum):
    """The progress of a message in the outbox."""

    QUEUED = "queued"
    TRIED = "tried"  # the server may have it, though no answer came
    ACKNOWLEDGED = "acknowledged"  # the server has confirmed it; the local index does not have it yet
    PUT_ASIDE = "put-aside"  # its owner decides


class Reason(Enum):
    """Why a message was put aside."""

    WOULD_NOT_COUNT = "would-not-count"
    TOO_LARGE = "too-large"
    MAY_BE_POSTED = "may-be-posted"  # it was in the outbox of a backup, and may have been posted since
    FOLLOWS = "follows"  # an earlier message of its case was put aside


_WAITING = (State.QUEUED.value, State.TRIED.value)

_OUTGOINGS = select(*(column for column in _OUTGOING if column is not _OUTGOING.wrapped_start))
_CASES = select(_OUTGOING.case).where(_OUTGOING.case.is_not(None)).distinct()
# Built once: in a session, which asks many times, building a statement takes longer than executing it.
_ALL = _OUTGOINGS.order_by(_OUTGOING.number)
_ACKNOWLEDGED = _ALL.where(_OUTGOING.state == State.ACKNOWLEDGED.value)
_QUEUES = (
    select(_OUTGOING.case)
    .where(_OUTGOING.state.in_(_WAITING))
    .group_by(_OUTGOING.case)
    .order_by(func.sum(_OUTGOING.size), func.min(_OUTGOING.number))
)
_OWN = select(tables.own_envelope.c.mac).where(tables.own_envelope.c.mac == bindparam("mac"))
_UNPOSTED = _OUTGOINGS.where(
    _OUTGOING.case == bindparam("case"),
    _OUTGOING.state != State.PUT_ASIDE.value,
    _OUTGOING.number < bindparam("before"),
).order_by(_OUTGOING.number)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message in the outbox; `number` is its place in the order of writing, `read_to` how far the log was read."""

    number: int
    message: OpenedMessage
    door: int
    address: bytes = field(repr=False)
    size: int
    read_to: int
    state: State
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class Destination:
    """The destination of an envelope: a door of the server, and the 64 bytes of its address."""

    door: int
    address: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class OutboxStore:
    """Own messages that the log does not have yet. The vault commits its writes."""

    execute: Callable[..., Any]
    wrapper: Wrapper
    versions: CaseVersions

    def next_number(self) -> int:
        """Return the number for the next message."""
        return int(self.execute(select(func.max(_OUTGOING.number))).scalar() or 0) + 1

    def add(
        self, number: int, sealed: Sealed, open_it: Callable[[bytes], OpenedMessage], to: Destination, read_to: int
    ) -> OpenedMessage:
        """Store a sealed message with all parts, and return it as `open_it` reads it from what the log will return.

        It replaces a message with the same number.
        """
        parts, front = 0, sealed.prefix
        for part in sealed.parts:
            if sealed.is_long:
                self._add_part(sealed.mac, parts, part)
                front += part if parts == 0 else b""
                parts += 1
            else:
                front += part
        message = open_it(front)
        # Not earlier: the parts may have been sealed from the previous message.
        self._forget(_OUTGOING.number == number)
        row = {
            "number": number,
            "mac": message.mac,
            "case": message.case,
            "size": sealed.size,
            "door": to.door,
            "read_to": read_to,
            "state": State.QUEUED.value,
            "reason": None,
            "wrapped_address": self._wrap("address", message.mac, to.address),
            "wrapped": self._wrap("message", message.mac, message.content_key + message.statement),
            "wrapped_start": self._wrap("start", message.mac, sealed.prefix if sealed.is_long else front),
        }
        self.execute(insert(tables.outgoing).values(row))
        self.execute(insert(tables.own_envelope).values({"mac": message.mac}))
        self._bump(_OUTGOING.number == number)
        return message

    def note_own(self, mac: bytes) -> None:
        """Note that this vault made an envelope."""
        self.execute(insert(tables.own_envelope).prefix_with("OR IGNORE").values({"mac": mac}))

    def is_own(self, mac: bytes) -> bool:
        """Say whether this vault ever made this envelope, or a vault that it was restored from did."""
        return self.execute(_OWN, {"mac": mac}).first() is not None

    def all(self) -> list[Outgoing]:
        """Return the whole outbox, in the order of writing."""
        return self._read(_ALL)

    def waiting(self, case: CaseId | None) -> list[Outgoing]:
        """Return the messages of a case, or of no case, that are still to be posted, in the order of writing."""
        return self._found(_OUTGOING.case.is_(case) if case is None else _OUTGOING.case == case, _is(*_WAITING))

    def cases(self) -> set[CaseId]:
        """Return the cases with messages in the outbox."""
        return {CaseId(case) for case in self.execute(_CASES).scalars()}

    def queues(self) -> list[CaseId | None]:
        """Return the cases with messages to post, the one with the fewest bytes first; None is no case."""
        return [None if case is None else CaseId(case) for case in self.execute(_QUEUES).scalars()]

    def acknowledged(self) -> list[Outgoing]:
        """Return the messages that the server has acknowledged and that the local index does not have yet."""
        return self._read(_ACKNOWLEDGED)

    def has_own_words(self, case: CaseId) -> bool:
        """Say whether the outbox has a message of its thread or dossier, which keeps the case (SPEC 12.7 step 4)."""
        return any(one.message.head.channel != LOG for one in self._found(_OUTGOING.case == case))

    def unposted(self, case: CaseId, before: int | None = None) -> list[PlacedMessage]:
        """Return the own messages of a case with a number below `before`, which count from the time of writing.

        Messages that were put aside are omitted: no message may name them.
        """
        rows = self.execute(_UNPOSTED, {"case": case, "before": _AFTER_ALL if before is None else before}).mappings()
        return [
            PlacedMessage(one.message.id, one.message.head, Place.unposted(one.number), one.message.head.day, Way.OWN)
            for one in map(self._outgoing, rows)
        ]

    def sealed(self, one: Outgoing) -> Sealed:
        """Return the sealed envelope."""
        mac, message = one.message.mac, one.message
        query = select(_OUTGOING.wrapped_start).where(_OUTGOING.mac == mac)
        start = self._unwrap("start", mac, self.execute(query).scalar())
        return Sealed(start, self.parts(mac), one.size, mac, message.id, message.content_key)

    def part(self, mac: Mac, number: int) -> bytes:
        """Return a sealed part of a long envelope."""
        query = select(_PART.wrapped).where(_PART.mac == mac, _PART.number == number)
        return self._unwrap(f"part {number}", mac, self.execute(query).scalar())

    def parts(self, mac: Mac) -> Iterator[bytes]:
        """Yield the sealed parts of a long envelope, with one part in memory at a time."""
        numbers = self.execute(select(_PART.number).where(_PART.mac == mac).order_by(_PART.number))
        return (self.part(mac, number) for number in numbers.scalars())

    def set_state(self, mac: Mac, state: State) -> None:
        """Store the progress of a message."""
        self._bump(_OUTGOING.mac == mac)
        self.execute(update(tables.outgoing).where(_OUTGOING.mac == mac).values(state=state.value))

    def send_again(self) -> None:
        """Post acknowledged messages again: the server has lost those that the local index does not have yet."""
        acknowledged = _is(State.ACKNOWLEDGED.value)
        self.execute(update(tables.outgoing).where(acknowledged).values(state=State.TRIED.value))

    def read_no_further(self, position: int) -> None:
        """Note that no message here was written after reading the current log past this position."""
        self.execute(update(tables.outgoing).where(_OUTGOING.read_to > position).values(read_to=position))

    def put_aside(self, messages: Sequence[Outgoing], reason: Reason) -> None:
        """Put messages aside for a reason, and with them the later ones of their cases."""
        self._bump(_OUTGOING.number.in_([one.number for one in messages]))
        for at, one in enumerate(messages):
            values = {"state": State.PUT_ASIDE.value, "reason": (Reason.FOLLOWS if at else reason).value}
            self.execute(update(tables.outgoing).where(_OUTGOING.number == one.number).values(values))

    def set_destination(self, mac: Mac, to: Destination) -> None:
        """Change the destination of an envelope, which stays the same."""
        values = {"door": to.door, "wrapped_address": self._wrap("address", mac, to.address)}
        self.execute(update(tables.outgoing).where(_OUTGOING.mac == mac).values(values))

    def drop(self, mac: Mac) -> None:
        """Remove a message: the log has it, or its owner has decided against it. Its mac stays known as own."""
        self._forget(_OUTGOING.mac == mac)

    def forget_case(self, case: CaseId) -> None:
        """Overwrite everything of a case here, and its posted messages."""
        self._forget(_OUTGOING.case == case)
        posted = select(tables.sent.c.mac).where(tables.sent.c.case == case).scalar_subquery()
        self.execute(delete(tables.fetched_part).where(tables.fetched_part.c.mac.in_(posted)))
        self.execute(delete(tables.sent).where(tables.sent.c.case == case))

    def _forget(self, where: Any) -> None:
        self._bump(where)
        macs = select(_OUTGOING.mac).where(where).scalar_subquery()
        self.execute(delete(tables.outgoing_part).where(_PART.mac.in_(macs)))
        self.execute(delete(tables.outgoing).where(where))

    def _bump(self, where: Any) -> None:
        for case in self.execute(select(_OUTGOING.case).distinct().where(where, _OUTGOING.case.is_not(None))).scalars():
            self.versions.bump(CaseId(case))

    def _add_part(self, mac: bytes, number: int, part: bytes) -> None:
        row = {"mac": mac, "number": number, "wrapped": self._wrap(f"part {number}", mac, part)}
        self.execute(insert(tables.outgoing_part).values(row))

    def _found(self, *where: Any) -> list[Outgoing]:
        return self._read(_ALL.where(*where))

    def _read(self, query: Select[Any]) -> list[Outgoing]:
        return [self._outgoing(row) for row in self.execute(query).mappings()]

    def _outgoing(self, row: Mapping[Any, Any]) -> Outgoing:
        mac = row["mac"]
        secret = self._unwrap("message", mac, row["wrapped"])
        signature, raw = secret[_SIGNATURE_AT:_HEAD_AT], secret[_HEAD_AT:]
        return Outgoing(
            number=row["number"],
            message=read_statement(mac, signature, raw, secret[:KEY_SIZE]),
            door=row["door"],
            address=self._unwrap("address", mac, row["wrapped_address"]),
            size=row["size"],
            read_to=row["read_to"],
            state=State(row["state"]),
            reason=None if row["reason"] is None else Reason(row["reason"]),
        )

    def _wrap(self, what: str, mac: bytes, secret: bytes) -> bytes:
        return self.wrapper.wrap(_purpose(what, mac), secret)

    def _unwrap(self, what: str, mac: bytes, wrapped: bytes) -> bytes:
        return self.wrapper.unwrap(_purpose(what, mac), wrapped)


def _is(*states: str) -> Any:
    return _OUTGOING.state.in_(states)


def _purpose(what: str, mac: bytes) -> str:
    return f"outgoing {what} {mac.hex()}"
