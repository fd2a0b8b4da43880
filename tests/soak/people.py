"""Those who use a server during a soak: they write, look and read on, come what may; a wrong answer ends the soak."""

from __future__ import annotations

import http.client
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dropbox.load_meter import MAX_MESSAGE_FACTOR
from keys.wire.envelope import LARGEST_POWER, SMALLEST_CLASS
from tests.bench.figures import WrongError
from tests.dropbox.postings import opaque_case, opaque_message
from tests.soak.ledger import Ledger, Letter, Talk, sha256

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

    from keys.wire.exchange import Item
    from keys.wire.posting import Posting
    from tests.dropbox.serving import Server
    from tests.organisation import Organisation

PAUSE = 0.4  # seconds, at most, between two things that one person does
RETRY = 0.1
STORED = 201
FOUND = 200
TEXTS = (1, 300, 12_000, 90_000)  # bytes
# What is no text of ordinary length: seldom, since it fills the disk.
SIZES = (SMALLEST_CLASS,) * 12 + (2 * SMALLEST_CLASS, 16 * SMALLEST_CLASS, LARGEST_POWER)
GIVEN_UP = 0.1  # of those who see a connection break
REPEATED = 0.05
GONE = (OSError, http.client.HTTPException)  # what somebody connected sees of a kill


@dataclass
class Person:
    """What all of them share; `run` returns when `stop` is set."""

    server: Server
    organisation: Organisation
    ledger: Ledger
    stop: threading.Event
    done: int = 0
    _random: random.Random = field(default_factory=random.Random)

    def run(self) -> int:
        """Do one thing after another and return how many were done; raise WrongError for what must not be."""
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
        """Do one thing; raise one of GONE when the server was gone meanwhile."""
        raise NotImplementedError


class Writer(Person):
    """Reports, sends what looks alike, and writes in talks; sends the same again until it is acknowledged, mostly."""

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
    """Looks into talks, as reporter or recipient, and compares every byte."""

    def act(self) -> None:
        """Look once."""
        talk = self.ledger.draw(self._random)
        if talk is not None:
            check_talk(self.server, self.ledger, talk, self._random.choice((talk.reporter, talk.recipients)))


@dataclass
class FeedReader(Person):
    """Reads the feed by its cursor, only ever onwards; `seen` is every mac in the order in which it came."""

    seen: list[bytes] = field(default_factory=list)
    after: str | None = None

    def act(self) -> None:
        """Read on to the end."""
        for item in items(self.server, "/feed", self.organisation.log_capability, self.after):
            check_item(item, len(self.seen) + 1, self.ledger.entries)
            self.seen.append(item.header().mac)
            self.after = item.cursor()


def items(server: Server, path: str, capability: bytes, after: str | None = None) -> Iterator[Item]:
    """Yield every item behind a cursor."""
    more = True
    while more:
        page = server.look(path, capability, after)
        yield from page.items
        more = page.more
        after = page.items[-1].cursor() if page.items else after


def check_item(item: Item, position: int, sent: dict[bytes, Letter]) -> Letter:
    """Return the letter that an item is; raise WrongError when it is none, at another place, or not as it was sent."""
    letter = sent.get(item.header().mac)
    if letter is None:
        raise WrongError("there is an envelope that nobody sent")
    if item.position != position:
        raise WrongError(f"position {item.position} stands where {position} belongs")
    if item.size != letter.size or sha256(item.prefix) != letter.prefix_digest:
        raise WrongError("an envelope is not as it was sent")
    return letter


def check_talk(server: Server, ledger: Ledger, talk: Talk, capability: bytes) -> None:
    """Raise WrongError unless the talk holds, whole, all that was acknowledged before this look."""
    expected = ledger.acknowledged(talk)
    found: set[bytes] = set()
    for item in items(server, "/channel", capability):
        letter = check_item(item, len(found) + 1, talk.letters)
        if sha256(_whole(server, capability, item)) != letter.digest:
            raise WrongError("the parts of an envelope are not as they were sent")
        found.add(letter.mac)
    if expected - found:
        raise WrongError(f"{len(expected - found)} acknowledged letters are not in their talk")


def _whole(server: Server, capability: bytes, item: Item) -> bytes:
    found, part = item.prefix, 0
    while len(found) < item.size:
        answer = server.get(f"/channel/{item.position}/{part}", capability)
        if answer.status != FOUND:
            raise WrongError(f"part {part} of an envelope answers {answer.status}")
        found, part = found + answer.body, part + 1
    return found
