"""The cases that a vault holds, read from its envelopes; it fetches nothing and stores no plaintext."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from keys.cases.dossier import read_dossier
from keys.cases.received import REPEATED, Alarm, Received
from keys.cases.review import Case, case_number, review
from keys.cases.summary import Summary, summarise, words_of
from keys.errors import FormatError, NoCaseError, NoSlotError
from keys.sealing import open_message

BATCH = 100  # cases that are remembered at once: each time waits for the disk
SUMMARY_VERSION = 3  # another one wherever a summary or its words are made otherwise

if TYPE_CHECKING:
    from keys.roster import People
    from keys.vault import StoredEnvelope, Vault


def all_cases(vault: Vault, people: People, own: bytes) -> list[tuple[Case, tuple[Alarm, ...]]]:
    """Return every case of this vault with its alarms, the newest word last.

    A case whose report does not open has no words: it is left to `spoilt_entries` of the vault.
    """
    read = [read_case(vault, case, people, own) for case in vault.cases()]
    cases = [(case, alarms) for case, alarms in read if case is not None]
    return sorted(cases, key=lambda pair: pair[0].said[-1].day)


def all_summaries(
    vault: Vault, people: People, own: bytes, roster: int, *, most: int | None = None
) -> dict[bytes, Summary]:
    """Return what a list shows of each case, the one with the latest envelope last.

    Those are read in which something has come since they were last: all, or at `most` so many, and the others are left
    out. `roster` is the version of the trusted roster: with another one a case can read otherwise.
    """
    mark = f"{SUMMARY_VERSION} {roster}"
    extents = vault.index.extents()
    found = {case: Summary.parse(kept) for case, kept in vault.index.summaries(mark, extents).items()}
    unread = [case for case in extents if case not in found][:most]
    for start in range(0, len(unread), BATCH):
        batch = unread[start : start + BATCH]
        read = {case: read_case(vault, case, people, own) for case in batch}
        with vault.transaction():
            for name, (case, alarms) in read.items():
                if case is None:
                    vault.index.forget(name)
                    continue
                found[name] = summarise(case, own, alarms)
                vault.index.put(name, mark, extents[name], found[name].encode(), words_of(case, own))
    return {case: found[case] for case in extents if case in found}


def all_words(vault: Vault) -> dict[bytes, str]:
    """Return the words to search through, by case, of the cases that `all_summaries` has read."""
    return vault.index.words()


def find_case(vault: Vault, number: str, people: People, own: bytes) -> tuple[Case, tuple[Alarm, ...]]:
    """Return the case with this number; raise NoCaseError when there is none."""
    for name in vault.cases():
        if case_number(name) == number.strip().lower():
            case, alarms = read_case(vault, name, people, own)
            if case is not None:
                return case, alarms
    raise NoCaseError(number)


def read_case(vault: Vault, case: bytes, people: People, own: bytes) -> tuple[Case | None, tuple[Alarm, ...]]:
    """Open every envelope of a case's thread and of its dossiers, and return what they make and the thread's alarms."""
    received, repeated = _received(vault, case)
    found, alarms = review(received, people, recipient=own)
    alarms += (Alarm(len(received), REPEATED),) * repeated
    if found is None:
        return None, alarms
    channels, again = {}, 0
    for begun in vault.dossiers(case):
        channels[begun], repeated = _received(vault, begun)
        again += repeated
    dossier = read_dossier(channels, found.places(), people, own)
    dossier = replace(dossier, alarms=dossier.alarms + (Alarm(len(dossier.said), REPEATED),) * again)
    return replace(found, dossier=dossier), alarms


def _received(vault: Vault, channel: bytes) -> tuple[list[Received], int]:
    """Return the envelopes of a channel, and how many the server gave a second time."""
    stored = vault.envelopes(channel)
    received = [_open(envelope) for envelope in stored if not envelope.repeated]
    return received, len(stored) - len(received)


def _open(stored: StoredEnvelope) -> Received:
    if stored.content_key is None:
        return Received(stored.day, None, NoSlotError())
    try:
        message = open_message(stored.front, stored.content_key, stored.size)
    except FormatError as error:
        return Received(stored.day, None, error)
    return Received(stored.day, message, addressed=stored.addressed)
