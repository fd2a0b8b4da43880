"""Founding, enrolling, rosters, joining: what people do once, with a checklist; no case passes here."""

from keys.ceremony.backing_up import back_up, restore
from keys.ceremony.draft import Draft, signatures
from keys.ceremony.enrolling import IDENTITY_FILE, Card, enrol, key_file, make_card, open_vault, unlock
from keys.ceremony.founding import ROOT_FILE, found, root_key_name
from keys.ceremony.joining import SERVER, fingerprint_of, join
from keys.ceremony.policy_file import read_policy, redrawn
from keys.ceremony.roster_making import make_roster, publish

__all__ = [
    "IDENTITY_FILE",
    "ROOT_FILE",
    "SERVER",
    "Card",
    "Draft",
    "back_up",
    "enrol",
    "fingerprint_of",
    "found",
    "join",
    "key_file",
    "make_card",
    "make_roster",
    "open_vault",
    "publish",
    "read_policy",
    "redrawn",
    "restore",
    "root_key_name",
    "signatures",
    "unlock",
]
