"""Hypothesis strategies for heads and bodies, derived from the field types of the bodies."""

from __future__ import annotations

from dataclasses import replace
from functools import singledispatch
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from keys.wire.files import File
from keys.wire.messages import CHANNELS, KINDS, LOG, MAX_SEEN, Head, Report, Share, Unknown
from keys.wire.messages import fields as f
from keys.wire.messages.log import MAX_ARCHIVE_SIZE
from tests.keys.strategies import ids, objects, policy_ids, texts, unknown_kinds

if TYPE_CHECKING:
    from keys.wire.messages import Body
    from keys.wire.messages.fields import FieldType, Members

FEW = 4


@singledispatch
def values(field: FieldType) -> st.SearchStrategy[object]:
    """Draw a valid value of a field."""
    raise AssertionError(field)


@values.register
def _(field: f.TextField) -> st.SearchStrategy[object]:
    short = (
        texts.filter(lambda text: len(text.encode("unicode-escape")) < field.most // 6 - 6)
        if field.most < 10**4
        else texts
    )
    return short | st.just("") if field.least == 0 else short


@values.register
def _(field: f.PatternField) -> st.SearchStrategy[object]:
    if field.what == "language tag":
        return st.sampled_from(["nl", "en", "pt-BR"])
    return policy_ids | st.just("") if field.optional else policy_ids


@values.register
def _(field: f.ChoiceField) -> st.SearchStrategy[object]:
    return st.sampled_from(field.words)


@values.register
def _(field: f.BytesField) -> st.SearchStrategy[object]:
    return st.binary(min_size=field.size, max_size=field.size) if field.size <= 64 else st.just(bytes(field.size))


@values.register
def _(field: f.ListField) -> st.SearchStrategy[object]:
    drawn = st.sets(st.binary(min_size=field.size, max_size=field.size), min_size=field.least, max_size=FEW)
    return drawn.map(lambda found: tuple(sorted(found, key=f.b64)))


@values.register
def _(field: f.IntegerField) -> st.SearchStrategy[object]:
    return st.integers(field.least, field.most)


@values.register
def _(field: f.FlagField) -> st.SearchStrategy[object]:
    return st.booleans()


@values.register
def _(field: f.AnswersField) -> st.SearchStrategy[object]:
    return st.dictionaries(policy_ids, texts, min_size=field.least, max_size=FEW)


@values.register
def _(field: f.RecordField) -> st.SearchStrategy[object]:
    return bodies(field.record)


@values.register
def _(field: f.OptionalField) -> st.SearchStrategy[object]:
    return values(field.field) | st.none()


def bodies(body: type[Members]) -> st.SearchStrategy[Members]:
    """Draw a body, or an object in one, whose members are consistent."""
    drawn = st.builds(body, **{name: values(field) for name, field in body.FIELDS.items()})
    if "after" in body.FIELDS:
        return drawn.filter(lambda read: (read.answer == "yes" or not read.after) and (read.request or read.people))
    return drawn


files = st.builds(
    File,
    st.text("ab", max_size=FEW),
    st.text("ab", max_size=FEW),
    st.integers(0, 2**40),
    st.binary(min_size=32, max_size=32),
)

archives = st.builds(
    File, st.just(""), st.just(""), st.integers(0, MAX_ARCHIVE_SIZE), st.binary(min_size=32, max_size=32)
)


@st.composite
def heads(draw: st.DrawFn, kinds: st.SearchStrategy[str] | None = None) -> Head:
    """Draw a head of any kind that a parser accepts."""
    kind = draw(kinds if kinds is not None else st.sampled_from(sorted(KINDS)) | unknown_kinds.filter(_is_new))
    known = KINDS.get(kind)
    body: Body = draw(bodies(known)) if known else Unknown.parse(draw(objects))  # type: ignore[assignment]
    people = draw(st.lists(st.binary(min_size=16, max_size=16), unique=True, max_size=9))
    if isinstance(body, Report):
        about = draw(st.sets(st.sampled_from(people), max_size=FEW)) if people else ()
        body = replace(body, about=replace(body.about, people=in_order(about)))
    channel = known.CHANNEL if known else draw(st.sampled_from(CHANNELS))
    names_none = channel == LOG or kind == Report.KIND
    least, most = body.FILES
    return Head(
        author=draw(ids),
        body=body,
        case=None if body.CASE == "absent" or (body.CASE != "named" and draw(st.booleans())) else draw(ids),
        channel=channel,
        day=draw(st.integers(0, f.MAX_DAY)),
        files=(draw(archives),)
        if kind == Share.KIND
        else tuple(draw(st.lists(files, min_size=least, max_size=min(most, FEW)))),
        kind=kind,
        roster=draw(ids),
        seen=() if names_none else in_order(draw(st.sets(ids, max_size=draw(st.sampled_from([FEW, MAX_SEEN]))))),
        to=in_order(people[:3]),
        missing=in_order(people[3:6]),
        without=in_order(people[6:]) if kind == Report.KIND else (),
    )


def in_order(found: object) -> tuple:
    """Return ids in the order of a head."""
    return tuple(sorted(found, key=f.b64))


def _is_new(kind: str) -> bool:
    return kind not in KINDS
