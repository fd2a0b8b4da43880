"""Files made of cases, in real browsers: hostile text does nothing there, and everybody can read and print them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keys.cases.register import correction
from keys.exports import CASE, COPY, REGISTER, Export, register_cases
from keys.sync import actions
from keys.wire.messages import Form
from tests.keys.office import Office
from tests.keys.test_exports import HOSTILE, SECRETARIS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.journeys.browser import Browser

A4_LANDSCAPE = (1010, 700)  # CSS pixels between the margins
# A number is drawn, and no other is as wide as this one; and a case has every day in the end.
FILL = """
    for (const cell of document.querySelectorAll("td")) {
        if (cell.textContent === "") [cell.textContent, cell.className] = ["2026-03-02", "short"];
        if (/^[a-z]{5}(-[a-z]{5}){2}$/.test(cell.textContent)) cell.textContent = "momom-momom-momom";
    }
"""
LONG = "Een lange melding zonder einde. " * 600


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Files of a case whose reporter meant them badly, by what they are."""
    office = Office.open(tmp_path_factory.mktemp("office"))
    receipt = office.report("\n".join(HOSTILE), topic="anders", others=HOSTILE[0])
    office.answer(receipt, LONG, [office.attachment("<img src=x onerror=alert(3)>.png", b"x", "text/html")])
    with office.session(SECRETARIS) as session:
        session.sync()
        [case] = session.cases()
        case = actions.write(session, case, Form("horen", {"verslag": HOSTILE[1]}))
        actions.write(session, case, correction("nature", HOSTILE[0], HOSTILE[1]))
        made = {}
        for what in (CASE, COPY, REGISTER):
            export = Export(what, office.folder / f"{what}.html", HOSTILE[0], forms=("horen",))
            made[what] = export.make(session, register_cases(session))
        return made


@pytest.mark.parametrize("what", [CASE, COPY, REGISTER])
def test_a_hostile_file_runs_nothing_and_fetches_nothing(browser: Browser, files: dict[str, Path], what: str) -> None:
    browser.forget()
    browser.goto(files[what].as_uri())
    browser.wait_until("document.readyState === 'complete'")
    assert browser.text("h1").startswith("Voorbeeldstichting")
    assert browser.count("script, img, iframe, object, embed, link, a, form") == 0
    assert browser.console() == []  # neither a dialog nor something that the file's own policy had to stop
    # Firefox notes no file, and a font of its own.
    fetched = {request.url for request in browser.requests() if not request.url.startswith("data:")}
    assert fetched <= {files[what].as_uri()}


@pytest.mark.parametrize("what", [CASE, COPY, REGISTER])
def test_a_file_can_be_read_by_everybody_and_printed(chromium: Browser, files: dict[str, Path], what: str) -> None:
    chromium.goto(files[what].as_uri())
    for width in (1280, 390):
        chromium.viewport(width, 800)
        assert chromium.evaluate("document.documentElement.scrollWidth") <= width
    assert chromium.axe() == []
    chromium.evaluate(FILL)
    chromium.viewport(*A4_LANDSCAPE)
    chromium.print_style(on=True)
    try:
        assert chromium.evaluate("document.documentElement.scrollWidth") <= A4_LANDSCAPE[0]
    finally:
        chromium.print_style(on=False)
