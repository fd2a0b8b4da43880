"""What the server keeps: sealed envelopes behind capabilities, and signed documents; it decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropbox.store.database import Database
from dropbox.store.documents import Documents
from dropbox.store.envelopes import Envelopes
from dropbox.store.expiry import Expiry
from dropbox.store.uploads import Uploads

if TYPE_CHECKING:
    from dropbox.config import Config


class Store:
    """Everything that is kept, in one SQLite file."""

    def __init__(self, config: Config) -> None:
        """Prepare to open the file; it is not opened before it is needed."""
        self.database = Database(config.database, config.max_database_bytes)
        self.documents = Documents(self.database)
        self.envelopes = Envelopes(self.database, config.reserve_bytes)
        self.expiry = Expiry(self.database)
        self.uploads = Uploads(self.database, config.reserve_bytes)

    def close(self) -> None:
        """Finish what is being stored and close the file."""
        self.envelopes.close()
        self.database.close()


__all__ = ["Store"]
