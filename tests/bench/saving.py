"""How fast the recipients' tool opens and saves a GiB from disk to disk, compared with age and gpg."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from keys.sealing import Attachment
from tests.bench.figures import BUILD, Figure, WrongError
from tests.bench.saver import KEY, PARTS, PREFIX, SAVED
from tests.journeys.large import MIB, made, sha256
from tests.keys.stored_files import report_head, sealed_with

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SIZE = 2**30
ROUNDS = 5
GNUPG = "gnupg"
RECIPIENT = "bench@voorbeeldstichting.example"


@dataclass(frozen=True, slots=True)
class Rival:
    """A program that opens a file: its command, and the path of its output."""

    name: str
    command: Sequence[str | Path]
    opened: Path


def measure() -> Iterator[Figure]:
    """Open the same file with each program in turn, several times; compare the outputs."""
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="bench-") as name, ExitStack() as ending:
        folder = Path(name)
        # gpg leaves an agent running for each home directory.
        ending.callback(_run, ["gpgconf", "--homedir", folder / GNUPG, "--kill", "gpg-agent"])
        plain = folder / "opname"
        digest = made(plain, SIZE)
        _seal(folder, plain)
        rivals = [
            Rival("tool", [sys.executable, "-m", "tests.bench.saver", folder], folder / SAVED / "opname"),
            _age(folder, plain),
            _gpg(folder, plain),
        ]
        plain.unlink()
        rounds = [{rival.name: _seconds(rival, digest, folder / "room") for rival in rivals} for _ in range(ROUNDS)]
    yield Figure("save_mib_s", SIZE / MIB / median(one["tool"] for one in rounds), "start and fsync included")
    for name in ("age", "gpg"):
        yield Figure(f"open_ratio_{name}", median(one[name] / one["tool"] for one in rounds), "above 1")


def _seal(folder: Path, plain: Path) -> None:
    """Seal a report with this file, and record how to open it."""
    attachment = Attachment.read(plain, plain.name, "application/octet-stream")
    sealed = sealed_with(report_head("Met een opname.", [attachment.file]), attachment.pieces())
    (folder / PREFIX).write_bytes(sealed.prefix)
    with (folder / PARTS).open("wb") as parts:
        for part in sealed.parts:
            parts.write(part)
    (folder / KEY).write_bytes(sealed.content_key)


def _age(folder: Path, plain: Path) -> Rival:
    key, sealed, opened = folder / "age.key", folder / "opname.age", folder / "age.out"
    _run(["age-keygen", "-o", key])
    recipient = _run(["age-keygen", "-y", key]).strip()
    _run(["age", "--encrypt", "--recipient", recipient, "--output", sealed, plain])
    return Rival("age", ["age", "--decrypt", "--identity", key, "--output", opened, sealed], opened)


def _gpg(folder: Path, plain: Path) -> Rival:
    home, sealed, opened = folder / GNUPG, folder / "opname.gpg", folder / "gpg.out"
    home.mkdir(mode=0o700)
    gpg = ["gpg", "--homedir", home, "--batch", "--quiet", "--yes"]
    _run([*gpg, "--passphrase", "", "--quick-generate-key", RECIPIENT, "default", "default", "never"])
    _run([*gpg, "--trust-model", "always", "--recipient", RECIPIENT, "--output", sealed, "--encrypt", plain])
    return Rival("gpg", [*gpg, "--output", opened, "--decrypt", sealed], opened)


def _run(command: Sequence[str | Path]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _seconds(rival: Rival, digest: str, room: Path) -> float:
    """Return the seconds until one output is on the disk; raise WrongError unless it equals what was sealed."""
    _make_room(room)
    begun = time.perf_counter()
    _run(rival.command)
    # The tool calls fsync before it ends; the others do not.
    with rival.opened.open("rb") as opened:
        os.fsync(opened.fileno())
    took = time.perf_counter() - begun
    if sha256(rival.opened) != digest:
        raise WrongError(f"{rival.name} opened another file")
    rival.opened.unlink()
    return took


def _make_room(path: Path) -> None:
    """Give every program the same start: free memory to cache the file, and an idle disk."""
    zeros = bytes(MIB)
    with path.open("wb") as file:
        for _ in range(0, SIZE, MIB):
            file.write(zeros)
    path.unlink()
    os.sync()
