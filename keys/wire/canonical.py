"""Canonical JSON and base64url as SPEC 1 and 4.2 narrow them."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Never, TypeAlias

from keys.errors import MalformedError

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"

MAX_INTEGER = 2**53 - 1  # SPEC 4.2: what a JavaScript number holds exactly
MAX_DEPTH = 16  # SPEC 4.2


def encode(value: Json) -> bytes:
    """Return the one encoding of `value` (RFC 8785).

    Raises MalformedError for integers of 2^53 and more, lone surrogates and deep nesting.
    """
    try:
        return _ENCODER.encode(_ordered(value, 0)).encode("utf-8")
    except UnicodeEncodeError:
        raise MalformedError("lone surrogate") from None


def parse(raw: bytes) -> Json:
    """Return the value that `raw` encodes; raise MalformedError unless `raw` is its canonical encoding."""
    try:
        value: Json = _DECODER.decode(raw.decode("utf-8"))
    # RecursionError: deep nesting exhausts the parser before the depth is counted.
    except (ValueError, RecursionError):
        raise MalformedError("not JSON") from None
    if encode(value) != raw:
        raise MalformedError("not canonical JSON")
    return value


def parse_object(raw: bytes) -> dict[str, Json]:
    """Return the object that `raw` encodes; raise MalformedError for anything else."""
    value = parse(raw)
    if not isinstance(value, dict):
        raise MalformedError("not an object")
    return value


def b64(raw: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def unb64(text: Json, size: int | None = None) -> bytes:
    """Return the bytes of base64url `text`, `size` of them if given; raise MalformedError otherwise."""
    if not isinstance(text, str) or not text.isascii():
        raise MalformedError("not base64url")
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise MalformedError("not base64url") from None
    # Unused low bits and "+/" would give one value two spellings, and so two ids.
    if b64(raw) != text or (size is not None and len(raw) != size):
        raise MalformedError("not base64url of the right length")
    return raw


def repair(text: str) -> str:
    """Replace lone surrogates by U+FFFD: a typed text with one could not be sealed."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def encoded_size(text: str) -> int:
    """Return the number of bytes that `text` takes as a JSON string, without its quotes."""
    return len(encode(text)) - 2


def _refuse(_: str) -> Never:
    raise MalformedError("not an integer")


def _code_units(name: str) -> bytes:
    return name.encode("utf-16-be", "surrogatepass")


def _ordered(value: Json, depth: int) -> Json:
    if depth > MAX_DEPTH:
        raise MalformedError("nested too deeply")
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        # RFC 8785 sorts by UTF-16 code units, Python by code points. For ASCII, which is nearly every name, both agree.
        names = sorted(value) if "".join(value).isascii() else sorted(value, key=_code_units)
        return {name: _ordered(value[name], depth + 1) for name in names}
    if isinstance(value, list):
        return [_ordered(element, depth + 1) for element in value]
    if isinstance(value, int) and abs(value) > MAX_INTEGER:
        raise MalformedError("number out of range")
    return value


# Built once: a tool parses hundreds of documents at each sync.
_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))
_DECODER = json.JSONDecoder(parse_float=_refuse, parse_constant=_refuse)
