"""Any text arrives as it was written: long, in any script, and mended where no encoding can carry it."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING

import pytest

from tests.journeys.site import BOARD_1

if TYPE_CHECKING:
    from tests.journeys.reporter import Reporter
    from tests.journeys.site import Site

MIXED = (
    "Vrouw met laptop: \U0001f469\U0001f3fd\u200d\U0001f4bb. مرحبا بالعالم. שלום. e\u0301 \u212b.\n"
    "\ttwee <b>&amp;</b> {names} 'x' \"y\" \\ einde."
)
LOST = "\ud800los\udc00 en \udfff\ud83d einde"
MENDED = "\ufffdlos\ufffd en \ufffd\ufffd einde"
LONGEST = "Een lang verhaal. " * 5555 + "Tien meer."
# A reader that shows text in a terminal shows what could drive it as its number.
SHOWN = {"\u200d": "\\u200d"}


@pytest.mark.parametrize(
    ("written", "read"),
    [(MIXED, MIXED), (LOST, MENDED), (LONGEST, LONGEST)],
    ids=["mixed", "lone surrogates", "longest"],
)
def test_a_text_arrives_as_it_was_written(site: Site, reporter: Reporter, written: str, read: str) -> None:
    site.news(BOARD_1)
    reporter.visit(site.address("nl"))
    code = reporter.report(written)
    [number] = site.news(BOARD_1)
    shown = read.replace("\n", "\n  ")
    for hidden, number_of in SHOWN.items():
        shown = shown.replace(hidden, number_of)
    assert shown in site.read(BOARD_1, number)
    site.run(BOARD_1, "reply", number, text=read)
    reporter.visit(site.address("nl"))
    reporter.open(code)
    reporter.answer(written)
    assert reporter.said() == [read] * 3
    assert reporter.alarms() == []
    site.run(BOARD_1, "sync")
    assert site.read(BOARD_1, number).count(shown) == 3


def test_the_longest_text_is_the_longest() -> None:
    assert len(LONGEST) == 100_000


WHERE = """
    ((text, wanted) => {{
        const range = document.createRange();
        range.setStart(text, text.data.indexOf(wanted));
        range.setEnd(text, text.data.indexOf(wanted) + wanted.length);
        const {{ left, right, top }} = range.getBoundingClientRect();
        return [left, right, top];
    }})(root.querySelector('section[data-step=review] [data-part=without]').firstChild, {wanted})
"""


def test_a_name_and_its_role_stand_as_the_page_is_written_also_within_a_sentence(
    site: Site, in_chromium: Reporter
) -> None:
    """From right to left the role stood before the name, since the name begins with a Latin letter."""
    reporter = in_chromium
    reporter.browser.viewport(1280, 900)
    reporter.visit(site.address("ar"))
    reporter.begin()
    reporter.untick(BOARD_1)
    reporter.fill("write", "نص")
    reporter.review()
    placed = [reporter.evaluate(WHERE.format(wanted=json.dumps(wanted))) for wanted in (BOARD_1, "(", "لا يستطيع")]
    (top,) = {round(top) for _, _, top in placed}
    assert top > 0
    for (left, _, _), (_, right, _) in itertools.pairwise(placed):
        assert right <= left + 1
