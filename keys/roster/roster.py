"""The signed list of recipients and the organisation's policy, SPEC 7.2. It cannot sign."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from keys.errors import ExpiredError, ForkError, MalformedError, RolledBackError, TamperedError
from keys.policy import Policy, text_languages
from keys.roster.root import Root, check_signers, check_threshold
from keys.wire.canonical import Json, b64, unb64
from keys.wire.envelope import MAX_RECIPIENTS, slot_count
from keys.wire.fields import day_of, integer_of, optional_id
from keys.wire.ids import PERSON_SIZE, PersonId
from keys.wire.signed import LABEL_ROSTER, MAX_DOCUMENT_SIZE, Signed
from keys.wire.sizes import BOX_KEY_SIZE, ID_SIZE, MAX_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROLES = ("secretaris", "bestuur", "external")
MAX_DAYS = 396  # SPEC 7.2: 13 months
MAX_REVOKED = 256
SEALED_CAPABILITY_SIZE = 80  # SPEC 7.2: a sealed box of 32 bytes

_MEMBERS = {"before", "from", "log", "policy", "recipients", "revoked", "root", "texts", "until", "version"}
_RECIPIENT_MEMBERS = {"box", "from", "identity", "log", "name", "person", "role", "to"}


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person on the roster, with their current identity key.

    `start` and `end` are the first and last day on which they receive; `log` is the log's capability sealed to `box`.
    """

    person: PersonId
    identity: bytes
    name: str
    role: str
    start: int
    end: int
    box: bytes
    log: bytes

    def members(self) -> dict[str, Json]:
        """Return the recipient as JSON members."""
        return {
            "box": b64(self.box),
            "from": self.start,
            "identity": b64(self.identity),
            "log": b64(self.log),
            "name": self.name,
            "person": b64(self.person),
            "role": self.role,
            "to": self.end,
        }


@dataclass(frozen=True, slots=True)
class Revoked:
    """An identity key whose messages count up to and with `day`; nobody seals to it after its revocation."""

    identity: bytes
    day: int

    def members(self) -> dict[str, Json]:
        """Return the revocation as JSON members."""
        return {"day": self.day, "identity": b64(self.identity)}


@dataclass(frozen=True, slots=True)
class Roster:
    """A roster that k of the root's keys signed (`verify`), or that a signed one commits to (`RosterHistory`).

    `texts` are the hashes of its policy's texts by language. `policy` has no texts before `with_texts`.
    """

    id: bytes
    version: int
    previous: bytes | None
    root: bytes
    start: int
    until: int
    log: bytes
    policy: Policy
    texts: Mapping[str, bytes]
    recipients: tuple[Recipient, ...]
    revoked: tuple[Revoked, ...]

    @classmethod
    def verify(cls, signed: Signed, root: Root) -> Roster:
        """Return the roster if k keys of `root` signed it.

        Raises BelowThresholdError, TamperedError or MalformedError. `check_day` checks its days, `check_follows` its
        place in the chain.
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

    def check_follows(self, earlier: Roster) -> None:
        """Raise RolledBackError or ForkError unless this is the version right after `earlier`."""
        if self.version < earlier.version or self.id == earlier.id:
            raise RolledBackError("roster version")
        if self.version != earlier.version + 1 or self.previous != earlier.id:
            raise ForkError("roster does not follow the one before it")
        # A roster that drops a revocation would give a thief's key its authority back.
        if not set(earlier.revoked) <= set(self.revoked):
            raise RolledBackError("a revoked identity")

    def with_texts(self, documents: Mapping[bytes, bytes]) -> Roster:
        """Return this roster with its policy's texts in every language; `documents` are by their hashes.

        Raises MalformedError if one is missing, and what `policy_in` raises.
        """
        for tag, digest in self.texts.items():
            if digest not in documents:
                raise MalformedError(f"no texts of {tag}")
        found = {tag: documents[digest] for tag, digest in self.texts.items()}
        return replace(self, policy=self.policy_in(found))

    def policy_in(self, documents: Mapping[str, bytes]) -> Policy:
        """Return the policy with its texts in some of its languages; raise TamperedError, MalformedError."""
        for tag, document in documents.items():
            if len(document) > MAX_DOCUMENT_SIZE:
                raise MalformedError(f"texts of {tag}")
            if hashlib.sha256(document).digest() != self.texts[tag]:
                raise TamperedError(f"texts of {tag}")
        return Policy.parse(self.policy.signed_members(), documents)

    def find(self, identity: bytes) -> Recipient | None:
        """Return the recipient with this identity key, or None."""
        return next((one for one in self.recipients if one.identity == identity), None)

    def find_person(self, person: bytes) -> Recipient | None:
        """Return the recipient with this person id, or None."""
        return next((one for one in self.recipients if one.person == person), None)

    def receiving(self, today: int) -> list[Recipient]:
        """Return the recipients who receive on this day, in the roster's order."""
        return [person for person in self.recipients if person.start <= today <= person.end]

    def slots(self) -> int:
        """Return the number of slots of every envelope of this roster."""
        return slot_count(len(self.recipients))

    def revoking(self, revoked: tuple[Revoked, ...]) -> Roster:
        """Return this roster with the revocations of a newer one."""
        return replace(self, revoked=revoked)

    def revoked_on(self, identity: bytes) -> int | None:
        """Return the last day on which messages of this identity count, or None if it is not revoked."""
        return next((revoked.day for revoked in self.revoked if revoked.identity == identity), None)

    def opens_log(self, capability: bytes) -> bool:
        """Say whether this is the capability of the log that the roster names."""
        return hashlib.sha256(capability).digest() == self.log


def read_unsigned(signed: Signed) -> Roster:
    """Return the roster in a document without checking its signatures.

    For a draft, which a person reads before signing it, and for a roster to which a verified one commits.
    """
    return _parse(signed)


def roster_document(
    *,
    root: Root,
    previous: Roster | None,
    start: int,
    until: int,
    log: bytes,
    policy: Policy,
    recipients: Sequence[Recipient],
    revoked: Sequence[Revoked] = (),
) -> dict[str, Json]:
    """Return the members of an unsigned roster that follows `previous`.

    `log` is the SHA-256 of the log's capability.
    """
    return {
        "before": b64(previous.id) if previous else None,
        "from": start,
        "log": b64(log),
        "policy": policy.signed_members(),
        "recipients": [recipient.members() for recipient in recipients],
        "revoked": [entry.members() for entry in sorted(revoked, key=lambda entry: b64(entry.identity))],
        "root": b64(root.id),
        "texts": texts_members(policy),
        "until": until,
        "version": previous.version + 1 if previous else 1,
    }


def texts_members(policy: Policy) -> dict[str, Json]:
    """Return the hash of each document of a policy's texts, by language."""
    return {tag: b64(hashlib.sha256(document).digest()) for tag, document in policy.documents().items()}


def _parse(signed: Signed) -> Roster:
    members = signed.members()
    if set(members) != _MEMBERS:
        raise MalformedError("members of the roster")
    listed = members["recipients"]
    if not isinstance(listed, list) or not 1 <= len(listed) <= MAX_RECIPIENTS:
        raise MalformedError("recipients")
    recipients = tuple(_recipient(member) for member in listed)
    for ids in ({one.identity for one in recipients}, {one.person for one in recipients}):
        if len(ids) != len(recipients):
            raise MalformedError("recipient listed twice")
    revoked = _revoked(members["revoked"])
    if {one.identity for one in recipients} & {entry.identity for entry in revoked}:
        raise MalformedError("a revoked identity is listed")
    start, until = day_of(members["from"]), day_of(members["until"])
    if not start <= until <= start + MAX_DAYS:
        raise MalformedError("days of the roster")
    version = integer_of(members["version"], 1)
    policy = Policy.parse(members["policy"])
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
        log=unb64(members["log"], ID_SIZE),
        policy=policy,
        texts=_texts(members["texts"], policy),
        recipients=recipients,
        revoked=revoked,
    )


def _texts(value: Json, policy: Policy) -> dict[str, bytes]:
    if not isinstance(value, dict) or set(value) != set(text_languages(policy.languages)):
        raise MalformedError("languages of texts")
    return {tag: unb64(digest, ID_SIZE) for tag, digest in value.items()}


def _revoked(value: Json) -> tuple[Revoked, ...]:
    if not isinstance(value, list) or len(value) > MAX_REVOKED:
        raise MalformedError("revoked")
    entries = []
    for member in value:
        if not isinstance(member, dict) or set(member) != {"day", "identity"}:
            raise MalformedError("members of a revoked identity")
        entries.append(Revoked(unb64(member["identity"], ID_SIZE), day_of(member["day"])))
    names = [b64(entry.identity) for entry in entries]
    if names != sorted(set(names)):
        raise MalformedError("order of revoked identities")
    return tuple(entries)


def _recipient(value: Json) -> Recipient:
    if not isinstance(value, dict) or set(value) != _RECIPIENT_MEMBERS:
        raise MalformedError("members of a recipient")
    name, role = value["name"], value["role"]
    if not isinstance(name, str) or not 1 <= len(name) <= MAX_NAME or role not in ROLES:
        raise MalformedError("name or role")
    start, end = day_of(value["from"]), day_of(value["to"])
    if start > end:
        raise MalformedError("days of a recipient")
    return Recipient(
        person=PersonId(unb64(value["person"], PERSON_SIZE)),
        identity=unb64(value["identity"], ID_SIZE),
        name=name,
        role=str(role),
        start=start,
        end=end,
        box=unb64(value["box"], BOX_KEY_SIZE),
        log=unb64(value["log"], SEALED_CAPABILITY_SIZE),
    )
