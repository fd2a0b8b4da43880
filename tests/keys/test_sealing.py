"""Sealing and opening: a sealed message opens for its readers, unchanged, and for nobody else."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given

from keys.errors import FormatError, MalformedError, NoSlotError, TamperedError
from keys.sealing import (
    OpenedMessage,
    PrivatePair,
    PublicPair,
    Signer,
    check_content,
    check_mac,
    find_content_key,
    free_slot,
    open_head,
    open_slot,
    seal_cover,
    seal_head,
    seal_slot,
)
from keys.wire.envelope import (
    CONTENT_SIZE,
    MAC_SIZE,
    SEALED_CHUNK_SIZE,
    SMALLEST_CLASS,
    Header,
    header_size,
    padded_size,
    stream_size,
)
from keys.wire.ids import IdentityKey
from keys.wire.messages import Answer, Entered, Head, Report, Unknown
from keys.wire.messages.fields import MAX_TEXT_SIZE
from keys.wire.plaintext import MAX_HEAD_SIZE, signed_bytes
from tests.keys.message_strategies import heads
from tests.keys.stored_files import CASE, UNTIL, head_of, report_head
from tests.keys.strategies import texts
from tests.vectors.generator.people import BESTUUR_1, BESTUUR_2, REPORTER, SECRETARIS, STRANGER, seed
from tests.vectors.generator.sealer import Draft

if TYPE_CHECKING:
    from collections.abc import Iterable

READERS = (SECRETARIS.public, BESTUUR_1.public, REPORTER.public)


def drafted(head: Head | None = None, **parts: object) -> Draft:
    """Return a message of the reporter of which any part can be invalid."""
    head = head or report_head()
    return Draft(head.encode(), kind=head.kind, until=UNTIL, **parts)  # type: ignore[arg-type]


def open_message(raw: bytes, content_key: bytes) -> OpenedMessage:
    """Open a whole envelope."""
    return open_head(raw, content_key, len(raw))


def opened(raw: bytes, *readers: PrivatePair) -> OpenedMessage:
    """Return the message of an envelope, as opened by its readers."""
    return open_message(raw, find_content_key(Header.parse(raw), readers or [SECRETARIS.pair]))


def _sealed(head: Head | None = None, readers: Iterable[PublicPair] = READERS) -> bytes:
    return seal_head(head or report_head(), REPORTER.signer, readers, slots=8, until=UNTIL).envelope


@given(texts)
def test_any_report_opens_for_each_of_its_readers_as_it_was_sealed(text: str) -> None:
    sealed = seal_head(report_head(text), REPORTER.signer, READERS, slots=8, until=UNTIL)
    for reader in (SECRETARIS, BESTUUR_1, REPORTER):
        message = opened(sealed.envelope, reader.pair)
        assert message.head == report_head(text)
        assert (message.id, message.case, message.content_key) == (sealed.id, sealed.id, sealed.content_key)


@given(heads().filter(lambda head: head.kind != Report.KIND and not head.files))
def test_any_message_opens_as_it_was_sealed(head: Head) -> None:
    own = replace(head, author=REPORTER.identity)
    sealed = seal_head(own, REPORTER.signer, READERS[:1], slots=8, until=UNTIL)
    message = opened(sealed.envelope)
    assert message.head.encode() == own.encode()
    assert message.id == sealed.id
    assert message.case == own.case


def test_opening_with_another_identity_finds_no_slot() -> None:
    for other in (BESTUUR_2, STRANGER):
        with pytest.raises(NoSlotError):
            opened(_sealed(), other.pair)


def test_who_rotates_keys_still_opens_with_the_old_pair() -> None:
    assert opened(_sealed(), PrivatePair.generate(), SECRETARIS.pair).head.body == report_head().body


@pytest.mark.slow
def test_every_single_byte_change_of_an_envelope_is_refused() -> None:
    drawn = random.Random(1)  # seeded: the same change in every run
    raw = _sealed()
    content_key = opened(raw).content_key
    for at in range(len(raw)):
        changed = raw[:at] + bytes([raw[at] ^ drawn.randint(1, 255)]) + raw[at + 1 :]
        with pytest.raises(FormatError):
            opened(changed)
        with pytest.raises(FormatError):
            open_message(changed, content_key)


def test_every_cut_of_an_envelope_is_refused() -> None:
    raw = _sealed()
    content_key = opened(raw).content_key
    for end in range(len(raw)):
        with pytest.raises(FormatError):
            open_message(raw[:end], content_key)


@pytest.mark.parametrize("more", [1, 16, 17, SMALLEST_CLASS, SMALLEST_CLASS + 16, 65552])
def test_an_envelope_that_goes_on_is_refused(more: int) -> None:
    raw = _sealed()
    with pytest.raises(FormatError):
        opened(raw + bytes(more))


def test_a_changed_slot_of_another_reader_is_found_by_everyone() -> None:
    header = Header.parse(_sealed())
    content_key = find_content_key(header, [SECRETARIS.pair])
    for at in range(len(header.slots)):
        slots = (*header.slots[:at], free_slot(), *header.slots[at + 1 :])
        with pytest.raises(TamperedError):
            check_mac(content_key, Header.of(header.until, slots, header.content, header.mac))


def test_an_envelope_does_not_open_to_two_texts() -> None:
    drafts = [drafted(report_head(text), key=seed(text)) for text in ("waar", "onwaar")]
    slots = [seal_slot(draft.key, reader.public) for draft, reader in zip(drafts, (SECRETARIS, BESTUUR_1), strict=True)]
    header = drafts[0].over(*slots, *(free_slot() for _ in range(6)))
    raw = drafts[0].under(header)
    assert opened(raw, SECRETARIS.pair).head.kind == Report.KIND
    with pytest.raises(TamperedError):
        opened(raw, BESTUUR_1.pair)


def test_two_streams_under_one_header_are_tampered() -> None:
    """T9: the author seals a second head under a header that the server already has."""
    draft, other = drafted(report_head("waar")), drafted(report_head("onwaar"))
    header = draft.header()
    assert opened(draft.under(header)).head.body == Head.parse(draft.head).body
    exchanged = other.under(header)
    with pytest.raises(TamperedError):
        opened(exchanged)
    with pytest.raises(TamperedError):
        open_message(exchanged, draft.key)


def test_a_head_under_the_mac_of_an_old_decoy_is_tampered() -> None:
    """T9: its author knows the content key, signs a head under the decoy's mac, and shares both."""
    decoy = seal_cover(slots=8, until=UNTIL, padded=SMALLEST_CLASS)
    header = Header.parse(decoy.prefix)
    later = drafted(key=decoy.content_key)
    check_mac(decoy.content_key, header)
    with pytest.raises(TamperedError):
        open_message(later.under(header), decoy.content_key)
    with pytest.raises(TamperedError):
        check_content(decoy.content_key, header.content, later.head)


@given(heads(), heads())
def test_nobody_who_knows_the_content_key_puts_another_head_under_a_header(head: Head, other: Head) -> None:
    author = replace(head, author=REPORTER.identity)
    draft = Draft(author.encode(), kind=head.kind)
    second = Draft(replace(other, author=REPORTER.identity).encode(), kind=other.kind)
    assume(draft.head != second.head)
    header = draft.header()
    check_content(draft.key, header.content, draft.head)
    with pytest.raises(TamperedError):
        check_content(draft.key, header.content, second.head)
    with pytest.raises(TamperedError):
        open_message(second.under(header), draft.key)


def test_decoys_have_contents_that_nobody_can_tell_from_those_of_messages() -> None:
    contents = {Header.parse(_sealed()).content for _ in range(20)}
    decoys = {Header.parse(seal_cover(slots=8, until=UNTIL, padded=SMALLEST_CLASS).prefix).content for _ in range(20)}
    assert len(contents | decoys) == 40
    assert {len(content) for content in contents | decoys} == {CONTENT_SIZE}


def test_a_kind_ends_in_one_place_of_the_signed_bytes() -> None:
    """D15: the signed bytes had no separator between kind and mac."""
    mac, head = seed("mac"), b"{}"
    assert signed_bytes("answer", mac, head) == b"meldbus/1 answer\x06" + mac + head
    # Without the length, both would be the same bytes.
    shorter = signed_bytes("answe", b"r" + mac[:-1], mac[-1:] + head)
    assert shorter != signed_bytes("answer", mac, head)


def test_a_recipient_who_re_wraps_another_s_signed_head_is_found() -> None:
    draft = drafted()
    original = draft.header()
    other = replace(draft, readers=(BESTUUR_2.public,), key=seed("re-wrapped"))
    header = other.header()
    moved = draft.plaintext(original.mac)
    with pytest.raises(TamperedError):
        opened(header.encode() + other.stream(moved), BESTUUR_2.pair)


def test_a_recipient_cannot_sign_for_the_reporter() -> None:
    forged = drafted(signer=SECRETARIS.signer)
    with pytest.raises(TamperedError):
        opened(forged.seal())


@pytest.mark.parametrize("text", ["", "a" * (MAX_TEXT_SIZE + 1), '"' * (MAX_TEXT_SIZE // 2 + 1)])
def test_a_text_out_of_range_is_not_sealed(text: str) -> None:
    with pytest.raises(MalformedError):
        _sealed(report_head(text))


def test_the_longest_text_is_sealed() -> None:
    text = "\u20ac" * (MAX_TEXT_SIZE // 3)
    assert opened(_sealed(report_head(text))).head == report_head(text)


def test_the_first_four_chunks_hold_the_longest_message_without_files() -> None:
    """So the prefix in the log, which has five, contains all that a reader checks, including padding."""
    head = head_of(Unknown.parse({"a": ""}), "hand-over")
    longest = replace(head, body=Unknown.parse({"a": "a" * (MAX_HEAD_SIZE - len(head.encode()))}))
    raw = _sealed(longest)
    assert len(raw) == header_size(8) + 4 * SEALED_CHUNK_SIZE
    assert opened(raw).head == longest
    with pytest.raises(MalformedError):
        _sealed(replace(longest, body=Unknown.parse({"a": "a" * (MAX_HEAD_SIZE - len(head.encode()) + 1)})))


def test_more_readers_than_slots_are_refused() -> None:
    with pytest.raises(MalformedError):
        seal_head(report_head(), REPORTER.signer, [SECRETARIS.public] * 9, slots=8, until=UNTIL)


def test_a_head_that_nobody_would_read_is_not_sealed() -> None:
    both = report_head().to
    with pytest.raises(MalformedError):
        _sealed(replace(report_head(), without=both))


@pytest.mark.parametrize("padded", [padded_size(length) for length in (1, 20_000, 40_000, 100_000, 1_100_000)])
def test_a_decoy_has_the_size_of_its_class_and_opens_for_nobody(padded: int) -> None:
    decoy = seal_cover(slots=8, until=UNTIL, padded=padded)
    raw = decoy.prefix + b"".join(decoy.parts)
    assert len(raw) == decoy.size == header_size(8) + stream_size(padded)
    for person in (SECRETARIS, BESTUUR_1, REPORTER):
        with pytest.raises(NoSlotError):
            opened(raw, person.pair)


def test_a_decoy_differs_from_a_report_in_no_field_that_a_stranger_can_read() -> None:
    decoy = Header.parse(seal_cover(slots=8, until=UNTIL, padded=SMALLEST_CLASS).envelope)
    sent = Header.parse(_sealed())
    assert (decoy.until, len(decoy.slots), decoy.size) == (sent.until, len(sent.slots), sent.size)
    # The highest bit of a real X25519 key is never set: in random bytes it would be set half of the time.
    for slot in (*decoy.slots, *sent.slots):
        assert slot.sealed_share[31] < 128


def test_a_free_slot_holds_a_point_on_the_curve_and_a_ciphertext_like_any_other() -> None:
    slot, used = free_slot(), seal_slot(seed("content key"), SECRETARIS.public)
    assert len(slot.encode()) == len(used.encode())
    with pytest.raises(NoSlotError):
        open_slot(slot, SECRETARIS.pair)
    assert open_slot(used, SECRETARIS.pair) == seed("content key")


def test_the_place_of_a_slot_does_not_tell_whose_it_is() -> None:
    places = set()
    for _ in range(200):
        slots = Header.parse(_sealed(readers=(SECRETARIS.public,))).slots
        places |= {at for at, slot in enumerate(slots) if _opens(slot)}
    assert places == set(range(8))


def _opens(slot: object) -> bool:
    try:
        open_slot(slot, SECRETARIS.pair)  # type: ignore[arg-type]
    except NoSlotError:
        return False
    return True


def test_two_envelopes_of_one_text_have_nothing_in_common_behind_their_start() -> None:
    one, other = _sealed(), _sealed()
    start = header_size(0) - CONTENT_SIZE - MAC_SIZE
    assert one[:start] == other[:start]
    same = sum(left == right for left, right in zip(one[start:], other[start:], strict=True))
    assert same < len(one) // 100


@pytest.mark.parametrize(
    "pair",
    [
        PublicPair(bytes(32), REPORTER.public.kem),
        PublicPair((1).to_bytes(32, "little"), REPORTER.public.kem),
        PublicPair(REPORTER.public.box, b"\xff" * 1184),
        PublicPair(REPORTER.public.box, bytes([1, 13]) + b"\xd0" + REPORTER.public.kem[3:]),
    ],
    ids=["a point of order 4", "a point of order 1", "a key of ones", "one coefficient of 3329"],
)
def test_a_report_whose_keys_nobody_can_seal_to_is_malformed(pair: PublicPair) -> None:
    right = report_head()
    assert isinstance(right.body, Report)
    with pytest.raises(MalformedError):
        opened(drafted(replace(right, body=replace(right.body, box=pair.box, kem=pair.kem))).seal())


def test_a_message_names_its_case_and_a_report_is_its_own() -> None:
    sealed = drafted().seal()
    assert opened(sealed).case == opened(sealed).id
    later = opened(drafted(head_of(Answer("Dank je."))).seal())
    assert (later.case, later.head.body) == (CASE, Answer("Dank je."))
    assert later.id != CASE


def test_nobody_is_said_to_have_entered_a_report_but_who_signed_for_its_author() -> None:
    """H2: anybody could claim it after anybody's report."""
    head = report_head()
    assert isinstance(head.body, Report)
    for author, is_right in ((REPORTER.identity, True), (STRANGER.identity, False)):
        signature = SECRETARIS.signer.sign(b"meldbus/1 entered" + author)
        entered = Entered(IdentityKey(SECRETARIS.identity), signature, "phone")
        sealed = _sealed(replace(head, body=replace(head.body, entered=entered)))
        if is_right:
            assert opened(sealed).head.body.entered == entered  # type: ignore[union-attr]
        else:
            with pytest.raises(TamperedError):
                opened(sealed)


def test_nothing_that_opens_an_envelope_is_shown_by_a_repr() -> None:
    sealed = seal_head(report_head(), REPORTER.signer, READERS, slots=8, until=UNTIL)
    message = opened(sealed.envelope)
    shown = f"{sealed!r}{message!r}{SECRETARIS.pair!r}{Signer.from_seed(seed('x'))!r}"
    secrets = (sealed.content_key, SECRETARIS.pair.box, Signer.from_seed(seed("x")).private)
    for secret in secrets:
        assert repr(secret)[2:-1] not in shown


def test_a_slot_needs_both_of_its_keys() -> None:
    """An attacker who breaks X25519 alone, or ML-KEM alone, gets nothing."""
    owner, other = PrivatePair.generate(), PrivatePair.generate()
    slot = seal_slot(bytes(32), owner.public)
    assert open_slot(slot, owner) == bytes(32)
    without_kem = PrivatePair(owner.box, other.kem, owner.public)
    with pytest.raises(TamperedError):
        open_slot(slot, without_kem)
    without_box = PrivatePair(other.box, owner.kem, PublicPair(other.public.box, owner.public.kem))
    with pytest.raises(NoSlotError):
        open_slot(slot, without_box)
