"""Recipients' key bundles: the newest of each identity, kind and Monday; each is verified before it is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, delete, func, insert, or_, select

from dropbox.store.errors import DiffersError, SerialError
from dropbox.store.tables import bundle
from keys.errors import NotEnrolledError
from keys.roster import Bundle, check_public_keys

if TYPE_CHECKING:
    from dropbox.store.database import Database
    from dropbox.store.documents import Chain
    from dropbox.store.log import Log
    from keys.roster import Roster
    from keys.wire.signed import Signed

_IN_ORDER = (bundle.c.identity, bundle.c.last, bundle.c.serial)
_ALL = select(bundle.c.identity, bundle.c.last, bundle.c.signed).order_by(*_IN_ORDER)
_OF_DAY = _ALL.where(bundle.c.start <= bindparam("day"), bundle.c.end >= bindparam("day"))
_HIGHEST = select(func.max(bundle.c.serial)).where(bundle.c.identity == bindparam("of"))
_SAME = select(bundle.c.signed).where(bundle.c.identity == bindparam("of"), bundle.c.serial == bindparam("serial"))
# No day from today on can need these: they would reveal in which weeks their owner synced.
_SUPERSEDED = delete(bundle).where(
    bundle.c.identity == bindparam("of"),
    or_(
        bundle.c.end < bindparam("day"),
        and_(
            bundle.c.last == bindparam("kind"),
            bundle.c.serial < bindparam("below"),
            or_(bundle.c.start >= bindparam("first"), bindparam("day") >= bindparam("first")),
            bundle.c.end <= bindparam("until"),
        ),
    ),
)
_ENDED = delete(bundle).where(bundle.c.end < bindparam("day"))


class Bundles:
    """The bundles that recipients publish and anyone may fetch."""

    def __init__(self, database: Database, log: Log) -> None:
        """Store the bundles in `database`; compare their witnesses with `log`."""
        self._database = database
        self._log = log

    def of_day(self, roster: Roster, day: int) -> list[bytes]:
        """Return the bundles of `day` of everybody on `roster` who is not revoked, by identity, weekly first."""
        newest: dict[tuple[bytes, int], bytes] = {}
        with self._database.reading() as connection:
            for row in connection.execute(_OF_DAY, {"day": day}):
                newest[row.identity, row.last] = row.signed  # the highest serial comes last
        return [signed for (identity, _), signed in newest.items() if _is_given(identity, roster)]

    def all(self, roster: Roster) -> list[bytes]:
        """Return every bundle of everyone on `roster` who is not revoked, by identity, kind and serial."""
        with self._database.reading() as connection:
            return [row.signed for row in connection.execute(_ALL) if _is_given(row.identity, roster)]

    def publish(self, signed: Signed, chain: Chain, day: int) -> None:
        """Store a bundle that is newer than every other of its identity; storing it again changes nothing.

        Raises FormatError or TrustError for one that does not count, DiffersError if it names a document or log state
        that is not here, SerialError with the highest stored serial.
        """
        made = Bundle.verify(signed)
        # A person who begins tomorrow has a bundle already: that of their card.
        if not chain.lists(made.identity):
            raise NotEnrolledError
        check_public_keys(made.box, made.kem)
        self._check_witness(made, chain)
        of, raw = {"of": made.identity}, signed.encode()
        with self._database.turn(), self._database.writing() as connection:
            if connection.execute(_SAME, {**of, "serial": made.serial}).scalar() == raw:
                return
            highest: int = connection.execute(_HIGHEST, of).scalar() or 0
            if made.serial <= highest:
                raise SerialError(highest)
            bounds = {"kind": int(made.last), "below": made.serial, "first": made.start, "until": made.end}
            connection.execute(_SUPERSEDED, {**of, **bounds, "day": day})
            row = {"identity": made.identity, "last": int(made.last), "start": made.start, "end": made.end}
            connection.execute(insert(bundle), {**row, "serial": made.serial, "signed": raw})

    def _check_witness(self, made: Bundle, chain: Chain) -> None:
        """Raise DiffersError unless root, roster and log that a bundle names are here.

        A recipient could otherwise name what does not exist; pages and tools would look for it, and accuse this server.
        """
        if made.seen is None:
            return
        log = made.seen.log
        if not made.names_known(chain.documents) or self._log.digest_at(log.place) != log.digest:
            raise DiffersError

    def expire(self, day: int) -> None:
        """Delete the bundles that ended before `day`."""
        with self._database.turn(), self._database.writing() as connection:
            connection.execute(_ENDED, {"day": day})


def _is_given(identity: bytes, roster: Roster) -> bool:
    return roster.find(identity) is not None and roster.revoked_on(identity) is None
