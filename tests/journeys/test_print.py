"""On paper stands the code, and nothing of what was written: the sheet may lie at the printer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.journeys.reporter import Reporter
    from tests.journeys.site import Site

SEEN = """
    Array.from([...document.querySelectorAll("body *"), ...root.querySelectorAll("*")])
        .filter((one) => one.children.length === 0 && one.checkVisibility())
        .map((one) => one.textContent.trim()).filter((text) => text !== "")
"""
LINES_OF_A_RECEIPT = 12  # its heading, the sentence, seven groups, how to keep it


@pytest.mark.parametrize("step", ["review", "sent"])
def test_only_the_code_is_printed(site: Site, in_chromium: Reporter, step: str) -> None:
    reporter = in_chromium
    reporter.visit(site.address("ar"))
    reporter.begin()
    reporter.fill("write", "Dit staat niet op papier.")
    code = reporter.review()
    if step == "sent":
        reporter.send(code)
        reporter.at("sent")
    reporter.browser.print_style(on=True)
    try:
        printed = reporter.evaluate(SEEN)
    finally:
        reporter.browser.print_style(on=False)
    assert code in "".join(printed)
    assert "Dit staat niet op papier." not in printed
    assert len(printed) <= LINES_OF_A_RECEIPT


def test_a_talk_is_not_hidden_on_paper_without_a_word(site: Site, in_chromium: Reporter) -> None:
    """Whoever prints the talk means to."""
    code = site.report("Een melding.")
    in_chromium.visit(site.address("nl"))
    in_chromium.open(code)
    in_chromium.browser.print_style(on=True)
    try:
        assert "Een melding." in in_chromium.evaluate(SEEN)
    finally:
        in_chromium.browser.print_style(on=False)
