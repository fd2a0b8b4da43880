"""Streams and plaintexts with one fault each, under a header that is right, SPEC 3.3 and 4."""

from __future__ import annotations

import hmac
from dataclasses import replace
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from keys.sealing.stream import _derive, _nonce, head_content
from keys.wire.envelope import CHUNK_SIZE, CONTENT_SIZE, LABEL_HEADER, LABEL_PAYLOAD, SEALED_CHUNK_SIZE, Header
from keys.wire.plaintext import LABEL_MESSAGE, LENGTH_SIZE, MAX_HEAD_SIZE
from tests.vectors.generator.envelopes import OTHER_KEY, flipped, spoilt
from tests.vectors.generator.people import SECRETARIS, STRANGER, seed
from tests.vectors.generator.scenario import MALFORMED, TAMPERED, Made, Subject
from tests.vectors.generator.sealer import TEXT, Draft, report

if TYPE_CHECKING:
    from collections.abc import Callable

STREAM = Subject("envelope")
ONE_FULL_CHUNK = "a" * 50_000
TWO_CHUNKS = "a" * 100_000
FIRST_CLASS = 16384


def _chunk(plaintext: bytes, *, label: bytes = LABEL_PAYLOAD, counter: int = 0, last: bool = True) -> bytes:
    return AESGCM(_derive(report().key, label)).encrypt(_nonce(counter, last=last), plaintext, None)


def _stream(title: str, expect: str, comment: str, change: Callable[[bytes], bytes], text: str = TEXT) -> None:
    """List an envelope whose finished stream is changed."""

    def made() -> Made:
        draft = report(text)
        header = draft.header()
        return spoilt(header.encode() + change(draft.stream(draft.plaintext(header.mac))))

    STREAM.add(title, expect, comment, made)


def _chunked(title: str, comment: str, seal: Callable[[bytes], bytes]) -> None:
    """List an envelope whose only chunk is sealed otherwise."""

    def made() -> Made:
        draft = report()
        header = draft.header()
        return spoilt(header.encode() + seal(draft.plaintext(header.mac)))

    STREAM.add(title, TAMPERED, comment, made)


_stream(
    "chunks exchanged",
    TAMPERED,
    "chunks carry their number",
    lambda raw: raw[SEALED_CHUNK_SIZE:] + raw[:SEALED_CHUNK_SIZE],
    TWO_CHUNKS,
)
_stream(
    "cut where a chunk ends",
    TAMPERED,
    "what is left has the size of a class",
    lambda raw: raw[:SEALED_CHUNK_SIZE],
    TWO_CHUNKS,
)
_stream(
    "continued behind the last chunk",
    TAMPERED,
    "both together have the size of a class",
    lambda raw: raw + _chunk(bytes(CHUNK_SIZE), counter=1),
    ONE_FULL_CHUNK,
)
_stream(
    "empty chunk behind a full one",
    MALFORMED,
    "the full one already was the last",
    lambda raw: raw + _chunk(b"", counter=1),
    ONE_FULL_CHUNK,
)
_stream("stream with one bit changed", TAMPERED, "in the middle", lambda raw: flipped(raw, 8000))
_stream("tag with one bit changed", TAMPERED, "the last byte", lambda raw: flipped(raw, len(raw) - 1))
_stream("stream of nothing", MALFORMED, "a header alone", lambda raw: b"")
_stream("stream of an empty chunk", MALFORMED, "a tag alone", lambda raw: _chunk(b""))
_stream("class of 8192", MALFORMED, "would tell how short a text is", lambda raw: _chunk(bytes(8192)))
_stream("class between the classes", MALFORMED, "would tell how long it is", lambda raw: _chunk(bytes(20_000)))
_stream("one byte behind the end", MALFORMED, "nothing follows", lambda raw: raw + b"\0")
_stream("last byte cut off", MALFORMED, "one byte less than a class", lambda raw: raw[:-1])
_chunked("last chunk not marked", "the last chunk says so in its nonce", lambda plain: _chunk(plain, last=False))
_chunked("chunks counted from 1", "they are counted from 0", lambda plain: _chunk(plain, counter=1))
_chunked("stream under the key of the mac", "each has its own", lambda plain: _chunk(plain, label=LABEL_HEADER))
_chunked(
    "stream under another content key",
    "it belongs to its header",
    lambda plain: replace(report(), key=OTHER_KEY).stream(plain),
)


def _plain(title: str, expect: str, comment: str, change: Callable[[bytes], bytes]) -> None:
    """List an envelope that seals a changed plaintext."""

    def made() -> Made:
        draft = report()
        header = draft.header()
        return spoilt(header.encode() + draft.stream(change(draft.plaintext(header.mac))))

    STREAM.add(title, expect, comment, made)


def _length(length: int) -> Callable[[bytes], bytes]:
    return lambda raw: length.to_bytes(LENGTH_SIZE, "big") + raw[LENGTH_SIZE:]


_plain("padding with one bit set", MALFORMED, "it could carry what nobody signed", lambda raw: flipped(raw, 10_000))
_plain(
    "padding with its last bit set",
    MALFORMED,
    "the last byte is padding too",
    lambda raw: flipped(raw, FIRST_CLASS - 1),
)
_plain(
    "class larger than needed",
    MALFORMED,
    "an author could hide something in the choice",
    lambda raw: raw.ljust(2 * FIRST_CLASS, b"\0"),
)
_plain("plaintext of zeros", MALFORMED, "a cover entry's, in an envelope with a slot", lambda raw: bytes(len(raw)))
_plain("head of no bytes", MALFORMED, "a head has at least two", _length(0))
_plain("head longer than its plaintext", MALFORMED, "it ends behind the end", _length(FIRST_CLASS))
_plain("head that leaves no room for a signature", MALFORMED, "60 bytes are left", _length(FIRST_CLASS - 64))
_plain("head longer than the limit", MALFORMED, "262,077 bytes", _length(MAX_HEAD_SIZE + 1))
_plain("head of 4 gigabytes", MALFORMED, "-1 to whoever reads it as signed", _length(2**32 - 1))
_plain(
    "text changed behind the signature",
    TAMPERED,
    "by someone who knows the content key",
    lambda raw: raw.replace(b"verdwijnt", b"verschijn"),
)


@STREAM.case(TAMPERED, "the content is right, the signature covers what stood there before")
def text_changed_behind_the_signature_and_in_the_content() -> Made:
    draft = report()
    changed = replace(draft, head=draft.head.replace(b"verdwijnt", b"verschijn"))
    header = changed.header()
    right = changed.plaintext(header.mac)
    return spoilt(
        header.encode() + draft.stream(right.replace(changed.signature(header.mac), draft.signature(header.mac)))
    )


@STREAM.case(TAMPERED, "the author seals a second head under a header that the server has already, and signs it")
def stream_exchanged_for_one_with_another_head() -> Made:
    draft = report()
    return spoilt(report("Er verdwijnt niets.").under(draft.header()))


@STREAM.case(TAMPERED, "the same, where only the day differs")
def stream_exchanged_for_one_with_another_day() -> Made:
    draft = report()
    later = replace(draft, head=draft.head.replace(b'"day":20600', b'"day":20601'))
    return spoilt(later.under(draft.header()))


@STREAM.case(TAMPERED, "a cover entry of one's own gets a head later: its content was random")
def head_under_the_content_of_a_cover_entry() -> Made:
    return spoilt(replace(report(), content=seed("content of a cover entry")).seal())


def _content(title: str, comment: str, content: Callable[[Draft], bytes]) -> None:
    """List an envelope with another content, under a mac that is right."""

    def made() -> Made:
        draft = report()
        return spoilt(replace(draft, content=content(draft)).seal())

    STREAM.add(title, TAMPERED, comment, made)


_content("content of zeros", "is not 'no content'", lambda draft: bytes(CONTENT_SIZE))
_content("content of another head", "it says which head", lambda draft: head_content(draft.key, report("Ja.").head))
_content(
    "content under another content key", "it is made with this one", lambda draft: head_content(OTHER_KEY, draft.head)
)
_content(
    "content under the content key itself",
    "its key is derived under a label",
    lambda draft: hmac.digest(draft.key, draft.head, "sha256"),
)
_content(
    "content under the key of the mac",
    "each has its own",
    lambda draft: hmac.digest(_derive(draft.key, LABEL_HEADER), draft.head, "sha256"),
)


@STREAM.case(MALFORMED, "a head that is no canonical JSON, though its author signed it")
def head_with_a_space_in_it() -> Made:
    return spoilt(replace(report(), head=report().head.replace(b'"day":', b'"day": ')).seal())


def _signed(title: str, comment: str, sign: Callable[[Draft, Header], bytes]) -> None:
    """List an envelope with another signature."""

    def made() -> Made:
        draft = report()
        header = draft.header()
        right = draft.plaintext(header.mac)
        at = LENGTH_SIZE + len(draft.head)
        signature = sign(draft, header)
        return spoilt(header.encode() + draft.stream(right[:at] + signature + right[at + len(signature) :]))

    STREAM.add(title, TAMPERED, comment, made)


_signed(
    "head moved into other slots",
    "a recipient re-wraps another's signed head: it holds the first envelope's mac",
    lambda draft, header: draft.signature(report().header().mac),
)
_signed(
    "signature by a stranger",
    "the head names its author",
    lambda draft, header: replace(draft, signer=STRANGER.signer).signature(header.mac),
)
_signed(
    "signature by a recipient",
    "nobody speaks for the reporter",
    lambda draft, header: replace(draft, signer=SECRETARIS.signer).signature(header.mac),
)
_signed(
    "signature without its label",
    "it could be one for something else",
    lambda draft, header: draft.signer.sign(header.mac + draft.head),
)
_signed(
    "signature under the label of version 2",
    "each version has its own",
    lambda draft, header: replace(draft, label=b"meldbus/2 ").signature(header.mac),
)
_signed(
    "signature under another kind",
    "the kind stands in the label",
    lambda draft, header: replace(draft, kind="answer").signature(header.mac),
)
_signed(
    "signature without the length of the kind",
    "kind and mac need a border",
    lambda draft, header: draft.signer.sign(LABEL_MESSAGE + draft.kind.encode() + header.mac + draft.head),
)
_signed(
    "signature over a kind that ends a letter earlier",
    "the letter would count as the first byte of another mac",
    lambda draft, header: replace(draft, kind=draft.kind[:-1]).signature(draft.kind[-1:].encode() + header.mac),
)
_signed(
    "signature with the length of the kind before it",
    "the length stands behind the kind",
    lambda draft, header: replace(draft, label=LABEL_MESSAGE + bytes([len(draft.kind)])).signature(header.mac),
)
_signed("signature without the mac", "it would hold in any envelope", lambda draft, header: draft.signature(b""))
_signed("signature of zeros", "is not 'no signature'", lambda draft, header: bytes(64))
