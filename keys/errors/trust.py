"""Errors about roots, rosters, keys and proofs."""

from __future__ import annotations

from keys.errors.base import MeldbusError


class TrustError(MeldbusError):
    """The chain of roots and rosters does not verify."""

    code = "trust"
    message = "The organisation's signed list cannot be trusted."
    hint = "Do not go on, and tell the board."


class BelowThresholdError(TrustError):
    """A document has fewer signatures than the root's threshold."""

    code = "below-threshold"
    message = "Too few of the board's root keys have signed this."
    hint = "Let another key holder sign it."


class ExpiredError(TrustError):
    """A document is before its first day or past its last."""

    code = "expired"
    message = "This is past its last day, or not valid yet."
    hint = "The board has to sign a new one."


class RolledBackError(TrustError):
    """A root or roster is older than one already seen."""

    code = "rolled-back"
    message = "The server shows an older list than you have seen."
    hint = "Do not go on, and tell the board."


class OlderChainError(RolledBackError):
    """The whole chain of the server is older, as after restoring its backup."""

    hint = "Tell the board. If the operator has restored a backup, type `meldbus log give-chain`."


class ForkError(TrustError):
    """Two different documents have the same version."""

    code = "fork"
    message = "There are two different signed documents with one version."
    hint = "Do not go on, and tell the board."


class NotEnrolledError(TrustError):
    """An identity is not on the roster, or nobody can be sealed to."""

    code = "not-enrolled"
    message = "This person or key is not on the roster."
    hint = "Ask the board to sign a roster that lists it."


class PersonError(MeldbusError):
    """A card fits no person, or more than one, of the earlier rosters."""

    code = "person"
    message = "A card does not fit the persons of the earlier rosters."
    hint = "Ask whose card it is, and make the roster again."


class ClockError(MeldbusError):
    """The server's day and the local day are more than two days apart."""

    code = "clock"
    message = "The server's date and this computer's differ by more than two days, so nothing is sealed."
    hint = "Set this computer's clock, or tell the operator if the server's is wrong."


class ProofError(MeldbusError):
    """The parts of a proof of receipt contradict each other."""

    code = "proof"
    message = "This proof does not hold."
    hint = "Do not rely on it. Ask the person who gave it to you for the original file."
