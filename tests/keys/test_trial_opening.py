"""Trial opening: many headers at once give the same results as each by itself, slot by slot."""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from keys.errors import NoSlotError, TamperedError
from keys.sealing import (
    PrivatePair,
    check_mac,
    find_content_key,
    find_content_keys,
    free_slot,
    open_slot,
    seal_cover,
    seal_slot,
)
from keys.wire.envelope import SLOT_STEP, SMALLEST_CLASS, Header
from tests.vectors.generator.envelopes import OTHER_KEY, flipped
from tests.vectors.generator.people import BESTUUR_1, REPORTER, SECRETARIS, STRANGER
from tests.vectors.generator.sealer import report

if TYPE_CHECKING:
    from collections.abc import Sequence

DAYS = (20_600, 20_607, 20_614)
WEEKLY, *LAST_RESORT = (person.pair for person in (SECRETARIS, BESTUUR_1, REPORTER, STRANGER))
PAIRS = (WEEKLY, *LAST_RESORT)


@cache
def headers() -> list[Header]:
    """Return headers with every possible outcome."""
    draft = replace(report(), until=DAYS[0])
    key = draft.key
    fill = [free_slot() for _ in range(SLOT_STEP)]
    mine = [seal_slot(key, pair.public) for pair in PAIRS]
    foreign = seal_slot(OTHER_KEY, WEEKLY.public)
    unfit = replace(mine[0], kem_ciphertext=fill[0].kem_ciphertext)
    wrapped = replace(mine[1], wrapped_key=flipped(mine[1].wrapped_key, 3))
    low = replace(mine[0], sealed_share=bytes(32) + mine[0].sealed_share[32:])
    made = [
        draft.over(*fill),
        draft.over(mine[0], *fill[1:]),
        draft.over(*fill[1:], mine[0]),
        replace(draft, until=DAYS[1]).over(*fill[:3], mine[2], *fill[4:]),
        draft.over(mine[3], mine[1], *fill[2:]),
        draft.over(*fill[2:], mine[1], foreign),
        draft.over(mine[0], foreign, *fill[2:]),
        draft.over(foreign, mine[0], *fill[2:]),
        draft.over(unfit, *fill[2:], mine[2]),
        draft.over(*fill[2:], mine[2], wrapped),
        draft.over(low, mine[3], *fill[2:]),
        replace(draft, until=DAYS[2]).over(*fill, *fill[3:], *mine[1:4]),
    ]
    spoilt = replace(made[1], mac=flipped(made[1].mac, 31))
    decoy = Header.parse(seal_cover(slots=24, until=DAYS[1], padded=SMALLEST_CLASS).prefix)
    return [*made, spoilt, replace(made[3], content=bytes(32)), decoy]


def simply(header: Header, privates: Sequence[PrivatePair]) -> bytes | str:
    """Open slot by slot, as SPEC 3.2 requires."""
    for private in privates:
        for slot in header.slots:
            try:
                content_key = open_slot(slot, private)
                check_mac(content_key, header)
            except NoSlotError:
                continue
            except TamperedError as error:
                return error.code
            return content_key
    return NoSlotError.code


def alone(header: Header, privates: Sequence[PrivatePair]) -> bytes | str:
    try:
        return find_content_key(header, privates)
    except (NoSlotError, TamperedError) as error:
        return error.code


def together(chosen: Sequence[Header], tried: dict[int, Sequence[PrivatePair]]) -> list[bytes | str]:
    found = find_content_keys(chosen, tried.__getitem__)
    return [NoSlotError.code if key is None else key if isinstance(key, bytes) else key.code for key in found]


def test_the_headers_have_every_outcome() -> None:
    outcomes = {simply(header, PAIRS) for header in headers()}
    assert outcomes == {report().key, NoSlotError.code, TamperedError.code}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 14), max_size=12),
    st.fixed_dictionaries({day: st.lists(st.sampled_from(PAIRS), max_size=4, unique=True) for day in DAYS}),
)
def test_many_headers_give_what_each_gives_slot_by_slot(
    places: list[int], tried: dict[int, Sequence[PrivatePair]]
) -> None:
    chosen = [headers()[place] for place in places]
    expected = [simply(header, tried[header.until]) for header in chosen]
    assert [alone(header, tried[header.until]) for header in chosen] == expected
    assert together(chosen, tried) == expected


def test_the_pairs_that_are_tried_follow_from_the_until_of_each_header() -> None:
    draft = report()
    slots = [seal_slot(draft.key, WEEKLY.public), *(free_slot() for _ in range(SLOT_STEP - 1))]
    chosen = [replace(draft, until=day).over(*slots) for day in DAYS]
    tried = {DAYS[0]: [WEEKLY], DAYS[1]: LAST_RESORT, DAYS[2]: [*LAST_RESORT, WEEKLY]}
    assert find_content_keys(chosen, tried.__getitem__) == [draft.key, None, draft.key]


def test_no_header_and_no_pair_give_nothing() -> None:
    assert find_content_keys([], lambda until: PAIRS) == []
    assert find_content_keys(headers(), lambda until: ()) == [None] * len(headers())


def test_a_spoilt_header_says_so_in_its_place_and_keeps_no_secret() -> None:
    good, spoilt = headers()[1], headers()[8]
    first, second, third = find_content_keys([good, spoilt, good], lambda until: PAIRS)
    assert first == third == report().key
    assert isinstance(second, TamperedError)
    assert (second.__traceback__, second.__context__, second.__cause__) == (None, None, None)


def test_a_slot_is_tried_while_other_threads_run() -> None:
    """libsodium releases the interpreter's lock; otherwise a batch would be no faster than single headers."""
    interval = sys.getswitchinterval()
    done, turns = threading.Event(), 0

    def run() -> None:
        nonlocal turns
        while not done.is_set():
            turns += 1
            time.sleep(0)

    other = threading.Thread(target=run)
    # No forced switches: another thread runs only when this one releases the lock.
    sys.setswitchinterval(1_000)
    try:
        other.start()
        before = turns
        for _ in range(100):
            alone(headers()[0], PAIRS)
        meanwhile = turns - before
    finally:
        sys.setswitchinterval(interval)
        done.set()
        other.join()
    assert meanwhile > 0
