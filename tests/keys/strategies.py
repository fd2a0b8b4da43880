"""What Hypothesis draws for the format: texts, heads, and bytes that are nearly right."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from keys.wire.canonical import b64, repair
from keys.wire.head import MAX_SEEN, Head
from keys.wire.kinds import (
    CHANNELS,
    KINDS,
    About,
    Acknowledgement,
    Admit,
    Agreed,
    Answer,
    Approval,
    Assigned,
    Begun,
    Categorised,
    Closed,
    Conflict,
    Consent,
    Correction,
    Entered,
    Exported,
    Feedback,
    Filled,
    HandedOver,
    Identity,
    Informed,
    Left,
    Minutes,
    Note,
    Opened,
    Outcome,
    Purge,
    Question,
    Rating,
    Reopened,
    Report,
    Request,
    Retention,
    Revealed,
    Share,
    Tombstone,
    Unknown,
    Withdrawn,
)
from keys.wire.sizes import BOX_KEY_SIZE, KEM_KEY_SIZE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keys.wire.canonical import Json
    from keys.wire.kinds import Body

MAX_INTEGER = 2**53 - 1
ids = st.binary(min_size=32, max_size=32)
days = st.integers(0, 2**32 - 1)
# Whatever a person can put into a text field, lone surrogates among it, as the sender repairs it.
texts = st.text(st.characters(), min_size=1, max_size=500).map(repair)
short = st.text(st.characters(), min_size=1, max_size=250).map(repair)  # at most 1000 bytes
scalars = st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | st.text(max_size=20)
jsons: st.SearchStrategy[Json] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)
objects: st.SearchStrategy[Mapping[str, Json]] = st.dictionaries(st.text(max_size=8), jsons, max_size=4)
# Identities and ids as a head lists them: in the order of their base64url.
id_sets = st.sets(ids, max_size=5)
policy_ids = st.from_regex(r"[a-z][a-z0-9-]{0,39}", fullmatch=True)
unknown_kinds = st.from_regex(r"[a-z][a-z-]{0,39}", fullmatch=True).filter(
    lambda kind: kind not in KINDS and kind not in ("root", "roster", "bundle")
)

WORDS = (Answer, Question, Acknowledgement, Feedback, Closed, Minutes, Identity)


def in_order(people: set[bytes]) -> tuple[bytes, ...]:
    """Return identities as a body lists them."""
    return tuple(sorted(people, key=b64))


some_people = st.sets(ids, min_size=1, max_size=5).map(in_order)
_bodies: dict[str, st.SearchStrategy[Body]] = {
    Report.KIND: st.builds(
        Report,
        texts,
        st.binary(min_size=BOX_KEY_SIZE, max_size=BOX_KEY_SIZE),
        st.just(bytes(KEM_KEY_SIZE)),
        policy_ids,
        st.sampled_from(["nl", "en", "pt-BR"]),
        st.builds(About, st.just(()), st.booleans(), texts | st.just("")),
        st.dictionaries(policy_ids, texts, max_size=4),
    ),
    **{words.KIND: st.builds(words, texts) for words in WORDS},
    Opened.KIND: st.just(Opened()),
    Request.KIND: st.builds(Request, texts, texts, texts, id_sets.map(in_order)),
    Consent.KIND: st.builds(Consent, st.sampled_from(Consent.ANSWERS), ids),
    Admit.KIND: st.builds(Admit, some_people),
    Agreed.KIND: st.builds(Agreed, st.sampled_from(Agreed.ANSWERS), ids, texts | st.just("")),
    Rating.KIND: st.builds(Rating, st.sampled_from(Rating.ANSWERS), texts | st.just("")),
    Withdrawn.KIND: st.builds(Withdrawn, texts | st.just("")),
    Left.KIND: st.just(Left()),
    Begun.KIND: st.just(Begun()),
    Note.KIND: st.builds(Note, texts),
    Filled.KIND: st.builds(Filled, policy_ids, st.dictionaries(policy_ids, texts, min_size=1, max_size=4)),
    Assigned.KIND: st.builds(Assigned, id_sets.map(in_order)),
    Informed.KIND: st.builds(Informed, some_people, days, texts, texts, texts),
    Categorised.KIND: st.builds(Categorised, policy_ids, policy_ids | st.just("")),
    Conflict.KIND: st.builds(Conflict, texts | st.just("")),
    HandedOver.KIND: st.builds(HandedOver, some_people, texts | st.just("")),
    Revealed.KIND: st.builds(Revealed, ids, texts),
    Entered.KIND: st.builds(Entered, st.sampled_from(Entered.WAYS)),
    Outcome.KIND: st.builds(Outcome, policy_ids, texts | st.just(""), texts | st.just("")),
    Retention.KIND: st.builds(Retention, days, short | st.just("")),
    Reopened.KIND: st.builds(Reopened, short),
    Purge.KIND: st.builds(Purge, short),
    Approval.KIND: st.builds(Approval, ids, short | st.just("")),
    Correction.KIND: st.builds(Correction, policy_ids, short, short),
    Exported.KIND: st.builds(Exported, policy_ids, st.booleans(), texts),
    Tombstone.KIND: st.builds(
        Tombstone,
        days,
        days,
        policy_ids,
        policy_ids | st.just(""),
        policy_ids | st.just(""),
        st.lists(st.binary(min_size=1, max_size=200), max_size=2).map(tuple),
    ),
    Share.KIND: st.builds(Share, st.dictionaries(ids, ids, min_size=1, max_size=4).map(lambda keys: (*keys.items(),))),
}


@st.composite
def heads(draw: st.DrawFn, kinds: st.SearchStrategy[str] | None = None) -> Head:
    """Draw a head of any kind that a parser accepts."""
    kind = draw(kinds if kinds is not None else st.sampled_from(sorted(KINDS)) | unknown_kinds)
    known = KINDS.get(kind)
    people = draw(id_sets)
    out = draw(id_sets) - people if kind == Report.KIND else set()
    body = draw(_bodies[kind]) if known else Unknown.keep(draw(objects))
    if isinstance(body, Report) and people | out:
        places = draw(st.sets(st.integers(0, len(people | out) - 1)))
        body = replace(body, about=replace(body.about, people=tuple(sorted(places))))
    return Head(
        author=draw(ids),
        kind=kind,
        channel=known.CHANNEL if known else draw(st.sampled_from(CHANNELS)),
        case=None if kind == Report.KIND else draw(ids),
        day=draw(days),
        roster=draw(ids),
        seen=(*draw(st.sets(ids, max_size=MAX_SEEN)),),
        to=(*people,),
        without=(*out,),
        body=body,
    )


@st.composite
def nearly(draw: st.DrawFn, right: bytes) -> bytes:
    """Draw bytes that differ from `right` in a few places, are cut, or go on."""
    raw = bytearray(right)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(0, len(raw) - 1)))
        change = draw(st.sampled_from(["set", "drop", "insert", "cut", "double"]))
        match change:
            case "set" if raw:
                raw[at] = draw(st.integers(0, 255))
            case "drop":
                del raw[at : at + draw(st.integers(1, 8))]
            case "insert":
                raw[at:at] = draw(st.binary(min_size=1, max_size=8))
            case "cut":
                del raw[at:]
            case _:
                raw += raw[at : at + draw(st.integers(1, 64))]
    return bytes(raw)
