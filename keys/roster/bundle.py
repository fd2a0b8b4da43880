"""A recipient's current encryption keys, signed by their identity, SPEC.md 7.3; it holds public halves only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.errors import MalformedError, NotEnrolledError
from keys.roster.fields import day_of, integer_of
from keys.roster.root import check_signers
from keys.wire.canonical import Json, b64, unb64
from keys.wire.envelope import VERSION
from keys.wire.signed import LABEL_BUNDLE, Signed
from keys.wire.sizes import BOX_KEY_SIZE, ID_SIZE, KEM_KEY_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keys.roster.history import RosterHistory
    from keys.roster.roster import Roster

WEEKLY_DAYS = 28
LAST_RESORT_DAYS = 396
SPARE_DAYS = 7  # SPEC.md 7.3: a bundle about to end could be destroyed before the envelope is fetched
MAX_FORMATS = 16

_MEMBERS = {"away", "box", "formats", "from", "identity", "kem", "last", "roster", "serial", "to"}


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle whose identity signed it; `start` and `end` are days, `last` says last-resort."""

    identity: bytes
    serial: int
    box: bytes
    kem: bytes
    start: int
    end: int
    last: bool
    roster: int
    away: int | None
    formats: tuple[int, ...]

    @classmethod
    def verify(cls, signed: Signed) -> Bundle:
        """Return the bundle if the identity that it names signed it; raise TamperedError or MalformedError."""
        bundle = _parse(signed)
        check_signers(signed, LABEL_BUNDLE, [bundle.identity])
        return bundle

    def check_listed(self, roster: Roster) -> None:
        """Raise NotEnrolledError unless the bundle's identity stands on the roster."""
        if roster.find(self.identity) is None:
            raise NotEnrolledError

    def usable(self, today: int) -> bool:
        """Say whether an envelope may be sealed to it today."""
        return self.start <= today and today + SPARE_DAYS <= self.end and VERSION in self.formats

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
            "roster": self.roster,
            "serial": self.serial,
            "to": self.end,
        }


@dataclass(frozen=True, slots=True)
class Addressees:
    """The bundle used today for each recipient of a roster that has one, and `until` for every envelope.

    `away` are those who say so, or of whom the policy does, and those who have no weekly bundle.
    """

    roster: Roster
    bundles: dict[bytes, Bundle]
    away: frozenset[bytes]
    until: int

    @classmethod
    def choose(
        cls, history: RosterHistory, bundles: Iterable[Bundle], today: int, *, last_resort_only: bool = False
    ) -> Addressees:
        """Choose as SPEC.md 7.3 says.

        Raises RolledBackError when a bundle knows a newer roster, ExpiredError when no roster is valid today,
        NotEnrolledError when nobody on the roster has a bundle to seal to.
        """
        roster = history.in_force(today)
        valid = [
            bundle
            for bundle in bundles
            if bundle.start <= today <= bundle.end
            and roster.find(bundle.identity)
            # A stolen key is sealed to by nobody from the moment on that its revocation is published.
            and roster.revoked_on(bundle.identity) is None
        ]
        history.newest.check_not_withheld(bundle.roster for bundle in valid)
        people = {person.identity: person for person in roster.receiving(today)}
        in_order = sorted(valid, key=lambda candidate: (not candidate.last, candidate.serial))
        usable = [bundle for bundle in in_order if bundle.usable(today) and bundle.identity in people]
        chosen = {bundle.identity: bundle for bundle in usable if bundle.last or not last_resort_only}
        if not chosen:
            raise NotEnrolledError("no recipient has a valid key")
        weekly = {bundle.identity: bundle for bundle in usable if not bundle.last}
        away = [
            identity
            for identity, person in people.items()
            if identity not in weekly
            or roster.policy.is_away(person.name, today)
            or (weekly[identity].away or 0) >= today
        ]
        return cls(roster, chosen, frozenset(away), min(bundle.end for bundle in chosen.values()))


def _parse(signed: Signed) -> Bundle:
    members = signed.members()
    if set(members) != _MEMBERS:
        raise MalformedError("members of the bundle")
    last, formats = members["last"], members["formats"]
    if not isinstance(last, bool) or not isinstance(formats, list) or not 1 <= len(formats) <= MAX_FORMATS:
        raise MalformedError("last or formats")
    start, end = day_of(members["from"]), day_of(members["to"])
    if not start <= end <= start + (LAST_RESORT_DAYS if last else WEEKLY_DAYS):
        raise MalformedError("days of the bundle")
    return Bundle(
        identity=unb64(members["identity"], ID_SIZE),
        serial=integer_of(members["serial"], 1),
        box=unb64(members["box"], BOX_KEY_SIZE),
        kem=unb64(members["kem"], KEM_KEY_SIZE),
        start=start,
        end=end,
        last=last,
        roster=integer_of(members["roster"], 0),
        away=None if members["away"] is None else day_of(members["away"]),
        formats=tuple(integer_of(number, 1, 255) for number in formats),
    )
