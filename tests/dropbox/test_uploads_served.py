"""Large envelopes at a real server: kills, many at once, memory that stays flat, a purge that lets others through."""

from __future__ import annotations

import http.client
import json
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from keys.roster.weeks import until_of
from keys.wire.envelope import padded_size
from tests.dropbox.postings import Upload, opaque_case, opaque_message, opaque_upload
from tests.dropbox.serving import BINARY, PATIENCE, Server
from tests.organisation import Organisation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MIB = 2**20
LARGE = padded_size(256 * MIB - 5)
PURGED = padded_size(2**30 - 5)
MANY_BETWEEN = 40  # of the 264 batches that it takes
MOST_GROWTH = 64  # MiB of all its processes together


def send(server: Server, upload: Upload, numbers: Iterable[int]) -> None:
    """Send parts over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    try:
        for number in numbers:
            connection.request("POST", "/parts", upload.part(number), {"Content-Type": BINARY})
            answer = connection.getresponse()
            assert (answer.status, answer.read()) == (200, b'{"kept":%d}' % number)
    finally:
        connection.close()


def whole(server: Server, upload: Upload) -> None:
    """Check that what is read back is what was sent."""
    (item,) = server.mailbox(upload.recipients).entries
    assert (item.prefix, item.size) == (upload.opening.prefix, upload.opening.size)
    for number in range(upload.count):
        assert server.get(f"/mailbox/1/{number}", upload.reporter).body == upload.stream(number)


def resident(server: Server) -> float:
    """Return the resident MiB of all the server's processes."""
    kib = 0
    for pid in (server.pid, *server.workers()):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        kib += next(int(line.split()[1]) for line in lines if line.startswith("Rss:"))
    return kib / 1024


def test_a_killed_server_has_every_part_that_it_acknowledged(founded: tuple[Server, Organisation]) -> None:
    server, organisation = founded
    upload = opaque_upload(until_of(organisation.today), padded_size(30 * MIB))
    assert server.post("/uploads", upload.raw).status == 200
    kept: set[int] = set()

    def sending() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
        try:
            for number in range(upload.count):
                connection.request("POST", "/parts", upload.part(number), {"Content-Type": BINARY})
                if connection.getresponse().read() == b'{"kept":%d}' % number:
                    kept.add(number)
                if len(kept) >= 10:
                    killed.set()
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()

    killed = threading.Event()
    sender = threading.Thread(target=sending)
    sender.start()
    assert killed.wait(PATIENCE)
    server.kill()
    sender.join()
    server.start()
    answer = server.post("/uploads", upload.raw)
    missing = missing_of(answer.body)
    assert kept
    assert not kept & missing
    send(server, upload, sorted(missing))
    assert server.post("/uploads", upload.raw).status == 201
    whole(server, upload)


def missing_of(body: bytes) -> set[int]:
    """Return the numbers that an answer calls missing."""
    return {at for first, count in json.loads(body)["missing"] for at in range(first, first + count)}


def test_sixteen_uploads_at_once_all_end_whole(founded: tuple[Server, Organisation]) -> None:
    server, organisation = founded
    uploads = [opaque_upload(until_of(organisation.today)) for _ in range(16)]

    def bring(upload: Upload) -> int:
        server.post("/uploads", upload.raw)
        send(server, upload, range(upload.count))
        return server.post("/uploads", upload.raw).status

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(bring, uploads)) == [201] * 16
    for upload in uploads:
        whole(server, upload)


def test_two_who_send_one_upload_at_once_end_it_once(founded: tuple[Server, Organisation]) -> None:
    server, organisation = founded
    upload = opaque_upload(until_of(organisation.today), padded_size(12 * MIB))

    def bring(numbers: Iterable[int]) -> int:
        server.post("/uploads", upload.raw)
        send(server, upload, numbers)
        return server.post("/uploads", upload.raw).status

    with ThreadPoolExecutor(4) as pool:
        orders = [range(upload.count), reversed(range(upload.count)), range(upload.count), range(0, upload.count, 2)]
        statuses = list(pool.map(bring, orders))
    assert set(statuses) <= {200, 201}
    assert 201 in statuses
    assert len(server.log_of(organisation)) == 1
    whole(server, upload)


@pytest.mark.slow
def test_the_servers_memory_stays_flat_while_256_mib_come_in_and_go_out(founded: tuple[Server, Organisation]) -> None:
    server, organisation = founded
    first = opaque_upload(until_of(organisation.today))
    server.post("/uploads", first.raw)
    send(server, first, range(first.count))
    assert server.post("/uploads", first.raw).status == 201
    before = resident(server)
    upload = opaque_upload(until_of(organisation.today), LARGE)
    server.post("/uploads", upload.raw)
    most = before
    for number in range(0, upload.count, 16):
        send(server, upload, range(number, min(number + 16, upload.count)))
        most = max(most, resident(server))
    assert server.post("/uploads", upload.raw).status == 201
    whole(server, upload)
    assert max(most, resident(server)) - before <= MOST_GROWTH


@pytest.mark.slow
def test_a_plain_form_of_256_mib_is_never_in_memory_nor_in_a_temporary_file(
    founded: tuple[Server, Organisation],
) -> None:
    server, organisation = founded
    upload = opaque_upload(until_of(organisation.today), LARGE)
    server.get("/nl/file")
    before = most = resident(server)
    named = b'Content-Disposition: form-data; name="file"; filename="report"\r\n\r\n'

    def body() -> Iterator[bytes]:
        nonlocal most
        yield b"--edge\r\n" + named
        for at, piece in enumerate(upload.sealed_file()):
            yield piece
            if at % 16 == 0:
                most = max(most, resident(server))
                assert not list(server.temporary.iterdir())
        yield b"\r\n--edge--\r\n"

    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    size = len(named) + 8 + len(upload.raw) + sum(len(upload.stream(at)) for at in range(upload.count)) + 12
    headers = {"Content-Type": "multipart/form-data; boundary=edge", "Content-Length": str(size)}
    connection.request("POST", "/nl/file", body(), headers)
    assert connection.getresponse().status == 201
    connection.close()
    whole(server, upload)
    assert max(most, resident(server)) - before <= MOST_GROWTH


@pytest.fixture
def roomy(tmp_path: Path, built_scripts: Path) -> Iterator[Server]:
    """A server that is not started yet, with room for more than a GiB."""
    server = Server(tmp_path, max_database_bytes=2**32)
    yield server
    server.kill()


@pytest.mark.slow
def test_others_commit_between_the_batches_of_a_purge(roomy: Server) -> None:
    organisation = Organisation.found()
    server = roomy.found(organisation)
    upload = opaque_upload(until_of(organisation.today), PURGED)
    server.post("/uploads", upload.raw)
    send(server, upload, range(upload.count))
    database = server.data / "meldbus.sqlite"
    with sqlite3.connect(database) as store:
        store.execute("UPDATE upload SET day = day - 2")
    store.close()
    left_at_commits: list[int] = []
    call = ["-m", "dropbox", "expire", "--config", str(server.config)]
    with subprocess.Popen([sys.executable, *call], cwd=Path(__file__).parents[2]) as purge:
        while purge.poll() is None:
            assert server.post("/envelopes", opaque_case(until_of(organisation.today)).raw).status == 201
            left_at_commits.append(parts(database))
        assert purge.returncode == 0
    assert parts(database) == 0
    between = {left for left in left_at_commits if 0 < left < upload.count}
    assert len(between) > MANY_BETWEEN


def parts(database: Path) -> int:
    """Return how many parts there are."""
    store = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return int(store.execute("SELECT count(*) FROM part").fetchone()[0])
    finally:
        store.close()


def mounted(folder: Path, size: int) -> bool:
    """Mount a small disk at a folder; return whether this account may."""
    call = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", str(folder)]
    return subprocess.run(call, capture_output=True, check=False).returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path, built_scripts: Path) -> Iterator[tuple[Server, int]]:
    """A server whose store has 24 MiB: of a disk where this account may mount one, else by its own limit."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    is_mounted = mounted(data, 24 * MIB)
    limit = 2**30 if is_mounted else 24 * MIB
    server = Server(tmp_path, max_database_bytes=limit, reserve_bytes=4 * MIB)
    try:
        yield server, limit
    finally:
        server.kill()
        if is_mounted:
            subprocess.run(["umount", str(data)], check=True)


@pytest.mark.slow
def test_a_full_disk_refuses_parts_and_nothing_else_and_is_whole_after_room_is_made(
    small_disk: tuple[Server, int],
) -> None:
    server, _ = small_disk
    organisation = Organisation.found()
    server.found(organisation)
    case = opaque_case(until_of(organisation.today))
    assert server.post("/envelopes", case.raw).status == 201
    in_the_way, upload = (opaque_upload(until_of(organisation.today), padded_size(size * MIB)) for size in (9, 8))
    for one in (in_the_way, upload):
        assert server.post("/uploads", one.raw).status == 200
    send(server, in_the_way, range(in_the_way.count))
    answers = [server.post("/parts", upload.part(number)) for number in range(upload.count)]
    assert {answer.status for answer in answers} == {200, 507}
    assert {answer.body for answer in answers if answer.status == 507} == {b'{"error":"full"}'}
    for _ in range(3):
        message = opaque_message(until_of(organisation.today), case.reporter)
        assert server.post("/envelopes", message.encode()).status == 201
    server.kill()
    store = sqlite3.connect(server.data / "meldbus.sqlite")
    assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    store.execute("UPDATE upload SET day = day - 2 WHERE envelope = 2")
    store.commit()
    store.close()
    server.start()
    assert server.command("expire").returncode == 0
    send(server, upload, sorted(missing_of(server.post("/uploads", upload.raw).body)))
    assert server.post("/uploads", upload.raw).status == 201
    whole(server, upload)
    assert len(server.mailbox(case.recipients).entries) == 4


def test_nothing_of_an_upload_is_in_a_log_or_a_temporary_file(founded: tuple[Server, Organisation]) -> None:
    server, organisation = founded
    upload = opaque_upload(until_of(organisation.today))
    server.post("/uploads", upload.raw)
    send(server, upload, range(upload.count))
    server.post("/parts", b"wrong" * 20)
    server.post("/uploads", upload.raw[:-1])
    server.post("/uploads", upload.raw)
    assert server.command("expire").stdout == ""
    assert not list(server.temporary.iterdir())
    log = server.log.read_bytes()
    assert upload.mac.hex().encode() not in log
    assert all("dropbox:" in line for line in log.decode().splitlines() if line)
