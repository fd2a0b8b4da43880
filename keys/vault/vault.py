"""A recipient's local store: one SQLite file, in which all secrets are wrapped."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import Connection, Engine, bindparam, create_engine, delete, event, insert, select, text
from sqlalchemy.exc import DatabaseError

from keys.errors import ExistsError, VaultError
from keys.vault import tables
from keys.vault.case_store import CaseStore
from keys.vault.countdown_store import CountdownStore, ReadingEndedStore
from keys.vault.destroyed import DestroyedCases
from keys.vault.log_index import LogIndex
from keys.vault.message_store import MessageStore
from keys.vault.outbox_store import OutboxStore
from keys.vault.own_bundles import OwnBundles
from keys.vault.part_store import PartStore
from keys.vault.sent_store import SentStore
from keys.vault.set_aside import SetAside
from keys.vault.sharing_store import SharingStore
from keys.vault.summary_cache import SummaryCache
from keys.vault.versions import CaseVersions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Executable, Result

    from keys.identity import Wrapper


# Built once: in a session, which asks many times, building a statement takes longer than executing it.
_SETTING = select(tables.setting.c.wrapped).where(tables.setting.c.name == bindparam("setting"))
_PUT_SETTING = insert(tables.setting).prefix_with("OR REPLACE")
_DROP_SETTING = delete(tables.setting).where(tables.setting.c.name == bindparam("setting"))

UNWRITTEN = "the disk is full, or the file is damaged or not ours to write"


class Vault:
    """An open vault, held by one process at a time and usable by several threads. Use it in a `with` statement."""

    def __init__(self, engine: Engine, lock: int, wrapper: Wrapper) -> None:
        """Take an engine and the lock's file descriptor; call `create` or `open` instead."""
        self._engine = engine
        self._lock = lock
        self._wrapper = wrapper
        self._connection: Connection = engine.connect()
        # A connection is for one thread at a time: the inbox reads while it fetches.
        self._turn = threading.RLock()
        self._depth = 0  # of nested transactions
        self.log = LogIndex(self._execute)
        self.versions = CaseVersions(self._execute)
        self.messages = MessageStore(self._execute, wrapper, self.versions)
        self.outbox = OutboxStore(self._execute, wrapper, self.versions)
        self.parts = PartStore(self._execute)
        self.sent = SentStore(self._execute, wrapper, self.parts)
        self.case_store = CaseStore(self.log, self.messages, self.outbox)
        self.summaries = SummaryCache(self._execute, wrapper)
        self.sharing = SharingStore(self._execute)
        self.set_aside = SetAside(self._execute)
        self.countdowns = CountdownStore(self._execute)
        self.reading_ended = ReadingEndedStore(self._execute)
        self.destroyed = DestroyedCases(self._execute, wrapper)
        self.bundles = OwnBundles(self._execute, wrapper)

    @classmethod
    def create(cls, path: Path, wrapper: Wrapper) -> Self:
        """Make a new vault of mode 0600; raise ExistsError if one exists."""
        if path.exists():
            raise ExistsError(str(path))
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        vault = cls(_engine(path), _lock(path), wrapper)
        tables.metadata.create_all(vault._connection)
        vault._execute(text(f"PRAGMA user_version = {tables.SCHEMA_VERSION}"))
        vault._connection.commit()
        return vault

    @classmethod
    def open(cls, path: Path, wrapper: Wrapper) -> Self:
        """Open a vault; raise VaultError if it does not exist, has another version, or another process has it."""
        if not path.exists():
            raise VaultError(f"no vault at {path}")
        lock = _lock(path)
        try:
            vault = cls(_engine(path), lock, wrapper)
            version = vault._execute(text("PRAGMA user_version")).scalar()
            # A process that was killed during a destruction may have left a copy in the journal.
            vault._overwrite_journal()
        except (DatabaseError, VaultError):
            os.close(lock)
            raise VaultError("not a vault") from None
        if version != tables.SCHEMA_VERSION:
            vault.close()
            raise VaultError("made by another version of the tool")
        return vault

    def __enter__(self) -> Self:
        """Return this vault."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the vault; roll back what was not committed."""
        self.close()

    def close(self) -> None:
        """Close the database and release the lock."""
        self._connection.close()
        self._engine.dispose()
        os.close(self._lock)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit all writes inside it together, or none; other threads wait.

        A nested transaction is part of the outermost one, which commits.
        """
        with self._turn:
            self._depth += 1
            try:
                yield
                if self._depth == 1:
                    self._connection.commit()
            except DatabaseError:
                self._connection.rollback()
                raise VaultError(UNWRITTEN) from None
            except BaseException:
                self._connection.rollback()
                raise
            finally:
                self._depth -= 1

    @contextmanager
    def destruction(self) -> Iterator[None]:
        """Commit a destruction at once, and leave no copy of the destroyed rows in the journal.

        It must not run inside a transaction, which needs its journal until the end.
        """
        with self._turn:
            assert self._depth == 0
            with self.transaction():
                yield
            self._overwrite_journal()

    def setting(self, name: str) -> bytes | None:
        """Return a setting, or None if it is not set."""
        wrapped = self._execute(_SETTING, {"setting": name}).scalar()
        return None if wrapped is None else self._wrapper.unwrap(f"setting {name}", wrapped)

    def put_setting(self, name: str, value: bytes) -> None:
        """Set or replace a setting."""
        row = {"name": name, "wrapped": self._wrapper.wrap(f"setting {name}", value)}
        self._execute(_PUT_SETTING, row)

    def drop_setting(self, name: str) -> None:
        """Forget a setting."""
        self._execute(_DROP_SETTING, {"setting": name})

    def copy(self) -> bytes:
        """Return the bytes of the whole vault file, to be wrapped."""
        with self._turn:
            driver = self._connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            return driver.serialize()

    def saved(self, mac: bytes) -> dict[int, bytes]:
        """Return the paths of an envelope's saved files, by their place in it."""
        query = select(tables.saved.c.file, tables.saved.c.wrapped).where(tables.saved.c.mac == mac)
        rows = self._execute(query)
        return {row.file: self._wrapper.unwrap(_saved(mac, row.file), row.wrapped) for row in rows}

    def note_saved(self, mac: bytes, file: int, path: bytes) -> None:
        """Store the latest path of a saved file of an envelope; a path need not be text."""
        row = {"mac": mac, "file": file, "wrapped": self._wrapper.wrap(_saved(mac, file), path)}
        self._execute(insert(tables.saved).prefix_with("OR REPLACE").values(row))

    def _execute(
        self, statement: Executable, values: Sequence[Mapping[str, Any]] | Mapping[str, Any] | None = None
    ) -> Result[Any]:
        """Execute a statement, once for each of its values if there are several, and return all rows.

        All rows are fetched at once, because another thread may write afterwards.
        """
        with self._turn:
            try:
                result = self._connection.execute(statement, values)
                return result.freeze()() if result.returns_rows else result
            except DatabaseError:
                # The exception's text would hold the values of the statement.
                raise VaultError(UNWRITTEN) from None

    def _overwrite_journal(self) -> None:
        """Overwrite the rollback journal, which still holds what the last transactions changed."""
        journal = Path(f"{self._engine.url.database}-journal")
        if not journal.exists():
            return
        with journal.open("r+b", buffering=0) as file:
            file.write(bytes(journal.stat().st_size))
            os.fsync(file.fileno())


def check_copy(copy: bytes) -> None:
    """Raise VaultError unless these bytes are a whole vault of this version."""
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.deserialize(copy)
            (found,) = connection.execute("PRAGMA integrity_check").fetchone()
            (version,) = connection.execute("PRAGMA user_version").fetchone()
        except sqlite3.Error:
            raise VaultError("not a vault") from None
    if found != "ok" or version != tables.SCHEMA_VERSION:
        raise VaultError("not a vault")


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: object) -> None:
        # No WAL: it would keep the pages with destroyed keys until its next checkpoint. The journal stays one file, to
        # be overwritten: a deleted journal leaves its blocks on the disk.
        for pragma in (
            "journal_mode = PERSIST",
            "temp_store = MEMORY",
            "synchronous = EXTRA",
            "secure_delete = ON",
            "foreign_keys = ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _saved(mac: bytes, file: int) -> str:
    return f"saved {mac.hex()} {file}"


def _lock(path: Path) -> int:
    descriptor = os.open(path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise VaultError("it is in use") from None
    return descriptor
