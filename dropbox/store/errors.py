"""What the store refuses; each docstring says what happened. Views give each its status."""

from __future__ import annotations


class StoreError(Exception):
    """The store refused something."""


class SchemaError(StoreError):
    """The database is missing, damaged or of another release."""


class FullError(StoreError):
    """There is no room on the disk or in the database; nothing was written."""


class ConflictError(StoreError):
    """Another envelope with this mac, or another mailbox with this capability, is stored already."""


class UnknownError(StoreError):
    """There is no such capability."""


class NotFoundError(StoreError):
    """There is no such position, part or roster."""


class DiffersError(StoreError):
    """The log does not have this digest at this position, or a bundle names a root or a roster that is not here."""


class UntilError(StoreError):
    """The envelope's `until` is past, or too far away."""


class ClockError(StoreError):
    """The clock is too far after the store's day: nothing is taken until the operator has accepted its day."""


class SerialError(StoreError):
    """A bundle of this identity with this serial or a higher one is here."""

    def __init__(self, highest: int) -> None:
        """Keep the highest serial that is here."""
        super().__init__()
        self.highest = highest


class NotReadyError(StoreError):
    """There is no roster yet: nothing can be sealed."""
