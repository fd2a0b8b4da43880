"""The board's signing keys and their rotation, SPEC 7.1. It cannot sign."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.errors import (
    BelowThresholdError,
    ExpiredError,
    ForkError,
    MalformedError,
    RolledBackError,
)
from keys.roster.signature import verify_signature
from keys.wire.canonical import Json, b64
from keys.wire.fields import day_of, integer_of, key_list, optional_id
from keys.wire.signed import LABEL_ROOT, Signed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_KEYS = 16


@dataclass(frozen=True, slots=True)
class Root:
    """A verified root: k of `keys` must sign a roster."""

    id: bytes
    version: int
    previous: bytes | None
    keys: tuple[bytes, ...]
    k: int
    until: int

    @classmethod
    def verify_chain(cls, chain: Sequence[Signed], pinned: bytes) -> Root:
        """Return the newest root of `chain`, which must hold every version from 1 and contain `pinned`.

        Raises ForkError if the pinned root is not in it, and BelowThresholdError, TamperedError or MalformedError for
        an invalid link.
        """
        if not chain:
            raise MalformedError("empty chain")
        root = _founding(chain[0])
        ids = [root.id]
        for signed in chain[1:]:
            root = root.follow(signed)
            ids.append(root.id)
        if pinned not in ids:
            raise ForkError("another root than the one you know")
        return root

    def follow(self, signed: Signed) -> Root:
        """Return the root of the next version, which k of the old and k of the new keys must have signed."""
        following = _parse(signed)
        if following.version <= self.version:
            raise RolledBackError("root version")
        if following.version != self.version + 1 or following.previous != self.id:
            raise ForkError("root does not follow the one before it")
        check_signers(signed, LABEL_ROOT, {*self.keys, *following.keys})
        check_threshold(signed, self.keys, self.k)
        check_threshold(signed, following.keys, following.k)
        return following

    def check_day(self, today: int) -> None:
        """Raise ExpiredError after the last day of this root."""
        if today > self.until:
            raise ExpiredError("root")


def root_document(version: int, previous: bytes | None, keys: Iterable[bytes], k: int, until: int) -> dict[str, Json]:
    """Return the members of an unsigned root document."""
    return {
        "before": None if previous is None else b64(previous),
        "k": k,
        "keys": [*sorted(map(b64, keys))],
        "until": until,
        "version": version,
    }


def check_signers(signed: Signed, label: bytes, allowed: Iterable[bytes]) -> None:
    """Raise unless every signer is allowed and every signature valid: an invalid one is never ignored."""
    known = set(allowed)
    for key, signature in signed.signers:
        if key not in known:
            raise MalformedError("a signer that nobody asked for")
        verify_signature(key, label + signed.document, signature)


def check_threshold(signed: Signed, keys: Iterable[bytes], k: int) -> None:
    """Raise BelowThresholdError unless at least k of `keys` are among the signers."""
    known = set(keys)
    if sum(key in known for key, _ in signed.signers) < k:
        raise BelowThresholdError


def _founding(signed: Signed) -> Root:
    root = _parse(signed)
    if root.version != 1 or root.previous is not None:
        raise MalformedError("chain does not begin with version 1")
    check_signers(signed, LABEL_ROOT, root.keys)
    check_threshold(signed, root.keys, root.k)
    return root


def _parse(signed: Signed) -> Root:
    members = signed.members()
    if set(members) != {"before", "k", "keys", "until", "version"}:
        raise MalformedError("members of the root")
    keys = key_list(members["keys"], MAX_KEYS)
    k = integer_of(members["k"], 1, len(keys))
    version = integer_of(members["version"], 1)
    return Root(signed.id(LABEL_ROOT), version, optional_id(members["before"]), keys, k, day_of(members["until"]))
