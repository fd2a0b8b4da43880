"""Request parsing and error responses, the same for every route. They quote nothing of a request."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Response
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, UnsupportedMediaType

from dropbox.admission import TooLargeError, WorkError
from dropbox.store.errors import (
    ClockError,
    ConflictError,
    DiffersError,
    FullError,
    NotFoundError,
    NotReadyError,
    SerialError,
    StoreError,
    UnknownError,
    UntilError,
)
from keys.errors import MalformedError, MeldbusError
from keys.wire.canonical import Json, encode, unb64
from keys.wire.posting import CAPABILITY_SIZE
from keys.wire.sizes import ID_SIZE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Request

BINARY = "application/octet-stream"
JSON = "application/json"
SCHEME = "Bearer "
CREATED = 201

# SPEC 13.1. Errors of keys have their own code and are 400.
_STATUS: dict[type[Exception], tuple[int, str]] = {
    # Only for a capability: for a reader exactly these bytes mean that its mailbox has ended.
    UnknownError: (404, "unknown"),
    NotFoundError: (404, "not-found"),
    ConflictError: (409, "conflict"),
    DiffersError: (409, "differs"),
    SerialError: (409, "serial"),
    UntilError: (410, "until"),
    TooLargeError: (413, "too-large"),
    WorkError: (429, "stamp"),
    NotReadyError: (503, "not-ready"),
    ClockError: (503, "clock"),
    FullError: (507, "full"),
}
# HTTP's own errors. An error that is not here is a fault of ours and gets no details.
_HTTP = {400: "malformed", 404: "not-found", 405: "method", 413: "too-large", 415: "type"}

_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")

REFUSALS = (HTTPException, MeldbusError, StoreError, TooLargeError, WorkError)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A status and a code; `work` if the stamp is too small, `highest` if the serial is too low."""

    status: int
    code: str
    work: int | None = None
    highest: int | None = None

    @classmethod
    def of(cls, error: Exception) -> Refusal:
        """Return the refusal for `error`, without its message."""
        if isinstance(error, MeldbusError):
            return cls(400, error.code)
        if isinstance(error, HTTPException):
            code = _HTTP.get(error.code or 500)
            return cls(error.code or 500, code) if code else cls(500, "fault")
        status, code = _STATUS.get(type(error), (500, "fault"))
        work = error.work if isinstance(error, WorkError) else None
        return cls(status, code, work, error.highest if isinstance(error, SerialError) else None)

    def answer(self) -> Response:
        """Return the refusal as JSON."""
        members: dict[str, Json] = {"error": self.code}
        if self.work is not None:
            members["work"] = self.work
        if self.highest is not None:
            members["highest"] = self.highest
        return Response(encode(members), self.status, mimetype=JSON)


def stored(day: int) -> Response:
    """Return the response that a posting is on disk."""
    return Response(encode({"stored": day}), CREATED, mimetype=JSON)


def missing(runs: Sequence[tuple[int, int]]) -> Response:
    """Return the response that these parts of an upload are missing."""
    return Response(encode({"missing": [list(run) for run in runs]}), mimetype=JSON)


def kept(number: int) -> Response:
    """Return the response that a part is on disk."""
    return Response(encode({"kept": number}), mimetype=JSON)


def left() -> Response:
    """Return the response that a capability is forgotten."""
    return Response(encode({"left": True}), mimetype=JSON)


def body(request: Request, most: int) -> bytes:
    """Return the body of the request.

    Raises RequestEntityTooLarge above `most`, before reading if the length is announced, and UnsupportedMediaType.
    """
    if request.mimetype != BINARY:
        raise UnsupportedMediaType
    # One more than the limit: a longer body of unannounced length is cut there, and would pass for a complete one.
    request.max_content_length = most + 1
    content = request.get_data(cache=False)
    if len(content) > most:
        raise RequestEntityTooLarge
    return content


def digest_of(text: str) -> bytes:
    """Return the hash in an address; raise NotFoundError if it cannot be one."""
    try:
        return unb64(text, ID_SIZE)
    except MalformedError:
        raise NotFoundError from None


def bearer(request: Request) -> bytes:
    """Return the capability of the request; raise the same UnknownError as for one that does not exist."""
    header = request.headers.get("Authorization", "")
    try:
        return unb64(header.removeprefix(SCHEME), CAPABILITY_SIZE) if header.startswith(SCHEME) else b""
    except MalformedError:
        raise UnknownError from None


def number(request: Request, name: str, most: int) -> int:
    """Return a whole number from the query, up to `most`; raise MalformedError."""
    text = request.args.get(name, "")
    if not _NUMBER.fullmatch(text) or int(text) > most:
        raise MalformedError(name)
    return int(text)
