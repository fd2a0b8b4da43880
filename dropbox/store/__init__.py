"""The server's store: sealed envelopes in a log and in mailboxes, and signed documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropbox.store.bundles import Bundles
from dropbox.store.database import Database
from dropbox.store.days import Days, Today
from dropbox.store.documents import Documents
from dropbox.store.envelopes import Envelopes
from dropbox.store.expiry import Expiry
from dropbox.store.log import Log
from dropbox.store.mailboxes import Mailboxes
from dropbox.store.uploads import Uploads

if TYPE_CHECKING:
    from collections.abc import Callable

    from dropbox.config import Config


def _nobody(_: Today) -> None:
    pass


class Store:
    """The whole store, in one database."""

    def __init__(self, config: Config, committed: Callable[[Today], None] = _nobody) -> None:
        """Prepare to open the file; it is opened on first use.

        `committed` gets the end of the log after each commit.
        """
        self.database = Database(config.database, config.max_database_bytes)
        self.days = Days(self.database)
        self.documents = Documents(self.database)
        self.envelopes = Envelopes(self.database, self.days, config.reserve_bytes, committed)
        self.log = Log(self.database)
        self.bundles = Bundles(self.database, self.log)
        self.mailboxes = Mailboxes(self.database)
        self.uploads = Uploads(self.database, self.days, config.reserve_bytes)
        self.expiry = Expiry(self.database)

    def close(self) -> None:
        """Finish pending writes and close the file."""
        self.envelopes.close()
        self.database.close()


__all__ = ["Store"]
