"""The reporter's pages, built ahead from the release and the signed policy; it never sees a request or a visitor."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import brotli
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dropbox.i18n import MissingTextError, dated, shipped, translations
from keys.policy import Policy, date_of

if TYPE_CHECKING:
    from collections.abc import Mapping

TEMPLATES = Path(__file__).parent.parent / "templates"
HTML = "text/html; charset=utf-8"

# What each language has below its own folder: the path's last part and the template.
DOCUMENTS = {"": "form.html", "how": "how.html", "others": "others.html", "file": "file.html"}

SERVED = ("form", "worker", "sealing")  # the bundles that a page names
SCRIPTS = (*SERVED, "offline")  # all that have to be built

# What posting a sealed file can end in: "stored", a refusal of SPEC 13.1, or "fault" for whatever else.
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
    "full",
    "fault",
)


@dataclass(frozen=True, slots=True)
class Page:
    """The bytes of one address, and the same compressed ahead; `kind` is the media type."""

    kind: str
    body: bytes
    gzip: bytes
    brotli: bytes

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
    """Every page there is, by its path; the same for everyone."""

    languages: tuple[str, ...]
    pages: Mapping[str, Page]
    results: Mapping[tuple[str, str], Page]
    missing_pages: Mapping[str, Page]

    @property
    def home(self) -> str:
        """The path that `/` leads to: the form in the policy's first language."""
        return f"/{self.languages[0]}/"

    def find(self, path: str) -> Page | None:
        """Return the page at `path`, or None."""
        return self.pages.get(path)

    def result(self, language: str, code: str) -> Page:
        """Return the page that tells what came of a posted file; a `code` not in RESULTS is a "fault"."""
        return self.results.get((language, code)) or self.results[language, "fault"]

    def missing(self, language: str | None) -> Page:
        """Return the page for an address that does not exist; None means the first language."""
        return self.missing_pages[language or self.languages[0]]


@dataclass(frozen=True, slots=True)
class OfflineAnswers:
    """What a page that is saved has to bring: answers of a server by path, also those by language; its last day."""

    answers: Mapping[str, bytes]
    texts: Mapping[str, Mapping[str, bytes]]
    until: int


@dataclass(frozen=True, slots=True)
class OfflinePage:
    """What stands in a page that needs no network, in place of what others fetch; `until` is in the page's language."""

    style: str
    form: str
    worker: str
    kept: str
    csp: str
    until: str
    address: str


def offline_pages(policy: Policy, scripts: Path, kept: OfflineAnswers, address: str) -> Mapping[str, Page]:
    """Build the page that works from the disk, by language; `address` is the origin that its file is sent to.

    Raises FileNotFoundError without the scripts.
    """
    style = _coloured((TEMPLATES / "static" / "style.css").read_bytes(), policy).decode()
    form, worker = ((scripts / f"{name}.js").read_text("utf-8") for name in ("form", "offline"))
    for text in (style, form, worker):
        _check_stays_inside(text)
    csp = (
        f"default-src 'none'; script-src {_source(form)}; style-src {_source(style)}; worker-src blob:; "
        "base-uri 'none'; form-action 'none'"
    )
    pages = {}
    for language in offered(policy):
        until = dated(date_of(kept.until), language)
        answers = {**kept.answers, **kept.texts[language]}
        data = json.dumps({path: base64.b64encode(answer).decode() for path, answer in answers.items()})
        inside = OfflinePage(style, form, worker, f"self.kept = {data};\n", csp, until, address)
        pages[language] = _Printer(language, offered(policy), policy, {}).page("form.html", "", offline=inside)
    return MappingProxyType(pages)


def build(policy: Policy | None, scripts: Path) -> Site:
    """Build all pages; without a policy (no roster yet), those that say that it is not ready.

    `scripts` is the folder of the bundled SCRIPTS. Raises FileNotFoundError without them: run `make build`.
    """
    static = TEMPLATES / "static"
    style = (static / "style.css").read_bytes()
    assets = {
        "style": _asset("style.css", "text/css; charset=utf-8", style if policy is None else _coloured(style, policy)),
        "icon": _asset("icon.svg", "image/svg+xml", (static / "icon.svg").read_bytes()),
    }
    for name in SERVED:
        asset = _asset(f"{name}.js", "text/javascript; charset=utf-8", (scripts / f"{name}.js").read_bytes())
        assets[name] = asset
    if policy is not None and policy.look.logo:
        assets["logo"] = _asset("logo.png", "image/png", _logo(policy))
    paths = {name: path for name, (path, _) in assets.items()}
    pages = dict(assets.values())
    results, missing = {}, {}
    languages = tuple(shipped()) if policy is None else offered(policy)
    for language in languages:
        printer = _Printer(language, languages, policy, paths)
        for slug, template in DOCUMENTS.items():
            if policy is not None:
                pages[f"/{language}/{slug}"] = printer.page(template, slug)
        if policy is None:
            pages[f"/{language}/"] = printer.page("not-ready.html", "")
        for code in RESULTS:
            results[language, code] = printer.page("result.html", "" if policy is None else "file", code)
        missing[language] = printer.page("missing.html", None)
    return Site(languages, MappingProxyType(pages), MappingProxyType(results), MappingProxyType(missing))


def offered(policy: Policy) -> tuple[str, ...]:
    """Return the policy's languages that this release has pages in; raise MissingTextError without any."""
    known = shipped()
    found = tuple(tag for tag in policy.languages if tag in known)
    if not found:
        raise MissingTextError(", ".join(policy.languages))
    return found


class _Printer:
    """Prints templates in one language."""

    def __init__(
        self, language: str, languages: tuple[str, ...], policy: Policy | None, assets: Mapping[str, str]
    ) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        self._environment.policies["ext.i18n.trimmed"] = True
        # The extension adds this method when it is loaded, unknown to the type checker.
        self._environment.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
        known = shipped()
        self._environment.globals.update(
            lang=language,
            direction=known[language].direction,
            languages=[(tag, known[tag].name) for tag in languages],
            unread=known[language].unread,
            ready=policy is not None,
            organisation="" if policy is None else policy.organisation,
            policy=policy,
            assets=assets,
        )

    def page(self, template: str, slug: str | None, code: str = "", offline: OfflinePage | None = None) -> Page:
        """Print one page; `slug` is the last part of its path, None where it has no path of its own."""
        text = self._environment.get_template(template).render(slug=slug, code=code, offline=offline)
        return compressed(HTML, text.encode())


def _check_stays_inside(text: str) -> None:
    """Raise ValueError for a script or a style whose element would end before it does."""
    if "</script" in text or "</style" in text or "<!--" in text:
        raise ValueError("cannot stand in a page")


def _source(text: str) -> str:
    """Return how a policy names a script or a style that stands in the page."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _coloured(style: bytes, policy: Policy) -> bytes:
    return style + f":root {{ --brand: {policy.look.colour}; }}\n".encode()


def _logo(policy: Policy) -> bytes:
    text = policy.look.logo
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _asset(name: str, kind: str, body: bytes) -> tuple[str, Page]:
    stem, ending = name.split(".")
    # Part of the hash in the path: a page never meets the script of another release.
    return f"/static/{stem}.{hashlib.sha256(body).hexdigest()[:16]}.{ending}", compressed(kind, body)


def compressed(kind: str, body: bytes) -> Page:
    """Return a page of these bytes, compressed once and for all."""
    # No time in the gzip header: two builds of one release are alike, byte for byte.
    return Page(kind, body, gzip.compress(body, 9, mtime=0), brotli.compress(body, quality=11))


def _accepted(header: str) -> set[str]:
    """Return the codings that the header names with a weight above zero."""
    found = set()
    for part in header.lower().split(","):
        coding, _, weight = part.replace(" ", "").partition(";q=")
        if weight.rstrip("0.") or not weight:
            found.add(coding)
    return found
