"""The vault and the server brought together: trust, the log, bundles and the outbox."""

from keys.sync.attaching import attach
from keys.sync.decoys import post_decoy
from keys.sync.files import SavedFile, save_thread
from keys.sync.key_rotation import card_bundle, rotate_keys
from keys.sync.notices import Notice, NoticeKind
from keys.sync.outbox import Sent
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
from keys.sync.session import RecipientSession
from keys.sync.settings import BACKUP_WANTED, RESTORED
from keys.sync.syncing import Synced
from keys.sync.trust import Trust, fetch_texts, first_trust, load_trust

__all__ = [
    "BACKUP_WANTED",
    "RESTORED",
    "Fetched",
    "Notice",
    "NoticeKind",
    "RecipientSession",
    "SavedFile",
    "SealedFile",
    "Sent",
    "Served",
    "Source",
    "Synced",
    "Trust",
    "attach",
    "card_bundle",
    "documents_of",
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
