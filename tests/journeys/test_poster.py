"""The poster as it hangs on a wall: its code is read from the picture, and leads to a page that checks the root."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import zxingcpp
from PIL import Image

from keys.exports.poster import SIZES
from keys.roster import words
from tests.journeys.meddling import Meddler, on
from tests.journeys.reporter import nl
from tests.journeys.site import POLICY
from tests.organisation import Organisation

if TYPE_CHECKING:
    from pathlib import Path

    from tests.journeys.reporter import Reporter
    from tests.journeys.site import Site

PIXELS_A_MILLIMETRE = 96 / 25.4  # CSS pixels
NOT_OURS = nl(
    "This page does not belong to the poster or the link that you used. Scan the poster again, or type its address "
    "again. If you see this again, write nothing here and tell somebody you trust."
)
CHECKED = nl("Checked: the list of people who can read your report is the one that your poster or link belongs to.")


@pytest.fixture(scope="module")
def posters(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("posters")
    site.run("nobody", "poster", *site.reporting(), "--folder", folder)
    return folder


def picture(reporter: Reporter, poster: Path, size: str, folder: Path) -> Image.Image:
    """Show a poster in the browser, as it is printed, and return what is seen."""
    width, height = (round(side * PIXELS_A_MILLIMETRE) for side in SIZES[size])
    reporter.browser.viewport(width, height)
    reporter.browser.goto(poster.as_uri())
    seen = folder / "seen.png"
    reporter.browser.screenshot(seen)
    with Image.open(seen) as image:
        return image.convert("L")


def test_there_is_a_poster_in_each_language_size_and_form(posters: Path) -> None:
    assert {path.name for path in posters.iterdir()} == {
        f"poster-{language}-{size}.{kind}"
        for language in POLICY.languages
        for size in ("a4", "a5")
        for kind in ("svg", "html")
    }


@pytest.mark.parametrize("kind_of_file", ["svg", "html"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", POLICY.languages)
def test_the_code_of_a_poster_is_read_from_its_picture(
    site: Site, in_chromium: Reporter, posters: Path, tmp_path: Path, language: str, size: str, kind_of_file: str
) -> None:
    seen = picture(in_chromium, posters / f"poster-{language}-{size}.{kind_of_file}", size, tmp_path)
    [code] = zxingcpp.read_barcodes(seen)
    assert code.text == site.address(language)


def test_the_poster_leads_to_a_page_that_checks_the_fingerprint(
    site: Site, reporter: Reporter, posters: Path, tmp_path: Path
) -> None:
    [code] = zxingcpp.read_barcodes(picture(reporter, posters / "poster-nl-a4.html", "a4", tmp_path))
    reporter.browser.viewport(1280, 800)
    reporter.visit(code.text)
    assert reporter.step() == "start"
    assert reporter.part("start", "pinned") == CHECKED


def test_a_server_with_another_root_is_refused_in_words(
    site: Site, reporter: Reporter, posters: Path, tmp_path: Path
) -> None:
    [code] = zxingcpp.read_barcodes(picture(reporter, posters / "poster-nl-a5.svg", "a5", tmp_path))
    other = Organisation.found()
    with Meddler(site.port, on("/chain", lambda _: other.chain())) as wire:
        reporter.visit(code.text.replace(site.url, wire.url))
        assert reporter.step() == "closed"
        assert reporter.part("closed", "reason") == NOT_OURS
        assert wire.postings() == []


@pytest.mark.parametrize("language", POLICY.languages)
def test_a_poster_says_the_address_the_words_and_the_ways_outside(site: Site, posters: Path, language: str) -> None:
    for path in (posters / f"poster-{language}-a4.svg", posters / f"poster-{language}-a4.html"):
        said = " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", path.read_text("utf-8")))
        assert words(site.root.id) in said
        assert "".join(said.split()).count(f"{site.url}/{language}/") == 1
        for route in POLICY.outside:
            assert route.name in said
            assert route.phone in said
        assert POLICY.organisation in said


@pytest.mark.parametrize("language", POLICY.languages)
def test_nothing_on_a_poster_stands_beyond_its_edge(in_chromium: Reporter, posters: Path, language: str) -> None:
    browser = in_chromium.browser
    browser.viewport(794, 1123)
    browser.goto((posters / f"poster-{language}-a4.html").as_uri())
    boxes = browser.evaluate(
        "Array.from(document.querySelectorAll('text'), (one) => (({ left, right, bottom }) => [left, right, bottom])"
        "(one.getBoundingClientRect()))"
    )
    assert boxes
    assert all(left >= 0 and right <= 794 and bottom <= 1123 for left, right, bottom in boxes)
    assert [request.url for request in browser.requests() if not request.url.startswith("file:")] == []
