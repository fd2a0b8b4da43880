"""Builds the reporter's pages from the templates of the release and the signed policy."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import brotli
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dropbox.i18n import MissingTextError, dated, shipped, translations
from dropbox.pages.site import HTML, RESULTS, SERVED, OfflineAnswers, Page, Site
from keys.policy import Policy, date_of
from keys.policy.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

TEMPLATES = Path(__file__).parents[2] / "templates"

# The documents of each language: the last part of the path and the template.
DOCUMENTS = {"": "form.html", "how": "how.html", "others": "others.html", "file": "file.html"}


@dataclass(frozen=True, slots=True)
class OfflinePage:
    """The data inside a page that needs no network, which others fetch; `until` is in the page's language."""

    style: str
    form: str
    worker: str
    kept: str
    csp: str
    until: str
    address: str


def offline_pages(policy: Policy, scripts: Path, kept: OfflineAnswers, address: str) -> Mapping[str, Page]:
    """Build the offline page of each language; `address` is the origin that its file is sent to.

    Raises FileNotFoundError without the scripts.
    """
    style = _style(policy).decode()
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
    return pages


def build(policy: Policy | None, scripts: Path) -> Site:
    """Build all pages; without a policy (no roster yet), pages that say "not ready".

    `scripts` is the folder of the bundled SCRIPTS. Raises FileNotFoundError without them: run `make build`.
    """
    static = TEMPLATES / "static"
    assets = {
        "style": _asset("style.css", "text/css; charset=utf-8", _style(policy)),
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
    return Site(languages, pages, results, missing)


def offered(policy: Policy) -> tuple[str, ...]:
    """Return the policy's languages that this release has pages in; raise MissingTextError if there are none."""
    known = shipped()
    found = tuple(tag for tag in policy.languages if tag in known)
    if not found:
        raise MissingTextError(", ".join(policy.languages))
    return found


class _Printer:
    """Renders templates in one language."""

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
        """Render one page; `slug` is the last part of its path, None if it has no path."""
        text = self._environment.get_template(template).render(slug=slug, code=code, offline=offline)
        return compressed(HTML, text.encode())


def _check_stays_inside(text: str) -> None:
    """Raise ValueError for a script or a style that would close its own element."""
    if "</script" in text or "</style" in text or "<!--" in text:
        raise ValueError("cannot stand in a page")


def _source(text: str) -> str:
    """Return the source expression that a policy uses for a script or a style in the page."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _style(policy: Policy | None) -> bytes:
    brand = "" if policy is None else f":root {{ --brand: {policy.look.colour}; }}\n"
    return f"{tokens()}{(TEMPLATES / 'static' / 'style.css').read_text('utf-8')}{brand}".encode()


def _logo(policy: Policy) -> bytes:
    text = policy.look.logo
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _asset(name: str, kind: str, body: bytes) -> tuple[str, Page]:
    stem, ending = name.split(".")
    # The path contains a part of the hash: a page never loads the script of another release.
    return f"/static/{stem}.{hashlib.sha256(body).hexdigest()[:16]}.{ending}", compressed(kind, body)


def compressed(kind: str, body: bytes) -> Page:
    """Return a page with these bytes, compressed once."""
    # No time in the gzip header: two builds of one release are alike, byte for byte.
    return Page(kind, gzip.compress(body, 9, mtime=0), brotli.compress(body, quality=11))
