"""Stands between a browser and the server, notes what passes and lets a test change it; it opens nothing sealed."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self

from keys.wire.canonical import encode
from keys.wire.mailbox import MailboxEntry, MailboxPage, fill_mailbox

if TYPE_CHECKING:
    from keys.wire.canonical import Json

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came off the wire."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it goes onto the wire."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def with_body(self, body: bytes) -> Answer:
        """Return the same answer with other bytes in it."""
        return replace(self, body=body)


Forward = Callable[[Asked], Answer]
# What comes between: it may ask the server or not, and answers, or None to cut the connection.
Meddle = Callable[[Asked, Forward], Answer | None]


def honest(asked: Asked, forward: Forward) -> Answer | None:
    """Change nothing."""
    return forward(asked)


def refusal(status: int, **members: Json) -> Answer:
    """Return a refusal as the server words them."""
    return Answer(status, (("Content-Type", "application/json"),), encode(members))


def on(path: str, change: Callable[[bytes], bytes], method: str = "GET") -> Meddle:
    """Return what changes the bytes of every good answer to `method` at `path`, parameters or not."""

    def meddle(asked: Asked, forward: Forward) -> Answer | None:
        answer = forward(asked)
        if asked.method != method or asked.path.partition("?")[0] != path or answer.status != http.client.OK:
            return answer
        return answer.with_body(change(answer.body))

    return meddle


def on_entries(change: Callable[[list[MailboxEntry]], list[MailboxEntry]]) -> Meddle:
    """Return what changes the entries of every mailbox; they are numbered anew, on as many pages as it takes."""

    def meddle(asked: Asked, forward: Forward) -> Answer | None:
        path, _, after = asked.path.partition("?after=")
        if path != "/mailbox":
            return forward(asked)
        entries: list[MailboxEntry] = []
        is_more = True
        while is_more:
            answer = forward(replace(asked, path=f"/mailbox?after={len(entries)}"))
            if answer.status != http.client.OK:
                return answer
            page = MailboxPage.parse(answer.body, len(entries))
            entries += page.entries
            is_more = page.more
        changed = [replace(entry, number=at) for at, entry in enumerate(change(entries), 1)]
        return answer.with_body(fill_mailbox(changed[int(after) :]).encode())

    return meddle


@dataclass
class Meddler:
    """A proxy on loopback in front of the server at `port`; `passed` has the requests that were answered."""

    port: int
    meddle: Meddle = honest
    asked: list[Asked] = field(default_factory=list)
    passed: list[tuple[Asked, Answer]] = field(default_factory=list)

    def __enter__(self) -> Self:
        """Listen on a free port."""
        meddler = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                meddler._answer(self)

            def do_POST(self) -> None:
                meddler._answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """The origin that the browser visits."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def postings(self) -> list[bytes]:
        """Return the body of every posting that the page has sent."""
        return [asked.body for asked in self.asked if (asked.method, asked.path) == ("POST", "/envelopes")]

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        asked = Asked(handler.command, handler.path, tuple(handler.headers.items()), body)
        self.asked.append(asked)
        answer = self.meddle(asked, self._forward)
        if answer is None:
            handler.close_connection = True
            return
        self.passed.append((asked, answer))
        # Not send_response: it would add headers that the server does not send.
        lines = [f"HTTP/1.1 {answer.status} -", *(f"{name}: {value}" for name, value in answer.headers)]
        lines += [f"Content-Length: {len(answer.body)}", "", ""]
        try:
            handler.wfile.write("\r\n".join(lines).encode("latin-1") + answer.body)
        except OSError:
            handler.close_connection = True  # the browser has left

    def _forward(self, asked: Asked) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            # The chain is compressed for whoever takes that: a test that changes it has to see its bytes.
            dropped = HOP_BY_HOP | ({"accept-encoding"} if asked.path == "/chain" else set())
            headers = {name: value for name, value in asked.headers if name.lower() not in dropped}
            connection.request(asked.method, asked.path, asked.body or None, headers)
            answer = connection.getresponse()
            kept = [pair for pair in answer.getheaders() if pair[0].lower() not in HOP_BY_HOP]
            return Answer(answer.status, tuple(kept), answer.read())
        except OSError:
            # What a proxy says when nobody is behind it; the page has to take it for "not reached".
            return Answer(502, (("Content-Type", "text/html"),), b"<title>502</title>")
        finally:
            connection.close()
