"""The session of the inbox: it locks itself when idle, syncs in the background, and posts when it is locked.

Locking ends a session at once for the browser. It posts in the background; the keys stay in memory for that, at most
`ENDING_SECONDS`.
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
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from keys.ceremony import SERVER, look, open_vault, unlock
from keys.errors import MeldbusError, NotJoinedError
from keys.inbox.kept import KeptForm, KeptForms
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
# The longest wait for the server after locking. Tor needs half a minute for each of the few entries.
ENDING_SECONDS = 300
MOST_READ = 100  # cases that a page recomputes during a long sync
MOST_SCREENS = 64  # pages of cases whose forms are still accepted
SEEN = "inbox seen"  # the day on which the inbox was opened last


class LockedOut(Exception):
    """The inbox is locked, or was locked during this request."""


@dataclass(frozen=True, slots=True)
class Screen:
    """A case as a page showed it: its forms answer these messages, and no later ones."""

    case: Case = field(repr=False)

    def shows(self, message_id: MessageId) -> bool:
        """Say whether a message was on the page."""
        return message_id in self.case.numbers


@dataclass(eq=False)
class _Lease:
    """An open vault with its keys; the last user to release it closes it."""

    recipient: RecipientSession
    users: int = 0
    endings: int = 0  # how many locked sessions are still posting


@dataclass(eq=False)
class Session:
    """The time from unlocking to locking."""

    lease: _Lease = field(repr=False)
    names: dict[CaseId, str] = field(default_factory=dict, repr=False)  # of cases in addresses, without meaning
    is_closed: bool = False
    notice: str = ""
    handed: tuple[str, str] | None = field(default=None, repr=False)  # an oral report's case, and its code
    kept: list[KeptForm] = field(default_factory=list, repr=False)  # forms that came while it was locked
    trouble: MeldbusError | None = None
    is_syncing: bool = False
    syncs: int = 0  # how many syncs may have brought something since unlocking
    seen: int = 0  # the day of the previous visit
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
        """The keys, the vault and the courier."""
        return self.lease.recipient

    def name(self, case: CaseId) -> str:
        """Return the name of a case in addresses until the inbox is locked."""
        return self.names.setdefault(case, secrets.token_urlsafe(9))

    def kept_of(self, case: CaseId | None, act: str = "") -> KeptForm | None:
        """Return the oldest kept form of a case, or of no case and for an action."""
        return next((form for form in self.kept if form.case == case and act in ("", form.act)), None)

    def drop_kept(self, case: CaseId | None, act: str) -> None:
        """Drop the oldest kept form of an action in a case: it was sent again."""
        done = self.kept_of(case, act)
        self.kept = [form for form in self.kept if form is not done]

    def find(self, name: str) -> CaseId | None:
        """Return the case with such a name."""
        return next((case for case, given in self.names.items() if given == name), None)

    def summaries(self) -> dict[CaseId, Summary]:
        """Return the summary of each case, as of the last change."""
        if self.recipient.is_restored:
            return {}  # a restored vault shows nothing before it has synced
        if self.is_syncing:
            return self.recipient.summaries(MOST_READ)  # the first results are shown first
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
        """Return the trust of the last sync."""
        if self._trust is None:
            self._trust = self.recipient.trust()
        return self._trust

    def deadlines(self, today: int, cases: Iterable[Summary], of: Callable[[Summary], Deadlines]) -> list[Deadlines]:
        """Return the deadlines of cases today, computed by `of`.

        Each keystroke of a search needs them, so they are cached, with one computation for all cases with the same
        relevant fields.
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
        """Recompute everything next time: there are changes, or the session ends."""
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
        """Return the page that a token names; None if it is too old."""
        return self._screens.get(token)

    @contextmanager
    def once(self, *form: object) -> Iterator[bool]:
        """Say whether a form, with its page's token, comes for the first time; after a failure it may come again."""
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
        """Stop a long task, by LockedOut, once the inbox is locked."""
        if self.is_closed:
            raise LockedOut

    def clear(self) -> None:
        """Clear all state."""
        self.forget()
        self.names, self.handed, self.notice, self.kept = {}, None, "", []
        self._screens.clear()


@dataclass(frozen=True, slots=True)
class Ended:
    """The result of posting at the end of a session: `sent`, or why it failed."""

    sent: Sent | None = None
    trouble: MeldbusError | None = None


class SessionHolder:
    """Holds the session; `clock` gives the day, `ticks` the seconds for the idle timer."""

    def __init__(
        self,
        home: Path,
        courier: Callable[[str], Courier],
        clock: Callable[[], dt.datetime],
        ticks: Callable[[], float] = time.monotonic,
        downloads: Path | None = None,
    ) -> None:
        """Start locked; files are saved below `downloads`, or below the home without it."""
        self.downloads = downloads or home
        self.home = home
        self.clock = clock
        self.ended: Ended | None = None  # the result of the last session
        self.kept = KeptForms()
        self._courier = courier
        self._ticks = ticks
        self._turn = threading.RLock()
        self._open: Session | None = None
        self._used = 0.0
        self._lease: _Lease | None = None  # holds the open vault, also after locking
        self._threads: list[threading.Thread] = []

    @property
    def is_locked(self) -> bool:
        """Say whether the inbox is locked; true after ten minutes without activity."""
        with self._turn:
            if self._open is not None and self._ticks() - self._used >= IDLE_SECONDS:
                self.lock()
            return self._open is None

    @property
    def is_ending(self) -> bool:
        """Say whether the last locked session is still posting."""
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
            else:  # the last locked session still has the vault
                lease.recipient.courier.deadline.set(math.inf)
            lease.users += 1  # for the session itself, until it is locked
            self._open = Session(lease, kept=self.kept.open(secret.vault_key))
            self._used = self._ticks()

    def lock(self) -> None:
        """Hide everything at once, and post the session's outbox in the background."""
        with self._turn:
            session, self._open = self._open, None
            if session is None:
                return
            session.is_closed = True
            self.kept.lock(session.names, session.kept)
            session.clear()
            self.ended = None
            session.lease.endings += 1
            session.recipient.courier.deadline.set(ENDING_SECONDS)
            thread = threading.Thread(target=self._end, args=(session.lease,), daemon=True, name="end")
            self._threads = [one for one in self._threads if one.is_alive()] + [thread]
            thread.start()

    def keep(self, form: KeptForm) -> None:
        """Keep a form that was filled in and rejected, until the inbox is unlocked again."""
        with self._turn:
            if self._open is None:
                self.kept.keep(form)
            elif form.is_filled:
                self._open.kept.append(replace(form, case=self._open.find(form.name)))

    def wait(self) -> None:
        """Wait until locked sessions have posted and the keys are gone: at most until the deadline."""
        for thread in self._threads:
            thread.join()

    @contextmanager
    def use(self, *, touch: bool = True) -> Iterator[Session]:
        """Use the session; `touch` counts as activity. Raises LockedOut."""
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
        """Sync in the background, unless a sync is running."""
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
        # The keys were Python objects: they go when nothing refers to them, and their bytes when memory is used again.
        gc.collect()
