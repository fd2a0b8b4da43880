"""Rosters and bundles before they are signed, SPEC 7.2 to 7.4; `chains` and `bundles` list the scenarios."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from keys.roster import Bundle, LogHead, Recipient, Revoked, Witness
from keys.roster.roster import SEALED_CAPABILITY_SIZE, texts_members
from keys.sealing import PrivatePair, PublicPair
from keys.wire.canonical import Json, b64
from keys.wire.envelope import slot_count
from keys.wire.ids import PERSON_SIZE, PersonId
from keys.wire.signed import LABEL_BUNDLE, LABEL_ROSTER, Signed, join_frames
from tests.policies import SMALL
from tests.vectors.generator.people import BESTUUR_1, BESTUUR_2, SECRETARIS, TODAY, Person, seed
from tests.vectors.generator.trust import FIRST, FIRST_ID, OLD, signed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keys.sealing import Signer
    from tests.vectors.generator.scenario import Made

WEEK_DAYS = 6  # after its Monday
LAST_RESORT_DAYS = 391
MONDAY = TODAY - 2
START = TODAY - 30
UNTIL = TODAY + 300
PEOPLE = (SECRETARIS, BESTUUR_1, BESTUUR_2)
POLICY = SMALL


def listed(identity: bytes, name: str, role: str, start: int = START, end: int = UNTIL, person: str = "") -> Recipient:
    """Return somebody on a roster; without a `person` they are that of their name."""
    return Recipient(
        person=PersonId(seed(f"person {person or name}", PERSON_SIZE)),
        identity=identity,
        name=name,
        role=role,
        start=start,
        end=end,
        box=seed(f"card box of {name}"),
        log=seed(f"capability sealed to {name}", SEALED_CAPABILITY_SIZE),
    )


RECIPIENTS = (
    listed(SECRETARIS.identity, "Secretaris", "secretaris"),
    listed(BESTUUR_1.identity, "Bestuurslid 1", "bestuur"),
    listed(BESTUUR_2.identity, "Bestuurslid 2", "bestuur"),
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A roster before it is signed."""

    version: int = 1
    before: Signed | None = None
    recipients: tuple[Recipient, ...] = RECIPIENTS
    start: int = START
    until: int = UNTIL
    root: bytes = FIRST_ID
    revoked: tuple[Revoked, ...] = ()

    def members(self) -> dict[str, Json]:
        """Return its JSON members."""
        return {
            "before": b64(self.before.id(LABEL_ROSTER)) if self.before else None,
            "from": self.start,
            "log": b64(seed("digest of the log's capability")),
            "policy": POLICY.signed_members(),
            "recipients": [recipient.members() for recipient in self.recipients],
            "revoked": [entry.members() for entry in self.revoked],
            "root": b64(self.root),
            "texts": texts_members(POLICY),
            "until": self.until,
            "version": self.version,
        }

    def by(self, *signers: Signer, **changes: Json) -> Signed:
        """Return it signed, some members changed."""
        return signed(self.members() | changes, LABEL_ROSTER, signers)


CURRENT = Draft().by(*OLD[:2])


def many(number: int) -> tuple[Recipient, ...]:
    """Return so many recipients."""
    return tuple(listed(seed(f"recipient {at}"), f"Bestuurslid {at + 1}", "bestuur") for at in range(number))


def seen(roster: Signed = CURRENT, root: bytes = FIRST_ID) -> Witness:
    """Return what a tool has seen that has read everything."""
    return Witness(root, roster.id(LABEL_ROSTER), LogHead(0, FIRST_ID))


def bundle(
    person: Person = SECRETARIS,
    *,
    serial: int = 1,
    last: bool = False,
    start: int = MONDAY,
    week: int = MONDAY,
    by: Witness | None = None,
) -> Bundle:
    """Return a bundle as a tool makes it; without `by` it has seen the whole of the chain."""
    keys = pair(person.identity, serial)
    return Bundle(
        identity=person.identity,
        serial=serial,
        box=keys.box,
        kem=keys.kem,
        start=start,
        end=start + (LAST_RESORT_DAYS if last else WEEK_DAYS),
        last=last,
        week=week,
        seen=by or seen(),
        away=None,
        formats=(1,),
    )


@cache
def pair(identity: bytes, serial: int) -> PublicPair:
    """Return the keys of a bundle: by its own ones it is told from others."""
    label = f"bundle {serial} of {identity.hex()}"
    return PrivatePair.from_seeds(seed(f"{label} box"), seed(f"{label} kem", 64)).public


def renewed(made: Bundle, serial: int, **changes: Any) -> Bundle:
    """Return a bundle with a higher serial, and so with other keys."""
    keys = pair(made.identity, serial)
    return replace(made, serial=serial, box=keys.box, kem=keys.kem, **changes)


def publish(made: Bundle, *signers: Signer, **changes: Json) -> Signed:
    """Return a bundle, some members changed, that its identity or others have signed."""
    own = [person.signer for person in PEOPLE if person.identity == made.identity]
    return signed(made.members() | changes, LABEL_BUNDLE, signers or own)


def shown(
    rosters: Sequence[Signed] = (CURRENT,),
    bundles: Sequence[Signed] = (),
    *,
    roots: Sequence[Signed] = (FIRST,),
    today: int = TODAY,
) -> tuple[bytes, dict[str, str]]:
    """Return a chain as a server shows it, and the header lines that say how to read it."""
    fields = {
        "roots": str(len(roots)),
        "rosters": str(len(rosters)),
        "bundles": str(len(bundles)),
        "pinned": FIRST_ID.hex(),
        "today": str(today),
    }
    return join_frames(document.encode() for document in (*roots, *rosters, *bundles)), fields


def trusted(
    rosters: Sequence[Signed] = (CURRENT,),
    bundles: Sequence[Signed] = (),
    chosen: Sequence[Bundle] = (),
    *,
    looked: Sequence[Person] | None = None,
    differing: Sequence[Person] = (),
    away: Sequence[Person] = (),
    unknown: Sequence[Person] = (),
    unusable: Sequence[Person] = (),
    roots: Sequence[Signed] = (FIRST,),
    today: int = TODAY,
    in_force: int = -1,
) -> Made:
    """Return a chain that counts, with what has to be found in it: without `looked`, who is chosen by a weekly bundle.

    The other lists are of those whose bundles name two logs, who are away, and whose bundles count for nothing;
    `in_force` is the place of the roster of today.
    """
    raw, fields = shown(rosters, bundles, roots=roots, today=today)
    members = rosters[in_force].members()
    listed = members["recipients"]
    assert isinstance(listed, list)
    found = {
        "id": rosters[in_force].id(LABEL_ROSTER).hex(),
        "version": str(members["version"]),
        "slots": str(slot_count(len(listed))),
    }
    if chosen:
        names = sorted(f"{person_of(made.identity).hex()}:{made.box.hex()}" for made in chosen)
        seen_by = [made.identity for made in chosen if not made.last]
        found |= {"until": str(today - (today - 4) % 7 + 27), "chosen": " ".join(names)}
        named = {
            "differing": _hexes([person.identity for person in differing]),
            "looked": _hexes(seen_by if looked is None else [person.identity for person in looked]),
            "away": _hexes([person.identity for person in away]),
            "unknown": _hexes([person.identity for person in unknown]),
            "unusable": _hexes([person.identity for person in unusable]),
        }
        found |= {key: hexes for key, hexes in named.items() if hexes}
    return raw, fields | found


def person_of(identity: bytes) -> PersonId:
    """Return the person of somebody on the roster."""
    return next(one.person for one in RECIPIENTS if one.identity == identity)


def _hexes(identities: Sequence[bytes]) -> str:
    return " ".join(sorted(person_of(identity).hex() for identity in identities))
