"""Storing envelopes in log and mailboxes: once, in order, and on disk before anyone gets an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, exists, select

from dropbox.store.commit import STATE, Batch, Filing, Stored
from dropbox.store.errors import ClockError, FullError, StoreError
from dropbox.store.group_commit import GroupCommit
from dropbox.store.tables import capability, envelope, message, upload

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dropbox.store.database import Database
    from dropbox.store.days import Days, Today

_UNFINISHED = select(upload.c.envelope).where(upload.c.envelope == envelope.c.id)
_PLACED = (
    select(message.c.envelope)
    .join(capability, capability.c.mailbox == message.c.mailbox)
    .where(message.c.envelope == envelope.c.id, capability.c.digest.in_(bindparam("digests", expanding=True)))
)
_REPEATED = select(envelope.c.day).where(
    envelope.c.mac == bindparam("mac"),
    envelope.c.digest == bindparam("digest"),
    ~exists(_UNFINISHED),
    exists(_PLACED),
)


class Envelopes:
    """The only way into log and mailboxes."""

    def __init__(self, database: Database, days: Days, reserve_bytes: int, committed: Callable[[Today], None]) -> None:
        """Reserve `reserve_bytes` for existing mailboxes: new ones are refused before the room is used up.

        `committed` gets the end of the log after each commit.
        """
        self._database = database
        self._days = days
        self._reserve_bytes = reserve_bytes
        self._committed = committed
        self._state = select(*STATE, database.used_column)
        self._commits: GroupCommit[Filing, Stored | StoreError] = GroupCommit(database.turn, self._commit)

    def repeated(self, filing: Filing) -> int | None:
        """Return the day on which this envelope was stored in a mailbox that the filing names, or None."""
        found = {"mac": filing.header.mac, "digest": filing.digest, "digests": filing.digests()}
        with self._database.reading() as connection:
            return connection.execute(_REPEATED, found).scalar()

    def file(self, filing: Filing) -> Stored:
        """Store an envelope, and return only once it is on disk.

        Raises ConflictError, UnknownError for a capability that does not exist, UntilError, ClockError, FullError.
        Nothing is stored then.
        """
        outcome = self._commits.take(filing)
        if isinstance(outcome, StoreError):
            raise outcome
        return outcome

    def close(self) -> None:
        """Finish pending writes."""
        self._commits.close()

    def _commit(self, filings: Sequence[Filing]) -> Sequence[Stored | StoreError]:
        try:
            with self._database.writing() as connection:
                # Not before the lock that is held until the commit: no envelope must get a day that was already over.
                clock_day = filings[-1].clock_day()
                state = connection.execute(self._state).one()
                today = self._days.settle(connection, clock_day, state)
                room = self._database.room(state.used) - self._reserve_bytes
                batch = Batch.begin(connection, filings, today, state, room)
                outcomes = [batch.add(filing) for filing in filings]
                batch.write()
        except ClockError as error:
            return [error] * len(filings)
        except FullError as error:
            # A large one must not make the small ones fail that came at the same moment.
            return [error] if len(filings) == 1 else [self._commit([filing])[0] for filing in filings]
        self._committed(batch.end())
        return outcomes
