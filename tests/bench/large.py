"""The memory that a file of one GiB takes on its whole way, from a browser to a recipient."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.figures import BUILD, Figure, WrongError
from tests.journeys.large import go
from tests.journeys.site import Site

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZE = 2**30
ROOM = 2**32


def measure() -> Iterator[Figure]:
    """Send one file from Chromium to the secretaris."""
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="bench-") as name, Site(Path(name)) as site:
        site.stop()
        site.reserve(0, ROOM)
        site.start()
        way = go(site, Path(name), SIZE)
    if way.came != way.sent:
        raise WrongError("another file came than was sent")
    yield Figure("rss_growth_mib_server", max(way.taking, way.giving), "at most 64")
    yield Figure("rss_growth_mib_tool", way.tool, "at most 64")
    yield Figure("renderer_growth_mib", way.renderer, "at most 100; private memory")
