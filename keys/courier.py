"""The tool's only network code. It carries sealed bytes to and from the server, and neither signs nor opens them."""

from __future__ import annotations

import ipaddress
import math
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import urllib3
from urllib3.contrib.socks import SOCKSProxyManager

from keys.errors import (
    DiffersError,
    FormatError,
    GivenUpError,
    MalformedError,
    NetworkError,
    RefusedError,
    SerialRefusedError,
    StampRefusedError,
    UnknownCapabilityError,
)
from keys.wire.canonical import b64, parse_object
from keys.wire.log import LogPage
from keys.wire.mailbox import MailboxPage
from keys.wire.signed import Signed, join_publication, split_chain, split_frames
from keys.wire.sizes import MAX_DAY
from keys.wire.upload import part_count

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keys.wire.canonical import Json
    from keys.wire.log import LogEntry, ShortEntry
    from keys.wire.posting import Posting
    from keys.wire.upload import Opening, PartPosting

BINARY = "application/octet-stream"
CONNECT_SECONDS, READ_SECONDS = 30.0, 120.0  # Tor is slow to connect
MAX_ANSWER = 8 * 1024 * 1024  # bytes; a server must not be able to fill our memory
CHUNK_SIZE = 2**16  # bytes to read between two checks of the deadline
STORED, NOT_FOUND, OK = 201, 404, 200
GATEWAY = (502, 503, 504)
# SPEC 13.1: the whole body of the only answer with this meaning. Another 404 comes from a proxy before the server; that
# of a captive portal would end every mailbox.
UNKNOWN = b'{"error":"unknown"}'


@dataclass(slots=True)
class Deadline:
    """The time at which a courier, and all isolated ones of it, give up; never, until it is set."""

    _at: float = math.inf

    def set(self, seconds: float) -> None:
        """Give up after so many seconds."""
        self._at = time.monotonic() + seconds

    def left(self) -> float:
        """Return how many seconds are left; raise GivenUpError if the time is over."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise GivenUpError
        return left


class Courier:
    """One connection to one server; `proxy` is a SOCKS address such as that of Tor, or None.

    Every method raises NetworkError if the server cannot be reached, RefusedError with its code if it refuses, and
    GivenUpError after its deadline.
    """

    def __init__(self, url: str, proxy: str | None = None, deadline: Deadline | None = None) -> None:
        """Check the address; raise NetworkError for one that would send capabilities in clear."""
        self.url = _checked(url)
        self.deadline = deadline or Deadline()
        self._proxy = proxy
        self._pool: urllib3.PoolManager = self._new_pool()

    def isolated(self) -> Courier:
        """Return a courier with its own connection and, over Tor, its own circuit (stream isolation)."""
        return Courier(self.url, self._proxy, self.deadline)

    def chain(self) -> tuple[list[Signed], list[Signed]]:
        """Return every root, and the roster in force with the newer ones, unverified; neither is empty."""
        return split_chain(self._get("/chain"))

    def roster(self, version: int) -> Signed:
        """Return one earlier roster, unverified."""
        return Signed.parse(self._get(f"/rosters/{version}"))

    def texts(self, digest: bytes) -> bytes:
        """Return the document of a policy's texts with this hash, unverified."""
        return self._get(f"/texts/{b64(digest)}")

    def bundles(self, *, every: bool = False) -> tuple[int, int, list[Signed]]:
        """Return the server's day, the work it asks for, and the bundles of that day, or all if `every`, unverified."""
        first, *rest = split_frames(self._get("/bundles?all=1" if every else "/bundles")) or [b""]
        members = parse_object(first)
        day, work = members.get("day"), members.get("work")
        if not isinstance(day, int) or not isinstance(work, int) or not 0 <= day <= MAX_DAY:
            raise MalformedError("day or work")
        return day, work, [Signed.parse(frame) for frame in rest]

    def publish_chain(self, roots: Sequence[Signed], rosters: Sequence[Signed], texts: Iterable[bytes]) -> None:
        """Upload a chain that extends the server's own, with every document of texts that its rosters name."""
        self._post("/chain", join_publication(roots, rosters, texts))

    def publish_bundle(self, bundle: Signed) -> None:
        """Upload a new bundle."""
        self._post("/bundles", bundle.encode())

    def post(self, posting: Posting) -> int:
        """Post an envelope and return the server's day once it is stored; StampRefusedError has the required work."""
        return self.post_raw(posting.encode())

    def post_raw(self, posting: bytes) -> int:
        """Post an envelope from a sealed file and return the server's day."""
        stored = parse_object(self._post("/envelopes", posting)).get("stored")
        if not isinstance(stored, int):
            raise RefusedError("not stored")
        return stored

    def log(self, capability: bytes, after: str, most: int | None = None) -> LogPage[LogEntry]:
        """Return the entries of the log after a cursor; raise DiffersError if the server does not know the cursor."""
        return LogPage.parse(self._look_at_log(capability, after, most))

    def short_log(self, capability: bytes, after: str, most: int | None = None) -> LogPage[ShortEntry]:
        """Return the part of the entries after a cursor that the digest covers; raise as `log` does."""
        return LogPage.parse_short(self._look_at_log(capability, after, most, "&short=1"))

    def log_part(self, capability: bytes, position: int, number: int) -> bytes:
        """Return a part of the stream after header and first chunk of an entry."""
        return self._get(f"/log/{position}/{number}", capability)

    def mailbox(self, capability: bytes, after: int) -> MailboxPage:
        """Return the page of a mailbox after a number; raise UnknownCapabilityError if there is no such mailbox."""
        return MailboxPage.parse(self._get(f"/mailbox?after={after}", capability), after)

    def mailbox_part(self, capability: bytes, number: int, part: int) -> bytes:
        """Return a part of the stream after header and first chunk of an entry of a mailbox."""
        return self._get(f"/mailbox/{number}/{part}", capability)

    def open_upload(self, opening: Opening) -> int | list[tuple[int, int]]:
        """Start or resume an upload: return the runs of missing parts, or the day once it is stored.

        StampRefusedError has the required work.
        """
        members = parse_object(self._post("/uploads", opening.encode()))
        stored, missing = members.get("stored"), members.get("missing")
        if isinstance(stored, int):
            return stored
        count = part_count(len(opening.prefix), opening.size)
        if not isinstance(missing, list) or not missing:
            raise RefusedError("not stored")
        return [_run(run, count) for run in missing]

    def put_part(self, part: PartPosting) -> None:
        """Upload a part; return once the server has stored it."""
        self._post("/parts", part.encode())

    def _look_at_log(self, capability: bytes, after: str, most: int | None, form: str = "") -> bytes:
        limit = "" if most is None else f"&limit={most}"
        return self._get(f"/log?after={after}{form}{limit}", capability)

    def _get(self, path: str, capability: bytes | None = None) -> bytes:
        headers = {"Authorization": f"Bearer {b64(capability)}"} if capability else {}
        return self._request("GET", path, headers, None)

    def _post(self, path: str, body: bytes) -> bytes:
        return self._request("POST", path, {"Content-Type": BINARY}, body)

    def _request(self, method: str, path: str, headers: dict[str, str], body: bytes | None) -> bytes:
        left = self.deadline.left()
        try:
            answer = self._pool.request(
                method,
                self.url + path,
                headers=headers,
                body=body,
                redirect=False,
                retries=False,
                timeout=urllib3.Timeout(connect=min(CONNECT_SECONDS, left), read=min(READ_SECONDS, left)),
                preload_content=False,
            )
            content = self._read(answer)
            answer.release_conn()
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise NetworkError(type(error).__name__) from None
        if len(content) > MAX_ANSWER:
            raise MalformedError("answer too large")
        if answer.status not in (OK, STORED):
            raise _refusal(answer.status, content)
        return content

    def _read(self, answer: urllib3.BaseHTTPResponse) -> bytes:
        """Return the body, or its start if it is too large."""
        content = bytearray()
        # In pieces: a server that sends one byte a minute would block the tool forever.
        while len(content) <= MAX_ANSWER and (piece := answer.read1(CHUNK_SIZE)):
            self.deadline.left()
            content += piece
        return bytes(content)

    def _new_pool(self) -> urllib3.PoolManager:
        if self._proxy is None:
            return urllib3.PoolManager(num_pools=1)
        # Other credentials for each connection make Tor use another circuit (IsolateSOCKSAuth).
        name = secrets.token_hex(8)
        return SOCKSProxyManager(self._proxy, username=name, password=name, num_pools=1)


def _run(run: Json, count: int) -> tuple[int, int]:
    match run:
        case [int(first), int(many)] if 0 <= first < first + many <= count:
            return first, many
    raise MalformedError("missing parts")


def _refusal(status: int, content: bytes) -> NetworkError:
    if status == NOT_FOUND:
        return UnknownCapabilityError() if content == UNKNOWN else NetworkError(f"status {status}")
    try:
        members: dict[str, Any] = dict(parse_object(content))
    except FormatError:
        # A proxy before the server answers so while the server is not running.
        return NetworkError(f"status {status}") if status in GATEWAY else RefusedError(f"status {status}")
    if isinstance(members.get("work"), int):
        return StampRefusedError(members["work"])
    if isinstance(members.get("highest"), int):
        return SerialRefusedError(members["highest"])
    code = members.get("error")
    if code == DiffersError.code:
        return DiffersError()
    return RefusedError(code if isinstance(code, str) and code.isascii() and len(code) < 40 else str(status))


def _checked(url: str) -> str:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https" or (parts.scheme == "http" and (_is_loopback(host) or host.endswith(".onion"))):
        return urlunsplit((parts.scheme, parts.netloc, "", "", ""))
    raise NetworkError("the address has to begin with https://")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
