"""Sealing and opening envelopes (SPEC 3 and 4)."""

from keys.sealing.envelopes import OpenedMessage, front_size, open_head, read_statement, seal_head
from keys.sealing.files import Attachment, BytesAttachment, open_files
from keys.sealing.sealed import Sealed, seal_cover
from keys.sealing.sealed_box import BoxKey, seal_secret
from keys.sealing.signer import Signer
from keys.sealing.slots import PrivatePair, PublicPair, free_slot, open_slot, seal_slot
from keys.sealing.stream import check_content, check_mac, open_stream, seal_stream, writers_capability
from keys.sealing.trial_opening import find_content_key, find_content_keys

__all__ = [
    "Attachment",
    "BoxKey",
    "BytesAttachment",
    "OpenedMessage",
    "PrivatePair",
    "PublicPair",
    "Sealed",
    "Signer",
    "check_content",
    "check_mac",
    "find_content_key",
    "find_content_keys",
    "free_slot",
    "front_size",
    "open_files",
    "open_head",
    "open_slot",
    "open_stream",
    "read_statement",
    "seal_cover",
    "seal_head",
    "seal_secret",
    "seal_slot",
    "seal_stream",
    "writers_capability",
]
