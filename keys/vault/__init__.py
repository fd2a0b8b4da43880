"""A recipient's local store: sealed envelopes, wrapped keys; it neither fetches nor judges."""

from keys.vault.vault import Channel, SpoiltEntry, StoredEnvelope, Vault, check_copy

__all__ = ["Channel", "SpoiltEntry", "StoredEnvelope", "Vault", "check_copy"]
