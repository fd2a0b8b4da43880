"""A proof that a recipient acknowledged the receipt of a report, checked without a server (SPEC 5.5)."""

from __future__ import annotations

from dataclasses import dataclass

from keys.errors import ForkError, FormatError, MeldbusError, ProofError
from keys.roster import Recipient, Root, Roster, verify_signature
from keys.wire.canonical import b64
from keys.wire.envelope import MAC_SIZE
from keys.wire.ids import CaseId, MessageId
from keys.wire.messages import Acknowledgement, Head
from keys.wire.plaintext import message_id, signed_bytes
from keys.wire.signed import LABEL_ROOT, Signed, split_frames
from keys.wire.sizes import SIGNATURE_SIZE

TITLE = b"meldbus proof 1"
MESSAGE_START = MAC_SIZE + SIGNATURE_SIZE
LEAST_FRAMES = 4  # the title, the acknowledgement, a root, a roster


@dataclass(frozen=True, slots=True)
class Proved:
    """A verified proof: `author` acknowledged the receipt of a report, on the day that they named."""

    report: CaseId
    author: Recipient
    day: int
    organisation: str
    acknowledgement: MessageId


@dataclass(frozen=True, slots=True)
class Proof:
    """An unverified proof. Nothing in it counts before `verify`."""

    mac: bytes
    signature: bytes
    signed_head: bytes
    roots: tuple[Signed, ...]
    roster: Signed

    @classmethod
    def parse(cls, raw: bytes) -> Proof:
        """Read a file; raise ProofError if it is not a proof, or a part of it cannot be read."""
        try:
            frames = split_frames(raw)
        except FormatError:
            raise ProofError("file", "cut or not a proof") from None
        if not frames or frames[0] != TITLE:
            raise ProofError("file", "cut or not a proof")
        if len(frames) < LEAST_FRAMES:
            raise ProofError("file", "something is missing")
        message, *roots, roster = frames[1:]
        return cls(
            message[:MAC_SIZE],
            message[MAC_SIZE:MESSAGE_START],
            message[MESSAGE_START:],
            tuple(_signed("roots", root) for root in roots),
            _signed("roster", roster),
        )

    def chain(self) -> tuple[list[Signed], list[Signed]]:
        """Return every root and the roster, unverified."""
        return [*self.roots], [self.roster]

    def verify(self, pinned: bytes) -> Proved:
        """Return what the proof shows to a person who knows the fingerprint of any of the organisation's roots.

        Raises ProofError with the reason.
        """
        head = self._head()
        if not isinstance(head.body, Acknowledgement) or head.case is None:
            raise ProofError("acknowledgement", "another kind")
        roster = self._roster(pinned)
        if head.roster != roster.id:
            raise ProofError("roster", "not the one that the acknowledgement names")
        author = roster.find(head.author)
        if author is None:
            raise ProofError("acknowledgement", "its author is not on the roster")
        try:
            verify_signature(head.author, signed_bytes(head.kind, self.mac, self.signed_head), self.signature)
        except FormatError as error:
            raise ProofError("acknowledgement", error.code) from None
        acknowledgement = MessageId(message_id(head.kind, self.mac, self.signed_head))
        return Proved(head.case, author, head.day, roster.policy.organisation, acknowledgement)

    def _head(self) -> Head:
        try:
            return Head.parse(self.signed_head)
        except FormatError as error:
            raise ProofError("acknowledgement", error.code) from None

    def _roster(self, pinned: bytes) -> Roster:
        """Return the roster, signed by a root of a chain that contains the fingerprint."""
        try:
            Root.verify_chain(self.roots, pinned)
        except ForkError:
            raise ProofError("roots", "another organisation's fingerprint, or not one chain") from None
        except MeldbusError as error:
            raise ProofError("roots", error.code) from None
        named = self.roster.members().get("root")
        for count, signed in enumerate(self.roots, 1):
            if named == b64(signed.id(LABEL_ROOT)):
                try:
                    return Roster.verify(self.roster, Root.verify_chain(self.roots[:count], signed.id(LABEL_ROOT)))
                except MeldbusError as error:
                    raise ProofError("roster", error.code) from None
        raise ProofError("roster", "signed by no root of these")


def _signed(part: str, raw: bytes) -> Signed:
    try:
        return Signed.parse(raw)
    except FormatError as error:
        raise ProofError(part, error.code) from None
