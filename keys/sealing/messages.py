"""The old format: messages sealed into envelopes and opened again."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from nacl.utils import random

from keys.errors import MalformedError
from keys.roster import verify_signature
from keys.sealing.envelopes import _exactly, _opened
from keys.sealing.sealed import seal_envelope, seal_header
from keys.sealing.slots import KEY_SIZE, PublicPair
from keys.sealing.stream import check_content, check_mac, head_content
from keys.wire.envelope import Header, check_envelope_size
from keys.wire.files import content_size
from keys.wire.head import Head
from keys.wire.kinds import Report
from keys.wire.plaintext import check_padding, class_of, message_id, signed_bytes, split, start, start_size

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keys.sealing.sealed import Sealed
    from keys.sealing.signer import Signer


@dataclass(frozen=True, slots=True)
class Message:
    """A message whose envelope opened and whose author's signature is right; whether the author may say it is open."""

    id: bytes
    mac: bytes
    head: Head
    signature: bytes = field(repr=False)
    content_key: bytes = field(repr=False)

    @property
    def statement(self) -> bytes:
        """What shows others that its author said it, without the envelope: mac, signature and head."""
        return self.mac + self.signature + self.head.encode()

    @property
    def case(self) -> bytes:
        """The id of the case: the report's own id, or the one that the head names."""
        return self.head.case or self.id


def seal(
    head: Head, signer: Signer, readers: Iterable[PublicPair], *, slots: int, until: int, contents: Iterable[bytes] = ()
) -> Sealed:
    """Seal a message for `readers` into an envelope of `slots` slots; `contents` are the bytes of its files, in order.

    Raises MalformedError when there are more readers than slots, or the head is too large or not as SPEC.md says, and
    what `contents` raises.
    """
    raw = head.encode()
    Head.parse(raw)
    if signer.public != head.author:
        raise MalformedError("author is not the signer")
    content_key = random(KEY_SIZE)
    header = seal_header(content_key, readers, slots, until, head_content(content_key, raw))
    before = start(raw, signer.sign(signed_bytes(head.kind, header.mac, raw)))
    pieces = chain([before], _exactly(content_size(head.files), contents))
    return seal_envelope(content_key, header, class_of(raw, head.files), pieces, message_id(head.kind, header.mac, raw))


def open_message(front: bytes, content_key: bytes, size: int | None = None) -> Message:
    """Open the front of an envelope of `size` bytes, or a whole one, and check its author's signature.

    Where all of the envelope is at hand, its padding is checked too, yet not the digests of its files. Raises
    FormatError: MalformedError, TamperedError or UnsupportedError, each of which is an alarm.
    """
    header = Header.parse(front)
    check_mac(content_key, header)
    size = len(front) if size is None else size
    padded = check_envelope_size(header, size)
    plaintext = _opened(content_key, header, front, padded, padded if size == len(front) else 0)
    raw, signature = split(plaintext)
    check_content(content_key, header.content, raw)
    head = Head.parse(raw)
    end = start_size(plaintext) + content_size(head.files)
    # A class larger than needed is refused too: its author could hide something in the choice.
    if class_of(raw, head.files) != padded:
        raise MalformedError("class")
    if len(plaintext) == padded:
        check_padding(plaintext, end)
    elif not head.files:
        raise MalformedError("cut")
    verify_signature(head.author, signed_bytes(head.kind, header.mac, raw), signature)
    if isinstance(head.body, Report):
        PublicPair(head.body.box, head.body.kem).check()
    return Message(message_id(head.kind, header.mac, raw), header.mac, head, signature, content_key)
