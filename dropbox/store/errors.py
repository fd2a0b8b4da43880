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
    """The log does not have this digest at this position."""


class UntilError(StoreError):
    """The envelope's `until` is past, or too far away."""


class ClockError(StoreError):
    """The clock is too far after the store's day: nothing is taken until the operator has accepted its day."""


class NotReadyError(StoreError):
    """There is no roster yet: nothing can be sealed."""
