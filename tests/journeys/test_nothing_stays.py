"""A whole visit leaves no cookie, no storage and one entry in the history, and asks no other host for anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.journeys.browser import Stored
from tests.journeys.meddling import Answer, Asked, Meddler
from tests.journeys.reporter import nl

if TYPE_CHECKING:
    from tests.journeys.meddling import Forward
    from tests.journeys.reporter import Reporter
    from tests.journeys.site import Site

NOTHING = Stored(local={}, session={}, databases=[], caches=[], workers=[], cookies={})
NO_DIGEST = "A" * 43
PAGES = ("nl/how", "nl/others", "nl/file", "en/", "en/how", "nl/no-such-page", "no-such-page")


def headers_of(answer: Answer) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.headers}


def is_silent(address: str, referrer: str, origin: str) -> bool:
    """Say whether a request tells nothing of where somebody came from.

    For what a worker brings in, Firefox names the worker's own script whatever the rules say: that is the same for
    everyone, and no page.
    """
    return referrer == "" or ("/static/sealing." in address and referrer.startswith(f"{origin}/static/worker."))


def whole_way(reporter: Reporter, address: str) -> None:
    reporter.visit(address)
    reporter.report("Een melding.")
    reporter.press("sent", "talk")
    reporter.at("talk")
    reporter.answer("Nog iets.")
    reporter.press("talk", "again")
    reporter.browser.wait_until(f"document.querySelector('#status').textContent === '{nl('There is nothing new.')}'")


def test_the_whole_way_is_one_entry_in_the_history_and_nothing_in_storage(site: Site, reporter: Reporter) -> None:
    reporter.browser.goto(f"{site.url}/nl/how")
    before = reporter.browser.history_length()
    whole_way(reporter, site.address("nl"))
    assert reporter.browser.history_length() == before + 1
    assert reporter.browser.url == site.address("nl")
    assert reporter.browser.title == "Contact – Voorbeeldstichting"
    assert reporter.browser.evaluate("[history.state, name, document.cookie]") == [None, "", ""]
    assert reporter.browser.stored() == NOTHING


def test_only_our_own_server_is_asked_and_told_no_cookie_and_no_referrer(site: Site, reporter: Reporter) -> None:
    whole_way(reporter, site.address("nl"))
    requests = [request for request in reporter.browser.requests() if not request.url.startswith("data:")]
    assert {"GET", "POST"} == {request.method for request in requests}
    for request in requests:
        assert request.url.startswith(f"{site.url}/"), request.url
        assert "cookie" not in request.headers
        assert is_silent(request.url, request.headers.get("referer", ""), site.url)
        # What a browser resolves or opens ahead is no request of the page: so it says of none.
        assert "link" not in request.response_headers


def test_every_answer_forbids_to_keep_it_and_to_run_what_is_not_ours(site: Site, reporter: Reporter) -> None:
    with Meddler(site.port) as wire:
        whole_way(reporter, site.address("nl", wire.url))
        for page in PAGES:
            reporter.browser.goto(f"{wire.url}/{page}")
        for path in ("chain", "bundles", "mailbox?after=0", f"log?after=0.{NO_DIGEST}", "rosters/1", "rosters/9"):
            reporter.browser.evaluate(f"fetch('/{path}').then(({{ status }}) => status)")
        assert {answer.status for _, answer in wire.passed} == {200, 201, 404}
        for asked, answer in wire.passed:
            headers = headers_of(answer)
            assert headers["cache-control"] == "no-store", asked.path
            assert "set-cookie" not in headers, asked.path
            assert "unsafe-" not in headers["content-security-policy"], asked.path
            assert "default-src 'none'" in headers["content-security-policy"], asked.path
            assert headers["referrer-policy"] == "no-referrer", asked.path
            told = {name.lower(): value for name, value in asked.headers}
            assert "cookie" not in told, asked.path
            assert is_silent(asked.path, told.get("referer", ""), wire.url), asked.path


def test_the_policy_is_the_browsers_own(site: Site, reporter: Reporter) -> None:
    """What the header says is obeyed: an element with script in it does nothing, and no other host is reached."""
    with Meddler(site.port) as wire, Meddler(site.port) as other:
        reporter.visit(site.address("nl", wire.url))
        added = "Object.assign(document.createElement('script'), { textContent: 'window.ran = true' })"
        reporter.browser.evaluate(f"void document.body.append({added})")
        assert reporter.browser.evaluate("window.ran ?? false") is False
        reached = f"fetch('{other.url}/chain', {{ mode: 'no-cors' }}).then(() => true, () => false)"
        assert reporter.browser.evaluate(reached) is False
        assert other.asked == []


def test_a_redirect_is_followed_nowhere(site: Site, reporter: Reporter) -> None:
    """A server that sends the sealed report on to another host learns that the page does not go."""
    with Meddler(site.port) as wire, Meddler(site.port) as other:

        def send_on(asked: Asked, forward: Forward) -> Answer | None:
            if asked.method != "POST":
                return forward(asked)
            return Answer(307, (("Location", f"{other.url}/envelopes"),), b"")

        wire.meddle = send_on
        reporter.visit(site.address("nl", wire.url))
        reporter.begin()
        reporter.fill("write", "Niet voor een ander.")
        reporter.send(reporter.review())
        assert reporter.mistakes("review")
        assert other.asked == []
