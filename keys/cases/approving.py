"""What one recipient cannot do alone: destroying a case before its day, a legal demand; and when it may be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases.admission import YES
from keys.cases.closing import closing_of
from keys.errors import AloneError, NotClosedError, NothingAskedError
from keys.wire import kinds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keys.cases.received import Said
    from keys.cases.review import Case

DEMAND = "vordering"  # the form of the policy that records a legal demand, SPEC.md 7.4


@dataclass(frozen=True, slots=True)
class Asked:
    """Something in the dossier that a second recipient has to approve of, and who did."""

    said: Said
    approval: Said | None


def approvable(case: Case) -> tuple[Asked, ...]:
    """Return what was asked for in the dossier, purges and legal demands, in order."""
    return tuple(
        Asked(said, case.dossier.approval_of(said.message.id))
        for said in case.dossier.said
        if isinstance(said.message.head.body, kinds.Purge) or is_demand(said)
    )


def is_demand(said: Said) -> bool:
    """Say whether a message records a legal demand."""
    body = said.message.head.body
    return isinstance(body, kinds.Filled) and body.form == DEMAND


def grounds(case: Case) -> Iterator[Said]:
    """Yield what allows to tell who the reporter is, in order.

    It is each request to which the reporter's last word is yes, and each legal demand that a second recipient has
    approved of. Where a recipient wrote the report down, no consent counts as the reporter's, and none is read.
    """
    answers = {}
    for said in case.said:
        body = said.message.head.body
        if isinstance(body, kinds.Consent):
            answers[body.request] = body.answer
    for said in case.said:
        if isinstance(said.message.head.body, kinds.Request) and answers.get(said.message.id) == YES:
            yield said
    yield from (one.said for one in approvable(case) if is_demand(one.said) and one.approval)


def ask_purge(case: Case, text: str) -> kinds.Purge:
    """Return what asks to destroy a case before its day; raise AloneError where nobody else could approve."""
    if case.reader_count < 2:
        raise AloneError
    return kinds.Purge(text)


def approve(case: Case, own: bytes, text: str = "", message: bytes | None = None) -> kinds.Approval:
    """Return our approval of what another recipient asked for: of `message`, or of what was asked for last.

    Raises NothingAskedError where there is nothing of the kind, or it was approved already.
    """
    ours = case.people.same_people([own])
    for asked in reversed(approvable(case)):
        author = asked.said.author
        wanted = message in (None, asked.said.message.id)
        if wanted and asked.approval is None and author is not None and author.identity not in ours:
            return kinds.Approval(asked.said.message.id, text)
    raise NothingAskedError


def reopen(case: Case, text: str) -> kinds.Reopened:
    """Return what lets a closed case go on; raise NotClosedError for one that is not closed."""
    if closing_of(case) is None:
        raise NotClosedError
    return kinds.Reopened(text)
