"""A file that was added is in no file of the browser and at no server, neither its name nor what is in it."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.journeys.browser import Browser, Kind
from tests.journeys.meddling import Meddler
from tests.journeys.profile import held, traces
from tests.journeys.reporter import Reporter
from tests.journeys.test_sentinel import UNTIL_THE_SESSION_IS_WRITTEN, Visit, control_site

if TYPE_CHECKING:
    from pathlib import Path

    from tests.journeys.site import Site


def leave_files(kind: Kind, address: str, control: str, folder: Path) -> Visit:
    """Leave a tab at each step in which a file is added, and the name of another on a plain page."""
    visit = Visit()

    def file(where: str) -> Path:
        path = folder / visit.text(f"name {kind} {where}")
        path.write_text(visit.text(f"content {kind} {where}"))
        return path

    with Browser(kind) as browser:
        reporter = Reporter(browser)
        browser.goto(control)
        browser.type("#plain", visit.control)
        browser.evaluate("void document.body.append(Object.assign(document.createElement('input'), { type: 'file' }))")
        plain = folder / f"{visit.control} chosen"
        plain.write_text("")
        browser.upload("input", plain)
        for until in ("write", "review", "sent", "talk"):
            browser.open_tab()
            reporter.visit(address)
            reporter.begin()
            reporter.fill("write", "Een melding.")
            reporter.add_files("write", file(until))
            reporter.keep_names("write")
            if until == "write":
                continue
            visit.codes[until] = reporter.review()
            if until == "review":
                continue
            reporter.send(visit.codes[until])
            reporter.at("sent")
            if until == "talk":
                reporter.press("sent", "talk")
                reporter.at("talk")
                reporter.add_files("talk", file("answer"))
        time.sleep(UNTIL_THE_SESSION_IS_WRITTEN)
        visit.console = browser.console()
        browser.kill()
        visit.left = traces(browser.folder, [visit.control, plain.name, *visit.secrets()])
    return visit


@pytest.mark.slow
def test_no_name_and_no_content_of_a_file_is_left_in_the_browser_nor_at_the_server(site: Site, tmp_path: Path) -> None:
    kinds: tuple[Kind, Kind] = ("chromium", "firefox")
    with Meddler(site.port) as wire, control_site() as control, ThreadPoolExecutor(len(kinds)) as both:
        address = site.address("nl", wire.url)
        visits = dict(
            zip(kinds, both.map(lambda kind: leave_files(kind, address, control, tmp_path), kinds), strict=True)
        )
    for kind, visit in visits.items():
        assert visit.left.pop(visit.control, []), f"{kind}: the search does not find what a plain page leaves"
        # Firefox writes down what is typed, and no file that is chosen.
        chosen_plainly = visit.left.pop(f"{visit.control} chosen", [])
        assert bool(chosen_plainly) == (kind == "chromium"), kind
        assert held(json.dumps(visit.console).encode(), visit.secrets()) == [], kind
    assert {kind: visit.left for kind, visit in visits.items()} == {"chromium": {}, "firefox": {}}
    chosen = [secret for visit in visits.values() for secret in visit.secrets()]
    passed = b"\n".join(asked.path.encode() + repr(asked.headers).encode() + asked.body for asked in wire.asked)
    assert held(passed, ["/envelopes"]), "the search does not find what was sent"
    assert held(passed, chosen) == []
    assert traces(site.folder / "server", chosen) == {}
