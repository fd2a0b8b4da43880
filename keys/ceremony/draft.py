"""A draft of a roster, which travels from hand to hand until enough root keys have signed it. It holds no secret."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from keys.ceremony.enrolling import Card
from keys.errors import ForbiddenError, MalformedError
from keys.identity import KIND_ROOT, unlock_key_file
from keys.roster import Root, Roster, RosterHistory, read_unsigned
from keys.wire.signed import (
    LABEL_ROOT,
    LABEL_ROSTER,
    SIGNER_SIZE,
    SIGNING_KEY_SIZE,
    Signed,
    join_frames,
    split_frames,
)

if TYPE_CHECKING:
    from pathlib import Path

FRAMES = 6  # roots, earlier rosters, the document, its signers, cards, texts


@dataclass(frozen=True, slots=True)
class Draft:
    """The roots, the earlier rosters, the new one with its signatures so far, the recipients' cards, and the texts."""

    roots: tuple[Signed, ...]
    earlier: tuple[Signed, ...]
    roster: Signed
    cards: tuple[Card, ...]
    texts: tuple[bytes, ...]

    @classmethod
    def parse(cls, raw: bytes) -> Draft:
        """Parse a draft file; raise FormatError or TrustError if its parts contradict each other."""
        frames = split_frames(raw)
        if len(frames) != FRAMES:
            raise MalformedError("draft of a roster")
        roots, earlier, document, signers, cards, texts = frames
        if len(signers) % SIGNER_SIZE:
            raise MalformedError("signers")
        pairs = [signers[at : at + SIGNER_SIZE] for at in range(0, len(signers), SIGNER_SIZE)]
        draft = cls(
            roots=tuple(map(Signed.parse, split_frames(roots))),
            earlier=tuple(map(Signed.parse, split_frames(earlier))),
            roster=Signed(document, tuple((pair[:SIGNING_KEY_SIZE], pair[SIGNING_KEY_SIZE:]) for pair in pairs)),
            cards=tuple(map(Card.parse, split_frames(cards))),
            texts=tuple(split_frames(texts)),
        )
        draft.content()
        return draft

    def encode(self) -> bytes:
        """Return the bytes of the draft file."""
        return join_frames(
            [
                join_frames(root.encode() for root in self.roots),
                join_frames(roster.encode() for roster in self.earlier),
                self.roster.document,
                b"".join(key + signature for key, signature in self.roster.signers),
                join_frames(card.encode() for card in self.cards),
                join_frames(self.texts),
            ]
        )

    def root(self) -> Root:
        """Return the newest root of the draft; a person must compare its fingerprint."""
        if not self.roots:
            raise MalformedError("empty chain")
        return Root.verify_chain(self.roots, self.roots[0].id(LABEL_ROOT))

    def content(self) -> Roster:
        """Return the content of the roster without its signatures: show it, but never rely on it."""
        roster = read_unsigned(self.roster)
        if roster.root != self.root().id:
            raise MalformedError("roster of another root")
        # A person who signs the hashes of texts must see the texts.
        return roster.with_texts({hashlib.sha256(document).digest(): document for document in self.texts})

    def finished(self) -> RosterHistory:
        """Return the roster and those before it if enough keys have signed; raise BelowThresholdError otherwise."""
        return RosterHistory.verify([*self.earlier, self.roster], self.root())

    def sign(self, key_file: Path, passphrase: str) -> Draft:
        """Return the draft with one more signature.

        Raises PassphraseError or KeyFileError, and ForbiddenError for a key that is not one of the root's.
        """
        signer = unlock_key_file(key_file, KIND_ROOT, passphrase).signer()
        if signer.public not in self.root().keys:
            raise ForbiddenError("this key is not one of the root's")
        signature = signer.sign(LABEL_ROSTER + self.roster.document)
        return replace(self, roster=self.roster.with_signer(signer.public, signature))


def signatures(draft: Draft) -> tuple[int, int]:
    """Return how many keys have signed and how many must."""
    return len(draft.roster.signers), draft.root().k
