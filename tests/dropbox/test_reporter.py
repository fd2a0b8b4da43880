"""What a reporter's browser is promised, without a network."""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import brotli
import pytest
from sqlalchemy import select

from dropbox.store import tables
from keys.receipt import Receipt
from keys.roster import Bundle
from keys.roster.weeks import UNTIL_AHEAD, until_of
from keys.wire.canonical import parse_object
from keys.wire.envelope import LARGEST_POWER, PART_SIZE, SMALLEST_CLASS
from keys.wire.mailbox import PAGE_SIZE
from keys.wire.messages import Answer
from keys.wire.posting import Posting
from keys.wire.signed import Signed, split_frames
from tests.dropbox.postings import opaque_case, opaque_message, unstamped
from tests.dropbox.serving import BINARY

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.dropbox.conftest import Box

UNKNOWN = b'{"error":"unknown"}'


def test_report_and_answer_are_read_with_both_capabilities(box: Box) -> None:
    reported = box.organisation.report()
    answer = box.organisation.message(box.organisation.people[0], reported, Answer("Dank."), [reported.sealed.id])
    assert box.post(reported.posting).status_code == 201
    assert box.post(answer).status_code == 201
    for capability in (reported.reporter, reported.writers):
        items = box.mailbox(capability).entries
        assert [item.number for item in items] == [1, 2]
        assert [item.prefix for item in items] == [reported.posting.envelope, answer.envelope]
        assert {item.day for item in items} == {box.organisation.today}


def test_a_reporter_who_leaves_is_forgotten_and_the_recipients_go_on(box: Box) -> None:
    case, other = opaque_case(box.until), opaque_case(box.until)
    box.post(case.posting)
    box.post(other.posting)
    gone = box.post_raw("/leave", case.reporter + case.recipients)
    assert (gone.status_code, gone.data) == (200, b'{"left":true}')
    assert box.get("/mailbox?after=0", case.reporter).data == box.get("/mailbox?after=0", bytes(32)).data == UNKNOWN
    assert box.get("/mailbox/1/0", case.reporter).data == UNKNOWN
    assert box.post(opaque_message(box.until, case.reporter)).status_code == 404
    assert box.post_raw("/leave", case.reporter + case.recipients).data == UNKNOWN
    assert box.post(opaque_message(box.until, case.recipients)).status_code == 201
    assert len(box.mailbox(case.recipients).entries) == 2
    assert len(box.mailbox(other.reporter).entries) == 1


def test_nobody_leaves_who_does_not_know_both_capabilities_of_the_mailbox(box: Box) -> None:
    case, other = opaque_case(box.until), opaque_case(box.until)
    box.post(case.posting)
    box.post(other.posting)
    seconds = (bytes(32), case.recipients, other.recipients, other.reporter, box.organisation.log_capability)
    pairs = [pair for second in seconds for pair in (case.recipients + second, second + case.recipients)]
    answers = [box.post_raw("/leave", pair) for pair in pairs]
    assert {(answer.status_code, answer.data) for answer in answers} == {(404, UNKNOWN)}
    for capability in (case.reporter, case.recipients, other.reporter, other.recipients):
        assert len(box.mailbox(capability).entries) == 1


def test_the_digest_of_what_is_forgotten_is_deleted(box: Box) -> None:
    case = opaque_case(box.until)
    box.post(case.posting)
    digest = hashlib.sha256(case.reporter).digest()
    with box.database.reading() as connection:
        assert digest in set(connection.execute(select(tables.capability.c.digest)).scalars())
    box.post_raw("/leave", case.reporter + case.recipients)
    with box.database.reading() as connection:
        assert digest not in set(connection.execute(select(tables.capability.c.digest)).scalars())


def test_stored_names_the_servers_day(box: Box) -> None:
    answer = box.post(opaque_case(box.until).posting)
    assert (answer.status_code, answer.data) == (201, b'{"stored":%d}' % box.organisation.today)


def test_repeated_request_is_answered_alike_and_creates_nothing(box: Box) -> None:
    case = opaque_case(box.until)
    first = box.post(case.posting)
    box.clock.advance(days=1)
    assert box.post(case.posting).data == first.data
    assert len(box.log()) == 1
    assert len(box.mailbox(case.reporter).entries) == 1


def test_repeated_message_is_appended_once(box: Box) -> None:
    case = opaque_case(box.until)
    box.post(case.posting)
    message = opaque_message(box.until, case.reporter)
    assert [box.post(message).status_code for _ in range(3)] == [201, 201, 201]
    assert len(box.mailbox(case.reporter).entries) == 2


def test_repeated_request_is_answered_alike_after_its_last_day(box: Box) -> None:
    case = opaque_case(box.until)
    first = box.post(case.posting)
    box.clock.advance(days=UNTIL_AHEAD)
    assert (box.post(case.posting).status_code, box.post(case.posting).data) == (201, first.data)


def test_another_envelope_with_the_same_mac_is_refused(box: Box) -> None:
    case = opaque_case(box.until)
    box.post(case.posting)
    posting = case.posting
    other = posting.envelope[:-1] + bytes([posting.envelope[-1] ^ 1])
    refused = box.post(replace(posting, envelope=other))
    assert (refused.status_code, refused.data) == (409, b'{"error":"conflict"}')
    assert len(box.log()) == 1


def test_case_that_names_a_capability_in_use_is_refused(box: Box) -> None:
    case, other = opaque_case(box.until), opaque_case(box.until)
    box.post(case.posting)
    taken = Posting(0, other.posting.nonce, case.posting.address, other.posting.envelope)
    assert box.post(taken).status_code == 409
    assert len(box.mailbox(case.reporter).entries) == 1


def test_case_with_one_capability_for_both_is_refused(box: Box) -> None:
    case = opaque_case(box.until)
    twice = hashlib.sha256(case.reporter).digest() * 2
    assert box.post(Posting(0, case.posting.nonce, twice, case.posting.envelope)).status_code == 400


def test_envelope_is_taken_on_its_last_day_and_refused_after_it(box: Box) -> None:
    until = box.until
    box.clock.advance(days=until - box.organisation.today)
    assert box.post(opaque_case(until).posting).status_code == 201
    box.clock.advance(days=1)
    refused = box.post(opaque_case(until).posting)
    assert (refused.status_code, refused.data) == (410, b'{"error":"until"}')


def test_envelope_whose_last_day_is_too_far_ahead_is_refused(box: Box) -> None:
    """A tool whose clock is ahead would seal to keys of another week."""
    refused = box.post(opaque_case(box.until + 7).posting)
    assert (refused.status_code, refused.data) == (410, b'{"error":"until"}')


@pytest.mark.parametrize("off", range(1, 7))
def test_envelope_whose_last_day_is_no_sunday_is_refused(box: Box, off: int) -> None:
    """It would tell one sender from the others."""
    refused = box.post(opaque_case(box.until - off).posting)
    assert (refused.status_code, refused.data) == (400, b'{"error":"malformed"}')


def test_day_is_that_of_the_policys_time_zone(box: Box) -> None:
    box.clock.advance(minutes=690)  # 23:30 in UTC, 0:30 in Amsterdam
    assert box.post(opaque_case(box.until).posting).data == b'{"stored":%d}' % (box.organisation.today + 1)


@pytest.mark.parametrize("padded", [SMALLEST_CLASS, 4 * SMALLEST_CLASS, LARGEST_POWER])
def test_envelope_of_any_size_comes_back_in_prefix_and_parts(box: Box, padded: int) -> None:
    case = opaque_case(box.until, padded)
    assert box.post(case.posting).status_code == 201
    (item,) = box.mailbox(case.recipients).entries
    assert item.size == len(case.posting.envelope)
    whole, part = item.prefix, 0
    while len(whole) < item.size:
        fetched = box.get(f"/mailbox/{item.number}/{part}", case.recipients)
        assert fetched.status_code == 200
        assert len(fetched.data) <= PART_SIZE
        whole, part = whole + fetched.data, part + 1
    assert whole == case.posting.envelope
    assert box.get(f"/mailbox/{item.number}/{part}", case.recipients).data == b'{"error":"not-found"}'


def test_largest_roster_s_envelopes_fit_a_page(box: Box) -> None:
    case = opaque_case(box.until, 4 * SMALLEST_CLASS, slots=32)
    box.post(case.posting)
    assert len(box.mailbox(case.reporter).entries) == 1


def test_look_into_an_empty_box_has_as_many_bytes_as_one_with_a_reply(box: Box) -> None:
    silent, answered = opaque_case(box.until), opaque_case(box.until)
    for case in (silent, answered):
        box.post(case.posting)
    box.post(opaque_message(box.until, answered.recipients))
    looks = [box.get("/mailbox?after=0", case.reporter) for case in (silent, answered)]
    assert {len(look.data) for look in looks} == {PAGE_SIZE}
    assert looks[0].headers == looks[1].headers


def test_whatever_depends_on_a_capability_is_one_404_of_equal_bytes(box: Box) -> None:
    case = opaque_case(box.until)
    box.post(case.posting)
    never = Receipt.draw().capability()
    wrong = [
        box.get(path, never) for path in ("/log", "/mailbox?after=0", "/mailbox/1/0", "/log?after=1.x", "/log/1/0")
    ]
    # A capability of another kind opens nothing either.
    wrong += [box.get("/mailbox?after=0", box.organisation.log_capability), box.get(box.log_path, case.reporter)]
    wrong.append(box.post(opaque_message(box.until, never)))
    for header in (
        "",
        "Bearer",
        "Bearer ",
        "Bearer =",
        "Bearer \xe9",
        "Basic YTpi",
        "bearer x",
        "Bearer " + "A" * 9000,
    ):
        wrong += [box.client.get(path, headers={"Authorization": header}) for path in ("/log", "/mailbox?after=0")]
    wrong += [box.get(path) for path in ("/log", "/mailbox?after=0", "/mailbox/1/0")]
    assert {(answer.status_code, answer.data) for answer in wrong} == {(404, UNKNOWN)}
    assert len({str(answer.headers) for answer in wrong}) == 1


def test_mailbox_is_gone_13_months_after_its_last_message(box: Box) -> None:
    case = opaque_case(box.until)
    box.post(case.posting)
    box.clock.advance(days=300)
    box.post(opaque_message(until_of(box.organisation.today + 300), case.reporter))
    box.clock.advance(days=396)
    assert len(box.mailbox(case.reporter).entries) == 2
    box.clock.advance(days=1)
    assert box.get("/mailbox?after=0", case.reporter).status_code == 404
    late = opaque_message(until_of(box.organisation.today + 697), case.reporter)
    assert box.post(late).status_code == 404


@pytest.mark.parametrize("place", [0, 1, 17, 81, 88, 89, 90])
def test_posting_of_another_form_is_refused(box: Box, place: int) -> None:
    raw = bytearray(opaque_case(box.until).raw)
    for cut in (raw[:place], raw[:-1], raw + b"\0"):
        assert box.post_raw("/envelopes", bytes(cut)).data == b'{"error":"malformed"}'


def test_posting_of_another_version_is_unsupported(box: Box) -> None:
    raw = opaque_case(box.until).raw.replace(b"MELDBUS\x01", b"MELDBUS\x02")
    refused = box.post_raw("/envelopes", raw)
    assert (refused.status_code, refused.data) == (400, b'{"error":"unsupported"}')


def test_other_media_type_is_refused(box: Box) -> None:
    refused = box.post_raw("/envelopes", opaque_case(box.until).raw, "text/plain")
    assert (refused.status_code, refused.data) == (415, b'{"error":"type"}')


def test_too_large_is_refused_before_it_is_read(box: Box) -> None:
    class Unread(io.RawIOBase):
        def read(self, *_: object) -> bytes:
            raise AssertionError("the body was read")

        readinto = read

    announced = {"CONTENT_LENGTH": str(2**32), "wsgi.input": Unread()}
    kinds = dict.fromkeys(("/envelopes", "/uploads", "/parts", "/chain", "/bundles"), BINARY)
    for path, kind in {**kinds, "/nl/file": "multipart/form-data; boundary=edge"}.items():
        refused = box.client.post(path, content_type=kind, environ_overrides=announced)
        assert refused.status_code == 413, path


def test_too_large_without_announced_length_is_refused(box: Box) -> None:
    sent = io.BytesIO(bytes(2_000_100))
    streamed = {"CONTENT_LENGTH": "", "wsgi.input": sent, "wsgi.input_terminated": True}
    refused = box.client.post("/envelopes", content_type="application/octet-stream", environ_overrides=streamed)
    assert (refused.status_code, refused.data) == (413, b'{"error":"too-large"}')


def test_bundles_say_day_and_work_and_carry_everybodys_keys(box: Box) -> None:
    first, *rest = split_frames(box.get("/bundles").data)
    assert parse_object(first) == {"day": box.organisation.today, "work": box.organisation.policy.work}
    found = [Bundle.verify(Signed.parse(frame)) for frame in rest]
    assert [(bundle.identity, bundle.last) for bundle in found] == [
        (person.identity, last)
        for person in sorted(box.organisation.people, key=lambda person: person.identity)
        for last in (False, True)
    ]


def test_nothing_is_served_before_there_is_a_roster(bare: Box) -> None:
    for path in ("/chain", "/bundles", "/log", "/mailbox?after=0"):
        assert bare.get(path, bytes(32)).status_code == 503, path
    posted = bare.post(opaque_case(bare.until).posting)
    assert (posted.status_code, posted.data) == (503, b'{"error":"not-ready"}')
    page = bare.get("/nl/")
    assert page.status_code == 503
    style = re.search(r'href="(/static/[^"]+\.css)"', page.text)
    assert style
    assert bare.get(style[1]).status_code == 200
    assert bare.get("/static/none").status_code == 404


def test_root_leads_to_the_first_language(box: Box) -> None:
    answer = box.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/nl/")


def test_page_is_the_same_for_everyone_and_compressed_ahead(box: Box) -> None:
    plain = box.client.get("/nl/")
    packed = box.client.get("/nl/", headers={"Accept-Encoding": "gzip, br", "User-Agent": "x", "Cookie": "a=b"})
    assert packed.headers["Content-Encoding"] == "br"
    assert len(packed.data) < len(plain.data)
    assert "Voorbeeldstichting" in plain.text
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"


def test_missing_page_is_in_its_language_and_repeats_nothing(box: Box) -> None:
    for path in ("/nl/zzmarkzz", "/en/zzmarkzz", "/zzmarkzz", "/nl", "/nl/%00zzmarkzz"):
        answer = box.get(path)
        assert answer.status_code == 404
        assert "zzmarkzz" not in answer.text


def test_file_from_a_plain_form_is_taken_as_a_posting(box: Box) -> None:
    case = opaque_case(box.until)
    answer = post_file(box, case.raw)
    assert answer.status_code == 201
    assert answer.mimetype == "text/html"
    assert len(box.mailbox(case.reporter).entries) == 1


def test_file_that_is_refused_gets_a_page_with_the_right_status(box: Box) -> None:
    assert post_file(box, b"no posting").status_code == 400
    assert post_file(box, opaque_case(box.organisation.today - 1).raw).status_code == 410
    assert post_file(box, unstamped(box.until).encode()).status_code == 429
    assert post_file(box, b"").status_code == 415
    assert box.post_raw("/nl/file", b"--edge--", "multipart/form-data; boundary=edge").status_code == 415
    assert post_file(box, bytes(2_200_000)).status_code == 400
    assert len(box.log()) == 0


def test_file_for_a_language_without_pages_is_not_found(box: Box) -> None:
    assert post_file(box, opaque_case(box.until).raw, "/de/file").status_code == 404


def post_file(box: Box, raw: bytes, path: str = "/nl/file") -> TestResponse:
    """Post a file as a browser's plain form does."""
    named = b'Content-Disposition: form-data; name="file"; filename="report"\r\n\r\n'
    body = b"--edge\r\n" + named + raw + b"\r\n--edge--\r\n"
    return box.post_raw(path, body, "multipart/form-data; boundary=edge")


def test_chain_is_the_same_for_everyone_and_compressed_ahead(box: Box) -> None:
    packed = box.client.get("/chain", headers={"Accept-Encoding": "gzip, br", "User-Agent": "x", "Cookie": "a=b"})
    plain = box.client.get("/chain")
    assert packed.headers["Content-Encoding"] == "br"
    assert brotli.decompress(packed.data) == plain.data == box.organisation.chain()
    box.organisation.renew_roster()
    assert box.post_raw("/chain", box.organisation.publication()).status_code == 201
    assert box.client.get("/chain").data == box.organisation.chain()
