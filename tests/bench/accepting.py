"""How many reports the server accepts a second, and its memory during that time; a lost report fails the bench."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from contextlib import ExitStack, closing
from itertools import islice
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from keys.wire.envelope import Header
from keys.wire.log import LogDigest, LogPage, log_cursor
from tests.bench.figures import BUILD, Figure, WrongError
from tests.bench.load import organisation_under_load, post_all, posting_request
from tests.bench.serving import pss_mib, rss_mib, shipped_server

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.dropbox.serving import Server
    from tests.organisation import Organisation

ROUNDS = 5
WARM_UP = 100
ONE_CLIENT = 200  # reports in a round
SIXTEEN_CLIENTS = 780
REPORTS = WARM_UP + ROUNDS * (ONE_CLIENT + SIXTEEN_CLIENTS)
MANY = 16
FEW_REQUESTS = 32
TEXT = "Er ging iets mis op het werk. " * 40
AIM_MEMORY = "at most 140, and flat"


def measure() -> Iterator[Figure]:
    """Load one server with 5,000 text reports, in rounds of one client, sixteen clients, and plain SQLite."""
    organisation = organisation_under_load()
    postings = [organisation.report(TEXT).posting for _ in range(REPORTS)]
    requests = [posting_request(posting.encode()) for posting in postings]
    # Not in /tmp: that may be memory, where a commit costs nothing.
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="bench-") as name, ExitStack() as ending:
        server = shipped_server(Path(name))
        ending.callback(server.kill)
        server.found(organisation)
        for _ in range(FEW_REQUESTS):
            server.get("/nl/")
            server.get("/bundles")
        yield Figure("rss_mib_0", rss_mib(server), f"{AIM_MEMORY}; sum of Rss in smaps_rollup")
        yield Figure("pss_mib_0", pss_mib(server))
        yield from _rates(server, requests, [posting.encode() for posting in postings[:SIXTEEN_CLIENTS]])
        yield Figure("rss_mib_5000", rss_mib(server), AIM_MEMORY)
        yield Figure("pss_mib_5000", pss_mib(server))
        begun = time.perf_counter()
        pages = _check_log(server, organisation, {Header.parse(posting.envelope).mac for posting in postings})
        yield Figure("log_pages_per_s", pages / (time.perf_counter() - begun))
        yield Figure("rss_mib_log", rss_mib(server), AIM_MEMORY)


def _rates(server: Server, requests: Sequence[bytes], rows: Sequence[bytes]) -> Iterator[Figure]:
    waiting = iter(requests)

    def following(number: int) -> list[bytes]:
        return list(islice(waiting, number))

    post_all(server.port, following(WARM_UP), MANY)
    ones, sixteens, bares = [], [], []
    for number in range(ROUNDS):
        ones.append(post_all(server.port, following(ONE_CLIENT), 1))
        sixteens.append(post_all(server.port, following(SIXTEEN_CLIENTS), MANY))
        bares.append(commits_per_s(server.folder / f"bare-{number}.sqlite", rows))
    one, sixteen, bare = (median(round_.per_s for round_ in ones), median(r.per_s for r in sixteens), median(bares))
    yield Figure("accept_per_s_1", one)
    yield Figure("accept_per_s_16", sixteen, "not below accept_per_s_1")
    yield Figure("accept_longest_s_16", max(round_.longest_s for round_ in sixteens))
    yield Figure("accept_own_share", median(r.own_share for r in sixteens), "of a core, used by the sixteen clients")
    yield Figure("sqlite_per_s", bare)
    ratios = [of.per_s / other for of, other in zip(sixteens, bares, strict=True)]
    yield Figure("accept_ratio_sqlite", median(ratios), "at least 0.2, aim at 0.3")


def commits_per_s(path: Path, rows: Sequence[bytes]) -> float:
    """Return how many rows a second SQLite makes durable, one per transaction."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE posting (id INTEGER PRIMARY KEY, raw BLOB NOT NULL)")
        begun = time.perf_counter()
        for row in rows:
            connection.execute("INSERT INTO posting (raw) VALUES (?)", (row,))
        return len(rows) / (time.perf_counter() - begun)


def _check_log(server: Server, organisation: Organisation, posted: set[bytes]) -> int:
    """Read the whole log and return its number of pages; raise WrongError unless it has exactly what was posted."""
    found: set[bytes] = set()
    position, digest, pages, end = 0, LogDigest(organisation.fingerprint), 0, False
    while not end:
        answer = server.get(f"/log?after={log_cursor(position, digest)}", organisation.log_capability)
        page = LogPage.parse(answer.body)
        found |= {entry.header().mac for entry in page.entries}
        position, digest = position + len(page.entries), [digest, *page.digests()][-1]
        pages, end = pages + 1, page.end
    if found != posted:
        raise WrongError(f"{len(posted - found)} reports are lost, {len(found - posted)} are not ours")
    return pages
