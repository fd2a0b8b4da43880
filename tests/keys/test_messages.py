"""Heads and bodies: one table defines each kind, and nothing else parses."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.errors import FormatError, MalformedError
from keys.wire.canonical import b64, encode, encoded_size, parse_object
from keys.wire.envelope import MAX_RECIPIENTS, SMALLEST_CLASS
from keys.wire.files import MAX_FILES, File
from keys.wire.ids import PERSON_SIZE
from keys.wire.messages import (
    CHANNELS,
    KINDS,
    LOG,
    MAX_SEEN,
    About,
    Answer,
    Arrived,
    Consent,
    Entered,
    Head,
    Question,
    Report,
    Share,
    Unknown,
    table,
)
from keys.wire.messages.fields import (
    MAX_DAY,
    MAX_PEOPLE,
    FieldType,
    IntegerField,
    ListField,
    OptionalField,
    RecordField,
    TextField,
)
from keys.wire.messages.log import MAX_ARCHIVE_SIZE
from keys.wire.plaintext import LENGTH_SIZE, MAX_HEAD_SIZE
from keys.wire.sizes import BOX_KEY_SIZE, ID_SIZE, KEM_KEY_SIZE, SIGNATURE_SIZE
from tests.keys.message_strategies import bodies, heads, in_order
from tests.keys.strategies import nearly
from tests.vectors.generator.people import seed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keys.wire.messages import Body
    from keys.wire.messages.fields import Members

OF_THE_DESIGN = (
    "report answer question acknowledgement opened feedback minutes closed request joined stepped-back "
    "consent agreed identity rating report-withdrawn left "
    "note form assigned informed category revealed correction exported exercise "
    "outcome retention hold purge objection approval reopened "
    "arrived lacking share log-accepted"
)
GONE = ["feed", "tombstone", "dossier", "admit", "entered", "conflict", "handed-over", "withdrawn", "destroyed"]
JSONS: list[Any] = [None, True, 0, 1, -1, 2**53 - 1, "", "a", "yes", [], [""], [0], {}, {"a": "b"}]
PEOPLE = in_order(seed(f"person {at}", PERSON_SIZE) for at in range(MAX_RECIPIENTS))
IDS = in_order(seed(f"message {at}") for at in range(MAX_SEEN))
CASE, ROSTER, AUTHOR = seed("case"), seed("roster"), seed("author")
LISTS = ("files", "missing", "seen", "to", "without")
FILE = File("a.txt", "text/plain", 1, bytes(32))
ARCHIVE = File("", "", MAX_ARCHIVE_SIZE, bytes(32))


def head(body: Body, kind: str, **changes: Any) -> Head:
    made = Head(
        author=AUTHOR,  # type: ignore[arg-type]
        body=body,
        case=None if body.CASE == "absent" else CASE,  # type: ignore[arg-type]
        channel=KINDS[kind].CHANNEL if kind in KINDS else "thread",
        day=20_600,
        files=(ARCHIVE,) * body.FILES[0],
        kind=kind,
        roster=ROSTER,  # type: ignore[arg-type]
        seen=(),
        to=PEOPLE[:2],
    )
    return replace(made, **changes)


def report(text: str = "Er verdwijnt geld.", **changes: Any) -> Report:
    made = Report(text, bytes(BOX_KEY_SIZE), bytes(KEM_KEY_SIZE), bytes(ID_SIZE), "anders", "nl")
    return replace(made, **changes)


def refused(read: Any, *arguments: Any) -> bool:
    try:
        read(*arguments)
    except MalformedError:
        return True
    return False


@given(heads())
def test_any_head_comes_back_as_it_was(drawn: Head) -> None:
    assert Head.parse(drawn.encode()) == drawn


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(max_examples=20)
@given(data=st.data())
def test_a_head_that_still_parses_after_a_change_encodes_to_the_changed_bytes(kind: str, data: st.DataObject) -> None:
    raw = data.draw(nearly(data.draw(heads(st.just(kind))).encode()))
    try:
        again = Head.parse(raw)
    except FormatError:
        return
    assert again.encode() == raw


def test_the_kinds_are_those_of_the_design_and_none_of_those_that_went() -> None:
    assert " ".join(KINDS) == OF_THE_DESIGN
    assert not set(GONE) & set(KINDS)


def test_the_table_has_a_row_for_each_kind_with_every_member_of_its_body() -> None:
    heading, rule, *rows = table().splitlines()
    assert heading == "| kind | members of the body |"
    assert set(rule) == set("| -")
    cells = [row.strip("| ").split(" | ") for row in rows if not row.startswith("| **")]
    for body in KINDS.values():
        [members] = [rest for kinds, *rest in cells if f"`{body.KIND}`" in kinds]
        for field in dataclass_fields(body):
            assert re.search(rf"(^|; ){field.name}(: |;|$)", members[-1]), field.name


@pytest.mark.parametrize("body", [*KINDS.values(), About, Entered], ids=lambda body: body.__name__)
def test_every_member_of_a_body_has_a_field_type(body: type[Members]) -> None:
    assert [*body.FIELDS] == [field.name for field in dataclass_fields(body)]  # type: ignore[arg-type]


@pytest.mark.parametrize("body", KINDS.values(), ids=lambda body: body.KIND)
@settings(max_examples=20)
@given(data=st.data())
def test_a_body_with_another_member_or_without_one_is_refused(body: type[Body], data: st.DataObject) -> None:
    members = data.draw(bodies(body)).members()
    assert body.parse(members).members() == members
    assert refused(body.parse, {**members, "extra": ""})
    for name in members:
        assert refused(body.parse, {other: value for other, value in members.items() if other != name})


def fields_of(members: type[Members]) -> Iterator[FieldType]:
    for field in members.FIELDS.values():
        yield field
        inner = field.field if isinstance(field, OptionalField) else field
        if isinstance(inner, RecordField):
            yield from fields_of(inner.record)


FIELDS = {field.name: field for body in KINDS.values() for field in fields_of(body)}


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_returns_what_it_takes_and_refuses_all_else(name: str) -> None:
    field = FIELDS[name]
    for value in JSONS:
        try:
            read = field.parse(value)
        except MalformedError:
            continue
        # `1 == True` in Python: the type must be the same too.
        assert encode(field.encode(read)) == encode(value)
    assert any(refused(field.parse, value) for value in JSONS)


@pytest.mark.parametrize(
    "field", [field for field in FIELDS.values() if isinstance(field, TextField)], ids=lambda f: f.name
)
def test_a_text_is_measured_as_encoded(field: TextField) -> None:
    for text in ("a" * field.most, '"' * (field.most // 2), "\x00" * (field.most // 6)):
        assert field.parse(text) == text
        assert encoded_size(text) <= field.most
    assert refused(field.parse, "a" * (field.most + 1))
    assert refused(field.parse, '"' * (field.most // 2 + 1))
    assert refused(field.parse, "") is (field.least == 1)
    assert refused(field.parse, "\ud800")


@pytest.mark.parametrize(
    "field", [field for field in FIELDS.values() if isinstance(field, ListField)], ids=lambda f: f.name
)
def test_a_list_has_one_order_and_its_bounds(field: ListField) -> None:
    names: list[Any] = [*map(b64, in_order(seed(f"{at}", field.size) for at in range(field.most + 1)))]
    right = names[: field.most]
    assert field.encode(field.parse(right)) == right
    assert refused(field.parse, names)
    assert refused(field.parse, right[: field.least - 1]) if field.least else field.parse([]) == ()
    assert refused(field.parse, [names[1], names[0]])
    assert refused(field.parse, [names[0], names[0]])
    assert refused(field.parse, [b64(bytes(field.size + 1))])
    # In order of text, not of bytes: 0xf8.. is "-..." and 0xd0.. is "0...".
    if field.most > 1:
        high, low = (b64(bytes([first]) + bytes(field.size - 1)) for first in (0xD0, 0xF8))
        assert refused(field.parse, [high, low])
        assert len(field.parse([low, high])) == 2


@pytest.mark.parametrize(
    "field", [field for field in FIELDS.values() if isinstance(field, IntegerField)], ids=lambda f: f.name
)
def test_a_number_has_its_bounds(field: IntegerField) -> None:
    assert (field.parse(field.least), field.parse(field.most)) == (field.least, field.most)
    assert refused(field.parse, field.least - 1)
    assert refused(field.parse, field.most + 1)


def test_a_day_that_no_calendar_shows_is_refused_in_every_body_and_head() -> None:
    """M8, D13: a day after 9999-12-31 made a case unreadable for everybody."""
    assert dt.date(1970, 1, 1) + dt.timedelta(MAX_DAY) == dt.date.max
    assert {field.most for name, field in FIELDS.items() if name.startswith("day")} == {MAX_DAY}  # type: ignore[attr-defined]
    assert Head.parse(head(Arrived(), "arrived", day=MAX_DAY).encode()).day == MAX_DAY
    for day in (MAX_DAY + 1, 2**32 - 1, -1):
        assert refused(Head.parse, head(Arrived(), "arrived", day=day).encode())


def test_a_yes_names_denials_and_a_denial_names_none() -> None:
    for answer in ("yes", "no", "withdrawn"):
        members = Consent(answer, PEOPLE[:1], IDS[:1]).members()
        assert refused(Consent.parse, members) is (answer != "yes")


def test_a_consent_is_about_people_or_a_request() -> None:
    assert refused(Consent.parse, Consent("yes").members())
    assert Consent.parse(Consent("yes", PEOPLE[:1]).members()).people == PEOPLE[:1]
    assert Consent.parse(Consent("no", request=IDS[0]).members()).request == IDS[0]


@pytest.mark.parametrize("body", KINDS.values(), ids=lambda body: body.KIND)
@settings(max_examples=20)
@given(data=st.data())
def test_a_head_has_a_case_a_channel_and_files_as_its_kind_says(body: type[Body], data: st.DataObject) -> None:
    right = data.draw(heads(st.just(body.KIND)))
    assert refused(right.check) is False
    assert refused(replace(right, case=None).check) is (body.CASE == "named")
    assert refused(replace(right, case=CASE).check) is (body.CASE == "absent")
    for channel in CHANNELS:
        changed = replace(right, channel=channel, seen=())
        assert refused(changed.check) is (channel != body.CHANNEL)
    for count in (0, 1, 2, MAX_FILES):
        assert refused(replace(right, files=(ARCHIVE,) * count).check) is not (body.FILES[0] <= count <= body.FILES[1])


def test_words_may_have_files_a_share_has_one_and_all_else_has_none() -> None:
    words = ["report", "answer", "question", "acknowledgement", "feedback", "minutes", "closed", "note"]
    assert [kind for kind, body in KINDS.items() if body.FILES == (0, MAX_FILES)] == words
    assert [kind for kind, body in KINDS.items() if body.FILES == (1, 1)] == [Share.KIND]
    assert {body.FILES for body in KINDS.values()} == {(0, 0), (1, 1), (0, MAX_FILES)}


def test_the_archive_of_a_share_has_no_name_no_type_and_at_most_64_mib() -> None:
    assert not refused(head(Share(), "share").check)
    for file in (replace(ARCHIVE, name="a"), replace(ARCHIVE, type="a"), replace(ARCHIVE, size=64 * 2**20 + 1)):
        assert refused(head(Share(), "share", files=(file,)).check)


def test_a_report_has_seen_nothing() -> None:
    assert refused(head(report(), "report", seen=IDS[:1]).check)


def test_a_report_is_about_people_whom_its_head_names() -> None:
    lists = {"to": PEOPLE[:1], "missing": PEOPLE[1:2], "without": PEOPLE[2:3]}
    assert not refused(head(report(about=About(people=PEOPLE[:3])), "report", **lists).check)
    assert refused(head(report(about=About(people=PEOPLE[:4])), "report", **lists).check)


@pytest.mark.parametrize("kind", [kind for kind, body in KINDS.items() if body.CHANNEL == LOG])
def test_a_message_of_the_log_has_seen_nothing(kind: str) -> None:
    body = KINDS[kind].parse(_least(KINDS[kind]))
    assert not refused(head(body, kind).check)
    assert refused(head(body, kind, seen=IDS[:1]).check)


def test_an_unknown_message_of_the_log_has_seen_nothing_either() -> None:
    body = Unknown.parse({"a": [{}]})
    assert Head.parse(head(body, "hand-over", channel="dossier", seen=IDS[:1]).encode()).body == body
    assert refused(Head.parse, head(body, "hand-over", channel="log", seen=IDS[:1]).encode())
    assert refused(Head.parse, head(body, "hand-over", case=None).encode())


@pytest.mark.parametrize("first", ["to", "missing", "without"])
@pytest.mark.parametrize("second", ["to", "missing", "without"])
def test_nobody_stands_in_two_lists_of_a_head(first: str, second: str) -> None:
    lists = {"to": PEOPLE[:2], "missing": PEOPLE[2:4], "without": PEOPLE[4:6]}
    right = head(report(), "report", **lists)
    assert not refused(right.check)
    if first != second:
        assert refused(replace(right, **{first: (*lists[first], lists[second][0])}).check)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "report"])
def test_only_a_report_leaves_somebody_out(kind: str) -> None:
    body = KINDS[kind].parse(_least(KINDS[kind]))
    assert not refused(head(body, kind, missing=PEOPLE[5:6]).check)
    assert refused(head(body, kind, without=PEOPLE[5:6]).check)


def test_a_head_names_at_most_64_messages_and_31_people_a_list() -> None:
    for name, most in (("seen", MAX_SEEN), ("to", MAX_PEOPLE), ("missing", MAX_PEOPLE)):
        ids = in_order(seed(f"{at}", ID_SIZE if name == "seen" else PERSON_SIZE) for at in range(most + 1))
        for count in (most, most + 1):
            changes = {"to": (), name: ids[:count]}
            assert refused(Head.parse, head(Answer("a"), "answer", **changes).encode()) is (count > most)


@pytest.mark.parametrize("name", sorted(parse_object(head(Answer("a"), "answer").encode())))
def test_a_head_has_every_member_and_each_of_its_type(name: str) -> None:
    members = parse_object(head(Answer("a"), "answer").encode())
    assert refused(Head.parse, encode({other: value for other, value in members.items() if other != name}))
    right = {"day": [0, 1], "kind": ["a", "yes"]} | {key: [[]] for key in LISTS}
    for value in JSONS:
        # By their JSON: 1 == True in Python.
        accepted = encode(value) in map(encode, right.get(name, []))
        assert refused(Head.parse, encode({**members, name: value})) is not accepted, value


def test_a_head_has_no_member_that_nobody_reads() -> None:
    assert refused(Head.parse, encode({**parse_object(head(Answer("a"), "answer").encode()), "extra": 1}))


@given(st.binary(max_size=200))
def test_no_bytes_make_a_head_raise_anything_but_its_errors(raw: bytes) -> None:
    assert refused(Head.parse, raw)


def test_a_head_above_its_size_is_refused_before_it_is_read() -> None:
    assert refused(Head.parse, b" " * (MAX_HEAD_SIZE + 1))


def test_the_words_of_a_report_are_measured_together() -> None:
    whole = report("a", answers={"b": "c" * 99_993})
    assert Report.parse(whole.members()) == whole
    for changed in (
        replace(whole, text="aa"),
        replace(whole, about=About(others="a")),
        replace(whole, answers={"b": "c" * 99_994}),
    ):
        assert refused(Report.parse, changed.members())


def test_a_text_of_12000_bytes_fits_the_first_class_with_all_that_may_stand_beside_it() -> None:
    text = "a" * 12_000
    beside = LENGTH_SIZE + SIGNATURE_SIZE
    about = About(board=False, others="", people=PEOPLE)
    longest = report(
        text, topic="a" * 40, language="nl-Latn", about=about, entered=Entered(AUTHOR, bytes(64), "in-person")
    )  # type: ignore[arg-type]
    first = head(longest, "report", to=PEOPLE, day=MAX_DAY)
    later = head(Question(text), "question", to=PEOPLE, day=MAX_DAY, seen=IDS)
    for message in (first, later):
        Head.parse(message.encode())
        assert len(message.encode()) + beside <= SMALLEST_CLASS


def test_a_hundred_files_of_the_longest_names_fit_a_head_beside_the_longest_text() -> None:
    file = File("x" * 1000, "y" * 100, 2**40, bytes(32))
    longest = report("a" * 100_000, about=About(people=PEOPLE))
    Head.parse(head(longest, "report", to=PEOPLE, files=(file,) * MAX_FILES).encode())


def _least(body: type[Body]) -> dict[str, Any]:
    """Return the members of one valid body of a kind."""
    found = {
        "text": "a",
        "answers": {"a": "b"},
        "people": [b64(PEOPLE[0])],
        "messages": [b64(IDS[0])],
        "day": 0,
        "until": 0,
        "months": 1,
        "place": 0,
        "identity": False,
        "answer": "yes",
        "after": [],
        "message": b64(IDS[0]),
        "minutes": b64(IDS[0]),
        "digest": b64(IDS[0]),
        "request": b64(IDS[0]),
    }
    return {name: found.get(name, "a") for name in body.FIELDS}
