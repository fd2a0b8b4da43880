"""Every answer of the real server carries the same headers, and nothing by which a visitor is known again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropbox.headers import DOCUMENT_HEADERS, HEADERS
from keys.roster.weeks import until_of
from keys.wire.canonical import b64
from tests.dropbox.postings import opaque_case
from tests.dropbox.serving import log_path

if TYPE_CHECKING:
    from tests.dropbox.serving import Server
    from tests.organisation import Organisation

ASKED = (
    ("GET", "/"),
    ("GET", "/nl/"),
    ("HEAD", "/nl/"),
    ("GET", "/none"),
    ("GET", "/static/none.js"),
    ("GET", "/chain"),
    ("GET", "/bundles"),
    ("GET", "/rosters/1"),
    ("GET", "/texts/none"),
    ("GET", "/rosters/7"),
    ("GET", "/log"),
    ("GET", "/mailbox?after=0"),
    ("GET", "/mailbox/1/0"),
    ("POST", "/envelopes"),
    ("POST", "/chain"),
    ("POST", "/bundles"),
    ("POST", "/nl/file"),
    ("DELETE", "/nl/"),
    ("OPTIONS", "/envelopes"),
    ("TRACE", "/"),
)
OTHERS = {
    "Allow",
    "Connection",
    "Content-Encoding",
    "Content-Length",
    "Content-Type",
    "Date",
    "Location",
    "Server",
    "Vary",
}


def test_every_answer_has_the_same_headers_and_no_cookie(founded: tuple[Server, Organisation]) -> None:
    server, organisation = founded
    known = {"Cookie": "a=b", "Origin": "https://other.example", "Accept-Encoding": "br"}
    answers = [server.request(method, path, headers=known) for method, path in ASKED]
    answers.append(server.post("/envelopes", opaque_case(until_of(organisation.today)).raw))
    answers.append(server.get(log_path(organisation), organisation.log_capability))
    answers.extend(server.get(f"/texts/{b64(digest)}") for digest in organisation.texts)
    for answer in answers:
        assert answer.headers.items() >= HEADERS.items()
        of_a_page = answer.headers.get("Content-Type", "").startswith("text/html")
        allowed = OTHERS | (set(DOCUMENT_HEADERS) if of_a_page else set())
        assert set(answer.headers) - set(HEADERS) <= allowed
        assert not of_a_page or answer.headers.items() >= DOCUMENT_HEADERS.items()
        assert answer.headers["Server"] == "meldbus"


def test_nothing_is_cached_framed_or_loaded_from_elsewhere() -> None:
    assert HEADERS["Cache-Control"] == "no-store"
    assert HEADERS["Referrer-Policy"] == "no-referrer"
    policy = dict(part.split(" ", 1) for part in HEADERS["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert set(policy.values()) == {"'none'", "'self'"}


def test_answers_that_depend_on_a_capability_are_never_compressed(founded: tuple[Server, Organisation]) -> None:
    server, organisation = founded
    case = opaque_case(until_of(organisation.today))
    packed = {"Accept-Encoding": "br, gzip, deflate, zstd"}
    for path in ("/log", "/mailbox?after=0", "/bundles"):
        answer = server.request("GET", path, headers=packed)
        assert "Content-Encoding" not in answer.headers
    assert server.post("/envelopes", case.raw).status == 201
