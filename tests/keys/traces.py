"""The tables of a vault that contain given bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import LargeBinary, select

from keys.vault import tables

if TYPE_CHECKING:
    from keys.vault import Vault


def traces(vault: Vault, value: bytes) -> set[str]:
    """Return the tables that contain these bytes in clear."""
    return {
        table.name
        for table in tables.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
        for found in vault._execute(select(column)).scalars()
        if found is not None and value in found
    }
