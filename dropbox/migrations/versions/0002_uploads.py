"""The table of unfinished uploads; what the seizure of each column reveals stands in dropbox/store/tables.py."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "upload",
        sa.Column("envelope", sa.Integer, sa.ForeignKey("envelope.id"), primary_key=True),
        sa.Column("day", sa.Integer, nullable=False),
    )
