"""A file that is changed, grown or shortened while it is sent: stopped in plain words, and nothing is sealed twice."""

from __future__ import annotations

import hashlib
import threading
from typing import TYPE_CHECKING

import pytest

from tests.journeys.meddling import Answer, Asked, Meddler, honest
from tests.journeys.reporter import nl
from tests.journeys.site import SECRETARIS
from tests.journeys.test_broken_line import saved, sealed_once

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.journeys.meddling import Forward
    from tests.journeys.reporter import Reporter
    from tests.journeys.site import Site

MIB = 2**20
SIZE = 24 * MIB
HELD_BEHIND = 6  # parts; far before the place of the change
CHANGED = (
    "{name} was changed on your device while it was being sent. Nobody can read what was sent of it. "
    "Choose it again, or remove it."
)


def overwritten(path: Path) -> None:
    """Change bytes near the end; the size stays."""
    with path.open("r+b") as file:
        file.seek(SIZE - MIB)
        file.write(b"anders")


def grown(path: Path) -> None:
    """Append to the file."""
    with path.open("ab") as file:
        file.write(b"meer")


def shortened(path: Path) -> None:
    """Cut the end off."""
    with path.open("r+b") as file:
        file.truncate(SIZE - 3 * MIB)


@pytest.mark.parametrize("change", [overwritten, grown, shortened])
def test_a_file_that_changes_while_it_is_sent_stops_it_and_can_be_chosen_again(
    own_site: Site, reporter: Reporter, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    path = tmp_path / "opname"
    path.write_bytes(hashlib.shake_256(b"opname").digest(SIZE))
    before = own_site.count("log")
    passed, held, go_on = threading.Semaphore(HELD_BEHIND), threading.Event(), threading.Event()

    def slow(asked: Asked, forward: Forward) -> Answer | None:
        if asked.path == "/parts" and not passed.acquire(blocking=False):
            held.set()
            assert go_on.wait(60)
        return forward(asked)

    with Meddler(own_site.port, slow) as wire:
        reporter.visit(own_site.address("nl", wire.url))
        reporter.begin()
        reporter.fill("write", "Met een opname.")
        reporter.add_files("write", path)
        code = reporter.review()
        reporter.send(code)
        try:
            assert held.wait(60)
            change(path)
        finally:
            go_on.set()
        reporter.at("write")
        [mistake] = reporter.mistakes("write")
        assert mistake == nl(CHANGED, name="opname")
        assert reporter.browser.value("#stage >>> textarea") == "Met een opname."
        assert own_site.count("log") == before
        assert own_site.news(SECRETARIS) == set()

        wire.meddle = honest
        for file in reporter.files("write"):
            reporter.remove_file("write", file.name)
        reporter.add_files("write", path)
        again = reporter.review()
        reporter.send(again)
        reporter.at("sent")
        parts = [asked.body for asked in wire.asked if asked.path == "/parts"]
    assert again != code
    assert sealed_once(parts)
    assert len({part[:32] for part in parts}) == 2
    [number] = own_site.news(SECRETARIS)
    assert saved(own_site, number, tmp_path / "saved") == path.read_bytes()
