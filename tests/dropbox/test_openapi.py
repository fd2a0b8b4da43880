"""openapi.yaml and the server say the same, in both directions: each route, method, status, header and body."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from sqlalchemy import func, insert, select

from dropbox.config import Config
from dropbox.headers import HEADERS
from dropbox.store import tables
from dropbox.store.documents import Documents
from keys.wire.canonical import b64
from keys.wire.envelope import header_size, padded_size, stream_size
from keys.wire.log import LogDigest, log_cursor
from keys.wire.mailbox import PAGE_SIZE
from keys.wire.posting import Posting
from keys.wire.upload import PartPosting, largest_class
from tests.dropbox.conftest import Box, publish
from tests.dropbox.postings import LONG, SLOTS, opaque_case, opaque_message, opaque_upload, unstamped
from tests.dropbox.serving import BINARY, ROOT, bearer, write_config

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from werkzeug.test import TestResponse

LOOK = "A page of 131,072 bytes"
Asked = tuple[str, str, "TestResponse"]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The parsed openapi.yaml."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "openapi.yaml").read_text())
    return loaded


def test_document_is_valid(document: dict[str, Any]) -> None:
    validate(document)


def test_document_and_server_have_the_same_routes(document: dict[str, Any], box: Box) -> None:
    served = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in box.client.application.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD"}
    }
    written = {(path, method) for path, operations in document["paths"].items() for method in operations}
    assert served == written


def test_document_names_every_operation_as_the_server_does(document: dict[str, Any], box: Box) -> None:
    views = {rule.endpoint.partition(".")[2] for rule in box.client.application.url_map.iter_rules()}
    named = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert sorted(named) == sorted(views)


def test_every_documented_answer_is_given_as_documented(
    document: dict[str, Any], tmp_path: Path, make_box: Callable[[Config], Box], config: Config
) -> None:
    (tmp_path / "small").mkdir()
    crowded = write_config(tmp_path / "small", max_database_bytes=2**22, reserve_bytes=2**22 - 1)
    given = set()
    for path, method, answer in asked(make_box(config), make_box(Config.load(crowded))):
        response = document["paths"][path][method]["responses"][str(answer.status_code)]
        check(document, resolved(document, response), answer)
        given.add((path, method, str(answer.status_code)))
    assert given == {
        (path, method, status)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        for status in operation["responses"]
        if status != "default"
    }


def test_faults_and_other_methods_are_answered_as_documented(
    document: dict[str, Any], box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> NoReturn:
        raise ValueError

    default = document["components"]["responses"]["Fault"]
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        for path in (
            "/",
            "/nl/",
            "/chain",
            "/envelopes",
            "/uploads",
            "/parts",
            "/leave",
            "/log",
            "/mailbox",
            "/log/1/0",
            "/mailbox/1/0",
            "/nl/file",
            "/rosters/1",
        ):
            answer = box.client.open(path, method=method)
            assert answer.status_code == 405, (method, path)
            check(document, default, answer)
    monkeypatch.setattr(Documents, "chain", fail)
    for path in ("/", "/nl/", "/chain", "/bundles", "/log", "/mailbox?after=0"):
        answer = box.get(path, bytes(32))
        assert answer.status_code == 500
        check(document, default, answer)


def test_head_answers_as_get_without_the_body(box: Box) -> None:
    for path in ("/nl/", "/chain", "/bundles", box.log_path, "/none", "/rosters/1"):
        headers = bearer(box.organisation.log_capability)
        got, looked = box.client.get(path, headers=headers), box.client.head(path, headers=headers)
        assert (looked.status_code, looked.data) == (got.status_code, b"")
        assert looked.headers == got.headers


def check(document: dict[str, Any], response: dict[str, Any], answer: TestResponse) -> None:
    """Hold an answer against its description, header by header."""
    described = response["headers"]
    assert {name for name, header in described.items() if header.get("required")} <= set(answer.headers.keys())
    for name, value in answer.headers.items():
        if name in described:
            validator(document, described[name]["schema"]).validate(value)
        else:
            assert name in ("Content-Type", "Content-Length", "Content-Encoding", "Allow"), name
    content = response["content"][answer.mimetype]
    if answer.mimetype == "application/json":
        validator(document, content["schema"]).validate(json.loads(answer.data))
    if response["description"].startswith(LOOK):
        assert len(answer.data) == PAGE_SIZE
    if "Vary" not in described:
        assert "Content-Encoding" not in answer.headers
    assert dict(answer.headers).items() >= HEADERS.items()


def validator(document: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    """Return a validator whose references point into the document."""
    return Draft202012Validator({**schema, "components": document["components"]})


def resolved(document: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
    """Follow the one reference that a response may be."""
    if "$ref" not in response:
        return response
    found: dict[str, Any] = document["components"]["responses"][response["$ref"].rpartition("/")[2]]
    return found


def asked(box: Box, crowded: Box) -> Iterator[Asked]:
    """Ask for every answer that is documented."""
    yield from _before_a_roster(box)
    publish(box)
    publish(crowded)
    yield from _documents(box)
    yield from _pages(box)
    for path, post in (("/envelopes", envelope), ("/{language}/file", file)):
        yield from ((path, "post", answer) for answer in _postings(box, crowded, post))
    yield from _uploads(box, crowded)
    yield from _looks(box)
    yield from _leaving(box)


def envelope(box: Box, raw: bytes, kind: str = BINARY) -> TestResponse:
    """Post to /envelopes."""
    return box.post_raw("/envelopes", raw, kind)


def file(box: Box, raw: bytes, kind: str = "multipart/form-data; boundary=edge") -> TestResponse:
    """Post a plain form."""
    named = b'Content-Disposition: form-data; name="file"; filename="report"\r\n\r\n'
    return box.post_raw("/nl/file", b"--edge\r\n" + named + raw + b"\r\n--edge--\r\n", kind)


def _before_a_roster(box: Box) -> Iterator[Asked]:
    for path in ("/chain", "/bundles", "/log", "/mailbox"):
        yield path, "get", box.get(f"{path}?after=0", bytes(32))
    for path in ("/log", "/mailbox"):
        yield path + "/{position}/{part}", "get", box.get(f"{path}/1/0", bytes(32))
    yield "/texts/{digest}", "get", box.get(f"/texts/{b64(bytes(32))}")
    yield "/{path}", "get", box.get("/nl/")
    yield "/{language}/offline.html", "get", box.get("/nl/offline.html")
    yield "/bundles", "post", box.post_raw("/bundles", box.organisation.bundles()[0].encode())
    yield "/envelopes", "post", envelope(box, opaque_case(box.until).raw)
    yield "/{language}/file", "post", file(box, opaque_case(box.until).raw)
    yield "/uploads", "post", box.post_raw("/uploads", opaque_upload(box.until).raw)
    yield "/parts", "post", box.post_raw("/parts", opaque_upload(box.until).part(0))
    yield "/leave", "post", box.post_raw("/leave", bytes(64))


def _documents(box: Box) -> Iterator[Asked]:
    bundle = box.organisation.bundles()[0].encode()
    for path, right in (("/chain", box.organisation.publication()), ("/bundles", bundle)):
        yield path, "get", box.get(path)
        yield path, "post", box.post_raw(path, right)
        yield path, "post", box.post_raw(path, b"wrong")
        yield path, "post", box.post_raw(path, bytes(3_000_000))
        yield path, "post", box.post_raw(path, right, "text/plain")
    superseded = box.organisation.people[0].bundle(box.organisation.today, box.organisation.witness, last=True)
    yield "/bundles", "post", box.post_raw("/bundles", superseded.encode())
    for version in (1, 2):
        yield "/rosters/{version}", "get", box.get(f"/rosters/{version}")
    for digest in (*box.organisation.texts, bytes(32)):
        yield "/texts/{digest}", "get", box.get(f"/texts/{b64(digest)}")


def _pages(box: Box) -> Iterator[Asked]:
    yield "/", "get", box.get("/")
    yield "/offline.html", "get", box.get("/offline.html")
    for language in ("nl", "fy"):
        yield "/{language}/offline.html", "get", box.get(f"/{language}/offline.html")
    for path in ("/nl/", "/en/how", "/none", *re.findall(r"/static/[\w.]+", box.get("/nl/").text)):
        yield "/{path}", "get", box.get(path)
    box.organisation.renew_roster()


def _postings(box: Box, crowded: Box, post: Callable[..., TestResponse]) -> Iterator[TestResponse]:
    case = opaque_case(box.until)
    yield post(box, case.raw)
    yield post(box, b"wrong")
    yield post(box, opaque_message(box.until, bytes(32)).encode())
    other = opaque_case(box.until)
    yield post(box, Posting(0, other.posting.nonce, case.posting.address, other.posting.envelope).encode())
    yield post(box, opaque_case(box.organisation.today - 1).raw)
    yield post(box, opaque_case(box.until, padded_size(3_000_000)).raw)
    yield post(box, case.raw, "text/plain")
    yield post(box, unstamped(box.until).encode())
    yield post(crowded, opaque_case(box.until).raw)


def _uploads(box: Box, crowded: Box) -> Iterator[Asked]:
    upload = opaque_upload(box.until)

    def opened(raw: bytes, kind: str = BINARY, to: Box = box) -> Asked:
        return "/uploads", "post", to.post_raw("/uploads", raw, kind)

    def kept(raw: bytes, kind: str = BINARY, to: Box = box) -> Asked:
        return "/parts", "post", to.post_raw("/parts", raw, kind)

    yield opened(upload.raw)
    yield opened(b"wrong")
    yield opened(opaque_upload(box.until, capability=bytes(32)).raw)
    yield opened(replace(upload.opening, size=stream_size(2 * LONG) + header_size(SLOTS)).encode())
    yield opened(opaque_upload(box.organisation.today - 1).raw)
    yield opened(opaque_upload(box.until, largest_class(2**31) * 2).raw)
    yield opened(upload.raw, "text/plain")
    yield opened(opaque_upload(box.until, stamped=False).raw)
    yield opened(upload.raw, to=crowded)
    for number in range(upload.count):
        yield kept(upload.part(number))
    yield opened(upload.raw)
    yield kept(b"wrong")
    yield kept(opaque_upload(box.until).part(0))
    yield kept(PartPosting(upload.mac, 0, bytes(2**20)).encode())
    yield kept(bytes(3_000_000))
    yield kept(upload.part(0), "text/plain")
    small = opaque_upload(crowded.until)
    with crowded.database.turn(), crowded.database.writing() as connection:
        row = {"id": 1, "mac": small.mac, "digest": b"", "day": 0, "size": small.opening.size}
        connection.execute(insert(tables.envelope), row | {"prefix": small.opening.prefix})
        connection.execute(insert(tables.upload), {"envelope": 1, "day": 0, "until": 0, "awaited": 0})
    yield kept(small.part(0), to=crowded)


def _leaving(box: Box) -> Iterator[Asked]:
    case = opaque_case(box.until)
    box.post(case.posting)
    for raw in (case.reporter + case.recipients, bytes(64), b"wrong", bytes(65)):
        yield "/leave", "post", box.post_raw("/leave", raw)
    yield "/leave", "post", box.post_raw("/leave", bytes(64), "text/plain")


def _looks(box: Box) -> Iterator[Asked]:
    case = opaque_case(box.until, 131072)
    box.post(case.posting)
    start, reading = log_cursor(0, LogDigest(box.organisation.fingerprint)), box.organisation.log_capability
    for after in (start, log_cursor(1, LogDigest(bytes(32))), "x"):
        yield "/log", "get", box.get(f"/log?after={after}", reading)
    yield "/log", "get", box.get(f"/log?after={start}", bytes(32))
    for after in ("0", "x"):
        yield "/mailbox", "get", box.get(f"/mailbox?after={after}", case.reporter)
    yield "/mailbox", "get", box.get("/mailbox?after=0", bytes(32))
    for path, capability in (("/mailbox", case.reporter), ("/log", reading)):
        for position in (last_position(box, path), 99):
            yield path + "/{position}/{part}", "get", box.get(f"{path}/{position}/0", capability)


def last_position(box: Box, path: str) -> int:
    """Return where the last case stands."""
    if path != "/log":
        return 1
    with box.database.reading() as connection:
        return int(connection.execute(select(func.max(tables.log.c.position))).scalar_one())
