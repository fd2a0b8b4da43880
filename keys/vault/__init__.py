"""A recipient's local store: messages, keys, the index of the log and the outbox. It fetches and judges nothing."""

from keys.vault.vault import Vault, check_copy

__all__ = ["Vault", "check_copy"]
