"""Large envelopes in parts: any order, repeated, resumed; whole or not at all."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from dropbox.load_meter import BUSY_DAY, Moment
from dropbox.store.days import Today
from dropbox.store.expiry import BATCH_BYTES
from keys.wire.envelope import LARGEST_POWER, PART_SIZE, Header, padded_size
from keys.wire.log import LogDigest
from keys.wire.stamp import SEAL_WORK_FACTOR, stamp_holds
from keys.wire.upload import MAX_POSTING_SIZE, PartPosting, largest_class
from tests.dropbox.postings import opaque_case, opaque_message, opaque_upload
from tests.dropbox.uploading import begin, bytes_of, refused, send, sent, told, whole
from tests.organisation import POLICY

if TYPE_CHECKING:
    from tests.dropbox.conftest import Box

DAY = {"days": 1}


def test_an_envelope_sent_in_parts_is_read_back_as_it_was(box: Box) -> None:
    upload = opaque_upload(box.until)
    assert sent(box, upload) == box.organisation.today
    assert whole(box, upload) == bytes_of(upload)
    [item] = box.log()
    assert item.prefix.startswith(upload.opening.prefix)
    assert item.size == upload.opening.size


def test_the_opening_names_what_is_missing_and_at_the_end_stores(box: Box) -> None:
    upload = opaque_upload(box.until)
    assert told(begin(box, upload)) == {"missing": [[0, upload.count]]}
    send(box, upload, [2, 0])
    answer = begin(box, upload)
    assert (answer.status_code, told(answer)) == (200, {"missing": [[1, 1], [3, 1]]})
    send(box, upload, [3, 1, 1, 0])
    assert told(begin(box, upload)) == {"stored": box.organisation.today}


def test_nobody_sees_any_of_it_before_it_is_stored(box: Box) -> None:
    upload = opaque_upload(box.until)
    begin(box, upload)
    send(box, upload, range(upload.count))
    assert box.log() == ()
    for capability in (upload.reporter, upload.recipients):
        for path in ("/mailbox?after=0", "/mailbox/1/0"):
            assert refused(box.get(path, capability)) == (404, "unknown")
    begin(box, upload)
    assert len(box.log()) == 1
    assert whole(box, upload) == bytes_of(upload)


def test_an_answer_in_parts_stands_in_its_mailbox(box: Box) -> None:
    case = opaque_case(box.until)
    box.post(case.posting)
    upload = opaque_upload(box.until, capability=case.reporter)
    begin(box, upload)
    send(box, upload, range(upload.count))
    assert len(box.mailbox(case.recipients).entries) == 1
    assert begin(box, upload).status_code == 201
    assert whole(box, upload, position=2) == bytes_of(upload)
    assert len(box.log()) == 2


def test_a_repeated_opening_is_answered_alike_after_the_end_too(box: Box) -> None:
    upload = opaque_upload(box.until)
    day = sent(box, upload)
    box.clock.advance(days=3)
    assert told(begin(box, upload)) == {"stored": day}
    assert len(box.mailbox(upload.reporter).entries) == 1


def test_the_day_is_that_of_the_end(box: Box) -> None:
    upload = opaque_upload(box.until)
    begin(box, upload)
    send(box, upload, range(upload.count))
    box.clock.advance(**DAY)
    assert told(begin(box, upload)) == {"stored": box.organisation.today + 1}
    assert box.mailbox(upload.reporter).entries[0].day == box.organisation.today + 1


def test_other_bytes_for_a_number_are_refused_before_and_after_the_end(box: Box) -> None:
    upload = opaque_upload(box.until)
    begin(box, upload)
    send(box, upload, range(upload.count))
    other = PartPosting(upload.mac, 1, bytes(len(upload.stream(1)))).encode()
    assert refused(box.post_raw("/parts", other)) == (409, "conflict")
    begin(box, upload)
    assert refused(box.post_raw("/parts", other)) == (409, "conflict")
    send(box, upload, [1])
    assert whole(box, upload) == bytes_of(upload)


@pytest.mark.parametrize(
    ("number", "size"), [(0, PART_SIZE - 1), (0, 1), (3, PART_SIZE), (4, 1), (4, PART_SIZE), (2**32 - 1, 5)]
)
def test_a_part_of_another_length_or_number_is_refused(box: Box, number: int, size: int) -> None:
    upload = opaque_upload(box.until)
    begin(box, upload)
    assert upload.count == 4
    part = PartPosting(upload.mac, number, bytes(size)).encode()
    assert refused(box.post_raw("/parts", part)) == (400, "malformed")


def test_parts_are_taken_for_an_open_upload_alone(box: Box) -> None:
    """audit L1, D14: else a mac of the log told if it was real, and a part without a stamp stopped all deleting."""
    upload = opaque_upload(box.until)
    assert refused(box.post_raw("/parts", upload.part(0))) == (409, "conflict")
    case = opaque_case(box.until, LARGEST_POWER)
    box.post(case.posting)
    mac = Header.parse(case.posting.envelope).mac
    assert refused(box.post_raw("/parts", mac + bytes(5))) == (400, "malformed")
    sent(box, upload)
    before = rows(box, "part")
    for number in (0, upload.count - 1):
        send(box, upload, [number])  # the answer was lost
        other = PartPosting(upload.mac, number, bytes(len(upload.stream(number)))).encode()
        assert refused(box.post_raw("/parts", other)) == (409, "conflict")
        box.clock.advance(days=200)
        expire(box)
        assert rows(box, "part") in (0, before)
    assert refused(box.post_raw("/parts", upload.part(0))) == (409, "conflict")
    assert [rows(box, table) for table in ("upload", "part", "envelope")] == [0, 0, 0]


def test_another_opening_of_one_mac_is_refused(box: Box) -> None:
    upload = opaque_upload(box.until)
    begin(box, upload)
    prefix = upload.opening.prefix[:-1] + bytes([upload.opening.prefix[-1] ^ 1])
    other = replace(upload.opening, prefix=prefix)
    assert refused(box.post_raw("/uploads", other.encode())) == (409, "conflict")
    sent(box, upload)
    assert refused(box.post_raw("/uploads", other.encode())) == (409, "conflict")


def test_two_openings_of_one_capability_end_as_one_case(box: Box) -> None:
    first, second = opaque_upload(box.until), opaque_upload(box.until)
    same = replace(second.opening, address=first.opening.address)
    for raw in (first.raw, same.encode()):
        assert box.post_raw("/uploads", raw).status_code == 200
    send(box, second, range(second.count))
    sent(box, first)
    assert refused(box.post_raw("/uploads", same.encode())) == (409, "conflict")
    assert len(box.log()) == 1


def test_a_capability_has_to_live_at_both_ends(box: Box) -> None:
    stranger = opaque_upload(box.until, capability=bytes(32))
    assert refused(begin(box, stranger)) == (404, "unknown")
    case = opaque_case(box.until)
    box.post(case.posting)
    upload = opaque_upload(box.until, capability=case.reporter)
    begin(box, upload)
    send(box, upload, range(upload.count))
    assert box.post_raw("/leave", case.reporter + case.recipients).status_code == 200
    assert refused(begin(box, upload)) == (404, "unknown")


def test_a_stamp_is_needed_at_the_beginning_and_holds_to_the_end(box: Box) -> None:
    weak = opaque_upload(box.until, stamped=False)
    assert refused(begin(box, weak)) == (429, "stamp")
    upload = opaque_upload(box.until)
    while stamp_holds(upload.mac, upload.opening.nonce, SEAL_WORK_FACTOR * POLICY.work):
        upload = opaque_upload(box.until)
    begin(box, upload)
    send(box, upload, range(upload.count))
    # So much comes in that the works named earlier are forgotten, and this opening's own stamp would not do.
    for _ in range(2):
        box.clock.advance(minutes=20)
        day = POLICY.day(box.clock())
        box.load.observe(Today(day, 0, BUSY_DAY, LogDigest(bytes(32))))
        moment = Moment(POLICY.work, box.clock().timestamp(), day)
        for _ in range(5000):
            box.load.count(moment)
    asked = told(begin(box, opaque_upload(box.until, stamped=False)))["work"]
    assert asked == SEAL_WORK_FACTOR * POLICY.work
    assert not stamp_holds(upload.mac, upload.opening.nonce, asked)
    assert begin(box, upload).status_code == 201


def test_the_last_day_is_looked_at_at_both_ends(box: Box) -> None:
    upload = opaque_upload(box.until)
    box.clock.advance(days=box.until - box.organisation.today)
    begin(box, upload)
    send(box, upload, range(upload.count))
    box.clock.advance(**DAY)
    assert refused(begin(box, upload)) == (410, "until")
    assert refused(begin(box, opaque_upload(box.until))) == (410, "until")
    assert box.log() == ()


def test_what_fits_a_posting_has_no_opening_and_the_reverse(box: Box) -> None:
    small = opaque_upload(box.until, LARGEST_POWER)
    assert refused(begin(box, small)) == (400, "malformed")
    large = opaque_case(box.until, padded_size(LARGEST_POWER + 1))
    assert refused(box.post(large.posting)) == (413, "too-large")
    assert box.post(opaque_case(box.until, LARGEST_POWER, slots=32).posting).status_code == 201
    assert len(opaque_case(box.until, LARGEST_POWER, slots=32).raw) == MAX_POSTING_SIZE


def test_no_class_is_taken_that_the_policy_gives_no_reason_for(box: Box) -> None:
    policy = replace(box.organisation.policy, file_bytes=3_000_000)
    box.organisation.renew_roster(policy=policy)
    assert box.post_raw("/chain", box.organisation.publication()).status_code == 201
    most = largest_class(policy.file_bytes)
    assert begin(box, opaque_upload(box.until, most)).status_code == 200
    assert refused(begin(box, opaque_upload(box.until, padded_size(most + 1)))) == (413, "too-large")


def test_an_opening_or_a_part_that_is_none_is_refused(box: Box) -> None:
    upload = opaque_upload(box.until)
    for path, raw in (("/uploads", upload.raw), ("/parts", upload.part(0))):
        for wrong in (b"", b"wrong", raw[:30]):
            assert refused(box.post_raw(path, wrong)) == (400, "malformed")
        assert refused(box.post_raw(path, raw, "text/plain")) == (415, "type")
        assert refused(box.post_raw(path, bytes(1_200_000))) == (413, "too-large")


@pytest.mark.parametrize("seed", range(12))
def test_any_order_with_any_repetition_ends_as_one(box: Box, seed: int) -> None:
    drawn = random.Random(seed)
    upload = opaque_upload(box.until)
    order = [*range(upload.count), *drawn.choices(range(upload.count), k=drawn.randrange(4))]
    drawn.shuffle(order)
    begin(box, upload)
    present: set[int] = set()
    for number in order:
        send(box, upload, [number])
        present.add(number)
        if drawn.random() < 0.5 and present != {*range(upload.count)}:
            runs = told(begin(box, upload))["missing"]
            assert {at for first, count in runs for at in range(first, first + count)} == {*range(4)} - present
    for _ in range(2):
        assert begin(box, upload).status_code == 201
    assert len(box.log()) == 1
    assert whole(box, upload) == bytes_of(upload)
    assert rows(box, "upload") == 0


def rows(box: Box, table: str) -> int:
    store = box.client.application.extensions["store"]
    with store.database.reading() as connection:
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar())


def expire(box: Box) -> None:
    box.client.application.extensions["store"].expiry.expire(box.organisation.today + _days(box))


def _days(box: Box) -> int:
    return POLICY.day(box.clock()) - box.organisation.today


def test_an_upload_ends_after_a_whole_day_without_a_part_and_not_before(box: Box) -> None:
    upload = opaque_upload(box.until, padded_size(BATCH_BYTES * 2))
    begin(box, upload)
    send(box, upload, [0])
    box.clock.advance(**DAY)
    expire(box)
    send(box, upload, range(1, upload.count - 1))
    box.clock.advance(**DAY)
    expire(box)
    assert told(begin(box, upload)) == {"missing": [[upload.count - 1, 1]]}
    box.clock.advance(**DAY)
    expire(box)
    assert [rows(box, table) for table in ("upload", "part", "envelope")] == [0, 0, 0]
    assert refused(box.post_raw("/parts", upload.part(0))) == (409, "conflict")
    assert told(begin(box, upload)) == {"missing": [[0, upload.count]]}


def test_what_was_stored_never_ends_as_an_upload(box: Box) -> None:
    upload = opaque_upload(box.until)
    sent(box, upload)
    box.clock.advance(days=30)
    expire(box)
    assert whole(box, upload) == bytes_of(upload)


def test_a_full_store_refuses_parts_while_talks_go_on_and_goes_on_after_room_is_made(small: Box) -> None:
    case = opaque_case(small.until)
    small.post(case.posting)
    first = opaque_upload(small.until, padded_size(6 * PART_SIZE))
    second = opaque_upload(small.until, padded_size(5 * PART_SIZE))
    assert begin(small, first).status_code == 200
    # There is room for either, but the first has reserved its own before any part came.
    assert refused(begin(small, second)) == (507, "full")
    send(small, first, range(first.count - 1))
    third = opaque_upload(small.until, padded_size(4 * PART_SIZE), case.reporter)
    assert refused(begin(small, third)) == (507, "full")
    for _ in range(3):
        assert small.post(opaque_message(small.until, case.reporter)).status_code == 201
    store = small.client.application.extensions["store"]
    with store.database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
    assert len(small.mailbox(case.recipients).entries) == 4
    # Its sender gives up.
    small.clock.advance(days=2)
    expire(small)
    assert sent(small, second) == POLICY.day(small.clock())
    assert whole(small, second) == bytes_of(second)


def test_an_upload_ends_with_its_until_however_often_a_part_comes(box: Box) -> None:
    box.clock.advance(days=box.until - box.organisation.today - 2)
    upload = opaque_upload(box.until, padded_size(8 * PART_SIZE))
    begin(box, upload)
    for number in range(3):
        send(box, upload, [number])
        box.clock.advance(days=1)
        expire(box)
    assert [rows(box, table) for table in ("upload", "part", "envelope")] == [0, 0, 0]
    assert refused(box.post_raw("/parts", upload.part(3))) == (409, "conflict")
    assert refused(begin(box, upload)) == (410, "until")
