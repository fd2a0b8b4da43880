"""What belongs to one kind of database alone; everything else in the store is portable SQL."""

from __future__ import annotations

from dropbox.store.database.sqlite import Database, copy

__all__ = ["Database", "copy"]
