"""Pages of the log and of a mailbox, SPEC 10 and 11: forked, with gaps, repeated, withheld, cut."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from keys.wire.envelope import Header, padded_size, prefix_size, stream_size
from keys.wire.log import (
    LOG_PAGE_SIZE,
    LOG_PAGE_START,
    LogDigest,
    LogEntry,
    LogPage,
    ShortEntry,
    log_prefix_size,
)
from keys.wire.mailbox import PAGE_SIZE, MailboxEntry
from keys.wire.sizes import ITEM_COUNT_SIZE, POSITION_SIZE
from tests.vectors.generator.people import TODAY, seed
from tests.vectors.generator.scenario import ACCEPTED, FORK, MALFORMED, UNSUPPORTED, Made, Subject
from tests.vectors.generator.sealer import UNTIL, report

if TYPE_CHECKING:
    from collections.abc import Callable

LOG = Subject("log")
MAILBOX = Subject("mailbox")

_BEFORE = LogDigest(seed("digest of the log"))
_ROOT = LogDigest(seed("id of root version 1"))
_AT = 12  # how far the reader has read
_VERSION_AT = LOG_PAGE_START + 12 + 7
_LARGE = padded_size(600_000)


@cache
def _sealed() -> bytes:
    return report().seal()


def _entry(day: int = TODAY, mac: bytes = b"", until: int = UNTIL) -> LogEntry:
    """Return an entry; one with another mac or `until` opens for nobody, which a page does not tell."""
    raw = _sealed()
    header = Header.parse(raw)
    start = Header.of(until, header.slots, header.content, mac or header.mac)
    changed = start.encode() + raw[header.size :]
    return LogEntry(day, len(raw), changed[: log_prefix_size(header, len(raw))])


def _large() -> LogEntry:
    """Return an entry whose prefix is cut after its fifth chunk; the chunks are zeros, which git packs."""
    header = Header.parse(_sealed())
    size = header.size + stream_size(_LARGE)
    return LogEntry(TODAY, size, header.encode() + bytes(log_prefix_size(header, size) - header.size))


def _page(*entries: LogEntry, first: int = _AT + 1, before: LogDigest = _BEFORE, end: bool = True) -> LogPage[LogEntry]:
    return LogPage(first, before, TODAY, end, entries)


def _short(*entries: LogEntry) -> LogPage[ShortEntry]:
    return LogPage(_AT + 1, _BEFORE, TODAY, end=True, entries=tuple(entry.short() for entry in entries))


def _asked(position: int = _AT, digest: LogDigest = _BEFORE, *, short: bool = False) -> dict[str, str]:
    return {"short": str(int(short)), "position": str(position), "digest": digest.hex()}


def _read(
    title: str,
    comment: str,
    make: Callable[[], LogPage[LogEntry] | LogPage[ShortEntry]],
    position: int = _AT,
    digest: LogDigest = _BEFORE,
    misdated: str = "",
) -> None:
    def made() -> Made:
        page = make()
        fields = _asked(position, digest, short=any(isinstance(entry, ShortEntry) for entry in page.entries))
        fields |= {"first": str(page.first), "ended": str(page.first - position - 1), "end": str(int(page.end))}
        if page.entries:
            fields["digests"] = " ".join(digest.hex() for digest in page.digests())
        if misdated:
            fields["misdated"] = misdated
        return page.encode(), fields

    LOG.add(title, ACCEPTED, comment, made)


def _refuse(
    title: str,
    comment: str,
    make: Callable[[], bytes],
    expect: str = MALFORMED,
    asked: dict[str, str] | None = None,
) -> None:
    LOG.add(title, expect, comment, lambda: (make(), asked or _asked()))


_read("of no entries", "the log goes no further", _page)
_read(
    "of three entries",
    "each digest takes in the one before it",
    lambda: _page(*(_entry(mac=seed(f"mac {at}")) for at in range(3))),
)
_read(
    "of three short entries",
    "the same digests, without the envelopes",
    lambda: _short(*(_entry(mac=seed(f"mac {at}")) for at in range(3))),
)
_read("of a large entry", "header and five chunks: any head ends in them", lambda: _page(_large()))
_read(
    "from the beginning",
    "the digest before position 1 is the id of root version 1",
    lambda: _page(_entry(), first=1, before=_ROOT),
    0,
    _ROOT,
)
_read("with more to come", "the next look goes on after the last multiple of 64", lambda: _page(_entry(), end=False))
_read("with an entry repeated", "a message whose id is here already changes nothing", lambda: _page(_entry(), _entry()))
_read(
    "after a gap of entries that have ended",
    "a tool was away for 13 months: the digest before the first that is left is given",
    lambda: _page(_entry(), first=_AT + 30, before=LogDigest(seed("a later digest"))),
)
_read(
    "of no entries after a gap",
    "all have ended: the tool goes on from the last digest",
    lambda: _page(first=_AT + 30, before=LogDigest(seed("a later digest"))),
)
_read(
    "with an entry after its until",
    "it was withheld until its keys were gone, or is a replay: an alarm on the server, and no stop",
    lambda: _page(_entry(), _entry(mac=seed("late mac"), until=TODAY - 1)),
    misdated=str(_AT + 2),
)
_read(
    "with an until 30 days after its day",
    "no honest server took it on this day",
    lambda: _page(_entry(until=TODAY + 30), _entry(mac=seed("in time"), until=TODAY + 29)),
    misdated=str(_AT + 1),
)
_read("with an entry of its last day", "the day itself is right", lambda: _page(_entry(until=TODAY)))

_refuse(
    "forked before its first entry",
    "the server's log is another one than the reader has read",
    lambda: _page(_entry(), before=LogDigest(seed("another digest"))).encode(),
    FORK,
)
_refuse(
    "forked at the beginning",
    "a log of another root",
    lambda: _page(_entry(), first=1, before=LogDigest(seed("another root"))).encode(),
    FORK,
    _asked(0, _ROOT),
)
_refuse(
    "forked where nothing is new",
    "an empty page tells it, too",
    lambda: _page(before=LogDigest(seed("another digest"))).encode(),
    FORK,
)
_refuse(
    "that begins at the last entry read",
    "the same entry again would go on for ever",
    lambda: _page(_entry(), first=_AT).encode(),
)
_refuse(
    "that begins at 1 again", "entries that were read are not read again", lambda: _page(_entry(), first=1).encode()
)
_refuse("that begins at 0", "positions count from 1", lambda: _page(_entry(), first=0).encode(), asked=_asked(0, _ROOT))
_refuse("beyond an i64", "no database counts so far", lambda: _page(_entry(), first=2**63 - 1).encode())
_refuse("of no entries that is not the end", "a reader would ask for ever", lambda: _page(end=False).encode())


def _patched(raw: bytes, at: int, new: bytes) -> bytes:
    return raw[:at] + new + raw[at + len(new) :]


_END_AT = POSITION_SIZE + 32 + 4
_COUNT_AT = _END_AT + 1
_refuse("with an end of 2", "0 or 1", lambda: _patched(_page(_entry()).encode(), _END_AT, b"\x02"))
_refuse(
    "with an entry that is not there",
    "a count too high",
    lambda: _patched(_page(_entry()).encode(), _COUNT_AT, b"\0\x02"),
)
_refuse(
    "with an entry that nobody counts",
    "a count too low",
    lambda: _patched(_page(_entry()).encode(), _COUNT_AT, b"\0\0"),
)
_refuse(
    "with 65535 entries that are not there",
    "they have to be there",
    lambda: _patched(_page().encode(), _COUNT_AT, b"\xff\xff"),
)
_refuse("with its last entry cut", "a prefix has one length", lambda: _page(_entry(), _entry()).encode()[:-1])
_refuse("with a byte after its last entry", "nothing follows", lambda: _page(_entry()).encode() + b"\0")
_refuse("cut in its start", "47 bytes come first", lambda: _page().encode()[:-1])
_refuse("of nothing", "no bytes", lambda: b"")
_refuse("cut in a header", "its slots are not all there", lambda: _page(_entry()).encode()[: LOG_PAGE_START + 5000])
_refuse(
    "cut in a day",
    "an entry begins with a day and a size",
    lambda: _patched(_page().encode(), _COUNT_AT, b"\0\x01") + b"\0\0",
)
_refuse(
    "with an entry of no class",
    "its size says how long its prefix is",
    lambda: _page(replace(_entry(), size=12345)).encode(),
)
_refuse("of more than 4 MiB", "a page has a limit", lambda: _page(_entry()).encode().ljust(LOG_PAGE_SIZE + 1, b"\0"))
_refuse(
    "with an entry of version 2",
    "a tool says 'update', and its cursor stays",
    lambda: _patched(_page(_entry()).encode(), _VERSION_AT, b"\x02"),
    UNSUPPORTED,
)
_refuse(
    "with a short entry cut", "each has 108 bytes", lambda: _short(_entry()).encode()[:-1], asked=_asked(short=True)
)
_refuse(
    "with a short entry that is not there",
    "a count too high",
    lambda: _patched(_short(_entry()).encode(), _COUNT_AT, b"\0\x02"),
    asked=_asked(short=True),
)
_refuse(
    "of whole entries where short ones were asked for",
    "they do not end where 108 bytes do",
    lambda: _page(_entry()).encode(),
    asked=_asked(short=True),
)
_refuse(
    "of short entries where whole ones were asked for",
    "there is no header",
    lambda: _short(_entry()).encode(),
)


def _message(number: int, longer: int = 0) -> MailboxEntry:
    raw = _sealed()
    return MailboxEntry(number, TODAY, len(raw) + longer, raw[: prefix_size(Header.parse(raw), len(raw))])


def _filled(*entries: MailboxEntry, counted: int | None = None, more: int = 0, size: int = PAGE_SIZE) -> bytes:
    """Return a page filled up with zeros, which git packs; a server takes random bytes."""
    number = len(entries) if counted is None else counted
    content = bytes([more]) + number.to_bytes(ITEM_COUNT_SIZE, "big") + b"".join(entry.encode() for entry in entries)
    return content.ljust(size, b"\0")[:size]


def _look(title: str, comment: str, after: int, count: int, more: int = 0) -> None:
    def made() -> Made:
        entries = [_message(after + 1 + at) for at in range(count)]
        macs = {"macs": " ".join(entry.header().mac.hex() for entry in entries)} if entries else {}
        return _filled(*entries, more=more), {"after": str(after), "more": str(more)} | macs

    MAILBOX.add(title, ACCEPTED, comment, made)


def _no_look(title: str, comment: str, make: Callable[[], bytes], after: int = 0, expect: str = MALFORMED) -> None:
    MAILBOX.add(title, expect, comment, lambda: (make(), {"after": str(after)}))


_look("of no messages", "nothing is new; `macs` is left out", 7, 0)
_look("of two messages", "numbers go up by one from the one asked for", 3, 2)
_look("with more to come", "the next look goes on after the last number", 0, 1, more=1)
_no_look("a byte short", "a page has one size", lambda: _filled(size=PAGE_SIZE - 1))
_no_look("a byte long", "a page has one size", lambda: _filled(size=PAGE_SIZE + 1))
_no_look("with more of 2", "0 or 1", lambda: _filled(more=2))
_no_look("of no messages with more to come", "a page would ask for ever", lambda: _filled(more=1))
_no_look("with a message left out", "3 is followed by 4", lambda: _filled(_message(3), _message(5)), 2)
_no_look("with a message twice", "one number, one message", lambda: _filled(_message(1), _message(1)))
_no_look("with messages exchanged", "a mailbox has one order", lambda: _filled(_message(2), _message(1)))
_no_look("that begins again", "what was read is not read again", lambda: _filled(_message(1)), 4)
_no_look("that begins too late", "the message before it is kept back", lambda: _filled(_message(6)), 4)
_no_look("beyond an i64", "no database counts so far", lambda: _filled(_message(2**63)), 2**63 - 1)
_no_look("with a message that is not there", "filling is no message", lambda: _filled(_message(1), counted=2))
_no_look("with 65535 messages that are not there", "filling is no message", lambda: _filled(counted=65535))
_no_look(
    "with a message of no class", "its size says where the next one begins", lambda: _filled(_message(1, longer=1))
)
_no_look("with its last message cut", "six do not fit", lambda: _filled(*(_message(at) for at in range(1, 7))))
_no_look(
    "with a message of version 2",
    "a page says 'reload'",
    lambda: _patched(_filled(_message(1)), 3 + 20 + 7, b"\x02"),
    expect=UNSUPPORTED,
)
