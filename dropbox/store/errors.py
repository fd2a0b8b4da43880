"""Errors of the store; the views map each to a status."""

from __future__ import annotations


class StoreError(Exception):
    """The store refused something."""


class SchemaError(StoreError):
    """The database is missing, damaged or from another release."""


class FullError(StoreError):
    """There is no room on the disk or in the database; nothing was written."""


class ConflictError(StoreError):
    """Another envelope with this mac, or another mailbox with this capability, is stored already."""


class UnknownError(StoreError):
    """The capability does not exist."""


class NotFoundError(StoreError):
    """The position, part or roster does not exist."""


class DiffersError(StoreError):
    """The log does not have this digest at this position, or a bundle names a root or a roster that is not here."""


class UntilError(StoreError):
    """The envelope's `until` is past, or too far away."""


class ClockError(StoreError):
    """The clock is too far after the store's day: nothing is stored until the operator has accepted its day."""


class SerialError(StoreError):
    """A bundle of this identity with this serial or a higher one is already stored."""

    def __init__(self, highest: int) -> None:
        """Keep the highest stored serial."""
        super().__init__()
        self.highest = highest


class NotReadyError(StoreError):
    """There is no roster yet: nothing can be sealed."""
