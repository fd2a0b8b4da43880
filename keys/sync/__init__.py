"""The vault and the server brought together: trust, feed, channels, bundles, posting; it shows nothing to anyone."""

from keys.sync.attaching import attach
from keys.sync.decoys import post_decoy
from keys.sync.desk import Desk, Served, addressees_of
from keys.sync.ending import BACKUP_WANTED, Tombstone
from keys.sync.entering import enter
from keys.sync.files import SavedFile, save_thread
from keys.sync.own_bundles import RESTORED, publish_bundles, renew_bundles
from keys.sync.post import post_entry, post_message, unwatched
from keys.sync.reporter import (
    Fetched,
    SealedFile,
    Source,
    let_in,
    places,
    read_thread,
    say,
    seal_report,
    trusted_chain,
    trusted_history,
)
from keys.sync.trust import Trust, first_trust, load_trust

__all__ = [
    "BACKUP_WANTED",
    "RESTORED",
    "Desk",
    "Fetched",
    "SavedFile",
    "SealedFile",
    "Served",
    "Source",
    "Tombstone",
    "Trust",
    "addressees_of",
    "attach",
    "enter",
    "first_trust",
    "let_in",
    "load_trust",
    "places",
    "post_decoy",
    "post_entry",
    "post_message",
    "publish_bundles",
    "read_thread",
    "renew_bundles",
    "save_thread",
    "say",
    "seal_report",
    "trusted_chain",
    "trusted_history",
    "unwatched",
]
