"""On the wire report, message and cover entry are of one size, and a look tells nothing of what there is to see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keys.courier import Courier
from keys.wire.canonical import encode
from tests.journeys.meddling import Answer, Meddler
from tests.journeys.reporter import nl
from tests.journeys.site import SECRETARIS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.journeys.reporter import Reporter
    from tests.journeys.site import Site

FIRST_CLASS_TEXT = 12_000
# One text for each way in which a character can grow when it is encoded, all of 12,000 bytes, and the shortest.
TEXTS = ["x", "é" * 6000, '"' * 6000, "\u0001" * 2000, "😀" * 3000, "y" * FIRST_CLASS_TEXT]
LOOK = "/mailbox?after=0"
NEWS = "There is something new. It is at the end of the conversation."
NO_NEWS = "There is nothing new."
MOST_DECOYS = 60  # half of them are of the first class

Shape = tuple[int, list[tuple[str, int]], int]


@pytest.fixture
def wire(site: Site) -> Iterator[Meddler]:
    with Meddler(site.port) as wire:
        yield wire


def shape(answer: Answer) -> Shape:
    return answer.status, [(name, len(value)) for name, value in answer.headers], len(answer.body)


def test_the_texts_are_as_long_as_they_say() -> None:
    assert [len(encode(text)) - 2 for text in TEXTS] == [1] + [FIRST_CLASS_TEXT] * 5


def test_a_report_a_message_and_a_decoy_are_of_one_size(
    site: Site, wire: Meddler, in_chromium: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    reporter = in_chromium
    for text in TEXTS:
        reporter.visit(site.address("nl", wire.url))
        reporter.report(text)
        reporter.press("sent", "talk")
        reporter.at("talk")
        assert reporter.said() == [text]
        reporter.answer(text)
    sizes = [len(posting) for posting in wire.postings()]
    assert len(sizes) == 2 * len(TEXTS)
    assert len(set(sizes)) == 1

    decoys: list[int] = []
    monkeypatch.setattr(Courier, "post", lambda _, posting: decoys.append(len(posting.encode())))
    for _ in range(MOST_DECOYS):
        site.run("nobody", "decoy", *site.reporting())
        if sizes[0] in decoys:
            break
    assert min(decoys) == sizes[0]

    in_the_request = [
        {name: len(value) for name, value in asked.headers} for asked in wire.asked if asked.method == "POST"
    ]
    assert all(headers == in_the_request[0] for headers in in_the_request)


def test_a_longer_text_is_of_another_class(site: Site, wire: Meddler, in_chromium: Reporter) -> None:
    """The measure above is able to tell two sizes apart."""
    in_chromium.visit(site.address("nl", wire.url))
    in_chromium.report("x")
    in_chromium.visit(site.address("nl", wire.url))
    in_chromium.report("x" * 2 * FIRST_CLASS_TEXT)
    short, long = map(len, wire.postings())
    assert short < long


def test_a_look_with_a_reply_is_like_a_look_without(site: Site, wire: Meddler, in_chromium: Reporter) -> None:
    reporter = in_chromium
    site.news(SECRETARIS)
    reporter.visit(site.address("nl", wire.url))
    reporter.report("Een vraag.")
    reporter.press("sent", "talk")
    reporter.at("talk")
    without = looked(reporter, wire, NO_NEWS)
    [number] = site.news(SECRETARIS)
    site.read(SECRETARIS, number)
    site.run(SECRETARIS, "reply", number, text="Een antwoord, veel langer dan de vraag. " * 100)
    found = looked(reporter, wire, NEWS)
    assert reporter.alarms() == []
    assert LOOK in found
    assert found.keys() == without.keys()
    assert found[LOOK] == without[LOOK]


def looked(reporter: Reporter, wire: Meddler, said: str) -> dict[str, Shape]:
    """Look once more, and return the shape of each answer by what was asked for."""
    begin = len(wire.passed)
    reporter.press("talk", "again")
    reporter.said_so(nl(said))
    return {asked.path: shape(answer) for asked, answer in wire.passed[begin:]}
