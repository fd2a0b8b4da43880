"""The store asks in SQL that another database understands; what is SQLite's own stands in dropbox/store/database."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest
from sqlalchemy import Delete, Select, Update
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

import dropbox.store
from dropbox.store.tables import metadata

FOLDER = Path(dropbox.store.__file__).parent
OWN = re.compile(r"sqlalchemy\.dialects|sqlite3|exec_driver_sql|pragma|rowid\b|\btext\(", re.IGNORECASE)
MODULES = [importlib.import_module(f"dropbox.store.{found.name}") for found in pkgutil.iter_modules([str(FOLDER)])]
QUERIES = [
    pytest.param(query, id=f"{module.__name__.rpartition('.')[2]}.{name}")
    for module in MODULES
    for name, query in vars(module).items()
    if isinstance(query, (Select, Update, Delete))
]


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_can_be_asked_of_postgresql(query: Select[object] | Update | Delete) -> None:
    asked = str(query.compile(dialect=postgresql.dialect()))
    assert asked.startswith(("SELECT", "UPDATE", "DELETE"))


def test_the_tables_can_be_made_in_postgresql_and_count_beyond_32_bits() -> None:
    made = {
        name: str(CreateTable(table).compile(dialect=postgresql.dialect())) for name, table in metadata.tables.items()
    }
    assert {"log", "mailbox", "envelope"} <= set(made)
    for name, column in (("envelope", "id"), ("envelope", "size"), ("log", "position"), ("message", "number")):
        assert re.search(rf"\b{column} BIG(INT|SERIAL)", made[name]), name


def test_nothing_outside_of_its_package_knows_which_database_there_is() -> None:
    assert len(QUERIES) > 20
    for path in sorted(FOLDER.glob("*.py")):
        lines = [line for line in path.read_text("utf-8").splitlines() if OWN.search(line.partition("#")[0])]
        # How SQLAlchemy is told of a wish that other databases do not hear.
        assert [line for line in lines if "sqlite_with_rowid" not in line and '"sqlite")' not in line] == [], path.name
