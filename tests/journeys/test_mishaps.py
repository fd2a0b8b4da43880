"""When something goes wrong the person reads what and what to do, loses no word, and nothing is stored twice."""

from __future__ import annotations

import secrets
import threading
from typing import TYPE_CHECKING

import pytest

from keys.receipt import Receipt
from keys.wire.envelope import Header
from keys.wire.posting import Posting
from keys.wire.stamp import stamp_holds
from tests.journeys.meddling import Answer, Asked, Meddler, honest, refusal
from tests.journeys.reporter import UNKNOWN_CODE, nl
from tests.journeys.site import POLICY, SECRETARIS, Site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.journeys.meddling import Forward, Meddle
    from tests.journeys.reporter import Reporter

UNREACHED = nl(
    "Sending did not work: we cannot reach the server. Check your connection, then try again. Your text is still here."
)
FULL = nl("The server is full and takes nothing now. Everything is still here: try again later, or talk to somebody.")
CLOCK = nl(
    "This site is not sure which day it is, and takes nothing until its operator has looked. Try again later, or talk "
    "to somebody. Your text is still here."
)
ENDED = nl("This conversation has ended, so nothing can be sent here any more.")
TYPING_ERROR = nl("There is a typing error in the code. Compare it with what you wrote down.")
OTHER_CHARACTERS = nl(
    "These are not the last four characters of your code. Look at what you wrote down, and type them again."
)
NEW_CODE = nl("You changed your report after you had tried to send it. So this is a new code: throw the old one away.")
EMPTY = nl("Write something first.")
TOO_LONG = "Your text is too long: take away about {count} characters."


@pytest.fixture
def wire(site: Site) -> Iterator[Meddler]:
    with Meddler(site.port) as wire:
        yield wire


def once(status: int, **members: object) -> Meddle:
    """Return what refuses the first posting and lets all others pass."""
    refused: list[Asked] = []

    def meddle(asked: Asked, forward: Forward) -> Answer | None:
        if asked.method != "POST" or refused:
            return forward(asked)
        refused.append(asked)
        return refusal(status, **members)

    return meddle


def lose_the_answer(asked: Asked, forward: Forward) -> Answer | None:
    """Let the server store it, and cut the connection before it can say so."""
    answer = forward(asked)
    return None if asked.method == "POST" else answer


def at_the_review(reporter: Reporter, address: str, text: str) -> str:
    reporter.visit(address)
    reporter.begin()
    reporter.fill("write", text)
    return reporter.review()


def test_a_typing_error_in_the_code_is_found_before_anything_is_sent(
    site: Site, wire: Meddler, reporter: Reporter
) -> None:
    code = site.report("Een melding.")
    reporter.visit(site.address("nl", wire.url))
    before = len(wire.asked)
    reporter.enter(code[:-1] + ("0" if code[-1] != "0" else "1"))
    assert reporter.mistakes("enter") == [TYPING_ERROR]
    assert reporter.evaluate("root.querySelector('#code-error').textContent") == TYPING_ERROR
    # What checks a code has to come first; nothing else is asked for.
    assert all(asked.path.startswith("/static/sealing.") for asked in wire.asked[before:])


def test_a_code_that_belongs_to_nothing_is_said_to(site: Site, reporter: Reporter) -> None:
    reporter.visit(site.address("nl"))
    reporter.enter(Receipt.draw().written())
    assert reporter.mistakes("enter") == [UNKNOWN_CODE]


def test_an_empty_and_a_too_long_text_are_refused_at_the_field(
    site: Site, wire: Meddler, in_chromium: Reporter
) -> None:
    reporter = in_chromium
    reporter.visit(site.address("nl", wire.url))
    reporter.begin()
    for text, sentence in (
        ("", EMPTY),
        (" \n ", EMPTY),
        ("x" * 100_007, nl(TOO_LONG, count="7")),
        ('"' * 50_001, nl(TOO_LONG, count="2")),
    ):
        reporter.fill("write", text)
        reporter.press("write")
        assert reporter.mistakes("write") == [sentence]
        assert reporter.evaluate("root.querySelector('#story-error').textContent") == sentence
        assert reporter.browser.value("#stage >>> #story") == text
    assert wire.postings() == []


def test_a_wrong_last_group_does_not_send(site: Site, wire: Meddler, in_chromium: Reporter) -> None:
    code = at_the_review(in_chromium, site.address("nl", wire.url), "Een melding.")
    in_chromium.send("0000" if not code.endswith("0000") else "1111")
    assert in_chromium.mistakes("review") == [OTHER_CHARACTERS]
    assert wire.postings() == []


def test_a_report_whose_answer_was_lost_is_sent_again_as_it_was_and_stored_once(
    own_site: Site, reporter: Reporter
) -> None:
    own_site.news(SECRETARIS)
    before = own_site.count("envelope")
    with Meddler(own_site.port) as wire:
        code = at_the_review(reporter, own_site.address("nl", wire.url), "Eén keer, graag.")
        wire.meddle = lose_the_answer
        reporter.send(code)
        assert reporter.mistakes("review") == [UNREACHED]
        assert own_site.count("envelope") == before + 1
        assert reporter.part("review", "code") == code

        wire.meddle = honest
        own_site.stop()
        reporter.send(code)
        assert reporter.mistakes("review") == [UNREACHED]
        assert reporter.part("review", "text") == "Eén keer, graag."

        own_site.start()
        reporter.send(code)
        reporter.at("sent")
        assert reporter.part("sent", "code") == code
        # A browser may itself repeat a request whose connection was cut: as long as it is the same.
        assert len(wire.postings()) >= 3
        assert len(set(wire.postings())) == 1
    assert own_site.count("envelope") == before + 1
    [number] = own_site.news(SECRETARIS)
    assert "Eén keer, graag." in own_site.read(SECRETARIS, number)


def test_a_message_whose_answer_was_lost_stands_in_the_talk_once(site: Site, wire: Meddler, reporter: Reporter) -> None:
    code = site.report("Een melding.")
    reporter.visit(site.address("nl", wire.url))
    reporter.open(code)
    before = site.count("envelope")
    wire.meddle = lose_the_answer
    reporter.fill("talk", "Ook één keer.")
    reporter.press("talk")
    assert reporter.mistakes("talk") == [UNREACHED]
    assert reporter.browser.value("#stage >>> #answer") == "Ook één keer."
    wire.meddle = honest
    reporter.press("talk")
    reporter.browser.wait_until(
        f"document.querySelector('#status').textContent === '{nl('Your message has been sent.')}'"
    )
    assert reporter.said() == ["Een melding.", "Ook één keer."]
    assert len(set(wire.postings())) == 1
    assert site.count("envelope") == before + 1


def test_a_report_that_is_changed_after_a_failure_gets_a_new_code(
    site: Site, wire: Meddler, in_chromium: Reporter
) -> None:
    """The server may have the first text under the first code."""
    reporter = in_chromium
    first = at_the_review(reporter, site.address("nl", wire.url), "De eerste tekst.")
    wire.meddle = lose_the_answer
    reporter.send(first)
    assert reporter.mistakes("review") == [UNREACHED]
    wire.meddle = honest
    reporter.press("review", "back")
    reporter.at("write")
    assert reporter.browser.value("#stage >>> #story") == "De eerste tekst."
    reporter.fill("write", "De tweede tekst.")
    second = reporter.review()
    assert second != first
    assert reporter.part("review", "changed") == NEW_CODE
    reporter.send(second)
    reporter.at("sent")
    reporter.press("sent", "talk")
    reporter.at("talk")
    assert reporter.said() == ["De tweede tekst."]


def test_leaving_while_the_report_is_on_its_way_asks_first(site: Site, wire: Meddler, in_chromium: Reporter) -> None:
    arrived, go_on = threading.Event(), threading.Event()

    def hold(asked: Asked, forward: Forward) -> Answer | None:
        if asked.method == "POST":
            arrived.set()
            go_on.wait()
        return forward(asked)

    code = at_the_review(in_chromium, site.address("nl", wire.url), "Nog onderweg.")
    wire.meddle = hold
    try:
        in_chromium.send(code)
        assert arrived.wait(60)
        assert in_chromium.step() == "sending"
        in_chromium.browser.forget()
        in_chromium.browser.reload()
        assert [line for line in in_chromium.browser.console() if line.startswith("dialog: beforeunload")]
    finally:
        go_on.set()
    in_chromium.ready()
    assert in_chromium.step() == "start"


def test_past_its_last_day_the_page_seals_anew(site: Site, wire: Meddler, in_chromium: Reporter) -> None:
    site.news(SECRETARIS)
    code = at_the_review(in_chromium, site.address("nl", wire.url), "Net te laat.")
    wire.meddle = once(410, error="until")
    in_chromium.send(code)
    in_chromium.at("sent")
    first, second = (Posting.parse(posting) for posting in wire.postings())
    assert Header.parse(first.envelope).mac != Header.parse(second.envelope).mac
    # The reporter's half stays: the code is the same. Which half it is, nobody can tell.
    assert len({first.address[:32], first.address[32:]} & {second.address[:32], second.address[32:]}) == 1
    [number] = site.news(SECRETARIS)
    assert "Net te laat." in site.read(SECRETARIS, number)


def test_a_stamp_that_does_not_suffice_is_made_again_for_the_same_envelope(
    site: Site, wire: Meddler, in_chromium: Reporter
) -> None:
    asked_work = 10 * POLICY.work
    site.news(SECRETARIS)
    code = at_the_review(in_chromium, site.address("nl", wire.url), "Het is druk.")
    wire.meddle = once(429, error="stamp", work=asked_work)
    in_chromium.send(code)
    in_chromium.at("sent")
    first, second = (Posting.parse(posting) for posting in wire.postings())
    assert first.envelope == second.envelope
    assert stamp_holds(Header.parse(second.envelope).mac, second.nonce, asked_work)
    assert len(site.news(SECRETARIS)) == 1


@pytest.mark.parametrize("status", [500, 503])
def test_a_server_with_a_fault_is_like_one_that_is_not_reached(
    site: Site, wire: Meddler, in_chromium: Reporter, status: int
) -> None:
    code = at_the_review(in_chromium, site.address("nl", wire.url), "Nog een keer.")
    wire.meddle = lambda asked, forward: (
        Answer(status, (("Content-Type", "text/html"),), secrets.token_bytes(99))
        if asked.method == "POST"
        else forward(asked)
    )
    in_chromium.send(code)
    assert in_chromium.mistakes("review") == [UNREACHED]
    wire.meddle = honest
    in_chromium.send(code)
    in_chromium.at("sent")


def test_a_server_whose_clock_waits_for_its_operator_says_so_and_takes_it_later(
    site: Site, wire: Meddler, in_chromium: Reporter
) -> None:
    """The page said that it did not know why."""
    code = at_the_review(in_chromium, site.address("nl", wire.url), "Nog een keer.")
    wire.meddle = once(503, error="clock")
    in_chromium.send(code)
    assert in_chromium.mistakes("review") == [CLOCK]
    in_chromium.press("review")
    in_chromium.at("sent")


def test_a_conversation_that_ends_while_it_is_open_says_so(site: Site, wire: Meddler, in_chromium: Reporter) -> None:
    """The page said that it did not know why."""
    earlier = site.report("Eerder.")
    in_chromium.visit(site.address("nl", wire.url))
    in_chromium.open(earlier)
    wire.meddle = once(404, error="unknown")
    in_chromium.fill("talk", "Nog iets.")
    in_chromium.press("talk")
    assert in_chromium.mistakes("talk") == [ENDED]


def test_a_full_server_says_so_keeps_the_text_and_lets_talks_go_on(tmp_path: Path, in_chromium: Reporter) -> None:
    reporter = in_chromium
    with Site(tmp_path) as site:
        earlier = site.report("Eerder.")
        site.stop()
        site.reserve(2**30 - 1)
        site.start()
        before = site.count("envelope")
        code = at_the_review(reporter, site.address("nl"), "Te laat.")
        reporter.send(code)
        assert reporter.mistakes("review") == [FULL]
        assert reporter.part("review", "text") == "Te laat."
        assert site.count("envelope") == before
        reporter.visit(site.address("nl"))
        reporter.open(earlier)
        reporter.answer("Het gesprek gaat door.")
        assert reporter.said() == ["Eerder.", "Het gesprek gaat door."]
        site.stop()
        site.reserve(0)
        site.start()
        at_the_review(reporter, site.address("nl"), "Er is weer plaats.")
