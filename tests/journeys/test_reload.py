"""Reload, the back button and a second tab break nothing, and bring no word of the input back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.journeys.reporter import nl
from tests.journeys.site import SECRETARIS

if TYPE_CHECKING:
    from tests.journeys.reporter import Reporter
    from tests.journeys.site import Site

ANEW = nl("The page was reloaded. It keeps nothing: anything you typed but did not send is gone.")
TEXT = "Dit woord blijft nergens."
SEEN = "document.documentElement.outerHTML + document.querySelector('#stage').shadowRoot.innerHTML"
VALUES = "Array.from(root.querySelectorAll('input, textarea'), (one) => one.value).join()"


def has_forgotten(reporter: Reporter, *words: str) -> None:
    """Hold that the page is at its beginning and has none of these words, not in an empty form either."""
    reporter.ready()
    assert reporter.step() == "start"
    for step, back in (("write", ("write", "readers", "about", "topic")), ("enter", ("enter",))):
        if step == "write":
            reporter.begin()
        else:
            reporter.press("start", step)
            reporter.at(step)
        seen = reporter.browser.evaluate(SEEN) + reporter.evaluate(VALUES)
        assert [word for word in words if word in seen] == []
        for one in back:
            reporter.at(one)
            reporter.press(one, "back")
        reporter.at("start")


def test_reload_forgets_what_was_typed(site: Site, reporter: Reporter) -> None:
    reporter.visit(site.address("nl"))
    reporter.begin()
    reporter.write(TEXT)
    reporter.browser.reload()
    reporter.ready()
    assert reporter.part("start", "anew") == ANEW
    has_forgotten(reporter, TEXT)
    reporter.begin()
    reporter.fill("write", TEXT)
    code = reporter.review()
    reporter.browser.reload()
    has_forgotten(reporter, TEXT, code, code[-4:] + "</span>")
    reporter.report(TEXT)


def test_back_and_forward_forget_what_was_typed(site: Site, reporter: Reporter) -> None:
    reporter.visit(site.address("nl"))
    code = reporter.report(TEXT)
    reporter.press("sent", "talk")
    reporter.at("talk")
    reporter.browser.type("#stage >>> #answer", "Een half antwoord.")
    reporter.browser.goto(f"{site.url}/nl/how")
    assert reporter.browser.back()
    has_forgotten(reporter, TEXT, code, "Een half antwoord.")
    assert reporter.browser.url == site.address("nl")
    reporter.open(code)
    assert reporter.said() == [TEXT]


def test_a_second_tab_knows_nothing_of_the_first_and_both_work(site: Site, reporter: Reporter) -> None:
    site.news(SECRETARIS)
    reporter.visit(site.address("nl"))
    reporter.begin()
    reporter.write(TEXT)
    first, second = reporter.browser.tab, reporter.browser.open_tab()
    reporter.visit(site.address("nl"))
    has_forgotten(reporter, TEXT)
    reporter.report("Uit de tweede tab.")
    reporter.browser.show_tab(first)
    assert reporter.browser.value("#stage >>> #story") == TEXT
    reporter.send(reporter.review())
    reporter.at("sent")
    reporter.browser.show_tab(second)
    reporter.press("sent", "talk")
    reporter.at("talk")
    assert reporter.said() == ["Uit de tweede tab."]
    assert len(site.news(SECRETARIS)) == 2
