"""The headers of every response, including errors. No header depends on the visitor."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Response

# Camera, location and others: a page that needs none must not be able to request one.
_CLOSED = """
    accelerometer autoplay browsing-topics camera clipboard-read display-capture encrypted-media fullscreen
    gamepad geolocation gyroscope hid idle-detection local-fonts magnetometer microphone midi payment
    picture-in-picture publickey-credentials-get screen-wake-lock serial storage-access usb
    xr-spatial-tracking
"""
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; worker-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

HEADERS = {
    # No trace of a visit may stay with the reporter.
    "Cache-Control": "no-store",
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # The links to outside routes must not reveal where the visitor came from.
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # A search engine's copy of the page would carry an older script.
    "X-Robots-Tag": "noindex, noarchive",
}


# Only documents and their workers use these: on other responses they would cost a first visit 2000 bytes.
DOCUMENT_HEADERS = {"Permissions-Policy": ", ".join(f"{feature}=()" for feature in _CLOSED.split())}


def add_headers(response: Response) -> Response:
    """Add the headers to a response."""
    response.headers.update(HEADERS)
    if response.mimetype == "text/html":
        response.headers.update(DOCUMENT_HEADERS)
    return response
