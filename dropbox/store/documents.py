"""Roots, rosters and bundles: each is verified before it is kept, and none gives way to an older one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from dropbox.store import tables
from dropbox.store.errors import NotReadyError, SchemaError, UnknownError
from keys.errors import ForkError, MalformedError, RolledBackError
from keys.roster import Bundle, Root, Roster
from keys.wire.signed import LABEL_ROOT, Signed, join_frames

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from dropbox.store.database import Database

FEED_DAYS = 396  # SPEC.md 10: whoever was away for 13 months still gets the capability that follows

_ROOTS = select(tables.root.c.signed).order_by(tables.root.c.version)
_VERSION = select(func.max(tables.roster.c.version))
_ROSTER = select(tables.roster.c.signed).where(tables.roster.c.version == bindparam("version"))
_BUNDLES = select(tables.bundle.c.identity, tables.bundle.c.signed).order_by(
    tables.bundle.c.identity, tables.bundle.c.last
)
_FEED = select(tables.roster.c.version).where(
    tables.roster.c.feed == bindparam("digest"),
    or_(tables.roster.c.replaced.is_(None), tables.roster.c.replaced >= bindparam("earliest")),
)
_REPLACED = update(tables.roster).where(tables.roster.c.replaced.is_(None))
_BUNDLE = select(tables.bundle.c.serial, tables.bundle.c.signed).where(
    tables.bundle.c.identity == bindparam("identity"), tables.bundle.c.last == bindparam("last")
)


@dataclass(frozen=True, slots=True)
class Chain:
    """Every root and the newest roster, verified when they were taken; `frames` is how they travel."""

    root: Root
    roster: Roster
    frames: bytes


class Documents:
    """What anyone may fetch, and what only k of n signatures, or a listed identity's own, can change."""

    def __init__(self, database: Database) -> None:
        """Keep the documents in `database`."""
        self._database = database
        self._read: tuple[int, Chain] | None = None

    def pin(self, fingerprint: bytes) -> None:
        """Pin the root for ever; raise ForkError when one is pinned already."""
        with self._database.turn(), self._database.writing() as connection:
            if connection.execute(select(tables.pinned)).first():
                raise ForkError("a root is pinned already")
            connection.execute(insert(tables.pinned), {"fingerprint": fingerprint})

    def check_pinned(self) -> None:
        """Raise SchemaError unless a root is pinned."""
        with self._database.reading() as connection:
            _pinned(connection)

    def chain(self) -> Chain:
        """Return the chain as it is now; raise NotReadyError before the first roster."""
        read, announced = self._read, self._database.announced()
        if read is not None and read[0] == announced:
            return read[1]
        # In our turn: whoever announced a chain has committed it by then, or was killed.
        with self._database.turn(), self._database.reading() as connection:
            announced = self._database.announced()
            if connection.execute(_VERSION).scalar() is None:
                raise NotReadyError
            chain = _read_chain(connection)
        self._read = announced, chain
        return chain

    def roster(self, version: int) -> bytes:
        """Return one roster as it was signed; raise UnknownError."""
        with self._database.reading() as connection:
            signed: bytes | None = connection.execute(_ROSTER, {"version": version}).scalar()
        if signed is None:
            raise UnknownError
        return signed

    def bundles(self, roster: Roster) -> list[bytes]:
        """Return the bundles of everyone on `roster`, by identity, weekly before last-resort."""
        with self._database.reading() as connection:
            return [row.signed for row in connection.execute(_BUNDLES) if roster.find(row.identity)]

    def opens_feed(self, secret: bytes, today: int) -> bool:
        """Say whether this is the feed's capability, now or at most 13 months ago."""
        found = {"digest": hashlib.sha256(secret).digest(), "earliest": today - FEED_DAYS}
        with self._database.reading() as connection:
            return connection.execute(_FEED, found).first() is not None

    def extend(self, documents: Sequence[Signed], now: dt.datetime) -> int:
        """Take a chain that begins with the one we have, and return the day; taking it again changes nothing.

        Raises TrustError or FormatError for one that does not count or does not follow.
        """
        if not documents:
            raise MalformedError("empty chain")
        *roots, signed = documents
        with self._database.reading() as connection:
            pinned = _pinned(connection)
            # Before any signature: a stranger's long chain must not keep us busy.
            _check_extends(roots, _kept_roots(connection))
        root = Root.verify_chain(roots, pinned)
        roster = Roster.verify(signed, root)
        today = roster.policy.day(now)
        root.check_day(today)
        roster.check_day(today)
        with self._database.turn(), self._database.writing() as connection:
            kept = _kept_roots(connection)
            _check_extends(roots, kept)
            if _is_next(roster, _read_chain(connection).roster if kept else None):
                self._database.announce()
                _keep(connection, roots[len(kept) :], len(kept) + 1, signed, roster, today)
        return today

    def publish(self, signed: Signed) -> None:
        """Take a bundle that is newer than the one we have; taking it again changes nothing.

        Raises NotReadyError, FormatError or TrustError: ForkError for another one of this serial.
        """
        bundle = Bundle.verify(signed)
        bundle.check_listed(self.chain().roster)
        with self._database.turn(), self._database.writing() as connection:
            kept = connection.execute(_BUNDLE, {"identity": bundle.identity, "last": bundle.last}).first()
            if kept is not None and kept.serial > bundle.serial:
                raise RolledBackError("serial of the bundle")
            if kept is not None and kept.serial == bundle.serial and kept.signed != signed.encode():
                raise ForkError("serial of the bundle")
            values = {"serial": bundle.serial, "signed": signed.encode()}
            added = upsert(tables.bundle).values(identity=bundle.identity, last=bundle.last, **values)
            connection.execute(added.on_conflict_do_update(index_elements=["identity", "last"], set_=values))


def _pinned(connection: Connection) -> bytes:
    fingerprint: bytes | None = connection.execute(select(tables.pinned.c.fingerprint)).scalar()
    if fingerprint is None:
        raise SchemaError("no root is pinned: run `init`")
    return fingerprint


def _read_chain(connection: Connection) -> Chain:
    roots = connection.execute(_ROOTS).scalars().all()
    version = connection.execute(_VERSION).scalar_one()
    signed: bytes = connection.execute(_ROSTER, {"version": version}).scalar_one()
    # Verified again: a database that was altered on disk shall not be served as if it counted.
    root = Root.verify_chain([Signed.parse(raw) for raw in roots], _pinned(connection))
    return Chain(root, Roster.verify(Signed.parse(signed), root), join_frames([*roots, signed]))


def _kept_roots(connection: Connection) -> list[bytes]:
    """Return the ids of the roots that we have, ascending."""
    return [Signed.parse(raw).id(LABEL_ROOT) for raw in connection.execute(_ROOTS).scalars()]


def _check_extends(roots: Sequence[Signed], kept: Sequence[bytes]) -> None:
    if len(roots) < len(kept):
        raise RolledBackError("root version")
    # By id: another choice of k signatures under the same root is no fork.
    if [signed.id(LABEL_ROOT) for signed in roots[: len(kept)]] != kept:
        raise ForkError("root")


def _is_next(roster: Roster, present: Roster | None) -> bool:
    """Say whether `roster` is new and follows; raise TrustError where it can do neither that nor be the present one."""
    if present is None:
        if roster.previous is not None:
            raise ForkError("the first roster has to be version 1")
        return True
    roster.check_follows(present)
    return roster.version > present.version


def _keep(
    connection: Connection, roots: Sequence[Signed], first: int, signed: Signed, roster: Roster, today: int
) -> None:
    for version, root in enumerate(roots, first):
        connection.execute(insert(tables.root), {"version": version, "signed": root.encode()})
    connection.execute(_REPLACED, {"replaced": today})
    row = {"version": roster.version, "signed": signed.encode(), "feed": roster.feed}
    connection.execute(insert(tables.roster), row)
