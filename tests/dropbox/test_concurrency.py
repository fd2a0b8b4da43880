"""Many at once, against a real server with two workers: all are stored, in one order, and no reader misses one."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from dropbox.load_meter import PATIENT
from keys.roster.weeks import until_of
from keys.wire.envelope import LARGEST_POWER, SMALLEST_CLASS, Header
from keys.wire.log import LogDigest, LogEntry, LogPage, log_cursor
from tests.dropbox.postings import Opaque, opaque_case, opaque_message, weak_message
from tests.policies import WORK

if TYPE_CHECKING:
    from concurrent.futures import Future

    from keys.wire.mailbox import MailboxEntry
    from tests.dropbox.serving import Server
    from tests.organisation import Organisation

CLIENTS = 64


def read_log(
    server: Server, organisation: Organisation, position: int = 0, digest: LogDigest | None = None
) -> tuple[list[LogEntry], list[LogDigest]]:
    """Return every entry of the log after a position with this digest, and the digest after each."""
    entries: list[LogEntry] = []
    digests = [digest or LogDigest(organisation.fingerprint)]
    end = False
    while not end:
        cursor = log_cursor(position + len(entries), digests[-1])
        answer = server.get(f"/log?after={cursor}", organisation.log_capability)
        assert answer.status == 200
        page = LogPage.parse(answer.body)
        assert page.check_follows(position + len(entries), digests[-1]) == 0
        entries += page.entries
        digests += page.digests()
        end = page.end
    return entries, digests[1:]


def test_sixty_four_clients_that_send_at_once_all_succeed(founded: tuple[Server, Organisation]) -> None:
    server, organisation = founded
    cases = [opaque_case(until_of(organisation.today)) for _ in range(CLIENTS)]
    gate = threading.Barrier(CLIENTS)

    def send(case: Opaque) -> int:
        gate.wait()
        return server.post("/envelopes", case.raw).status

    with ThreadPoolExecutor(CLIENTS) as clients:
        assert list(clients.map(send, cases)) == [201] * CLIENTS
    entries, _ = read_log(server, organisation)
    assert len(entries) == CLIENTS
    assert {entry.prefix for entry in entries} == {case.posting.envelope for case in cases}


def test_same_posting_sent_at_once_by_many_is_stored_once(founded: tuple[Server, Organisation]) -> None:
    server, organisation = founded
    case = opaque_case(until_of(organisation.today))
    with ThreadPoolExecutor(16) as clients:
        answers = list(clients.map(lambda _: server.post("/envelopes", case.raw), range(16)))
    assert {(answer.status, answer.body) for answer in answers} == {(201, answers[0].body)}
    assert len(read_log(server, organisation)[0]) == 1


def test_messages_sent_at_once_into_one_mailbox_are_all_in_it(founded: tuple[Server, Organisation]) -> None:
    server, organisation = founded
    until = until_of(organisation.today)
    case = opaque_case(until)
    server.post("/envelopes", case.raw)
    messages = [opaque_message(until, capability) for capability in (case.reporter, case.recipients) * 12]
    with ThreadPoolExecutor(24) as clients:
        answers = clients.map(lambda message: server.post("/envelopes", message.encode()).status, messages)
        assert set(answers) == {201}
    found: list[MailboxEntry] = []
    more = True
    while more:
        page = server.mailbox(case.reporter, len(found))
        found, more = found + list(page.entries), page.more
    assert [entry.number for entry in found] == list(range(1, 26))
    assert {entry.prefix for entry in found[1:]} == {message.envelope for message in messages}


def test_postings_at_once_by_both_doors_make_a_log_without_a_gap(founded: tuple[Server, Organisation]) -> None:
    server, organisation = founded
    until = until_of(organisation.today)
    case = opaque_case(until)
    server.post("/envelopes", case.raw)
    postings = [opaque_case(until, padded).posting for padded in (SMALLEST_CLASS, LARGEST_POWER) for _ in range(30)]
    postings += [opaque_message(until, capability) for capability in (case.reporter, case.recipients) * 14]
    with ThreadPoolExecutor(24) as clients:
        assert set(clients.map(lambda one: server.post("/envelopes", one.encode()).status, postings)) == {201}
    entries, digests = read_log(server, organisation)
    sent = [Header.parse(posting.envelope).mac for posting in (case.posting, *postings)]
    assert sorted(entry.header().mac for entry in entries) == sorted(sent)
    assert len(set(digests)) == len(sent)


def test_workers_agree_on_what_a_flood_of_one_thread_costs(founded: tuple[Server, Organisation]) -> None:
    server, organisation = founded
    until = until_of(organisation.today)
    case = opaque_case(until)
    server.post("/envelopes", case.raw)
    for _ in range(PATIENT):
        assert server.post("/envelopes", opaque_message(until, case.recipients).encode()).status == 201
    weak = [weak_message(until, case.recipients).encode() for _ in range(12)]
    with ThreadPoolExecutor(12) as clients:
        answers = list(clients.map(lambda raw: server.post("/envelopes", raw), weak))
    assert {(answer.status, answer.body) for answer in answers} == {(429, b'{"error":"stamp","work":%d}' % (2 * WORK))}
    assert server.post("/envelopes", opaque_message(until, case.reporter).encode()).status == 201


def send_slowly(server: Server, case: Opaque) -> None:
    """Post in many small pieces, as over a bad connection."""
    raw = case.raw
    head = "POST /envelopes HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\n"
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(head.encode() + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(raw))
        for start in range(0, len(raw), 1500):
            connection.sendall(raw[start : start + 1500])
            threading.Event().wait(0.002)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 201 ")


def test_reader_with_a_cursor_misses_nothing_while_writers_are_slow_and_fast(
    founded: tuple[Server, Organisation],
) -> None:
    server, organisation = founded
    until = until_of(organisation.today)
    fast = [opaque_case(until) for _ in range(150)]
    large = [opaque_case(until, LARGEST_POWER) for _ in range(6)]
    slow = [opaque_case(until) for _ in range(12)]
    seen: list[LogEntry] = []
    digests: list[LogDigest] = [LogDigest(organisation.fingerprint)]
    with ThreadPoolExecutor(16) as writers:
        jobs: list[Future[object]] = [writers.submit(send_slowly, server, case) for case in slow]
        jobs += [writers.submit(server.post, "/envelopes", case.raw) for case in large + fast]
        finished = False
        while not finished:
            # Asked before the look: what was stored by then has to be in it, or in an earlier one.
            finished = all(job.done() for job in jobs)
            entries, after = read_log(server, organisation, len(seen), digests[-1])
            seen, digests = seen + entries, digests + after
    assert all(job.exception() is None for job in jobs)
    assert len(seen) == len(jobs)
    sent = {case.posting.envelope for case in fast + large + slow}
    assert len({entry.prefix for entry in seen}) == len(sent)
    assert all(any(envelope.startswith(entry.prefix) for envelope in sent) for entry in seen)
