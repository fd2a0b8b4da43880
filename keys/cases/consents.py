"""The consent by which the reporter's page lets people in (SPEC 12.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.wire.messages import Consent
from keys.wire.messages.reporter import YES

if TYPE_CHECKING:
    from collections.abc import Collection

    from keys.cases.case import Case
    from keys.wire.ids import MessageId, PersonId


def consent_to(case: Case, people: Collection[PersonId], request: MessageId | None = None) -> Consent:
    """Return the "yes" that lets people in: it names every denial about one of them that is here.

    If a "yes" and a denial do not know of each other, the denial wins: a "yes" that omits one lets nobody in.
    """
    denials = tuple(
        message.id
        for message in case.messages
        if isinstance(message.body, Consent)
        and message.by_reporter
        and message.body.answer != YES
        and not set(people).isdisjoint(message.body.people)
    )
    return Consent(YES, people=tuple(sorted(people)), after=denials, request=request)
