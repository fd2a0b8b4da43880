"""Who the rosters list, SPEC.md 7.2: the same person through every change of key, and whose word counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.errors import ForkError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keys.roster.roster import Recipient, Roster
    from keys.wire.ids import PersonId


class People:
    """Everyone who stood on one of these rosters, which stand oldest first."""

    def __init__(self, rosters: Sequence[Roster]) -> None:
        """Look everyone up; raise ForkError where an identity is listed as two persons."""
        self._rosters = rosters
        listed = [one for roster in rosters for one in roster.recipients]
        self.recipients_by_id: dict[bytes, Recipient] = {one.identity: one for one in listed}
        if any(self.person_of(one.identity) != one.person for one in listed):
            raise ForkError("an identity of two persons")
        identities: dict[PersonId, set[bytes]] = {}
        for one in listed:
            identities.setdefault(one.person, set()).add(one.identity)
        self._identities = {person: frozenset(found) for person, found in identities.items()}

    def person_of(self, identity: bytes) -> PersonId | None:
        """Return whose identity this is, or None where no roster has listed it."""
        found = self.recipients_by_id.get(identity)
        return found.person if found else None

    def same_people(self, identities: Iterable[bytes]) -> frozenset[bytes]:
        """Return these identities and every other one of the same persons, earlier and later."""
        given = frozenset(identities)
        persons = [person for one in given if (person := self.person_of(one)) is not None]
        return given.union(*(self._identities[person] for person in persons))

    def newest(self, identities: Iterable[bytes]) -> list[bytes]:
        """Return one identity for each person whom these are of: the one by which a roster listed them last."""
        persons = {self.person_of(one) for one in identities}
        last = {one.person: one.identity for roster in self._rosters for one in roster.recipients}
        return [identity for person, identity in last.items() if person in persons]

    def may_write(self, identity: bytes, day: int, head_day: int) -> bool:
        """Say whether a message of this identity counts that came on `day` and names `head_day` as its own.

        Its person stands on the roster in force on the day, its identity on that one or the one in force when it was
        written, and it was not revoked before the day. So nobody has authority after the roster that ended them, and
        nobody loses a word that waited while their key was replaced.
        """
        person, present = self.person_of(identity), self._in_force(day)
        if person is None or present is None or present.find_person(person) is None:
            return False
        # Each roster repeats what those before it revoked.
        revoked = self._rosters[-1].revoked_on(identity)
        if revoked is not None and revoked < day:
            return False
        written = self._in_force(head_day)
        return any(roster is not None and roster.find(identity) is not None for roster in (present, written))

    def _in_force(self, day: int) -> Roster | None:
        return next((roster for roster in reversed(self._rosters) if roster.start <= day), None)
