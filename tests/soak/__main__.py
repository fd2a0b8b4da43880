"""Loads a server for a long time, kills it repeatedly, and checks that nothing acknowledged is ever lost.

At the same time it feeds altered vectors to the parsers of both programs. Writes build/soak.json. Usage: python -m
tests.soak [--seconds SECONDS] [--seed SEED]
"""

from __future__ import annotations

import argparse
import json
import random
import secrets
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

from keys.sealing import find_content_key, open_head
from tests.bench.figures import BUILD, Figure, WrongError, write
from tests.bench.load import organisation_under_load
from tests.bench.serving import rss_mib, shipped_server
from tests.dropbox.serving import ROOT
from tests.soak.ledger import Ledger
from tests.soak.memory import begin_and_end, check_flat
from tests.soak.people import LogReader, Looker, Person, Writer, check_envelope, check_talk, log_entries

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future

    from tests.dropbox.serving import Server
    from tests.organisation import Organisation

SECONDS = 1800.0
LONGEST_LIFE = 60.0  # seconds between two kills
LIVES = 8  # at least, while the server is killed
CALM = 0.25  # share of the time, at the end, without kills: to show that memory stays flat
# Acts in that time before its memory counts: the first ones create threads, connections and buffers.
WARM_UP = 600
WARM_UP_SECONDS = 300  # after this time, a slow start is a failure
TALKS_CHECKED = 2000
END_SECONDS = 120  # for a thread or a process that was asked to end
TICK = 0.5
AIM_MEMORY = "at most 150, and flat"


@dataclass
class Soak:
    """One server and all of its users."""

    server: Server
    organisation: Organisation
    randomness: random.Random
    ledger: Ledger = field(default_factory=Ledger)
    stop: threading.Event = field(default_factory=threading.Event)
    rss: list[float] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)

    def run(self, seconds: float) -> list[Figure]:
        """Load the server for this long, check everything, and return the counts; raise WrongError."""
        given = (self.server, self.organisation, self.ledger, self.stop)
        reader = LogReader(*given)
        writers: list[Person] = [Writer(*given) for _ in range(3)]
        lookers: list[Person] = [Looker(*given) for _ in range(2)]
        everybody = [*writers, *lookers, reader]
        with ThreadPoolExecutor(len(everybody)) as threads:
            jobs = [threads.submit(person.run) for person in everybody]
            try:
                self._kill(seconds * (1 - CALM), jobs)
                self._warm_up(everybody, jobs)
                self._keep_calm(seconds * CALM, jobs)
            finally:
                self.stop.set()
        for job in jobs:
            job.result()
        reader.act()
        kept = self._check(reader.seen)
        sent = self.ledger.letters()
        warm, end = begin_and_end(self.rss)
        return [
            Figure("soak_s", seconds),
            Figure("kills", len(self.starts)),
            Figure("restart_s", median(self.starts)),
            Figure("letters_sent", len(sent)),
            Figure("letters_acknowledged", sum(letter.acknowledged for letter in sent)),
            Figure("entries_kept", kept),
            Figure("looks", sum(person.done for person in lookers)),
            Figure("feed_reads", reader.done),
            Figure("rss_mib_warm", warm, AIM_MEMORY),
            Figure("rss_mib_end", end, AIM_MEMORY),
            Figure("rss_mib_most", max(self.rss), "with pages on their way"),
        ]

    def _kill(self, seconds: float, jobs: list[Future[int]]) -> None:
        ends = time.monotonic() + seconds
        longest = min(LONGEST_LIFE, seconds / LIVES)
        while time.monotonic() < ends:
            self._wait(self.randomness.uniform(0, longest), jobs)
            self.server.kill()
            begun = time.monotonic()
            self.server.start()
            self.starts.append(time.monotonic() - begun)

    def _warm_up(self, everybody: Sequence[Person], jobs: list[Future[int]]) -> None:
        """Wait until the server has done enough since its start for its memory to settle."""
        begun, ends = sum(person.done for person in everybody), time.monotonic() + WARM_UP_SECONDS
        while sum(person.done for person in everybody) - begun < WARM_UP:
            self._wait(TICK, jobs)
            if time.monotonic() > ends:
                raise WrongError("hardly anything is done any more")

    def _keep_calm(self, seconds: float, jobs: list[Future[int]]) -> None:
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            self._wait(TICK, jobs)
            self.rss.append(rss_mib(self.server))
        check_flat(self.rss)

    def _wait(self, seconds: float, jobs: list[Future[int]]) -> None:
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            for job in jobs:
                if job.done():
                    job.result()
            time.sleep(min(TICK, max(0.0, ends - time.monotonic())))

    def _check(self, seen: list[bytes]) -> int:
        """Read everything again with a reader without a cursor, and compare; return the number of entries."""
        found: list[bytes] = []
        secretaris = self.organisation.people[0]
        for _, entry in log_entries(self.server, self.organisation):
            letter = check_envelope(entry, self.ledger.posted)
            found.append(letter.mac)
            if letter.opens_to is not None and len(entry.prefix) == entry.size:
                key = find_content_key(entry.header(), secretaris.pairs)
                message = open_head(entry.prefix, key, entry.size)
                if message.id != letter.opens_to:
                    raise WrongError("an entry opens to another message")
        if found != seen:
            raise WrongError(f"a reader with a cursor saw {len(seen)} entries, one without {len(found)}")
        acknowledged = {mac for mac, letter in self.ledger.posted.items() if letter.acknowledged}
        if not acknowledged <= set(found):
            raise WrongError(f"{len(acknowledged - set(found))} acknowledged entries are lost")
        begun = [talk for talk in self.ledger.talks if next(iter(talk.letters)) in acknowledged]
        for talk in self.randomness.sample(begun, min(len(begun), TALKS_CHECKED)):
            check_talk(self.server, self.ledger, talk, talk.reporter)
        return len(found)


def check_store(server: Server) -> None:
    """Raise WrongError unless the store is sound and the log reports no fault; the server has ended."""
    with closing(sqlite3.connect(server.data / "meldbus.sqlite")) as store:
        found = [store.execute(f"PRAGMA {check}").fetchall() for check in ("integrity_check", "foreign_key_check")]
    if found != [[("ok",)], []]:
        raise WrongError("the store is not sound")
    if b"fault" in server.log.read_bytes():
        raise WrongError("the server has logged a fault: " + server.log.read_text("utf-8")[-2000:])


def main() -> int:
    """Return 0 if nothing was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description="Load a server for a long time.")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--seed", type=int, default=secrets.randbits(32), help="of kills and of spoilt vectors")
    asked = parser.parse_args()
    print(f"soak: {asked.seconds:.0f} seconds, --seed {asked.seed}", flush=True)
    # Not in /tmp: that may be memory, which would not survive a crash of the machine.
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="soak-") as name, ExitStack() as ending:
        server, organisation = shipped_server(Path(name)), organisation_under_load()
        ending.callback(server.kill)
        server.found(organisation)
        fuzzing = subprocess.Popen(
            [sys.executable, "-m", "tests.soak.fuzzing", str(asked.seconds), str(asked.seed)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        ending.callback(fuzzing.kill)
        try:
            figures = Soak(server, organisation, random.Random(asked.seed)).run(asked.seconds)
            server.stop()
            check_store(server)
            fuzzed, _ = fuzzing.communicate(timeout=END_SECONDS)
            if fuzzing.returncode:
                raise WrongError("the parsers do not read alike: see build/soak-fuzz.bin")
        except WrongError as error:
            print(f"soak: error: {error}", file=sys.stderr)
            return 1
    figures += [Figure(name, value) for name, value in json.loads(fuzzed).items()]
    for figure in figures:
        print(figure.line())
    write(BUILD / "soak.json", figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
