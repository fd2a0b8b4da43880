"""A recipient's current encryption keys, signed by their identity, SPEC 7.3. It holds public halves only."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from keys.errors import MalformedError
from keys.roster import weeks
from keys.roster.public_keys import check_public_keys
from keys.roster.root import check_signers
from keys.wire.canonical import Json, b64, unb64
from keys.wire.envelope import VERSION
from keys.wire.fields import day_of, integer_of
from keys.wire.signed import LABEL_BUNDLE, Signed
from keys.wire.sizes import BOX_KEY_SIZE, ID_SIZE, KEM_KEY_SIZE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


MAX_FORMATS = 16
MOST_REMEMBERED = 512  # checked bundles, of about four kilobytes each: five of each recipient, as far as they fit

_MEMBERS = {
    "away",
    "box",
    "formats",
    "from",
    "identity",
    "kem",
    "last",
    "log",
    "root",
    "roster",
    "serial",
    "to",
    "week",
}


@dataclass(frozen=True, slots=True)
class LogHead:
    """The end of a log according to one reader: the position of an entry and the digest of all up to it."""

    place: int
    digest: bytes

    def members(self) -> dict[str, Json]:
        """Return the log head as JSON members."""
        return {"digest": b64(self.digest), "place": self.place}


@dataclass(frozen=True, slots=True)
class Witness:
    """What the tool of a bundle's owner had seen when it signed: the ids of root and roster, and the log's end."""

    root: bytes
    roster: bytes
    log: LogHead


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle whose identity signed it; `start` and `end` are days, `last` marks a last-resort bundle.

    `week` is the Monday of the week in which it was signed. `seen` is None in a card's bundle, which is signed before
    its owner joins.
    """

    identity: bytes
    serial: int
    box: bytes
    kem: bytes
    start: int
    end: int
    last: bool
    week: int
    seen: Witness | None
    away: int | None
    formats: tuple[int, ...]

    @classmethod
    def verify(cls, signed: Signed) -> Bundle:
        """Return the bundle if the identity that it names signed it; raise TamperedError or MalformedError."""
        return _verified(signed)

    @classmethod
    def read_kept(cls, document: bytes) -> Bundle:
        """Return the bundle of a stored document whose signature was already checked."""
        return _parse(Signed(document, ()))

    def covers(self, day: int) -> bool:
        """Say whether envelopes of `day` are sealed to it."""
        return self.start <= day <= self.end

    def is_readable(self) -> bool:
        """Say whether its owner's tool reads this version of the format."""
        return VERSION in self.formats

    def can_be_sealed_to(self) -> bool:
        """Say whether its public keys are valid."""
        return _are_keys(self.box, self.kem)

    def names_known(self, documents: Collection[bytes]) -> bool:
        """Say whether the root and roster that it names are among the ids in `documents`."""
        return self.seen is None or (self.seen.root in documents and self.seen.roster in documents)

    def members(self) -> dict[str, Json]:
        """Return the bundle as the JSON members that are signed."""
        return {
            "away": self.away,
            "box": b64(self.box),
            "formats": [*self.formats],
            "from": self.start,
            "identity": b64(self.identity),
            "kem": b64(self.kem),
            "last": self.last,
            "log": self.seen.log.members() if self.seen else None,
            "root": b64(self.seen.root) if self.seen else None,
            "roster": b64(self.seen.roster) if self.seen else None,
            "serial": self.serial,
            "to": self.end,
            "week": self.week,
        }


def highest(bundles: Iterable[Bundle]) -> list[Bundle]:
    """Return, for each identity and kind, the bundle with the highest serial; if two share it, return neither."""
    given = {*bundles}
    serials: dict[tuple[bytes, bool], int] = {}
    for one in given:
        kind = one.identity, one.last
        serials[kind] = max(one.serial, serials.get(kind, 0))
    found = [one for one in given if one.serial == serials[one.identity, one.last]]
    number = Counter((one.identity, one.last) for one in found)
    return [one for one in found if number[one.identity, one.last] == 1]


# Every sync and every report brings the same bundles, and checking the same bytes gives the same result.
@lru_cache(MOST_REMEMBERED)
def _verified(signed: Signed) -> Bundle:
    bundle = _parse(signed)
    check_signers(signed, LABEL_BUNDLE, [bundle.identity])
    return bundle


@lru_cache(MOST_REMEMBERED)
def _are_keys(box: bytes, kem: bytes) -> bool:
    try:
        check_public_keys(box, kem)
    except MalformedError:
        return False
    return True


def _parse(signed: Signed) -> Bundle:
    members = signed.members()
    if set(members) != _MEMBERS:
        raise MalformedError("members of the bundle")
    last, formats = members["last"], members["formats"]
    if not isinstance(last, bool) or not isinstance(formats, list) or not 1 <= len(formats) <= MAX_FORMATS:
        raise MalformedError("last or formats")
    start, end, week = day_of(members["from"]), day_of(members["to"]), day_of(members["week"])
    if end != weeks.last_day(start, last=last):
        raise MalformedError("days of the bundle")
    first, latest = (start, end) if last else (start - weeks.AHEAD, start)
    if weeks.monday(week) != week or not first <= week <= latest:
        raise MalformedError("week of the bundle")
    seen = _witness(members)
    if seen is None and not last:
        raise MalformedError("a weekly bundle names root, roster and log")
    return Bundle(
        identity=unb64(members["identity"], ID_SIZE),
        serial=integer_of(members["serial"], 1),
        box=unb64(members["box"], BOX_KEY_SIZE),
        kem=unb64(members["kem"], KEM_KEY_SIZE),
        start=start,
        end=end,
        last=last,
        week=week,
        seen=seen,
        away=None if members["away"] is None else day_of(members["away"]),
        formats=tuple(integer_of(number, 1, 255) for number in formats),
    )


def _witness(members: dict[str, Json]) -> Witness | None:
    root, roster, log = (members[name] for name in ("root", "roster", "log"))
    if root is None and roster is None and log is None:
        return None
    if not isinstance(log, dict) or set(log) != {"digest", "place"}:
        raise MalformedError("log of the bundle")
    head = LogHead(integer_of(log["place"], 0), unb64(log["digest"], ID_SIZE))
    return Witness(unb64(root, ID_SIZE), unb64(roster, ID_SIZE), head)
