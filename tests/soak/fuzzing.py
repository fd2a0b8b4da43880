"""Feeds altered vectors to the parsers of both programs, for SECONDS; both must read all of them alike.

Usage: python -m tests.soak.fuzzing SECONDS SEED
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from typing import TYPE_CHECKING

from keys.errors import MeldbusError
from keys.sealing import PrivatePair, find_content_key, open_head
from keys.wire.envelope import Header
from tests.bench.figures import BUILD
from tests.client.test_twins import READERS, TEXTS, header, outcome
from tests.client.twin import running
from tests.vectors.vector import Vector, committed

if TYPE_CHECKING:
    from tests.client.twin import Twin

NICE = 10  # the server under load has priority
MOST_CHANGES = 4
MOST_BYTES = 40
NUMBERS = (0, 1, 2, 255, 2**16, 2**31, 2**32 - 1)


def main(seconds: float, seed: int) -> int:
    """Return 0 if both programs read every altered vector alike; otherwise store its bytes in build/."""
    os.nice(NICE)
    randomness = random.Random(seed)
    vectors = [vector for vector in committed() if vector.subject in {"envelope", *READERS, *TEXTS}]
    ends, cases = time.monotonic() + seconds, 0
    with running() as twin:
        while time.monotonic() < ends:
            vector = randomness.choice(vectors)
            raw = spoil(randomness, vector.raw, randomness.choice(vectors).raw)
            cases += 1
            for what, ours, theirs in readings(twin, vector, raw):
                if ours != theirs:
                    BUILD.mkdir(exist_ok=True)
                    (BUILD / "soak-fuzz.bin").write_bytes(raw)
                    print(f"{vector.name} as {what}: Python {ours!r:.200}, page {theirs!r:.200}", file=sys.stderr)
                    return 1
    print(json.dumps({"fuzz_cases": cases}))
    return 0


def readings(twin: Twin, vector: Vector, raw: bytes) -> list[tuple[str, str, str]]:
    """Return the result of each program for these bytes, by each parser."""
    if vector.subject == "envelope":
        keys = {"box": vector.fields["box"], "kem": vector.fields["kem"]}
        opened = twin.read("open", raw, **keys)
        return [
            ("header", outcome(header, raw), twin.read("header", raw)),
            ("open", _opened(vector, raw), opened),
        ]
    if vector.subject in TEXTS:
        # A person's input or an HTTP header is always text.
        raw = raw.decode("utf-8", "replace").encode()
        return [(vector.subject, outcome(TEXTS[vector.subject], raw), twin.read(vector.subject, raw))]
    return [(vector.subject, outcome(READERS[vector.subject], raw), twin.read(vector.subject, raw))]


def spoil(randomness: random.Random, raw: bytes, other: bytes) -> bytes:
    """Return bytes similar to `raw`, possibly with some from `other`."""
    for _ in range(randomness.randint(1, MOST_CHANGES)):
        at = randomness.randrange(len(raw) + 1)
        size = randomness.choice((0, 0, 1, 1, 4, randomness.randint(0, MOST_BYTES), len(raw)))
        start = randomness.randrange(len(other) + 1)
        piece = randomness.choice(
            (
                b"",
                randomness.randbytes(randomness.randint(1, MOST_BYTES)),
                bytes([raw[at] ^ 1 << randomness.randrange(8)]) if at < len(raw) else b"\0",
                randomness.choice(NUMBERS).to_bytes(4, "big"),
                other[start : start + randomness.randint(1, MOST_BYTES)],
                raw[at : at + size] * 2,
            )
        )
        raw = raw[:at] + piece + raw[at + size :]
    return raw


def _opened(vector: Vector, raw: bytes) -> str:
    reader = PrivatePair.from_seeds(vector.hex("box"), vector.hex("kem"))
    try:
        return open_head(raw, find_content_key(Header.parse(raw), [reader]), len(raw)).id.hex()
    except MeldbusError as error:
        return error.code


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), int(sys.argv[2])))
