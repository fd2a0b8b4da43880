"""Requests: what a recipient can ask for in a case, and what needs a second person (SPEC 12.6, 12.7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases.approvals import is_legal_demand
from keys.errors import AloneError, NotClosedError, NothingAskedError, ReasonError, RecordError
from keys.wire.messages import (
    Approval,
    Consent,
    Hold,
    Objection,
    Purge,
    Reopened,
    Request,
    Retention,
)
from keys.wire.messages.reporter import YES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keys.cases.case import Case
    from keys.cases.thread import JudgedMessage
    from keys.policy import Policy
    from keys.wire.ids import MessageId, PersonId


@dataclass(frozen=True, slots=True)
class Asked:
    """A message that needs the approval of a second person, and the approval that counts, if any."""

    message: JudgedMessage
    approval: JudgedMessage | None


def approvable(case: Case) -> tuple[Asked, ...]:
    """Return the approved messages, and those on which an approval of today would have an effect, in order."""
    found = []
    for message in case.messages:
        by = case.approved.get(message.id)
        if by is not None or message.id in case.awaiting:
            found.append(Asked(message, None if by is None else case.find(by)))
    return tuple(found)


def asked_of(case: Case, own: PersonId) -> tuple[JudgedMessage, ...]:
    """Return the messages that wait for the approval of the person `own`, written by others."""
    if own not in case.readers:
        return ()
    return tuple(one.message for one in approvable(case) if one.approval is None and one.message.person != own)


def approve(case: Case, own: PersonId, text: str = "", message: MessageId | None = None) -> Approval:
    """Return the approval of `message`, or of the latest message that waits for one.

    Raises NothingAskedError if it does not wait for the approval of the person `own`.
    """
    found = [one for one in asked_of(case, own) if message in (None, one.id)]
    if not found:
        raise NothingAskedError
    return Approval(found[-1].id, text)


def ask_purge(case: Case, text: str) -> Purge:
    """Return the purge of a case before its last day; raise AloneError if nobody else could approve it."""
    if len(case.readers) <= 1:
        raise AloneError
    return Purge(text)


def object_to(case: Case, own: PersonId, message: MessageId | None = None) -> Objection:
    """Return the objection to a purge: `message`, or the latest one, approved or not.

    Raises NothingAskedError if the person `own` has objected to all of them.
    """
    purges = purges_of(case, own)
    found = [one for one in purges if message in (None, one.id)]
    if not found:
        raise NothingAskedError
    return Objection(_purge_of(found[-1]))


def purges_of(case: Case, own: PersonId) -> tuple[JudgedMessage, ...]:
    """Return the purges to which `own` can object, and approvals of missing messages, which may be purges."""
    objected = {
        message.body.message
        for message in case.messages
        if message.counts and message.person == own and isinstance(message.body, Objection)
    }
    missing = {one.id for one in case.missing}
    return tuple(
        message
        for message in case.messages
        if message.counts
        and (
            isinstance(message.body, Purge) or (isinstance(message.body, Approval) and message.body.message in missing)
        )
        and _purge_of(message) not in objected
    )


def _purge_of(message: JudgedMessage) -> MessageId:
    """Return the id of a purge, or of the message that an approval names."""
    return message.body.message if isinstance(message.body, Approval) else message.id


def reopen(case: Case, text: str) -> Reopened:
    """Return the message that opens a closed case again; raise NotClosedError for an open one."""
    if not case.is_closed:
        raise NotClosedError
    return Reopened(text)


def hold(case: Case, text: str, until: int, today: int) -> Hold:
    """Return the hold that keeps a case up to and including the day `until`.

    Raises NotClosedError if the case has no last day that a hold could move, RecordError for a day that has passed.
    """
    if case.last_day is None:
        raise NotClosedError
    if until < today:
        raise RecordError("until")
    return Hold(text, until)


def retention(case: Case, months: int, text: str, policy: Policy) -> Retention:
    """Return the retention of a closed case, moved between the policy's bounds.

    A shorter term needs the approval of a second person. Raises NotClosedError for an open case, ReasonError for a term
    longer than the policy's without a reason.
    """
    if not case.is_closed:
        raise NotClosedError
    return retention_of(months, text, policy)


def retention_of(months: int, text: str, policy: Policy) -> Retention:
    """Return the retention that a recipient chooses; raise ReasonError if a required reason is missing."""
    terms = policy.retention
    months = min(max(months, terms.unfounded_months), terms.most_months)
    if months > terms.months and not text.strip():
        raise ReasonError
    return Retention(months, text)


def grounds(case: Case) -> Iterator[JudgedMessage]:
    """Yield the grounds for naming the reporter, in order.

    They are each request to which the reporter said yes, and each legal demand that a second person has approved. A
    "no" or "withdrawn" wins over a "yes" that does not have it in its past. If a recipient wrote the report down, no
    consent counts.
    """
    for message in case.messages:
        is_request = isinstance(message.body, Request) and message.counts
        if (is_request and _is_agreed(case, message.id)) or (
            is_legal_demand(message.body) and message.id in case.approved
        ):
            yield message


def _is_agreed(case: Case, request: MessageId) -> bool:
    answers = [
        message
        for message in case.messages
        if message.counts and isinstance(message.body, Consent) and message.body.request == request
    ]
    denials = [message for message in answers if isinstance(message.body, Consent) and message.body.answer != YES]
    return any(
        isinstance(answer.body, Consent)
        and answer.body.answer == YES
        and all(case.is_in_past(denial.id, answer.id) for denial in denials)
        for answer in answers
    )
