"""The cases that a vault holds, read afresh each time; it fetches nothing and stores no plaintext."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.cases.review import REPEATED, Alarm, Case, Received, case_number, review
from keys.errors import FormatError, NoCaseError, NoSlotError
from keys.sealing import open_message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keys.roster import Recipient
    from keys.vault import StoredEnvelope, Vault


def all_cases(vault: Vault, people: Mapping[bytes, Recipient], own: bytes) -> list[tuple[Case, tuple[Alarm, ...]]]:
    """Return every case of this vault with its alarms, the newest word last.

    A case whose report does not open has no words: it is left to `spoilt_entries` of the vault.
    """
    read = [read_case(vault, channel.case, people, own) for channel in vault.channels()]
    cases = [(case, alarms) for case, alarms in read if case is not None]
    return sorted(cases, key=lambda pair: pair[0].said[-1].day)


def find_case(
    vault: Vault, number: str, people: Mapping[bytes, Recipient], own: bytes
) -> tuple[Case, tuple[Alarm, ...]]:
    """Return the case with this number; raise NoCaseError when there is none."""
    for channel in vault.channels():
        if case_number(channel.case) == number.strip().lower():
            case, alarms = read_case(vault, channel.case, people, own)
            if case is not None:
                return case, alarms
    raise NoCaseError(number)


def read_case(
    vault: Vault, case: bytes, people: Mapping[bytes, Recipient], own: bytes
) -> tuple[Case | None, tuple[Alarm, ...]]:
    """Open every envelope of a channel and return what they make."""
    stored = vault.envelopes(case)
    received = [_open(envelope) for envelope in stored if not envelope.repeated]
    found, alarms = review(received, people, recipient=own)
    repeated = tuple(Alarm(len(received), REPEATED) for envelope in stored if envelope.repeated)
    return found, alarms + repeated


def _open(stored: StoredEnvelope) -> Received:
    if stored.content_key is None:
        return Received(stored.day, None, NoSlotError())
    try:
        message = open_message(stored.front, stored.content_key, stored.size)
    except FormatError as error:
        return Received(stored.day, None, error)
    return Received(stored.day, message, addressed=stored.addressed)
