"""What a reporter typed is with its readers alone: not on the wire, not at the server, not in the browser's files."""

from __future__ import annotations

import itertools
import json
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from tests.journeys.browser import Browser, Kind, Stored
from tests.journeys.meddling import Meddler
from tests.journeys.profile import held, traces
from tests.journeys.reporter import Reporter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.journeys.site import Site

# Firefox writes the session every 15 seconds, Chromium sooner.
UNTIL_THE_SESSION_IS_WRITTEN = 30
CONTROL_PAGE = b"<!doctype html><meta charset=utf-8><title>control</title><textarea id=plain></textarea>"
NOTHING = Stored(local={}, session={}, databases=[], caches=[], workers=[], cookies={})


@dataclass
class Visit:
    """What one browser was told to type, and what was left of it."""

    control: str = field(default_factory=lambda: sentinel("control"))
    texts: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    left: dict[str, list[str]] = field(default_factory=dict)
    console: list[str] = field(default_factory=list)
    tabs: list[str] = field(default_factory=list)
    stored: list[Stored] = field(default_factory=list)

    def text(self, where: str) -> str:
        """Return a new text that occurs nowhere else."""
        return self.texts.setdefault(where, sentinel(where))

    def secrets(self) -> list[str]:
        """Return every text, every code and all pairs of neighbouring groups of a code."""
        groups = [code.split("-") for code in self.codes.values()]
        pairs = [f"{left}-{right}" for code in groups for left, right in itertools.pairwise(code)]
        return [*self.texts.values(), *self.codes.values(), *pairs]


def sentinel(where: str) -> str:
    return f"Sentinel {where} {secrets.token_hex(8)}"


@contextmanager
def control_site() -> Iterator[str]:
    """Serve a page with a plain text area: what is typed there has to be found."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(CONTROL_PAGE)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def type_everywhere(reporter: Reporter, visit: Visit, address: str, control: str) -> None:
    """Leave a tab at each step in which something is typed or shown."""
    browser = reporter.browser
    browser.goto(control)
    browser.type("#plain", visit.control)

    browser.open_tab()
    reporter.visit(address)
    reporter.choose("anders")
    browser.type("#stage >>> #others", visit.text("about others"))
    reporter.press("about")
    reporter.at("readers")
    reporter.press("readers")
    reporter.at("write")
    reporter.write(visit.text("in the form"))
    for part in ("questions", "naming"):
        reporter.evaluate(f"void (root.querySelector('[data-part={part}]').open = true)")
    browser.type("#stage >>> .asked textarea", visit.text("in an answer"))
    browser.type("#stage >>> #identity", visit.text("who it is"))

    browser.open_tab()
    reporter.visit(address)
    reporter.begin()
    reporter.write(visit.text("at the review"))
    visit.codes["at the review"] = reporter.review()
    browser.type("#stage >>> #confirm", visit.codes["at the review"])

    browser.open_tab()
    reporter.visit(address)
    reporter.begin()
    reporter.write(visit.text("sent"))
    visit.codes["sent"] = reporter.review()
    reporter.send(visit.codes["sent"])
    reporter.at("sent")

    browser.open_tab()
    reporter.visit(address)
    reporter.open(visit.codes["sent"].lower().replace("-", " "))
    reporter.answer(visit.text("answered"))
    browser.type("#stage >>> #answer", visit.text("in the talk"))
    reporter.open_wish("name")
    browser.type("#stage >>> #identity-later", visit.text("who it is, later"))

    browser.open_tab()
    reporter.visit(address)
    reporter.press("start", "enter")
    browser.type("#stage >>> #code", visit.codes["sent"])


def look_around(reporter: Reporter, visit: Visit) -> None:
    """Note what each tab of the page shows of itself."""
    for number in range(1, 6):
        reporter.browser.show_tab(number)
        shown = (
            "[location.href, document.title, history.state, name, document.cookie, document.referrer, history.length]"
        )
        visit.tabs.append(json.dumps(reporter.browser.evaluate(shown)))
        visit.stored.append(reporter.browser.stored())
    visit.console = reporter.browser.console()


def leave_traces(kind: Kind, address: str, control: str) -> Visit:
    visit = Visit()
    with Browser(kind) as browser:
        reporter = Reporter(browser)
        type_everywhere(reporter, visit, address, control)
        look_around(reporter, visit)
        time.sleep(UNTIL_THE_SESSION_IS_WRITTEN)
        assert browser.value("#stage >>> #code") == visit.codes["sent"]
        browser.kill()
        visit.left = traces(browser.folder, [visit.control, *visit.secrets()])
    return visit


@pytest.mark.slow
def test_what_was_typed_is_in_no_file_of_the_browser_nor_of_the_server_nor_on_the_wire(site: Site) -> None:
    kinds: tuple[Kind, Kind] = ("chromium", "firefox")
    with Meddler(site.port) as wire, control_site() as control, ThreadPoolExecutor(len(kinds)) as both:
        address = site.address("nl", wire.url)
        visits = dict(zip(kinds, both.map(lambda kind: leave_traces(kind, address, control), kinds), strict=True))
    for kind, visit in visits.items():
        assert visit.left.pop(visit.control, []), f"{kind}: the search does not find what a plain page leaves"
        assert visit.stored == [NOTHING] * 5, kind
        assert held(json.dumps([visit.console, visit.tabs]).encode(), visit.secrets()) == [], kind
    assert {kind: visit.left for kind, visit in visits.items()} == {"chromium": {}, "firefox": {}}
    typed = [secret for visit in visits.values() for secret in visit.secrets()]
    passed = b"\n".join(
        part for asked in wire.asked for part in (asked.path.encode(), repr(asked.headers).encode(), asked.body)
    )
    assert held(passed, ["/envelopes", "application/octet-stream"]), "the search does not find what was sent"
    assert held(passed, typed) == []
    server = site.folder / "server"
    assert traces(server, ["Voorbeeldstichting"]), "the search does not find what the server keeps"
    assert traces(server, typed) == {}
    assert list(site.temporary.iterdir()) == []
