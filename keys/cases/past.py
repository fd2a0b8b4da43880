"""The messages of a case in their order, and the past of each (SPEC 5.3, 12.1 steps 1 and 2).

A past is a set of messages, stored as the bits of an integer: bit n is the n-th message of the order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases.order import in_order
from keys.wire.ids import CaseId
from keys.wire.messages import DOSSIER, THREAD, Report

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keys.cases.place import Place, PlacedMessage
    from keys.wire.ids import MessageId


@dataclass(frozen=True, slots=True)
class Past:
    """The messages of a case in their order, the report first, each with its past as far as it is here."""

    messages: tuple[PlacedMessage, ...]
    numbers: dict[MessageId, int]
    masks: tuple[int, ...]  # the past of each
    applied_at: tuple[Place, ...]  # the place of each, or of the message before which it is applied
    incomplete: int  # those with a missing message in their past
    missing: dict[MessageId, tuple[int, ...]]  # ids that are named and not here, with the messages that name them
    astray: tuple[int, ...]  # messages of the thread that name one of the dossier

    @classmethod
    def of(cls, messages: Iterable[PlacedMessage]) -> Past | None:
        """Return the messages of one case in order, or None without their report."""
        unique = _unique(messages)
        reports = [message for message in unique.values() if isinstance(message.head.body, Report)]
        if not reports:
            return None
        report = min(reports, key=lambda message: message.place)
        # A message of another case is ignored, even if one names it.
        case_id = CaseId(report.id)
        here = {report.id: report} | {key: one for key, one in unique.items() if one.head.case == case_id}
        named = {message.id: _named(message, here) for message in here.values() if message is not report}
        applied = [(report, report.place), *in_order(here, named)]
        order = [message for message, _ in applied]
        numbers = {message.id: number for number, message in enumerate(order)}
        masks, incomplete = [0], 0
        missing: dict[MessageId, list[int]] = {}
        for number, message in enumerate(order[1:], start=1):
            mask = 1  # the report is in the past of every message
            for name in named[message.id]:
                if name in numbers:
                    mask |= masks[numbers[name]] | 1 << numbers[name]
                else:
                    missing.setdefault(name, []).append(number)
                    incomplete |= 1 << number
            masks.append(mask)
            incomplete |= bool(mask & incomplete) << number
        return cls(
            messages=tuple(order),
            numbers=numbers,
            masks=tuple(masks),
            incomplete=incomplete,
            missing={name: tuple(by) for name, by in missing.items()},
            applied_at=tuple(place for _, place in applied),
            astray=tuple(number for number, message in enumerate(order[1:], 1) if _is_astray(message, here)),
        )


def members_of(mask: int) -> Iterator[int]:
    """Yield the numbers in a set, ascending."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def _unique(messages: Iterable[PlacedMessage]) -> dict[MessageId, PlacedMessage]:
    """Return each message once, at its lowest place: a repeated id changes nothing."""
    unique: dict[MessageId, PlacedMessage] = {}
    for message in messages:
        if message.head.channel in (THREAD, DOSSIER):
            known = unique.get(message.id)
            if known is None or message.place < known.place:
                unique[message.id] = message
    return unique


def _named(message: PlacedMessage, here: dict[MessageId, PlacedMessage]) -> tuple[MessageId, ...]:
    """Return the ids that count as named.

    If a message of the thread names one of the dossier, that one is not in its past: the reporter's page has no
    dossier, and must compute the same order of the thread (SPEC 5.3).
    """
    if message.head.channel == DOSSIER:
        return message.head.seen
    return tuple(name for name in message.head.seen if name not in here or here[name].head.channel == THREAD)


def _is_astray(message: PlacedMessage, here: dict[MessageId, PlacedMessage]) -> bool:
    in_dossier = (name in here and here[name].head.channel == DOSSIER for name in message.head.seen)
    return message.head.channel == THREAD and any(in_dossier)
