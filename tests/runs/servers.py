"""The server of an office that is copied, restored from a backup, or parted in two."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

from dropbox import create_app
from dropbox.config import Config
from dropbox.store import database
from tests.keys.office import Office

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def office_in(folder: Path, people: Sequence[tuple[str, str]]) -> Office:
    """Return an office of five that stands ready to be copied."""
    folder.mkdir()
    return Office.open(folder, people)


def copy_of(template: Office, folder: Path) -> Office:
    """Return a copy of an office, with a server of its own."""
    shutil.copytree(template.folder, folder)
    office = Office(folder, template.now, drafts=[*template.drafts], cards=dict(template.cards))
    office.root = template.root  # type: ignore[attr-defined]
    office.data = folder / "server"  # type: ignore[attr-defined]
    start_server(office)
    return office


def start_server(office: Office) -> None:
    """Start the server of an office on its database."""
    office.app = create_app(_config(office), clock=office.clock)  # type: ignore[attr-defined]


def start_another(office: Office, folder: Path) -> object:
    """Start another server on a copy of the database: from then on the two part."""
    folder.mkdir(mode=0o700)
    config = replace(_config(office), data=folder)
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
    start_server(office)


def _database(office: Office) -> Path:
    return _config(office).database


def _config(office: Office) -> Config:
    return Config(office.data, "127.0.0.1:0", "http://127.0.0.1", 1, 4, 2**30, 0)  # type: ignore[attr-defined]
