"""What Alembic runs to reach the database; it sets up no logging."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alembic import context
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

if TYPE_CHECKING:
    import sqlite3

engine = create_engine(f"sqlite:///{context.config.attributes['database']}", poolclass=NullPool)


@event.listens_for(engine, "connect")
def prepare(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    """Leave transactions to us: sqlite3 by itself commits each table apart, and a broken migration would stay."""
    connection.isolation_level = None


@event.listens_for(engine, "begin")
def begin(connection: Connection) -> None:
    """Take the write lock first."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


with engine.begin() as connected:
    context.configure(connection=connected, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()
