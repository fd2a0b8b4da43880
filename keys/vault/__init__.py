"""A recipient's local store: messages, keys, the index of the log and the outbox."""

from keys.vault.vault import Vault, check_copy

__all__ = ["Vault", "check_copy"]
