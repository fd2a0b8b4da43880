"""Saving files to a folder, with harmless names and checked digests. It overwrites nothing."""

from keys.downloads.folder import check_space, own_folder
from keys.downloads.names import distinct, harmless_name, neutral_name
from keys.downloads.writing import Target, plan, write

__all__ = ["Target", "check_space", "distinct", "harmless_name", "neutral_name", "own_folder", "plan", "write"]
