"""What the recipients' tool asks: the feed, and to take what was signed; it does not learn who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from dropbox.responses import BINARY, bearer, body, cursor, ending, stored
from dropbox.store.errors import UnknownError
from keys.wire.exchange import CAPABILITY_SIZE
from keys.wire.signed import FRAME_LENGTH_SIZE, MAX_DOCUMENT_SIZE, Signed, split_chain

if TYPE_CHECKING:
    from dropbox.admission import Admission
    from dropbox.store import Store

MAX_SIGNED = FRAME_LENGTH_SIZE + MAX_DOCUMENT_SIZE + 32_768  # a document with as many signers as it can have
MAX_CHAIN = 2 * MAX_SIGNED  # the largest roster, and a root of few kilobytes for each time the board changed


def recipient(store: Store, admission: Admission) -> Blueprint:
    """Return the routes that only the recipients' tool uses."""
    routes = Blueprint("recipient", __name__)

    @routes.get("/feed")
    def feed() -> Response:
        if not store.documents.opens_log(bearer(request), admission.now()):
            raise UnknownError
        return Response(store.envelopes.feed(cursor(request)).encode(), mimetype=BINARY)

    @routes.get("/rosters/<position:version>")
    def roster(version: int) -> Response:
        return Response(store.documents.roster(version), mimetype=BINARY)

    @routes.post("/end")
    def end() -> Response:
        secret = body(request, CAPABILITY_SIZE)
        terms = store.documents.chain(admission.now()).roster.policy.terms
        return ending(store.expiry.end(secret, admission.today(), terms.legal_days))

    @routes.post("/chain")
    def take_chain() -> Response:
        roots, rosters = split_chain(body(request, MAX_CHAIN))
        return stored(store.documents.extend(roots, rosters, admission.now()))

    @routes.post("/bundles")
    def take_bundle() -> Response:
        store.documents.publish(Signed.parse(body(request, MAX_SIGNED)), admission.now())
        return stored(admission.today())

    return routes
