"""Receipts, stamps and fingerprints, SPEC 6, 8 and 9: what people type and machines try."""

from __future__ import annotations

from itertools import count

from keys.receipt import SYMBOLS, Receipt
from keys.roster import words
from keys.wire.canonical import b64
from keys.wire.stamp import MAX_WORK, NONCE_SIZE, stamp_holds
from tests.vectors.generator.people import RECEIPT, checked, seed
from tests.vectors.generator.scenario import ACCEPTED, Made, Subject

RECEIPTS = Subject("receipt")
STAMP = Subject("stamp")
FINGERPRINT = Subject("fingerprint")
CODE = RECEIPT.symbols
WRITTEN = RECEIPT.written()
MAC = seed("mac")
WORK = 1000


def _typed(title: str, comment: str, typed: str, receipt: Receipt = RECEIPT) -> None:
    fields = {
        "symbols": receipt.symbols,
        "capability": receipt.capability().hex(),
        "box-seed": receipt.box_seed().hex(),
        "kem-seed": receipt.kem_seed().hex(),
        "sign-seed": receipt.sign_seed().hex(),
    }
    RECEIPTS.add(title, ACCEPTED, comment, lambda: (typed.encode(), fields))


def _mistyped(title: str, comment: str, typed: str) -> None:
    RECEIPTS.add(title, "receipt", comment, typed.encode)


def _exchanged(text: str, at: int, step: int = 1) -> str:
    """Return `text` with the symbol at `at` exchanged for another."""
    other = SYMBOLS[(SYMBOLS.index(text[at]) + step) % len(SYMBOLS)]
    return text[:at] + other + text[at + 1 :]


def _swapped(text: str) -> str:
    """Return `text` with two neighbours swapped that differ."""
    at = next(at for at in count(13) if text[at] != text[at + 1])
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


_digits = checked("0123456789ABCDEFGHJKMN0101")
_letters = _digits.symbols.replace("0", "O").replace("1", "I", 1).replace("1", "l")

_typed("as it is shown", "seven groups with dashes", WRITTEN)
_typed("in lower case", "case does not matter", WRITTEN.lower())
_typed("without dashes", "dashes do not matter", CODE)
_typed("with dashes of a phone", "keyboards put them for a hyphen", WRITTEN.replace("-", "\u2013"))
_typed("with spaces", "nor do spaces", f"  {WRITTEN.replace('-', ' ').lower()} ")
_typed("with dashes everywhere", "nor where they stand", "-".join(CODE))
_typed("with O for 0, I and L for 1", "letters that look like digits", _letters, _digits)
_typed("of zeros", "the polynomial 0 is a multiple of every other", "0000-" * 6 + "0000", checked("0" * 26))
_typed("of the last symbol", "the largest value of each", checked("Z" * 26).written(), checked("Z" * 26))

_mistyped("nothing", "no symbol", "")
_mistyped("one symbol wrong", "in the middle", _exchanged(CODE, 13))
_mistyped("first symbol wrong", "at the start", _exchanged(CODE, 0, 7))
_mistyped("check symbol wrong", "at the end", _exchanged(CODE, 27, 3))
_mistyped("two symbols wrong", "far from each other", _exchanged(_exchanged(CODE, 2), 20, 5))
_mistyped("two symbols wrong beside each other", "neighbours", _exchanged(_exchanged(CODE, 8, 9), 9))
_mistyped("both check symbols wrong", "at the end", _exchanged(_exchanged(CODE, 26), 27))
_mistyped("two neighbours swapped", "as fast typists do", _swapped(CODE))
_mistyped("two groups swapped", "up to eight symbols are wrong at once", WRITTEN[5:10] + WRITTEN[:5] + WRITTEN[10:])
_mistyped("one symbol missing", "27 symbols", CODE[:-1])
_mistyped("one symbol too many", "29 symbols", CODE + "0")
_mistyped("a zero in front", "29 symbols, though the value is the same", "0" + CODE)
_mistyped("with a U", "a letter that is no symbol", "U" + CODE[1:])
_mistyped("with a dot", "a dot is no dash", CODE[:4] + "." + CODE[5:])
_mistyped("with a digit of another script", "a digit to some", "\u0663" + CODE[1:])
_mistyped("with a null byte", "not a space", CODE + "\0")


def _stamp(title: str, expect: str, comment: str, work: int, holds: int, fails: int | None = None) -> None:
    """List a stamp whose nonce holds for the work `holds` and not for `fails`."""

    def made() -> Made:
        for attempt in count():
            nonce = attempt.to_bytes(NONCE_SIZE, "big")
            if stamp_holds(MAC, nonce, holds) and not (fails and stamp_holds(MAC, nonce, fails)):
                return MAC + nonce, {"work": str(work)}
        raise AssertionError("unreachable")

    STAMP.add(title, expect, comment, made)


_stamp("of the work that is asked", ACCEPTED, "one try in a thousand", WORK, WORK)
_stamp("of more work than is asked", ACCEPTED, "any value below the target will do", WORK, 16 * WORK)
_stamp("of no work", ACCEPTED, "work 1 takes any nonce", 1, 1, 2)
_stamp("just too weak", "stamp", "it would do for 900", WORK, 900, WORK)
_stamp("of half the work", "stamp", "it would do for 500", WORK, 500, WORK)
_stamp("of no work where some is asked", "stamp", "any nonce", WORK, 1, 2)
STAMP.add("work of zero", "stamp", "a division by zero", lambda: (MAC + bytes(NONCE_SIZE), {"work": "0"}))
STAMP.add("work above the limit", "stamp", "the limit", lambda: (MAC + bytes(NONCE_SIZE), {"work": str(MAX_WORK + 1)}))


@STAMP.case("stamp", "bound to its envelope: nothing to use again")
def of_another_envelope() -> Made:
    nonces = (attempt.to_bytes(NONCE_SIZE, "big") for attempt in count())
    nonce = next(nonce for nonce in nonces if stamp_holds(seed("another mac"), nonce, WORK))
    return MAC + nonce, {"work": str(WORK)}


def _fingerprint(title: str, comment: str, root_id: bytes, spoken: str) -> None:
    FINGERPRINT.add(title, ACCEPTED, comment, lambda: (root_id, {"words": spoken, "text": b64(root_id)}))


_fingerprint("of a root", "ten words, 43 symbols", seed("root id"), words(seed("root id")))
_fingerprint("of zeros", "the first of every letter", bytes(32), " ".join(["babab"] * 10))
_fingerprint("of ones", "the last of every letter", b"\xff" * 32, " ".join(["zuzuz"] * 10))
_fingerprint("of 127.0.0.1", "the first example of the paper", bytes([127, 0, 0, 1] * 8), " ".join(["lusab babad"] * 5))
