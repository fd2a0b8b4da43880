"""The first tables; what the seizure of each column reveals stands in dropbox/store/tables.py."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    _documents()
    _envelopes()


def _documents() -> None:
    op.create_table("pinned", sa.Column("fingerprint", sa.LargeBinary, primary_key=True))
    op.create_table(
        "root",
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("signed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "roster",
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("signed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "bundle",
        sa.Column("identity", sa.LargeBinary, primary_key=True),
        sa.Column("last", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("serial", sa.Integer, nullable=False),
        sa.Column("signed", sa.LargeBinary, nullable=False),
    )


def _envelopes() -> None:
    op.create_table(
        "envelope",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("mac", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("posting", sa.LargeBinary, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("prefix", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "part",
        sa.Column("envelope", sa.Integer, sa.ForeignKey("envelope.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("stream", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "entry",
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("envelope", sa.Integer, sa.ForeignKey("envelope.id"), nullable=False, unique=True),
    )
    op.create_table(
        "channel",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("until", sa.Integer, nullable=False),
    )
    op.create_table(
        "capability",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("channel", sa.Integer, sa.ForeignKey("channel.id"), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "message",
        sa.Column("channel", sa.Integer, sa.ForeignKey("channel.id"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("envelope", sa.Integer, sa.ForeignKey("envelope.id"), nullable=False, unique=True),
    )
