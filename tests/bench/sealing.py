"""How fast a browser seals a file from the disk: the page's own code compared with only the library calls."""

from __future__ import annotations

import subprocess
import tempfile
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Literal

from tests.bench.figures import BUILD, Figure
from tests.journeys.browser import NODE, Browser
from tests.journeys.large import MIB, made

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.journeys.browser import Kind

CLIENT = Path(__file__).parents[2] / "dropbox" / "client"
ESBUILD = CLIENT / "node_modules" / "esbuild" / "bin" / "esbuild"
WORKER = Path(__file__).with_suffix(".ts")
PAGE = b'<!doctype html><meta charset="utf-8"><title>bench</title><input type="file">'
SIZE = 256  # MiB
SIZE_NOJIT = 64
ROUNDS = 5
BROWSER_SECONDS = 600
SEALING = """
new Promise((done, failed) => {
  const worker = new Worker("/worker.js");
  worker.onmessage = ({ data }) => { worker.terminate(); done(data); };
  worker.onerror = ({ message }) => failed(new Error(message));
  worker.postMessage({ how: "%s", file: document.querySelector("input").files[0] });
})
"""


def measure() -> Iterator[Figure]:
    """Seal in Chromium both ways in turn, and in a Firefox without JIT with our code."""
    ours, bare = _rounds("chromium", SIZE, ("ours", "bare"))
    yield Figure("seal_mib_s", SIZE / median(ours), f"Chromium, {SIZE} MiB from the disk")
    yield Figure("seal_bare_mib_s", SIZE / median(bare), "SHA-256 per MiB and AES-GCM per 64 KiB, in sequence")
    ratios = [other / one for one, other in zip(ours, bare, strict=True)]
    yield Figure("seal_ratio_bare", median(ratios), "at least 0.6")
    [nojit] = _rounds("firefox", SIZE_NOJIT, ("ours",))
    yield Figure("seal_nojit_mb_s", SIZE_NOJIT * MIB / 1e6 / median(nojit), "aim at 50")


def _rounds(kind: Kind, size: int, ways: Sequence[Literal["ours", "bare"]]) -> list[list[float]]:
    """Return the seconds of each way, round by round, for a file of `size` MiB."""
    BUILD.mkdir(exist_ok=True)
    seconds: list[list[float]] = [[] for _ in ways]
    with (
        tempfile.TemporaryDirectory(dir=BUILD, prefix="bench-") as name,
        _served() as origin,
        Browser(kind, timeout=BROWSER_SECONDS) as browser,
    ):
        path = Path(name) / "opname"
        made(path, size * MIB)
        browser.goto(origin)
        browser.upload("input", path)
        for _ in range(ROUNDS):
            for way, times in zip(ways, seconds, strict=True):
                times.append(float(browser.evaluate(SEALING % way)))
    return seconds


@contextmanager
def _served() -> Iterator[str]:
    """Serve a page with a file input, and the worker, on loopback; yield the origin."""
    bundled = subprocess.run(
        [NODE, ESBUILD, WORKER, "--bundle", "--minify", "--format=iife", "--target=firefox115,chrome109"],
        check=True,
        capture_output=True,
    ).stdout

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, body = ("text/javascript", bundled) if self.path == "/worker.js" else ("text/html", PAGE)
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()
