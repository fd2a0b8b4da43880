"""The types of ids, keys and capabilities: bytes that a type checker distinguishes."""

from __future__ import annotations

from typing import NewType

PERSON_SIZE = 16  # SPEC 7.2

PersonId = NewType("PersonId", bytes)
IdentityKey = NewType("IdentityKey", bytes)
MessageId = NewType("MessageId", bytes)
CaseId = NewType("CaseId", bytes)
RosterId = NewType("RosterId", bytes)
Mac = NewType("Mac", bytes)
ContentKey = NewType("ContentKey", bytes)
Capability = NewType("Capability", bytes)
