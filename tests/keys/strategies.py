"""What Hypothesis draws for the format: texts, heads, and bytes that are nearly right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from keys.wire.canonical import repair
from keys.wire.head import MAX_SEEN, Head
from keys.wire.kinds import (
    BOX_KEY_SIZE,
    CHANNELS,
    KEM_KEY_SIZE,
    KINDS,
    Acknowledgement,
    Answer,
    Consent,
    FeedKey,
    Opened,
    Question,
    Report,
    Share,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keys.wire.canonical import Json
    from keys.wire.kinds import Body

MAX_INTEGER = 2**53 - 1
ids = st.binary(min_size=32, max_size=32)
days = st.integers(0, 2**32 - 1)
# Whatever a person can put into a text field, lone surrogates among it, as the sender repairs it.
texts = st.text(st.characters(), min_size=1, max_size=500).map(repair)
scalars = st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | st.text(max_size=20)
jsons: st.SearchStrategy[Json] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)
objects: st.SearchStrategy[Mapping[str, Json]] = st.dictionaries(st.text(max_size=8), jsons, max_size=4)
# Identities and ids as a head lists them: in the order of their base64url.
id_sets = st.sets(ids, max_size=5)
unknown_kinds = st.from_regex(r"[a-z][a-z-]{0,39}", fullmatch=True).filter(
    lambda kind: kind not in KINDS and kind not in ("root", "roster", "bundle")
)

_bodies: dict[str, st.SearchStrategy[Body]] = {
    Report.KIND: st.builds(
        Report, texts, st.binary(min_size=BOX_KEY_SIZE, max_size=BOX_KEY_SIZE), st.just(bytes(KEM_KEY_SIZE))
    ),
    Answer.KIND: st.builds(Answer, texts),
    Question.KIND: st.builds(Question, texts),
    Acknowledgement.KIND: st.builds(Acknowledgement, texts),
    Opened.KIND: st.just(Opened()),
    Consent.KIND: st.builds(Consent, st.sampled_from(Consent.ANSWERS), ids),
    Share.KIND: st.builds(Share, st.dictionaries(ids, ids, min_size=1, max_size=4).map(lambda keys: (*keys.items(),))),
    FeedKey.KIND: st.builds(FeedKey, ids),
}


@st.composite
def heads(draw: st.DrawFn, kinds: st.SearchStrategy[str] | None = None) -> Head:
    """Draw a head of any kind that a parser accepts."""
    kind = draw(kinds if kinds is not None else st.sampled_from(sorted(KINDS)) | unknown_kinds)
    known = KINDS.get(kind)
    people = draw(id_sets)
    out = draw(id_sets) - people if kind == Report.KIND else set()
    return Head(
        author=draw(ids),
        kind=kind,
        channel=known.CHANNEL if known else draw(st.sampled_from(CHANNELS)),
        case=None if kind in (Report.KIND, FeedKey.KIND) else draw(ids),
        day=draw(days),
        roster=draw(ids),
        seen=(*draw(st.sets(ids, max_size=MAX_SEEN)),),
        to=(*people,),
        without=(*out,),
        body=draw(_bodies[kind]) if known else Unknown.keep(draw(objects)),
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
