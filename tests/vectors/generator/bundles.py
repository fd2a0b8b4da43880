"""Bundles, SPEC 7.3: which key counts today, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from keys.roster import LogHead
from keys.wire.canonical import Json, b64
from keys.wire.signed import LABEL_BUNDLE, LABEL_ROSTER, Signed
from tests.vectors.generator.people import BESTUUR_1, BESTUUR_2, SECRETARIS, STRANGER, TODAY, Person, seed
from tests.vectors.generator.rosters import (
    CURRENT,
    MONDAY,
    RECIPIENTS,
    Draft,
    bundle,
    publish,
    renewed,
    seen,
    shown,
    trusted,
)
from tests.vectors.generator.scenario import ACCEPTED, MALFORMED, ROLLED_BACK, TAMPERED, Subject
from tests.vectors.generator.trust import FIRST_ID, OLD, signed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from keys.roster import Bundle, Witness

BUNDLE = Subject("roster")
WEEK = 7
TWO = OLD[:2]
WEEKLY = bundle()
LAST = bundle(last=True, serial=2)
OTHERS = (bundle(BESTUUR_1), bundle(BESTUUR_2, last=True))
LATER = renewed(WEEKLY, 3)
AWAY = replace(WEEKLY, away=TODAY)
BACK = replace(WEEKLY, away=TODAY - 1)
TWO_FORMATS = replace(WEEKLY, formats=(1, 2))
CARD = replace(LAST, seen=None)
NEXT = Draft(2, CURRENT).by(*TWO)
THIRD = Draft(3, NEXT).by(*TWO)
NOWHERE = seen(THIRD)
OTHER_ROOT = seen(root=seed("a root that is not here"))
LEFT = Draft(recipients=(replace(RECIPIENTS[0], end=TODAY - 1), *RECIPIENTS[1:])).by(*TWO)
LOW_ORDER = bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")


def _foreign(by: Witness) -> Signed:
    """Return a bundle of somebody who is not on the roster."""
    made = replace(WEEKLY, identity=STRANGER.identity, seen=by)
    return signed(made.members(), LABEL_BUNDLE, [STRANGER.signer])


def _chosen(title: str, comment: str, bundles: tuple[Bundle, ...], *chosen: Bundle, **found: Sequence[Person]) -> None:
    BUNDLE.add(title, ACCEPTED, comment, lambda: trusted(bundles=[*map(publish, bundles)], chosen=chosen, **found))


def _wrong(title: str, expect: str, comment: str, make: Callable[[], Signed]) -> None:
    BUNDLE.add(title, expect, comment, lambda: shown(bundles=[make()]))


def _malformed(title: str, comment: str, **changes: Json) -> None:
    """List a bundle that its identity signed although it is none."""
    _wrong(title, MALFORMED, comment, lambda: publish(WEEKLY, **changes))


_chosen("bundles of all", "two have looked, who sign each week", (WEEKLY, *OTHERS), WEEKLY, *OTHERS)
_chosen("bundle of one of three", "the others cannot be chosen today", (WEEKLY,), WEEKLY)
_chosen("bundles weekly and last-resort", "the weekly one is used", (WEEKLY, LAST), WEEKLY)
_chosen("bundle last-resort alone", "its owner is not away, and has not looked", (LAST,), LAST)
_chosen("bundle of a card", "it names nothing: its owner has not joined", (CARD,), CARD)
_chosen("bundle weekly of the next week", "made ahead, not used yet", (bundle(start=MONDAY + WEEK), LAST), LAST)
_chosen(
    "bundle weekly of the week before",
    "it ended on Sunday",
    (bundle(start=MONDAY - WEEK, week=MONDAY - WEEK), LAST),
    LAST,
)
_FIRST_DAY = bundle(start=MONDAY, week=MONDAY - 3 * WEEK)
_chosen("bundle signed three weeks before", "its owner has looked in these four weeks", (_FIRST_DAY,), _FIRST_DAY)
_ENDS = bundle(last=True, start=MONDAY - 55 * WEEK, week=MONDAY - 55 * WEEK)
_chosen("bundle last-resort in its last week", "56 weeks from its Monday", (_ENDS,), _ENDS)
_AHEAD = bundle(BESTUUR_1, last=True, start=MONDAY - 56 * WEEK, week=MONDAY - WEEK)
_chosen("bundle last-resort that ended", "its owner cannot be chosen", (WEEKLY, _AHEAD), WEEKLY)
_chosen("bundles of two serials", "the higher one counts", (WEEKLY, LATER), LATER)
_chosen("bundles of two serials, the higher first", "whatever their order", (LATER, WEEKLY), LATER)
_chosen("bundles of one serial", "neither counts", (WEEKLY, TWO_FORMATS, LAST), LAST, looked=[])
_chosen("bundle given twice", "it is one", (WEEKLY, WEEKLY), WEEKLY)
_chosen(
    "bundle of which a higher serial names a roster that is not here",
    "the lower one does not take its place",
    (WEEKLY, replace(LATER, seen=NOWHERE), *OTHERS),
    *OTHERS,
    unknown=[SECRETARIS],
)
_chosen(
    "bundles of which the last-resort has the higher serial",
    "serials are compared within a kind",
    (WEEKLY, renewed(LAST, 9)),
    WEEKLY,
)
_chosen("bundle of someone away", "up to and with today", (AWAY,), AWAY, away=[SECRETARIS])
_chosen("bundle of someone back", "away up to yesterday", (BACK,), BACK)
_AWAY_LAST = renewed(LAST, 9, away=TODAY + 9)
_chosen(
    "bundle last-resort of someone away", "by their own latest word", (WEEKLY, _AWAY_LAST), WEEKLY, away=[SECRETARIS]
)
_chosen("bundle of a tool of two versions", "this one among them", (TWO_FORMATS,), TWO_FORMATS)
_chosen(
    "bundle of a tool of another version",
    "its person cannot be chosen",
    (replace(WEEKLY, formats=(2,)), *OTHERS),
    *OTHERS,
    looked=[SECRETARIS, BESTUUR_1],
    unusable=[SECRETARIS],
)
_ONE_LOG, _OTHER_LOG = (replace(seen(), log=LogHead(7, seed(f"digest of log {name}"))) for name in "AB")
_THIRD_LOG = replace(seen(), log=LogHead(8, seed("digest of log C")))
_FORKED = (replace(WEEKLY, seen=_ONE_LOG), replace(OTHERS[0], seen=_OTHER_LOG), OTHERS[1])
_chosen(
    "bundles that name two logs at one place",
    "neither counts as having looked, and both are named: one of them was shown another log",
    _FORKED,
    *_FORKED,
    looked=[],
    differing=[SECRETARIS, BESTUUR_1],
)
_LATER_LOG = (replace(WEEKLY, seen=_ONE_LOG), replace(OTHERS[0], seen=_THIRD_LOG), OTHERS[1])
_chosen("bundles that name a log at two places", "a log has another digest at each", _LATER_LOG, *_LATER_LOG)
_chosen(
    "bundle that names another log and a roster that is not here",
    "what does not count accuses nobody",
    (replace(WEEKLY, seen=_ONE_LOG), replace(OTHERS[0], seen=replace(NOWHERE, log=_OTHER_LOG.log))),
    replace(WEEKLY, seen=_ONE_LOG),
    unknown=[BESTUUR_1],
)
_chosen(
    "bundles that name two logs, one of them last-resort",
    "a witness is one in either",
    (replace(WEEKLY, seen=_ONE_LOG), bundle(BESTUUR_1, last=True, by=_OTHER_LOG)),
    replace(WEEKLY, seen=_ONE_LOG),
    bundle(BESTUUR_1, last=True, by=_OTHER_LOG),
    looked=[],
    differing=[SECRETARIS, BESTUUR_1],
)
_chosen(
    "bundle that names a roster that is not here",
    "it closes nothing for others, and its owner is named",
    (replace(WEEKLY, seen=NOWHERE), *OTHERS),
    *OTHERS,
    unknown=[SECRETARIS],
)
_chosen(
    "bundle that names a root that is not here",
    "as one that names an unknown roster",
    (replace(WEEKLY, seen=OTHER_ROOT), *OTHERS),
    *OTHERS,
    unknown=[SECRETARIS],
)
_chosen(
    "bundle that names a roster that is not here beside a last-resort",
    "what does not count is not there",
    (replace(WEEKLY, seen=NOWHERE), LAST),
    LAST,
    unknown=[SECRETARIS],
)
BUNDLE.add(
    "withheld",
    ROLLED_BACK,
    "all bundles name another roster: the server shows an old one",
    lambda: shown(bundles=[publish(replace(made, seen=NOWHERE)) for made in (WEEKLY, *OTHERS)]),
)
_chosen(
    "bundle with a point of low order",
    "nobody can seal to it: its owner is named",
    (replace(WEEKLY, box=LOW_ORDER), *OTHERS),
    *OTHERS,
    looked=[SECRETARIS, BESTUUR_1],
    unusable=[SECRETARIS],
)
_chosen(
    "bundle with an X25519 key of zero with its top bit set",
    "that bit says nothing",
    (replace(WEEKLY, box=bytes(31) + b"\x80"), *OTHERS),
    *OTHERS,
    looked=[SECRETARIS, BESTUUR_1],
    unusable=[SECRETARIS],
)
_chosen(
    "bundle with an ML-KEM key outside the field",
    "nobody can seal to it: its owner is named",
    (replace(WEEKLY, kem=b"\xff" * 1184), *OTHERS),
    *OTHERS,
    looked=[SECRETARIS, BESTUUR_1],
    unusable=[SECRETARIS],
)
_BARELY = replace(WEEKLY, kem=(3329 << 12).to_bytes(3, "little") + WEEKLY.kem[3:])
_chosen(
    "bundle with an ML-KEM key with one number outside the field",
    "3328 is the largest",
    (_BARELY, *OTHERS),
    *OTHERS,
    looked=[SECRETARIS, BESTUUR_1],
    unusable=[SECRETARIS],
)
_LARGEST = replace(WEEKLY, kem=(3328 << 12 | 3328).to_bytes(3, "little") + WEEKLY.kem[3:])
_chosen("bundle with an ML-KEM key at the end of the field", "3328 is in it", (_LARGEST,), _LARGEST)
BUNDLE.add(
    "bundle of a tool one roster behind",
    ACCEPTED,
    "its owner has looked: the roster before this one counts too",
    lambda: trusted([CURRENT, NEXT], [publish(WEEKLY)], [WEEKLY]),
)
BUNDLE.add(
    "bundle of a tool two rosters behind",
    ACCEPTED,
    "it is used, but its owner has not looked at what is shown",
    lambda: trusted([CURRENT, NEXT, THIRD], [publish(WEEKLY)], [WEEKLY], looked=[]),
)
BUNDLE.add(
    "bundle of someone not on the roster",
    ACCEPTED,
    "the server adds a key of its own: it is not used",
    lambda: trusted(bundles=[publish(WEEKLY), _foreign(seen())], chosen=[WEEKLY]),
)
BUNDLE.add(
    "bundle of someone not on the roster who names a newer one",
    ACCEPTED,
    "a stranger accuses nobody",
    lambda: trusted(bundles=[publish(WEEKLY), _foreign(NOWHERE)], chosen=[WEEKLY]),
)
BUNDLE.add(
    "bundle of someone whose time on the roster is over",
    ACCEPTED,
    "they receive nothing any more",
    lambda: trusted([LEFT], [publish(replace(made, seen=seen(LEFT))) for made in (WEEKLY, *OTHERS)], OTHERS),
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
_wrong("bundle last-resort of 392 days", MALFORMED, "56 weeks are 391", lambda: publish(LAST, to=LAST.start + 392))
_wrong("bundle last-resort of 390 days", MALFORMED, "56 weeks are 391", lambda: publish(LAST, to=LAST.start + 390))
_wrong(
    "bundle last-resort signed before it begins",
    MALFORMED,
    "made on its Monday",
    lambda: publish(LAST, week=MONDAY - WEEK),
)
_wrong(
    "bundle last-resort signed after its end",
    MALFORMED,
    "nobody seals to it then",
    lambda: publish(LAST, week=MONDAY + 56 * WEEK),
)
_malformed("bundle weekly of eight days", "from Monday to Sunday", to=WEEKLY.start + 7)
_malformed("bundle weekly from a Tuesday", "it begins on a Monday", **{"from": MONDAY + 1, "to": MONDAY + 7})
_malformed("bundle that ends before it begins", "no day at all", to=WEEKLY.start - 1)
_malformed("bundle weekly signed four weeks before", "three weeks ahead at most", week=MONDAY - 4 * WEEK)
_malformed("bundle weekly signed after its week", "a tool makes none for the past", week=MONDAY + WEEK)
_malformed("bundle signed on a Tuesday", "a week is named by its Monday", week=MONDAY - 6)
_malformed("bundle weekly that names nothing", "a card's alone does", log=None, root=None, roster=None)
_malformed("bundle that names a root alone", "all three or none", log=None, roster=None)
_malformed("bundle that names a version of a roster", "by its id: versions are anybody's", roster=1)
_malformed("bundle with a log without a digest", "place and digest", log={"place": 0})
_malformed("bundle with a log of place -1", "places count from 0", log={"digest": b64(FIRST_ID), "place": -1})
_malformed("bundle with a short X25519 key", "32 bytes", box=b64(bytes(31)))
_malformed("bundle with a short ML-KEM key", "1,184 bytes", kem=b64(bytes(1183)))
_malformed("bundle of serial 0", "serials begin with 1", serial=0)
_malformed("bundle that reads no version", "at least one", formats=[])
_malformed("bundle that reads version 256", "a version is one byte", formats=[1, 256])
_malformed("bundle with last as a number", "true or false", last=0)
_malformed("bundle with another member", "nothing that nobody reads is signed", extra=1)
_malformed("bundle away until true", "a day or null", away=True)
