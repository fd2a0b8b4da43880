"""Sealing and opening envelopes, SPEC.md 3 to 4; the only place that turns words into bytes nobody else reads."""

from keys.sealing.files import Attachment, BytesAttachment, open_contents
from keys.sealing.messages import (
    Message,
    Sealed,
    Signer,
    front_size,
    open_message,
    seal,
    seal_decoy,
)
from keys.sealing.sealed_box import BoxKey, seal_secret
from keys.sealing.slots import PrivatePair, PublicPair, free_slot, open_slot, seal_slot
from keys.sealing.stream import check_content, check_mac, open_stream, recipients_capability, seal_stream
from keys.sealing.trial_opening import find_content_key, find_content_keys

__all__ = [
    "Attachment",
    "BoxKey",
    "BytesAttachment",
    "Message",
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
    "open_contents",
    "open_message",
    "open_slot",
    "open_stream",
    "recipients_capability",
    "seal",
    "seal_decoy",
    "seal_secret",
    "seal_slot",
    "seal_stream",
]
