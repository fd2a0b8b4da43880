"""Without script there is no form: the page says why and what else there is, and takes a file sealed elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.journeys.browser import Browser, Kind
from tests.journeys.reporter import nl
from tests.journeys.site import BOARD_1, SECRETARIS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.journeys.site import Site

WHY = (
    "The form needs JavaScript and a recent browser. With these, your browser encrypts what you write before it "
    "leaves your device. Without them that is not possible, and we send nothing unencrypted."
)
NOT_SEALED = "This is not a file that meldbus made, or it was damaged on its way. Make it again and send that."


@pytest.fixture(scope="module")
def browser(kind: Kind) -> Iterator[Browser]:
    with Browser(kind, scripting=False) as browser:
        yield browser


def test_the_form_is_not_shown_and_the_page_says_why_and_what_else_there_is(site: Site, browser: Browser) -> None:
    browser.goto(site.address("nl"))
    browser.wait_for("#plain")
    said = browser.text("main")
    assert nl("The form cannot be shown") in said
    assert nl(WHY) in said
    assert browser.count("form, textarea, input") == 0
    for page, heading in (
        ("file", nl("Send an encrypted file")),
        ("others", nl("Others you can turn to")),
        ("how", nl("How it works, and what we cannot promise")),
    ):
        browser.goto(site.address("nl"))
        browser.click(f'#plain a[href="/nl/{page}"]')
        browser.wait_for(f'.more a[href="/nl/{page}"][aria-current="page"]')
        assert browser.text("h1") == heading


def test_a_sealed_file_is_taken_by_a_plain_form_and_the_talk_goes_on(
    site: Site, browser: Browser, tmp_path: Path
) -> None:
    for who in (SECRETARIS, BOARD_1):
        site.news(who)
    sealed = tmp_path / "melding.meldbus"
    made = site.run(
        "nobody", "seal", *site.reporting(), "--without", BOARD_1, "--output", sealed, text="Uit een bestand."
    )
    [code] = [line for line in made.splitlines() if line.count("-") == 6 and " " not in line]

    browser.goto(f"{site.url}/nl/file")
    browser.upload("#file", sealed)
    browser.click("main form button")
    browser.wait_for(".slogan")
    assert browser.text("h1") == nl("Your file has been stored")

    assert site.news(BOARD_1) == set()
    [number] = site.news(SECRETARIS)
    assert "Uit een bestand." in site.read(SECRETARIS, number)
    site.run(SECRETARIS, "reply", number, text="We hebben het gelezen.")
    talk = site.run("nobody", "open", *site.reporting(), code=code)
    assert "Uit een bestand." in talk
    assert "We hebben het gelezen." in talk


def test_a_file_that_is_not_sealed_is_refused_in_words(site: Site, browser: Browser, tmp_path: Path) -> None:
    before = site.count("envelope")
    other = tmp_path / "brief.txt"
    other.write_text("Beste secretaris, ...")
    browser.goto(f"{site.url}/nl/file")
    browser.upload("#file", other)
    browser.click("main form button")
    browser.wait_for(".summary")
    assert browser.text("h1") == nl("Your file has not been stored")
    assert browser.text(".summary") == nl(NOT_SEALED)
    assert site.count("envelope") == before
