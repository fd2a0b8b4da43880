"""A large file on its way from a browser to a recipient, and what it costs in memory; it judges nothing."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from tests.journeys.browser import Browser
from tests.journeys.memory import PRIVATE, RESIDENT, Growth, renderers
from tests.journeys.reporter import Reporter
from tests.journeys.site import PASSPHRASE, SECRETARIS, descriptor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.journeys.site import Site

MIB = 2**20
SMALL = 3 * MIB
PATIENCE = 240  # seconds


@dataclass(frozen=True, slots=True)
class Way:
    """What went from a browser to a recipient: both SHA-256, and by how many MiB each memory grew at the most."""

    sent: str
    came: str
    renderer: float  # private memory
    taking: float  # the server's processes, while it comes in
    giving: float  # the same, while it goes out
    tool: float


def go(site: Site, folder: Path, size: int) -> Way:
    """Send a file of `size` bytes from a Chromium to the secretaris, measured after a small one has gone that way."""
    path = folder / "opname"
    digest = made(path, size)
    # What is loaded for the first time is no growth.
    small = folder / "klein"
    small.write_bytes(bytes(SMALL))
    # Noted requests would stay in the memory that is measured.
    with Browser("chromium", noting=False, timeout=PATIENCE) as browser:
        _upload(Reporter(browser), site.address("nl"), small)
        [first] = site.news(SECRETARIS)
        _saved(site, first, folder / "first")
        with (
            Growth(site.processes, RESIDENT) as taking,
            Growth(lambda: renderers(browser.pid), PRIVATE) as renderer,
        ):
            _upload(Reporter(browser), site.address("nl"), path)
    with Growth(site.processes, RESIDENT) as giving:
        [number] = site.news(SECRETARIS)
        found, tool = _saved(site, number, folder / "saved")
    if min(renderer.before, taking.before, giving.before) <= 0:
        raise RuntimeError("nothing was measured")
    return Way(digest, sha256(found), renderer.mib, taking.mib, giving.mib, tool)


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


def _upload(reporter: Reporter, address: str, path: Path) -> None:
    """Report with this file, to the end."""
    reporter.visit(address)
    reporter.begin()
    reporter.fill("write", "Met een lange opname.")
    reporter.add_files("write", path)
    reporter.send(reporter.review())
    reporter.at("sent")


@contextmanager
def _tool(site: Site, *arguments: object) -> Iterator[subprocess.Popen[str]]:
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


def _saved(site: Site, number: str, folder: Path) -> tuple[Path, float]:
    """Save the one file of a case; return where, and by how many MiB the tool grew."""
    with _tool(site, "save", number, "--to", folder) as running, Growth(lambda: [running.pid], RESIDENT) as growth:
        # Until it has loaded what it is made of, nothing counts.
        while not folder.exists() and running.poll() is None:
            pass
        growth.before = growth.most
        running.wait()
    [path] = [path for path in folder.iterdir() if path.is_file()]
    return path, growth.mib
