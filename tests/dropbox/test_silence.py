"""Nothing of a request, nor its address, is in a log or a temporary file, whatever is sent."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import struct
import tempfile
import time
from typing import TYPE_CHECKING, NoReturn

from dropbox.headers import HEADERS
from dropbox.store.documents import Documents
from keys.roster.weeks import until_of
from keys.wire.messages import Answer
from tests.dropbox.postings import opaque_case
from tests.dropbox.test_reporter import post_file

if TYPE_CHECKING:
    import pytest

    from tests.dropbox.conftest import Box
    from tests.dropbox.serving import Server
    from tests.organisation import Organisation

MARK = "ZZ-seen-by-nobody-ZZ"
ADDRESS = "127.0.0.77"
END = "Connection: close\r\n\r\n"
POST = "POST /envelopes HTTP/1.1\r\nContent-Type: application/octet-stream\r\n"
FORM = "Content-Type: multipart/form-data"

BROKEN = {
    "no method": f"{MARK}\r\n\r\n",
    "three words": f"GET /{MARK} {MARK}\r\n{END}",
    "other version": f"GET /{MARK} HTTP/9.9\r\n{END}",
    "odd method": f"{MARK.lower()} / HTTP/1.1\r\n{END}",
    "header without colon": f"GET / HTTP/1.1\r\n{MARK}\r\n{END}",
    "header name with space": f"GET / HTTP/1.1\r\n{MARK} x: 1\r\n{END}",
    "header with NUL": f"GET / HTTP/1.1\r\nX: {MARK}\0\r\n{END}",
    "folded header": f"GET / HTTP/1.1\r\nX: 1\r\n {MARK}\r\n{END}",
    "line too long": f"GET /{MARK}{'a' * 5000} HTTP/1.1\r\n{END}",
    "field too long": f"GET / HTTP/1.1\r\nX: {MARK}{'a' * 9000}\r\n{END}",
    "too many fields": "GET / HTTP/1.1\r\n" + f"X: {MARK}\r\n" * 200 + END,
    "length that is none": f"POST /envelopes HTTP/1.1\r\nContent-Length: {MARK}\r\n{END}",
    "two lengths": f"POST /envelopes HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n{END}{MARK}",
    "chunk of no size": f"POST /envelopes HTTP/1.1\r\nTransfer-Encoding: chunked\r\n{END}{MARK}\r\n",
    "unknown coding": f"POST /envelopes HTTP/1.1\r\nTransfer-Encoding: {MARK}\r\n{END}",
    "expectation": f"GET / HTTP/1.1\r\nExpect: {MARK}\r\n{END}",
    "body cut short": f"{POST}Content-Length: 900\r\n{END}{MARK}",
    "TLS hello": f"\x16\x03\x01\x02\x00{MARK}\r\n\r\n",
    "proxy line": f"PROXY TCP4 {ADDRESS} {ADDRESS} 1 2 {MARK}\r\n\r\n",
}
WELL_FORMED = {
    "path": f"GET /{MARK} HTTP/1.1\r\n{END}",
    "query": f"GET /nl/?{MARK}={MARK} HTTP/1.1\r\n{END}",
    "absolute address": f"GET http://{MARK}/ HTTP/1.1\r\n{END}",
    "host and agent": f"GET /nl/ HTTP/1.1\r\nHost: {MARK}\r\nUser-Agent: {MARK}\r\nCookie: {MARK}\r\n{END}",
    "forwarded": f"GET /nl/ HTTP/1.1\r\nX-Forwarded-For: {ADDRESS}\r\nX-Forwarded-Proto: {MARK}\r\n{END}",
    "capability": f"GET /mailbox?after=0 HTTP/1.1\r\nAuthorization: Bearer {MARK}\r\n{END}",
    "cursor": f"GET /log?after={MARK} HTTP/1.1\r\n{END}",
    "other method": f"DELETE /{MARK} HTTP/1.1\r\n{END}",
    "body": f"{POST}Content-Length: {len(MARK)}\r\n{END}{MARK}",
    "media type": f"POST /envelopes HTTP/1.1\r\nContent-Type: {MARK}\r\nContent-Length: 0\r\n{END}",
    "form": f"POST /nl/file HTTP/1.1\r\n{FORM}; boundary={MARK}\r\nContent-Length: 20\r\n{END}{MARK}",
}


def test_nothing_that_was_sent_is_in_a_log_a_temporary_file_or_the_store(
    founded: tuple[Server, Organisation],
) -> None:
    server, organisation = founded
    answers = [server.send_raw(sent.encode("latin-1"), ADDRESS) for sent in (BROKEN | WELL_FORMED).values()]
    assert all(MARK.encode() not in answer for answer in answers)
    reported = organisation.report(f"Dit is {MARK}.")
    reply = organisation.message(None, reported, Answer(MARK))
    for posting in (reported.posting, reply):
        assert server.post("/envelopes", posting.encode()).status == 201
    form = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{MARK}"\r\n\r\n'.encode()
    form += MARK.encode() * 60_000 + b"\r\n--x--"
    assert server.post("/nl/file", form, "multipart/form-data; boundary=x").status == 400
    break_off(server)
    server.stop()
    files = [path for path in server.folder.rglob("*") if path.is_file()]
    assert {server.log, server.data / "meldbus.sqlite"} <= set(files)
    assert [path for path in files if MARK.encode() in path.read_bytes()] == []
    assert list(server.temporary.iterdir()) == []
    assert ADDRESS not in server.log.read_text()


def break_off(server: Server) -> None:
    """Go away before the answer comes, politely and not."""
    for impolite in (False, True):
        with socket.create_connection(("127.0.0.1", server.port), source_address=(ADDRESS, 0)) as connection:
            if impolite:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.sendall(f"GET /nl/?{MARK} HTTP/1.1\r\n\r\n".encode() * 20)


def test_log_holds_only_lines_about_processes_and_only_days(founded: tuple[Server, Organisation]) -> None:
    server, _ = founded
    for sent in BROKEN.values():
        server.send_raw(sent.encode("latin-1"))
    server.stop()
    line = re.compile(
        r"\d{4}-\d\d-\d\d dropbox: (Starting|Listening|Booting|Handling|Worker|Shutting) [^:]*(: \S+ ?\S*)?"
    )
    assert [text for text in server.log.read_text().splitlines() if not line.fullmatch(text)] == []


def test_broken_request_gets_a_bare_refusal_with_all_headers(founded: tuple[Server, Organisation]) -> None:
    for name, sent in BROKEN.items():
        head, _, body = founded[0].send_raw(sent.encode("latin-1")).decode("latin-1").partition("\r\n\r\n")
        status, *lines = head.split("\r\n")
        assert re.match(r"HTTP/1.1 (4\d\d|501) ", status), name
        assert dict(line.split(": ", 1) for line in lines).items() >= HEADERS.items(), name
        assert re.fullmatch(r'({"error":"[a-z-]+"})?', body), name


def test_worker_that_is_killed_leaves_nothing_in_the_log(founded: tuple[Server, Organisation]) -> None:
    server, _ = founded
    for worker in server.workers():
        os.kill(worker, signal.SIGSEGV)
    while server.get("/chain").status != 200:
        time.sleep(0.01)
    assert "Traceback" not in server.log.read_text()


def test_fault_is_logged_by_type_and_place_only(
    box: Box, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> NoReturn:
        raise ValueError(MARK)

    monkeypatch.setattr(Documents, "opens_log", fail)
    answer = box.get(f"/log?after={MARK}", bytes(32))
    assert (answer.status_code, answer.data) == (500, b'{"error":"fault"}')
    out, err = capfd.readouterr()
    assert out == ""
    assert re.fullmatch(r"dropbox: fault: ValueError at \S+test_silence.py:\d+\n", err)


def test_large_form_is_never_written_to_a_temporary_file(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("a temporary file")

    for name in ("TemporaryFile", "SpooledTemporaryFile", "NamedTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, refuse)
    case = opaque_case(box.until, 1048576)
    assert post_file(box, case.raw).status_code == 201


def test_answer_on_a_kept_connection_does_not_mix_with_the_next(founded: tuple[Server, Organisation]) -> None:
    server, organisation = founded
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    for _ in range(3):
        case = opaque_case(until_of(organisation.today))
        connection.request("POST", "/envelopes", case.raw, {"Content-Type": "application/octet-stream"})
        assert connection.getresponse().read().startswith(b'{"stored":')
        connection.request("POST", "/envelopes", case.raw, {"Content-Type": "text/plain"})
        assert connection.getresponse().read() == b'{"error":"type"}'
    connection.close()
