"""Bundles, SPEC.md 7.3: which key counts today, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from keys.wire.canonical import Json, b64
from keys.wire.signed import LABEL_BUNDLE, LABEL_ROSTER, Signed
from tests.vectors.generator.people import BESTUUR_1, BESTUUR_2, SECRETARIS, STRANGER, TODAY
from tests.vectors.generator.rosters import RECIPIENTS, Draft, bundle, publish, shown, trusted
from tests.vectors.generator.scenario import ACCEPTED, MALFORMED, TAMPERED, Subject
from tests.vectors.generator.trust import OLD, signed

if TYPE_CHECKING:
    from collections.abc import Callable

    from keys.roster import Bundle

BUNDLE = Subject("roster")
WEEKLY = bundle()
LAST = bundle(last=True, serial=2)
OTHERS = (bundle(BESTUUR_1), bundle(BESTUUR_2, last=True))
SIX_LEFT = bundle(start=TODAY - 22)
SEVEN_LEFT = bundle(start=TODAY - 21)
LATER = replace(WEEKLY, serial=3)
AWAY = replace(WEEKLY, away=TODAY + 9)
TWO_FORMATS = replace(WEEKLY, formats=(1, 2))
BEHIND = replace(WEEKLY, roster=0)
ENDED = replace(bundle(BESTUUR_1, start=TODAY - 100), roster=2)
LEFT = Draft(recipients=(replace(RECIPIENTS[0], end=TODAY - 1), *RECIPIENTS[1:])).by(*OLD[:2])


def _foreign(roster: int = 1) -> Signed:
    """Return a bundle of somebody who is not on the roster."""
    made = replace(WEEKLY, identity=STRANGER.identity, roster=roster)
    return signed(made.members(), LABEL_BUNDLE, [STRANGER.signer])


def _chosen(title: str, comment: str, bundles: tuple[Bundle, ...], *chosen: Bundle) -> None:
    BUNDLE.add(title, ACCEPTED, comment, lambda: trusted(bundles=[*map(publish, bundles)], chosen=chosen))


def _wrong(title: str, expect: str, comment: str, make: Callable[[], Signed]) -> None:
    BUNDLE.add(title, expect, comment, lambda: shown(bundles=[make()]))


def _malformed(title: str, comment: str, **changes: Json) -> None:
    """List a bundle that its identity signed although it is none."""
    _wrong(title, MALFORMED, comment, lambda: publish(WEEKLY, **changes))


_chosen("bundles of all", "until is the earliest end", (WEEKLY, *OTHERS), WEEKLY, *OTHERS)
_chosen("bundle of one of three", "the others cannot be chosen today", (WEEKLY,), WEEKLY)
_chosen("bundles weekly and last-resort", "the weekly one is used", (WEEKLY, LAST), WEEKLY)
_chosen("bundle last-resort alone", "the tool was not opened for months", (LAST,), LAST)
_chosen("bundle weekly with six days left", "an envelope has to be fetched in time", (SIX_LEFT, LAST), LAST)
_chosen("bundle weekly with seven days left", "seven are enough", (SEVEN_LEFT, LAST), SEVEN_LEFT)
_chosen("bundle weekly of tomorrow", "not valid yet", (bundle(start=TODAY + 1), LAST), LAST)
_chosen("bundles of two serials", "the higher one counts", (WEEKLY, LATER), LATER)
_chosen("bundles of two serials, the higher first", "whatever their order", (LATER, WEEKLY), LATER)
_chosen("bundle of someone away", "shown, and used", (AWAY,), AWAY)
_chosen("bundle of a tool of two versions", "this one among them", (TWO_FORMATS,), TWO_FORMATS)
_chosen(
    "bundle of a tool of another version",
    "its person cannot be chosen",
    (replace(WEEKLY, formats=(2,)), *OTHERS),
    *OTHERS,
)
_chosen("bundle of a tool behind the roster", "it names an older one", (BEHIND,), BEHIND)
_chosen("bundle that has ended and names a newer roster", "it accuses nobody", (WEEKLY, ENDED), WEEKLY)
BUNDLE.add(
    "bundle of someone not on the roster",
    ACCEPTED,
    "the server adds a key of its own: it is not used",
    lambda: trusted(bundles=[publish(WEEKLY), _foreign()], chosen=[WEEKLY]),
)
BUNDLE.add(
    "bundle of someone not on the roster who names a newer one",
    ACCEPTED,
    "a stranger cannot close the form",
    lambda: trusted(bundles=[publish(WEEKLY), _foreign(roster=2)], chosen=[WEEKLY]),
)
BUNDLE.add(
    "bundle of someone whose time on the roster is over",
    ACCEPTED,
    "they receive nothing any more",
    lambda: trusted([LEFT], [*map(publish, (WEEKLY, *OTHERS))], OTHERS),
)

_wrong(
    "bundle signed by another recipient", MALFORMED, "nobody asked for it", lambda: publish(WEEKLY, BESTUUR_1.signer)
)
_wrong("bundle signed by the server", MALFORMED, "nobody asked for it", lambda: publish(WEEKLY, STRANGER.signer))
_wrong(
    "bundle signed by two",
    MALFORMED,
    "nobody asked for the second",
    lambda: publish(WEEKLY, SECRETARIS.signer, BESTUUR_1.signer),
)
_wrong(
    "bundle with its key exchanged",
    TAMPERED,
    "signed was another",
    lambda: Signed(publish(WEEKLY, box=b64(STRANGER.public.box)).document, publish(WEEKLY).signers),
)
_wrong(
    "bundle signed under the label of a roster",
    TAMPERED,
    "each document has its own",
    lambda: signed(WEEKLY.members(), LABEL_ROSTER, [SECRETARIS.signer]),
)
_wrong("bundle last-resort of 397 days", MALFORMED, "13 months, the limit", lambda: publish(LAST, to=LAST.start + 397))
_malformed("bundle weekly of 29 days", "its key is destroyed after four weeks", to=WEEKLY.start + 29)
_malformed("bundle that ends before it begins", "no day at all", to=WEEKLY.start - 1)
_malformed("bundle with a short X25519 key", "32 bytes", box=b64(bytes(31)))
_malformed("bundle with a short ML-KEM key", "1,184 bytes", kem=b64(bytes(1183)))
_malformed("bundle of serial 0", "serials begin with 1", serial=0)
_malformed("bundle that reads no version", "at least one", formats=[])
_malformed("bundle that reads version 256", "a version is one byte", formats=[1, 256])
_malformed("bundle with last as a number", "true or false", last=0)
_malformed("bundle with another member", "nothing that nobody reads is signed", extra=1)
_malformed("bundle away until true", "a day or null", away=True)
