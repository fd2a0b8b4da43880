"""SPEC.md and the code have the same sizes, both ways."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from dropbox import load_meter, responses
from dropbox.store import days, expiry
from keys import policy, receipt
from keys.errors import FormatError
from keys.identity import bundles as own_bundles
from keys.identity import keyfile
from keys.policy import shapes
from keys.policy.members import LONGEST_MONTH, LONGEST_YEAR
from keys.policy.policy import SHAPE
from keys.roster import fingerprint, freshness, root, roster, weeks
from keys.sealing import slots, stream
from keys.sync.ending import ENTRY_DAYS
from keys.wire import (
    canonical,
    closing,
    envelope,
    exchange,
    files,
    head,
    ids,
    kinds,
    log,
    plaintext,
    signed,
    sizes,
    upload,
)
from keys.wire.envelope import header_size, padded_size, stream_size
from tests.spec_page import SECTIONS, flat, numbers, table
from tests.vectors.generator.people import seed
from tests.vectors.generator.sealer import answer, report_head

if TYPE_CHECKING:
    from keys.policy.shapes import Shape

CLASSES = [padded_size(1 << power) for power in range(14, 21)]
HEADERS = [header_size(count) for count in (8, 16, 24, 32)]
# Contents whose padding the page shows, and the ends of orders of which it counts the classes.
CONTENTS = (16384, 100_000, 524_289, 2**20 + 1, 5_000_000, 100 * 2**20 + 1, 2**30 + 1)
CLASSES_AN_ORDER = 32
STATUSES = {status for status, _ in responses._STATUS.values()} | set(responses._HTTP) - {405}  # 405 is HTTP's own


def limits(shape: Shape) -> set[int]:
    """Return every bound in a shape and below it, but those that a section never names as such: 0, 1, billions."""
    below = [getattr(shape, "shape", None), getattr(shape, "text", None), *getattr(shape, "shapes", {}).values()]
    found = {getattr(shape, name) for name in ("least", "most") if hasattr(shape, name)}
    found = {bound for bound in found if 1 < bound < 10**9}
    return found.union(*(limits(one) for one in below if one is not None))


SIZES: dict[int, set[int]] = {
    3: {
        weeks.FIRST_MONDAY,
        weeks.WEEK,
        weeks.UNTIL_DAYS,
        weeks.UNTIL_AHEAD,
        weeks.DESTROYED_AFTER,
        envelope.MAGIC_SIZE,
        envelope.UNTIL_SIZE,
        envelope.SLOT_SIZE,
        envelope.CONTENT_SIZE,
        envelope.MAC_SIZE,
        header_size(0),
        envelope.SLOT_STEP,
        envelope.MAX_RECIPIENTS,
        *range(envelope.SLOT_STEP, envelope.MAX_SLOTS + 1, envelope.SLOT_STEP),
        *HEADERS,
        *CLASSES,
        envelope.TAG_SIZE,
        envelope.CHUNK_SIZE,
        stream_size(envelope.SMALLEST_CLASS),
        HEADERS[0] + stream_size(envelope.SMALLEST_CLASS),
        envelope.SEALED_SHARE_SIZE,
        envelope.KEM_CIPHERTEXT_SIZE,
        envelope.WRAPPED_KEY_SIZE,
        envelope.SEALED_SHARE_SIZE + envelope.KEM_CIPHERTEXT_SIZE,
        stream.KEY_SIZE,
        sizes.BOX_KEY_SIZE,
        sizes.KEM_KEY_SIZE,
        12,  # bytes of the zero nonce, held below
        stream.COUNTER_SIZE,
        2,  # the base of the logarithms
        # Numbers of ten digits are no sizes to `numbers`: the last row is held below alone.
        *CONTENTS[:-1],
        *map(padded_size, CONTENTS[:-1]),
        # The rest of that table, held below: per cent, and the ends of orders in KiB, MiB and GiB.
        *(3, 4, 8, 16, 31, 64, 100, 128, 256, 512, CLASSES_AN_ORDER),
    },
    4: {
        plaintext.SIGNATURE_SIZE,
        kinds.FIRST_CLASS_TEXT_SIZE,
        kinds.MAX_TEXT_SIZE,
        plaintext.MAX_HEAD_SIZE,
        CLASSES[4],
        head.MAX_SEEN,
        canonical.MAX_DEPTH,
        canonical.MAX_INTEGER + 1,
        files.MIB,
        files.MAX_FILES,
        files.MAX_NAME_SIZE,
        files.MAX_TYPE_SIZE,
    },
    5: {
        kinds.MAX_TEXT_SIZE,
        kinds.MAX_OTHERS_SIZE,
        envelope.MAX_RECIPIENTS,
        exchange.CAPABILITY_SIZE,
        closing.MAX_STATEMENTS,
        ENTRY_DAYS + 1,
        # Of what a language tag is made of; `numbers` reads "2,3" as one.
        *(23, 28, 9),
    },
    6: {
        receipt.RANDOM_SYMBOLS,
        receipt.CHECK_SYMBOLS,
        receipt.RANDOM_SYMBOLS + receipt.CHECK_SYMBOLS,
        receipt.RANDOM_SYMBOLS + receipt.CHECK_SYMBOLS - 1,
        receipt.RANDOM_SYMBOLS * 5,
        receipt.FIELD_SIZE,
        receipt.FIELD_SIZE - 1,
        receipt.GROUP_SIZE,
        (receipt.RANDOM_SYMBOLS + receipt.CHECK_SYMBOLS) // receipt.GROUP_SIZE,
        receipt.KEM_SEED_SIZE,
        5,  # the degree of the field's polynomial, held below
        *(int(f"{ord(receipt.DASHES[at]):x}") for at in (1, -2, -1)),  # U+2010 to U+2015, U+2212
    },
    7: {
        *limits(SHAPE),
        shapes.MAX_LINK,
        shapes.MAX_LOGO_SIZE,
        shapes.MAX_LOGO_SIDE,
        *(2, 4),  # of WCAG 2.2 and its contrast, 4.5
        *(9, 39),  # of what an id is made of
        root.MAX_KEYS,
        roster.MAX_DAYS,
        envelope.MAX_RECIPIENTS,
        roster.MAX_NAME,
        roster.MAX_REVOKED,
        roster.SEALED_CAPABILITY_SIZE,
        ids.PERSON_SIZE,
        *(5, 7),  # of sections that are named, and of the steps
        weeks.SUNDAY,
        weeks.LAST_RESORT_DAYS,
        weeks.RENEWAL_DAYS,
        weeks.AHEAD,
        keyfile.KEY_SIZE,
        keyfile.SEED_SIZE,
        keyfile.MODERATE.memory_kib,
        keyfile.MODERATE.time,
        24,  # bytes of a secretbox's nonce, libsodium's
        own_bundles.SEED_SIZE + own_bundles.KEM_SEED_SIZE,
    },
    8: {len(canonical.b64(bytes(sizes.ID_SIZE))), fingerprint.WORDS * fingerprint.WORD_SIZE},
    9: {
        exchange.STAMP_BITS // 8,
        2**exchange.STAMP_BITS,
        exchange.NONCE_SIZE,
        exchange.MAX_WORK,
        exchange.SEAL_WORK_FACTOR,
    },
    10: {
        exchange.CAPABILITY_SIZE,
        responses.CREATED,
        200,
        envelope.LARGEST_POWER,
        expiry.ENTRY_DAYS,
        expiry.ENDING_DAYS,
        LONGEST_MONTH,
        LONGEST_YEAR,
        *STATUSES,
        log.LOG_PAGE_SIZE // 2**20,
        log.CURSOR_STEP,
        days.MOST_DAYS,
        load_meter.BUSY_DAY,
        load_meter.MAX_FACTOR,
        load_meter.PATIENT,
        load_meter.MAX_MESSAGE_FACTOR,
        2,  # of a power
    },
}


@pytest.mark.parametrize("number", SIZES)
def test_every_number_of_a_section_is_a_number_of_the_code_and_the_reverse(number: int) -> None:
    assert numbers(number) == SIZES[number]


def test_sizes_stand_where_they_belong() -> None:
    header, first_class = HEADERS[0], stream_size(envelope.SMALLEST_CLASS)
    assert f"header of `{header_size(0)} + {envelope.SLOT_SIZE} n` bytes" in flat(3)
    assert f"at most {envelope.MAX_RECIPIENTS} recipients, so n is 8, 16, 24 or 32" in flat(3)
    assert "has {}, {}, {} or {} bytes".format(*HEADERS) in flat(3)
    assert "class*: {}, {}, {}, {}, {}, {} or {} bytes".format(*CLASSES) in flat(3)
    assert f"is {header + first_class} bytes in all: {header} of header and {first_class} of stream" in flat(3)
    assert f"`P + {envelope.TAG_SIZE} ceil(P / {envelope.CHUNK_SIZE})` bytes" in flat(3)
    assert f"chunks of {envelope.CHUNK_SIZE} bytes" in flat(3)
    assert f"i as {stream.COUNTER_SIZE} bytes || 1 on the last chunk, else 0" in flat(3)
    assert f"The keys are {sizes.BOX_KEY_SIZE} and {sizes.KEM_KEY_SIZE} bytes" in flat(3)
    assert "GCM(HKDF(share || ss, info), 12 zero bytes, K)" in flat(3)
    assert bytes(12) == slots.ZERO_NONCE
    assert f"a text of 1 to {kinds.FIRST_CLASS_TEXT_SIZE} bytes" in flat(4)
    assert f"at most {kinds.MAX_TEXT_SIZE} bytes as encoded" in flat(4)
    assert f"A head has at most {plaintext.MAX_HEAD_SIZE} bytes" in flat(4)
    assert f"fits a class of {CLASSES[4]}" in flat(4)
    assert f"at most {head.MAX_SEEN}, ascending" in flat(4)
    assert f"deeper than {canonical.MAX_DEPTH}" in flat(4)
    assert f"signature ({plaintext.SIGNATURE_SIZE} B)" in flat(4)
    assert f"A text has 1 to {kinds.MAX_TEXT_SIZE} bytes as encoded" in flat(5)
    assert f"{receipt.RANDOM_SYMBOLS} random symbols and {receipt.CHECK_SYMBOLS} check symbols" in flat(6)
    assert f"(`{receipt.SYMBOLS}`, values 0 to {receipt.FIELD_SIZE - 1})" in flat(6)
    assert "(x^5 + x^2 + 1), a = x" in flat(6)
    assert receipt.FIELD_POLYNOMIAL == 1 << 5 | 1 << 2 | 1
    assert f"a list of 1 to {root.MAX_KEYS} Ed25519 keys" in flat(7)
    assert f"days, at most {roster.MAX_DAYS} apart" in flat(7)
    assert f"a list of 1 to {envelope.MAX_RECIPIENTS} of" in flat(7)
    assert f"a name has 1 to {roster.MAX_NAME} characters" in flat(7)
    assert f"a list of at most {roster.MAX_REVOKED} of" in flat(7)
    assert f"`person` are {ids.PERSON_SIZE} random bytes" in flat(7)
    assert f"`seal(capability, box)`, {roster.SEALED_CAPABILITY_SIZE} bytes" in flat(7)
    assert f"M(d) = d - (d - {weeks.FIRST_MONDAY}) mod {weeks.WEEK}" in flat(3)
    assert f"`until` is M(d) + {weeks.UNTIL_DAYS}" in flat(3)
    assert f"at most {weeks.UNTIL_AHEAD} days after it" in flat(3)
    assert f"`until` - {weeks.UNTIL_DAYS} and its last-resort keys" in flat(3)
    assert f"at least M(`to`) + {weeks.DESTROYED_AFTER}" in flat(3)
    assert "within two days of the sealer's own clock" in flat(3)
    assert weeks.CLOCK_DAYS == 2
    assert f"(`to` = `from` + {weeks.SUNDAY})" in flat(7)
    assert f"(`to` = `from` + {weeks.LAST_RESORT_DAYS})" in flat(7)
    assert f"fewer than {weeks.RENEWAL_DAYS} days" in flat(7)
    assert f"or up to {weeks.AHEAD} days before" in flat(7)
    assert f"M(today) - {weeks.AHEAD}" in flat(7)
    assert "Where two have looked" in flat(7)
    assert freshness.WITNESSES == 2
    assert f"the first {fingerprint.WORDS * fingerprint.WORD_SIZE} bytes of the id as ten proquints" in flat(8)
    assert fingerprint.WORDS == 10
    assert f"first {exchange.STAMP_BITS // 8} bytes as u64 < floor(2^{exchange.STAMP_BITS} / work)" in flat(9)
    assert f"`nonce` {exchange.NONCE_SIZE} bytes" in flat(9)
    assert f"from 1 to 2^{exchange.MAX_WORK.bit_length() - 1}" in flat(9)
    assert f"stamps of {exchange.SEAL_WORK_FACTOR} times" in flat(9)
    assert "the last ten minutes" in flat(9)
    assert load_meter.HELD_MINUTES == 10
    assert "1 MiB each" in flat(10)
    assert f"; {log.SHORT_SIZE} bytes" in SECTIONS[1]
    assert log.LOG_CHUNKS == 5
    assert exchange.PAGE_SIZE == 131_072
    assert envelope.PART_SIZE == 2**20


def test_what_padding_costs_and_tells_is_computed() -> None:
    def in_an_order(first: int) -> int:
        found, at = 0, first
        while at < 2 * first:
            at = padded_size(at + 1)
            found += 1
        return found

    rows = table(3, "bytes")
    assert [row[0] for row in rows] == [str(content) for content in CONTENTS]
    for content, (_, padded, more, classes) in zip(CONTENTS, rows, strict=True):
        assert padded == str(padded_size(content))
        assert more == f"{(padded_size(content) / content - 1) * 100:.1f} %"
        first = 1 << (content - 1).bit_length() - 1
        assert classes.split()[0] == str(in_an_order(first))
        ends = [int(size) * 1024 ** ("KMG".index(unit[0]) + 1) for size, unit in re.findall(r"(\d+) (\wiB)", classes)]
        assert ends[-1] == 2 * first
        assert ends[0] in (first, 2 * first)
    longest = plaintext.LENGTH_SIZE + plaintext.MAX_HEAD_SIZE + plaintext.SIGNATURE_SIZE
    assert padded_size(longest) == longest == 256 * 1024
    assert "Up to 256 KiB it may be a long text" in flat(3)
    assert f"at most {files.MAX_FILES} files, `name` at most {files.MAX_NAME_SIZE} bytes" in flat(4)
    assert f"`type` at most {files.MAX_TYPE_SIZE};" in flat(4)
    assert f"a class above {envelope.LARGEST_POWER} goes in parts" in flat(10)
    assert f"from 0 to {policy.MAX_FILE_BYTES}" in flat(7)


def test_a_hundred_files_of_the_longest_names_fit_a_head_beside_the_longest_text() -> None:
    file = files.File("x" * files.MAX_NAME_SIZE, "y" * files.MAX_TYPE_SIZE, files.MAX_SIZE // 101, bytes(32))
    people = tuple(seed(f"recipient {at}") for at in range(envelope.MAX_RECIPIENTS))
    report = replace(report_head("a" * kinds.MAX_TEXT_SIZE), to=people, without=(), files=(file,) * files.MAX_FILES)
    assert len(report.encode()) <= plaintext.MAX_HEAD_SIZE


def test_the_parts_of_a_header_and_of_a_slot_have_the_sizes_of_their_tables() -> None:
    assert {name: size for name, size, *_ in table(3, "part")} == {
        "magic": str(envelope.MAGIC_SIZE),
        "count": str(envelope.COUNT_SIZE),
        "until": str(envelope.UNTIL_SIZE),
        "slots": f"n x {envelope.SLOT_SIZE}",
        "content": str(envelope.CONTENT_SIZE),
        "mac": str(envelope.MAC_SIZE),
    }
    slot = {
        "sealed share": envelope.SEALED_SHARE_SIZE,
        "KEM ciphertext": envelope.KEM_CIPHERTEXT_SIZE,
        "wrapped key": envelope.WRAPPED_KEY_SIZE,
    }
    tables = SECTIONS[3].split("### 3.2")[1]
    for name, size in slot.items():
        assert f"| {name} | {size} |" in tables
    assert sum(slot.values()) == envelope.SLOT_SIZE


def test_the_abnf_has_the_sizes_of_the_code() -> None:
    rules = dict(re.findall(r"^([a-z-]+) += (.+?)(?: *;.*)?$", SECTIONS[1], re.MULTILINE))
    assert rules["magic"] == f"%x{envelope.MAGIC_NAME.hex('.').upper()} %x{envelope.VERSION:02}"
    octets = {
        "until": envelope.UNTIL_SIZE,
        "sealed-share": envelope.SEALED_SHARE_SIZE,
        "kem-ciphertext": envelope.KEM_CIPHERTEXT_SIZE,
        "wrapped-key": envelope.WRAPPED_KEY_SIZE,
        "content": envelope.CONTENT_SIZE,
        "mac": envelope.MAC_SIZE,
        "full-chunk": envelope.SEALED_CHUNK_SIZE,
        "head-length": plaintext.LENGTH_SIZE,
        "signature": plaintext.SIGNATURE_SIZE,
        "number": upload.NUMBER_SIZE,
        "document-length": signed.DOCUMENT_LENGTH_SIZE,
        "signing-key": signed.SIGNING_KEY_SIZE,
        "nonce": exchange.NONCE_SIZE,
        "address": exchange.ADDRESS_SIZE,
        "item-count": exchange.ITEM_COUNT_SIZE,
        "position": exchange.POSITION_SIZE,
        "day": exchange.DAY_SIZE,
        "size": exchange.SIZE_SIZE,
        "first": exchange.POSITION_SIZE,
        "digest": log.DIGEST_SIZE,
        "header-hash": log.DIGEST_SIZE,
    }
    fixed = {name: int(size) for name, size in re.findall(r"^([a-z-]+) += (\d+)OCTET", SECTIONS[1], re.MULTILINE)}
    assert fixed == octets | {"frame": signed.FRAME_LENGTH_SIZE}
    assert rules["header"] == f"magic count until 1*{envelope.MAX_SLOTS}slot content mac"
    assert rules["last-chunk"] == f"{envelope.TAG_SIZE + 1}*{envelope.SEALED_CHUNK_SIZE}OCTET"
    assert rules["head"] == f"2*{plaintext.MAX_HEAD_SIZE}OCTET"
    assert rules["document"] == f"2*{signed.MAX_DOCUMENT_SIZE}OCTET"
    assert (rules["count"], rules["signer-count"]) == ("OCTET", "OCTET")
    assert (envelope.COUNT_SIZE, signed.SIGNER_COUNT_SIZE, exchange.DOOR_SIZE, exchange.MORE_SIZE) == (1, 1, 1, 1)
    assert rules["door"] == f"%x{exchange.DOOR_CASE:02} / %x{exchange.DOOR_CHANNEL:02}"
    assert f"; {exchange.PAGE_SIZE:,} bytes in all" in SECTIONS[1]
    assert kinds.check_kind("a" + "-" * int(re.search(r"\*(\d+)\(", rules["kind"]).group(1)))  # type: ignore[union-attr]
    for name in re.findall(r'"([a-z]+)"', SECTIONS[1].split("kind         =")[1].split("```")[0]):
        with pytest.raises(FormatError):
            kinds.check_kind(name)


def test_every_abnf_name_has_a_rule_and_every_rule_a_use() -> None:
    block = SECTIONS[1].split("```abnf")[1].split("```")[0]
    lines = [line.split(";")[0] for line in block.splitlines() if "=" in line]
    defined = [line.split("=")[0].strip() for line in lines]
    used = {
        name
        for line in lines
        for name in re.findall(r"[a-z][a-z-]+", re.sub(r"%x\S+|\"[^\"]*\"", "", line.split("=", 1)[1]))
    }
    assert len(defined) == len(set(defined))
    assert used <= set(defined)
    tops = {"envelope", "plaintext", "signed", "frames", "posting", "opening", "part", "page", "kind"}
    tops |= {"log-page", "mailbox-page"}
    assert set(defined) - used == tops - used




def test_the_numbers_of_the_rationale_are_computed() -> None:
    people = tuple(seed(f"recipient {at}") for at in range(envelope.MAX_RECIPIENTS))
    text = "a" * kinds.FIRST_CLASS_TEXT_SIZE
    about = kinds.About(tuple(range(len(people))), board=False)
    body = kinds.Report(text, bytes(sizes.BOX_KEY_SIZE), bytes(sizes.KEM_KEY_SIZE), "a" * 40, "nl-Latn", about)
    report = replace(report_head(), to=people, without=(), day=2**32 - 1, body=body)
    beside = len(report.encode()) - len(text)
    assert f"a report's head takes {beside:,} bytes besides what was told" in flat(12)
    assert 800 < envelope.SMALLEST_CLASS - plaintext.LENGTH_SIZE - plaintext.SIGNATURE_SIZE - beside - len(text) < 900
    told = answer(text, seed("case"), seen=[seed(f"id {at}") for at in range(head.MAX_SEEN)])
    later = replace(head.Head.parse(told.head), to=people, day=2**32 - 1)
    assert len(later.encode()) < len(report.encode())
    assert f"{exchange.PAGE_SIZE:,} bytes hold the largest prefix there is" in flat(12)
    assert f"{HEADERS[-1]:,} bytes of header and {envelope.SEALED_CHUNK_SIZE:,} of chunk" in flat(12)
    assert f"*{envelope.MAX_RECIPIENTS} recipients.*" in flat(12)
    assert f"Ten are {fingerprint.WORDS * fingerprint.WORD_SIZE * 8} bits" in flat(12)
