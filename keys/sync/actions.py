"""What a recipient does in a case: each act is in the outbox, on the disk, when its function returns (SPEC 12.3).

Replying, closing, approving, asking to destroy and stepping back read the log first, and stop where the case has grown.
`opened` and `revealed` are recorded before the words are shown. Nothing here posts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases.approvals import is_legal_demand
from keys.cases.deadlines import board_to_be_informed
from keys.cases.summary import summarise
from keys.errors import (
    AloneError,
    BoardError,
    EnteredError,
    ExcludedError,
    GrownError,
    MalformedError,
    NetworkError,
    NobodyLeftError,
    NoCaseError,
    NoIdentityError,
    NotEnrolledError,
    ReasonError,
    TextError,
)
from keys.sync.key_rotation import AWAY
from keys.sync.log_reader import MOST_BYTES
from keys.sync.post import unwatched
from keys.sync.sharing import share_with_newcomers
from keys.sync.syncing import read_log, refresh
from keys.vault.outbox_store import State
from keys.wire.messages import (
    Acknowledgement,
    Answer,
    Approval,
    Assigned,
    Closed,
    Feedback,
    Identity,
    Informed,
    Joined,
    Minutes,
    Note,
    Opened,
    Purge,
    Question,
    Request,
    Retention,
    Revealed,
    SteppedBack,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from keys.cases.case import Case
    from keys.sealing import Attachment
    from keys.sync.session import RecipientSession
    from keys.sync.syncing import Synced
    from keys.vault.outbox_store import Outgoing
    from keys.wire.ids import Mac, MessageId, PersonId
    from keys.wire.messages import Body, Outcome

# SPEC 12.3: these act on what is there.
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


@dataclass(frozen=True, slots=True)
class Draft:
    """A message before it is written: its body, and the files that go with it."""

    body: Body
    attachments: Sequence[Attachment] = ()


def write(session: RecipientSession, case: Case, body: Body, attachments: Sequence[Attachment] = ()) -> Case:
    """Write a message into thread or dossier of a case, which is as it stands on the screen; return it as it is then.

    Without a network it is written all the same, unless it acts on what is there.

    Raises GrownError where it does and the case has grown, TextError for a text that is empty or too long, EnteredError
    for a request that no consent could answer, AloneError for a demand that nobody could approve, ExcludedError where
    it names somebody who is left out, ForbiddenError where the owner may not write it, NotEnrolledError where the
    roster does not list the owner, ClockError where the clocks do not agree, ChangedError for a file that is not what
    it was.
    """
    return _write(session, case, [Draft(body, attachments)])


def open_report(session: RecipientSession, case: Case) -> Case:
    """Record, once, that the owner has opened the report: only then may it be shown. It needs no network.

    Raises what `write` raises for a line that is not needed.
    """
    with session.lock:
        if session.person in case.opened_by:
            return case
        session.composer().write(case.id, Opened(), screen_of(case))
        return _again(session, case)


def reveal(session: RecipientSession, case: Case, purpose: str) -> Case:
    """Record that the owner looks at who the reporter is, and what for: only then may it be shown.

    Raises NoIdentityError where the reporter has not said it, TextError without a purpose. It needs no network.
    """
    told = case.latest(Identity)
    if told is None:
        raise NoIdentityError
    body = Revealed(told.id, purpose)
    _check(case, body)
    with session.lock:
        session.composer().write(case.id, body, screen_of(case))
        return _again(session, case)


def hand_over(session: RecipientSession, case: Case, people: Collection[PersonId], text: str = "") -> Case:
    """Let people read a case: `joined` for all to see, all of the case for them, and the reason in the dossier.

    Raises ExcludedError where the reporter left one of them out, NotEnrolledError where the roster does not list one.
    """
    reason = [Draft(Note(text))] if text else []
    return _write(session, case, [_joined(session, people), *reason])


def step_back(session: RecipientSession, case: Case, text: str, to: Collection[PersonId] = ()) -> None:
    """Say that the owner is too near to a case and reads it no more; whoever takes it over is let in first.

    Raises NobodyLeftError where nobody else who reads it could be sealed to, and what `hand_over` raises.
    """
    with session.lock:
        _look(session, case, needs_log=True)
        others = (case.readers | {*to}) - {session.person}
        if others.isdisjoint(session.composer().addressees.pairs):
            raise NobodyLeftError
        joined = [_joined(session, to)] if to else []
        _write(session, case, [*joined, Draft(Note(text)), Draft(SteppedBack())])


def close(
    session: RecipientSession, case: Case, text: str, outcome: Outcome, months: int | None = None, why: str = ""
) -> Case:
    """Close a case: what it ended in and how long it is kept for the readers, `text` for the reporter.

    Without `months` it is kept as long as the policy says. Raises BoardError while the board has to be told first,
    ReasonError for a longer term than the policy's without `why`, and what `write` raises.
    """
    policy = session.trust().roster.policy
    if board_to_be_informed(summarise(case, session.person), policy):
        raise BoardError
    if months is not None and months > policy.retention.months and not why.strip():
        raise ReasonError
    term = [] if months is None else [Draft(Retention(months, why))]
    # After the closing: a shorter term works only if it has the closing in its past (SPEC 12.7).
    return _write(session, case, [Draft(outcome), Draft(Closed(text)), *term])


def set_aside(session: RecipientSession, case: Case, *, aside: bool) -> None:
    """Put a case out of the owner's own list, or back into it; nobody else is told."""
    with session.vault.transaction():
        session.vault.set_aside.put(case.id, aside=aside)


def put_aside(session: RecipientSession) -> list[Outgoing]:
    """Return the own messages that were put aside, in the order of writing."""
    return [one for one in session.vault.outbox.all() if one.state is State.PUT_ASIDE]


def send_anyway(session: RecipientSession, mac: Mac) -> None:
    """Let a message that was put aside go out with the next session, and the later ones of its case.

    It is sealed anew, for those who read the case now. Raises what `write` raises.
    """
    with session.lock:
        case_id = next((one.message.case for one in put_aside(session) if one.message.mac == mac), None)
        if case_id is None:
            raise NoCaseError
        aside = session.vault.outbox.put_aside_of(case_id)
        session.composer().seal_anew(aside[[one.message.mac for one in aside].index(mac) :])


def drop(session: RecipientSession, mac: Mac) -> None:
    """Take a message out of the outbox that never went out: it is as if it had not been written."""
    with session.lock, session.vault.transaction():
        session.vault.outbox.drop(mac)


def be_away(session: RecipientSession, until: int) -> Synced:
    """Say in the published keys that the owner is away up to and including a day; after it they are back.

    Raises what `sync` raises.
    """
    with session.vault.transaction():
        session.vault.put_setting(AWAY, str(until).encode())
    return session.sync()


def screen_of(case: Case) -> list[MessageId]:
    """Return what stands on the screen where all of a case is shown. A name not yet revealed counts as on it."""
    return [message.id for message in case.messages if message.is_shown]


def _joined(session: RecipientSession, people: Collection[PersonId]) -> Draft:
    listed = {entry.person for entry in session.trust().roster.recipients}
    if not listed.issuperset(people):
        raise NotEnrolledError
    return Draft(Joined(tuple(sorted(people))))


def _write(session: RecipientSession, case: Case, drafts: Sequence[Draft]) -> Case:
    """Write messages one after the other, all or none, each with what stood on the screen and those before it."""
    for draft in drafts:
        _check(case, draft.body)
    needs_log = any(isinstance(draft.body, ON_WHAT_IS_THERE) for draft in drafts)
    with session.lock:
        _look(session, case, needs_log=needs_log)
        composer, screen = session.composer(), screen_of(case)
        with session.vault.transaction():
            for draft in drafts:
                screen.append(composer.write(case.id, draft.body, screen, draft.attachments))
                if isinstance(draft.body, Joined):
                    share_with_newcomers(composer, session.person, case.id, draft.body.people)
        return _again(session, case)


def _look(session: RecipientSession, case: Case, *, needs_log: bool) -> None:
    """Read the log before something is written; raise GrownError where that acts on a case that has grown."""
    try:
        basis = refresh(session)
        basis.served.check_day(basis.own_day)
        is_whole = read_log(session, basis.served.day, unwatched, most=MOST_BYTES).is_whole
    except NetworkError:
        if needs_log:
            raise
        return
    if not needs_log:
        return
    known = {message.id for message in case.messages}
    if not is_whole or any(
        message.is_shown and message.placed.place.is_posted and message.id not in known
        for message in _again(session, case).messages
    ):
        raise GrownError


def _again(session: RecipientSession, case: Case) -> Case:
    found = session.load(case.id)
    if found is None:
        raise NoCaseError
    return found


def _check(case: Case, body: Body) -> None:
    """Raise unless every reader would take this body in this case, before anything of it is sealed."""
    try:
        type(body).parse(body.members())
    except MalformedError:
        raise TextError from None
    if isinstance(body, Request) and case.entered is not None:
        raise EnteredError
    if isinstance(body, NAMES_READERS) and case.left_out.intersection(body.people):
        raise ExcludedError
    if is_legal_demand(body) and len(case.readers) < 2:
        raise AloneError
