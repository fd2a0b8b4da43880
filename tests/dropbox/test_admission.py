"""Work that follows the load, and room that is kept for talks that have begun."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import resource
from typing import TYPE_CHECKING

import pytest

from dropbox.config import Config
from dropbox.load_meter import BUSY_DAY, CALM, HELD_MINUTES, MAX_FACTOR, MAX_MESSAGE_FACTOR, PATIENT, LoadMeter, Moment
from dropbox.store.days import Today
from keys.wire.canonical import parse_object
from keys.wire.envelope import LARGEST_POWER
from keys.wire.log import LogDigest
from keys.wire.posting import Posting, random_address
from keys.wire.signed import split_frames
from keys.wire.stamp import make_stamp, stamp_holds
from tests.dropbox.conftest import Box, publish
from tests.dropbox.postings import (
    opaque_case,
    opaque_envelope,
    opaque_message,
    opaque_upload,
    unstamped,
    weak_message,
)
from tests.dropbox.serving import write_config
from tests.policies import WORK

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

REST, DAY = 1000, 20_780
NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC).timestamp()


def asked(box: Box) -> int:
    work = parse_object(split_frames(box.get("/bundles").data)[0])["work"]
    assert isinstance(work, int)
    return work


def weakly_stamped(box: Box, work: int) -> Posting:
    """Return a posting whose stamp holds for `work` and for no more than twice that."""
    envelope, mac = opaque_envelope(box.until)
    while stamp_holds(mac, nonce := make_stamp(mac, work), 2 * work):
        pass
    return Posting(0, nonce, random_address(), envelope)


def busy(load: LoadMeter, day: int, entries: int = BUSY_DAY) -> None:
    load.observe(Today(day, 7, 7 + entries, LogDigest(bytes(32))))


def crowd(box: Box, entries: int) -> None:
    """Let so much come in at once, on a day that has been busy."""
    policy, now = box.organisation.policy, box.clock()
    busy(box.load, policy.day(now))
    for _ in range(entries):
        box.load.count(Moment(policy.work, now.timestamp(), policy.day(now)))


def at(seconds: float = 0, day: int = DAY) -> Moment:
    return Moment(REST, NOON + seconds, day)


def test_stamp_that_is_too_weak_is_told_the_work(box: Box) -> None:
    refused = box.post(unstamped(box.until))
    assert (refused.status_code, refused.data) == (429, b'{"error":"stamp","work":%d}' % WORK)
    assert len(box.log()) == 0


def test_stamp_of_another_envelope_does_not_count(box: Box) -> None:
    good = opaque_case(box.until).posting
    moved = (Posting(0, good.nonce, random_address(), opaque_envelope(box.until)[0]) for _ in range(40))
    assert 429 in {box.post(posting).status_code for posting in moved}


def test_load_raises_the_work_that_bundles_name(box: Box) -> None:
    assert asked(box) == WORK
    crowd(box, 3 * CALM)
    assert asked(box) == 3 * WORK


def test_work_named_earlier_holds_for_ten_minutes() -> None:
    load = LoadMeter()
    assert load.name_work(at()) == REST
    busy(load, DAY)
    least = {}
    for minutes in (0, HELD_MINUTES, HELD_MINUTES + 1):
        for _ in range(100 * CALM):
            load.count(at(minutes * 60))
        least[minutes] = load.least_work(at(minutes * 60))
    assert least[0] == least[HELD_MINUTES] == REST
    assert least[HELD_MINUTES + 1] > 10 * REST


def test_work_asked_under_load_is_taken(box: Box) -> None:
    crowd(box, 100 * CALM)
    box.clock.advance(minutes=HELD_MINUTES + 1)
    crowd(box, 100 * CALM)
    refused = box.post(weakly_stamped(box, WORK))
    work = parse_object(refused.data)["work"]
    assert work == MAX_FACTOR * WORK
    assert box.post(opaque_case(box.until, work=MAX_FACTOR * WORK).posting).status_code == 201


def test_repeating_one_posting_raises_no_work(box: Box) -> None:
    case = opaque_case(box.until)
    for _ in range(CALM + 20):
        assert box.post(case.posting).status_code == 201
    assert asked(box) == WORK


def test_work_rises_smoothly_and_falls_again() -> None:
    load = LoadMeter()
    busy(load, DAY)
    works = []
    for _ in range(4 * CALM):
        load.count(at())
        works.append(load.name_work(at()))
    assert works[: CALM - 1] == [REST] * (CALM - 1)
    assert works == sorted(works)
    assert works[-1] == 4 * REST
    assert max(after - before for before, after in itertools.pairwise(works)) <= REST // CALM + 1
    later = [load.name_work(at(minutes * 60)) for minutes in range(20)]
    assert later == sorted(later, reverse=True)
    assert later[-1] == REST


def test_no_load_asks_for_more_than_a_sealed_file_brings() -> None:
    load = LoadMeter()
    busy(load, DAY, 100 * BUSY_DAY)
    for _ in range(100 * CALM):
        load.count(at())
    assert load.name_work(at()) == MAX_FACTOR * REST


def test_work_is_shared_between_processes() -> None:
    load = LoadMeter()
    child = os.fork()
    if not child:
        busy(load, DAY)
        for _ in range(2 * CALM):
            load.count(at())
        for _ in range(PATIENT):
            load.count_message(at(), b"a capability")
        os._exit(0)
    os.waitpid(child, 0)
    assert load.name_work(at()) == 2 * REST
    assert load.message_work(at(), b"a capability") == 2 * REST


def test_clock_set_back_raises_no_work() -> None:
    load = LoadMeter()
    busy(load, DAY)
    load.count(at())
    assert load.name_work(at(-86_400)) == REST


def test_a_busy_day_raises_the_work_without_a_crowd_and_the_next_day_does_not() -> None:
    """M6: ten thousand reports are an afternoon's work, so the work rises over hours, not over five minutes."""
    load = LoadMeter()
    asked = {}
    for entries in (0, BUSY_DAY, 2 * BUSY_DAY, 4 * BUSY_DAY, 20 * BUSY_DAY):
        busy(load, DAY, entries)
        asked[entries // BUSY_DAY] = load.name_work(at())
    assert asked == {0: REST, 1: REST, 2: 4 * REST, 4: 16 * REST, 20: 16 * REST}
    assert load.name_work(at(86_400, DAY + 1)) == REST


def test_a_crowd_on_a_day_with_few_entries_raises_nothing() -> None:
    load = LoadMeter()
    busy(load, DAY, BUSY_DAY // 10)
    for _ in range(50 * CALM):
        load.count(at())
    assert load.name_work(at()) == REST


def test_messages_with_one_capability_cost_twice_as_much_every_sixteen_and_the_other_side_pays_nothing() -> None:
    load = LoadMeter()
    asked = []
    for _ in range(8 * PATIENT):
        asked.append(load.message_work(at(), b"of a recipient"))
        load.count_message(at(), b"of a recipient")
    assert asked == [REST * min(2 ** (number // PATIENT), MAX_MESSAGE_FACTOR) for number in range(8 * PATIENT)]
    assert load.message_work(at(), b"of the reporter") == REST
    assert load.message_work(at(86_400, DAY + 1), b"of a recipient") == REST


def test_ten_thousand_capabilities_in_a_day_disturb_nobody() -> None:
    load = LoadMeter()
    for number in range(10_000):
        load.count_message(at(), number.to_bytes(32, "big"))
    dearer = sum(load.message_work(at(), number.to_bytes(32, "big")) > REST for number in range(20_000))
    assert dearer == 0


def test_a_thread_that_is_flooded_costs_the_flooder_and_is_told_how_much(box: Box) -> None:
    case = opaque_case(box.until)
    box.post(case.posting)
    for _ in range(PATIENT):
        assert box.post(opaque_message(box.until, case.recipients)).status_code == 201
    answers = [box.post(weak_message(box.until, case.recipients)), box.post(weak_message(box.until, case.reporter))]
    assert [answer.status_code for answer in answers] == [429, 201]
    assert parse_object(answers[0].data)["work"] == 2 * WORK
    assert box.post(opaque_message(box.until, case.recipients, work=2 * WORK)).status_code == 201


def test_openings_and_parts_are_load(box: Box) -> None:
    """Unfinished uploads filled the disk with the work at rest."""
    busy(box.load, box.organisation.today)
    upload = opaque_upload(box.until)
    before = level(box)
    box.post_raw("/uploads", upload.raw)
    box.post_raw("/uploads", upload.raw)
    assert round(level(box) - before) == 1
    for number in (0, 1, 1):
        box.post_raw("/parts", upload.part(number))
    assert round(level(box) - before) == 3


def level(box: Box) -> float:
    return box.load._level(box.clock().timestamp())


@pytest.fixture
def small(tmp_path: Path, make_box: Callable[[Config], Box]) -> Box:
    """A box whose database is soon full."""
    path = write_config(tmp_path, max_database_bytes=8 * 2**20, reserve_bytes=3 * 2**20)
    return publish(make_box(Config.load(path)))


def fill_with_cases(box: Box) -> list[bytes]:
    """Open mailboxes until no more are taken; return a capability of each."""
    opened: list[bytes] = []
    while True:
        case = opaque_case(box.until, 4 * 65536)
        answer = box.post(case.posting)
        if answer.status_code != 201:
            assert (answer.status_code, answer.data) == (507, b'{"error":"full"}')
            return opened
        opened.append(case.reporter)


def test_reserve_refuses_new_cases_while_talks_go_on(small: Box) -> None:
    opened = fill_with_cases(small)
    assert len(opened) > 5
    for _ in range(3):
        assert small.post(opaque_message(small.until, opened[0])).status_code == 201
        assert small.post(opaque_case(small.until, 4 * 65536).posting).status_code == 507
    assert len(small.mailbox(opened[0]).entries) > 1


def test_full_database_refuses_without_damage(small: Box) -> None:
    capability = fill_with_cases(small)[0]
    taken = []
    while True:
        message = opaque_message(small.until, capability, LARGEST_POWER)
        answer = small.post(message)
        if answer.status_code != 201:
            break
        taken.append(message.envelope)
    assert (answer.status_code, answer.data) == (507, b'{"error":"full"}')
    assert taken
    assert small.get(small.log_path, small.organisation.log_capability).status_code == 200
    last = small.mailbox(capability).entries
    assert len(last) >= 1
    assert small.config.database.stat().st_size <= small.config.max_database_bytes
    assert small.post(opaque_message(small.until, capability)).status_code in (201, 507)


def test_disk_that_fails_refuses_without_damage(box: Box) -> None:
    before = opaque_case(box.until)
    assert box.post(before.posting).status_code == 201
    journal = box.config.database.with_name(box.config.database.name + "-wal").stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (journal + 10_000, hard))
    try:
        refused = [box.post(opaque_case(box.until).posting), box.post(opaque_message(box.until, before.reporter))]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert {(answer.status_code, answer.data) for answer in refused} == {(507, b'{"error":"full"}')}
    assert box.post(opaque_message(box.until, before.reporter)).status_code == 201
    assert len(box.mailbox(before.reporter).entries) == 2
    assert len(box.log()) == 2


def test_full_disk_refuses_new_cases(tmp_path: Path, make_box: Callable[[Config], Box]) -> None:
    disk = os.statvfs(tmp_path)
    beyond = disk.f_blocks * disk.f_frsize
    path = write_config(tmp_path, max_database_bytes=min(2 * beyond, 2**40), reserve_bytes=min(beyond, 2**40 - 1))
    box = publish(make_box(Config.load(path)))
    assert box.post(opaque_case(box.until).posting).status_code == 507
