"""Alarms and lines about a case, as named kinds (SPEC 14); `keys/wording` has their sentences."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from keys.cases.missing import written_twice
from keys.cases.terms import MONTHS_A_YEAR, months_after
from keys.wire.messages import Consent, Joined
from keys.wire.messages.reporter import YES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from keys.cases.closings import Closing
    from keys.cases.last_day import LastDay
    from keys.cases.missing import Missing
    from keys.cases.thread import JudgedMessage
    from keys.wire.ids import IdentityKey, MessageId, PersonId


class NoticeKind(Enum):
    """The kind of a notice. Honest people and an honest server never cause an alarm."""

    # Alarms: each names the author of a message.
    FORBIDDEN = "forbidden"  # its author may not write this, or not here
    LEFT_OUT_NAMED = "left-out-named"  # it names a person who was left out and whom no "yes" that it knows of names
    DOSSIER_NAMED = "dossier-named"  # a message of the thread names one of the dossier, which is missing on the page
    # On the page an alarm about the server, in a tool a line once a sync is complete (SPEC 12.5).
    MISSING = "missing"  # `people` have read a message that has not arrived
    # Lines.
    TWICE = "twice"  # two messages of one identity do not know of each other: two tools, or a restored backup
    NOBODY_READS = "nobody-reads"  # nobody on the roster in force reads the case
    CLOSED_UNREAD = "closed-unread"  # a `closed` without effect: its author had not read every message of the reporter
    QUIET = "quiet"  # nothing has arrived for a year, and the case has no last day


@dataclass(frozen=True, slots=True)
class Notice:
    """One alarm or line: its kind, its messages, and the people whom it names."""

    kind: NoticeKind
    messages: tuple[MessageId, ...] = ()
    author: IdentityKey | None = None  # their author: a stolen key is distinguished from its person's new one
    person: PersonId | None = None  # the owner of that key; None for the reporter, and if no roster lists the key
    people: tuple[PersonId, ...] = ()  # the other people whom it names


def alarms(messages: Sequence[JudgedMessage], astray: Sequence[int]) -> Iterator[Notice]:
    """Yield the alarms about authors; `astray` are messages of the thread that name one of the dossier, by number."""
    without = frozenset(messages[0].placed.head.without)
    answers = dict.fromkeys(without, 0)  # the messages that say "yes" to each person, as a set of numbers
    for number, message in enumerate(messages):
        if not message.is_shown:
            yield _about(NoticeKind.FORBIDDEN, message)
        elif not message.by_reporter:
            people = sorted(person for person in without & _named(message) if not answers[person] & message.past)
            # If a message of its past is missing, that may be the "yes".
            if people and message.is_complete:
                yield _about(NoticeKind.LEFT_OUT_NAMED, message, *people)
        elif message.counts and isinstance(message.body, Consent) and message.body.answer == YES:
            for person in without.intersection(message.body.people):
                answers[person] |= 1 << number
    for number in astray:
        if messages[number].is_shown and not messages[number].by_reporter:
            yield _about(NoticeKind.DOSSIER_NAMED, messages[number])


def lines(
    messages: Sequence[JudgedMessage], lacking: Sequence[Missing], closing: Closing, readers: Collection[PersonId]
) -> Iterator[Notice]:
    """Yield the lines of a case, which accuse nobody; `readers` read today."""
    by_id = {message.id: message for message in messages}
    for missing in lacking:
        people = {by_id[name].person for name in missing.named_by}
        yield Notice(NoticeKind.MISSING, (missing.id,), people=tuple(sorted(one for one in people if one is not None)))
    for author, pair in written_twice(messages).items():
        yield Notice(NoticeKind.TWICE, pair, author, by_id[pair[0]].person)
    if not readers:
        yield Notice(NoticeKind.NOBODY_READS)
    if closing.closed_by is None:
        for number in closing.void:
            yield _about(NoticeKind.CLOSED_UNREAD, messages[number])


def is_quiet(messages: Sequence[JudgedMessage], last_day: LastDay | None, day: int) -> bool:
    """Say whether a case without a last day had no message for a year: nobody would ever destroy it."""
    return last_day is None and day > months_after(max(message.day for message in messages), MONTHS_A_YEAR)


def _named(message: JudgedMessage) -> frozenset[PersonId]:
    head = message.placed.head
    joined = message.body.people if isinstance(message.body, Joined) else ()
    return frozenset((*head.to, *head.missing, *joined))


def _about(kind: NoticeKind, message: JudgedMessage, *people: PersonId) -> Notice:
    return Notice(kind, (message.id,), message.placed.head.author, message.person, people)
