"""What the store refuses; each docstring says what happened. Views give each its status."""

from __future__ import annotations


class StoreError(Exception):
    """The store refused something."""


class SchemaError(StoreError):
    """The database is missing, damaged or of another release."""


class FullError(StoreError):
    """There is no room on the disk or in the database; nothing was written."""


class ConflictError(StoreError):
    """Another posting with this mac or this capability is stored already."""


class UnknownError(StoreError):
    """There is no such capability, position or part."""


class NotReadyError(StoreError):
    """There is no roster yet: nothing can be sealed."""
