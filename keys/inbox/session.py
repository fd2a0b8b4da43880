"""The session of the inbox: it locks itself when idle, syncs in the background, and posts when it is locked.

Locking ends a session at once for the browser. What the session posts goes out in the background; the keys stay in
memory for that, and no longer than `ENDING_SECONDS`.
"""

from __future__ import annotations

import gc
import hashlib
import math
import secrets
import threading
import time
from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keys.ceremony import SERVER, look, open_vault, unlock
from keys.errors import MeldbusError, NotJoinedError
from keys.sync import RecipientSession

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from keys.cases import Case, Deadlines, Summary
    from keys.courier import Courier
    from keys.identity import KeyFile
    from keys.sync import Sent, Trust
    from keys.wire.ids import CaseId, MessageId

IDLE_SECONDS = 600
# The server is waited for at most so long after locking. Tor needs half a minute for each of the few entries.
ENDING_SECONDS = 300
MOST_READ = 100  # cases that a page reads anew during a long sync
MOST_SCREENS = 64  # pages of cases that somebody can still answer
SEEN = "inbox seen"  # the day on which the inbox was opened last


class LockedOut(Exception):
    """The inbox is locked, or was locked during this request."""


@dataclass(frozen=True, slots=True)
class Screen:
    """A case as a page showed it: what is written there answers this, and nothing that came later."""

    case: Case = field(repr=False)

    def shows(self, message_id: MessageId) -> bool:
        """Say whether a message stood on the page."""
        return message_id in self.case.numbers


@dataclass(eq=False)
class _Lease:
    """An open vault with its keys; the last to let go of it closes it."""

    recipient: RecipientSession
    users: int = 0
    endings: int = 0  # how many sessions that were locked are still posting


@dataclass(eq=False)
class Session:
    """The time from unlocking to locking."""

    lease: _Lease = field(repr=False)
    names: dict[CaseId, str] = field(default_factory=dict, repr=False)  # of cases in addresses: they tell nothing
    is_closed: bool = False
    notice: str = ""
    handed: tuple[str, str] | None = field(default=None, repr=False)  # a case written down, and its code
    trouble: MeldbusError | None = None
    is_syncing: bool = False
    syncs: int = 0  # how often something may have come since it was unlocked
    seen: int = 0  # the day of the visit before
    _screens: OrderedDict[str, Screen] = field(default_factory=OrderedDict, repr=False)
    _written: set[bytes] = field(default_factory=set, repr=False)
    _summaries: dict[CaseId, Summary] | None = field(default=None, repr=False)
    _words: dict[CaseId, str] | None = field(default=None, repr=False)
    _deadlines: dict[tuple[object, ...], Deadlines] = field(default_factory=dict, repr=False)
    _deadlines_of: int = -1
    _trust: Trust | None = field(default=None, repr=False)
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def recipient(self) -> RecipientSession:
        """The keys, the vault and the way to the server."""
        return self.lease.recipient

    def name(self, case: CaseId) -> str:
        """Return what a case is called in addresses until the inbox is locked."""
        return self.names.setdefault(case, secrets.token_urlsafe(9))

    def find(self, name: str) -> CaseId | None:
        """Return the case of such a name."""
        return next((case for case, given in self.names.items() if given == name), None)

    def summaries(self) -> dict[CaseId, Summary]:
        """Return what a list shows of each case, as it was when something came last."""
        if self.recipient.is_restored:
            return {}  # a vault from a backup shows nothing before it has synced
        if self.is_syncing:
            return self.recipient.summaries(MOST_READ)  # what comes first is shown first
        if self._summaries is None:
            self._summaries = self.recipient.summaries()
        return self._summaries

    def words(self) -> dict[CaseId, str]:
        """Return the words to search through."""
        if self._words is None:
            self.summaries()
            self._words = self.recipient.words()
        return self._words

    def trust(self) -> Trust:
        """Return the chain as last synced."""
        if self._trust is None:
            self._trust = self.recipient.trust()
        return self._trust

    def deadlines(self, today: int, cases: Iterable[Summary], of: Callable[[Summary], Deadlines]) -> list[Deadlines]:
        """Return what is due in cases today, by `of`.

        Each keystroke of a search asks, so it is computed once; and once for all cases that are alike in what counts.
        """
        if self._deadlines_of != today:
            self._deadlines, self._deadlines_of = {}, today
        found = []
        for one in cases:
            alike = (one.state, one.happened, one.topic, one.told, one.checked, one.last_day)
            due = self._deadlines.get(alike)
            if due is None:
                due = self._deadlines[alike] = of(one)
            found.append(due)
        return found

    def forget(self) -> None:
        """Read everything anew the next time: something has come, or is to be left behind."""
        self._summaries = self._words = self._trust = None
        self._deadlines = {}

    def show(self, case: Case) -> str:
        """Remember that a page shows a case, and return the token by which its forms name that page."""
        token = secrets.token_urlsafe(9)
        with self._turn:
            self._screens[token] = Screen(case)
            while len(self._screens) > MOST_SCREENS:
                self._screens.popitem(last=False)
        return token

    def screen(self, token: str) -> Screen | None:
        """Return the page that a token names; None where it is too old."""
        return self._screens.get(token)

    @contextmanager
    def once(self, *form: object) -> Iterator[bool]:
        """Say whether a form, with the token of its page, comes for the first time; one that fails may come again."""
        digest = hashlib.sha256(repr(form).encode("utf-8", "replace")).digest()
        with self._turn:
            is_first = digest not in self._written
            self._written.add(digest)
        try:
            yield is_first
        except BaseException:
            self._written.discard(digest)
            raise

    def goes_on(self, _done: int, _all: int) -> None:
        """End what takes long, by LockedOut, once the inbox is locked."""
        if self.is_closed:
            raise LockedOut

    def clear(self) -> None:
        """Leave nothing behind."""
        self.forget()
        self.names, self.handed, self.notice = {}, None, ""
        self._screens.clear()


@dataclass(frozen=True, slots=True)
class Ended:
    """How the posting at the end of a session went: `sent`, or why it did not go."""

    sent: Sent | None = None
    trouble: MeldbusError | None = None


class SessionHolder:
    """Holds the session; `clock` says what day it is, `ticks` counts seconds for being idle."""

    def __init__(
        self,
        home: Path,
        courier: Callable[[str], Courier],
        clock: Callable[[], dt.datetime],
        ticks: Callable[[], float] = time.monotonic,
        downloads: Path | None = None,
    ) -> None:
        """Begin locked; files are saved below `downloads`, or below the home without it."""
        self.downloads = downloads or home
        self.home = home
        self.clock = clock
        self.ended: Ended | None = None  # how the last session ended
        self._courier = courier
        self._ticks = ticks
        self._turn = threading.RLock()
        self._open: Session | None = None
        self._used = 0.0
        self._lease: _Lease | None = None  # what has the vault open, also after locking
        self._threads: list[threading.Thread] = []

    @property
    def is_locked(self) -> bool:
        """Say whether nothing can be read; true as soon as nobody was there for ten minutes."""
        with self._turn:
            if self._open is not None and self._ticks() - self._used >= IDLE_SECONDS:
                self.lock()
            return self._open is None

    @property
    def is_ending(self) -> bool:
        """Say whether the session that was locked last is still posting."""
        return self._lease is not None and self._lease.endings > 0

    def check(self, passphrase: str) -> None:
        """Raise PassphraseError unless this is the passphrase; it touches no case."""
        unlock(self.home, passphrase)

    def unlock(self, passphrase: str) -> None:
        """Open the vault; raise PassphraseError, VaultError when another program has it, or NotJoinedError."""
        secret = unlock(self.home, passphrase)
        with self._turn:
            self.lock()
            lease = self._lease
            if lease is None:
                lease = self._lease = self._opened(secret)
            else:  # what was locked last still has the vault
                lease.recipient.courier.deadline.set(math.inf)
            lease.users += 1  # the session's own, until it is locked
            self._open = Session(lease)
            self._used = self._ticks()

    def lock(self) -> None:
        """Show nothing any more at once, and post in the background what the session has to post."""
        with self._turn:
            session, self._open = self._open, None
            if session is None:
                return
            session.is_closed = True
            session.clear()
            self.ended = None
            session.lease.endings += 1
            session.recipient.courier.deadline.set(ENDING_SECONDS)
            thread = threading.Thread(target=self._end, args=(session.lease,), daemon=True, name="end")
            self._threads = [one for one in self._threads if one.is_alive()] + [thread]
            thread.start()

    def wait(self) -> None:
        """Wait until what was locked has posted and the keys are gone: at most until the deadline."""
        for thread in self._threads:
            thread.join()

    @contextmanager
    def use(self, *, touch: bool = True) -> Iterator[Session]:
        """Hold the session; `touch` says that somebody is there. Raises LockedOut."""
        with self._turn:
            if self.is_locked or self._open is None:
                raise LockedOut
            session = self._open
            session.lease.users += 1
            if touch:
                self._used = self._ticks()
        try:
            yield session
        finally:
            self._let_go(session.lease)

    def sync(self) -> None:
        """Sync in the background; nothing happens where that is under way."""
        with self.use() as session:
            with self._turn:
                if session.is_syncing:
                    return
                session.is_syncing = True
                session.lease.users += 1
            threading.Thread(target=self._sync, args=(session,), daemon=True, name="sync").start()

    def _sync(self, session: Session) -> None:
        try:
            session.recipient.sync(session.goes_on)
            look(self.home, session.recipient.courier)
            session.recipient.summaries()
            session.trouble = None
        except LockedOut:
            pass
        except MeldbusError as error:
            session.trouble = error
        finally:
            session.forget()
            session.is_syncing = False
            session.syncs += 1
            self._let_go(session.lease)

    def _end(self, lease: _Lease) -> None:
        ended = Ended()
        try:
            ended = Ended(lease.recipient.end())
        except MeldbusError as error:
            ended = Ended(trouble=error)
        finally:
            with self._turn:
                lease.endings -= 1
                self.ended = ended
            self._let_go(lease)

    def _opened(self, secret: KeyFile) -> _Lease:
        vault = open_vault(self.home, secret)
        server = vault.setting(SERVER)
        if server is None:
            vault.close()
            raise NotJoinedError
        return _Lease(RecipientSession(secret, vault, self._courier(server.decode("utf-8")), self.clock))

    def _let_go(self, lease: _Lease) -> None:
        with self._turn:
            lease.users -= 1
            if lease.users > 0:
                return
            lease.recipient.vault.close()
            lease.recipient, self._lease = None, None  # type: ignore[assignment]
        # The keys were Python's objects: they go when nothing names them, and their bytes when memory is used again.
        gc.collect()
