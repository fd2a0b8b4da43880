"""Ceremonies: founding, enrolling, making rosters and joining, each with a checklist."""

from keys.ceremony.backing_up import back_up, restore
from keys.ceremony.draft import Draft, signatures
from keys.ceremony.enrolling import IDENTITY_FILE, Card, enrol, key_file, make_card, open_vault, unlock
from keys.ceremony.founding import ROOT_FILE, found, parse_roots, root_key_name, rotate
from keys.ceremony.joining import SERVER, fingerprint_of, join
from keys.ceremony.persons import NAMESAKE, RENAMED, UNVOUCHED, Doubt, refuse
from keys.ceremony.policy_file import read_policy, redrawn
from keys.ceremony.replacing import replace_recipient, revoke_recipient
from keys.ceremony.roster_making import Changes, make_roster, publish
from keys.ceremony.watching import WATCH_FILE, Published, look, watch, watched

__all__ = [
    "IDENTITY_FILE",
    "NAMESAKE",
    "RENAMED",
    "ROOT_FILE",
    "SERVER",
    "UNVOUCHED",
    "WATCH_FILE",
    "Card",
    "Changes",
    "Doubt",
    "Draft",
    "Published",
    "back_up",
    "enrol",
    "fingerprint_of",
    "found",
    "join",
    "key_file",
    "look",
    "make_card",
    "make_roster",
    "open_vault",
    "parse_roots",
    "publish",
    "read_policy",
    "redrawn",
    "refuse",
    "replace_recipient",
    "restore",
    "revoke_recipient",
    "root_key_name",
    "rotate",
    "signatures",
    "unlock",
    "watch",
    "watched",
]
