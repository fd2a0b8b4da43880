"""The reporter's pages as they are served: compressed, found by path, and the same for everyone."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

HTML = "text/html; charset=utf-8"

SERVED = ("form", "worker", "sealing")  # the bundles that a page loads
SCRIPTS = (*SERVED, "offline")  # all bundles of the build

# The results of posting a sealed file: "stored", a refusal of SPEC 13.1, or "fault" for anything else.
RESULTS = (
    "stored",
    "malformed",
    "unsupported",
    "unknown",
    "conflict",
    "until",
    "too-large",
    "type",
    "stamp",
    "not-ready",
    "clock",
    "full",
    "fault",
)


@dataclass(frozen=True, slots=True)
class Page:
    """The content of one address, compressed in advance in both encodings; `kind` is the media type."""

    kind: str
    gzip: bytes
    brotli: bytes

    @property
    def body(self) -> bytes:
        """The uncompressed bytes, recomputed each time: every browser accepts compressed ones."""
        return gzip.decompress(self.gzip)

    def encoded(self, accept_encoding: str) -> tuple[bytes, str | None]:
        """Return the bytes to send and their `Content-Encoding`, None for the body as it is.

        `accept_encoding` is the request's header, "" without one (RFC 9110, 12.5.3).
        """
        accepted = _accepted(accept_encoding)
        if "br" in accepted:
            return self.brotli, "br"
        if "gzip" in accepted:
            return self.gzip, "gzip"
        return self.body, None


@dataclass(frozen=True, slots=True)
class Site:
    """All pages, by path; the same for everyone."""

    languages: tuple[str, ...]
    pages: Mapping[str, Page]
    results: Mapping[tuple[str, str], Page]
    missing_pages: Mapping[str, Page]

    @property
    def home(self) -> str:
        """The path to which `/` redirects: the form in the policy's first language."""
        return f"/{self.languages[0]}/"

    def find(self, path: str) -> Page | None:
        """Return the page at `path`, or None."""
        return self.pages.get(path)

    def result(self, language: str, code: str) -> Page:
        """Return the page with the result of posting a file; a `code` not in RESULTS is a "fault"."""
        return self.results.get((language, code)) or self.results[language, "fault"]

    def missing(self, language: str | None) -> Page:
        """Return the page for an address that does not exist; None selects the first language."""
        return self.missing_pages[language or self.languages[0]]


@dataclass(frozen=True, slots=True)
class OfflineAnswers:
    """The data that an offline page contains: answers of a server by path, also those by language, and its last day."""

    answers: Mapping[str, bytes]
    texts: Mapping[str, Mapping[str, bytes]]
    until: int


def _accepted(header: str) -> set[str]:
    """Return the codings that the header names with a weight above zero."""
    found = set()
    for part in header.lower().split(","):
        coding, _, weight = part.replace(" ", "").partition(";q=")
        if weight.rstrip("0.") or not weight:
            found.add(coding)
    return found
