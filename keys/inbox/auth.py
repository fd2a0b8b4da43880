"""Authentication: one browser may talk to the inbox, by a link that works once. No page of the web may."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Request

HOST = "127.0.0.1"
COOKIE = "meldbus"
# The destinations for which a browser may request our responses: never inside another site's page.
DESTINATIONS = ("document", "style", "script", "empty", "image")
SAME = "same-origin"
TYPED = "none"  # a bookmark, the address bar, a link from outside any page


@dataclass
class Auth:
    """Lets the next browser in by `link`, and recognises its requests by a cookie.

    The pages are under a path that only that browser learns: all ports of a host share their cookies.
    """

    port: int
    path: str = field(default_factory=lambda: secrets.token_urlsafe(16), repr=False)
    _ticket: str = field(default="", repr=False)
    _session: str = field(default="", repr=False)
    _turn: Lock = field(default_factory=Lock, repr=False)

    @property
    def origin(self) -> str:
        """The only origin that may talk to the inbox."""
        return f"http://{HOST}:{self.port}"

    def link(self) -> str:
        """Return a new link that works once; the previous link no longer works."""
        with self._turn:
            self._ticket = secrets.token_urlsafe(24)
            return f"{self.origin}/enter/{self._ticket}"

    def enter(self, ticket: str) -> str | None:
        """Return the session for the browser with the ticket, or None; it ends the previous one."""
        with self._turn:
            if not self._ticket or not hmac.compare_digest(ticket.encode(), self._ticket.encode()):
                return None
            self._ticket = ""
            self._session = secrets.token_urlsafe(32)
            return self._session

    def is_ours(self, request: Request) -> bool:
        """Say whether a request came to our own host name, and from our own page or from no page at all."""
        headers = request.headers
        if headers.get("Host") != f"{HOST}:{self.port}":
            return False  # another name that resolves to 127.0.0.1
        if headers.get("Sec-Fetch-Dest") not in DESTINATIONS:
            return False
        if request.method in ("GET", "HEAD"):
            return headers.get("Sec-Fetch-Site") in (SAME, TYPED)
        return headers.get("Sec-Fetch-Site") == SAME and headers.get("Origin") == self.origin

    def has_session(self, request: Request) -> bool:
        """Say whether a request has the session of the link."""
        brought = request.cookies.get(COOKIE, "")
        return bool(self._session) and hmac.compare_digest(brought.encode(), self._session.encode())
