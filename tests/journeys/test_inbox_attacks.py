"""The inbox in real browsers under attack: hostile reports, pages of the web, and whoever gets the disk later."""

from __future__ import annotations

import secrets
import threading
import time
import zipfile
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from keys.wire.canonical import repair
from keys.wire.messages import Identity
from tests.journeys.browser import Browser
from tests.journeys.inbox import BOARD_1, SECRETARIS, Inbox, inbox, open_office
from tests.journeys.profile import traces
from tests.keys.cli import CommandLine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.journeys.browser import Kind
    from tests.keys.office import Office

UNTIL_THE_SESSION_IS_WRITTEN = 30

HOSTILE = {
    "script": "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">",
    "markup": "</div></li></ol><form action=https://evil.example><button>Klik</button></form><style>*{display:none}",
    "link": "https://evil.example/ javascript:document.title='owned' <a href='javascript:1'>hier</a>",
    "template": "{{ config }} {% for x in y %} ${7*7} %(name)s %s {0}",
    "direction": "foto\u202egpj.exe \u2066omgekeerd\u2069 \u200f\u061c \ufeff",
    "terminal": "\x1b[2J\x1b]0;owned\x07\x9b31m \r overschreven",
    "nulls": "een\x00twee\x01\x7f",
    "surrogates": "half \ud83d en \udc00 los",
    "spoof": "--- 2026-03-02 · Secretaris (secretaris) · acknowledgement\nALARM: dit is echt.",
    "wide": "W" * 20_000,
    "long": "\n" * 49_000 + "einde",
    "combining": "Z" + "\u0301" * 5_000,
}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return open_office(tmp_path)


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_report_harms_neither_inbox_nor_command_line(office: Office, chromium: Browser, what: str) -> None:
    text = HOSTILE[what]
    receipt = office.report(
        text,
        topic="anders",
        others=text[:200],
        answers={"wens": text[:200]},
        attachments=[office.attachment(repair(text[:80]), bomb(), repair(text[:40]))],
    )
    office.answer(receipt, text)
    office.answer(receipt, text)
    with inbox(office, SECRETARIS, chromium) as secretaris:
        secretaris.open_case()
        looks_as_ever(secretaris)
        chromium.viewport(390, 800)
        assert chromium.evaluate("document.documentElement.scrollWidth") <= 390
        chromium.viewport(1280, 800)
        secretaris.act("reply", kind="answer", text="Dank je.")
        looks_as_ever(secretaris)
        secretaris.search("e")
        assert [line for line in chromium.console() if "favicon" not in line] == []
        assert all(request.url.startswith((secretaris.serving.auth.origin, "data:")) for request in chromium.requests())
    line = CommandLine(office)
    number = line.number()
    shown = line.done("read", "--not-involved", number).output
    assert not any(unseen in shown for unseen in "\x1b\x9b\x07\x00\r\u202e\u2066\ufeff")
    ours = [row for row in shown.splitlines() if row.startswith(("---", "ALARM"))]
    assert len(ours) == 5
    assert line.run("list").exit_code == 0
    assert "\\u001b" in line.done("read", "--json", number).stdout or what != "terminal"


def looks_as_ever(inbox: Inbox) -> None:
    """Say that a case's page has our own parts alone, and that nothing of a stranger ran or leads anywhere."""
    browser = inbox.browser
    assert browser.title == "Meldbus"
    assert browser.evaluate("document.querySelectorAll('script').length") == 1
    assert browser.evaluate("document.querySelectorAll('style, img, iframe, object, embed').length") == 0
    links = browser.evaluate("[...document.querySelectorAll('a[href], form')].map((one) => one.href ?? one.action)")
    assert all(link.startswith(inbox.home) for link in links)
    assert browser.evaluate("document.querySelectorAll('.talk .message').length") >= 2
    assert not any(hidden in browser.text("main") for hidden in "\u202e\u2066\u200f\ufeff\x1b\x00")
    assert browser.evaluate("document.querySelector('header').getBoundingClientRect().height") < 100


def bomb() -> bytes:
    """Return a small archive that would unpack to much."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x", bytes(2**24))
    return packed.getvalue()


@contextmanager
def evil_site(page: str) -> Iterator[str]:
    """Serve a page of the web, as far as a browser can tell: another origin."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f"<!doctype html><title>evil</title><p id=done hidden>done</p>{page}".encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def asked(inbox: Inbox) -> list[int | None]:
    """Return how the inbox answered what other pages asked for."""
    return [one.status for one in inbox.browser.requests() if one.url.startswith(inbox.serving.auth.origin)]


def test_another_tab_can_neither_read_nor_lock_the_inbox(office: Office, browser: Browser) -> None:
    office.report("SENTINEL melding", topic="anders")
    with inbox(office, SECRETARIS, browser) as secretaris:
        page = f"""<form method=post action="{secretaris.home}lock"><button>x</button></form><script>
            fetch("{secretaris.home}", {{ credentials: "include" }}).then((answer) => answer.text())
              .then((text) => document.title = text, () => document.title = "refused")
              .then(() => document.querySelector("#done").hidden = false)</script>"""
        with evil_site(page) as evil:
            browser.open_tab()
            browser.goto(evil)
            browser.wait_for("#done")
            assert browser.title == "refused"
            browser.click("button")
            browser.wait_until("document.body.innerText.includes('own link alone')")
            assert not secretaris.serving.holder.is_locked
            browser.close_tab()
            browser.show_tab(secretaris.tab)


def test_no_page_puts_the_inbox_into_a_frame(office: Office, browser: Browser) -> None:
    office.report("SENTINEL melding", topic="anders")
    with inbox(office, SECRETARIS, browser) as secretaris:
        page = f'<iframe src="{secretaris.home}" onload="document.querySelector(`#done`).hidden = false"></iframe>'
        with evil_site(page) as evil:
            browser.open_tab()
            browser.forget()
            browser.goto(evil)
            if browser.kind == "chromium":
                browser.wait_for("#done")
            else:
                time.sleep(2)
            assert set(asked(secretaris)) <= {403, None}
            browser.close_tab()
            browser.show_tab(secretaris.tab)


def test_a_name_that_was_made_to_mean_this_machine_gets_nothing(office: Office) -> None:
    """DNS rebinding: the browser takes another name for 127.0.0.1 and our pages for that name's own."""
    office.report("SENTINEL melding", topic="anders")
    with (
        Browser("chromium", args=("--host-resolver-rules=MAP evil.example 127.0.0.1",)) as browser,
        inbox(office, SECRETARIS, browser) as secretaris,
    ):
        port = secretaris.serving.auth.port
        browser.open_tab()
        for path in (secretaris.serving.auth.path, "", f"{secretaris.serving.auth.path}/state"):
            assert browser.goto(f"http://evil.example:{port}/{path}") == 403
            assert "SENTINEL" not in browser.html
        ticket = secretaris.serving.auth.link().rpartition("/")[2]
        assert browser.goto(f"http://evil.example:{port}/enter/{ticket}") == 403
        browser.close_tab()
        browser.show_tab(secretaris.tab)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["chromium", "firefox"])
def test_nothing_of_a_case_is_in_clear_on_the_disk(office: Office, kind: Kind) -> None:
    texts = {what: f"Sentinel {what} {secrets.token_hex(8)}" for what in ("report", "reply", "typed", "search", "note")}
    receipt = office.report(texts["report"], topic="anders")
    office.say(receipt, Identity("Sentinel naam"))
    with Browser(kind) as browser:
        with inbox(office, SECRETARIS, browser) as secretaris:
            [number] = secretaris.numbers()
            secretaris.open_case()
            assert texts["report"] in secretaris.words()
            secretaris.act("reply", kind="answer", text=texts["reply"])
            secretaris.act("note", text=texts["note"])
            secretaris.open_form("form[action$='/identity']")
            browser.type("#identity-text", texts["typed"])
            secretaris.search(texts["search"])
            secretaris.open_case()
            secretaris.open_form("form[action$='/note']")
            browser.type("#note-text", texts["typed"])
            time.sleep(UNTIL_THE_SESSION_IS_WRITTEN)
            wanted = [*texts.values(), "Sentinel naam", number]
            assert traces(office.folder / SECRETARIS, wanted) == {}
            assert traces(browser.profile, wanted) == {}
            browser.kill()
            assert traces(browser.profile, wanted) == {}
        assert traces(office.folder / SECRETARIS, wanted) == {}


def test_a_board_member_sees_only_what_reached_them(office: Office, chromium: Browser) -> None:
    office.report("SENTINEL zonder dit lid", [BOARD_1], topic="anders")
    with inbox(office, BOARD_1, chromium) as board:
        assert board.numbers() == []
        board.search("SENTINEL")
        assert board.numbers() == []
