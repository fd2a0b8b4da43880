"""SPEC.md and the code have the same sizes, both ways."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from dropbox import load_meter, responses
from dropbox.store import days, expiry
from keys import receipt
from keys.cases import approvals, destruction, last_day, numbers, overview
from keys.errors import FormatError
from keys.policy import shapes
from keys.policy.policy import SHAPE
from keys.policy.shapes import ROLES
from keys.roster import bundle, fingerprint, root, roster, weeks
from keys.sealing import slots, stream
from keys.sync import archives, cover, intake, log_reader, mailbox_reader
from keys.wire import canonical, envelope, files, ids, mailbox, plaintext, posting, signed, sizes, stamp, upload
from keys.wire import log as log_pages
from keys.wire.envelope import header_size, padded_size, stream_size
from keys.wire.messages import fields, kind, log, reporter, thread
from keys.wire.messages import head as messages
from tests.keys.stored_files import FIRST_CLASS_TEXT_SIZE
from tests.spec_page import PAGE, REPOSITORY, limits, quoted
from tests.vectors import sample

STATUSES = {status for status, _ in responses._STATUS.values()} | set(responses._HTTP)
CHANCE_PARTS = 16  # the chances of cover entries are so many parts
CLASSES = [padded_size(1 << power) for power in range(14, 21)]

SIZES: dict[int, set[int]] = {
    3: {
        envelope.SLOT_SIZE,
        envelope.MAC_SIZE,
        header_size(0),
        envelope.SLOT_STEP,
        envelope.MAX_RECIPIENTS,
        *range(envelope.SLOT_STEP, envelope.MAX_SLOTS + 1, envelope.SLOT_STEP),
        *CLASSES,
        envelope.TAG_SIZE,
        envelope.CHUNK_SIZE,
        envelope.SEALED_SHARE_SIZE,
        envelope.KEM_CIPHERTEXT_SIZE,
        envelope.WRAPPED_KEY_SIZE,
        envelope.SEALED_SHARE_SIZE + envelope.KEM_CIPHERTEXT_SIZE,
        stream.KEY_SIZE,
        sizes.BOX_KEY_SIZE,
        sizes.KEM_KEY_SIZE,
        len(slots.ZERO_NONCE),
        stream.COUNTER_SIZE,
        2,  # the base of the logarithms
        weeks.UNTIL_DAYS,
    },
    4: {
        FIRST_CLASS_TEXT_SIZE,
        plaintext.MAX_HEAD_SIZE,
        4 * envelope.CHUNK_SIZE,  # the class of the longest message without files
        messages.MAX_SEEN,
        fields.MAX_PEOPLE,
        canonical.MAX_DEPTH,
        canonical.MAX_INTEGER + 1,
        files.MIB,
        files.MAX_FILES,
        files.MAX_NAME_SIZE,
        files.MAX_TYPE_SIZE,
        39,  # of what a kind is made of
    },
    5: {
        fields.MAX_TEXT_SIZE,
        fields.MAX_REASON_SIZE,
        fields.MAX_PEOPLE,
        fields.MAX_MONTHS,
        kind.MANY_FILES[1],
        log.MAX_LACKING,
        log.MAX_ARCHIVE_SIZE,
        messages.MAX_SEEN,
        reporter.MAX_AFTER,
        archives.MOST_BY_WORD,
        *(23, 28, 9, 39),  # of what a language tag and an id are made of; `numbers` reads "2,3" as one
    },
    6: {
        receipt.RANDOM_SYMBOLS,
        receipt.CHECK_SYMBOLS,
        receipt.RANDOM_SYMBOLS + receipt.CHECK_SYMBOLS,
        receipt.RANDOM_SYMBOLS + receipt.CHECK_SYMBOLS - 1,
        receipt.FIELD_SIZE,
        receipt.FIELD_SIZE - 1,
        receipt.GROUP_SIZE,
        (receipt.RANDOM_SYMBOLS + receipt.CHECK_SYMBOLS) // receipt.GROUP_SIZE,
        receipt.KEM_SEED_SIZE,
        5,  # the degree of the field's polynomial, held below
        *(int(f"{ord(receipt.DASHES[at]):x}") for at in (1, -2, -1)),  # U+2010 to U+2015, U+2212
    },
    7: {
        *(limits(SHAPE) - {len(ROLES)}),  # the roles are named
        *(9, 39),  # of what an id is made of
        shapes.MAX_LINK,
        shapes.MAX_LOGO_SIZE,
        shapes.MAX_LOGO_SIDE,
        root.MAX_KEYS,
        roster.MAX_DAYS,
        envelope.MAX_RECIPIENTS,
        roster.MAX_NAME,
        roster.MAX_REVOKED,
        weeks.SUNDAY,
        weeks.LAST_RESORT_DAYS,
        weeks.RENEWAL_DAYS,
        weeks.AHEAD,
        weeks.DESTROYED_AFTER,
        bundle.MAX_FORMATS,
        *(255, 7),  # the highest version, and U+007F as `numbers` reads it
        stream.KEY_SIZE,
        stream.KEY_SIZE + receipt.KEM_SEED_SIZE,
        signed.SIGNATURE_SIZE,
        signed.MAX_DOCUMENT_SIZE,
    },
    8: {len(canonical.b64(bytes(sizes.ID_SIZE))), fingerprint.WORDS * fingerprint.WORD_SIZE},
    9: {
        stamp.STAMP_BITS // 8,
        2**stamp.STAMP_BITS,
        stamp.NONCE_SIZE,
        stamp.MAX_WORK,
        stamp.SEAL_WORK_FACTOR,
    },
    10: {
        envelope.LARGEST_POWER,
        log_pages.LOG_PAGE_SIZE // 2**20,
        log_pages.CURSOR_STEP,
        envelope.MOST_UNTIL_DAYS,
        weeks.UNTIL_DAYS,
        expiry.ENTRY_DAYS,
        intake.UNKNOWN_DAYS,
        sizes.ID_SIZE,
        log_pages.SHORT_SIZE,
        *(round(CHANCE_PARTS * chance) for chance in cover.CHANCES if CHANCE_PARTS * chance > 1),
        CHANCE_PARTS,
        *(STATUSES & {404, 410, 413}),
    },
    11: {
        posting.CAPABILITY_SIZE,
        mailbox.PAGE_SIZE,
        expiry.ENTRY_DAYS,
        mailbox_reader.MOST_PAGES,
        200,
    },
    12: {
        approvals.APPROVAL_DAYS,
        last_day.HOLD_DAYS,
        last_day.LONG_HOLD_DAYS,
        destruction.LONG_WAIT_DAYS,
        destruction.LOCKED_DAYS,
        numbers.NUMBER_SIZE,
        overview.LEAST_CASES,
    },
    13: {
        200,
        responses.CREATED,
        *(STATUSES - {405}),  # HTTP's own
        envelope.LARGEST_POWER,
        days.MOST_DAYS,
        envelope.MOST_UNTIL_DAYS,
        load_meter.BUSY_DAY,
        load_meter.MAX_FACTOR,
        load_meter.MAX_MESSAGE_FACTOR,
        sizes.ID_SIZE,
        2,  # the powers
    },
}


@pytest.mark.parametrize("number", SIZES)
def test_every_number_of_a_section_is_a_number_of_the_code_and_the_reverse(number: int) -> None:
    assert PAGE.numbers(number) == SIZES[number]


def test_sizes_stand_where_they_belong() -> None:
    flat = PAGE.flat
    assert f"The header has `{header_size(0)} + {envelope.SLOT_SIZE} n` bytes" in flat(3)
    assert f"at most {envelope.MAX_RECIPIENTS} recipients; n is the next multiple of {envelope.SLOT_STEP}" in flat(3)
    assert "8, 16, 24 or 32" in flat(3)
    assert [envelope.slot_count(number) for number in (1, 7, 8, 15, 16, 23, 24, 31)] == [8, 8, 16, 16, 24, 24, 32, 32]
    assert "holds it: {}, {}, {}, {}, {}, {} or {} bytes".format(*CLASSES) in flat(3)
    assert f"`P + {envelope.TAG_SIZE} ceil(P / {envelope.CHUNK_SIZE})` bytes" in flat(3)
    assert stream_size(envelope.CHUNK_SIZE) == envelope.SEALED_CHUNK_SIZE
    assert f"chunks of {envelope.CHUNK_SIZE} bytes" in flat(3)
    assert f"i as {stream.COUNTER_SIZE} bytes || u8 1 on the last chunk, else 0" in flat(3)
    assert "GCM(HKDF(share || ss, info), 12 zero bytes, K)" in flat(3)
    assert bytes(12) == slots.ZERO_NONCE
    assert f"the first class holds a text of {FIRST_CLASS_TEXT_SIZE} bytes" in flat(4)
    assert f"A head has at most {plaintext.MAX_HEAD_SIZE} bytes" in flat(4)
    assert f"at most {messages.MAX_SEEN} message ids" in flat(4)
    assert f"Each list of persons has at most {fields.MAX_PEOPLE}" in flat(4)
    assert f"deeper than {canonical.MAX_DEPTH}" in flat(4)
    assert (
        f"at most {files.MAX_FILES} files, together at most 2^53 - 1 bytes, `name` at most {files.MAX_NAME_SIZE} bytes"
        in flat(4)
    )
    assert files.MAX_SIZE == 2**53 - 1
    assert f"`type` at most {files.MAX_TYPE_SIZE};" in flat(4)
    assert f"A *text* has 1 to {fields.MAX_TEXT_SIZE} bytes as encoded" in flat(5)
    assert f"a *short text* 1 to {fields.MAX_REASON_SIZE}" in flat(5)
    assert f"`about.others` have at most {fields.MAX_TEXT_SIZE} bytes together" in flat(5)
    assert f"up to {fields.MAX_DAY} (9999-12-31)" in flat(1)
    assert f"is {ids.PERSON_SIZE} random bytes" in flat(1)
    assert f"A receipt has {receipt.RANDOM_SYMBOLS} random symbols and {receipt.CHECK_SYMBOLS} check symbols" in flat(6)
    assert f"(`{receipt.SYMBOLS}`, values 0 to {receipt.FIELD_SIZE - 1})" in flat(6)
    assert "(x^5 + x^2 + 1), a = x" in flat(6)
    assert receipt.FIELD_POLYNOMIAL == 1 << 5 | 1 << 2 | 1
    assert f"a list of 1 to {root.MAX_KEYS} Ed25519 keys" in flat(7)
    assert f"`until` at most {roster.MAX_DAYS} after `from`" in flat(7)
    assert f"a name of 1 to {roster.MAX_NAME} characters" in flat(7)
    assert f"at most {roster.MAX_REVOKED} of `{{day, identity}}`" in flat(7)
    assert f"`seal(capability, box)`, {roster.SEALED_CAPABILITY_SIZE} bytes" in flat(7)
    assert f"| `formats` | 1 to {bundle.MAX_FORMATS} versions" in flat(7)
    assert f"`until` is `M(d) + {weeks.UNTIL_DAYS}`" in flat(3)
    assert f"within {['', 'one', 'two'][weeks.CLOCK_DAYS]} days of the own clock" in flat(3)
    assert f"false and `from + {weeks.SUNDAY}` in a *weekly* bundle" in flat(7)
    assert f"true and `from + {weeks.LAST_RESORT_DAYS}` in a *last-resort* one" in flat(7)
    assert f"Fewer than {weeks.RENEWAL_DAYS} days before its end" in flat(7)
    assert f"at least `M(to) + {weeks.DESTROYED_AFTER}`" in flat(7)
    assert f"from `M(today) - {weeks.AHEAD}` to `M(today)`" in flat(7)
    assert weeks.AHEAD == 3 * 7
    assert f"the first {fingerprint.WORDS * fingerprint.WORD_SIZE} bytes of the id as ten proquints" in flat(8)
    assert fingerprint.WORDS == 10
    assert f"first {stamp.STAMP_BITS // 8} bytes as u64 < floor(2^{stamp.STAMP_BITS} / work)" in flat(9)
    assert f"from 1 to 2^{stamp.MAX_WORK.bit_length() - 1}" in flat(9)
    assert f"stamps of {stamp.SEAL_WORK_FACTOR} times" in flat(9)
    assert f"at most {last_day.HOLD_DAYS} days after its day" in flat(12)
    assert f"at most {last_day.LONG_HOLD_DAYS} days after the approval's day" in flat(12)
    assert "the last day is the seventh after the approval's day" in flat(12)
    assert "at least seven days after *since*; thirty where" in flat(12)
    assert (last_day.PURGE_DAYS, destruction.WAIT_DAYS, destruction.LONG_WAIT_DAYS) == (7, 7, 30)
    assert f"at most {approvals.APPROVAL_DAYS} days older" in flat(12)
    chances = [f"{round(CHANCE_PARTS * chance)}/{CHANCE_PARTS}" for chance in cover.CHANCES]
    assert f"with chances of {chances[0]}, {chances[1]} and {chances[2]}" in flat(10)
    assert tuple(CLASSES[:3]) == cover.CLASSES
    assert "After 1 GiB a sync stops" in flat(10)
    assert log_reader.MOST_BYTES == 2**30
    assert "the last ten minutes" in flat(9)
    assert load_meter.HELD_MINUTES == 10


# What each layout of the page is made of: the widths of its fields, in their order.
LAYOUTS = {
    (3, "header"): [1, envelope.COUNT_SIZE, envelope.UNTIL_SIZE, envelope.CONTENT_SIZE, envelope.MAC_SIZE],
    (3, "slot"): [envelope.SEALED_SHARE_SIZE, envelope.KEM_CIPHERTEXT_SIZE, envelope.WRAPPED_KEY_SIZE],
    (3, "info"): [sizes.BOX_KEY_SIZE, sizes.KEM_KEY_SIZE],
    (3, "chunk i"): [1],
    (4, "plaintext"): [plaintext.LENGTH_SIZE, signed.SIGNATURE_SIZE],
    (4, "signed bytes"): [1],
    (7, "signed"): [signed.DOCUMENT_LENGTH_SIZE, signed.SIGNER_COUNT_SIZE],
    (7, "signer"): [signed.SIGNING_KEY_SIZE, signed.SIGNATURE_SIZE],
    (10, "digest(p)"): [sizes.POSITION_SIZE, sizes.DAY_SIZE, sizes.SIZE_SIZE],
    (10, "log page"): [sizes.POSITION_SIZE, sizes.ID_SIZE, sizes.DAY_SIZE, 1, sizes.ITEM_COUNT_SIZE],
    (10, "item"): [sizes.DAY_SIZE, sizes.SIZE_SIZE],
    (10, "short item"): [sizes.DAY_SIZE, sizes.SIZE_SIZE, *3 * [sizes.ID_SIZE]],
    (11, "mailbox page"): [mailbox.MORE_SIZE, sizes.ITEM_COUNT_SIZE],
    (11, "item"): [sizes.POSITION_SIZE, sizes.DAY_SIZE, sizes.SIZE_SIZE],
    (13, "posting"): [posting.DOOR_SIZE, stamp.NONCE_SIZE, posting.ADDRESS_SIZE],
    (13, "opening"): [posting.DOOR_SIZE, stamp.NONCE_SIZE, posting.ADDRESS_SIZE, sizes.SIZE_SIZE],
    (13, "part"): [sizes.ID_SIZE, upload.NUMBER_SIZE],
}


def test_the_fields_of_every_layout_have_the_sizes_of_the_code() -> None:
    assert PAGE.widths() == LAYOUTS
    assert envelope.SEALED_SHARE_SIZE + envelope.KEM_CIPHERTEXT_SIZE + envelope.WRAPPED_KEY_SIZE == envelope.SLOT_SIZE
    assert sum(LAYOUTS[10, "short item"]) == log_pages.SHORT_SIZE
    assert f'"{envelope.MAGIC_NAME.decode()}" || u8 {envelope.VERSION} || u8 n' in PAGE.flat(3)
    assert f"random bytes, {mailbox.PAGE_SIZE:,} bytes in all" in PAGE.flat(11)
    assert f"each after its length as u{8 * signed.FRAME_LENGTH_SIZE}" in PAGE.flat(1)
    assert f"opens a mailbox by door {posting.DOOR_OPEN} (13)" in PAGE.flat(11)
    assert f"Door {posting.DOOR_APPEND} appends" in PAGE.flat(11)


def test_a_kind_is_what_the_page_says() -> None:
    (stated,) = [value for name, value in PAGE.table(4, "member") if name == "`kind`"]
    pattern, *reserved = quoted(stated)
    assert pattern == kind._KIND.pattern
    for name in reserved:
        assert re.fullmatch(pattern, name)
        with pytest.raises(FormatError):
            kind.check_kind(name)
    assert reserved == [*kind._RESERVED_KINDS]


def test_a_report_and_an_answer_of_the_longest_first_class_text_fit_the_first_class_on_any_roster() -> None:
    people = tuple(ids.PersonId(bytes([at]) * ids.PERSON_SIZE) for at in range(fields.MAX_PEOPLE))
    text = "a" * FIRST_CLASS_TEXT_SIZE
    about = thread.About(board=False, people=people)
    entered = thread.Entered(author=ids.IdentityKey(bytes(32)), signature=bytes(signed.SIGNATURE_SIZE), way="in-person")
    report = thread.Report(
        text=text,
        box=bytes(sizes.BOX_KEY_SIZE),
        kem=bytes(sizes.KEM_KEY_SIZE),
        mailbox=bytes(sizes.ID_SIZE),
        topic="a" * 40,
        language="nld-Latnabcd",
        about=about,
        entered=entered,
    )
    head = messages.Head(
        author=ids.IdentityKey(bytes(32)),
        body=report,
        case=None,
        channel=fields.THREAD,
        day=fields.MAX_DAY,
        files=(),
        kind=report.KIND,
        roster=ids.RosterId(bytes(32)),
        seen=(),
        to=people,
        missing=(),
        without=(),
    )
    seen = tuple(ids.MessageId(bytes([at]) * sizes.ID_SIZE) for at in range(messages.MAX_SEEN))
    body = thread.Acknowledgement(text)
    later = replace(head, body=body, kind=body.KIND, case=ids.CaseId(bytes(32)), seen=seen)
    for longest in (head, later):
        content = plaintext.LENGTH_SIZE + len(longest.encode()) + signed.SIGNATURE_SIZE
        assert content <= envelope.SMALLEST_CLASS
        assert messages.Head.parse(longest.encode()) == longest


def test_the_first_chunks_hold_the_longest_message_without_files() -> None:
    longest = plaintext.LENGTH_SIZE + plaintext.MAX_HEAD_SIZE + signed.SIGNATURE_SIZE
    assert padded_size(longest) == longest == 4 * envelope.CHUNK_SIZE
    assert f"fits the class of {longest} and the first five chunks" in PAGE.flat(4)
    assert stream_size(longest) < log_pages.LOG_CHUNKS * envelope.SEALED_CHUNK_SIZE


def test_the_sample_is_what_the_vectors_hold() -> None:
    shown = (REPOSITORY / "tests/vectors/README.md").read_text(encoding="utf-8").split("## A sample\n\n")[1]
    assert shown == sample.section()


def test_a_padme_length_adds_at_most_12_percent() -> None:
    most = max(
        padded_size(length) / length for power in range(20, 31) for length in (2**power + 1, 3 * 2 ** (power - 1) + 1)
    )
    assert most <= 1.12
