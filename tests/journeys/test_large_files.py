"""A file of 256 MiB goes from the browser to the recipient byte for byte, while no memory on the way grows with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.journeys.large import MIB, go

if TYPE_CHECKING:
    from pathlib import Path

    from tests.journeys.site import Site

SIZE = 256 * MIB - 4321
MOST_SERVER, MOST_TOOL, MOST_RENDERER = 64, 64, 100  # MiB


def test_256_mib_come_out_as_they_went_in_and_no_memory_grows_with_them(own_site: Site, tmp_path: Path) -> None:
    way = go(own_site, tmp_path, SIZE)
    assert way.came == way.sent
    assert max(way.taking, way.giving) <= MOST_SERVER, way
    assert way.tool <= MOST_TOOL, way
    assert way.renderer <= MOST_RENDERER, way
