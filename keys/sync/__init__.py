"""Synchronisation of a vault with the server: trust, the log, bundles and the outbox."""

from keys.sync.attaching import attach
from keys.sync.cover import post_timer_cover
from keys.sync.delivery import unwatched
from keys.sync.files import SavedFile, save_files, save_thread
from keys.sync.key_rotation import card_bundle, rotate_keys
from keys.sync.mailbox_reader import ItemAlarm, ReporterThread, read_mailbox
from keys.sync.notices import Notice, NoticeKind
from keys.sync.outbox import Sent
from keys.sync.reporter import let_in, post_report, say, share_owed
from keys.sync.sealed_files import (
    Fetched,
    SealedFile,
    last_resort_addressees,
    places,
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
    "ItemAlarm",
    "Notice",
    "NoticeKind",
    "RecipientSession",
    "ReporterThread",
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
    "last_resort_addressees",
    "let_in",
    "load_trust",
    "places",
    "post_report",
    "post_timer_cover",
    "read_mailbox",
    "rotate_keys",
    "save_files",
    "save_thread",
    "say",
    "seal_report",
    "sealing_basis",
    "share_owed",
    "trusted_chain",
    "trusted_history",
    "unwatched",
]
