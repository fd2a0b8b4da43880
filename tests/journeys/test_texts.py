"""Any text arrives as it was written: long, in any script, and mended where no encoding can carry it."""

from __future__ import annotations

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
