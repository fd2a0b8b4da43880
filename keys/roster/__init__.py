"""Roots, rosters and bundles, SPEC.md 7 and 8: who may read, and how that is known; it holds no private key."""

from keys.roster.bundle import Addressees, Bundle
from keys.roster.fingerprint import address, proquint, words
from keys.roster.root import Root, root_document
from keys.roster.roster import ROLES, Recipient, Roster, linked, read_unsigned, roster_document, walk_back
from keys.roster.signature import verify_signature

__all__ = [
    "ROLES",
    "Addressees",
    "Bundle",
    "Recipient",
    "Root",
    "Roster",
    "address",
    "linked",
    "proquint",
    "read_unsigned",
    "root_document",
    "roster_document",
    "verify_signature",
    "walk_back",
    "words",
]
