"""The courier closes the connection to a server that does not answer in time."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from keys.courier import Courier
from keys.errors import GivenUpError, MalformedError, NetworkError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SECONDS = 20  # more than any test here may take
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"


@contextmanager
def server(pieces: Iterable[bytes], pause: float = 0) -> Iterator[Courier]:
    """Answer one request with these pieces, each after a pause."""
    listening = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        with suppress(OSError):
            line, _ = listening.accept()
            with line:
                line.recv(2**16)
                for piece in pieces:
                    line.sendall(piece)
                    time.sleep(pause)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    with listening:
        yield Courier(f"http://127.0.0.1:{listening.getsockname()[1]}")


def test_an_answer_is_read_whole_and_what_is_compressed_too() -> None:
    body = bytes(range(256)) * 1000
    packed = gzip.compress(body)
    plain = HEAD + f"Content-Length: {len(body)}\r\n\r\n".encode()
    with server([plain, body]) as courier:
        assert courier.texts(bytes(32)) == body
    with server(
        [HEAD + b"Content-Encoding: gzip\r\n" + f"Content-Length: {len(packed)}\r\n\r\n".encode(), packed]
    ) as line:
        assert line.texts(bytes(32)) == body


def test_an_answer_that_breaks_off_is_no_answer() -> None:
    with server([HEAD + b"Content-Length: 10\r\n\r\n", b"five!"]) as courier, pytest.raises(NetworkError):
        courier.texts(bytes(32))


def test_an_answer_without_an_end_is_refused() -> None:
    with server([HEAD + b"\r\n", *[bytes(2**20)] * 9]) as courier, pytest.raises(MalformedError):
        courier.texts(bytes(32))


def test_a_server_that_gives_a_byte_now_and_then_is_let_go_of_at_the_deadline() -> None:
    drops = [HEAD + f"Content-Length: {SECONDS * 100}\r\n\r\n".encode(), *[b"x"] * SECONDS * 100]
    with server(drops, pause=0.01) as courier:
        other = courier.isolated()
        started = time.monotonic()
        courier.deadline.set(0.3)
        with pytest.raises(GivenUpError):
            courier.texts(bytes(32))
        assert time.monotonic() - started < SECONDS / 2
        with pytest.raises(GivenUpError):
            other.texts(bytes(32))


def test_a_server_that_says_nothing_is_let_go_of_at_the_deadline() -> None:
    with server([b""], pause=SECONDS) as courier:
        started = time.monotonic()
        courier.deadline.set(0.3)
        with pytest.raises(NetworkError):
            courier.texts(bytes(32))
        assert time.monotonic() - started < SECONDS / 2
