"""Roots, rosters and bundles, SPEC 7 and 8, and their verification. It holds no private key."""

from keys.roster.bundle import Bundle, LogHead, Witness
from keys.roster.fingerprint import address, proquint, words
from keys.roster.freshness import Freshness
from keys.roster.history import RosterHistory
from keys.roster.people import People
from keys.roster.public_keys import check_public_keys
from keys.roster.root import Root, root_document
from keys.roster.roster import ROLES, Recipient, Revoked, Roster, read_unsigned, roster_document
from keys.roster.signature import verify_signature

__all__ = [
    "ROLES",
    "Bundle",
    "Freshness",
    "LogHead",
    "People",
    "Recipient",
    "Revoked",
    "Root",
    "Roster",
    "RosterHistory",
    "Witness",
    "address",
    "check_public_keys",
    "proquint",
    "read_unsigned",
    "root_document",
    "roster_document",
    "verify_signature",
    "words",
]
