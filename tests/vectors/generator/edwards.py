"""Curve arithmetic of RFC 8032 section 5.1, for points that right code never makes; never for secrets, it is slow."""

from __future__ import annotations

import hashlib
from typing import TypeAlias

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
Point: TypeAlias = tuple[int, int]
NEUTRAL: Point = (0, 1)
SIGN_BIT = 1 << 255
POINT_SIZE = 32


def x_of(y: int) -> int | None:
    """Return the even x of a point with this y, or None where there is none."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P:
        return None
    return P - x if x & 1 else x


def point_of(y: int) -> Point:
    """Return the point with this y and an even x."""
    x = x_of(y)
    assert x is not None
    return x, y


BASE = point_of(4 * pow(5, -1, P) % P)


def add(left: Point, right: Point) -> Point:
    """Return the sum of two points."""
    (x1, y1), (x2, y2) = left, right
    product = D * x1 * x2 * y1 * y2 % P
    x3 = (x1 * y2 + x2 * y1) * pow(1 + product, -1, P)
    y3 = (y1 * y2 + x1 * x2) * pow(1 - product, -1, P)
    return x3 % P, y3 % P


def times(number: int, point: Point) -> Point:
    """Return a multiple of a point."""
    found = NEUTRAL
    while number:
        if number & 1:
            found = add(found, point)
        point = add(point, point)
        number >>= 1
    return found


def encode(point: Point) -> bytes:
    """Return the 32 bytes of a point."""
    x, y = point
    return number(y | (x & 1) << 255)


def number(value: int) -> bytes:
    """Return 32 bytes, the lowest first."""
    return value.to_bytes(POINT_SIZE, "little")


def torsion() -> Point:
    """Return a point of order 8: what is left of a point when its part of prime order is taken away."""
    for y in range(2, 100):
        if x_of(y) is not None:
            found = times(L, point_of(y))
            if times(4, found) != NEUTRAL:
                return found
    raise AssertionError("no point of order 8")


def scalar(secret: bytes) -> int:
    """Return the private scalar of an Ed25519 seed."""
    raw = int.from_bytes(hashlib.sha512(secret).digest()[:POINT_SIZE], "little")
    return raw & ~(7 | SIGN_BIT) & (SIGN_BIT - 1) | 1 << 254


def challenge(commitment: bytes, key: bytes, message: bytes) -> int:
    """Return k of RFC 8032 section 5.1.6."""
    return int.from_bytes(hashlib.sha512(commitment + key + message).digest(), "little") % L


def sign(private: int, key: bytes, commitment: bytes, nonce: int, message: bytes) -> bytes:
    """Return the signature with this R, whatever R is; `nonce` is the logarithm of its part of prime order."""
    return commitment + number((nonce + challenge(commitment, key, message) * private) % L)


def decode(raw: bytes) -> Point | None:
    """Return the point of 32 bytes as the most tolerant reader would: any y, reduced; any sign."""
    value = int.from_bytes(raw, "little")
    y = (value & (SIGN_BIT - 1)) % P
    x = x_of(y)
    return None if x is None else ((P - x) % P if value & SIGN_BIT else x, y)


def satisfied(key: bytes, signature: bytes, message: bytes) -> bool:
    """Say whether 8 S B = 8 R + 8 k A: what the most tolerant verifier of RFC 8032 asks for."""
    public, commitment = decode(key), decode(signature[:POINT_SIZE])
    if public is None or commitment is None:
        return False
    k = challenge(signature[:POINT_SIZE], key, message)
    left = times(8 * int.from_bytes(signature[POINT_SIZE:], "little"), BASE)
    return left == times(8, add(commitment, times(k, public)))
