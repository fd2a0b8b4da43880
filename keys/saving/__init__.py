"""Saving files to a folder: harmless names, checked digests, nothing overwritten; it fetches nothing."""

from keys.saving.folder import check_space, own_folder
from keys.saving.names import distinct, harmless_name, neutral_name
from keys.saving.writing import Target, plan, write

__all__ = ["Target", "check_space", "distinct", "harmless_name", "neutral_name", "own_folder", "plan", "write"]
