"""Messages sealed into envelopes and opened again, SPEC.md 3 to 5; who may say what in a case is not its concern."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import SystemRandom
from typing import TYPE_CHECKING

from nacl import bindings
from nacl.utils import random

from keys.errors import MalformedError, NoSlotError
from keys.roster import verify_signature
from keys.sealing.slots import KEY_SIZE, PrivatePair, PublicPair, free_slot, open_slot, seal_slot
from keys.sealing.stream import check_mac, header_mac, open_stream, recipients_capability, seal_stream
from keys.wire.envelope import Header, header_body
from keys.wire.head import Head, check_padding, message_id, pad, signed_bytes, split
from keys.wire.kinds import Report

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Signer:
    """An Ed25519 key that signs messages and bundles; its `repr` does not show the private half."""

    public: bytes
    private: bytes = field(repr=False)

    @classmethod
    def from_seed(cls, seed: bytes) -> Signer:
        """Return the signer of a 32-byte seed."""
        public, private = bindings.crypto_sign_seed_keypair(seed)
        return cls(public, private)

    @classmethod
    def generate(cls) -> Signer:
        """Return a new random signer."""
        return cls.from_seed(random(KEY_SIZE))

    def sign(self, signed: bytes) -> bytes:
        """Return the 64-byte signature over `signed`."""
        return bindings.crypto_sign(signed, self.private)[: bindings.crypto_sign_BYTES]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed message: its envelope, its id, and the content key that its author may keep."""

    envelope: bytes = field(repr=False)
    mac: bytes
    id: bytes
    content_key: bytes = field(repr=False)

    def recipients_capability(self) -> bytes:
        """Return the recipients' capability of the channel that this envelope opens."""
        return recipients_capability(self.content_key)


@dataclass(frozen=True, slots=True)
class Message:
    """A message whose envelope opened and whose author's signature is right; whether the author may say it is open."""

    id: bytes
    head: Head
    content_key: bytes = field(repr=False)

    @property
    def case(self) -> bytes:
        """The id of the case: the report's own id, or the one that the head names."""
        return self.head.case or self.id


def seal(head: Head, signer: Signer, readers: Iterable[PublicPair], *, slots: int, until: int) -> Sealed:
    """Seal a message for `readers` into an envelope of `slots` slots.

    Raises MalformedError when there are more readers than slots, or the head is too large or not as SPEC.md says.
    """
    content_key, header = _seal_header(readers, slots, until)
    raw = head.encode()
    Head.parse(raw)
    if signer.public != head.author:
        raise MalformedError("author is not the signer")
    signature = signer.sign(signed_bytes(head.kind, header.mac, raw))
    envelope = header.encode() + seal_stream(content_key, pad(raw, signature))
    return Sealed(envelope, header.mac, message_id(head.kind, header.mac, raw), content_key)


def seal_decoy(*, slots: int, until: int, padded: int) -> Sealed:
    """Return an envelope that nobody can open, of a class of `padded` bytes (SPEC.md 3.5)."""
    content_key, header = _seal_header((), slots, until)
    envelope = header.encode() + seal_stream(content_key, bytes(padded))
    return Sealed(envelope, header.mac, bytes(KEY_SIZE), content_key)


def find_content_key(header: Header, privates: Sequence[PrivatePair]) -> bytes:
    """Return the content key of a header in which one of `privates` has a slot, the likeliest first.

    Raises NoSlotError when none has, TamperedError when a slot or the mac is spoilt.
    """
    for private in privates:
        for slot in header.slots:
            try:
                content_key = open_slot(slot, private)
            except NoSlotError:
                continue
            check_mac(content_key, header)
            return content_key
    raise NoSlotError


def open_message(envelope: bytes, content_key: bytes) -> Message:
    """Open a whole envelope by its content key and check its author's signature.

    Raises FormatError: MalformedError, TamperedError or UnsupportedError, each of which is an alarm.
    """
    header = Header.parse(envelope)
    check_mac(content_key, header)
    plaintext = open_stream(content_key, envelope[header.size :])
    raw, signature = split(plaintext)
    head = Head.parse(raw)
    check_padding(plaintext, raw)
    verify_signature(head.author, signed_bytes(head.kind, header.mac, raw), signature)
    if isinstance(head.body, Report):
        PublicPair(head.body.box, head.body.kem).check()
    return Message(message_id(head.kind, header.mac, raw), head, content_key)


def _seal_header(readers: Iterable[PublicPair], slots: int, until: int) -> tuple[bytes, Header]:
    content_key = random(KEY_SIZE)
    filled = [seal_slot(content_key, public) for public in readers]
    if len(filled) > slots:
        raise MalformedError("more readers than slots")
    filled += [free_slot() for _ in range(slots - len(filled))]
    # The place of a slot would tell the place of its reader on the roster.
    SystemRandom().shuffle(filled)
    ordered = tuple(filled)
    mac = header_mac(content_key, header_body(until, ordered))
    return content_key, Header(until, ordered, mac)
