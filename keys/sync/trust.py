"""A vault's trust: the pinned root, and the rosters that follow from it. It takes no server's word for either."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from keys.cases.rosters import Rosters
from keys.errors import NotJoinedError, OlderChainError
from keys.roster import People, Recipient, Root, Roster, RosterHistory
from keys.wire.signed import LABEL_ROOT, LABEL_ROSTER, Signed, join_frames, split_frames

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from keys.courier import Courier
    from keys.vault import Vault
    from keys.wire.ids import PersonId

PINNED = "pinned root"
ROOTS = "roots"
ROSTERS = "rosters"
TEXTS = "texts"
TRUST_DAY = "trust day"


@dataclass(frozen=True)
class Trust:
    """The newest valid root, every roster from the first on, and the roster in force on the server's day.

    The roster in force has its policy's texts.
    """

    root: Root
    roster: Roster
    history: RosterHistory
    people: People
    signed_roots: tuple[Signed, ...]
    signed_rosters: tuple[Signed, ...]

    @cached_property
    def rosters(self) -> Rosters:
        """Every roster from the first on, for the rules of a case."""
        return Rosters(self.history.rosters)

    @cached_property
    def persons(self) -> Mapping[PersonId, Recipient]:
        """Everybody who was on a roster, each with the newest entry."""
        return {entry.person: entry for roster in self.history.rosters for entry in roster.recipients}

    @cached_property
    def persons_by_name(self) -> Mapping[str, PersonId]:
        """The people on the roster in force, by name."""
        return {entry.name: entry.person for entry in self.roster.recipients}

    @cached_property
    def origin(self) -> bytes:
        """The id of root version 1, with which the digests of the log begin."""
        return self.signed_roots[0].id(LABEL_ROOT)

    def person_of(self, identity: bytes) -> PersonId | None:
        """Return the person with this identity, or None if no roster has listed it."""
        return self.people.person_of(identity)

    @property
    def recipients_by_id(self) -> Mapping[bytes, Recipient]:
        """Everybody who was on a roster, by identity."""
        return self.people.recipients_by_id

    @cached_property
    def documents(self) -> frozenset[bytes]:
        """The ids of every root and roster that is here."""
        return frozenset(root.id(LABEL_ROOT) for root in self.signed_roots) | {
            roster.id for roster in self.history.rosters
        }


def last_synced(vault: Vault) -> tuple[bytes, int]:
    """Return the id of root version 1 and the server's day, as of the last sync; raise NotJoinedError."""
    roots, day = vault.setting(ROOTS), vault.setting(TRUST_DAY)
    if roots is None or day is None:
        raise NotJoinedError
    return _split(roots)[0].id(LABEL_ROOT), int(day)


def load_trust(vault: Vault) -> Trust:
    """Return the trust that `refresh_trust` stored last, verified again from the pinned root.

    Raises NotJoinedError before the first one.
    """
    pinned, roots, rosters, day = (vault.setting(name) for name in (PINNED, ROOTS, ROSTERS, TRUST_DAY))
    if pinned is None or roots is None or rosters is None or day is None:
        raise NotJoinedError
    trust = _verify(pinned, _split(roots), _split(rosters), int(day))
    return replace(trust, roster=trust.roster.with_texts(known_texts(vault)))


def refresh_trust(vault: Vault, courier: Courier, known: Trust, today: int) -> Trust:
    """Fetch the chain, check that it extends the one `known` to this vault (SPEC 7.6 step 4), and store it.

    If it does not, this raises TrustError or FormatError and stores nothing: OlderChainError if the server's chain is
    older.
    """
    roots, shown = courier.chain()
    if len(roots) < len(known.signed_roots):
        raise OlderChainError("root")
    rosters = _once(
        [
            *known.signed_rosters,
            *_earlier(courier, known.root.id, roots, shown, known.history.newest.version + 1),
            *shown,
        ]
    )
    if rosters[-1].id(LABEL_ROSTER) != shown[-1].id(LABEL_ROSTER):
        raise OlderChainError("roster version")
    if (tuple(roots), tuple(rosters)) == (known.signed_roots, known.signed_rosters):
        return _on(vault, courier, known, today)
    return _keep(vault, courier, known.root.id, roots, rosters, today)


def first_trust(vault: Vault, courier: Courier, fingerprint: bytes, today: int) -> Trust:
    """Pin a root by its fingerprint and fetch the whole chain from the first roster on."""
    roots, shown = courier.chain()
    return _keep(vault, courier, fingerprint, roots, [*_earlier(courier, fingerprint, roots, shown, 1), *shown], today)


def fetch_texts(roster: Roster, courier: Courier, known: Mapping[bytes, bytes]) -> Roster:
    """Return a verified roster with its policy's texts in every language; `known` ones are not fetched.

    Raises NetworkError, TamperedError or MalformedError.
    """
    # Every language, for every reader: the server must not learn the language of a reader's cases.
    return roster.with_texts({digest: known.get(digest) or courier.texts(digest) for digest in roster.texts.values()})


def _earlier(
    courier: Courier, pinned: bytes, roots: Sequence[Signed], shown: Sequence[Signed], first: int
) -> list[Signed]:
    """Fetch the rosters from version `first` up to the first one that was shown, unverified.

    The board's signature decides how many there are: a server could otherwise make a tool request them forever. Raises
    what verifying the shown ones raises.
    """
    version = shown[0].members().get("version")
    if isinstance(version, int) and version <= first:
        return []
    history = RosterHistory.verify(shown, Root.verify_chain(roots, pinned))
    return [courier.roster(number) for number in range(first, history.rosters[0].version)]


def _once(rosters: Sequence[Signed]) -> list[Signed]:
    """Return the rosters without duplicates: the chain begins with some that are known."""
    return list({signed.id(LABEL_ROSTER): signed for signed in rosters}.values())


def _keep(
    vault: Vault, courier: Courier, pinned: bytes, roots: list[Signed], rosters: list[Signed], today: int
) -> Trust:
    # Verified before it is stored: every later start relies on it.
    trust = _verify(pinned, roots, rosters, today)
    trust.root.check_day(today)
    roster = fetch_texts(trust.roster, courier, known_texts(vault))
    with vault.transaction():
        vault.put_setting(PINNED, trust.root.id)
        vault.put_setting(ROOTS, join_frames(document.encode() for document in roots))
        vault.put_setting(ROSTERS, join_frames(document.encode() for document in rosters))
        _keep_texts(vault, roster)
        vault.put_setting(TRUST_DAY, _day(today))
    return replace(trust, roster=roster)


def _on(vault: Vault, courier: Courier, known: Trust, today: int) -> Trust:
    """Return the known trust on another day, and store it; the chain was verified, and is the same."""
    known.root.check_day(today)
    roster = known.history.in_force(today)
    if roster.id == known.roster.id:
        trust = known
    else:
        trust = replace(known, roster=fetch_texts(roster, courier, known_texts(vault)))
    with vault.transaction():
        if trust is not known:
            _keep_texts(vault, trust.roster)
        vault.put_setting(TRUST_DAY, _day(today))
    return trust


def _keep_texts(vault: Vault, roster: Roster) -> None:
    vault.put_setting(TEXTS, join_frames(roster.policy.documents().values()))


def _day(today: int) -> bytes:
    return str(today).encode("ascii")


def known_texts(vault: Vault) -> dict[bytes, bytes]:
    """Return the stored documents of texts of the last roster, by their hashes."""
    documents = split_frames(vault.setting(TEXTS) or b"")
    return {hashlib.sha256(document).digest(): document for document in documents}


def _verify(pinned: bytes, roots: list[Signed], rosters: list[Signed], day: int) -> Trust:
    root = Root.verify_chain(roots, pinned)
    history = RosterHistory.verify(rosters, root)
    return Trust(root, history.in_force(day), history, history.people, tuple(roots), tuple(rosters))


def _split(raw: bytes) -> list[Signed]:
    return [Signed.parse(frame) for frame in split_frames(raw)]
