"""The outbox of a vault: own messages, sealed and kept until the log has them (SPEC 10.5); it posts nothing."""

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
from keys.wire.plaintext import SIGNATURE_SIZE
from keys.wire.sizes import KEY_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

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
    """How far a message in the outbox has come."""

    QUEUED = "queued"
    TRIED = "tried"  # the server can have it, though no answer came
    ACKNOWLEDGED = "acknowledged"  # the server has said that it has it; the own index does not have it yet
    PUT_ASIDE = "put-aside"  # its owner decides


class Reason(Enum):
    """Why a message was put aside."""

    WOULD_NOT_COUNT = "would-not-count"
    TOO_LARGE = "too-large"
    FOLLOWS = "follows"  # another of its case, which was written before it, was put aside


_WAITING = (State.QUEUED.value, State.TRIED.value)

_OUTGOINGS = select(*(column for column in _OUTGOING if column is not _OUTGOING.wrapped_start))
_CASES = select(_OUTGOING.case).where(_OUTGOING.case.is_not(None)).distinct()
# Asked for each case: to make a statement takes longer than the database needs for the answer.
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
    """Where an envelope goes: a door of the server, and the 64 bytes of its address."""

    door: int
    address: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class OutboxStore:
    """What this vault has written and the log does not have yet; its owner makes what is written durable."""

    execute: Callable[..., Any]
    wrapper: Wrapper
    versions: CaseVersions

    def next_number(self) -> int:
        """Return the number of the next message that is written."""
        return int(self.execute(select(func.max(_OUTGOING.number))).scalar() or 0) + 1

    def add(
        self, number: int, sealed: Sealed, open_it: Callable[[bytes], OpenedMessage], to: Destination, read_to: int
    ) -> OpenedMessage:
        """Keep a sealed message and all of its parts, and return it as `open_it` reads it from what the log will give.

        One that is here under this number is replaced.
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
        # Only now: the one before can be what the parts were sealed from.
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

    def is_own(self, mac: bytes) -> bool:
        """Say whether this vault ever made this envelope."""
        query = select(tables.own_envelope.c.mac).where(tables.own_envelope.c.mac == mac)
        return self.execute(query).first() is not None

    def all(self) -> list[Outgoing]:
        """Return all that is here, in the order of writing."""
        return self._found()

    def waiting(self, case: CaseId | None) -> list[Outgoing]:
        """Return what is still to go out of a case, or of no case, in the order of writing."""
        return self._found(_OUTGOING.case.is_(case) if case is None else _OUTGOING.case == case, _is(*_WAITING))

    def cases(self) -> set[CaseId]:
        """Return the cases of which something is here."""
        return {CaseId(case) for case in self.execute(_CASES).scalars()}

    def queues(self) -> list[CaseId | None]:
        """Return the cases of which something is to go out, the one with the fewest bytes first; None is no case."""
        query = (
            select(_OUTGOING.case)
            .where(_is(*_WAITING))
            .group_by(_OUTGOING.case)
            .order_by(func.sum(_OUTGOING.size), func.min(_OUTGOING.number))
        )
        return [None if case is None else CaseId(case) for case in self.execute(query).scalars()]

    def acknowledged(self) -> list[Outgoing]:
        """Return what the server has acknowledged and the own index does not have yet."""
        return self._found(_is(State.ACKNOWLEDGED.value))

    def put_aside_of(self, case: CaseId) -> list[Outgoing]:
        """Return what was put aside of a case, for its owner to decide."""
        return self._found(_OUTGOING.case == case, _is(State.PUT_ASIDE.value))

    def has_own_words(self, case: CaseId) -> bool:
        """Say whether a message of its thread or dossier is here: then the case is kept (SPEC 12.7 step 4)."""
        return any(one.message.head.channel != LOG for one in self._found(_OUTGOING.case == case))

    def unposted(self, case: CaseId, before: int | None = None) -> list[PlacedMessage]:
        """Return the own messages of a case that count from when they are written, with a number below `before`.

        What was put aside is none of them: nothing may name it.
        """
        rows = self.execute(_UNPOSTED, {"case": case, "before": _AFTER_ALL if before is None else before}).mappings()
        return [
            PlacedMessage(one.message.id, one.message.head, Place.unposted(one.number), one.message.head.day, Way.OWN)
            for one in map(self._outgoing, rows)
        ]

    def sealed(self, one: Outgoing) -> Sealed:
        """Return the envelope as it was sealed."""
        mac, message = one.message.mac, one.message
        query = select(_OUTGOING.wrapped_start).where(_OUTGOING.mac == mac)
        start = self._unwrap("start", mac, self.execute(query).scalar())
        return Sealed(start, self.parts(mac), one.size, mac, message.id, message.content_key)

    def part(self, mac: Mac, number: int) -> bytes:
        """Return a sealed part of a long envelope."""
        query = select(_PART.wrapped).where(_PART.mac == mac, _PART.number == number)
        return self._unwrap(f"part {number}", mac, self.execute(query).scalar())

    def parts(self, mac: Mac) -> Iterator[bytes]:
        """Yield the sealed parts of a long envelope, of which never more than one is in memory."""
        numbers = self.execute(select(_PART.number).where(_PART.mac == mac).order_by(_PART.number))
        return (self.part(mac, number) for number in numbers.scalars())

    def set_state(self, mac: Mac, state: State) -> None:
        """Note how far a message has come."""
        self._bump(_OUTGOING.mac == mac)
        self.execute(update(tables.outgoing).where(_OUTGOING.mac == mac).values(state=state.value))

    def send_again(self) -> None:
        """Let what was acknowledged go out again: the server has lost what the own index does not have yet."""
        acknowledged = _is(State.ACKNOWLEDGED.value)
        self.execute(update(tables.outgoing).where(acknowledged).values(state=State.TRIED.value))

    def read_no_further(self, position: int) -> None:
        """Note that of the log there is now, what waits here was written after no later position than this one."""
        self.execute(update(tables.outgoing).where(_OUTGOING.read_to > position).values(read_to=position))

    def put_aside(self, messages: Sequence[Outgoing], reason: Reason) -> None:
        """Put a message aside for a reason, and with it those that follow it in its case."""
        self._bump(_OUTGOING.number.in_([one.number for one in messages]))
        for at, one in enumerate(messages):
            values = {"state": State.PUT_ASIDE.value, "reason": (Reason.FOLLOWS if at else reason).value}
            self.execute(update(tables.outgoing).where(_OUTGOING.number == one.number).values(values))

    def set_destination(self, mac: Mac, to: Destination) -> None:
        """Let an envelope go elsewhere, as it is."""
        values = {"door": to.door, "wrapped_address": self._wrap("address", mac, to.address)}
        self.execute(update(tables.outgoing).where(_OUTGOING.mac == mac).values(values))

    def drop(self, mac: Mac) -> None:
        """Take a message out: the log has it, or its owner has decided against it. The mac stays known as an own."""
        self._forget(_OUTGOING.mac == mac)

    def forget_case(self, case: CaseId) -> None:
        """Overwrite all that is here of a case, and what was posted of it."""
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
        query = _OUTGOINGS.where(*where).order_by(_OUTGOING.number)
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
