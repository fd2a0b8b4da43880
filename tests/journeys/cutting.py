"""A line that breaks: TCP on loopback, cut at seeded random places; it notes what was sent and changes nothing."""

from __future__ import annotations

import contextlib
import random
import re
import socket
import struct
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE = 16 * 1024
# Close without a word, as a line does that is gone: a reset, no orderly end.
ABORT = struct.pack("ii", 1, 0)


@dataclass
class Cutting:
    """A proxy in front of the server at `port` that cuts `cuts` times, each after so many bytes towards the server."""

    port: int
    cuts: int = 0
    least: int = 50_000
    most: int = 2_000_000
    seed: int = 1
    made: int = 0  # how many cuts there were
    turned_away: int = 0  # how many connections came while it was closed
    is_open: bool = True
    _sent: list[bytearray] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Self:
        """Listen on a free port."""
        self._random = random.Random(self.seed)
        self._turn = threading.Lock()
        self._left = self._draw()
        self._live: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Cut all and stop listening."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        self._accepting.join()
        for thread in self._threads:
            thread.join()

    @property
    def url(self) -> str:
        """The origin that a browser visits."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        """Let nothing through any more, as when the network is away."""
        self.is_open = False
        self.cut()

    def open(self) -> None:
        """Let everything through again."""
        self.is_open = True

    def cut(self) -> None:
        """Cut every connection that there is."""
        with self._turn:
            for one in self._live:
                _abort(one)
            self._live.clear()

    def bodies(self, path: str) -> list[bytes]:
        """Return the body of each request to `path`, in the order of its connection; of a cut one what was sent."""
        return [body for sent in list(self._sent) for found, body in _requests(bytes(sent)) if found == path]

    def _draw(self) -> int:
        return self._random.randint(self.least, self.most)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if not self.is_open:
                self.turned_away += 1
                _abort(near)
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self.port), timeout=60)
            except OSError:
                _abort(near)
                continue
            far.settimeout(None)
            with self._turn:
                self._live |= {near, far}
            sent = bytearray()
            self._sent.append(sent)
            for start, end, note in ((near, far, sent), (far, near, None)):
                thread = threading.Thread(target=self._carry, args=(start, end, note))
                thread.start()
                self._threads.append(thread)

    def _carry(self, start: socket.socket, end: socket.socket, note: bytearray | None) -> None:
        with contextlib.suppress(OSError):
            while piece := start.recv(PIECE):
                if note is not None and self._is_cut(len(piece)):
                    break
                if note is not None:
                    note += piece
                end.sendall(piece)
        with self._turn:
            self._live -= {start, end}
        _abort(start)
        _abort(end)

    def _is_cut(self, size: int) -> bool:
        with self._turn:
            self._left -= size
            if self._left > 0 or self.made == self.cuts:
                return False
            self.made += 1
            self._left = self._draw()
            return True


def _abort(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


def _requests(sent: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield path and body of the requests of one connection, the last one cut where it was."""
    at = 0
    while (end := sent.find(b"\r\n\r\n", at)) >= 0:
        head = sent[at:end].decode("latin-1")
        length = re.search(r"(?im)^content-length: (\d+)", head)
        size = int(length[1]) if length else 0
        at = end + 4
        yield head.split(" ")[1], sent[at : at + size]
        at += size
