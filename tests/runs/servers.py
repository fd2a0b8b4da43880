"""The server files of an office: copied, restored from a backup, or forked."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from dropbox import create_app
from dropbox.store import database
from tests.keys.office import POLICY, Office

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from keys.vault import Vault


def office_in(folder: Path, people: Sequence[tuple[str, str]]) -> Office:
    """Return an office that can be copied."""
    folder.mkdir()
    # Two cover entries instead of the usual four: for each one, every recipient must try all of its slots.
    return Office.open(folder, people, replace(POLICY, cover=2))


def start_another(office: Office, folder: Path) -> object:
    """Start another server on a copy of the database: from then on, the two logs differ."""
    folder.mkdir(mode=0o700)
    config = replace(office.config, data=folder)
    database.copy(_database(office), config.database)
    return create_app(config, clock=office.clock)


def copy_database(office: Office, path: Path) -> None:
    """Copy the server's database as the operator's backup does."""
    database.copy(_database(office), path)


def put_database(office: Office, path: Path) -> None:
    """Stop the server, put a copy of its database in place, and start it again."""
    office.app.extensions["store"].close()  # type: ignore[attr-defined]
    there = _database(office)
    for file in there.parent.glob(f"{there.name}*"):
        file.unlink()
    shutil.copy2(path, there)
    office.start_server()


def log_end(office: Office) -> int:
    """Return the last position of the server's log, 0 if the log is empty."""
    with closing(sqlite3.connect(office.config.database)) as connection:
        return int(connection.execute("SELECT coalesce(max(position), 0) FROM log").fetchone()[0])


def written(vault: Vault) -> int:
    """Return the number of rows written to a vault since it was opened."""
    connection = vault._connection.connection.driver_connection
    assert isinstance(connection, sqlite3.Connection)
    return connection.total_changes


def _database(office: Office) -> Path:
    return office.config.database
