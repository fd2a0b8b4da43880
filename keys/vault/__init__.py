"""A recipient's local store: messages, wrapped keys, the index of the log and the outbox; it neither fetches nor judges."""

from keys.vault.vault import Vault, check_copy

__all__ = ["Vault", "check_copy"]
