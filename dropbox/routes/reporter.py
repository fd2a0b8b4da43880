"""The routes of a reporter's browser: pages, keys, and sealed envelopes. They see no text."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, request

from dropbox.pages import OfflineAnswers
from dropbox.pages.builder import build, compressed, offline_pages
from dropbox.responses import (
    BINARY,
    CREATED,
    REFUSALS,
    Refusal,
    bearer,
    body,
    digest_of,
    kept,
    left,
    missing,
    number,
    stored,
)
from dropbox.routes.upload_form import SealedFile, sealed_file
from dropbox.store.errors import NotFoundError, NotReadyError
from keys.roster import Bundle
from keys.wire.canonical import b64, encode
from keys.wire.posting import LEAVE_SIZE, parse_leave
from keys.wire.signed import LABEL_ROSTER, Signed, join_frames
from keys.wire.sizes import MAX_POSITION
from keys.wire.upload import MAX_OPENING_SIZE, MAX_PART_POSTING_SIZE, MAX_POSTING_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from werkzeug.wrappers import Response as Redirect

    from dropbox.admission import Admission, Clock
    from dropbox.pages import Page, Site
    from dropbox.store import Store
    from dropbox.store.bundles import Bundles
    from dropbox.store.documents import Chain, Documents

OK, MISSING, NOT_READY = 200, 404, 503
FORM_OVERHEAD = 65_536  # a generous limit for what a browser adds around a file


class Pages:
    """The pages of the policy in force, rebuilt when another roster counts."""

    def __init__(self, documents: Documents, bundles: Bundles, clock: Clock, scripts: Path, address: str) -> None:
        """Use the bundled scripts in `scripts`; build nothing before the first visit.

        `address` is the origin that reporters know.
        """
        self._documents = documents
        self._bundles = bundles
        self._clock = clock
        self._scripts = scripts
        self._address = address
        self._turn = threading.Lock()
        self._built: tuple[int, Site] | None = None
        self._chain: tuple[bytes, Page] | None = None
        self._texts: dict[bytes, Page] = {}
        self._offline: tuple[OfflineAnswers, Mapping[str, Page]] | None = None
        # A separate lock: compressing the whole release takes seconds, and must not block others.
        self._offline_turn = threading.Lock()

    def newest(self) -> tuple[Site, int]:
        """Return the site and the status of its pages: not ready without a roster."""
        try:
            roster = self._documents.chain(self._clock()).roster
        except NotReadyError:
            version, policy, status = 0, None, NOT_READY
        else:
            version, policy, status = roster.version, roster.policy, OK
        with self._turn:
            if self._built is None or self._built[0] != version:
                self._built = version, build(policy, self._scripts)
            return self._built[1], status

    def chain(self) -> Page:
        """Return the chain, compressed: it is the same for everyone; raise NotReadyError without a roster."""
        frames = self._documents.chain(self._clock()).frames
        with self._turn:
            if self._chain is None or self._chain[0] != frames:
                self._chain = frames, compressed(BINARY, frames)
            return self._chain[1]

    def texts(self, wanted: bytes) -> Page:
        """Return the document of texts with this hash, compressed; raise NotFoundError, NotReadyError."""
        document = self._documents.chain(self._clock()).texts.get(wanted)
        if document is None:
            raise NotFoundError
        with self._turn:
            if wanted not in self._texts:
                self._texts[wanted] = compressed(BINARY, document)
            return self._texts[wanted]

    def offline_page(self, language: str, today: int) -> Page | None:
        """Return the offline page with the keys of this day, or None for an unknown language.

        Raises NotReadyError without a roster.
        """
        chain = self._documents.chain(self._clock())
        # The work at low load: the current work differs from one visitor to the next.
        first = encode({"day": today, "work": chain.roster.policy.work})
        bundles = self._bundles.of_day(chain.roster, today)
        verified = [Bundle.verify(Signed.parse(raw)) for raw in bundles]
        rosters = {f"/rosters/{version}": signed for version, signed in self._named_by(verified, chain)}
        answers = {"/chain": chain.frames, "/bundles": join_frames([first, *bundles]), **rosters}
        texts = {tag: _texts_of(chain, tag) for tag in chain.roster.policy.languages}
        kept = OfflineAnswers(answers, texts, _last_day(chain, verified))
        with self._offline_turn:
            if self._offline is None or self._offline[0] != kept:
                self._offline = kept, offline_pages(chain.roster.policy, self._scripts, kept, self._address)
            return self._offline[1].get(language)

    def _named_by(self, bundles: Sequence[Bundle], chain: Chain) -> Iterator[tuple[int, bytes]]:
        """Yield the earlier rosters, newest first, back to the oldest that a bundle names, with their versions."""
        wanted = {bundle.seen.roster for bundle in bundles if bundle.seen} - {chain.roster.id}
        for version in range(chain.roster.version - 1, 0, -1):
            if not wanted:
                return
            signed = self._documents.roster(version)
            wanted.discard(Signed.parse(signed).id(LABEL_ROSTER))
            yield version, signed


def _texts_of(chain: Chain, tag: str) -> dict[str, bytes]:
    """Return the answers of `/texts` for one language, by path: a saved page may still be used with a newer roster."""
    digests = [roster.texts[tag] for roster in (chain.roster, *chain.newer) if tag in roster.policy.languages]
    return {f"/texts/{b64(wanted)}": chain.texts[wanted] for wanted in digests}


def _last_day(chain: Chain, bundles: Sequence[Bundle]) -> int:
    """Return the last day on which everyone who can be sealed to offline today still can."""
    ends = [bundle.end for bundle in bundles if bundle.last and bundle.is_readable()]
    return min(chain.root.until, chain.newest.until, *ends)


def reporter(store: Store, admission: Admission, pages: Pages) -> Blueprint:
    """Return the routes that a reporter's browser uses."""
    routes = Blueprint("reporter", __name__)
    _add_pages(routes, admission, pages)

    @routes.get("/chain")
    def chain() -> Response:
        return _shown(pages.chain(), OK)

    @routes.get("/texts/<digest>")
    def texts(digest: str) -> Response:
        return _shown(pages.texts(digest_of(digest)), OK)

    @routes.get("/bundles")
    def bundles() -> Response:
        first = encode({"day": admission.today(), "work": admission.work()})
        roster = store.documents.chain(admission.now()).roster
        shown = store.bundles.all(roster) if "all" in request.args else store.bundles.of_day(roster, admission.today())
        return Response(join_frames([first, *shown]), mimetype=BINARY)

    @routes.post("/envelopes")
    def take_envelope() -> Response:
        return stored(admission.admit(body(request, MAX_POSTING_SIZE)))

    @routes.post("/uploads")
    def open_upload() -> Response:
        outcome = admission.open_upload(body(request, MAX_OPENING_SIZE))
        return stored(outcome) if isinstance(outcome, int) else missing(outcome)

    @routes.post("/parts")
    def keep_part() -> Response:
        return kept(admission.keep(body(request, MAX_PART_POSTING_SIZE)))

    _add_mailbox(routes, store, admission)
    return routes


def _add_mailbox(routes: Blueprint, store: Store, admission: Admission) -> None:
    @routes.get("/mailbox")
    def mailbox() -> Response:
        secret, after = bearer(request), number(request, "after", MAX_POSITION)
        found = store.mailboxes.page(secret, admission.today(), after)
        return Response(found.encode(), mimetype=BINARY)

    @routes.get("/mailbox/<position:position>/<position:part>")
    def mailbox_part(position: int, part: int) -> Response:
        stream = store.mailboxes.part(bearer(request), admission.today(), position, part)
        return Response(stream, mimetype=BINARY)

    @routes.post("/leave")
    def leave() -> Response:
        store.mailboxes.leave(*parse_leave(body(request, LEAVE_SIZE)), admission.today())
        return left()


def _add_pages(routes: Blueprint, admission: Admission, pages: Pages) -> None:
    @routes.get("/")
    def home() -> Redirect:
        return redirect(pages.newest()[0].home)

    @routes.get("/<path:path>")
    def page(path: str) -> Response:
        newest, status = pages.newest()
        found = newest.find(f"/{path}")
        if found is None:
            language = path.partition("/")[0]
            return _shown(newest.missing(language if language in newest.languages else None), MISSING)
        # A page that says "not ready" still needs its style.
        return _shown(found, status if found.kind.startswith("text/html") else OK)

    @routes.get("/offline.html")
    def any_offline_page() -> Redirect:
        return redirect(f"{pages.newest()[0].home}offline.html")

    @routes.get("/<language:language>/offline.html")
    def offline_page(language: str) -> Response:
        found = pages.offline_page(language, admission.today())
        if found is None:
            return _shown(pages.newest()[0].missing(None), MISSING)
        response = _shown(found, OK)
        # It could not run from here: it has inline scripts, which the server's own headers forbid.
        response.headers["Content-Disposition"] = 'attachment; filename="contact.html"'
        return response

    @routes.post("/<language:language>/file")
    def take_file(language: str) -> Response:
        newest, _ = pages.newest()
        if language not in newest.languages:
            return _shown(newest.missing(None), MISSING)
        try:
            sealed_file(request, admission.largest_file() + FORM_OVERHEAD, SealedFile(admission))
        except REFUSALS as error:
            refusal = Refusal.of(error)
            return _shown(newest.result(language, refusal.code), refusal.status)
        return _shown(newest.result(language, "stored"), CREATED)


def _shown(page: Page, status: int) -> Response:
    content, coding = page.encoded(request.headers.get("Accept-Encoding", ""))
    response = Response(content, status, content_type=page.kind)
    response.headers["Vary"] = "Accept-Encoding"
    if coding:
        response.headers["Content-Encoding"] = coding
    return response
