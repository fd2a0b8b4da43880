"""The record of what was sent to a server and what it acknowledged, independent of the server."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keys.wire.envelope import Header, prefix_size

if TYPE_CHECKING:
    import random

    from keys.wire.posting import Posting


@dataclass(slots=True)
class Letter:
    """The digests of a posted envelope: a long soak sends more than fits in memory.

    `opens_to` is the id of the message in it, None if its content is random bytes.
    """

    mac: bytes
    size: int
    digest: bytes
    prefix_digest: bytes
    opens_to: bytes | None
    acknowledged: bool = False

    @classmethod
    def of(cls, posting: Posting, opens_to: bytes | None = None) -> Letter:
        """Record a posting before it is sent."""
        envelope = posting.envelope
        header = Header.parse(envelope)
        prefix = envelope[: prefix_size(header, len(envelope))]
        return cls(header.mac, len(envelope), sha256(envelope), sha256(prefix), opens_to)


@dataclass
class Talk:
    """A mailbox: its capabilities and its letters by mac, the one that opened it first."""

    reporter: bytes
    recipients: bytes
    letters: dict[bytes, Letter] = field(default_factory=dict)


@dataclass
class Ledger:
    """Every mailbox so far. Threads share it."""

    talks: list[Talk] = field(default_factory=list)
    posted: dict[bytes, Letter] = field(default_factory=dict)  # by mac, of all mailboxes
    _begun: list[Talk] = field(default_factory=list)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, talk: Talk, first: Letter) -> None:
        """Record a mailbox before its first letter is sent."""
        with self._turn:
            self.talks.append(talk)
            self.posted[first.mac] = talk.letters[first.mac] = first

    def add(self, talk: Talk, letter: Letter) -> None:
        """Record another letter before it is sent."""
        with self._turn:
            self.posted[letter.mac] = talk.letters[letter.mac] = letter

    def acknowledge(self, talk: Talk, letter: Letter) -> None:
        """Record that the server has answered "stored"."""
        with self._turn:
            letter.acknowledged = True
            if letter.mac == next(iter(talk.letters)):
                self._begun.append(talk)

    def draw(self, randomness: random.Random) -> Talk | None:
        """Return a random mailbox that the server has, with a preference for new ones; None if there is none yet."""
        with self._turn:
            if not self._begun:
                return None
            return randomness.choice(self._begun[-20:] if randomness.random() < 0.5 else self._begun)

    def acknowledged(self, talk: Talk) -> set[bytes]:
        """Return the macs of a mailbox that the server has acknowledged so far."""
        with self._turn:
            return {letter.mac for letter in talk.letters.values() if letter.acknowledged}

    def letters(self) -> list[Letter]:
        """Return every letter of every mailbox."""
        with self._turn:
            return [letter for talk in self.talks for letter in talk.letters.values()]


def sha256(raw: bytes) -> bytes:
    """Return the digest with which letters are compared."""
    return hashlib.sha256(raw).digest()
