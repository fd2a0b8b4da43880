"""What ends on the server and when: entries, mailboxes, and nothing before its day."""

from __future__ import annotations

import argparse
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dropbox
import dropbox.__main__ as dropbox_main
from dropbox.store.commit import MAILBOX_DAYS
from dropbox.store.expiry import BATCH_BYTES, ENTRY_DAYS, delete_envelopes
from dropbox.store.uploads import BATCH_ROWS
from keys.cases.terms import months_after
from keys.roster.weeks import until_of
from keys.wire.envelope import PART_SIZE, SMALLEST_CLASS, padded_size
from tests.dropbox.postings import Opaque, opaque_case, opaque_message, opaque_upload
from tests.dropbox.test_log import look
from tests.dropbox.uploading import sent
from tests.policies import SMALL

if TYPE_CHECKING:
    from dropbox.store import Store
    from tests.dropbox.conftest import Box

TABLES = ("log", "mailbox", "capability", "message", "envelope", "part")
COUNTED = {"log": "envelope"}
FILES = padded_size(900_000)  # what travels in one posting and has a part behind its prefix


def today(box: Box) -> int:
    """Return the server's day."""
    return SMALL.day(box.clock())


def case(box: Box, size: int = FILES) -> Opaque:
    """Open a case."""
    opened = opaque_case(until_of(today(box)), size)
    assert box.post(opened.posting).status_code == 201
    return opened


def say(box: Box, capability: bytes) -> int:
    """Append to a mailbox and return the status."""
    return box.post(opaque_message(until_of(today(box)), capability)).status_code


def expire(box: Box) -> None:
    """Run the job, as the timer does."""
    store: Store = box.client.application.extensions["store"]
    assert store.expiry.expire(today(box)) == 0


def looks(box: Box, opened: Opaque) -> set[int]:
    """Return what both capabilities of a mailbox are answered with."""
    return {box.get("/mailbox?after=0", name).status_code for name in (opened.reporter, opened.recipients)}


def rows(box: Box) -> dict[str, int]:
    """Count what is kept."""
    with box.database.reading() as connection:
        return {
            # Of an entry that has ended the log keeps a digest.
            table: int(
                connection.exec_driver_sql(f"SELECT count({COUNTED.get(table, '*')}) FROM {table}").scalar() or 0
            )
            for table in TABLES
        }


def test_a_mailbox_ends_thirteen_months_after_its_last_message(box: Box) -> None:
    talked, silent = case(box), case(box)
    box.clock.advance(days=100)
    assert say(box, talked.reporter) == 201
    box.clock.advance(days=MAILBOX_DAYS - 100)
    expire(box)
    assert looks(box, silent) == looks(box, talked) == {200}
    box.clock.advance(days=1)
    assert looks(box, silent) == {404}  # before the job has run, too
    expire(box)
    assert (looks(box, silent), looks(box, talked)) == ({404}, {200})
    assert rows(box)["capability"] == 2
    box.clock.advance(days=100)
    expire(box)
    assert rows(box) == dict.fromkeys(rows(box), 0)


def test_an_entry_lives_thirteen_months_whatever_happens_to_its_mailbox(box: Box) -> None:
    opened = case(box)
    assert say(box, opened.recipients) == 201
    with box.database.turn(), box.database.writing() as connection:
        connection.exec_driver_sql("UPDATE mailbox SET until = 0")  # as after a restore by hand
    expire(box)
    assert looks(box, opened) == {404}
    assert opened.posting.envelope.startswith(box.log()[0].prefix)
    assert rows(box) == {"log": 2, "mailbox": 0, "capability": 0, "message": 0, "envelope": 2, "part": 1}
    box.clock.advance(days=ENTRY_DAYS)
    expire(box)
    assert rows(box)["log"] == 2
    box.clock.advance(days=1)
    expire(box)
    assert rows(box) == dict.fromkeys(rows(box), 0)


def test_a_mailbox_outlives_its_entry_while_there_is_talk(box: Box) -> None:
    opened = case(box)
    box.clock.advance(days=300)
    assert say(box, opened.reporter) == 201
    box.clock.advance(days=200)
    expire(box)
    assert rows(box)["log"] == 1
    items = box.mailbox(opened.recipients).entries
    assert [item.number for item in items] == [1, 2]
    assert box.get("/mailbox/1/0", opened.recipients).status_code == 200


@pytest.mark.parametrize("who", ["reporter", "recipients"])
def test_nobody_can_let_a_mailbox_end_early(box: Box, who: str) -> None:
    """H8: one recipient alone could end the reporter's conversation, with the capability that all of them have."""
    opened = case(box)
    for path in ("/end", "/leave"):
        for raw in (getattr(opened, who), getattr(opened, who) * 2, getattr(opened, who) + bytes(32)):
            assert box.post_raw(path, raw).status_code in (400, 404, 405)
    assert {say(box, opened.reporter), say(box, opened.recipients)} == {201}  # nobody was muted, either
    box.clock.advance(days=MAILBOX_DAYS)
    expire(box)
    assert looks(box, opened) == {200}


def test_many_end_at_once_and_what_lives_is_left_alone(box: Box) -> None:
    ended = [case(box) for _ in range(BATCH_ROWS + 3)]
    box.clock.advance(days=MAILBOX_DAYS)
    living = [case(box) for _ in range(3)]
    kept = [box.mailbox(one.recipients).entries for one in living]
    box.clock.advance(days=1)
    expire(box)
    assert {status for one in ended for status in looks(box, one)} == {404}
    assert [box.mailbox(one.recipients).entries for one in living] == kept
    assert rows(box) == {"log": 3, "mailbox": 3, "capability": 6, "message": 3, "envelope": 3, "part": 3}
    assert say(box, living[0].reporter) == 201


def test_a_large_envelope_goes_a_few_parts_at_a_time(box: Box) -> None:
    upload = opaque_upload(until_of(today(box)), padded_size(2 * BATCH_BYTES))
    sent(box, upload)
    left = []
    with box.database.turn(), box.database.writing() as connection:
        for table in ("message", "log"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
        while delete_envelopes(connection, [1]):
            left.append(connection.exec_driver_sql("SELECT count(*) FROM part").scalar() or 0)
    batches = [before - after for before, after in pairwise([upload.count, *left]) if before > after]
    assert len(batches) >= 2
    assert max(batches) <= BATCH_BYTES // PART_SIZE
    assert left[-1] == 0


def test_the_job_deletes_what_has_ended(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    case(box)
    box.clock.advance(days=ENTRY_DAYS + 1)
    monkeypatch.setattr(dropbox, "now", box.clock)
    assert dropbox_main.expire(box.config, argparse.Namespace()) == 0
    assert rows(box) == dict.fromkeys(rows(box), 0)


@pytest.fixture
def commanded(box: Box, monkeypatch: pytest.MonkeyPatch) -> Box:
    """A box whose operator's commands have the test's clock."""
    monkeypatch.setattr(dropbox, "now", box.clock)
    return box


def run_expire(box: Box) -> int:
    return dropbox_main.expire(box.config, argparse.Namespace())


def remains(box: Box, opened: Opaque) -> int:
    """Count the pieces of an envelope and of its capabilities that stand in some file of the store."""
    sealed = opened.posting.envelope
    pieces = [sealed[at : at + 48] for at in range(0, len(sealed) - 48, 20_000)]
    pieces += [opened.posting.address[:32], opened.posting.address[32:]]
    files = b"".join(path.read_bytes() for path in box.config.data.iterdir())
    return sum(piece in files for piece in pieces)


def test_what_has_ended_is_in_no_file_while_the_server_runs(commanded: Box) -> None:
    box = commanded
    ended = [case(box) for _ in range(3)]
    left = case(box)
    assert min(remains(box, opened) for opened in (*ended, left)) > 10
    assert box.post_raw("/leave", left.reporter + left.recipients).status_code == 200
    box.clock.advance(days=ENTRY_DAYS + 1)
    living = case(box)
    assert run_expire(box) == 0
    assert [remains(box, opened) for opened in (*ended, left)] == [0] * 4
    assert remains(box, living) > 10


def test_a_row_that_fails_stops_no_other_one_and_is_told(commanded: Box) -> None:
    """One row that could not be deleted kept everything else for ever."""
    box = commanded
    for _ in range(BATCH_ROWS + 5):
        case(box, SMALLEST_CLASS)
    digest = look(box).digests()[1]
    faults = (
        "UPDATE ON log WHEN OLD.position = 3",
        "DELETE ON mailbox WHEN OLD.id = 5",
        "DELETE ON envelope WHEN OLD.id = 7",
    )
    with box.database.turn(), box.database.writing() as connection:
        for number, fault in enumerate(faults):
            stop = f"CREATE TRIGGER stop{number} BEFORE {fault} BEGIN SELECT RAISE(ABORT, 'spoilt'); END"
            connection.exec_driver_sql(stop)
    box.clock.advance(days=ENTRY_DAYS + 1)
    with pytest.raises(dropbox_main.Refused, match="could not be deleted"):
        run_expire(box)
    assert rows(box) == {"log": 1, "mailbox": 1, "capability": 2, "message": 1, "envelope": 3, "part": 0}
    page = look(box)
    assert (page.first, page.before, len(page.entries)) == (3, digest, 1)
    with box.database.turn(), box.database.writing() as connection:
        for number in range(len(faults)):
            connection.exec_driver_sql(f"DROP TRIGGER stop{number}")
    assert run_expire(box) == 0
    assert rows(box) == dict.fromkeys(rows(box), 0)


def test_a_reader_delays_the_checkpoint_and_it_is_tried_again(commanded: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    box = commanded
    case(box)
    journal = box.config.database.with_name("meldbus.sqlite-wal")
    monkeypatch.setattr(dropbox_main, "CHECKPOINT_SECONDS", 0)
    with box.database.reading() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM envelope")
        with pytest.raises(dropbox_main.Refused, match="journal"):
            run_expire(box)
    assert journal.stat().st_size > 0
    case(box)
    with ThreadPoolExecutor(1) as pool:
        with box.database.reading() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM envelope")
            waiting = pool.submit(box.database.checkpoint, 30)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.5)
        assert waiting.result(timeout=30)
    assert journal.stat().st_size == 0


def test_no_file_of_the_store_tells_the_hour_of_a_posting(commanded: Box) -> None:
    box = commanded
    case(box)
    changed = {path.name: path.stat().st_mtime % 86_400 for path in box.config.data.iterdir()}
    assert {"meldbus.sqlite", "meldbus.sqlite-wal", "writing.lock"} <= set(changed)
    assert set(changed.values()) == {0}


@settings(max_examples=300, deadline=None)
@given(st.integers(15_000, 40_000), st.integers(1, 12), st.integers(1, 30))
def test_the_terms_of_the_law_end_within_those_of_the_server_on_any_day(received: int, months: int, days: int) -> None:
    assert months_after(received + days, months) <= received + MAILBOX_DAYS
