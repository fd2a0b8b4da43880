"""A file of 256 MiB goes from the browser to the recipient byte for byte, while no memory on the way grows with it."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from tests.journeys.memory import PRIVATE, RESIDENT, Growth, renderers
from tests.journeys.site import PASSPHRASE, SECRETARIS, descriptor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.journeys.browser import Browser
    from tests.journeys.reporter import Reporter
    from tests.journeys.site import Site

MIB = 2**20
SIZE = 256 * MIB - 4321
MOST_SERVER, MOST_TOOL, MOST_RENDERER = 64, 64, 150  # MiB


def made(path: Path, size: int) -> str:
    """Write a file of this size that nothing can compress; return its SHA-256 in hex."""
    drawn, digest = Random(size), hashlib.sha256()
    with path.open("wb") as file:
        for at in range(0, size, MIB):
            piece = drawn.randbytes(min(MIB, size - at))
            digest.update(piece)
            file.write(piece)
    return digest.hexdigest()


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def upload(reporter: Reporter, address: str, path: Path) -> None:
    """Report with this file, to the end."""
    reporter.visit(address)
    reporter.begin()
    reporter.fill("write", "Met een lange opname.")
    reporter.add_files("write", path)
    reporter.send(reporter.review())
    reporter.at("sent")


@contextmanager
def tool(site: Site, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """Run `meldbus` as the secretaris in a process of its own, and wait for its end."""
    call = [str(Path(sys.executable).with_name("meldbus")), "--home", str(site.folder / SECRETARIS)]
    with descriptor(PASSPHRASE) as passphrase:
        given = ["--passphrase-fd", passphrase, *map(str, arguments)]
        with subprocess.Popen(
            call + given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, pass_fds=[int(passphrase)]
        ) as running:
            yield running
            out, errors = running.communicate()
            assert running.returncode == 0, out + errors


def saved(site: Site, number: str, folder: Path) -> tuple[Path, float]:
    """Save the one file of a case; return where, and by how many MiB the tool grew."""
    with tool(site, "save", number, "--to", folder) as running, Growth(lambda: [running.pid], RESIDENT) as growth:
        # Until it has loaded what it is made of, nothing counts.
        while not folder.exists() and running.poll() is None:
            pass
        growth.before = growth.most
        running.wait()
    [path] = [path for path in folder.iterdir() if path.is_file()]
    return path, growth.mib


def test_256_mib_come_out_as_they_went_in_and_no_memory_grows_with_them(
    own_site: Site, chromium: Browser, in_chromium: Reporter, tmp_path: Path
) -> None:
    path = tmp_path / "opname"
    digest = made(path, SIZE)
    address = own_site.address("nl")
    # Once with little: what is loaded for the first time is no growth.
    small = tmp_path / "klein"
    small.write_bytes(bytes(3 * MIB))
    upload(in_chromium, address, small)
    [first] = own_site.news(SECRETARIS)
    saved(own_site, first, tmp_path / "first")
    with (
        Growth(own_site.processes, RESIDENT) as server,
        Growth(lambda: renderers(chromium.pid), PRIVATE) as renderer,
    ):
        upload(in_chromium, address, path)
    with Growth(own_site.processes, RESIDENT) as reading:
        [number] = own_site.news(SECRETARIS)
        found, tools = saved(own_site, number, tmp_path / "saved")
    assert sha256(found) == digest
    assert renderer.before > 0
    assert server.before > 0
    grown = {"renderer": renderer.mib, "taking": server.mib, "giving": reading.mib, "tool": tools}
    most = {"renderer": MOST_RENDERER, "taking": MOST_SERVER, "giving": MOST_SERVER, "tool": MOST_TOOL}
    assert {name for name, mib in grown.items() if mib > most[name]} == set(), grown
