"""The signed list of recipients and the organisation's policy, SPEC.md 7.2; it cannot sign."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.errors import ExpiredError, ForkError, MalformedError, RolledBackError
from keys.policy import Policy
from keys.roster.fields import day_of, integer_of, optional_id
from keys.roster.root import Root, check_signers, check_threshold
from keys.wire.canonical import Json, b64, unb64
from keys.wire.envelope import MAX_RECIPIENTS, slot_count
from keys.wire.signed import LABEL_ROSTER, Signed
from keys.wire.sizes import ID_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROLES = ("secretaris", "bestuur", "external")
MAX_NAME = 80
MAX_DAYS = 396  # SPEC.md 7.2: 13 months

_MEMBERS = {"before", "feed", "from", "policy", "recipients", "root", "until", "version"}
_RECIPIENT_MEMBERS = {"from", "identity", "name", "role", "to"}


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person on the roster; `start` and `end` are the days between which they receive."""

    identity: bytes
    name: str
    role: str
    start: int
    end: int

    def members(self) -> dict[str, Json]:
        """Return the recipient as JSON members."""
        return {
            "from": self.start,
            "identity": b64(self.identity),
            "name": self.name,
            "role": self.role,
            "to": self.end,
        }


@dataclass(frozen=True, slots=True)
class Roster:
    """A roster that k of the root's keys signed: `verify` makes one, `linked` those that it commits to."""

    id: bytes
    version: int
    previous: bytes | None
    root: bytes
    start: int
    until: int
    feed: bytes
    policy: Policy
    recipients: tuple[Recipient, ...]

    @classmethod
    def verify(cls, signed: Signed, root: Root) -> Roster:
        """Return the roster if k keys of `root` signed it.

        Raises BelowThresholdError, TamperedError or MalformedError. Its days are checked by `check_day`, its place
        in the chain by `check_follows`.
        """
        roster = _parse(signed)
        check_signers(signed, LABEL_ROSTER, root.keys)
        check_threshold(signed, root.keys, root.k)
        if roster.root != root.id:
            raise ForkError("roster of another root")
        return roster

    def check_day(self, today: int) -> None:
        """Raise ExpiredError before the first or after the last day of this roster."""
        if not self.start <= today <= self.until:
            raise ExpiredError("roster")

    def check_follows(self, pinned: Roster) -> None:
        """Raise RolledBackError or ForkError unless this is `pinned` or the version right after it."""
        if self.version < pinned.version:
            raise RolledBackError("roster version")
        if self.version == pinned.version:
            if self.id != pinned.id:
                raise ForkError("roster")
        elif self.version != pinned.version + 1 or self.previous != pinned.id:
            raise ForkError("roster does not follow the one before it")

    def check_not_withheld(self, versions: Iterable[int]) -> None:
        """Raise RolledBackError when one of `versions`, which valid bundles name, is newer than this roster."""
        if any(version > self.version for version in versions):
            raise RolledBackError("a recipient knows a newer roster")

    def find(self, identity: bytes) -> Recipient | None:
        """Return the recipient with this identity key, if there is one."""
        return next((person for person in self.recipients if person.identity == identity), None)

    def receiving(self, today: int) -> list[Recipient]:
        """Return the recipients within their days, in the roster's order."""
        return [person for person in self.recipients if person.start <= today <= person.end]

    def slots(self) -> int:
        """Return the number of slots of every envelope of this roster."""
        return slot_count(len(self.recipients))

    def opens_feed(self, capability: bytes) -> bool:
        """Say whether this is the capability of the feed that the roster names."""
        return hashlib.sha256(capability).digest() == self.feed


def walk_back(newest: Roster, earlier: Sequence[Signed], pinned: Roster) -> list[Roster]:
    """Return the rosters from behind `pinned` up to `newest`, oldest first.

    `earlier` are the documents between the two, oldest first. They need no signature: `newest` commits to them by
    `before`. Raises RolledBackError when `newest` is older than `pinned`, ForkError when they are not linked.
    """
    if newest.version <= pinned.version:
        newest.check_follows(pinned)
        return []
    chain = linked(newest, earlier)
    chain[0].check_follows(pinned)
    return chain


def linked(newest: Roster, earlier: Sequence[Signed]) -> list[Roster]:
    """Return `earlier`, oldest first, and `newest` behind them; raise ForkError where a link does not hold."""
    chain = [newest]
    for signed in reversed(earlier):
        roster = _parse(signed)
        if roster.id != chain[-1].previous:
            raise ForkError("roster does not follow the one before it")
        chain.append(roster)
    return chain[::-1]


def read_unsigned(signed: Signed) -> Roster:
    """Return what a draft says, so that a person can read it before they sign: nothing may be sealed by it."""
    return _parse(signed)


def roster_document(
    *,
    root: Root,
    previous: Roster | None,
    start: int,
    until: int,
    feed: bytes,
    policy: Policy,
    recipients: Sequence[Recipient],
) -> dict[str, Json]:
    """Return the members of a roster that follows `previous` and is still to be signed; `feed` is the SHA-256."""
    return {
        "before": b64(previous.id) if previous else None,
        "feed": b64(feed),
        "from": start,
        "policy": policy.members(),
        "recipients": [recipient.members() for recipient in recipients],
        "root": b64(root.id),
        "until": until,
        "version": previous.version + 1 if previous else 1,
    }


def _parse(signed: Signed) -> Roster:
    members = signed.members()
    if set(members) != _MEMBERS:
        raise MalformedError("members of the roster")
    listed = members["recipients"]
    if not isinstance(listed, list) or not 1 <= len(listed) <= MAX_RECIPIENTS:
        raise MalformedError("recipients")
    recipients = tuple(_recipient(member) for member in listed)
    if len({recipient.identity for recipient in recipients}) != len(recipients):
        raise MalformedError("recipient listed twice")
    start, until = day_of(members["from"]), day_of(members["until"])
    if not start <= until <= start + MAX_DAYS:
        raise MalformedError("days of the roster")
    version = integer_of(members["version"], 1)
    previous = optional_id(members["before"])
    if (version == 1) != (previous is None):
        raise MalformedError("roster before")
    return Roster(
        id=signed.id(LABEL_ROSTER),
        version=version,
        previous=previous,
        root=unb64(members["root"], ID_SIZE),
        start=start,
        until=until,
        feed=unb64(members["feed"], ID_SIZE),
        policy=Policy.parse(members["policy"]),
        recipients=recipients,
    )


def _recipient(value: Json) -> Recipient:
    if not isinstance(value, dict) or set(value) != _RECIPIENT_MEMBERS:
        raise MalformedError("members of a recipient")
    name, role = value["name"], value["role"]
    if not isinstance(name, str) or not 1 <= len(name) <= MAX_NAME or role not in ROLES:
        raise MalformedError("name or role")
    start, end = day_of(value["from"]), day_of(value["to"])
    if start > end:
        raise MalformedError("days of a recipient")
    return Recipient(unb64(value["identity"], ID_SIZE), name, str(role), start, end)
