"""Roots and rosters: each is verified before it is stored, and an older one never replaces a newer one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, insert, select

from dropbox.store import tables
from dropbox.store.errors import NotFoundError, NotReadyError, SchemaError
from keys.errors import ExpiredError, ForkError, MalformedError, RolledBackError
from keys.roster import People, Root, Roster, RosterHistory
from keys.wire.signed import LABEL_ROOT, LABEL_ROSTER, Signed, join_chain

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection, Table

    from dropbox.store.database import Database

_ROOTS = select(tables.root.c.signed).order_by(tables.root.c.version)
_ROSTERS = select(tables.roster.c.signed).order_by(tables.roster.c.version)
_ROSTER = select(tables.roster.c.signed).where(tables.roster.c.version == bindparam("version"))
_TEXTS = select(tables.texts.c.digest, tables.texts.c.document)


@dataclass(frozen=True, slots=True)
class Chain:
    """Every root, the roster in force, and the newer ones, verified when they were stored.

    `documents` are the ids of every root and roster that is here, earlier ones too; `texts` are by their hash.
    """

    root: Root
    roster: Roster
    newer: tuple[Roster, ...]
    roots: tuple[Signed, ...]
    rosters: tuple[Signed, ...]
    documents: frozenset[bytes]
    texts: Mapping[bytes, bytes]

    @property
    def first(self) -> bytes:
        """The id of the first root."""
        return self.roots[0].id(LABEL_ROOT)

    @property
    def newest(self) -> Roster:
        """The newest roster, in force or not yet."""
        return (self.roster, *self.newer)[-1]

    @property
    def frames(self) -> bytes:
        """The frames in which the chain travels."""
        return join_chain(self.roots, self.rosters)

    def lists(self, identity: bytes) -> bool:
        """Say whether this identity is on the roster in force or on a newer one, and is not revoked."""
        is_listed = any(roster.find(identity) is not None for roster in (self.roster, *self.newer))
        return is_listed and self.newest.revoked_on(identity) is None


@dataclass(frozen=True, slots=True)
class _Kept:
    """Every stored root and roster, parsed."""

    roots: tuple[Signed, ...]
    rosters: tuple[Signed, ...]
    root: Root
    history: RosterHistory
    texts: Mapping[bytes, bytes]

    def chain(self, now: dt.datetime) -> Chain:
        """Return the chain as it counts now; before the first day of the first roster it is that roster's."""
        rosters = self.history.rosters
        begun = [at for at, roster in enumerate(rosters) if roster.start <= roster.policy.day(now)]
        first = begun[-1] if begun else 0
        in_force = rosters[first].revoking(self.history.newest.revoked)
        ids = frozenset([*(one.id(LABEL_ROOT) for one in self.roots), *(roster.id for roster in rosters)])
        return Chain(self.root, in_force, rosters[first + 1 :], self.roots, self.rosters[first:], ids, self.texts)


class Documents:
    """The documents that anyone may fetch, and that only k of n signatures can change."""

    def __init__(self, database: Database) -> None:
        """Store the documents in `database`."""
        self._database = database
        self._read: tuple[int, _Kept] | None = None

    def pin(self, fingerprint: bytes) -> None:
        """Pin the root permanently; raise ForkError if one is already pinned."""
        with self._database.turn(), self._database.writing() as connection:
            if connection.execute(select(tables.pinned)).first():
                raise ForkError("a root is pinned already")
            connection.execute(insert(tables.pinned), {"fingerprint": fingerprint})

    def check_pinned(self) -> None:
        """Raise SchemaError unless a root is pinned."""
        with self._database.reading() as connection:
            _pinned(connection)

    def chain(self, now: dt.datetime) -> Chain:
        """Return the chain as it counts now; raise NotReadyError before the first roster."""
        return self._kept().chain(now)

    def _kept(self) -> _Kept:
        read, announced = self._read, self._database.announced()
        if read is not None and read[0] == announced:
            return read[1]
        # With the write lock: a process that announced a chain has committed it by then, or was killed.
        with self._database.turn(), self._database.reading() as connection:
            announced = self._database.announced()
            kept = _read_kept(connection)
        if kept is None:
            raise NotReadyError
        self._read = announced, kept
        return kept

    def roster(self, version: int) -> bytes:
        """Return one roster with its signatures; raise NotFoundError."""
        with self._database.reading() as connection:
            signed: bytes | None = connection.execute(_ROSTER, {"version": version}).scalar()
        if signed is None:
            raise NotFoundError
        return signed

    def opens_log(self, secret: bytes, now: dt.datetime) -> bool:
        """Say whether this is the log's capability of the roster in force; a person off the roster has another one."""
        return self.chain(now).roster.opens_log(secret)

    def extend(
        self, roots: Sequence[Signed], rosters: Sequence[Signed], texts: Iterable[bytes], now: dt.datetime
    ) -> int:
        """Store a chain that begins with the stored one, and return the day; storing it again changes nothing.

        `texts` are the documents that `rosters` name. Raises TrustError or FormatError for a chain that does not count
        or does not follow, MalformedError if a document is missing, unexpected or invalid.
        """
        with self._database.reading() as connection:
            pinned = _pinned(connection)
            # Before verifying signatures: a stranger's long chain must not keep us busy.
            _check_extends(roots, _root_ids(connection))
        root = Root.verify_chain(roots, pinned)
        newest = Roster.verify(rosters[-1], root)
        today = newest.policy.day(now)
        root.check_day(today)
        if today > newest.until:
            raise ExpiredError("roster")
        documents = {hashlib.sha256(document).digest(): document for document in texts}
        with self._database.turn(), self._database.writing() as connection:
            known = _root_ids(connection)
            _check_extends(roots, known)
            kept = [Signed.parse(raw) for raw in connection.execute(_ROSTERS).scalars()]
            chain = {signed.id(LABEL_ROSTER): signed for signed in (*kept, *rosters)}
            if newest.version < len(kept):
                raise RolledBackError("roster version")
            history = RosterHistory.verify([*chain.values()], root)
            if history.rosters[0].previous is not None:
                raise ForkError("the first roster has to be version 1")
            People(history.rosters)
            _check_texts(history.rosters[-len(rosters) :], documents)
            if len(chain) > len(kept):
                self._database.announce()
                _keep(connection, tables.root, len(known), roots[len(known) :])
                _keep(connection, tables.roster, len(kept), [*chain.values()][len(kept) :])
                _keep_texts(connection, documents)
        return today


def _pinned(connection: Connection) -> bytes:
    fingerprint: bytes | None = connection.execute(select(tables.pinned.c.fingerprint)).scalar()
    if fingerprint is None:
        raise SchemaError("no root is pinned: run `init`")
    return fingerprint


def _read_kept(connection: Connection) -> _Kept | None:
    roots, rosters = (
        tuple(Signed.parse(raw) for raw in connection.execute(query).scalars()) for query in (_ROOTS, _ROSTERS)
    )
    if not rosters:
        return None
    # Verified again: a database that was altered on disk must not be served as valid.
    root = Root.verify_chain(roots, _pinned(connection))
    texts = {row.digest: row.document for row in connection.execute(_TEXTS)}
    history = RosterHistory.verify(rosters, root)
    spoken = RosterHistory(tuple(roster.with_texts(texts) for roster in history.rosters))
    return _Kept(roots, rosters, root, spoken, texts)


def _root_ids(connection: Connection) -> list[bytes]:
    """Return the ids of the stored roots, ascending."""
    return [Signed.parse(raw).id(LABEL_ROOT) for raw in connection.execute(_ROOTS).scalars()]


def _check_extends(roots: Sequence[Signed], kept: Sequence[bytes]) -> None:
    if len(roots) < len(kept):
        raise RolledBackError("root version")
    # By id: another choice of k signatures under the same root is no fork.
    if [signed.id(LABEL_ROOT) for signed in roots[: len(kept)]] != kept:
        raise ForkError("root")


def _check_texts(rosters: Sequence[Roster], documents: Mapping[bytes, bytes]) -> None:
    """Raise MalformedError or TamperedError unless these are exactly the documents that the rosters name."""
    for roster in rosters:
        roster.with_texts(documents)
    if documents.keys() != {digest for roster in rosters for digest in roster.texts.values()}:
        raise MalformedError("texts that no roster names")


def _keep_texts(connection: Connection, documents: Mapping[bytes, bytes]) -> None:
    # A later roster often names texts of an earlier one.
    kept = {row.digest for row in connection.execute(_TEXTS)}
    rows = [{"digest": digest, "document": document} for digest, document in documents.items() if digest not in kept]
    if rows:
        connection.execute(insert(tables.texts), rows)


def _keep(connection: Connection, table: Table, kept: int, documents: Sequence[Signed]) -> None:
    """Store documents as the versions after the stored ones."""
    for version, signed in enumerate(documents, kept + 1):
        connection.execute(insert(table), {"version": version, "signed": signed.encode()})
