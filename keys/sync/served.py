"""The server's state before an envelope is sealed, and the people who can be sealed to (SPEC 3.5, 7.6)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from keys.errors import ClockError, FormatError, NetworkError
from keys.policy import date_of
from keys.roster import Bundle, RosterHistory
from keys.roster.weeks import agree
from keys.sync.addressees import Addressees
from keys.wire.canonical import unb64
from keys.wire.signed import LABEL_ROOT, SIGNING_KEY_SIZE, Signed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keys.courier import Courier
    from keys.sync.trust import Trust


class Source(Protocol):
    """The source of signed documents: a server, or files fetched from it earlier."""

    def chain(self) -> tuple[list[Signed], list[Signed]]:
        """Return every root, and the roster in force with the newer ones, unverified."""

    def roster(self, version: int) -> Signed:
        """Return one earlier roster, unverified."""

    def bundles(self) -> tuple[int, int, list[Signed]]:
        """Return the server's day, the work it asks for, and the bundles, unverified."""


@dataclass(frozen=True, slots=True)
class Served:
    """The server's answer to GET /bundles: its day, the required work, and the verified bundles.

    `spoilt` are the identities that invalid or wrongly signed bundles name: these bundles do not count.
    """

    day: int
    work: int
    bundles: tuple[Bundle, ...]
    spoilt: frozenset[bytes] = frozenset()

    @classmethod
    def fetch(cls, courier: Courier, *, every: bool = False) -> Served:
        """Fetch it and verify all bundles: `every` one, or those of the day."""
        day, work, signed = courier.bundles(every=every)
        return cls(day, work, *verified(signed))

    def addressees(self, trust: Trust) -> Addressees:
        """Return the people who can be sealed to today; raise ExpiredError."""
        return Addressees.on(trust.history, self.bundles, self.day, trust.documents)

    def check_day(self, own: int) -> None:
        """Raise ClockError unless the server's day and the local day can both be right.

        A server that shifts its day would make us seal to keys of another week, or destroy ours.
        """
        if not agree(self.day, own):
            raise ClockError(f"{date_of(self.day)}, {date_of(own)}")


def verified(bundles: Iterable[Signed]) -> tuple[tuple[Bundle, ...], frozenset[bytes]]:
    """Return the bundles with a valid signature, and the identities that the others name (SPEC 7.6 step 7).

    An invalid bundle does not prevent sealing to others.
    """
    found, spoilt = [], set()
    for signed in bundles:
        try:
            found.append(Bundle.verify(signed))
        except FormatError:
            with suppress(FormatError):
                spoilt.add(unb64(signed.members().get("identity"), SIGNING_KEY_SIZE))
    return tuple(found), frozenset(spoilt)


def sealing_basis(courier: Courier, history: RosterHistory, own_day: int) -> tuple[Served, Addressees]:
    """Return the basis for sealing without a vault.

    Raises ClockError if the server's day cannot be right, RolledBackError if all recipients know another roster.
    """
    served = Served.fetch(courier)
    served.check_day(own_day)
    documents = documents_of(courier, history, served.bundles)
    return served, Addressees.on(history, served.bundles, served.day, documents).check_current()


def documents_of(source: Source, history: RosterHistory, bundles: Iterable[Bundle]) -> frozenset[bytes]:
    """Return the ids of the roots and rosters that these bundles name, as far as their chain has them.

    The chain is fetched again: a bundle can name a document published since (SPEC 7.6 step 8).

    Raises ForkError if the earlier rosters do not lead to those of `history`.
    """
    roots, _ = source.chain()
    found = {root.id(LABEL_ROOT) for root in roots} | {roster.id for roster in history.rosters}
    first = history.rosters[0]
    if first.previous is not None:
        found.add(first.previous)
    wanted = {bundle.seen.roster for bundle in bundles if bundle.seen} - found
    while wanted and first.version > 1:
        try:
            history = history.preceded_by([source.roster(first.version - 1)])
        except NetworkError:
            break  # it was not fetched: a bundle that names it does not count, and its owner is named
        first = history.rosters[0]
        found.add(first.id)
        wanted.discard(first.id)
    return frozenset(found)
