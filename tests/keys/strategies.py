"""Hypothesis strategies for the format: texts, JSON, ids, and almost valid bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from keys.wire.canonical import MAX_INTEGER, repair
from keys.wire.messages import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keys.wire.canonical import Json

ids = st.binary(min_size=32, max_size=32)
# Any text that a person can enter into a text field, including lone surrogates, after the sender's repair.
texts = st.text(st.characters(), min_size=1, max_size=500).map(repair)
scalars = st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | st.text(max_size=20)
jsons: st.SearchStrategy[Json] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)
objects: st.SearchStrategy[Mapping[str, Json]] = st.dictionaries(st.text(max_size=8), jsons, max_size=4)
policy_ids = st.from_regex(r"[a-z][a-z0-9-]{0,39}", fullmatch=True)
unknown_kinds = st.from_regex(r"[a-z][a-z-]{0,39}", fullmatch=True).filter(
    lambda kind: kind not in KINDS and kind not in ("root", "roster", "bundle")
)


@st.composite
def nearly(draw: st.DrawFn, right: bytes) -> bytes:
    """Draw bytes that differ from `right` in a few places, are cut off, or have bytes appended."""
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
