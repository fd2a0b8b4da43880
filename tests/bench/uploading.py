"""What share of a slow connection an upload uses: a browser's report with a file, from "send" to the confirmation."""

from __future__ import annotations

import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from keys.roster import address
from tests.bench.figures import BUILD, Figure
from tests.bench.serving import shipped_policy, shipped_server
from tests.bench.shaping import Shaping
from tests.journeys.browser import Browser
from tests.journeys.large import MIB, made
from tests.journeys.reporter import Reporter
from tests.organisation import Organisation
from tests.policies import WORK

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZE = 48 * MIB
BITS_PER_S = 10_000_000
ROUND_TRIP_S = 0.2
BROWSER_SECONDS = 600


def measure() -> Iterator[Figure]:
    """Send one file over a connection of 200 ms and 10 Mbit/s; only the bytes of the file count as use."""
    organisation = Organisation.found(policy=replace(shipped_policy(), work=WORK))
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="bench-") as name, ExitStack() as ending:
        server = shipped_server(Path(name))
        ending.callback(server.kill)
        server.found(organisation)
        path = Path(name) / "opname"
        made(path, SIZE)
        line = ending.enter_context(Shaping(server.port, BITS_PER_S, ROUND_TRIP_S))
        reporter = Reporter(ending.enter_context(Browser("chromium", timeout=BROWSER_SECONDS)))
        reporter.visit(address(line.url, "nl", organisation.fingerprint))
        reporter.begin()
        reporter.fill("write", "Met een opname.")
        reporter.add_files("write", path)
        code = reporter.review()
        begun = time.perf_counter()
        reporter.send(code)
        reporter.at("sent")
        took = time.perf_counter() - begun
    yield Figure("upload_line_share", SIZE * 8 / BITS_PER_S / took, f"at least 0.8; {SIZE // MIB} MiB, {took:.0f} s")
