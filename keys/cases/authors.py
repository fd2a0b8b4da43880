"""The verdict on a message, by its author and its day (SPEC 12.2)."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from keys.wire.messages import DOSSIER, RECIPIENT, REPORTER, Consent, Report

if TYPE_CHECKING:
    from collections.abc import Collection

    from keys.cases.place import PlacedMessage
    from keys.cases.readers import Readership
    from keys.cases.rosters import Rosters
    from keys.wire.ids import PersonId
    from keys.wire.messages import Head


class Standing(Enum):
    """The verdict on a message. Only a message that counts changes anything."""

    COUNTS = "counts"
    LATE = "late"  # its author could once believe that they read the case: shown with a mark, without an alarm
    UNCLEAR = "unclear"  # a message or roster needed for the verdict is missing: shown with a mark
    FORBIDDEN = "forbidden"  # an alarm that names the author, and not shown


def is_reporter(head: Head, report: Head) -> bool:
    """Say whether the author of the report wrote this message."""
    return head.author == report.author


def may_write(head: Head, report: Head) -> bool:
    """Say whether its author may write this kind: nobody speaks for the reporter, nor the reporter for others."""
    if not is_reporter(head, report):
        return RECIPIENT in head.body.AUTHORS
    if isinstance(head.body, Consent):
        # The recipient who entered the report for somebody has its code, and could agree in their place.
        return isinstance(report.body, Report) and report.body.entered is None
    return REPORTER in head.body.AUTHORS and head.channel != DOSSIER


def standing_of(
    message: PlacedMessage,
    readers: Collection[PersonId],
    readership: Readership,
    rosters: Rosters,
    *,
    is_complete: bool,
) -> Standing:
    """Return the verdict on a recipient's message at its place, by the readers there and the day of its entry.

    The head is not evidence: its author chooses the roster and the `seen` that it names.
    """
    head, day = message.head, message.day
    person = rosters.person_of(head.author)
    # SPEC 12.2 step 1: a reader at this place, with a key of that day.
    if (
        person in readers
        and rosters.is_known(day)
        and rosters.lists(head.author, day, head.day)
        and not rosters.is_revoked(head.author, day)
    ):
        return Standing.COUNTS
    # SPEC 12.2 step 2: honest people do not know yet that their reading has ended, or that it never began.
    if person is not None and readership.was_reader(person):
        return Standing.LATE
    # SPEC 12.2 steps 3 and 4.
    is_known = head.roster in rosters and rosters.is_known(day)
    return Standing.FORBIDDEN if is_complete and is_known else Standing.UNCLEAR
