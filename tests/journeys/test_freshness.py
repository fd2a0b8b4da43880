"""What a page says of who has looked, before anything is written: nobody, one of several, or a date that cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keys.roster import Bundle
from keys.wire.canonical import encode, parse_object
from keys.wire.signed import Signed, join_frames, split_frames
from tests.journeys.meddling import Meddler, on
from tests.journeys.reporter import nl
from tests.journeys.site import SECRETARIS, Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.journeys.meddling import Meddle
    from tests.journeys.reporter import Reporter

NOBODY = nl(
    "None of the people who can read your report has looked here in the last four weeks. They may be away. Or this "
    "site hides a newer list of people from you: then somebody who has left could read your report, and those who "
    "should read it do not see it."
)
ALONE = nl("In the last four weeks only {names} has looked here.", names=SECRETARIS)


@pytest.fixture
def reporter(in_chromium: Reporter) -> Reporter:
    return in_chromium


@pytest.fixture
def server(site: Site) -> Iterator[Meddler]:
    with Meddler(site.port) as meddler:
        yield meddler


def bundles(is_shown: Callable[[Bundle], bool], days: int = 0) -> Meddle:
    """Return what shows some bundles only, and another day."""

    def change(raw: bytes) -> bytes:
        first, *rest = split_frames(raw)
        members = parse_object(first)
        shown = [frame for frame in rest if is_shown(Bundle.verify(Signed.parse(frame)))]
        return join_frames([encode(members | {"day": int(str(members["day"])) + days}), *shown])

    return on("/bundles", change)


def test_where_nobody_has_looked_the_page_stops_before_its_form_and_names_other_ways(
    site: Site, server: Meddler, reporter: Reporter
) -> None:
    server.meddle = bundles(lambda bundle: bundle.last)
    reporter.visit(site.address("nl", server.url))
    reporter.press("start", "write")
    reporter.at("stale")
    assert reporter.part("stale", "unseen") == NOBODY
    assert reporter.evaluate("root.querySelectorAll('section[data-step=stale] a[href^=\"https://\"]').length") > 0
    reporter.press("stale", "back")
    assert reporter.step() == "start"


def test_the_reporter_decides_to_go_on(site: Site, server: Meddler, reporter: Reporter) -> None:
    site.news(SECRETARIS)
    server.meddle = bundles(lambda bundle: bundle.last)
    reporter.visit(site.address("nl", server.url))
    reporter.begin()
    reporter.fill("write", "Toch een melding.")
    reporter.send(reporter.review())
    reporter.at("sent")
    assert len(site.news(SECRETARIS)) == 1


def test_where_one_of_several_has_looked_a_line_says_who(site: Site, server: Meddler, reporter: Reporter) -> None:
    identity = site.cards[SECRETARIS].bundle.identity
    server.meddle = bundles(lambda bundle: bundle.last or bundle.identity == identity)
    reporter.visit(site.address("nl", server.url))
    reporter.choose("fraude")
    reporter.press("about")
    reporter.at("readers")
    assert reporter.part("readers", "few") == ALONE


def test_where_all_have_looked_there_is_no_line_and_beside_each_name_their_week(
    site: Site, server: Meddler, reporter: Reporter
) -> None:
    for who, _ in site.people:
        site.run(who, "sync")
    reporter.visit(site.address("nl", server.url))
    reporter.choose("fraude")
    reporter.press("about")
    reporter.at("readers")
    assert reporter.evaluate("root.querySelector('[data-part=few]').hidden")
    read = "Array.from(root.querySelectorAll('section[data-step=readers] .choice .hint'), (one) => one.textContent)"
    hints = reporter.evaluate(read)
    begin = nl("Last checked in the week of {day}.", day="").rstrip(".")
    assert len(hints) == len(site.people)
    assert all(hint.startswith(begin) for hint in hints)


def test_a_date_that_cannot_be_right_is_shown_beside_that_of_the_device(
    site: Site, server: Meddler, reporter: Reporter
) -> None:
    server.meddle = bundles(lambda bundle: True, days=3)
    reporter.visit(site.address("nl", server.url))
    reporter.press("start", "write")
    reporter.at("stale")
    years = [word for word in reporter.part("stale", "clock").replace(".", "").split() if word.isdecimal()]
    assert len(years) == 4  # day and year of either
