"""Watching a published roster until each person on it has shown that they know it, SPEC 7.7.

If a server keeps showing the old roster to everybody, only the publisher of the new one can notice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from keys.errors import MalformedError
from keys.identity import make_folder
from keys.identity import replace as replace_file
from keys.roster import Bundle, RosterHistory
from keys.roster.weeks import monday
from keys.sync import trusted_chain
from keys.wire.canonical import b64, encode, parse_object, unb64
from keys.wire.sizes import ID_SIZE

if TYPE_CHECKING:
    from pathlib import Path

    from keys.courier import Courier
    from keys.roster import Root

WATCH_FILE = "published.json"
HIDDEN_DAYS = 28  # SPEC 7.7: after four weeks the tool warns that the server may be hiding it


@dataclass(frozen=True, slots=True)
class Published:
    """A roster that was published on `day`; `unseen` are the identities on it that have not shown that they know it."""

    server: str
    root: bytes
    roster: bytes
    version: int
    day: int
    unseen: tuple[tuple[bytes, str], ...]

    @property
    def names(self) -> list[str]:
        """The names of the people who have not shown that they know it."""
        return sorted(name for _, name in self.unseen)

    def may_be_hidden(self, today: int) -> bool:
        """Say whether so much time has passed that the server may be hiding it."""
        return today > self.day + HIDDEN_DAYS

    def encode(self) -> bytes:
        """Return the bytes of its file."""
        return encode(
            {
                "day": self.day,
                "root": b64(self.root),
                "roster": b64(self.roster),
                "server": self.server,
                "unseen": [[b64(identity), name] for identity, name in self.unseen],
                "version": self.version,
            }
        )

    @classmethod
    def parse(cls, raw: bytes) -> Published:
        """Read its file; raise MalformedError."""
        match parse_object(raw):
            case {
                "day": int(day),
                "root": str(root),
                "roster": str(roster),
                "server": str(server),
                "unseen": [*unseen],
                "version": int(version),
            }:
                pairs = tuple((unb64(one[0], ID_SIZE), str(one[1])) for one in unseen if isinstance(one, list))
                return cls(server, unb64(root, ID_SIZE), unb64(roster, ID_SIZE), version, day, pairs)
        raise MalformedError(WATCH_FILE)


def watch(home: Path, root: Root, history: RosterHistory, server: str, today: int) -> None:
    """Start watching the newest roster of a history, in place of an earlier one."""
    newest = history.newest
    unseen = tuple((one.identity, one.name) for one in newest.recipients)
    make_folder(home)
    replace_file(home / WATCH_FILE, Published(server, root.id, newest.id, newest.version, today, unseen).encode())


def watched(home: Path) -> Published | None:
    """Return the watched roster as of the last look, or None."""
    path = home / WATCH_FILE
    return Published.parse(path.read_bytes()) if path.exists() else None


def look(home: Path, courier: Courier) -> Published | None:
    """Return the watched roster with the people who have still not shown that they know it; stop if there are none.

    A person knows it if they signed a weekly bundle this week that names it, or one after it.
    """
    published = watched(home)
    if published is None:
        return None
    day, _, signed = courier.bundles()
    listed, later = _listed(courier, published, day)
    knowing = {one.identity for one in map(Bundle.verify, signed) if _knows(one, later, day)}
    unseen = tuple(pair for pair in published.unseen if pair[0] in listed and pair[0] not in knowing)
    if not unseen:
        (home / WATCH_FILE).unlink()
        return None
    published = replace(published, unseen=unseen)
    replace_file(home / WATCH_FILE, published.encode())
    return published


def _listed(courier: Courier, published: Published, day: int) -> tuple[set[bytes], set[bytes]]:
    """Return the people still on the roster, by a later one that follows it or by itself, and the ids from it on."""
    _, history = trusted_chain(courier, published.root, day)
    missing = range(published.version, history.rosters[0].version)
    history = history.preceded_by([courier.roster(version) for version in missing])
    if history.by_id(published.roster) is None:
        return {identity for identity, _ in published.unseen}, {published.roster}
    later: set[bytes] = {roster.id for roster in history.rosters if roster.version >= published.version}
    return {one.identity for one in history.newest.recipients}, later


def _knows(bundle: Bundle, later: set[bytes], day: int) -> bool:
    return not bundle.last and bundle.week == monday(day) and bundle.seen is not None and bundle.seen.roster in later
