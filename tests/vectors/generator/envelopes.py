"""Envelopes that open, and headers with one fault each, SPEC 3."""

from __future__ import annotations

import hmac
from dataclasses import replace
from typing import TYPE_CHECKING

from keys.sealing import free_slot, seal_cover, seal_slot
from keys.sealing.envelopes import LABEL_ENTERED
from keys.sealing.stream import header_mac
from keys.wire.canonical import encode
from keys.wire.envelope import CONTENT_SIZE, MAC_SIZE, MAGIC_SIZE, SLOT_SIZE, Header, Slot, header_size
from keys.wire.ids import IdentityKey
from keys.wire.messages import Entered, Report, Unknown
from tests.vectors.generator.people import BESTUUR_1, REPORTER, SECRETARIS, STRANGER, Person, seed
from tests.vectors.generator.scenario import MALFORMED, NO_SLOT, OPENS, TAMPERED, UNSUPPORTED, Made, Subject
from tests.vectors.generator.sealer import UNTIL, Draft, answer, message, report, report_head

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ENVELOPE = Subject("envelope")
CASE = seed("case")
OTHER_KEY = seed("another content key")
MINE = -3  # the secretaris' slot: drafts put free slots first


def opened(draft: Draft, reader: Person = SECRETARIS) -> Made:
    """Return an envelope that its reader opens."""
    raw = draft.seal()
    return raw, reader.fields() | draft.fields(raw)


def spoilt(raw: bytes) -> Made:
    """Return an envelope that the secretaris must not be able to open."""
    return raw, SECRETARIS.fields()


def flipped(raw: bytes, at: int, bit: int = 1) -> bytes:
    """Return `raw` with one bit changed."""
    return raw[:at] + bytes([raw[at] ^ bit]) + raw[at + 1 :]


def _opens(title: str, comment: str, draft: Draft, reader: Person = SECRETARIS) -> None:
    ENVELOPE.add(title, OPENS, comment, lambda: opened(draft, reader))


_others = tuple(Person.named(f"reader {number}").public for number in range(5))
_newer = message(Unknown(encode({"a": [1, None, {"b": "c"}]})), "hand-over", REPORTER, CASE)
_scripts = "\xe9 \u0151 \u6f22 \u0627 \U0001f9fe \u2028 \x7f \x01"

_opens("report opened by a recipient", "a report as a page makes it", report())
_opens("report opened by the reporter", "the code opens it again", report(), REPORTER)
_opens("answer opened by the reporter", "it names its case", answer("Dank je.", CASE), REPORTER)
_opens("text of one byte", "the smallest there is", report("!"))
_opens("text of 12000 bytes", "fits the first class", report("a" * 12_000))
_opens("text of 6000 quotes", "is counted as encoded, and fits the first class", report('"' * 6_000))
_opens("text of 100000 bytes", "the largest there is takes two chunks", report("a" * 100_000))
_opens("text in many scripts", "two, three and four bytes of UTF-8, and what JSON escapes", report(_scripts))
_opens("class of 32768", "above the first, still one chunk", report("a" * 20_000))
_opens("class of 65536", "one full chunk, which is the last one", report("a" * 50_000))
_opens("header of 16 slots", "a roster of 8 to 15 recipients", replace(report(), count=16))
_opens("header of 24 slots", "a roster of 16 to 23 recipients", replace(report(), count=24))
_opens("header of 32 slots", "a roster of 24 to 31 recipients", replace(report(), count=32))
_opens("header without a free slot", "seven and the reporter", replace(report(), readers=(*_others, *report().readers)))
_opens("kind of a newer version", "kept, and shown as 'update the tool'", _newer)


def _entered(author: bytes = SECRETARIS.identity, signed: bytes = LABEL_ENTERED + REPORTER.identity) -> Draft:
    """Return a report that the secretaris wrote down for somebody; `signed` is what they signed."""
    body = report_head().body
    assert isinstance(body, Report)
    word = Entered(IdentityKey(author), SECRETARIS.signer.sign(signed), "phone")
    return Draft(replace(report_head(), body=replace(body, entered=word)).encode())


_opens("report that a recipient wrote down", "they sign the key that signs it", _entered())


def _not_entered(title: str, comment: str, draft: Draft) -> None:
    ENVELOPE.add(title, TAMPERED, comment, lambda: spoilt(draft.seal()))


_not_entered(
    "report that names another recipient as its writer",
    "a reporter could say that somebody else had the code",
    _entered(author=BESTUUR_1.identity),
)
_not_entered(
    "report with the word of another report",
    "the word is given for one reporter's key",
    _entered(signed=LABEL_ENTERED + STRANGER.identity),
)
_not_entered(
    "report with a word without its label", "it could be one for something else", _entered(signed=REPORTER.identity)
)
_not_entered(
    "report with a word under another label",
    "a card's, say",
    _entered(signed=b"meldbus/1 recipient card" + REPORTER.identity),
)


@ENVELOPE.case(NO_SLOT, "who was left out finds nothing")
def report_for_others() -> Made:
    return spoilt(replace(report(), readers=(BESTUUR_1.public, REPORTER.public)).seal())


@ENVELOPE.case(NO_SLOT, "nobody opens a cover entry")
def cover_entry() -> Made:
    return spoilt(seal_cover(slots=8, until=UNTIL, padded=16384).envelope)


def _bytes(title: str, expect: str, comment: str, change: Callable[[bytes], bytes]) -> None:
    ENVELOPE.add(title, expect, comment, lambda: spoilt(change(report().seal())))


def _until(title: str, comment: str, until: int) -> None:
    ENVELOPE.add(title, MALFORMED, comment, lambda: spoilt(replace(report(), until=until).seal()))


_until("until a Saturday", "it is a Sunday", UNTIL - 1)
_until("until a week later", "the head's day gives it", UNTIL + 7)
_until("until a week earlier", "its keys would be others", UNTIL - 7)
_until("until the last day of a u32", "it would stay for ever", 2**32 - 1)
_until("until day zero", "no head has so early a day", 0)


def _count(count: int) -> Callable[[bytes], bytes]:
    return lambda raw: raw[:MAGIC_SIZE] + bytes([count]) + raw[MAGIC_SIZE + 1 :]


_bytes("magic of something else", MALFORMED, "a picture", lambda raw: b"\x89PNG\r\n\x1a\n" + raw[8:])
_bytes("magic in lower case", MALFORMED, "seven capitals", lambda raw: b"meldbus\x01" + raw[8:])
_bytes("version 2", UNSUPPORTED, "a reader says 'update', not 'broken'", lambda raw: b"MELDBUS\x02" + raw[8:])
_bytes("version 0", UNSUPPORTED, "any other eighth byte", lambda raw: b"MELDBUS\x00" + raw[8:])
_bytes("nothing", MALFORMED, "no bytes", lambda raw: b"")
_bytes("cut in the magic", MALFORMED, "five letters", lambda raw: raw[:5])
_bytes("cut behind the magic", MALFORMED, "no count", lambda raw: raw[:MAGIC_SIZE])
_bytes("cut in a slot", MALFORMED, "slots are whole", lambda raw: raw[: 13 + 3 * SLOT_SIZE + 600])
_bytes("cut in the content", MALFORMED, "nothing of the mac is left", lambda raw: raw[: header_size(8) - MAC_SIZE - 1])
_bytes("cut in the mac", MALFORMED, "a header ends with its mac", lambda raw: raw[: header_size(8) - 1])
_bytes("count of 0", MALFORMED, "no slot, nobody to open it", _count(0))
_bytes("count of 7", MALFORMED, "no multiple of 8 would tell how many", _count(7))
_bytes("count of 40", MALFORMED, "a roster has at most 31 recipients", _count(40))
_bytes("count of 255", MALFORMED, "far above the limit", _count(255))


def _slot(title: str, expect: str, comment: str, change: Callable[[Slot], Slot]) -> None:
    """List an envelope whose slot for the secretaris is changed, under a mac that is right."""

    def made() -> Made:
        draft = report()
        slots = list(draft.header().slots)
        slots[MINE] = change(slots[MINE])
        return spoilt(draft.under(draft.over(*slots)))

    ENVELOPE.add(title, expect, comment, made)


_slot(
    "share with one bit changed",
    NO_SLOT,
    "its first half says whose a slot is",
    lambda slot: replace(slot, sealed_share=flipped(slot.sealed_share, 40)),
)
_slot(
    "share with an ephemeral key of zeros",
    NO_SLOT,
    "a point of low order seals for nobody",
    lambda slot: replace(slot, sealed_share=bytes(32) + slot.sealed_share[32:]),
)
_slot(
    "KEM ciphertext of another slot",
    TAMPERED,
    "both halves of a slot belong together",
    lambda slot: replace(slot, kem_ciphertext=free_slot().kem_ciphertext),
)
_slot(
    "KEM ciphertext with one bit changed",
    TAMPERED,
    "ML-KEM gives another secret, and does not say so",
    lambda slot: replace(slot, kem_ciphertext=flipped(slot.kem_ciphertext, 500)),
)
_slot(
    "wrapped key of another slot",
    TAMPERED,
    "it belongs to the secrets of its own slot",
    lambda slot: replace(slot, wrapped_key=seal_slot(report().key, SECRETARIS.public).wrapped_key),
)
_slot(
    "wrapped key with one bit changed",
    TAMPERED,
    "it carries a tag",
    lambda slot: replace(slot, wrapped_key=flipped(slot.wrapped_key, 0)),
)
_slot(
    "slot with another content key",
    TAMPERED,
    "one reader would see another text than the others",
    lambda slot: seal_slot(OTHER_KEY, SECRETARIS.public),
)


@ENVELOPE.case(TAMPERED, "a slot that opens decides: the mac has to fit its key, also when a second one would")
def two_slots_of_one_reader_with_two_keys() -> Made:
    draft = report()
    slots = list(draft.header().slots)
    slots[0] = seal_slot(OTHER_KEY, SECRETARIS.public)
    return spoilt(draft.under(draft.over(*slots)))


def _header(title: str, comment: str, change: Callable[[Header], Header]) -> None:
    """List an envelope whose finished header is changed; its author signs what came out of it."""

    def made() -> Made:
        draft = report()
        return spoilt(draft.under(change(draft.header())))

    ENVELOPE.add(title, TAMPERED, comment, made)


def _rebuilt(header: Header, *, slots: Sequence[Slot] = (), until: int | None = None) -> Header:
    return Header.of(header.until if until is None else until, slots or header.slots, header.content, header.mac)


def _mac(key: bytes, header: Header) -> Header:
    return replace(header, mac=header_mac(key, header.before_mac()))


_header(
    "free slot exchanged",
    "the mac covers every slot, not only one's own",
    lambda header: _rebuilt(header, slots=(free_slot(), *header.slots[1:])),
)
_header(
    "two slots exchanged",
    "the mac covers their order",
    lambda header: _rebuilt(header, slots=(*header.slots[:2][::-1], *header.slots[2:])),
)
_header(
    "until a day later",
    "it would be taken when its keys are gone",
    lambda header: _rebuilt(header, until=header.until + 1),
)
_header("mac with one bit changed", "the last bit", lambda header: replace(header, mac=flipped(header.mac, 31)))
_header("mac of zeros", "is not 'no mac'", lambda header: replace(header, mac=bytes(MAC_SIZE)))
_header(
    "mac under another content key", "else one envelope could open to two texts", lambda header: _mac(OTHER_KEY, header)
)
_header(
    "mac under the content key itself",
    "the mac's key is derived under a label",
    lambda header: replace(header, mac=hmac.digest(report().key, header.before_mac(), "sha256")),
)
_header(
    "content with one bit changed",
    "the mac covers it",
    lambda header: replace(header, content=flipped(header.content, CONTENT_SIZE - 1)),
)
_header(
    "mac that covers no content",
    "as headers without one had it",
    lambda header: replace(header, mac=header_mac(report().key, header.before_content())),
)
