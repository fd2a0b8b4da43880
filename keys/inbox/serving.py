"""Runs the inbox on a free port of this machine until it is ended."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from waitress.server import create_server
from waitress.wasyncore import close_all

from keys.inbox.app import MAX_BODY, make_app
from keys.inbox.auth import HOST, Auth

if TYPE_CHECKING:
    from keys.inbox.session import SessionHolder

LOOK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Serving:
    """A running inbox."""

    auth: Auth
    holder: SessionHolder
    _server: Any
    _sockets: dict[int, Any]
    _ended: threading.Event

    def run(self) -> None:
        """Serve until `close` is called or the process gets a signal, then lock, and post the outbox."""
        threading.Thread(target=self._watch, daemon=True, name="idle").start()
        try:
            self._server.run()
        finally:
            self._ended.set()
            self._server.task_dispatcher.shutdown()
            self.holder.lock()
            self.holder.wait()

    def close(self) -> None:
        """End it, from another thread; also close the connections that a browser keeps open."""
        if not self._ended.is_set():
            self._ended.set()
            self._server.trigger.pull_trigger(partial(close_all, self._sockets))

    def _watch(self) -> None:
        # Lock without requests too: keys must not wait for a page to ask.
        while not self._ended.wait(LOOK_SECONDS):
            _ = self.holder.is_locked


def serve(holder: SessionHolder, port: int = 0) -> Serving:
    """Return an inbox that listens on this port of 127.0.0.1, or on a free one; `run` serves it."""
    auth = Auth(port)
    sockets: dict[int, Any] = {}
    server = create_server(
        make_app(holder, auth),
        map=sockets,
        host=HOST,
        port=port,
        threads=4,
        ident=None,
        max_request_body_size=MAX_BODY,
        # Bodies hold what people write about a case: they must stay in memory.
        inbuf_overflow=MAX_BODY,
        outbuf_overflow=2**30,
    )
    auth.port = server.effective_port
    return Serving(auth, holder, server, sockets, threading.Event())
