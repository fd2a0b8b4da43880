"""Traffic shaping: TCP on loopback with the delay and the bandwidth of a slow connection. Bytes are unchanged.

Slow start and loss are not simulated: a connection has the full bandwidth at once, unless another one is busy.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from dataclasses import dataclass, field
from typing import Self

PIECE = 4096
BUFFER = 65_536  # bytes that a system buffers ahead: with more, the connection would appear faster


@dataclass(slots=True)
class _Direction:
    """One direction of the connection, shared by all TCP connections: pieces are sent in order."""

    bytes_per_s: float
    free_at: float = 0.0

    async def out(self, size: int) -> float:
        """Wait until a piece of this size has been sent; return the time."""
        loop = asyncio.get_running_loop()
        self.free_at = max(self.free_at, loop.time()) + size / self.bytes_per_s
        gone = self.free_at
        await asyncio.sleep(gone - loop.time())
        return gone


@dataclass
class Shaping:
    """A proxy on loopback in front of the server at `port`; use it in a `with` statement."""

    port: int
    bits_per_s: float
    round_trip_s: float
    _ready: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        """Listen on a free port."""
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening and close the remaining connections."""
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()

    @property
    def url(self) -> str:
        """The origin that a browser visits."""
        return f"http://127.0.0.1:{self._at}"

    async def _run(self) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        self._up, self._down = _Direction(self.bits_per_s / 8), _Direction(self.bits_per_s / 8)
        listener = socket.create_server(("127.0.0.1", 0))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        self._at = listener.getsockname()[1]
        tasks: set[asyncio.Task[None]] = set()

        async def serve(near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task
            tasks.add(task)
            # A broken connection is for its two ends to handle; at the end, all are cancelled.
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await self._carry_both(near_in, near_out)
            tasks.discard(task)

        server = await asyncio.start_server(serve, sock=listener, limit=BUFFER)
        self._ready.set()
        await self._ended.wait()
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks)

    async def _carry_both(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        # A TCP handshake takes one round trip, which the near end has not waited for.
        await asyncio.sleep(self.round_trip_s)
        far_in, far_out = await asyncio.open_connection("127.0.0.1", self.port, limit=BUFFER)
        try:
            await asyncio.gather(
                self._carry(near_in, far_out, self._up),
                self._carry(far_in, near_out, self._down),
            )
        finally:
            for end in (near_out, far_out):
                end.close()

    async def _carry(self, start: asyncio.StreamReader, end: asyncio.StreamWriter, direction: _Direction) -> None:
        loop = asyncio.get_running_loop()
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def arrive() -> None:
            while True:
                at, piece = await under_way.get()
                await asyncio.sleep(at - loop.time())
                if not piece:
                    end.close()
                    return
                end.write(piece)
                await end.drain()

        arriving = asyncio.create_task(arrive())
        try:
            with contextlib.suppress(ConnectionError):
                while piece := await start.read(PIECE):
                    gone = await direction.out(len(piece))
                    under_way.put_nowait((gone + self.round_trip_s / 2, piece))
            under_way.put_nowait((loop.time() + self.round_trip_s / 2, b""))
            with contextlib.suppress(ConnectionError):
                await arriving
        finally:
            arriving.cancel()
