"""A first visit is small: over Tor, or on a bad line, the form is there before somebody loses heart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bench.visiting import measure
from tests.journeys.meddling import Meddler, honest
from tests.journeys.reporter import nl

if TYPE_CHECKING:
    from tests.journeys.reporter import Reporter
    from tests.journeys.site import Site

UNREACHED = nl("We cannot reach the server. Check your connection, then try again.")
MOST_BYTES = 60_000
MOST_REQUESTS = 8


def test_a_first_visit_takes_at_most_60_000_encoded_bytes() -> None:
    """As Chromium receives them, headers and all, of the shipped policy in every language."""
    figures = {figure.name: figure.value for figure in measure()}
    assert 0 < figures["first_visit_bytes"] <= MOST_BYTES
    assert figures["first_visit_requests"] <= MOST_REQUESTS


def test_what_seals_is_fetched_by_those_alone_who_go_on(site: Site, reporter: Reporter) -> None:
    def sealing() -> list[str]:
        return [request.url for request in reporter.browser.requests() if "/static/sealing." in request.url]

    reporter.visit(site.address("nl"))
    assert sealing() == []
    reporter.begin()
    reporter.fill("write", "Een melding.")
    reporter.review()
    assert len(sealing()) <= 1  # Firefox does not tell what a worker brings in


def test_what_seals_is_asked_for_again_where_it_did_not_come(site: Site, in_chromium: Reporter) -> None:
    reporter = in_chromium
    with Meddler(site.port) as wire:
        reporter.visit(site.address("nl", wire.url))
        wire.meddle = lambda asked, forward: None if "/static/sealing." in asked.path else forward(asked)
        reporter.press("start", "write")
        reporter.at("closed")
        assert reporter.part("closed", "reason") == UNREACHED
        wire.meddle = honest
        reporter.press("closed", "again")
        reporter.ready()
        reporter.begin()
        reporter.fill("write", "Een melding.")
        reporter.send(reporter.review())
        reporter.at("sent")
