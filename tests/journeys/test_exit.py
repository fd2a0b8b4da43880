"""Leaving in a hurry: at every step nothing is left to read, to go back to, or in the history but a neutral page."""

from __future__ import annotations

import re
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import brotli
import pytest

from tests.journeys.browser import Browser, Kind
from tests.journeys.meddling import Answer, Asked, Meddler
from tests.journeys.reporter import Reporter
from tests.journeys.site import BOARD_1, POLICY
from tests.policies import shipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.journeys.meddling import Forward
    from tests.journeys.site import Site

NEUTRAL = b"<!doctype html><meta charset=utf-8><title>Weather</title><p>Sunny."
TEXT = "Dit mag niemand zien."
THRICE = ("Shift", "Shift", "Shift")


@contextmanager
def neutral_page() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Serve a neutral page on another origin; give its address, and the headers of each request for it."""
    asked: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/weather":
                asked.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(NEUTRAL)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/weather", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def leads_to(target: str) -> Callable[[Asked, Forward], Answer | None]:
    """Return what exchanges the exit's address on every page: the policy takes none but https."""

    def meddle(asked: Asked, forward: Forward) -> Answer | None:
        answer = forward(asked)
        headers = {name.lower(): value for name, value in answer.headers}
        if not headers.get("content-type", "").startswith("text/html"):
            return answer
        page = brotli.decompress(answer.body) if headers.get("content-encoding") == "br" else answer.body
        changed = page.replace(POLICY.exit.encode(), target.encode())
        assert changed != page
        kept = [pair for pair in answer.headers if pair[0].lower() != "content-encoding"]
        return Answer(answer.status, tuple(kept), changed)

    return meddle


def to_whom(reporter: Reporter) -> None:
    reporter.choose("anders")
    reporter.fill("about", TEXT)


def to_the_readers(reporter: Reporter) -> None:
    to_whom(reporter)
    reporter.press("about")
    reporter.at("readers")


def to_nobody(reporter: Reporter) -> None:
    reporter.choose("anders")
    reporter.tick("about", BOARD_1)
    reporter.press("about")
    reporter.at("nobody")


def to_the_form(reporter: Reporter) -> None:
    reporter.begin()
    reporter.fill("write", TEXT)


def to_the_review(reporter: Reporter) -> None:
    to_the_form(reporter)
    reporter.review()


def to_the_receipt(reporter: Reporter) -> None:
    reporter.report(TEXT)


def to_the_code(reporter: Reporter) -> None:
    reporter.press("start", "enter")
    reporter.at("enter")
    reporter.browser.type("#stage >>> #code", "0WJH-8E37")


def to_the_talk(reporter: Reporter) -> None:
    reporter.report(TEXT)
    reporter.press("sent", "talk")
    reporter.at("talk")
    reporter.fill("talk", TEXT)


STEPS: dict[str, Callable[[Reporter], None]] = {
    "start": lambda reporter: None,
    "topic": Reporter.to_the_topics,
    "about": to_whom,
    "readers": to_the_readers,
    "nobody": to_nobody,
    "write": to_the_form,
    "review": to_the_review,
    "sent": to_the_receipt,
    "enter": to_the_code,
    "talk": to_the_talk,
}


def has_left(reporter: Reporter, target: str, entries: int) -> None:
    """Hold that the neutral page is all there is, and that the way back leads to nothing of ours."""
    browser = reporter.browser
    # Asked of the document: the driver learns the new address only behind it.
    browser.wait_until(f"document.title === 'Weather' && location.href === {target!r}")
    assert browser.history_length() == entries
    assert TEXT not in browser.html
    if entries == 1:
        return  # there is nothing to go back to
    assert browser.back()
    browser.wait_until("document.readyState === 'complete'")
    assert browser.url in (target, "about:blank")
    assert TEXT not in browser.html


@pytest.mark.parametrize("step", STEPS)
def test_the_exit_leaves_nothing_at_any_step(site: Site, reporter: Reporter, step: str) -> None:
    with neutral_page() as (target, asked), Meddler(site.port, leads_to(target)) as wire:
        reporter.visit(site.address("nl", wire.url))
        entries = reporter.browser.history_length()
        STEPS[step](reporter)
        assert reporter.step() == step
        reporter.browser.click("#exit")
        has_left(reporter, target, entries)
        # It asks nothing, and does not tell where somebody came from.
        assert not [line for line in reporter.browser.console() if line.startswith("dialog")]
        assert {"cookie", "referer"}.isdisjoint(asked[0])


@pytest.mark.parametrize("kind", ["chromium", "firefox"])
def test_shift_pressed_three_times_leaves_while_typing(site: Site, kind: Kind) -> None:
    """Not in Tor Browser: it hides from pages that Shift alone was pressed."""
    with (
        neutral_page() as (target, _),
        Meddler(site.port, leads_to(target)) as wire,
        Browser(kind, safer=False) as browser,
    ):
        reporter = Reporter(browser)
        reporter.visit(site.address("nl", wire.url))
        entries = reporter.browser.history_length()
        reporter.begin()
        reporter.browser.type("#stage >>> #story", TEXT)
        # A capital letter is no reason to leave.
        reporter.browser.press("Shift", "Shift", "A", "Shift", "B", "Shift")
        assert reporter.step() == "write"
        reporter.browser.press("c", *THRICE)
        has_left(reporter, target, entries)


def test_a_report_on_its_way_keeps_nobody(site: Site, reporter: Reporter) -> None:
    """The browser asks nothing, though it would before any other way out."""
    with neutral_page() as (target, _), Meddler(site.port, leads_to(target)) as wire:
        reporter.visit(site.address("nl", wire.url))
        entries = reporter.browser.history_length()
        to_the_form(reporter)
        reporter.send(reporter.review())
        reporter.browser.click("#exit")
        has_left(reporter, target, entries)
        assert not [line for line in reporter.browser.console() if line.startswith("dialog")]


def test_the_page_is_empty_before_the_neutral_one_answers(site: Site, reporter: Reporter) -> None:
    with Meddler(site.port, leads_to("http://127.0.0.1:9/")) as wire:
        reporter.visit(site.address("nl", wire.url))
        to_the_form(reporter)
        left = "document.querySelector('#exit').click(), document.documentElement.childNodes.length"
        assert reporter.browser.evaluate(f"({left})") == 0


@pytest.mark.parametrize("page", ["how", "others", "file"])
def test_the_exit_is_on_every_page_first_in_the_order_of_tabs(site: Site, reporter: Reporter, page: str) -> None:
    with neutral_page() as (target, _), Meddler(site.port, leads_to(target)) as wire:
        reporter.browser.goto(f"{wire.url}/nl/{page}")
        entries = reporter.browser.history_length()
        reporter.browser.press("Tab")
        assert reporter.browser.evaluate("document.activeElement.id") == "exit"
        reporter.browser.press("Enter")
        has_left(reporter, target, entries)


def test_pages_of_ours_take_each_others_place_in_the_history(site: Site, reporter: Reporter) -> None:
    reporter.visit(site.address("nl"))
    entries = reporter.browser.history_length()
    for page in ("how", "others", "file"):
        reporter.browser.click(f'footer a[href*="/nl/{page}"]')
        reporter.browser.wait_until(f"location.pathname === '/nl/{page}' && document.readyState === 'complete'")
    assert reporter.browser.history_length() == entries


def test_without_script_the_exit_is_a_plain_link(site: Site) -> None:
    exits = re.compile(rb'<a class="exit" id="exit" href="([^"]*)" rel="noreferrer">')
    with Meddler(site.port) as wire:
        for page in ("", "how", "others", "file", "no-such-page"):
            answer = wire._forward(Asked("GET", f"/nl/{page}", (), b""))
            assert exits.findall(answer.body) == [shipped().exit.encode()]
