"""The fields that signed documents share; each function reads one or raises MalformedError."""

from __future__ import annotations

from keys.errors import MalformedError
from keys.wire.canonical import MAX_INTEGER, Json, b64, unb64
from keys.wire.sizes import ID_SIZE, MAX_DAY


def integer_of(value: Json, least: int, most: int = MAX_INTEGER) -> int:
    """Return a whole number from `least` to `most`."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise MalformedError("number")
    return value


def day_of(value: Json) -> int:
    """Return a day number."""
    return integer_of(value, 0, MAX_DAY)


def optional_id(value: Json) -> bytes | None:
    """Return an id, or None for null."""
    return None if value is None else unb64(value, ID_SIZE)


def key_list(value: Json, most: int) -> tuple[bytes, ...]:
    """Return 1 to `most` keys, in ascending order of their text, without duplicates."""
    if not isinstance(value, list) or not 1 <= len(value) <= most:
        raise MalformedError("list of keys")
    keys = tuple(unb64(key, ID_SIZE) for key in value)
    if list(value) != sorted(set(map(b64, keys))):
        raise MalformedError("order of keys")
    return keys
