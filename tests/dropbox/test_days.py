"""The store's one day: it never falls, and no clock that is wrong deletes or shuts anything."""

from __future__ import annotations

import argparse
import html
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

import dropbox
import dropbox.__main__ as dropbox_main
from dropbox.i18n import translations
from dropbox.store.days import MOST_DAYS
from dropbox.store.expiry import ENTRY_DAYS
from keys.roster.weeks import until_of
from keys.wire.canonical import parse_object
from keys.wire.signed import split_frames
from tests.dropbox.postings import opaque_case, opaque_message, opaque_upload
from tests.dropbox.serving import BINARY
from tests.dropbox.test_log import case, look, store_of, today
from tests.dropbox.test_upload_form import file_answer

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from keys.wire.posting import Posting
    from tests.dropbox.conftest import Box

NOBODY = argparse.Namespace()

SENTENCE = (
    "This site is not sure which day it is, and takes nothing until its operator has looked. Send the same file again "
    "later, or talk to somebody."
)


def said(box: Box) -> int:
    day = parse_object(split_frames(box.get("/bundles").data)[0])["day"]
    assert isinstance(day, int)
    return day


@pytest.fixture
def commanded(box: Box, monkeypatch: pytest.MonkeyPatch) -> Box:
    """A box whose operator's commands have the test's clock."""
    monkeypatch.setattr(dropbox, "now", box.clock)
    return box


def test_the_day_goes_on_with_each_request_and_never_falls(box: Box) -> None:
    start = said(box)
    box.clock.jump(days=3)
    assert said(box) == start + 3
    box.clock.jump(days=-10)
    assert said(box) == start + 3
    assert box.post(opaque_case(until_of(start)).posting).status_code == 201
    assert [entry.day for entry in look(box).entries] == [start + 3]
    assert box.post(opaque_case(until_of(start) - 28).posting).status_code == 410


def test_a_clock_that_is_far_ahead_takes_nothing_and_deletes_nothing(commanded: Box) -> None:
    """L5: a machine starts in 2036 and its timer posts, and one expire of such a clock deleted everything."""
    box = commanded
    kept = case(box)
    start = said(box)
    box.clock.jump(days=3650)
    assert said(box) == start
    message = opaque_message(until_of(start), kept.reporter)
    for answer in (
        box.post(opaque_case(until_of(start)).posting),
        box.post(opaque_case(until_of(start + 3650)).posting),
        box.post(message),
        box.post_raw("/uploads", opaque_upload(until_of(start)).raw),
    ):
        assert (answer.status_code, json.loads(answer.data)["error"]) == (503, "clock")
    assert box.post(kept.posting).status_code == 503
    # A person with a sealed file was told of a fault of which nobody knows.
    page = file_answer(box, opaque_case(until_of(start)).raw)
    assert page.status_code == 503
    assert translations("nl").gettext(SENTENCE) in html.unescape(page.text)
    with pytest.raises(dropbox_main.Refused, match="clock"):
        dropbox_main.expire(box.config, NOBODY)
    assert len(look(box).entries) == 1
    assert box.get("/mailbox?after=0", kept.reporter).status_code == 200
    box.clock.jump(days=-3650)
    assert box.post(message).status_code == 201


def test_fourteen_days_at_once_are_taken_and_fifteen_wait_for_the_operator(commanded: Box) -> None:
    """L5: a jump of more needs the operator."""
    box = commanded
    start = said(box)
    box.clock.jump(days=MOST_DAYS)
    assert box.post(opaque_case(until_of(start + MOST_DAYS)).posting).status_code == 201
    box.clock.jump(days=MOST_DAYS + 1)
    assert box.post(opaque_case(until_of(start + 29)).posting).status_code == 503
    assert said(box) == start + MOST_DAYS
    assert dropbox_main.day(box.config, NOBODY) == 0
    assert said(box) == start + 2 * MOST_DAYS + 1
    assert box.post(opaque_case(until_of(start + 29)).posting).status_code == 201


def test_accepting_never_sets_the_day_back(commanded: Box) -> None:
    start = said(commanded)
    commanded.clock.jump(days=-30)
    dropbox_main.day(commanded.config, NOBODY)
    assert said(commanded) == start


def test_the_daily_job_moves_the_day_on_where_nobody_comes(commanded: Box) -> None:
    box = commanded
    case(box)
    start = said(box)
    for _ in range(ENTRY_DAYS + 1):
        box.clock.jump(days=1)
        store_of(box).days.on(today(box))
    assert dropbox_main.expire(box.config, NOBODY) == 0
    assert said(box) == start + ENTRY_DAYS + 1
    assert look(box).entries == ()


def test_a_posting_that_waits_for_the_lock_over_midnight_gets_the_day_after(box: Box) -> None:
    """L4: with the old day, a tool that had read to the end might have destroyed its key already."""
    box.clock.jump(days=until_of(said(box)) - 21 - said(box))  # to a Sunday
    start = said(box)
    postings = [opaque_case(until_of(start)).posting, opaque_case(start).posting]
    with ThreadPoolExecutor(2) as pool:
        with store_of(box).database.turn():
            waiting = [pool.submit(post_apart, box, posting) for posting in postings]
            threading.Event().wait(0.3)
            box.clock.jump(days=1)
        answers = [one.result() for one in waiting]
    assert [answer.status_code for answer in answers] == [201, 410]
    assert parse_object(answers[0].data)["stored"] == start + 1
    assert [entry.day for entry in look(box).entries] == [start + 1]


def post_apart(box: Box, posting: Posting) -> TestResponse:
    """Post from another thread."""
    client = box.client.application.test_client()
    return client.post("/envelopes", data=posting.encode(), content_type=BINARY)


def test_the_day_that_a_page_of_the_log_gives_is_not_before_any_entry_that_is_acknowledged_later(box: Box) -> None:
    """L3, L4: a reader of this page destroys keys by its day, so nothing may come later with an earlier one."""
    case(box)
    box.clock.jump(days=1)
    page = look(box)
    assert page.day == today(box)
    box.clock.jump(days=-1)
    case(box)
    assert look(box).entries[-1].day == page.day


def test_an_until_too_far_away_or_that_is_no_sunday_is_refused(box: Box) -> None:
    start = said(box)
    far = [until_of(start + days) for days in (0, 7)]
    assert [box.post(opaque_case(until).posting).status_code for until in far] == [201, 410]
    assert box.post_raw("/uploads", opaque_upload(far[1]).raw).status_code == 410
    assert box.post(opaque_case(far[0] - 1).posting).status_code == 400
    assert len(look(box).entries) == 1
