"""Runs the inbox on a free port of this machine until it is ended; it opens no browser."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from waitress.server import create_server

from keys.inbox.app import MAX_BODY, make_app
from keys.inbox.gate import HOST, Gate

if TYPE_CHECKING:
    from typing import Any

    from keys.inbox.keep import Keep

LOOK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Serving:
    """A running inbox."""

    gate: Gate
    keep: Keep
    _server: Any
    _ended: threading.Event

    def run(self) -> None:
        """Answer until `close` is called or the process gets a signal, then lock."""
        threading.Thread(target=self._watch, daemon=True, name="idle").start()
        try:
            self._server.run()
        finally:
            self._ended.set()
            self.keep.lock()

    def close(self) -> None:
        """End it."""
        self._ended.set()
        self._server.close()

    def _watch(self) -> None:
        # Locked when nobody comes, too: keys do not wait for a page to ask.
        while not self._ended.wait(LOOK_SECONDS):
            _ = self.keep.is_locked


def serve(keep: Keep, port: int = 0) -> Serving:
    """Return an inbox that listens on this port of 127.0.0.1, or on a free one; `run` answers."""
    gate = Gate(port)
    server = create_server(
        make_app(keep, gate),
        host=HOST,
        port=port,
        threads=4,
        ident=None,
        max_request_body_size=MAX_BODY,
        # Bodies hold what people write about a case: they stay in memory.
        inbuf_overflow=MAX_BODY,
        outbuf_overflow=2**30,
    )
    gate.port = server.effective_port
    return Serving(gate, keep, server, threading.Event())
