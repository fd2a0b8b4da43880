"""Rosters that count or do not, SPEC 7.2 and 7.4."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from keys.roster import Revoked
from keys.wire.canonical import b64
from keys.wire.signed import LABEL_BUNDLE, Signed
from tests.vectors.generator.people import BESTUUR_1, SECRETARIS, STRANGER, TODAY, seed
from tests.vectors.generator.rosters import (
    CURRENT,
    POLICY,
    RECIPIENTS,
    START,
    UNTIL,
    Draft,
    bundle,
    many,
    publish,
    seen,
    shown,
    trusted,
)
from tests.vectors.generator.scenario import (
    ACCEPTED,
    BELOW,
    EXPIRED,
    FORK,
    MALFORMED,
    ROLLED_BACK,
    TAMPERED,
    Subject,
)
from tests.vectors.generator.trust import FIRST, NEW, OLD, SECOND, SECOND_ID, THIEF, respelt, signed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keys.wire.canonical import Json

ROSTER = Subject("roster")
TWO = OLD[:2]
NEXT = Draft(2, CURRENT).by(*TWO)
THIRD = Draft(3, NEXT).by(*TWO)
OTHER = Draft(recipients=RECIPIENTS[:2]).by(*TWO)
OTHER_NEXT = Draft(2, CURRENT, RECIPIENTS[:2]).by(*TWO)
TOMORROW = Draft(2, CURRENT, start=TODAY + 1).by(*TWO)
LATER = Draft(3, NEXT, start=TODAY + 1).by(*TWO)
ROTATED = Draft(2, CURRENT, start=TODAY + 1, root=SECOND_ID).by(*NEW[:2])
LEFT = RECIPIENTS[1:]
STOLEN = Revoked(RECIPIENTS[0].identity, TODAY - 3)
REVOKING = Draft(2, CURRENT, LEFT, revoked=(STOLEN,)).by(*TWO)
_both = tuple(sorted((STOLEN, Revoked(RECIPIENTS[1].identity, TODAY)), key=lambda entry: b64(entry.identity)))
REVOKING_MORE = Draft(3, REVOKING, RECIPIENTS[2:], revoked=_both).by(*TWO)
REPLACED = Draft(2, CURRENT, (replace(RECIPIENTS[0], identity=STRANGER.identity), *LEFT)).by(*TWO)
EXCHANGED = (replace(RECIPIENTS[0], person=RECIPIENTS[1].person), replace(RECIPIENTS[1], person=RECIPIENTS[0].person))
ENDED = Draft(until=TODAY - 1).by(*TWO)


def _right(
    title: str,
    comment: str,
    *rosters: Signed,
    roots: Sequence[Signed] = (FIRST,),
    today: int = TODAY,
    in_force: int = -1,
) -> None:
    ROSTER.add(title, ACCEPTED, comment, lambda: trusted(rosters, roots=roots, today=today, in_force=in_force))


def _wrong(
    title: str, expect: str, comment: str, *rosters: Signed, roots: Sequence[Signed] = (FIRST,), today: int = TODAY
) -> None:
    ROSTER.add(title, expect, comment, lambda: shown(rosters, roots=roots, today=today))


def _malformed(title: str, comment: str, draft: Draft | None = None, **changes: Json) -> None:
    """List a roster that k keys signed although it is none."""
    _wrong(title, MALFORMED, comment, (draft or Draft()).by(*TWO, **changes))


def _recipient(title: str, comment: str, **changes: Json) -> None:
    """List a roster whose first recipient has another member."""
    others = [other.members() for other in RECIPIENTS[1:]]
    _malformed(title, comment, recipients=[RECIPIENTS[0].members() | changes, *others])


def _policy(title: str, comment: str, **changes: Json) -> None:
    _malformed(title, comment, policy=POLICY.signed_members() | changes)


def _route(title: str, comment: str, **changes: Json) -> None:
    routes = POLICY.signed_members()["outside"]
    assert isinstance(routes, list)
    assert isinstance(routes[0], dict)
    _policy(title, comment, outside=[routes[0] | changes])


_HASH = b64(seed("a document of texts"))
_stolen = (replace(RECIPIENTS[0], identity=THIEF.public), *RECIPIENTS[1:])
_unsigned = Signed(NEXT.document, ((THIEF.public, bytes(64)),))

_right("right", "a secretaris and two members of the board", CURRENT)
_right("signed by all", "more than k may sign", Draft().by(*OLD))
_right("of one recipient", "eight slots as well", Draft(recipients=many(1)).by(*TWO))
_right("of 7 recipients", "with the reporter they fill eight slots", Draft(recipients=many(7)).by(*TWO))
_right("of 8 recipients", "with the reporter nine: sixteen slots", Draft(recipients=many(8)).by(*TWO))
_right("of 31 recipients", "the limit", Draft(recipients=many(31)).by(*TWO))
_right("on its first day", "from is the first day", CURRENT, today=START)
_right("on its last day", "until is the last day", CURRENT, today=UNTIL)
_right("of 396 days", "13 months, the limit", Draft(until=START + 396).by(*TWO))
_right("of a rotated root", "signed by the new keys", Draft(root=SECOND_ID).by(*NEW[:2]), roots=(FIRST, SECOND))
_right("without outside routes", "a list of none", Draft().by(*TWO, policy=POLICY.signed_members() | {"outside": []}))
_right("one version later", "it commits to the one before", CURRENT, NEXT)
_right("the next one from tomorrow", "the one before is in force", CURRENT, TOMORROW, in_force=0)
_right("the next one on its first day", "it is in force", CURRENT, TOMORROW, today=TODAY + 1)
_right(
    "the next one from tomorrow, of a rotated root",
    "the newest root's keys sign it",
    CURRENT,
    ROTATED,
    roots=(FIRST, SECOND),
    in_force=0,
)
_right(
    "two versions later, the last one from tomorrow", "the newest one that has begun", CURRENT, NEXT, LATER, in_force=1
)
_right("that revokes an identity", "of somebody who is not listed any more", CURRENT, REVOKING)
_right("that repeats what was revoked", "and revokes another", CURRENT, REVOKING, REVOKING_MORE)
_right("with a new key of the same person", "the person stays", CURRENT, REPLACED)
_right("two versions later", "by way of the one between", CURRENT, NEXT, THIRD)
_right("two versions later by one unsigned", "the newest commits to it by its id", CURRENT, _unsigned, THIRD)

_wrong("below the threshold", BELOW, "one of three, where two must", Draft().by(OLD[0]))
_wrong("with one signature dropped", BELOW, "by the server", Signed(CURRENT.document, CURRENT.signers[:1]))
_wrong("signed by a stranger", MALFORMED, "the server makes a key and signs", Draft().by(THIEF))
_wrong("signed by a stranger as well", MALFORMED, "nobody asked for it", Draft().by(*TWO, THIEF))
_wrong(
    "with a key exchanged",
    TAMPERED,
    "the server puts its own under a name",
    Signed(Draft(recipients=_stolen).by(*TWO).document, CURRENT.signers),
)
_wrong("with one signature wrong", TAMPERED, "also where two others would do", respelt(Draft().by(*OLD), 1, bytes(64)))
_wrong(
    "signed under the label of a bundle",
    TAMPERED,
    "each document has its own",
    signed(Draft().members(), LABEL_BUNDLE, TWO),
)
_wrong("of the root before the rotation", MALFORMED, "the old keys count no more", CURRENT, roots=(FIRST, SECOND))
_wrong("that names another root", FORK, "right keys, another root", Draft(root=seed("another root")).by(*TWO))
_wrong("before its first day", EXPIRED, "not valid yet", CURRENT, today=START - 1)
_wrong("after its last day", EXPIRED, "frozen: the server shows no other", CURRENT, today=UNTIL + 1)
_wrong("rolled back", ROLLED_BACK, "an older one after a newer one", NEXT, CURRENT)
_wrong("shown twice", ROLLED_BACK, "a chain goes forward only", CURRENT, CURRENT)
_wrong("forked", FORK, "another one of the same version", CURRENT, OTHER)
_wrong(
    "that drops what was revoked",
    ROLLED_BACK,
    "a thief's key would count again",
    REVOKING,
    Draft(3, REVOKING, LEFT).by(*TWO),
)
_wrong(
    "that moves the day of what was revoked",
    ROLLED_BACK,
    "it would change what counts afterwards",
    REVOKING,
    Draft(3, REVOKING, LEFT, revoked=(replace(STOLEN, day=TODAY),)).by(*TWO),
)
_wrong(
    "with an identity of another person", FORK, "an exclusion would end", CURRENT, Draft(2, CURRENT, EXCHANGED).by(*TWO)
)
_wrong("before the first day of the first", EXPIRED, "none is in force", CURRENT, TOMORROW, today=START - 1)
_wrong(
    "that has ended, the next one from tomorrow",
    EXPIRED,
    "a day without a roster",
    ENDED,
    Draft(2, ENDED, start=TODAY + 1).by(*TWO),
)
_wrong(
    "with the next one below the threshold",
    BELOW,
    "the one in force does not help it",
    CURRENT,
    Draft(2, CURRENT).by(OLD[0]),
)
_wrong("that follows another", FORK, "before is another's id", OTHER, NEXT)
_wrong("with the one between missing", FORK, "version 3 behind a pinned version 1", CURRENT, THIRD)
_wrong("with another one between", FORK, "not the one that the newest commits to", CURRENT, OTHER_NEXT, THIRD)

_malformed("of version 1 with one before it", "null in version 1", Draft(1, CURRENT))
_malformed("of version 2 with none before it", "null in version 1 alone", Draft(2))
_malformed("of version 0", "versions begin with 1", Draft(0))
_malformed("of nobody", "at least one recipient", Draft(recipients=()))
_malformed("of 32 recipients", "above the limit", Draft(recipients=many(32)))
_malformed(
    "of one person twice",
    "leaving out one name would leave the other in",
    Draft(recipients=(*RECIPIENTS, replace(RECIPIENTS[0], name="Bestuurslid 3"))),
)
_malformed(
    "of one person under two identities",
    "leaving out one would leave the other in",
    Draft(recipients=(RECIPIENTS[0], replace(RECIPIENTS[1], person=RECIPIENTS[0].person))),
)
_malformed("that lists whom it revokes", "nobody seals to a stolen key", Draft(revoked=(STOLEN,)))
_malformed(
    "that revokes one identity twice", "one set has one spelling", Draft(2, CURRENT, LEFT, revoked=(STOLEN, STOLEN))
)
_malformed(
    "that revokes out of order", "one set has one spelling", Draft(2, CURRENT, RECIPIENTS[2:], revoked=_both[::-1])
)
_malformed(
    "that revokes 257 identities",
    "above the limit",
    revoked=[{"day": TODAY, "identity": name} for name in sorted(b64(seed(f"revoked {at}")) for at in range(257))],
)
_malformed(
    "that revokes with another member", "nothing that nobody reads is signed", revoked=[STOLEN.members() | {"a": 1}]
)
_malformed("that revokes a short identity", "a key has 32 bytes", revoked=[{"day": TODAY, "identity": "AAAA"}])
_malformed("that revokes nothing with null", "an empty list", revoked=None)
_malformed("of 397 days", "it has to end some day", Draft(until=START + 397))
_malformed("that ends before it begins", "no day at all", Draft(until=START - 1))
_malformed("with another member", "nothing that nobody reads is signed", extra=1)
_malformed("with a short digest for the log", "32 bytes", log="AAAA")
_recipient("with a short person", "16 bytes", person="AAAA")
_recipient("with a person of 32 bytes", "16 bytes", person=b64(bytes(32)))
_recipient("with a short X25519 key on the card", "32 bytes", box="AAAA")
_recipient("with a sealed capability cut short", "80 bytes", log=b64(bytes(79)))
_recipient("with another role", "secretaris, bestuur or external", role="directie")
_recipient("with an empty name", "a reporter chooses by name", name="")
_recipient("with a name of 81 letters", "above the limit", name="a" * 81)
_recipient("with a short identity", "a key has 32 bytes", identity="AAAA")
_recipient("with another member of a recipient", "nothing that nobody reads is signed", email="x")
_recipient("with a recipient who ends before they begin", "no day at all", to=START - 1)
_policy("with a policy without work", "anybody could fill the box", work=0)
_policy("with a policy of too much work", "nobody could send anything", work=2**40 + 1)
_policy("with a policy in an unknown language", "it has no texts", languages=["xx"])
_policy("with a policy in no language", "at least one", languages=[])
_policy("with a policy of an unknown time zone", "days would be another's", timezone="Mars/Olympus")
_policy("with a policy with another member", "nothing that nobody reads is signed", extra=1)
_REPLY: dict[str, Json] = {
    "id": "a",
    "kind": "answer",
}
_right(
    "with a reply", "how a message can begin", Draft().by(*TWO, policy=POLICY.signed_members() | {"replies": [_REPLY]})
)
_policy("with a reply of another kind", "words for the reporter alone", replies=[_REPLY | {"kind": "note"}])
_policy(
    "with a reply with its text",
    "texts are documents of their own",
    replies=[_REPLY | {"text": {"en": "A", "nl": "A"}}],
)
_policy("with a policy without a name", "a page shows whose it is", organisation="")
_route("with a link that is a script", "https alone", link="javascript:alert(1)")
_route("with a link in plain http", "a network would see which page", link="http://example.org/")
_route("with a text of a route", "texts are documents of their own", text={"en": "Advice.", "nl": "Advies."})
_malformed("without texts", "nobody would know which are the board's", texts=None)
_malformed("with texts in one language of two", "each has a document", texts={"nl": _HASH})
_malformed("with texts in a third language", "there are no pages in it", texts={"en": _HASH, "fy": _HASH, "nl": _HASH})
_malformed(
    "of Frisian pages without texts of the tool",
    "the tool speaks Dutch and English",
    policy=POLICY.signed_members() | {"languages": ["fy"]},
    texts={"fy": _HASH},
)
_malformed("with a short hash of texts", "32 bytes", texts={"en": _HASH, "nl": "AAAA"})
_malformed("with a list of texts", "by language", texts=[_HASH, _HASH])
_right(
    "of Frisian pages",
    "three documents",
    Draft().by(
        *TWO,
        policy=POLICY.signed_members() | {"languages": ["fy"]},
        texts={"en": _HASH, "fy": _HASH, "nl": _HASH},
    ),
)

ROSTER.add(
    "bundle of an identity that the next one revokes",
    ACCEPTED,
    "nobody seals to it, though its roster is in force",
    lambda: trusted(
        [CURRENT, Draft(2, CURRENT, LEFT, start=TODAY + 1, revoked=(STOLEN,)).by(*TWO)],
        [publish(bundle(SECRETARIS)), publish(bundle(BESTUUR_1))],
        [bundle(BESTUUR_1)],
        in_force=0,
    ),
)
ROSTER.add(
    "bundle of a tool that knows the next one",
    ACCEPTED,
    "it names a roster that is here, in force or not yet",
    lambda: trusted([CURRENT, TOMORROW], [publish(bundle(by=seen(TOMORROW)))], [bundle()], in_force=0),
)
