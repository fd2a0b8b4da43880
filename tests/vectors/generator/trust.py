"""Roots, SPEC 7.1: how the board's keys are renewed, and how somebody might slip in their own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from keys.roster import root_document
from keys.sealing import Signer
from keys.wire.canonical import Json, b64, encode
from keys.wire.signed import LABEL_ROOT, LABEL_ROSTER, Signed, join_frames
from tests.vectors.generator.people import TODAY, seed
from tests.vectors.generator.scenario import (
    ACCEPTED,
    BELOW,
    EXPIRED,
    FORK,
    MALFORMED,
    ROLLED_BACK,
    TAMPERED,
    Made,
    Subject,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Subject("root")
LAST_DAY = TODAY + 366
OLD = tuple(Signer.from_seed(seed(f"old root key {number}")) for number in range(3))
NEW = tuple(Signer.from_seed(seed(f"new root key {number}")) for number in range(3))
THIEF = Signer.from_seed(seed("thief"))


def signed(members: dict[str, Json], label: bytes, signers: Sequence[Signer]) -> Signed:
    """Return a document with these signatures beside it."""
    document = Signed(encode(members), ())
    for signer in signers:
        document = document.with_signer(signer.public, signer.sign(label + document.document))
    return document


def respelt(document: Signed, at: int, signature: bytes) -> Signed:
    """Return a document with one signature exchanged."""
    return document.with_signer(document.signers[at][0], signature)


@dataclass(frozen=True, slots=True)
class Draft:
    """A root before it is signed."""

    version: int = 1
    before: bytes | None = None
    keys: tuple[Signer, ...] = OLD
    k: int = 2
    until: int = LAST_DAY

    def members(self) -> dict[str, Json]:
        """Return its JSON members."""
        return root_document(self.version, self.before, (key.public for key in self.keys), self.k, self.until)

    def by(self, *signers: Signer, **changes: Json) -> Signed:
        """Return it signed, some members changed."""
        return signed(self.members() | changes, LABEL_ROOT, signers)


BOTH = (*OLD[:2], *NEW[:2])
FIRST = Draft().by(*OLD[:2])
FIRST_ID = FIRST.id(LABEL_ROOT)
FOLLOWING = Draft(2, FIRST_ID, NEW)
SECOND = FOLLOWING.by(*BOTH)
SECOND_ID = SECOND.id(LABEL_ROOT)
THIRD = Draft(3, SECOND_ID).by(*BOTH)


def _chain(roots: Sequence[Signed], pinned: bytes, today: int) -> tuple[bytes, dict[str, str]]:
    raw = join_frames(root.encode() for root in roots)
    return raw, {"pinned": pinned.hex(), "today": str(today)}


def _right(title: str, comment: str, *roots: Signed, pinned: int = 0, today: int = TODAY) -> None:
    """List a chain that counts when its root at `pinned` is the known one."""

    def made() -> Made:
        raw, fields = _chain(roots, roots[pinned].id(LABEL_ROOT), today)
        newest = roots[-1]
        return raw, fields | {"id": newest.id(LABEL_ROOT).hex(), "version": str(newest.members()["version"])}

    ROOT.add(title, ACCEPTED, comment, made)


def _wrong(title: str, expect: str, comment: str, *roots: Signed, pinned: bytes = FIRST_ID, today: int = TODAY) -> None:
    ROOT.add(title, expect, comment, lambda: _chain(roots, pinned, today))


def _founding(title: str, comment: str, **changes: Json) -> None:
    """List a founding root with a member that nobody accepts."""
    root = Draft().by(*OLD[:2], **changes)
    ROOT.add(title, MALFORMED, comment, lambda: _chain([root], root.id(LABEL_ROOT), TODAY))


_ended = Draft(until=TODAY - 1).by(*OLD[:2])

_right("founding", "two of three have signed", FIRST)
_right("founding signed by all", "more than k may sign", Draft().by(*OLD))
_right("founding of one key", "one of one", Draft(keys=OLD[:1], k=1).by(OLD[0]))
_right("on its last day", "until is the last day", FIRST, today=LAST_DAY)
_right("rotation", "two of the old and two of the new", FIRST, SECOND)
_right("rotation with the new root pinned", "a poster may carry any version", FIRST, SECOND, pinned=1)
_right("two rotations", "each signed by the keys before it", FIRST, SECOND, THIRD)
_right("two rotations with the middle one pinned", "a poster may carry any version", FIRST, SECOND, THIRD, pinned=1)
_right(
    "rotation that keeps two keys",
    "who is in both counts for both",
    FIRST,
    Draft(2, FIRST_ID, (*OLD[:2], NEW[0])).by(*OLD[:2]),
)
_right(
    "rotation of a root that has ended",
    "only the newest has to be valid today",
    _ended,
    replace(FOLLOWING, before=_ended.id(LABEL_ROOT)).by(*BOTH),
)

_wrong("none", MALFORMED, "an empty chain")
_wrong("founding below the threshold", BELOW, "one of three, where two must", Draft().by(OLD[0]))
_wrong("founding signed by a stranger as well", MALFORMED, "nobody asked for it", Draft().by(*OLD[:2], THIEF))
_wrong(
    "founding with a wrong signature",
    TAMPERED,
    "not just left out of the count",
    respelt(Draft().by(*OLD), 0, bytes(64)),
)
_wrong(
    "founding signed under the label of a roster",
    TAMPERED,
    "each document has its own",
    signed(Draft().members(), LABEL_ROSTER, OLD[:2]),
)
_wrong("founding with a root before it", MALFORMED, "version 1 has none", Draft(before=bytes(32)).by(*OLD[:2]))
_wrong("another root than the pinned", FORK, "the server shows one of its own", Draft(keys=(THIEF,), k=1).by(THIEF))
_wrong("after its last day", EXPIRED, "the day after", FIRST, today=LAST_DAY + 1)
_wrong(
    "rotation to a root that has ended",
    EXPIRED,
    "the newest counts",
    FIRST,
    replace(FOLLOWING, until=TODAY - 1).by(*BOTH),
)
_wrong("rotation by the old keys alone", BELOW, "the new ones have to exist", FIRST, FOLLOWING.by(*OLD[:2]))
_wrong("rotation by the new keys alone", BELOW, "a thief makes three and signs", FIRST, FOLLOWING.by(*NEW))
_wrong("rotation by one of the old", BELOW, "one stolen key is not enough", FIRST, FOLLOWING.by(OLD[0], *NEW))
_wrong("rotation by one of the new", BELOW, "k of the new as well", FIRST, FOLLOWING.by(*OLD, NEW[0]))
_wrong("rotation with a wrong signature", TAMPERED, "another's", FIRST, respelt(SECOND, 0, SECOND.signers[1][1]))
_wrong("rotation signed by a stranger as well", MALFORMED, "nobody asked for it", FIRST, FOLLOWING.by(*BOTH, THIEF))
_wrong(
    "rotation of another root", FORK, "before is another's id", FIRST, replace(FOLLOWING, before=seed("root")).by(*BOTH)
)
_wrong(
    "rotation that skips a version", FORK, "version 3 behind version 1", FIRST, replace(FOLLOWING, version=3).by(*BOTH)
)
_wrong("rotation back to the second", ROLLED_BACK, "a chain goes forward only", FIRST, SECOND, THIRD, SECOND)
_wrong("rotation shown twice", ROLLED_BACK, "a chain goes forward only", FIRST, SECOND, SECOND)
_wrong("chain without its first root", MALFORMED, "every version from 1", SECOND, pinned=SECOND_ID)
_wrong("chain without the pinned root", FORK, "a server that withholds a rotation", FIRST, pinned=SECOND_ID)

_founding("k of 0", "nobody would have to sign", k=0)
_founding("k above the number of keys", "nobody could sign", k=4)
_founding("k of true", "no number", k=True)
_founding(
    "keys out of order", "one set has one spelling", keys=[*sorted((b64(key.public) for key in OLD), reverse=True)]
)
_founding("a key twice", "one holder must not count as two", keys=[*sorted(b64(OLD[at].public) for at in (0, 0, 1))])
_founding("no keys", "at least one", keys=[])
_founding("17 keys", "above the limit", keys=[*sorted(b64(seed(f"root key {number}")) for number in range(17))])
_founding("another member", "nothing that nobody reads is signed", extra=1)
_founding("version 0", "versions begin with 1", version=0)
_founding("until as text", "a day", until="20600")
