"""A public key is accepted if and only if something can be sealed to it."""

import pytest
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey

from keys.errors import MalformedError
from keys.roster import check_public_keys
from keys.sealing import PrivatePair, seal_slot
from keys.wire.sizes import KEM_KEY_SIZE

# The same in every test process: the tests are named by these values.
PAIR = PrivatePair.from_seeds(bytes(range(32)), bytes(range(64))).public
NUMBERS = 768
IN_THE_FIELD, OUTSIDE = (0, 3328), (3329, 4095)


def with_number(at: int, number: int) -> bytes:
    """Return the key with another 12-bit number at this index."""
    whole, shift = int.from_bytes(PAIR.kem, "little"), 12 * at
    return (whole & ~(0xFFF << shift) | number << shift).to_bytes(KEM_KEY_SIZE, "little")


def is_taken(kem: bytes, box: bytes = PAIR.box) -> bool:
    try:
        check_public_keys(box, kem)
    except MalformedError:
        return False
    return True


def library_takes(kem: bytes) -> bool:
    try:
        MLKEM768PublicKey.from_public_bytes(kem).encapsulate()
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("number", [*IN_THE_FIELD, *OUTSIDE])
def test_an_ml_kem_key_is_taken_exactly_where_the_library_that_seals_takes_it(number: int) -> None:
    for at in range(NUMBERS):
        kem = with_number(at, number)
        assert is_taken(kem) == library_takes(kem) == (number in IN_THE_FIELD), at


@pytest.mark.parametrize("kem", [b"", PAIR.kem[:-1], PAIR.kem + b"\0", PAIR.kem[:-32], b"\xff" * KEM_KEY_SIZE])
def test_an_ml_kem_key_of_another_size_or_outside_the_field_is_refused(kem: bytes) -> None:
    assert not is_taken(kem)
    assert not library_takes(kem)


def test_the_last_32_bytes_of_an_ml_kem_key_may_be_any() -> None:
    for ending in (bytes(32), b"\xff" * 32):
        kem = PAIR.kem[:-32] + ending
        assert is_taken(kem)
        assert library_takes(kem)


@pytest.mark.parametrize("box", [bytes(32), b"\1" + bytes(31), PAIR.box[:-1], b""])
def test_an_x25519_key_of_low_order_or_another_size_is_refused(box: bytes) -> None:
    assert not is_taken(PAIR.kem, box)


def test_what_is_taken_can_be_sealed_to() -> None:
    check_public_keys(PAIR.box, PAIR.kem)
    assert seal_slot(bytes(32), PAIR)
