"""The page of a language is one page: the same bytes for whoever asks, with whatever, whenever."""

from __future__ import annotations

import gzip
import hashlib
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

import brotli
import pytest

from tests.journeys.browser import Browser, Kind
from tests.journeys.site import POLICY

if TYPE_CHECKING:
    from tests.journeys.site import Site

AGENTS = (
    {},
    {"User-Agent": "Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0", "Accept-Encoding": "br"},
    {"User-Agent": "curl/8.5.0", "Accept-Encoding": "gzip", "Cookie": "a=b", "Accept-Language": "tr"},
    {"X-Forwarded-For": "192.0.2.7", "Referer": "https://intranet.example/", "Accept-Encoding": "gzip;q=0, br;q=0"},
)
KINDS: tuple[Kind, ...] = ("chromium", "firefox")
DECODED = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}
DIGEST = """
    fetch("{path}").then((answer) => answer.arrayBuffer()).then((raw) => crypto.subtle.digest("SHA-256", raw))
        .then((digest) => Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join(""))
"""


def fetched(url: str, headers: dict[str, str]) -> str:
    """Return the digest of a page as this agent gets it, decoded."""
    with urlopen(Request(url, headers=headers), timeout=60) as answer:
        return hashlib.sha256(DECODED[answer.headers["Content-Encoding"]](answer.read())).hexdigest()


@pytest.mark.parametrize("language", POLICY.languages)
def test_the_page_differs_for_no_visitor(own_site: Site, language: str) -> None:
    paths = [f"/{language}/{page}" for page in ("", "how", "others", "file", "offline.html")]
    found = {path: {fetched(own_site.url + path, headers) for headers in AGENTS} for path in paths}
    for kind in KINDS:
        with Browser(kind) as browser:
            browser.goto(f"{own_site.url}/{language}/others")
            for path in paths:
                found[path].add(browser.evaluate(DIGEST.format(path=path)))
    # Another worker of the server, begun at another time, gives them as well.
    own_site.stop()
    own_site.start()
    for path in paths:
        found[path] |= {fetched(own_site.url + path, headers) for headers in AGENTS}
    assert {path: len(digests) for path, digests in found.items()} == dict.fromkeys(paths, 1)
