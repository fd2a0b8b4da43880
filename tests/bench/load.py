"""Load clients that use little CPU beside the server; they parse only the necessary part of an answer."""

from __future__ import annotations

import select
import socket
import time
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from keys.wire.stamp import SEAL_WORK_FACTOR
from tests.bench.figures import WrongError
from tests.dropbox.serving import BINARY
from tests.organisation import POLICY, Organisation

if TYPE_CHECKING:
    from collections.abc import Sequence

HOST = "127.0.0.1"
ANSWER_SECONDS = 60
CHUNK = 65_536
STORED_LINE = b"HTTP/1.1 201 "


def organisation_under_load() -> Organisation:
    """Return an organisation whose envelopes have stamps that suffice under any load, and that cost nothing to make."""
    organisation = Organisation.found(policy=replace(POLICY, work=1))
    organisation.policy = replace(POLICY, work=SEAL_WORK_FACTOR)
    return organisation


def posting_request(posting: bytes) -> bytes:
    """Return the HTTP request of a posting, for a persistent connection."""
    lines = ("POST /envelopes HTTP/1.1", f"Host: {HOST}", f"Content-Type: {BINARY}", f"Content-Length: {len(posting)}")
    return "\r\n".join((*lines, "", "")).encode("ascii") + posting


@dataclass(frozen=True, slots=True)
class Round:
    """The result of a round of postings; `own_share` is the share of one core that the clients used themselves."""

    per_s: float
    longest_s: float
    own_share: float


@dataclass(slots=True)
class _Connection:
    """A connection that waits for one answer at a time."""

    socket: socket.socket
    asked: float = 0.0
    answer: bytearray = field(default_factory=bytearray)

    def ask(self, request: bytes) -> None:
        self.answer.clear()
        self.asked = time.perf_counter()
        self.socket.sendall(request)

    def complete(self) -> bool:
        """Read the available bytes; return whether the answer is complete. Raise WrongError unless it is "stored"."""
        came = self.socket.recv(CHUNK)
        if not came:
            raise WrongError("the server closed a connection")
        self.answer += came
        head, found, body = self.answer.partition(b"\r\n\r\n")
        if not found:
            return False
        if not head.startswith(STORED_LINE):
            raise WrongError(f"a posting was answered with {bytes(head[:40])!r}")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        return len(body) >= int(length)


def post_all(port: int, requests: Sequence[bytes], clients: int) -> Round:
    """Post every request over `clients` persistent connections, each always busy, and time it.

    Raises WrongError for any answer other than "stored".
    """
    waiting = iter(requests)
    longest = 0.0
    with ExitStack() as opened, select.epoll() as poll:
        connections = {}
        for _ in range(clients):
            connection = _Connection(opened.enter_context(socket.create_connection((HOST, port), ANSWER_SECONDS)))
            connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            poll.register(connection.socket, select.EPOLLIN)
            connections[connection.socket.fileno()] = connection
        begun, used = time.perf_counter(), time.process_time()
        for connection in connections.values():
            connection.ask(next(waiting))
        left = len(requests)
        while left:
            ready = poll.poll(ANSWER_SECONDS)
            if not ready:
                raise WrongError("no answer came")
            for number, _ in ready:
                connection = connections[number]
                if not connection.complete():
                    continue
                left -= 1
                longest = max(longest, time.perf_counter() - connection.asked)
                following = next(waiting, None)
                if following is not None:
                    connection.ask(following)
        took = time.perf_counter() - begun
        return Round(len(requests) / took, longest, (time.process_time() - used) / took)
