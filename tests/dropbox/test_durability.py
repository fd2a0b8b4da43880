"""Answered "stored" means stored: kills under load, and the order of system calls before an answer."""

from __future__ import annotations

import http.client
import random
import re
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from keys.roster.weeks import until_of
from keys.wire.envelope import LARGEST_POWER, SMALLEST_CLASS, Header, header_size
from keys.wire.log import LogDigest
from tests.dropbox.postings import SLOTS, Opaque, opaque_case, opaque_message
from tests.dropbox.serving import PATIENCE, Server
from tests.dropbox.test_concurrency import read_log
from tests.organisation import Organisation
from tests.policies import WORK

if TYPE_CHECKING:
    from pathlib import Path


HEADER = header_size(SLOTS)
CUTS = 50
WRITERS = 6
LONGEST_LOAD = 0.4  # seconds; long enough for some hundred commits
BUSY_WORK = 16 * WORK  # the most that a day of many entries asks for
SIZES = (SMALLEST_CLASS, SMALLEST_CLASS, 4 * SMALLEST_CLASS, LARGEST_POWER)


class Writer(threading.Thread):
    """Posts one case after the other until the server is gone; knows which were acknowledged."""

    def __init__(self, server: Server, until: int, unanswered: list[Opaque]) -> None:
        """Begin with those that an earlier cut left without an answer."""
        super().__init__()
        self.server = server
        self.until = until
        self.waiting = unanswered
        self.sent: list[Opaque] = list(unanswered)
        self.acknowledged: list[Opaque] = []

    def run(self) -> None:
        """Post until the connection breaks."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE)
        try:
            while True:
                if not self.waiting:
                    self.waiting.append(opaque_case(self.until, random.choice(SIZES), work=BUSY_WORK))
                    self.sent.append(self.waiting[0])
                body, kind = self.waiting[0].raw, {"Content-Type": "application/octet-stream"}
                connection.request("POST", "/envelopes", body, kind)
                answer = connection.getresponse()
                assert (answer.status, answer.read()[:10]) == (201, b'{"stored":')
                self.acknowledged.append(self.waiting.pop(0))
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_fifty_kills_lose_nothing_acknowledged_and_show_nothing_partial(server: Server) -> None:
    organisation = Organisation.found()
    server.found(organisation)
    sent: dict[bytes, Opaque] = {}
    acknowledged: set[bytes] = set()
    unanswered: list[Opaque] = []
    seen: set[bytes] = set()
    position, digest = 0, LogDigest(organisation.fingerprint)
    for _ in range(CUTS):
        writers = [Writer(server, until_of(organisation.today), unanswered[at::WRITERS]) for at in range(WRITERS)]
        for writer in writers:
            writer.start()
        time.sleep(random.uniform(0, LONGEST_LOAD))
        server.kill()
        for writer in writers:
            writer.join()
            sent.update((case.posting.envelope[:HEADER], case) for case in writer.sent)
            acknowledged.update(case.posting.envelope[:HEADER] for case in writer.acknowledged)
        unanswered = [case for writer in writers for case in writer.waiting]
        server.start()
        items, after = read_log(server, organisation, position, digest)
        for item in items:
            case = sent[item.prefix[:HEADER]]
            assert whole(server, case, item.size) == case.posting.envelope
            assert item.prefix[:HEADER] not in seen
            seen.add(item.prefix[:HEADER])
        position, digest = position + len(items), [digest, *after][-1]
        assert acknowledged <= seen
    assert len(acknowledged) > CUTS


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_kills_keep_the_position_and_the_digest_of_everything_that_was_acknowledged(server: Server) -> None:
    organisation = Organisation.found()
    server.found(organisation)
    until = until_of(organisation.today)
    case = opaque_case(until)
    assert server.post("/envelopes", case.raw).status == 201
    acknowledged = {Header.parse(case.posting.envelope).mac}
    digests: list[LogDigest] = []
    for _ in range(8):
        stopping = threading.Event()
        with ThreadPoolExecutor(WRITERS) as pool:
            jobs = [pool.submit(say_until_killed, server, until, case, stopping) for _ in range(WRITERS)]
            time.sleep(random.uniform(0.1, LONGEST_LOAD))
            server.kill()
            stopping.set()
            acknowledged.update(mac for job in jobs for mac in job.result())
        server.start()
        entries, after = read_log(server, organisation)
        macs = [entry.header().mac for entry in entries]
        assert acknowledged <= set(macs)
        assert len(set(macs)) == len(macs)
        assert after[: len(digests)] == digests
        digests = after
    assert len(acknowledged) > 8


def say_until_killed(server: Server, until: int, case: Opaque, stopping: threading.Event) -> set[bytes]:
    """Post by both doors until the connection breaks; return the macs that were acknowledged."""
    acknowledged = set()
    while not stopping.is_set():
        posting = random.choice((opaque_case(until).posting, opaque_message(until, case.reporter, work=64 * WORK)))
        try:
            if server.post("/envelopes", posting.encode()).status == 201:
                acknowledged.add(Header.parse(posting.envelope).mac)
        except (OSError, http.client.HTTPException):
            return acknowledged
    return acknowledged


def whole(server: Server, case: Opaque, size: int) -> bytes:
    """Read an envelope out of its mailbox, part by part."""
    (item,) = server.mailbox(case.reporter).entries
    assert item.size == size
    found, part = item.prefix, 0
    while len(found) < size:
        answer = server.get(f"/mailbox/1/{part}", case.recipients)
        assert answer.status == 200
        found, part = found + answer.body, part + 1
    return found


def test_answer_is_written_after_the_disk_has_confirmed(tmp_path: Path, built_scripts: Path) -> None:
    server = Server(tmp_path, workers=1)
    try:
        organisation = Organisation.found()
        server.found(organisation)
        calls = traced(server, tmp_path / "trace", opaque_case(until_of(organisation.today)))
    finally:
        server.kill()
    answered = next(at for at, call in enumerate(calls) if "HTTP/1.1 201" in call)
    written = [at for at, call in enumerate(calls[:answered]) if re.search(r"pwrite64\(.*-wal>", call)]
    confirmed = [at for at, call in enumerate(calls[:answered]) if re.search(r"f(data)?sync.* = 0", call)]
    assert written, calls
    assert max(written) < max(confirmed)


def traced(server: Server, trace: Path, case: Opaque) -> list[str]:
    """Return the worker's system calls while it stores an envelope, in the order in which they ended."""
    (worker,) = server.workers()
    names = "trace=pwrite64,write,fdatasync,fsync,sendto,sendmsg"
    strace = ["strace", "-f", "-y", "-e", names, "-p", str(worker), "-o", str(trace)]
    with subprocess.Popen(strace, stderr=subprocess.PIPE, text=True) as tracer:
        assert tracer.stderr
        assert "attached" in tracer.stderr.readline()
        assert server.post("/envelopes", case.raw).status == 201
        tracer.terminate()
        tracer.stderr.read()
    # A call that another thread interrupts is printed twice; it ended where it says "resumed". Its file stands
    # in the first half.
    begun: dict[tuple[str, str], str] = {}
    ended = []
    for line in trace.read_text().splitlines():
        thread, _, call = line.partition(" ")
        call = call.strip()
        if call.endswith("<unfinished ...>"):
            begun[thread, call.partition("(")[0]] = call.removesuffix("<unfinished ...>")
        elif resumed := re.match(r"<\.\.\. (\w+) resumed>(.*)", call):
            ended.append(begun.pop((thread, resumed[1]), resumed[1]) + resumed[2])
        else:
            ended.append(call)
    return ended
