"""Files that a page sends arrive complete and once, whatever the line does; nothing of them is sealed twice."""

from __future__ import annotations

import json
import random
import time
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from keys.wire.envelope import Header
from keys.wire.files import MIB
from keys.wire.stamp import stamp_holds
from tests.client.page import TWICE, FailedError, Lost, Page, Refusal, Wire, named, opened
from tests.client.sending import changed, digest_of, macs, only_message, openings, parts, sealed_once, written

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.keys.office import Office

pytestmark = pytest.mark.slow

GONE: Refusal = ("404 Not Found", b'{"error":"unknown"}')
FULL: Refusal = ("507 Insufficient Storage", b'{"error": "full"}')
PAST: Refusal = ("410 Gone", b'{"error": "until"}')


def at(path: str, number: int, lost: Lost) -> Callable[[str, int], Lost]:
    return lambda asked, times: lost if (asked, times) == (path, number) else None


def refused(path: str, first: int, last: int, refusal: Refusal) -> Callable[[str, int], Refusal | None]:
    return lambda asked, times: refusal if asked == path and first <= times <= last else None


@pytest.mark.parametrize("seed", range(4))
def test_an_upload_over_a_line_that_breaks_ends_complete_and_once(office: Office, long: Path, seed: int) -> None:
    drawn = random.Random(seed)
    fates: dict[str, list[Lost]] = {
        path: ["request", *drawn.sample(["request", "answer", TWICE, None], 10, counts=[3, 3, 2, 2])]
        for path in ("/parts", "/uploads")
    }

    def lose(path: str, times: int) -> Lost:
        # Acknowledgements overtake each other.
        time.sleep(drawn.random() / 50)
        return fates[path][times - 1] if times <= len(fates.get(path, [])) else None

    with opened(office, Wire(office, lose=lose)) as page:
        code = page.report(files=[named(long)])
        assert len(macs(page.wire)) == 1
        assert sealed_once(page.wire)
        assert len(parts(page.wire)) > len({part.number for part in parts(page.wire)})
        assert {progress["phase"] for progress in page.progress} == {"reading", "waiting", "sending"}
    assert only_message(office, code) == [digest_of(long)]


def test_a_lost_answer_to_the_last_opening_is_asked_for_again(office: Office, long: Path) -> None:
    with opened(office, Wire(office, lose=at("/uploads", 2, "answer"))) as page:
        code = page.report(files=[named(long)])
        assert len(openings(page.wire)) == 3
        assert len(parts(page.wire)) == 7
    assert only_message(office, code) == [digest_of(long)]


def test_a_small_message_with_files_waits_for_the_network_too(office: Office, tmp_path: Path) -> None:
    path = written(tmp_path / "foto.jpg", 30_000)

    def lose(asked: str, times: int) -> Lost:
        return "answer" if asked == "/envelopes" and times < 4 else None

    with opened(office, Wire(office, lose=lose)) as page:
        code = page.report(files=[named(path)])
        sent = [posting for asked, posting in page.wire.asked if asked == "/envelopes"]
        assert len(sent) == 4
        assert len(set(sent)) == 1
    assert only_message(office, code) == [digest_of(path)]


def test_pauses_grow_while_nothing_works(office: Office, long: Path) -> None:
    def lose(asked: str, times: int) -> Lost:
        return "request" if asked == "/uploads" and times <= 8 else None

    with opened(office, Wire(office, lose=lose)) as page:
        page.report(files=[named(long)])
        pauses = [progress["seconds"] for progress in page.progress if progress["phase"] == "waiting"]
    assert len(pauses) == 8
    assert all(before <= after for before, after in pairwise(pauses[:6]))
    assert pauses[5] >= 32
    assert max(pauses) <= 75


def test_a_network_that_is_back_ends_a_pause(office: Office, long: Path) -> None:
    away = True

    def lose(path: str, times: int) -> Lost:
        return "request" if away and path == "/parts" else None

    with opened(office, Wire(office, lose=lose)) as page:
        number = page.begin("report", **page.letter(files=[named(long)]))
        while page.wait(number, phase="waiting")["seconds"] < 32:
            page.online()
        away = False
        page.online()
        assert page.wait(number) == {"day": office.today, "named": True, "file": None}


def test_a_full_server_is_told_and_the_upload_goes_on_once_there_is_room(office: Office, long: Path) -> None:
    wire = Wire(office, refuse=refused("/parts", 4, 10**6, FULL))
    with opened(office, wire) as page:
        letter = page.letter(files=[named(long)])
        with pytest.raises(FailedError, match=r"^full$"):
            page.ask("report", **letter)
        wire.refuse = lambda path, times: None
        before = len(parts(wire))
        page.ask("report", **letter)
        assert len(parts(wire)) - before == 4
        assert len(macs(wire)) == 1
        assert sealed_once(wire)
    assert only_message(office, str(letter["receipt"])) == [digest_of(long)]


@pytest.mark.parametrize("refusal", [GONE, ("409 Conflict", b'{"error": "conflict"}')], ids=["unknown", "conflict"])
def test_an_upload_that_the_server_has_forgotten_is_sealed_anew(office: Office, long: Path, refusal: Refusal) -> None:
    with opened(office, Wire(office, refuse=refused("/parts", 5, 5, refusal))) as page:
        code = page.report(files=[named(long)])
        assert len(macs(page.wire)) == 2
        assert sealed_once(page.wire)
    assert only_message(office, code) == [digest_of(long)]


def test_an_upload_past_its_until_is_sealed_anew(office: Office, long: Path) -> None:
    with opened(office, Wire(office, refuse=refused("/uploads", 2, 2, PAST))) as page:
        code = page.report(files=[named(long)])
        assert len(macs(page.wire)) == 2
        assert sealed_once(page.wire)
    assert only_message(office, code) == [digest_of(long)]


def test_a_server_that_lacks_what_it_acknowledged_gets_it_sealed_anew(office: Office, long: Path) -> None:
    restored = json.dumps({"missing": [[0, 7]]}).encode()
    wire = Wire(office, refuse=refused("/uploads", 2, 2, ("200 OK", restored)))
    with opened(office, wire) as page:
        code = page.report(files=[named(long)])
        assert len(macs(wire)) == 2
        assert sealed_once(wire)
    assert only_message(office, code) == [digest_of(long)]


@pytest.mark.parametrize(
    "answer", [b"{}", b'{"missing": []}', b'{"missing": [[0, 8]]}', b'{"missing": [[3, 1], [1, 1]]}']
)
def test_an_answer_that_no_honest_server_gives_ends_the_upload(office: Office, long: Path, answer: bytes) -> None:
    wire = Wire(office, refuse=refused("/uploads", 1, 1, ("200 OK", answer)))
    with opened(office, wire) as page, pytest.raises(FailedError, match=r"^malformed$"):
        page.report(files=[named(long)])


def test_a_server_that_always_forgets_is_sent_it_a_few_times_at_most(office: Office, long: Path) -> None:
    wire = Wire(office, refuse=refused("/parts", 1, 10**6, GONE))
    with opened(office, wire) as page:
        with pytest.raises(FailedError, match=r"^network$"):
            page.report(files=[named(long)])
        assert len(macs(wire)) == 4


def test_a_stamp_that_does_not_suffice_is_made_anew_for_the_same_upload(office: Office, long: Path) -> None:
    more_work = ("429 Too Many Requests", b'{"error": "stamp", "work": 60}')
    with opened(office, Wire(office, refuse=refused("/uploads", 1, 1, more_work))) as page:
        page.report(files=[named(long)])
        first, second, *_ = openings(page.wire)
        assert (first.prefix, first.address) == (second.prefix, second.address)
        assert stamp_holds(Header.parse(second.prefix).mac, second.nonce, 60)


def test_a_cancelled_upload_goes_on_where_it_was(office: Office, tmp_path: Path) -> None:
    path = written(tmp_path / "opname.ogg", 20 * MIB)
    with opened(office, Wire(office, lose=lambda *_: time.sleep(0.02))) as page:
        letter = page.letter(files=[named(path)])
        number = page.begin("report", **letter)
        page.wait(number, phase="sending")
        cancel(page, number)
        begun = {part.number for part in parts(page.wire)}
        assert len(begun) < 20
        page.ask("report", **letter)
        assert len(macs(page.wire)) == 1
        assert sealed_once(page.wire)
        assert len(parts(page.wire)) <= 20 + 3
    assert only_message(office, str(letter["receipt"])) == [digest_of(path)]


def test_a_pause_can_be_cancelled_and_other_calls_go_on(office: Office, long: Path) -> None:
    with opened(office, Wire(office, lose=lambda path, _: "request" if path == "/parts" else None)) as page:
        number = page.begin("report", **page.letter(files=[named(long)]))
        page.wait(number, phase="waiting")
        cancel(page, number)
        assert page.trust()["fileBytes"] == 2**31


def test_what_waits_for_its_turn_is_cancelled_too(office: Office, long: Path) -> None:
    """The page gives keys by itself: who presses "stop" then means the words that wait behind that."""
    with opened(office, Wire(office, lose=lambda path, _: "request" if path == "/parts" else None)) as page:
        number = page.begin("report", **page.letter(files=[named(long)]))
        behind = page.begin("draw")
        page.wait(number, phase="waiting")
        cancel(page, number)
        with pytest.raises(FailedError, match=r"^cancelled$"):
            page.wait(behind)
        assert page.ask("draw")["receipt"]


def cancel(page: Page, number: int) -> None:
    assert page.ask("cancel") == {}
    with pytest.raises(FailedError, match=r"^cancelled$"):
        page.wait(number)


def test_another_letter_is_sealed_apart_from_one_that_was_cancelled(office: Office, tmp_path: Path) -> None:
    path = written(tmp_path / "opname.ogg", 20 * MIB)
    with opened(office, Wire(office, lose=lambda *_: time.sleep(0.02))) as page:
        letter = page.letter(files=[named(path)])
        number = page.begin("report", **letter)
        page.wait(number, phase="sending")
        cancel(page, number)
        changed(path)
        page.ask("report", **letter)
        assert len(macs(page.wire)) == 2
        assert sealed_once(page.wire)
    assert only_message(office, str(letter["receipt"])) == [digest_of(path)]
