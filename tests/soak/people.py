"""The users of a server during a soak: they write, look and read on despite kills; a wrong answer ends the soak."""

from __future__ import annotations

import http.client
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dropbox.load_meter import MAX_MESSAGE_FACTOR
from keys.wire.envelope import LARGEST_POWER, SMALLEST_CLASS, prefix_size
from keys.wire.log import LogDigest, LogPage, log_cursor
from tests.bench.figures import WrongError
from tests.dropbox.postings import opaque_case, opaque_message
from tests.soak.ledger import Ledger, Letter, Talk, sha256

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

    from keys.wire.log import LogEntry
    from keys.wire.mailbox import MailboxEntry
    from keys.wire.posting import Posting
    from tests.dropbox.serving import Server
    from tests.organisation import Organisation

PAUSE = 0.4  # seconds, at most, between two acts of one person
RETRY = 0.1
STORED = 201
FOUND = 200
TEXTS = (1, 300, 12_000, 90_000)  # bytes
# Unusual sizes are rare, since they fill the disk.
SIZES = (SMALLEST_CLASS,) * 12 + (2 * SMALLEST_CLASS, 16 * SMALLEST_CLASS, LARGEST_POWER)
GIVEN_UP = 0.1  # the share of people who give up after a broken connection
REPEATED = 0.05
GONE = (OSError, http.client.HTTPException)  # what a client sees of a kill


@dataclass
class Person:
    """The common part of all users; `run` returns when `stop` is set."""

    server: Server
    organisation: Organisation
    ledger: Ledger
    stop: threading.Event
    done: int = 0
    _random: random.Random = field(default_factory=random.Random)

    def run(self) -> int:
        """Do one act after another and return their number; raise WrongError for a violated invariant."""
        while not self.stop.is_set():
            try:
                self.act()
            except GONE:
                self.stop.wait(RETRY)
            else:
                self.done += 1
                self.stop.wait(self._random.uniform(0, PAUSE))
        return self.done

    def act(self) -> None:
        """Do one act; raise one of GONE if the server was killed meanwhile."""
        raise NotImplementedError


class Writer(Person):
    """Sends reports, and messages and reports of random bytes; in most cases, repeats each until it is acknowledged."""

    def act(self) -> None:
        """Write one letter."""
        choice = self._random.random()
        talk = self.ledger.draw(self._random)
        until = self.organisation.until
        if talk is not None and choice < 0.4:
            capability = self._random.choice((talk.reporter, talk.recipients))
            posting = opaque_message(until, capability, self._random.choice(SIZES), work=MAX_MESSAGE_FACTOR)
            letter = Letter.of(posting)
            self.ledger.add(talk, letter)
        elif choice < 0.7:
            case = opaque_case(until, self._random.choice(SIZES))
            talk, posting, letter = Talk(case.reporter, case.recipients), case.posting, Letter.of(case.posting)
            self.ledger.begin(talk, letter)
        else:
            reported = self.organisation.report("x" * self._random.choice(TEXTS))
            posting, letter = reported.posting, Letter.of(reported.posting, reported.sealed.id)
            talk = Talk(reported.reporter, reported.writers)
            self.ledger.begin(talk, letter)
        self._deliver(posting, talk, letter)

    def _deliver(self, posting: Posting, talk: Talk, letter: Letter) -> None:
        raw = posting.encode()
        times = 2 if self._random.random() < REPEATED else 1
        while times:
            try:
                answer = self.server.post("/envelopes", raw)
            except GONE:
                if self._random.random() < GIVEN_UP or self.stop.wait(RETRY):
                    return
                continue
            if answer.status != STORED:
                raise WrongError(f"a posting was answered with {answer.status}")
            self.ledger.acknowledge(talk, letter)
            times -= 1


class Looker(Person):
    """Reads mailboxes, as reporter or recipient, and compares every byte."""

    def act(self) -> None:
        """Read one mailbox."""
        talk = self.ledger.draw(self._random)
        if talk is not None:
            check_talk(self.server, self.ledger, talk, self._random.choice((talk.reporter, talk.recipients)))


@dataclass
class LogReader(Person):
    """Reads the log by its cursor, only forwards; `seen` is every mac in order of arrival."""

    seen: list[bytes] = field(default_factory=list)
    digest: LogDigest | None = None

    def act(self) -> None:
        """Read on to the end."""
        for digest, entry in log_entries(self.server, self.organisation, len(self.seen), self.digest):
            check_envelope(entry, self.ledger.posted)
            self.seen.append(entry.header().mac)
            self.digest = digest


def log_entries(
    server: Server, organisation: Organisation, position: int = 0, digest: LogDigest | None = None
) -> Iterator[tuple[LogDigest, LogEntry]]:
    """Yield every entry after a position, with the digest after it; raise WrongError if the log has a gap."""
    digest, end = digest or LogDigest(organisation.fingerprint), False
    while not end:
        answer = server.get(f"/log?after={log_cursor(position, digest)}", organisation.log_capability)
        if answer.status != FOUND:
            raise WrongError(f"the log answers {answer.status}")
        page = LogPage.parse(answer.body)
        if page.check_follows(position, digest):
            raise WrongError("entries are missing")
        for digest, entry in zip(page.digests(), page.entries, strict=True):
            position += 1
            yield digest, entry
        end = page.end


def messages_of(server: Server, capability: bytes) -> Iterator[MailboxEntry]:
    """Yield every message of a mailbox."""
    after, more = 0, True
    while more:
        page = server.mailbox(capability, after)
        yield from page.entries
        after, more = after + len(page.entries), page.more


def check_envelope(entry: LogEntry | MailboxEntry, sent: dict[bytes, Letter]) -> Letter:
    """Return the letter of an entry; raise WrongError if there is none, or if it differs from what was sent."""
    header = entry.header()
    letter = sent.get(header.mac)
    if letter is None:
        raise WrongError("there is an envelope that nobody sent")
    start = entry.prefix[: prefix_size(header, entry.size)]
    if entry.size != letter.size or sha256(start) != letter.prefix_digest:
        raise WrongError("an envelope is not as it was sent")
    return letter


def check_talk(server: Server, ledger: Ledger, talk: Talk, capability: bytes) -> None:
    """Raise WrongError unless the mailbox contains, complete, all that was acknowledged before this read."""
    expected = ledger.acknowledged(talk)
    found: set[bytes] = set()
    for entry in messages_of(server, capability):
        letter = check_envelope(entry, talk.letters)
        if entry.number != len(found) + 1:
            raise WrongError(f"number {entry.number} stands where {len(found) + 1} belongs")
        if sha256(_whole(server, capability, entry)) != letter.digest:
            raise WrongError("the parts of an envelope are not as they were sent")
        found.add(letter.mac)
    if expected - found:
        raise WrongError(f"{len(expected - found)} acknowledged letters are not in their talk")


def _whole(server: Server, capability: bytes, entry: MailboxEntry) -> bytes:
    found, part = entry.prefix, 0
    while len(found) < entry.size:
        answer = server.get(f"/mailbox/{entry.number}/{part}", capability)
        if answer.status != FOUND:
            raise WrongError(f"part {part} of an envelope answers {answer.status}")
        found, part = found + answer.body, part + 1
    return found
