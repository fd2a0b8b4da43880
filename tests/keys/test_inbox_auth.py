"""Authentication of the inbox: only the browser of the link may access it, and no web page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from keys.inbox import IDLE_SECONDS
from keys.inbox.session import LockedOut
from tests.keys.office import PASSPHRASE
from tests.keys.window import PORT, Window, words

if TYPE_CHECKING:
    from tests.keys.office import Office

TEXT = "SENTINEL-melding"


@pytest.fixture
def window(office: Office) -> Window:
    office.report(TEXT, topic="anders")
    return Window(office).open()


def test_a_link_works_once_and_a_new_one_ends_the_session_before(window: Window) -> None:
    link = window.auth.link().removeprefix(window.auth.origin)
    typed = window.headers() | {"Sec-Fetch-Site": "none"}
    other = window.app.test_client()
    assert other.get(link, headers=typed).status_code == 200
    assert window.app.test_client().get(link, headers=typed).status_code == 403
    assert other.get(window.home, headers=window.headers()).status_code == 200
    assert window.get("").status_code == 403


def test_an_older_link_works_no_more(window: Window) -> None:
    first = window.auth.link().removeprefix(window.auth.origin)
    window.auth.link()
    assert window.client.get(first, headers=window.headers()).status_code == 403


def test_a_wrong_ticket_opens_nothing(window: Window) -> None:
    window.auth.link()
    for ticket in ("", "x", "é"):
        assert window.client.get(f"/enter/{ticket}", headers=window.headers()).status_code in (403, 404)
    assert window.get("").status_code == 200


def test_without_the_cookie_nothing_is_shown(window: Window) -> None:
    stranger = window.app.test_client()
    for path in ("", "state", "help", "static/inbox.css"):
        answer = stranger.get(window.home + path, headers=window.headers())
        assert answer.status_code == 403
        assert "SENTINEL" not in answer.text
    for path in ("unlock", "lock", "sync", "search"):
        assert stranger.post(window.home + path, headers=window.headers("POST")).status_code == 403
    assert not window.holder.is_locked


def test_another_host_name_is_turned_away(window: Window) -> None:
    """DNS rebinding: a web page whose name was made to resolve to 127.0.0.1."""
    for host in ("evil.example", f"evil.example:{PORT}", "127.0.0.1", f"localhost:{PORT}", f"127.0.0.1:{PORT + 1}", ""):
        assert window.get("", Host=host).status_code == 403
        ticket = window.auth.link().removeprefix(window.auth.origin)
        assert window.client.get(ticket, headers=window.headers() | {"Host": host}).status_code == 403


def test_another_tab_cannot_send_a_form(window: Window) -> None:
    [link] = window.cases().values()
    for headers in (
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "none"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": f"http://localhost:{PORT}"},
    ):
        assert window.post("lock", **headers).status_code == 403
        assert window.post(f"{link}/open", **headers).status_code == 403
    nothing = {name: value for name, value in window.headers("POST").items() if not name.startswith(("Sec", "Origin"))}
    assert window.client.post(f"{window.home}lock", headers=nothing).status_code == 403
    assert not window.holder.is_locked
    with window.holder.use() as session:
        [case] = session.recipient.cases()
    assert not case.opened_by


def test_another_page_can_neither_link_to_us_nor_frame_us(window: Window) -> None:
    assert window.get("", Sec_Fetch_Site="cross-site").status_code == 403
    assert window.get("", Sec_Fetch_Site="same-site").status_code == 403
    for destination in ("iframe", "frame", "object", "embed", "worker", "audio"):
        assert window.get("", Sec_Fetch_Dest=destination).status_code == 403
    headers = window.get("").headers
    assert headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_every_answer_is_kept_by_nobody_and_brings_nothing_of_elsewhere(window: Window) -> None:
    [link] = window.cases().values()
    answers = [window.get(path) for path in ("", "help", "state", link, "nowhere")] + [window.post("search")]
    answers += [window.get("", Host="evil.example"), window.enter(), window.get("static/inbox.js")]
    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; ")
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        if answer.mimetype == "text/html":
            assert not re.findall(r"(?:https?:)?//[^\s\"']+", answer.text)


def test_the_session_is_no_scripts_affair_and_goes_nowhere_else(window: Window) -> None:
    cookie = window.enter().headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert f"Path=/{window.auth.path}" in cookie
    assert "Expires" not in cookie
    assert "Max-Age" not in cookie


def test_a_wrong_passphrase_opens_nothing_and_says_so(office: Office) -> None:
    window = Window(office)
    window.enter()
    refused = window.unlock("een ander")
    assert refused.status_code == 400
    assert 'role="alert"' in refused.text
    assert window.holder.is_locked
    assert "The inbox is locked" in window.read("")
    with pytest.raises(LockedOut), window.holder.use():
        pass


def test_it_locks_itself_when_nobody_comes(window: Window) -> None:
    [link] = window.cases().values()
    window.ticks += IDLE_SECONDS - 1
    assert window.get("").status_code == 200
    window.ticks += IDLE_SECONDS - 1
    assert window.get("state").json["locked"] is False
    window.ticks += 1
    assert window.get("state").json["locked"] is True
    for path in (link, "help"):
        answer = window.get(path)
        assert answer.status_code == 303
        assert answer.headers["Location"] == window.home
    assert "The inbox is locked" in window.read("")
    assert window.post(f"{link}/note", {"text": "iets"}).status_code == 303
    assert window.unlock().status_code == 303
    assert window.get(link).status_code == 404  # the address of a case is then different


def test_whoever_types_is_there(window: Window) -> None:
    for _ in range(3):
        window.ticks += IDLE_SECONDS - 1
        assert window.get("state?active=yes").json["locked"] is False
    window.ticks += IDLE_SECONDS
    assert window.get("state?active=yes").json["locked"] is True
    assert window.holder.is_locked


def test_a_page_for_a_stranger_does_not_tell_the_path(window: Window) -> None:
    refused = window.get("", Host="evil.example")
    assert refused.status_code == 403
    assert window.auth.path not in refused.text


def test_a_second_program_cannot_open_the_vault_meanwhile(window: Window, office: Office) -> None:
    other = Window(office)
    other.enter()
    refused = other.unlock()
    assert refused.status_code == 400
    assert "Another `meldbus` may have it open" in words(refused)


def test_the_passphrase_is_tried_without_touching_a_case(window: Window) -> None:
    assert "That is right." in words(window.post("check", {"passphrase": PASSPHRASE}))
    wrong = window.post("check", {"passphrase": "een ander"})
    assert wrong.status_code == 400
    assert not window.holder.is_locked


def test_a_body_that_is_too_long_is_refused(window: Window) -> None:
    answer = window.post("search", {"query": "x" * (2 * 2**20)})
    assert answer.status_code == 413
