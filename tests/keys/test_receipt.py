"""The receipt: every spelling is accepted, typing errors are detected, and its keys depend only on its symbols."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.errors import ReceiptError
from keys.receipt import CHECK_SYMBOLS, RANDOM_SYMBOLS, SYMBOLS, Receipt, _check_symbols
from tests.vectors.generator.people import RECEIPT, checked

LENGTH = RANDOM_SYMBOLS + CHECK_SYMBOLS
drawn = st.text(SYMBOLS, min_size=RANDOM_SYMBOLS, max_size=RANDOM_SYMBOLS)
SPELLINGS = {"0": "0Oo", "1": "1IiLl"}


@st.composite
def typed(draw: st.DrawFn, symbols: str) -> str:
    """Draw one of the spellings of these symbols."""
    fills = st.text(" -", max_size=2)
    letters = [draw(st.sampled_from(SPELLINGS.get(symbol, symbol + symbol.lower()))) for symbol in symbols]
    return "".join(draw(fills) + letter for letter in letters) + draw(fills)


@given(drawn, st.data())
def test_a_code_is_read_however_it_is_typed(symbols: str, data: st.DataObject) -> None:
    receipt = Receipt(symbols + _check_symbols(symbols))
    assert Receipt.parse(receipt.written()) == receipt
    assert Receipt.parse(data.draw(typed(receipt.symbols))) == receipt


def test_a_code_is_shown_in_seven_groups_of_four() -> None:
    assert [len(group) for group in RECEIPT.groups()] == [4] * 7
    assert RECEIPT.written() == "-".join(RECEIPT.groups())
    assert "".join(RECEIPT.groups()) == RECEIPT.symbols


def test_every_single_wrong_symbol_is_found() -> None:
    for at, symbol in product(range(LENGTH), SYMBOLS):
        if symbol != RECEIPT.symbols[at]:
            with pytest.raises(ReceiptError):
                Receipt.parse(RECEIPT.symbols[:at] + symbol + RECEIPT.symbols[at + 1 :])


def test_every_swap_of_neighbours_is_found() -> None:
    for at in range(LENGTH - 1):
        one, other = RECEIPT.symbols[at], RECEIPT.symbols[at + 1]
        if one != other:
            with pytest.raises(ReceiptError):
                Receipt.parse(RECEIPT.symbols[:at] + other + one + RECEIPT.symbols[at + 2 :])


def _effects() -> list[dict[int, tuple[int, int]]]:
    """Return the change of the two check symbols for each error at each position; the code is linear."""
    effects: list[dict[int, tuple[int, int]]] = []
    for at in range(RANDOM_SYMBOLS):
        effects.append({})
        for error, symbol in enumerate(SYMBOLS):
            checks = _check_symbols("0" * at + symbol + "0" * (RANDOM_SYMBOLS - at - 1))
            effects[at][error] = (SYMBOLS.index(checks[0]), SYMBOLS.index(checks[1]))
        del effects[at][0]
    zero = {error: (error, 0) for error in range(1, len(SYMBOLS))}
    last = {error: (0, error) for error in range(1, len(SYMBOLS))}
    return [*effects, zero, last]


@given(drawn, drawn)
def test_the_check_symbols_are_linear(one: str, other: str) -> None:
    def plus(left: str, right: str) -> str:
        return "".join(SYMBOLS[SYMBOLS.index(a) ^ SYMBOLS.index(b)] for a, b in zip(left, right, strict=True))

    assert _check_symbols(plus(one, other)) == plus(_check_symbols(one), _check_symbols(other))


def test_every_pair_of_wrong_symbols_is_found() -> None:
    # In a linear code, two errors are undetected only if both change the check symbols alike: no such pair exists.
    for one, other in combinations(_effects(), 2):
        assert not set(one.values()) & set(other.values())


@given(st.text(max_size=40))
def test_no_text_raises_anything_but_a_receipt_error(text: str) -> None:
    try:
        receipt = Receipt.parse(text)
    except ReceiptError:
        return
    assert Receipt.parse(receipt.written()) == receipt


@given(drawn, st.integers(0, LENGTH - 1))
def test_a_missing_symbol_is_found(symbols: str, at: int) -> None:
    whole = symbols + _check_symbols(symbols)
    with pytest.raises(ReceiptError):
        Receipt.parse(whole[:at] + whole[at + 1 :])


def test_codes_are_drawn_anew_and_from_all_symbols() -> None:
    codes = {Receipt.draw().symbols for _ in range(200)}
    assert len(codes) == 200
    assert set("".join(codes)) == set(SYMBOLS)
    assert all(Receipt.parse(code).symbols == code for code in codes)


def test_the_four_secrets_of_a_code_have_nothing_in_common() -> None:
    secrets = [RECEIPT.capability(), RECEIPT.box_seed(), RECEIPT.sign_seed(), RECEIPT.kem_seed()]
    assert [len(secret) for secret in secrets] == [32, 32, 32, 64]
    assert len({*secrets[:3], secrets[3][:32], secrets[3][32:]}) == 5


def test_the_check_symbols_are_not_part_of_the_secret() -> None:
    other = Receipt(RECEIPT.symbols[:RANDOM_SYMBOLS] + "00")
    assert other.capability() == RECEIPT.capability()


def test_codes_that_differ_in_one_symbol_have_other_secrets() -> None:
    last = "0" if RECEIPT.symbols[RANDOM_SYMBOLS - 1] != "0" else "1"
    other = checked(RECEIPT.symbols[: RANDOM_SYMBOLS - 1] + last)
    assert other.capability() != RECEIPT.capability()
    assert other.sign_seed() != RECEIPT.sign_seed()


def test_a_code_is_shown_by_no_repr_and_no_error() -> None:
    assert RECEIPT.symbols not in repr(RECEIPT)
    with pytest.raises(ReceiptError) as raised:
        Receipt.parse(RECEIPT.symbols[:-1] + "?")
    assert RECEIPT.symbols[:8] not in str(raised.value)
