"""The page that was saved: from the disk, without a network, it makes a sealed file that anyone can send later."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest
from babel.dates import format_date

from keys.courier import Courier
from keys.policy import date_of
from keys.roster import read_unsigned
from keys.roster.weeks import last_day, monday
from keys.wire.envelope import Header
from keys.wire.posting import Posting
from keys.wire.stamp import stamp_holds
from tests.journeys.browser import Browser, Kind
from tests.journeys.reporter import Reporter, nl
from tests.journeys.shelf import unknown
from tests.journeys.site import BOARD_1, BOARD_2, POLICY, SECRETARIS, Site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MIB = 2**20
# All that a browser asks for goes to a port where nobody answers.
NOWHERE = 9
NOWHERE_FLAGS: dict[Kind, tuple[str, ...]] = {
    "chromium": (f"--proxy-server=http://127.0.0.1:{NOWHERE}", "--proxy-bypass-list=<-loopback>"),
    "firefox": (),
}
NOWHERE_PREFS: dict[str, bool | int | str] = {
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": NOWHERE,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": NOWHERE,
    "network.proxy.allow_hijacking_localhost": True,
}
# Two years later, by the clock of the worker.
LATER = """
    const real = Date;
    self.Date = class extends real {
        constructor(...given) { super(given[0] ?? real.now() + 7e10); }
        static now() { return real.now() + 7e10; }
    };
"""
OUT_OF_DATE = nl(
    "The list of people who can read reports is out of date. The board has to sign a new one. "
    "Until then you cannot report here."
)
STAMP_FACTOR = 16  # SPEC 9


@pytest.fixture
def saved(site: Site, tmp_path: Path) -> Path:
    """The page in Dutch, on the disk."""
    page = tmp_path / "contact.html"
    # As anybody gets it who asks for no language.
    with urlopen(f"{site.url}/offline.html", timeout=60) as answer:
        assert answer.headers["Content-Disposition"] == 'attachment; filename="contact.html"'
        page.write_bytes(answer.read())
    return page


@pytest.fixture
def apart(kind: Kind, saved: Path) -> Iterator[Reporter]:
    """A reporter who opened the saved page with the network off."""
    with Browser(kind, prefs=NOWHERE_PREFS, args=NOWHERE_FLAGS[kind]) as browser:
        browser.goto(saved.as_uri())
        reporter = Reporter(browser)
        reporter.ready()
        yield reporter


def made(reporter: Reporter) -> tuple[str, Path]:
    """Send as the page does, save what it made, and return the code and the file."""
    reporter.send(reporter.review())
    reporter.at("made")
    code = reporter.part("made", "code")
    reporter.press("made", "save")
    return code, reporter.browser.downloaded("contact.meldbus")


def send(site: Site, kind: Kind, sealed: Path) -> None:
    """Send the file from another browser, by the plain form."""
    with Browser(kind, scripting=False) as anywhere:
        anywhere.goto(f"{site.url}/nl/file")
        anywhere.upload("#file", sealed)
        anywhere.click("main form button")
        anywhere.wait_for(".slogan")
        assert anywhere.text("h1") == nl("Your file has been stored")


def test_a_report_from_the_disk_reaches_its_readers_by_the_plain_form(site: Site, kind: Kind, apart: Reporter) -> None:
    for who in (SECRETARIS, BOARD_1, BOARD_2):
        site.news(who)
    apart.begin("anders", about=[BOARD_2])
    apart.fill("write", "Van een stick.")
    code, sealed = made(apart)
    assert [request.url for request in apart.browser.requests() if request.url.startswith("http")] == []
    posting = Posting.parse(sealed.read_bytes())
    assert stamp_holds(Header.parse(posting.envelope).mac, posting.nonce, STAMP_FACTOR * POLICY.work)

    send(site, kind, sealed)
    [number] = site.news(SECRETARIS)
    assert site.news(BOARD_1) == {number}
    assert site.news(BOARD_2) == set()
    assert "Van een stick." in site.read(SECRETARIS, number)
    site.run(SECRETARIS, "reply", number, text="We hebben het gelezen.")
    assert "We hebben het gelezen." in site.run("nobody", "open", *site.reporting(), code=code)


def test_files_go_into_the_sealed_file_and_come_out_as_they_were(
    site: Site, kind: Kind, apart: Reporter, tmp_path: Path
) -> None:
    large = tmp_path / "opname.bin"
    large.write_bytes(unknown(3 * MIB + 7))
    site.news(SECRETARIS)
    apart.begin()
    apart.fill("write", "Met een opname.")
    apart.add_files("write", large)
    _, sealed = made(apart)
    send(site, kind, sealed)
    [number] = site.news(SECRETARIS)
    site.run(SECRETARIS, "save", number, "--to", tmp_path / "uit")
    assert large.read_bytes() in [path.read_bytes() for path in (tmp_path / "uit").iterdir()]


def test_the_page_says_how_long_it_can_be_used_and_that_nobody_has_the_report_yet(site: Site, apart: Reporter) -> None:
    _, [roster] = Courier(site.url).chain()
    last = min(last_day(monday(site.today), last=True), read_unsigned(roster).until)
    until = format_date(date_of(last), "full", "nl")
    assert until in apart.browser.text("#stage >>> section")
    assert apart.evaluate("root.querySelectorAll('[data-part=enter]').length") == 0
    apart.begin()
    assert apart.evaluate("root.querySelectorAll('#identity').length") == 0
    assert "50 MB" in apart.part("write", "limit")
    apart.fill("write", "Een melding.")
    apart.send(apart.review())
    apart.at("made")
    said = apart.browser.text("#stage >>> section")
    assert nl("Nobody has your report yet: you still have to send the file.") in said


def test_a_page_whose_list_has_ended_says_so_and_makes_nothing(saved: Path, kind: Kind) -> None:
    """The browser's own day decides: nobody else is there to ask."""
    page = saved.read_text("utf-8")
    changed = page.replace('<script id="offline" type="text/plain">', '<script id="offline" type="text/plain">' + LATER)
    assert changed != page
    saved.write_text(changed, "utf-8")
    with Browser(kind) as browser:
        browser.goto(saved.as_uri())
        reporter = Reporter(browser)
        reporter.ready()
        assert reporter.step() == "closed"
        assert reporter.part("closed", "reason") == OUT_OF_DATE
