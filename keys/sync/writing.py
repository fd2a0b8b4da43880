"""Writing into a case: the log is read first, then each message is stored in the outbox (SPEC 12.3)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases.approvals import is_legal_demand
from keys.errors import (
    AloneError,
    EnteredError,
    ExcludedError,
    GrownError,
    MalformedError,
    NetworkError,
    NoCaseError,
    TextError,
)
from keys.sync.delivery import unwatched
from keys.sync.log_reader import MOST_BYTES
from keys.sync.sharing import share_with_newcomers
from keys.sync.syncing import read_log, refresh
from keys.wire.messages import (
    Acknowledgement,
    Answer,
    Approval,
    Assigned,
    Closed,
    Feedback,
    Informed,
    Joined,
    Minutes,
    Purge,
    Question,
    Request,
    SteppedBack,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keys.cases.case import Case
    from keys.sealing import Attachment
    from keys.sync.basis import Basis
    from keys.sync.delivery import Watch
    from keys.sync.session import RecipientSession
    from keys.wire.ids import CaseId, MessageId
    from keys.wire.messages import Body

# SPEC 12.3: these act on the current state of the case.
ON_WHAT_IS_THERE = (
    Acknowledgement,
    Answer,
    Approval,
    Closed,
    Feedback,
    Minutes,
    Purge,
    Question,
    Request,
    SteppedBack,
)
NAMES_READERS = (Assigned, Informed, Joined)
APPROVERS = 2  # a legal demand in a case with fewer readers would never be approved


@dataclass(frozen=True, slots=True)
class Draft:
    """A message before it is written: its body, and its files."""

    body: Body
    attachments: Sequence[Attachment] = ()


def write(session: RecipientSession, case: Case, body: Body, attachments: Sequence[Attachment] = ()) -> Case:
    """Write a message into thread or dossier of a case as it is on the screen; return the case with the message.

    Without a network it is written all the same, unless it acts on the current state.

    Raises GrownError if it does and the case has new messages, TextError for a text that is empty or too long,
    EnteredError for a request that no consent could answer, AloneError for a demand that nobody could approve,
    ExcludedError if it names a person who is left out, ForbiddenError if the owner may not write it, NotEnrolledError
    if the roster does not list the owner, ClockError if the clocks do not agree, ChangedError if a file has changed.
    """
    return write_all(session, case, [Draft(body, attachments)])


def write_all(session: RecipientSession, case: Case, drafts: Sequence[Draft]) -> Case:
    """Write messages in order, all or none, each with the screen's messages and the ones before it.

    A person whom one of them lets in gets the whole case. Raises what `write` raises.
    """
    for draft in drafts:
        _check(case, draft.body)
    acts = any(isinstance(draft.body, ON_WHAT_IS_THERE) for draft in drafts)
    with session.lock:
        try:
            is_whole = look(session)
        except NetworkError:
            if acts:
                raise
        else:
            if acts and (not is_whole or has_grown(case, as_it_is(session, case.id))):
                raise GrownError
        composer, screen = session.composer(), screen_of(case)
        with session.vault.transaction():
            for draft in drafts:
                screen.append(composer.write(case.id, draft.body, screen, draft.attachments))
                if isinstance(draft.body, Joined):
                    share_with_newcomers(composer, session.person, case.id, draft.body.people)
        return as_it_is(session, case.id)


def record(session: RecipientSession, cases: Sequence[Case], body: Body, watch: Watch = unwatched) -> None:
    """Write one body into the dossiers of several cases, all or none. The log is read once, if it can be read.

    Raises what `write` raises for a body that does not act on the current state.
    """
    for case in cases:
        _check(case, body)
    with session.lock:
        with suppress(NetworkError):
            look(session)
        composer = session.composer()
        with session.vault.transaction():
            for done, case in enumerate(cases):
                watch(done, len(cases))
                composer.write(case.id, body, screen_of(case))


def look(session: RecipientSession) -> bool:
    """Read the log before a message is written; return whether it was read to its end. Raises ClockError."""
    basis = fetch_basis(session)
    return read_log(session, basis.served.day, unwatched, most=MOST_BYTES).is_whole


def fetch_basis(session: RecipientSession) -> Basis:
    """Return today's basis for sealing; raise ClockError if the clocks do not agree, and what `sync` raises."""
    basis = refresh(session)
    basis.served.check_day(basis.own_day)
    return basis


def has_grown(before: Case, now: Case) -> bool:
    """Say whether a case has new messages; those that its owner wrote and did not post are known."""
    known = {message.id for message in before.messages}
    return any(
        message.is_shown and message.placed.place.is_posted and message.id not in known for message in now.messages
    )


def screen_of(case: Case) -> list[MessageId]:
    """Return the messages on the screen if all of a case is shown. An identity not yet revealed counts as shown."""
    return [message.id for message in case.messages if message.is_shown]


def as_it_is(session: RecipientSession, case_id: CaseId) -> Case:
    """Return a case in its current state; raise NoCaseError if it is no longer here."""
    found = session.load(case_id)
    if found is None:
        raise NoCaseError
    return found


def _check(case: Case, body: Body) -> None:
    """Raise unless every reader would accept this body in this case, before anything of it is sealed."""
    check_text(body)
    if isinstance(body, Request) and case.entered is not None:
        raise EnteredError
    if isinstance(body, NAMES_READERS) and case.left_out.intersection(body.people):
        raise ExcludedError
    if is_legal_demand(body) and len(case.readers) < APPROVERS:
        raise AloneError


def check_text(body: Body) -> None:
    """Raise TextError unless every reader would accept the words of this body."""
    try:
        type(body).parse(body.members())
    except MalformedError:
        raise TextError from None
