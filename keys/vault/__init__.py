"""A recipient's local store: sealed envelopes, wrapped keys; it neither fetches nor judges."""

from keys.vault.graves import Grave
from keys.vault.vault import Channel, SpoiltEntry, StoredEnvelope, Vault, check_copy

__all__ = ["Channel", "Grave", "SpoiltEntry", "StoredEnvelope", "Vault", "check_copy"]
