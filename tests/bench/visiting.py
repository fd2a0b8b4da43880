"""The bytes of a first visit and of a report, as Chromium receives them."""

from __future__ import annotations

import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from keys.roster import address
from tests.bench.figures import Figure, WrongError
from tests.bench.serving import shipped_policy, shipped_server
from tests.journeys.browser import Browser
from tests.journeys.reporter import Reporter
from tests.organisation import Organisation
from tests.policies import WORK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.journeys.browser import Request

VISITS = 3
ICON_S = 60
TEXT = "Er ging iets mis op het werk. " * 40


def measure() -> Iterator[Figure]:
    """Visit and report with a new profile each time."""
    organisation = Organisation.found(policy=replace(shipped_policy(), work=WORK))
    sizes, numbers, trips = [], [], []
    with tempfile.TemporaryDirectory(prefix="meldbus-bench-") as name, ExitStack() as ending:
        server = shipped_server(Path(name))
        ending.callback(server.kill)
        server.found(organisation)
        for _ in range(VISITS):
            visit, sending = _reported(address(server.url, "nl", organisation.fingerprint))
            sizes.append(sum(_size(request) for request in visit))
            numbers.append(len(visit))
            trips.append(len(sending))
    yield Figure("first_visit_bytes", max(sizes), "at most 60,000")
    yield Figure("first_visit_requests", max(numbers), "at most 8")
    yield Figure("send_round_trips", max(trips), "at most 3")


def _reported(url: str) -> tuple[Sequence[Request], Sequence[Request]]:
    """Return the requests until the form is usable, and those from "send" until the receipt is confirmed."""
    with Browser("chromium") as browser:
        reporter = Reporter(browser)
        reporter.visit(url)
        if reporter.step() != "start":
            raise WrongError("the form is closed")
        visit = _answered(browser)
        reporter.begin()
        reporter.fill("write", TEXT)
        code = reporter.review()
        before = len(browser.requests())
        if {request.method for request in browser.requests()[len(visit) : before]} != {"GET"}:
            raise WrongError("the page sent something before it was told to")
        reporter.send(code)
        reporter.at("sent")
        return visit, browser.requests()[before:]


def _answered(browser: Browser) -> list[Request]:
    """Wait until every request so far has ended; the icon, which does not delay a page, is the last."""
    deadline = time.monotonic() + ICON_S
    while time.monotonic() < deadline:
        requests = browser.requests()
        icon = any("/static/icon." in request.url for request in requests)
        if icon and all(request.encoded_size is not None for request in requests):
            return requests
        time.sleep(0.05)
    raise WrongError("the icon, or what came before it, was not there in time")


def _size(request: Request) -> int:
    if request.status != 200 or not request.encoded_size:
        raise WrongError(f"{request.url}: {request.status}, {request.encoded_size} bytes")
    return request.encoded_size
