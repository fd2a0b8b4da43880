"""How many log entries a second the tool tries to open, 9 of 10 in vain, compared with one slot at a time."""

from __future__ import annotations

import time
from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING

from keys.errors import NoSlotError
from keys.sealing import PrivatePair, Signer, check_mac, find_content_keys, open_slot, seal_cover, seal_head
from keys.wire.envelope import SLOT_STEP, SMALLEST_CLASS, Header
from keys.wire.ids import IdentityKey
from tests.bench.figures import Figure, WrongError
from tests.keys.stored_files import UNTIL, report_head

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ROUNDS = 7
ENTRIES = 200
OURS = 10  # one in this many opens
LAST_RESORT = 3


def measure() -> Iterator[Figure]:
    """Try 8 slots of each entry with one weekly and three last-resort pairs, in a batch and one by one, in turn."""
    pairs = [PrivatePair.generate() for _ in range(1 + LAST_RESORT)]
    prefixes = [_prefix(number, pairs) for number in range(ENTRIES)]
    batch: list[float] = []
    simple: list[float] = []
    for _ in range(ROUNDS):
        batch.append(_per_s(lambda: find_content_keys([*map(Header.parse, prefixes)], lambda until: pairs)))
        simple.append(_per_s(lambda: [_simply(Header.parse(prefix), pairs) for prefix in prefixes]))
    yield Figure("trial_opening_per_s", median(batch))
    yield Figure("trial_opening_simple_per_s", median(simple), "one thread, slot by slot")
    yield Figure("trial_opening_ratio", median(one / other for one, other in zip(batch, simple, strict=True)))


def _prefix(number: int, pairs: Sequence[PrivatePair]) -> bytes:
    """Return the beginning of an entry; every tenth has a slot for one of our pairs in turn."""
    if number % OURS:
        return seal_cover(slots=SLOT_STEP, until=UNTIL, padded=SMALLEST_CLASS).prefix
    signer = Signer.generate()
    reader = pairs[number // OURS % len(pairs)].public
    head = replace(report_head(), author=IdentityKey(signer.public))
    return seal_head(head, signer, [reader], slots=SLOT_STEP, until=UNTIL).prefix


def _simply(header: Header, pairs: Sequence[PrivatePair]) -> bytes | None:
    for pair in pairs:
        for slot in header.slots:
            try:
                content_key = open_slot(slot, pair)
            except NoSlotError:
                continue
            check_mac(content_key, header)
            return content_key
    return None


def _per_s(work: Callable[[], Sequence[object]]) -> float:
    begun = time.perf_counter()
    found = work()
    took = time.perf_counter() - begun
    if sum(isinstance(key, bytes) for key in found) != -(-len(found) // OURS):
        raise WrongError("trial opening: another number of entries opened")
    return len(found) / took
