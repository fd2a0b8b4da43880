"""Deletes a million parts from a server in use: no read of a live mailbox may fail during that time.

Writes build/expiring.json. Usage: python -m tests.soak.expiring [--parts PARTS]
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from keys.wire.envelope import MAC_SIZE
from tests.bench.figures import BUILD, Figure, WrongError, write
from tests.bench.load import organisation_under_load
from tests.bench.serving import shipped_server
from tests.dropbox.serving import ROOT
from tests.soak.__main__ import check_store
from tests.soak.ledger import Ledger
from tests.soak.people import GONE, LogReader, Looker, Person, Writer

if TYPE_CHECKING:
    from concurrent.futures import Future

    from tests.dropbox.serving import Server

PARTS = 1_000_000
PARTS_PER_ENVELOPE = 1000
STREAM = bytes(200)  # a part has a MiB; here only the number of parts matters
LETTERS = 200  # before the deletion starts
MOST_SECONDS = 7200.0
QUIET_SECONDS = 10.0  # seconds of reading before the deletion starts, for comparison
TICK = 0.2


@dataclass
class SteadyLooker(Looker):
    """Reads live threads; unlike during kills, a missing answer is a failure. `took` is in seconds."""

    took: list[float] = field(default_factory=list)

    def run(self) -> int:
        """Read again and again; raise WrongError if a read fails."""
        while not self.stop.is_set():
            begun = time.perf_counter()
            try:
                self.act()
            except GONE as error:
                raise WrongError(f"a look failed: {error!r}") from None
            self.took.append(time.perf_counter() - begun)
            self.done += 1
        return self.done


def fill(server: Server, parts: int, today: int) -> None:
    """Put mailboxes that ended yesterday into the store: this many parts in total, each mailbox with one envelope."""
    with closing(sqlite3.connect(server.data / "meldbus.sqlite", timeout=60)) as store, store:
        [(mailbox,)] = store.execute("SELECT coalesce(max(id), 0) FROM mailbox").fetchall()
        [(envelope,)] = store.execute("SELECT coalesce(max(id), 0) FROM envelope").fetchall()
        for at in range(1, parts // PARTS_PER_ENVELOPE + 1):
            store.execute("INSERT INTO mailbox (id, until) VALUES (?, ?)", (mailbox + at, today - 1))
            for _ in range(2):
                digest = (os.urandom(32), mailbox + at)
                store.execute("INSERT INTO capability (digest, mailbox) VALUES (?, ?)", digest)
            row = (envelope + at, os.urandom(MAC_SIZE), os.urandom(32), today - 400, PARTS_PER_ENVELOPE << 20, STREAM)
            store.execute("INSERT INTO envelope (id, mac, digest, day, size, prefix) VALUES (?, ?, ?, ?, ?, ?)", row)
            message = (mailbox + at, 1, envelope + at)
            store.execute("INSERT INTO message (mailbox, number, envelope) VALUES (?, ?, ?)", message)
            streams = ((envelope + at, number, STREAM) for number in range(PARTS_PER_ENVELOPE))
            store.executemany("INSERT INTO part (envelope, number, stream) VALUES (?, ?, ?)", streams)


def count(server: Server, query: str, *values: object) -> int:
    """Return the number that is the result of a query on the store."""
    with closing(sqlite3.connect(server.data / "meldbus.sqlite", timeout=60)) as store:
        [(found,)] = store.execute(query, values).fetchall()
    return int(found)


def expire(server: Server, jobs: list[Future[int]]) -> None:
    """Run the operator's command to its end; raise WrongError as soon as a user's request fails."""
    call = [sys.executable, "-m", "dropbox", "expire", "--config", str(server.config)]
    ends = time.monotonic() + MOST_SECONDS
    with subprocess.Popen(call, cwd=ROOT) as process:
        try:
            while process.poll() is None:
                for job in jobs:
                    if job.done():
                        job.result()
                if time.monotonic() > ends:
                    raise WrongError("the deleting does not end")
                time.sleep(TICK)
        finally:
            process.kill()
    if process.returncode:
        raise WrongError(f"expire ended with {process.returncode}")


def run(folder: Path, parts: int) -> list[Figure]:
    """Fill a server, use it while it expires mailboxes, and return the measurements; raise WrongError."""
    with ExitStack() as ending:
        server, organisation = shipped_server(folder), organisation_under_load()
        ending.callback(server.kill)
        server.found(organisation)
        today = organisation.today
        ledger, stop = Ledger(), threading.Event()
        given = (server, organisation, ledger, stop)
        writer, reader = Writer(*given), LogReader(*given)
        for _ in range(LETTERS):
            writer.act()
        fill(server, parts, today)
        kept = count(server, "SELECT count(*) FROM part") - parts
        lookers = [SteadyLooker(*given) for _ in range(2)]
        everybody: list[Person] = [*lookers, writer, reader]
        with ThreadPoolExecutor(len(everybody)) as threads:
            jobs = [threads.submit(person.run) for person in everybody]
            try:
                stop.wait(QUIET_SECONDS)
                quiet = [took for looker in lookers for took in looker.took]
                begun = time.monotonic()
                expire(server, jobs)
                took = time.monotonic() - begun
            finally:
                stop.set()
        for job in jobs:
            job.result()
        looks = [seconds for looker in lookers for seconds in looker.took][len(quiet) :]
        left = count(server, "SELECT count(*) FROM mailbox WHERE until < ?", today)
        if left or count(server, "SELECT count(*) FROM part WHERE length(stream) = ?", len(STREAM)):
            raise WrongError("something was left of what had ended")
        if count(server, "SELECT count(*) FROM part") < kept:
            raise WrongError("parts of live mailboxes are gone")
        if not looks:
            raise WrongError("nobody looked meanwhile")
        reader.act()
        server.stop()
        check_store(server)
    return [
        Figure("expired_parts", parts),
        Figure("expired_per_s", parts / took),
        Figure("looks_meanwhile", len(looks), "none of them fails"),
        Figure("letters_meanwhile", writer.done),
        Figure("look_ms_quiet", 1000 * median(quiet)),
        Figure("look_ms_meanwhile", 1000 * median(looks)),
        Figure("look_ratio", median(looks) / median(quiet)),
        Figure("look_ms_longest", 1000 * max(looks)),
    ]


def main() -> int:
    """Return 0 if nothing was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.expiring", description="Expire under load.")
    parser.add_argument("--parts", type=int, default=PARTS)
    asked = parser.parse_args()
    print(f"expiring: {asked.parts} parts", flush=True)
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="expiring-") as name:
        try:
            figures = run(Path(name), asked.parts)
        except WrongError as error:
            print(f"expiring: error: {error}", file=sys.stderr)
            return 1
    for figure in figures:
        print(figure.line())
    write(BUILD / "expiring.json", figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
