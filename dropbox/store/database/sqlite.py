"""The SQLite file: opening, one writer at a time, and copying."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, Integer, create_engine, event, insert, literal_column, select
from sqlalchemy.exc import DBAPIError

from dropbox.store import tables
from dropbox.store.errors import FullError, SchemaError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy.pool import ConnectionPoolEntry

READERS = 4  # connections for each process; others wait, since each costs memory
CACHE_KIB = 512  # for each connection: the kernel caches the file anyway
DAY_SECONDS = 86_400
CHECKPOINT_PAUSE = 0.2  # seconds
JOURNAL_LIMIT = 64 * 1024 * 1024  # bytes of WAL kept after a burst
# These mean that there is no room, or that a disk fails. Nothing was written then.
_FULL_CODES = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
_USED = literal_column(
    "(SELECT (page_count - freelist_count) * page_size"
    " FROM pragma_page_count, pragma_freelist_count, pragma_page_size)",
    Integer,
).label("used")
_SCHEMA = select(tables.schema.c.number)
_PRIMARY_CODE = 0xFF  # of an extended error code


class Database:
    """Connections of the readers and the only writer in this process; other processes have their own."""

    def __init__(self, path: Path, max_bytes: int) -> None:
        """Prepare to open `path`; it is opened on the first read or write."""
        self.path = path
        self.max_bytes = max_bytes
        self._engine = _engine(path, max_bytes)
        self._thread_turn = threading.Lock()
        self._lock_path = path.with_name("writing.lock")
        self._files = (str(path), f"{path}-wal", f"{path}-shm", str(self._lock_path))
        # The number of used bytes, as a column for another query.
        self.used_column = _USED

    def create(self) -> None:
        """Create the tables, unless they exist."""
        with self.turn(), self.writing() as connection:
            tables.metadata.create_all(connection)
            if connection.execute(_SCHEMA).first() is None:
                connection.execute(insert(tables.schema), {"number": tables.SCHEMA})

    def check_schema(self) -> None:
        """Raise SchemaError unless the tables are those of this release."""
        if not self.path.is_file():
            raise SchemaError("no database: run `init`")
        try:
            with self.reading() as connection:
                found = connection.execute(_SCHEMA).scalars().all()
        except DBAPIError:
            raise SchemaError("not a database of Meldbus") from None
        if found != [tables.SCHEMA]:
            raise SchemaError("a database of another release")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection with a consistent snapshot of the database."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold the write lock, among all threads and processes."""
        # SQLite's own waiting sleeps for milliseconds; this lock wakes the next process at once. The kernel releases it
        # when its holder is killed.
        with self._thread_turn, self._lock_path.open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection for writing; the caller holds `turn`. Its writes are on disk afterwards.

        Raises FullError if there is no room; then nothing was written.
        """
        try:
            connected = self._engine.connect().execution_options(immediate=True)
            with connected as connection, connection.begin():
                yield connection
        except DBAPIError as error:
            if _is_full(error):
                raise FullError from None
            raise
        self._forget_the_hour()

    def work_off(self, some: Callable[[Connection], bool]) -> None:
        """Call `some` in write transactions until it says that nothing is left; other writers run in between."""
        going = True
        while going:
            began = time.monotonic()
            with self.turn(), self.writing() as connection:
                going = some(connection)
            # The lock is not fair: a waiting writer needs a pause as long as we held it.
            time.sleep(time.monotonic() - began)

    def checkpoint(self, patience: float) -> bool:
        """Write everything into the file and empty its journal: neither contains deleted rows then.

        It fails while anybody reads, so it is tried again for `patience` seconds; return whether it succeeded.
        """
        end = time.monotonic() + patience
        while True:
            # It does not wait for readers: the write lock blocks every writer.
            with self.turn(), _plain(self.path, timeout=0) as connection:
                busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            self._forget_the_hour()
            if not busy:
                return True
            if time.monotonic() > end:
                return False
            time.sleep(CHECKPOINT_PAUSE)

    def used(self, connection: Connection) -> int:
        """Return the number of used bytes of the file."""
        return int(connection.execute(select(_USED)).scalar_one())

    def room(self, used: int) -> int:
        """Return how many bytes may still be written if `used` are, by our limit and by the disk."""
        disk = os.statvfs(self.path)
        return min(self.max_bytes - used, disk.f_bavail * disk.f_frsize)

    def announce(self) -> None:
        """Make every process read the chain again; call it with `turn` held, before the change is committed."""
        # The lock file's length is the counter: reading it costs one system call, and reveals no time.
        with self._lock_path.open("ab") as lock:
            lock.write(b".")

    def announced(self) -> int:
        """Return how often a change was announced."""
        try:
            return self._lock_path.stat().st_size
        except FileNotFoundError:
            return 0

    def close(self) -> None:
        """Close this process's connections."""
        self._engine.dispose()
        self._forget_the_hour()

    def _forget_the_hour(self) -> None:
        """Set the time of each file to midnight: otherwise it reveals the time of the last posting."""
        midnight = time.time() // DAY_SECONDS * DAY_SECONDS
        for path in self._files:
            with contextlib.suppress(FileNotFoundError):
                os.utime(path, (midnight, midnight))


def copy(source: Path, target: Path) -> None:
    """Copy a database while others use it, then verify the copy; `target` is never overwritten.

    Raises FileExistsError, and SchemaError if `source` is no sound store with a pinned root.
    """
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with _plain(source) as original, _plain(target) as written:
            original.backup(written)
            # Without WAL: a copy must be a single file, however it is moved.
            written.execute("PRAGMA journal_mode = DELETE")
            checked = written.execute("PRAGMA integrity_check").fetchall()
            pinned = written.execute("SELECT count(*) FROM pinned").fetchall()
            sound = (checked, pinned) == ([("ok",)], [(1,)])
    except sqlite3.DatabaseError:
        sound = False
    if not sound:
        target.unlink()
        raise SchemaError("the copy is not sound")


@contextmanager
def _plain(path: Path, timeout: float = 5) -> Iterator[sqlite3.Connection]:
    address = f"{path.resolve().as_uri()}?mode=rw"
    connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=timeout)
    try:
        yield connection
    finally:
        connection.close()


def _engine(path: Path, max_bytes: int) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        pool_size=READERS,
        max_overflow=0,
        # Otherwise errors contain statements and values, and errors are logged.
        hide_parameters=True,
        connect_args={"timeout": 60, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # otherwise sqlite3 starts transactions by itself
        page_size = connection.execute("PRAGMA page_size").fetchone()[0]
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "secure_delete = ON",
            "foreign_keys = ON",
            "temp_store = MEMORY",
            f"cache_size = -{CACHE_KIB}",
            f"journal_size_limit = {JOURNAL_LIMIT}",
            f"max_page_count = {max_bytes // page_size}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("immediate")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def _is_full(error: DBAPIError) -> bool:
    code = getattr(error.orig, "sqlite_errorcode", 0)
    return code & _PRIMARY_CODE in _FULL_CODES
