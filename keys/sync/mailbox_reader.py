"""Reading a mailbox as its reporter (SPEC 11): the thread, and alarms about invalid entries. It stores nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from keys.cases.case import Case
from keys.cases.place import Place, PlacedMessage, Way
from keys.cases.rosters import Rosters
from keys.errors import FormatError, MalformedError, RefusedError
from keys.roster.weeks import until_of
from keys.sealing import find_content_key, front_size, open_files, open_head
from keys.sync.log_reader import ENTRY_DAY
from keys.sync.reporter_composer import reporter_pair, reporter_signer
from keys.wire.ids import CaseId
from keys.wire.messages import THREAD, Report, Share, parse_archive

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from keys.courier import Courier
    from keys.receipt import Receipt
    from keys.roster import Recipient, RosterHistory
    from keys.sealing import OpenedMessage, PrivatePair
    from keys.wire.ids import MessageId, PersonId
    from keys.wire.mailbox import MailboxEntry

MOST_PAGES = 40  # SPEC 11: in a row, on which nothing new opens


@dataclass(frozen=True, slots=True)
class ItemAlarm:
    """A fault of an entry in the mailbox: `code` is ENTRY_DAY, or the kind of fault."""

    number: int
    day: int
    code: str


@dataclass(frozen=True, slots=True)
class MailboxMessage:
    """A message that opened, with its entry."""

    entry: MailboxEntry
    message: OpenedMessage = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReporterThread:
    """The thread of a receipt on a day.

    `case` is None if its report is not there. `shared` has the messages that the reporter's shares have given, each
    with the person. `is_whole` says that the mailbox was read to its end.
    """

    case: Case | None
    alarms: tuple[ItemAlarm, ...]
    stored: Mapping[MessageId, MailboxMessage]
    shared: frozenset[tuple[PersonId, MessageId]]
    rosters: Rosters
    persons: Mapping[PersonId, Recipient]  # everybody who was on a roster
    is_whole: bool
    day: int  # the server's


def read_mailbox(courier: Courier, history: RosterHistory, receipt: Receipt) -> ReporterThread:
    """Return the thread of a receipt as its reporter reads it today.

    Raises UnknownCapabilityError if the server has no mailbox for this code, ForkError if its earlier rosters do not
    lead to those of `history` or list an identity as two persons, NetworkError, and MalformedError for a page that
    cannot be read.
    """
    day, _, _ = courier.bundles()
    whole = whole_history(courier, history)
    rosters = Rosters(whole.rosters)
    opened, alarms, is_whole = _read(courier, receipt)
    case_id = next((CaseId(name) for name, one in opened.items() if _is_report(one.message, receipt)), None)
    stored = {name: one for name, one in opened.items() if one.message.case == case_id}
    if case_id is not None:
        foreign = [one.entry for name, one in opened.items() if name not in stored]
        alarms += [ItemAlarm(entry.number, entry.day, MalformedError.code) for entry in foreign]
    return ReporterThread(
        case=Case.of(_placed(stored.values()), rosters, day),
        alarms=tuple(sorted(alarms, key=lambda item: item.number)),
        stored=stored,
        shared=_shared(courier, receipt, stored),
        rosters=rosters,
        persons={one.person: one for one in whole.people.recipients_by_id.values()},
        is_whole=is_whole,
        day=day,
    )


def whole_history(courier: Courier, history: RosterHistory) -> RosterHistory:
    """Return a history with every roster from the first on: messages of people who left still count.

    Raises ForkError if the server's earlier rosters do not lead to this one.
    """
    return history.preceded_by([courier.roster(version) for version in range(1, history.rosters[0].version)])


def _read(courier: Courier, receipt: Receipt) -> tuple[dict[MessageId, MailboxMessage], list[ItemAlarm], bool]:
    """Return the messages that open, by id and in order, the alarms, and whether the mailbox was read to its end."""
    capability, pair = receipt.capability(), reporter_pair(receipt)
    opened: dict[MessageId, MailboxMessage] = {}
    alarms: list[ItemAlarm] = []
    after = barren = 0
    while True:
        page, known = courier.mailbox(capability, after), len(opened)
        for entry in page.entries:
            if entry.header().is_misdated(entry.day):  # SPEC 10.2 step 2
                alarms.append(ItemAlarm(entry.number, entry.day, ENTRY_DAY))
            try:
                message = _open(courier, capability, pair, entry)
            except (FormatError, RefusedError) as error:
                alarms.append(ItemAlarm(entry.number, entry.day, error.code))
            else:
                opened.setdefault(message.id, MailboxMessage(entry, message))  # SPEC 10.2 step 7
        if not page.more:
            return opened, alarms, True
        barren = barren + 1 if len(opened) == known else 0
        # Anybody with the writers' capability could fill the mailbox, and a server could send pages without end.
        if barren == MOST_PAGES:
            return opened, alarms, False
        after = page.entries[-1].number


def _open(courier: Courier, capability: bytes, pair: PrivatePair, entry: MailboxEntry) -> OpenedMessage:
    """Return the message of an entry (SPEC 10.2 steps 5 and 6).

    Raises FormatError if it fails, RefusedError if the server does not give its start.
    """
    header = entry.header()
    key = find_content_key(header, [pair])
    front = entry.prefix
    if front_size(front, entry.size, key) > len(front):
        front += courier.mailbox_part(capability, entry.number, 0)
    message = open_head(front, key, entry.size)
    if until_of(message.head.day) != header.until:
        raise MalformedError("day")
    return message


def _is_report(message: OpenedMessage, receipt: Receipt) -> bool:
    """Say whether this is the report that opened the mailbox of a receipt."""
    body = message.head.body
    is_own = message.head.author == reporter_signer(receipt).public
    return is_own and isinstance(body, Report) and body.mailbox == hashlib.sha256(receipt.capability()).digest()


def _placed(messages: Iterable[MailboxMessage]) -> list[PlacedMessage]:
    """Return the messages of the thread, with the mailbox's numbers as places."""
    return [
        PlacedMessage(one.message.id, one.message.head, Place(one.entry.number), one.entry.day, Way.LOG)
        for one in messages
        if one.message.head.channel == THREAD
    ]


def _shared(
    courier: Courier, receipt: Receipt, stored: Mapping[MessageId, MailboxMessage]
) -> frozenset[tuple[PersonId, MessageId]]:
    """Return the messages that the reporter's own shares have given, with the person: each is given once."""
    capability, own = receipt.capability(), reporter_signer(receipt).public
    ids = {one.message.mac: message_id for message_id, one in stored.items()}
    shared: set[tuple[PersonId, MessageId]] = set()
    for one in stored.values():
        head, entry = one.message.head, one.entry
        if isinstance(head.body, Share) and head.author == own:
            fetch = partial(courier.mailbox_part, capability, entry.number)
            try:
                archive = parse_archive(b"".join(open_files(entry.prefix, entry.size, one.message, fetch)))
            except (FormatError, RefusedError):
                continue  # it gave nothing
            given = [ids[message.mac] for message in archive if message.mac in ids]
            shared.update((person, message_id) for person in head.to for message_id in given)
    return frozenset(shared)
