"""Code for one kind of database; the rest of the store is portable SQL."""

from __future__ import annotations

from dropbox.store.database.sqlite import Database, copy

__all__ = ["Database", "copy"]
