"""The one SQLite file: how it is opened, written by one at a time, and copied; it knows no envelope."""

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

READERS = 4  # connections a process keeps; others wait, since each costs memory
CACHE_KIB = 512  # for each connection: the kernel caches the file anyway
DAY_SECONDS = 86_400
CHECKPOINT_PAUSE = 0.2  # seconds
JOURNAL_LIMIT = 64 * 1024 * 1024  # bytes of WAL kept after a burst
# Those that mean: no room, or a disk that fails. Nothing was written then.
_FULL_CODES = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
_USED = literal_column(
    "(SELECT (page_count - freelist_count) * page_size"
    " FROM pragma_page_count, pragma_freelist_count, pragma_page_size)",
    Integer,
).label("used")
_SCHEMA = select(tables.schema.c.number)
_PRIMARY_CODE = 0xFF  # of an extended error code


class Database:
    """Readers' connections and a single writer's, for this process; other processes have their own."""

    def __init__(self, path: Path, max_bytes: int) -> None:
        """Prepare to open `path`; nothing is opened before the first reading or writing."""
        self.path = path
        self.max_bytes = max_bytes
        self._engine = _engine(path, max_bytes)
        self._thread_turn = threading.Lock()
        self._lock_path = path.with_name("writing.lock")
        self._files = (str(path), f"{path}-wal", f"{path}-shm", str(self._lock_path))
        # How many bytes hold something, for a query that asks for more than that.
        self.used_column = _USED

    def create(self) -> None:
        """Make the tables; where they are already nothing happens."""
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
        """Give a connection that sees one state of the database throughout."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Be the only one who writes, among all threads and processes."""
        # SQLite's own waiting sleeps for milliseconds; this lock wakes the next process at once. The kernel
        # lifts it when its holder is killed.
        with self._thread_turn, self._lock_path.open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection that may write; to be used during our turn. What it wrote is on disk afterwards.

        Raises FullError when there is no room; then nothing was written.
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
        """Let `some` write, again and again until it says that nothing is left; others have their turns in between."""
        going = True
        while going:
            began = time.monotonic()
            with self.turn(), self.writing() as connection:
                going = some(connection)
            # The lock is not handed on in turn: whoever waits for it needs as long as we had it.
            time.sleep(time.monotonic() - began)

    def checkpoint(self, patience: float) -> bool:
        """Bring everything into the file and empty its journal, so that what was deleted is in neither.

        It gives up while anybody reads, so it is tried again for `patience` seconds; say whether it succeeded.
        """
        end = time.monotonic() + patience
        while True:
            # It does not wait for readers: our turn keeps every writer waiting.
            with self.turn(), _plain(self.path, timeout=0) as connection:
                busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            self._forget_the_hour()
            if not busy:
                return True
            if time.monotonic() > end:
                return False
            time.sleep(CHECKPOINT_PAUSE)

    def used(self, connection: Connection) -> int:
        """Return how many bytes of the file hold something."""
        return int(connection.execute(select(_USED)).scalar_one())

    def room(self, used: int) -> int:
        """Return how many bytes may still be written where `used` are, by our limit and by the disk."""
        disk = os.statvfs(self.path)
        return min(self.max_bytes - used, disk.f_bavail * disk.f_frsize)

    def announce(self) -> None:
        """Let every process read the chain again; to be used during our turn, before the change is committed."""
        # The lock file's length counts: it costs a reader one system call, and tells nothing of when.
        with self._lock_path.open("ab") as lock:
            lock.write(b".")

    def announced(self) -> int:
        """Return how often something was announced."""
        try:
            return self._lock_path.stat().st_size
        except FileNotFoundError:
            return 0

    def close(self) -> None:
        """Close this process's connections."""
        self._engine.dispose()
        self._forget_the_hour()

    def _forget_the_hour(self) -> None:
        """Let each file have been changed at midnight: else its time is that of the last posting."""
        midnight = time.time() // DAY_SECONDS * DAY_SECONDS
        for path in self._files:
            with contextlib.suppress(FileNotFoundError):
                os.utime(path, (midnight, midnight))


def copy(source: Path, target: Path) -> None:
    """Copy a database while others use it, then prove the copy sound; `target` is never overwritten.

    Raises FileExistsError, and SchemaError when `source` is no sound store with a pinned root.
    """
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with _plain(source) as original, _plain(target) as written:
            original.backup(written)
            # Out of WAL: a copy has to be one file, whoever moves it.
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
        # Statements and values are in its errors otherwise, and errors are what gets logged.
        hide_parameters=True,
        connect_args={"timeout": 60, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # else sqlite3 begins transactions when it likes
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
