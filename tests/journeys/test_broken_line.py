"""A line that breaks and a server that dies in the middle of an upload: it ends complete, once, as it was sealed."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

import pytest

from keys.wire.envelope import MAC_SIZE
from keys.wire.upload import PART_START
from tests.journeys.cutting import Cutting
from tests.journeys.reporter import ROOT, nl
from tests.journeys.site import SECRETARIS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.journeys.reporter import Reporter
    from tests.journeys.site import Site

MIB = 2**20
SIZE = 24 * MIB + 12_345
CUTS = 20
KILLS = 2
FULL = (
    "The server has no room for files now. Everything is still here: try again later, "
    "or remove the files and send the text alone."
)
WAITING = f"!({ROOT}.querySelector('[data-part=waiting]')?.hidden ?? true)"


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """A file of many parts."""
    path = tmp_path / "opname"
    path.write_bytes(hashlib.shake_256(b"opname").digest(SIZE))
    return path


def sealed_once(bodies: Sequence[bytes]) -> bool:
    """Say whether all that was sent of a part, cut or whole, is the beginning of one and the same."""
    longest: dict[bytes, bytes] = {}
    for body in bodies:
        name = body[:PART_START]
        shorter, longest[name] = sorted((longest.get(name, b""), body), key=len)
        if not longest[name].startswith(shorter):
            return False
    return True


def envelopes(bodies: Sequence[bytes]) -> set[bytes]:
    """Name the envelopes that parts were sent of; a request that was cut before its body named none."""
    return {body[:MAC_SIZE] for body in bodies if len(body) >= MAC_SIZE}


def begin(reporter: Reporter, address: str, path: Path) -> str:
    """Go as far as the review of a report with a file; return the code."""
    reporter.visit(address)
    reporter.begin()
    reporter.fill("write", "Met een opname.")
    reporter.add_files("write", path)
    return reporter.review()


def saved(site: Site, number: str, folder: Path) -> bytes:
    """Save the one file of a case and return its bytes."""
    site.run(SECRETARIS, "save", number, "--to", folder)
    [path] = [path for path in folder.iterdir() if path.is_file()]
    return path.read_bytes()


def test_all_that_is_seen_of_a_part_is_one_part_or_two() -> None:
    """The measure below is able to tell."""
    name = bytes(PART_START)
    assert sealed_once([name + b"abc", name + b"a", name + b"abcd"])
    assert not sealed_once([name + b"abc", name + b"abd"])


def test_twenty_cuts_and_two_kills_during_one_upload_end_in_one_report(
    own_site: Site, in_chromium: Reporter, recording: Path, tmp_path: Path
) -> None:
    with Cutting(own_site.port, cuts=CUTS) as line:
        code = begin(in_chromium, own_site.address("nl", line.url), recording)
        before = own_site.count("log")
        in_chromium.send(code)
        killed = 0
        deadline = time.monotonic() + 240
        while in_chromium.step() != "sent":
            assert time.monotonic() < deadline
            if killed < KILLS and line.made >= (killed + 1) * CUTS // (KILLS + 1):
                own_site.kill()
                own_site.start()
                killed += 1
            time.sleep(0.05)
        assert (line.made, killed) == (CUTS, KILLS)
        bodies = line.bodies("/parts")
        openings = line.bodies("/uploads")
    assert sealed_once(bodies)
    assert len(envelopes(bodies)) == 1
    whole = {opening for opening in openings if len(opening) == max(map(len, openings))}
    assert len(whole) == 1
    assert (own_site.count("log"), own_site.count("upload")) == (before + 1, 0)
    [number] = own_site.news(SECRETARIS)
    assert saved(own_site, number, tmp_path / "saved") == recording.read_bytes()


def test_after_a_long_time_without_a_network_it_goes_on_by_itself(
    own_site: Site, reporter: Reporter, recording: Path, tmp_path: Path
) -> None:
    with Cutting(own_site.port) as line:
        code = begin(reporter, own_site.address("nl", line.url), recording)
        reporter.send(code)
        while len(line.bodies("/parts")) < 4:
            time.sleep(0.02)
        line.close()
        reporter.browser.wait_until(WAITING)
        tried = line.turned_away
        while line.turned_away < tried + 4:
            time.sleep(0.02)
        assert reporter.step() == "sending"
        line.open()
        reporter.at("sent")
        assert sealed_once(line.bodies("/parts"))
    [number] = own_site.news(SECRETARIS)
    assert saved(own_site, number, tmp_path / "saved") == recording.read_bytes()


def test_a_full_server_says_so_and_after_room_is_made_the_upload_goes_on(
    own_site: Site, in_chromium: Reporter, recording: Path, tmp_path: Path
) -> None:
    reporter = in_chromium
    with Cutting(own_site.port) as line:
        reporter.visit(own_site.address("nl", line.url))
        reporter.report("Eerst zonder.")
        reporter.press("sent", "talk")
        reporter.at("talk")
        [number] = own_site.news(SECRETARIS)
        own_site.stop()
        # Room for the opening, so that it begins, and then for some parts only.
        used = (own_site.data / "meldbus.sqlite").stat().st_size
        own_site.reserve(2 * MIB, used + SIZE + 6 * MIB)
        own_site.start()
        reporter.fill("talk", "Nu met een opname.")
        reporter.add_files("talk", recording)
        reporter.press("talk")
        while len(line.bodies("/parts")) < 4:
            time.sleep(0.02)
        own_site.kill()
        own_site.reserve(2 * MIB, used + 12 * MIB)
        own_site.start()
        reporter.browser.wait_until(f"!{ROOT}.querySelector('[data-part=summary]').hidden")
        [mistake] = reporter.mistakes("talk")
        assert mistake == nl(FULL)
        own_site.read(SECRETARIS, number)
        assert own_site.run(SECRETARIS, "reply", number, text="Wij lezen mee.")
        assert reporter.browser.value("#stage >>> #answer") == "Nu met een opname."
        own_site.stop()
        own_site.reserve(2 * MIB)
        own_site.start()
        reporter.press("talk")
        reporter.browser.wait_until(f"{ROOT}.querySelectorAll('.days .file').length === 1")
        assert sealed_once(line.bodies("/parts"))
        assert len(envelopes(line.bodies("/parts"))) == 1
    own_site.run(SECRETARIS, "sync")
    assert saved(own_site, number, tmp_path / "saved") == recording.read_bytes()
