"""The rosters that a reader holds: the one in force on a day, and the person with an identity (SPEC 7.2, 12.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keys.policy.members import Retention
    from keys.wire.ids import IdentityKey, PersonId, RosterId


class RecipientView(Protocol):
    """The part of a recipient's entry that the rules need."""

    @property
    def person(self) -> PersonId:
        """The human being, the same through every change of key."""

    @property
    def identity(self) -> bytes:
        """The signing key."""

    @property
    def start(self) -> int:
        """The first day of the entry."""

    @property
    def end(self) -> int:
        """The last day of the entry."""


class RevokedView(Protocol):
    """The part of a revoked identity that the rules need: entries of the log after `day` do not count."""

    @property
    def identity(self) -> bytes:
        """The signing key."""

    @property
    def day(self) -> int:
        """The last day on which its messages count."""


class PolicyView(Protocol):
    """The part of a policy that the rules need."""

    @property
    def retention(self) -> Retention:
        """The retention of a closed case."""


class RosterView(Protocol):
    """The part of a roster that the rules need."""

    @property
    def id(self) -> bytes:
        """The id of the signed document."""

    @property
    def version(self) -> int:
        """Its number: 1, and one more for each that follows."""

    @property
    def start(self) -> int:
        """The first day on which it is in force."""

    @property
    def recipients(self) -> Sequence[RecipientView]:
        """Its entries."""

    @property
    def revoked(self) -> Sequence[RevokedView]:
        """The revoked identities."""

    @property
    def policy(self) -> PolicyView:
        """Its policy."""


class Rosters:
    """The rosters that a reader holds, in any order; a page may lack older ones."""

    def __init__(self, rosters: Iterable[RosterView]) -> None:
        self._chain = sorted({roster.version: roster for roster in rosters}.values(), key=lambda one: one.version)
        self._ids = {roster.id for roster in self._chain}
        self._persons: dict[bytes, PersonId] = {}
        self._identities: dict[bytes, frozenset[bytes]] = {}
        self._revoked: dict[bytes, int] = {}
        self._in_force: dict[int, RosterView | None] = {}
        self._persons_on: dict[int, frozenset[PersonId] | None] = {}
        for roster in self._chain:
            self._persons |= {entry.identity: entry.person for entry in roster.recipients}
            self._identities[roster.id] = frozenset(entry.identity for entry in roster.recipients)
            for revoked in roster.revoked:
                # A revocation applies at once; of several rosters, the earliest day counts.
                day = self._revoked.get(revoked.identity, revoked.day)
                self._revoked[revoked.identity] = min(day, revoked.day)

    def __contains__(self, roster_id: RosterId) -> bool:
        """Say whether this roster is here."""
        return roster_id in self._ids

    @property
    def newest_version(self) -> int:
        """The version of the newest roster that is here; 0 without rosters."""
        return self._chain[-1].version if self._chain else 0

    @property
    def everybody(self) -> frozenset[PersonId]:
        """Everybody who is or was on a roster that is here."""
        return frozenset(self._persons.values())

    def person_of(self, identity: IdentityKey) -> PersonId | None:
        """Return the person whose key this is or was, by the newest roster that lists it."""
        return self._persons.get(identity)

    def in_force(self, day: int) -> RosterView | None:
        """Return the newest roster whose first day is not after `day`; None if it is not here."""
        if day not in self._in_force:
            begun = [at for at, roster in enumerate(self._chain) if roster.start <= day]
            at = begun[-1] if begun else -1
            self._in_force[day] = self._chain[at] if begun and self._has_all_after(at) else None
        return self._in_force[day]

    def is_known(self, day: int) -> bool:
        """Say whether the reader can tell which roster was in force on `day`, or that none was yet."""
        is_first = bool(self._chain) and self._chain[0].version == 1
        return self.in_force(day) is not None or (is_first and self._has_all_after(0))

    def persons_on(self, day: int) -> frozenset[PersonId] | None:
        """Return the persons on the roster in force on `day`; None if that is not known."""
        if day not in self._persons_on:
            roster = self.in_force(day)
            entries = roster.recipients if roster else ()
            persons = frozenset(entry.person for entry in entries if entry.start <= day <= entry.end)
            self._persons_on[day] = persons if self.is_known(day) else None
        return self._persons_on[day]

    def lists(self, identity: IdentityKey, *days: int) -> bool:
        """Say whether a roster that was in force on one of these days lists the identity."""
        rosters = [roster for day in days if (roster := self.in_force(day))]
        return any(identity in self._identities[roster.id] for roster in rosters)

    def is_revoked(self, identity: IdentityKey, day: int) -> bool:
        """Say whether the identity was revoked on an earlier day than this."""
        return self._revoked.get(identity, day) < day

    def is_current(self, identity: IdentityKey) -> bool:
        """Say whether the newest roster lists the identity and nothing revokes it: a page marks messages of others."""
        listed = bool(self._chain) and identity in self._identities[self._chain[-1].id]
        return listed and identity not in self._revoked

    def retention(self, day: int) -> Retention:
        """Return the retention of a closed case by the policy of `day`; by the oldest roster if that is unknown."""
        return (self.in_force(day) or self._chain[0]).policy.retention

    def _has_all_after(self, at: int) -> bool:
        """Say whether no version from this one on is missing: a missing one could be the one in force."""
        return self._chain[-1].version - self._chain[at].version == len(self._chain) - 1 - at
