"""Python and TypeScript make the same of the same bytes, also of bytes that nobody thought of."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.errors import MeldbusError
from keys.receipt import SYMBOLS, Receipt
from keys.roster import Bundle, Root, Roster, verify_signature
from keys.sealing import Signer
from keys.wire import messages
from keys.wire.canonical import Json, b64, encode, parse, parse_object, unb64
from keys.wire.envelope import Header
from keys.wire.mailbox import MailboxPage
from keys.wire.messages.fields import described
from keys.wire.posting import Posting
from keys.wire.signed import LABEL_BUNDLE, LABEL_ROOT, LABEL_ROSTER, Signed, join_frames, split_frames
from keys.wire.upload import Opening, PartPosting
from tests.organisation import Organisation, sign
from tests.vectors.generator.sealer import report_head
from tests.vectors.vector import committed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.client.twin import Twin

KEY_SIZE = 32
SIGNATURE_SIZE = 64
BRIEF = settings(max_examples=150, deadline=None, derandomize=True, database=None)


def verified(raw: bytes) -> str:
    end = KEY_SIZE + SIGNATURE_SIZE
    verify_signature(raw[:KEY_SIZE], raw[end:], raw[KEY_SIZE:end])
    return "accepted"


def receipt(raw: bytes) -> str:
    read = Receipt.parse(raw.decode())
    keys = (read.capability(), read.box_seed(), read.kem_seed(), read.sign_seed())
    return " ".join([read.symbols, *(key.hex() for key in keys)])


def mailbox(raw: bytes) -> str:
    read = MailboxPage.parse(raw, 0)
    entries = [f"{entry.number}:{entry.day}:{entry.header().mac.hex()}" for entry in read.entries]
    return " ".join([str(int(read.more)), *entries])


def header(raw: bytes) -> str:
    return Header.parse(raw).encode().hex()


READERS: dict[str, Callable[[bytes], str]] = {
    "canonical": lambda raw: encode(parse(raw)).hex(),
    "message": lambda raw: messages.Head.parse(raw).encode().hex(),
    "archive": lambda raw: " ".join(made.hex() for made in messages.encode_archives(messages.parse_archive(raw))),
    "signed": lambda raw: Signed.parse(raw).encode().hex(),
    "frames": lambda raw: " ".join(frame.hex() for frame in split_frames(raw)),
    "posting": lambda raw: Posting.parse(raw).encode().hex(),
    "opening": lambda raw: Opening.parse(raw).encode().hex(),
    "part": lambda raw: PartPosting.parse(raw).encode().hex(),
    "mailbox": mailbox,
    "signature": verified,
}
TEXTS: dict[str, Callable[[bytes], str]] = {
    "base64url": lambda raw: unb64(raw.decode(), KEY_SIZE).hex(),
    "receipt": receipt,
}


def outcome(read: Callable[[bytes], str], raw: bytes) -> str:
    try:
        return read(raw)
    except MeldbusError as error:
        return error.code


def spoilt(raw: bytes) -> st.SearchStrategy[bytes]:
    """Bytes near `raw`: one piece of it exchanged for a few others."""
    places = st.integers(0, len(raw))
    pieces = st.one_of(
        st.binary(max_size=4), st.sampled_from([b"", b"\0", b" ", b"\xff", b"0", b"-0", b"\\u0041", b"]}"])
    )
    return st.builds(
        lambda start, size, piece: raw[:start] + piece + raw[start + size :], places, st.integers(0, 4), pieces
    )


def near_vectors(subject: str) -> st.SearchStrategy[bytes]:
    return st.sampled_from([vector.raw for vector in committed() if vector.subject == subject]).flatmap(spoilt)


@pytest.mark.parametrize("subject", READERS)
def test_bytes_near_a_vector_are_read_alike(twin: Twin, subject: str) -> None:
    @BRIEF
    @given(near_vectors(subject))
    def check(raw: bytes) -> None:
        assert twin.read(subject, raw) == outcome(READERS[subject], raw)

    check()


def test_both_have_one_table_of_kinds_channels_authors_files_and_fields(twin: Twin) -> None:
    rows = [
        [body.KIND, [*body.AUTHORS], body.CHANNEL, body.CASE, [*body.FILES], described(body)]
        for body in messages.KINDS.values()
    ]
    assert rows
    assert twin.read("kinds", b"") == rows


@BRIEF
@given(near_vectors("envelope"))
def check_header(twin: Twin, raw: bytes) -> None:
    assert twin.read("header", raw) == outcome(header, raw)


def test_headers_near_a_vector_are_read_alike(twin: Twin) -> None:
    check_header(twin)


@pytest.mark.parametrize("subject", TEXTS)
def test_texts_near_a_vector_are_read_alike(twin: Twin, subject: str) -> None:
    corpus = [vector.raw.decode() for vector in committed() if vector.subject == subject]

    @BRIEF
    @given(
        st.sampled_from(corpus),
        st.integers(0, 40),
        st.integers(0, 3),
        st.text(st.sampled_from(SYMBOLS + "oil-_.+/= \t\n\x1c\x85\xa0\u2003\ufeff\u0131ß09é"), max_size=3),
    )
    def check(text: str, start: int, size: int, piece: str) -> None:
        raw = (text[:start] + piece + text[start + size :]).encode()
        assert twin.read(subject, raw) == outcome(TEXTS[subject], raw)

    check()


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def test_json_of_any_value_is_read_alike(twin: Twin) -> None:
    """Both what json.dumps writes, which is seldom canonical, and the one encoding."""

    @BRIEF
    @given(JSON_VALUES, st.booleans(), st.booleans())
    def check(value: Any, ascii_only: bool, sort: bool) -> None:
        raw = json.dumps(value, ensure_ascii=ascii_only, sort_keys=sort, separators=(",", ":")).encode(
            "utf-8", "replace"
        )
        assert twin.read("canonical", raw) == outcome(READERS["canonical"], raw)

    check()


@pytest.mark.parametrize(
    "text",
    [
        '{"__proto__":1,"a":2}',
        '{"a":{"__proto__":{"b":1}}}',
        '{"constructor":1,"toString":2}',
        '{"10":1,"9":2}',
        '{"9":2,"10":1}',
        '{"\U0001f600":1,"\ufb33":2}',
        '{"\ufb33":2,"\U0001f600":1}',
        '"\u2028\u2029\x7f\u0080"',
        '"\\u2028"',
        '"\\ud83d\\ude00"',
        '"\\ud800"',
        '"\\b\\t\\n\\f\\r\\u000b\\"\\\\/"',
        '"\\/"',
        "9007199254740991",
        "9007199254740992",
        "-9007199254740991",
        "1e3",
        "1.0",
        "-0",
        "01",
        "NaN",
        "\ufeff1",
        "[" * 17 + "]" * 17,
        "[" * 18 + "]" * 18,
        "[" * 100_000,
    ],
)
def test_a_tricky_text_is_read_alike(twin: Twin, text: str) -> None:
    raw = text.encode()
    assert twin.read("canonical", raw) == outcome(READERS["canonical"], raw)


@pytest.fixture(scope="module")
def organisation() -> Organisation:
    return Organisation.found()


def changed(document: dict[str, Json], draw: st.DataObject) -> dict[str, Json]:
    """The document with one member, or one of what is in it, exchanged."""
    copy = parse_object(encode(document))
    at: Any = copy
    name = draw.draw(st.sampled_from(sorted(at)))
    while draw.draw(st.booleans()) and isinstance(at[name], dict | list) and at[name]:
        at = at[name]
        name = draw.draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
    numbers = st.sampled_from([-1, 0, 1, 2, 79, 255, 256, 396, 397, 2**31, 2**32 - 1, 2**32, 2**53 - 1, True])
    texts = st.sampled_from(
        ["", "x" * 40, "x" * 41, "\U0001f600" * 80, "x" * 81, "http://a", "https://a", "nl", "Mars/Base"]
    )
    at[name] = draw.draw(st.one_of(numbers, texts, st.none(), st.just([]), st.just(["nl", "nl"]), st.just({})))
    return copy


def roster(raw: bytes) -> str:
    root, document = (Signed.parse(frame) for frame in split_frames(raw))
    read = Roster.verify(document, Root.verify_chain([root], root.id(LABEL_ROOT)))
    return " ".join([read.id.hex(), read.policy.organisation, *(person.name for person in read.recipients)])


def bundle(raw: bytes) -> str:
    read = Bundle.verify(Signed.parse(raw))
    return f"{b64(read.identity)} {read.serial} {read.start} {read.end} {int(read.last)}"


def test_a_signed_roster_of_any_members_is_read_alike(twin: Twin, organisation: Organisation) -> None:
    document = organisation.rosters[0].members()

    @BRIEF
    @given(st.data())
    def check(draw: st.DataObject) -> None:
        signed = sign(changed(document, draw), LABEL_ROSTER, organisation.holders[:2])
        raw = join_frames([organisation.roots[0].encode(), signed.encode()])
        assert twin.read("roster", raw) == outcome(roster, raw)

    check()


def test_a_signed_root_of_any_members_is_read_alike(twin: Twin, organisation: Organisation) -> None:
    document = organisation.roots[0].members()

    @BRIEF
    @given(st.data())
    def check(draw: st.DataObject) -> None:
        signed = sign(changed(document, draw), LABEL_ROOT, organisation.holders)
        raw = join_frames([signed.encode(), organisation.rosters[0].encode()])
        assert twin.read("roster", raw) == outcome(roster, raw)

    check()


def test_a_signed_bundle_of_any_members_is_read_alike(twin: Twin, organisation: Organisation) -> None:
    person = organisation.people[0]
    document = person.bundle(organisation.today, organisation.witness).members()

    @BRIEF
    @given(st.data())
    def check(draw: st.DataObject) -> None:
        raw = sign(changed(document, draw), LABEL_BUNDLE, [person.signer]).encode()
        assert twin.read("bundle", raw) == outcome(bundle, raw)

    check()


def test_a_signature_is_verified_alike(twin: Twin) -> None:
    @BRIEF
    @given(st.binary(min_size=32, max_size=32), st.binary(max_size=200))
    def check(seed: bytes, message: bytes) -> None:
        signer = Signer.from_seed(seed)
        raw = signer.public + signer.sign(message) + message
        assert twin.read("signature", raw) == outcome(verified, raw) == "accepted"

    check()


def test_any_head_that_python_writes_is_read_back_alike(twin: Twin) -> None:
    members = parse_object(report_head().encode())

    @BRIEF
    @given(st.text(min_size=1, max_size=60))
    def check(text: str) -> None:
        raw = encode({**members, "body": {**members["body"], "text": text}})  # type: ignore[dict-item]
        assert twin.read("message", raw) == outcome(READERS["message"], raw) == raw.hex()

    check()
