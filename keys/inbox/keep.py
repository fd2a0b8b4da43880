"""The unlocked vault while somebody is at work: it locks itself when idle, and fetches while pages are read."""

from __future__ import annotations

import gc
import secrets
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keys.ceremony import SERVER, look, open_vault, unlock
from keys.errors import MeldbusError, NotJoinedError
from keys.sync import Desk, load_trust

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from keys.cases import Summary
    from keys.courier import Courier
    from keys.sync import Trust

IDLE_SECONDS = 600
MOST_READ = 100  # cases that a page reads anew while a long fetch is under way
SEEN = "inbox seen"  # the day on which the inbox was opened last


class LockedOut(Exception):
    """The inbox is locked, or was locked while this was under way."""


@dataclass(eq=False)
class Unlocked:
    """One time of being unlocked; whoever uses it holds it, and the last one to let go closes the vault."""

    desk: Desk
    names: dict[bytes, str] = field(default_factory=dict, repr=False)  # of cases in addresses: they tell nothing
    looked: set[bytes] = field(default_factory=set, repr=False)  # cases that we are not too near to
    _summaries: dict[bytes, Summary] | None = field(default=None, repr=False)
    _words: dict[bytes, str] | None = field(default=None, repr=False)
    _trust: Trust | None = field(default=None, repr=False)
    users: int = 0
    is_closed: bool = False
    notice: str = ""
    handed: tuple[str, str] | None = field(default=None, repr=False)  # a case written down, and its code
    trouble: MeldbusError | None = None
    is_fetching: bool = False
    fetched: int = 0  # how many times something may have come since it was unlocked
    seen: int = 0  # the day of the visit before

    def name(self, case: bytes) -> str:
        """Return what a case is called in addresses, until it is locked."""
        return self.names.setdefault(case, secrets.token_urlsafe(9))

    def summaries(self) -> dict[bytes, Summary]:
        """Return what a list shows of each case, as it was when something came last."""
        if self.desk.is_restored:
            return {}  # one from a backup shows nothing before it has fetched
        if self.is_fetching:
            return self.desk.summaries(MOST_READ)  # what comes first is shown first
        if self._summaries is None:
            self._summaries = self.desk.summaries()
        return self._summaries

    def words(self) -> dict[bytes, str]:
        """Return the words to search through."""
        if self._words is None:
            self.summaries()
            self._words = self.desk.words()
        return self._words

    def trust(self) -> Trust:
        """Return whom we trust."""
        if self._trust is None:
            self._trust = load_trust(self.desk.vault)
        return self._trust

    def forget(self) -> None:
        """Read everything anew the next time: something has come, or is to be left behind."""
        self._summaries = self._words = self._trust = None

    def find(self, name: str) -> bytes | None:
        """Return the case of such a name."""
        return next((case for case, given in self.names.items() if given == name), None)


class Keep:
    """What holds the keys; `clock` says what day it is, `ticks` counts seconds for being idle."""

    def __init__(
        self,
        home: Path,
        courier: Callable[[str], Courier],
        clock: Callable[[], dt.datetime],
        ticks: Callable[[], float] = time.monotonic,
        downloads: Path | None = None,
    ) -> None:
        """Begin locked; files are saved below `downloads`, which is the home where nothing else is said."""
        self.downloads = downloads or home
        self.home = home
        self.clock = clock
        self._courier = courier
        self._ticks = ticks
        self._turn = threading.RLock()
        self._open: Unlocked | None = None
        self._used = 0.0

    @property
    def is_locked(self) -> bool:
        """Whether nothing can be read; true as soon as nobody was there for ten minutes."""
        with self._turn:
            if self._open is not None and self._ticks() - self._used >= IDLE_SECONDS:
                self.lock()
            return self._open is None

    def check(self, passphrase: str) -> None:
        """Raise PassphraseError unless this is the passphrase; it touches no case."""
        unlock(self.home, passphrase)

    def unlock(self, passphrase: str) -> None:
        """Open the vault; raise PassphraseError, VaultError when another program has it, or NotJoinedError."""
        secret = unlock(self.home, passphrase)
        with self._turn:
            self.lock()
            vault = open_vault(self.home, secret)
            server = vault.setting(SERVER)
            if server is None:
                vault.close()
                raise NotJoinedError
            self._open = Unlocked(Desk(secret, vault, self._courier(server.decode("utf-8")), self.clock))
            self._used = self._ticks()

    def lock(self) -> None:
        """Let go of the keys: at once, or as soon as what is under way has ended."""
        with self._turn:
            if self._open is not None:
                self._open.is_closed = True
                self._close_if_unused(self._open)
            self._open = None
        # The keys were Python's objects: they go when nothing names them, and their bytes when memory is used again.
        gc.collect()

    @contextmanager
    def use(self, *, touch: bool = True) -> Iterator[Unlocked]:
        """Hold what is unlocked; `touch` says that somebody is there. Raises LockedOut."""
        with self._turn:
            if self.is_locked or self._open is None:
                raise LockedOut
            held = self._open
            held.users += 1
            if touch:
                self._used = self._ticks()
        try:
            yield held
        finally:
            with self._turn:
                held.users -= 1
                self._close_if_unused(held)

    def fetch(self) -> None:
        """Fetch what is new, beside the pages; nothing happens where that is under way."""
        with self.use() as held:
            if held.is_fetching:
                return
            held.is_fetching = True
            held.users += 1
        threading.Thread(target=self._fetch, args=(held,), daemon=True, name="fetch").start()

    def _fetch(self, held: Unlocked) -> None:
        def goes_on(_done: int, _all: int) -> None:
            if held.is_closed:
                raise LockedOut

        try:
            held.desk.sync(goes_on)
            look(self.home, held.desk.courier)
            held.desk.summaries()
            held.trouble = None
        except LockedOut:
            pass
        except MeldbusError as error:
            held.trouble = error
        finally:
            with self._turn:
                held.forget()
                held.is_fetching = False
                held.fetched += 1
                held.users -= 1
                self._close_if_unused(held)

    def _close_if_unused(self, held: Unlocked) -> None:
        if held.is_closed and held.users == 0:
            held.desk.vault.close()
            held.forget()
            held.names, held.handed = {}, None
