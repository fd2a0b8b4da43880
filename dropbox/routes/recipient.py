"""The routes of the recipients' tool: the log, and uploads of signed documents. They do not identify the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from dropbox.responses import BINARY, bearer, body, number, stored
from dropbox.store.errors import UnknownError
from keys.wire.log import MOST_ENTRIES, parse_log_cursor
from keys.wire.signed import FRAME_LENGTH_SIZE, MAX_DOCUMENT_SIZE, Signed, split_publication
from keys.wire.sizes import MAX_POSITION

if TYPE_CHECKING:
    from dropbox.admission import Admission
    from dropbox.store import Store

MAX_SIGNED = FRAME_LENGTH_SIZE + MAX_DOCUMENT_SIZE + 32_768  # a document with as many signers as it can have
# The largest roster, a root of a few kilobytes for each change of the board, and 1 MiB of texts.
MAX_CHAIN = 2 * MAX_SIGNED + 4 * MAX_DOCUMENT_SIZE


def recipient(store: Store, admission: Admission) -> Blueprint:
    """Return the routes that only the recipients' tool uses."""
    routes = Blueprint("recipient", __name__)

    def check_reader() -> int:
        """Return the store's day; raise UnknownError without the log's capability."""
        # Before the log is read: all its entries are of this day or earlier.
        day = admission.today()
        if not store.documents.opens_log(bearer(request), admission.now()):
            raise UnknownError
        return day

    @routes.get("/log")
    def log() -> Response:
        day = check_reader()
        position, digest = parse_log_cursor(request.args.get("after", ""))
        most = max(1, number(request, "limit", MAX_POSITION)) if "limit" in request.args else MOST_ENTRIES
        read = store.log.short_page if request.args.get("short") == "1" else store.log.page
        return Response(read(position, digest, day, most).encode(), mimetype=BINARY)

    @routes.get("/log/<position:position>/<position:part>")
    def log_part(position: int, part: int) -> Response:
        check_reader()
        return Response(store.log.part(position, part), mimetype=BINARY)

    @routes.get("/rosters/<position:version>")
    def roster(version: int) -> Response:
        return Response(store.documents.roster(version), mimetype=BINARY)

    @routes.post("/chain")
    def take_chain() -> Response:
        roots, rosters, texts = split_publication(body(request, MAX_CHAIN))
        return stored(store.documents.extend(roots, rosters, texts, admission.now()))

    @routes.post("/bundles")
    def take_bundle() -> Response:
        chain, today = store.documents.chain(admission.now()), admission.today()
        store.bundles.publish(Signed.parse(body(request, MAX_SIGNED)), chain, today)
        return stored(today)

    return routes
