"""The vault and the server brought together: trust, feed, channels, bundles, posting; it shows nothing to anyone."""

from keys.sync.attaching import attach
from keys.sync.decoys import post_decoy
from keys.sync.desk import Desk
from keys.sync.ending import BACKUP_WANTED, Tombstone
from keys.sync.entering import enter
from keys.sync.files import SavedFile, save_thread
from keys.sync.key_rotation import RESTORED, card_bundle, rotate_keys
from keys.sync.notices import Notice
from keys.sync.post import post_entry, post_message, unwatched
from keys.sync.reporter import (
    Fetched,
    SealedFile,
    let_in,
    places,
    read_thread,
    say,
    seal_report,
    trusted_chain,
    trusted_history,
)
from keys.sync.served import Served, Source, documents_of, sealing_basis
from keys.sync.trust import Trust, fetch_texts, first_trust, load_trust

__all__ = [
    "BACKUP_WANTED",
    "RESTORED",
    "Desk",
    "Fetched",
    "Notice",
    "SavedFile",
    "SealedFile",
    "Served",
    "Source",
    "Tombstone",
    "Trust",
    "attach",
    "card_bundle",
    "documents_of",
    "enter",
    "fetch_texts",
    "first_trust",
    "let_in",
    "load_trust",
    "places",
    "post_decoy",
    "post_entry",
    "post_message",
    "read_thread",
    "rotate_keys",
    "save_thread",
    "say",
    "seal_report",
    "sealing_basis",
    "trusted_chain",
    "trusted_history",
    "unwatched",
]
