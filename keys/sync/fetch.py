"""Reading the feed and the channels into the vault; entries without a slot of ours leave no trace, not even a count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases import Received, accept_share, review
from keys.errors import ExcludedError, ForbiddenError, FormatError, NoSlotError, UnknownCapabilityError
from keys.identity import private_pair
from keys.roster.weeks import sealed_in
from keys.sealing import (
    Message,
    PrivatePair,
    check_mac,
    find_content_key,
    front_size,
    open_message,
    recipients_capability,
)
from keys.wire import kinds
from keys.wire.exchange import Item, Page, parse_cursor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from keys.courier import Courier
    from keys.roster import Bundle
    from keys.sync.trust import Trust
    from keys.vault import Channel, Vault
    from keys.wire.envelope import Header

FEED_CURSOR = "feed cursor"
LAST_RESORT = "last-resort"  # a report came by a last-resort key although we have weekly ones


@dataclass(frozen=True, slots=True)
class Own:
    """Who we are when we read: our identity, and the keys that are still here, newest first."""

    identity: bytes
    keys: tuple[tuple[Bundle, PrivatePair], ...]

    @classmethod
    def of(cls, vault: Vault, identity: bytes) -> Own:
        """Return the reader that a vault makes."""
        return cls(identity, tuple((own.bundle, private_pair(own.seed)) for own in vault.bundles.all()[::-1]))

    def weekly(self, until: int) -> list[PrivatePair]:
        """Return the weekly pair of the week in which an envelope with this `until` was sealed, if it is here."""
        return self._pairs(until, last=False)

    def pairs(self, until: int) -> list[PrivatePair]:
        """Return every pair that such an envelope can have been sealed to, whatever day the server gives it."""
        return self.weekly(until) + self._pairs(until, last=True)

    def _pairs(self, until: int, *, last: bool) -> list[PrivatePair]:
        week = sealed_in(until)
        return [pair for bundle, pair in self.keys if bundle.last == last and bundle.covers(week)]


def all_items(look: Callable[[str | None], Page], cursor: str | None) -> Iterator[Item]:
    """Yield the items behind a cursor, page by page, to the end."""
    while True:
        page = look(cursor)
        yield from page.items
        # A page that promises more and gives nothing would hold us for ever.
        if not page.more or not page.items:
            return
        cursor = page.items[-1].cursor()


def fetch_feed(vault: Vault, courier: Courier, capability: bytes, trust: Trust, own: Own) -> None:
    """Read the feed from where we stopped to its end."""
    stored = vault.setting(FEED_CURSOR)
    cursor = stored.decode("ascii") if stored else None
    for item in all_items(lambda after: courier.feed(capability, after), cursor):
        with vault.transaction():
            _take_entry(vault, courier, trust, own, item)
            vault.put_setting(FEED_CURSOR, item.cursor().encode("ascii"))


def fetch_channel(vault: Vault, courier: Courier, own: Own, channel: Channel) -> None:
    """Read one channel from where we stopped to its end; note when the server no longer has it."""
    position = parse_cursor(channel.cursor)[0] if channel.cursor else 0
    cursor = channel.cursor
    try:
        for item in all_items(lambda after: courier.channel(channel.capability, after), cursor):
            _take_message(vault, courier, own, channel, item, is_new=item.position > position)
            cursor = item.cursor()
    except UnknownCapabilityError:
        with vault.transaction():
            vault.note_gone(channel.id)
        return
    with vault.transaction():
        vault.note_read(channel.id, cursor)


def _take_entry(vault: Vault, courier: Courier, trust: Trust, own: Own, item: Item) -> None:
    header = item.header()
    try:
        content_key = find_content_key(header, own.pairs(header.until))
    except NoSlotError:
        return
    except FormatError as error:
        vault.add_spoilt_entry(header.mac, item.day, error.code)
        return
    try:
        message = open_message(_front_of_entry(courier, item, content_key), content_key, item.size)
        if vault.graves.is_destroyed(message.case):
            return
        if message.head.kind == kinds.Tombstone.KIND:
            _take_tombstone(vault, trust, own, message, item.day)
            return
        _take_opened(vault, courier, trust, own, message, item.day)
        if message.head.kind == kinds.Report.KIND and _came_by_last_resort(header, own):
            # Sealed without a network; or the server hides our newer bundles, so that people seal to the oldest key.
            vault.add_spoilt_entry(header.mac, item.day, LAST_RESORT)
    except (FormatError, ExcludedError, UnknownCapabilityError) as error:
        # The capability comes from inside the entry: one posting with a made-up one must not end every later sync.
        vault.add_spoilt_entry(header.mac, item.day, error.code)


def _take_opened(vault: Vault, courier: Courier, trust: Trust, own: Own, message: Message, day: int) -> None:
    if isinstance(message.head.body, kinds.Report):
        if own.identity not in message.head.to:
            raise NoSlotError
        vault.add_channel(message.id, recipients_capability(message.content_key))
    elif isinstance(message.head.body, kinds.Begun):
        if own.identity not in message.head.to or not _may_write(trust, message, day):
            raise ForbiddenError
        vault.add_channel(message.id, recipients_capability(message.content_key), message.head.case)
    elif isinstance(message.head.body, kinds.Share):
        _take_share(vault, courier, trust, own, message, day)
    else:
        raise ForbiddenError


def _take_tombstone(vault: Vault, trust: Trust, own: Own, message: Message, day: int) -> None:
    """Keep a tombstone; whether it may be obeyed is seen when the channels have been read."""
    if own.identity not in message.head.to or not _may_write(trust, message, day):
        raise ForbiddenError
    vault.graves.add(message.mac, message.case, day, message.statement)


def _may_write(trust: Trust, message: Message, day: int) -> bool:
    return trust.people.may_write(message.head.author, day, message.head.day)


def _take_share(vault: Vault, courier: Courier, trust: Trust, own: Own, share: Message, day: int) -> None:
    body = share.head.body
    if not isinstance(body, kinds.Share):
        raise ForbiddenError
    keys = dict(body.keys)
    if share.case not in keys or own.identity not in share.head.to:
        raise ForbiddenError
    capability = recipients_capability(keys[share.case])
    items = list(all_items(lambda after: courier.channel(capability, after), None))
    if not items:
        raise ForbiddenError
    received = [_read_shared(courier, capability, item, keys.values()) for item in items]
    case, _ = review(received, trust.people)
    if case is None:
        raise ForbiddenError
    # What the reporter has signed since stands in the thread: it says who may be let in.
    accept_share(share, case, own.identity, day)
    for item in items:
        header = item.header()
        for key in keys.values():
            if _opens(key, item):
                vault.add_content_key(header.mac, key, addressed=False)
    vault.add_channel(share.case, capability)
    for name in body.dossiers:
        _take_shared_dossier(vault, courier, name, keys, share.case)


def _take_shared_dossier(vault: Vault, courier: Courier, name: bytes, keys: Mapping[bytes, bytes], case: bytes) -> None:
    """Keep what a share gives of a dossier; who may speak in it is checked at each reading."""
    capability = recipients_capability(keys[name])
    for item in all_items(lambda after: courier.channel(capability, after), None):
        for key in keys.values():
            if _opens(key, item):
                vault.add_content_key(item.header().mac, key, addressed=False)
    vault.add_channel(name, capability, case)


def _read_shared(courier: Courier, capability: bytes, item: Item, keys: Iterable[bytes]) -> Received:
    for key in keys:
        if _opens(key, item):
            try:
                return Received(item.day, open_front(courier, capability, item, key), addressed=False)
            except FormatError as error:
                return Received(item.day, None, error)
    return Received(item.day, None, NoSlotError())


def _take_message(vault: Vault, courier: Courier, own: Own, channel: Channel, item: Item, *, is_new: bool) -> None:
    header = item.header()
    known = vault.knows_envelope(channel.id, header.mac)
    if known and not is_new:
        return
    content_key = vault.content_key(header.mac)
    found = None if content_key else _find_content_key(own, item)
    front = fetch_front(courier, channel.capability, item, content_key or found)
    with vault.transaction():
        vault.add_envelope(channel.id, header.mac, item.day, front, item.size, repeated=known)
        if found:
            vault.add_content_key(header.mac, found, addressed=True)


def fetch_front(courier: Courier, capability: bytes, item: Item, content_key: bytes | None) -> bytes:
    """Return as much of an envelope as it takes to read its message; its files stay where they are.

    Without a key that is the most there can be of it: a share may bring the key later.
    """
    front = item.prefix
    if item.size == len(front):
        return front
    try:
        wanted = item.size if content_key is None else front_size(front, item.size, content_key)
    except FormatError:
        return front  # it opens for nobody, however much of it is here
    return front if wanted == len(front) else front + courier.part(capability, item.position, 0)


def open_front(courier: Courier, capability: bytes, item: Item, content_key: bytes) -> Message:
    """Fetch the front of an envelope and open its message; raise FormatError."""
    return open_message(fetch_front(courier, capability, item, content_key), content_key, item.size)


def _find_content_key(own: Own, item: Item) -> bytes | None:
    header = item.header()
    try:
        return find_content_key(header, own.pairs(header.until))
    except FormatError:
        return None  # kept without a key: every later reading of the case shows it as spoilt


def _front_of_entry(courier: Courier, item: Item, content_key: bytes) -> bytes:
    if front_size(item.prefix, item.size, content_key) == len(item.prefix):
        return item.prefix
    capability = recipients_capability(content_key)
    first = courier.channel(capability, None).items[:1]
    if not first or first[0].prefix != item.prefix:
        raise NoSlotError
    return fetch_front(courier, capability, first[0], content_key)


def _came_by_last_resort(header: Header, own: Own) -> bool:
    """Say whether an envelope has no slot for our weekly keys of its week, which are here."""
    weekly = own.weekly(header.until)
    try:
        find_content_key(header, weekly)
    except NoSlotError:
        return bool(weekly)
    return False


def _opens(key: bytes, item: Item) -> bool:
    try:
        check_mac(key, item.header())
    except FormatError:
        return False
    return True
