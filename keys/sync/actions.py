"""A recipient's actions in a case; each is in the outbox, on the disk, when its function returns (SPEC 12.3).

Replying, closing, approving, asking for destruction and stepping back read the log first, and stop if the case has new
messages. `opened` and `revealed` are recorded before the words are shown. Only `enter` and `accept_log` post.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from keys.cases import requests
from keys.cases.deadlines import board_to_be_informed
from keys.cases.last_day import HOLD_DAYS
from keys.cases.summary import summarise
from keys.errors import (
    BoardError,
    NetworkError,
    NobodyLeftError,
    NoCaseError,
    NoIdentityError,
    NotEnrolledError,
    ReasonError,
)
from keys.sync import last_days
from keys.sync.differing_log import accept, give_back, give_chain
from keys.sync.key_rotation import AWAY
from keys.sync.oral_reports import enter
from keys.sync.sharing import drop_share
from keys.sync.writing import Draft, as_it_is, check_text, look, screen_of, write, write_all
from keys.vault.outbox_store import State
from keys.wire.messages import Closed, Hold, Identity, Joined, Note, Opened, Retention, Revealed, Share, SteppedBack

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from keys.cases.case import Case
    from keys.sync.differing_log import GivenBack
    from keys.sync.session import RecipientSession
    from keys.sync.syncing import Synced
    from keys.vault.destroyed import DestroyedCase
    from keys.vault.message_store import FaultyEntry
    from keys.vault.outbox_store import Outgoing
    from keys.wire.ids import CaseId, Mac, PersonId
    from keys.wire.messages import Outcome

__all__ = [
    "accept_log",
    "be_away",
    "close",
    "destroy_own_copy",
    "drop",
    "enter",
    "give_newest_chain",
    "hand_over",
    "note_seen",
    "open_report",
    "put_aside",
    "reopen",
    "reveal",
    "send_anyway",
    "set_aside",
    "step_back",
    "take_again",
    "write",
]


def open_report(session: RecipientSession, case: Case) -> Case:
    """Record, once, that the owner has opened the report: the caller must not show it before. It needs no network.

    Raises ClockError if the clocks do not agree, NotEnrolledError if the roster does not list the owner.
    """
    with session.lock:
        if session.person in case.opened_by:
            return case
        session.composer().write(case.id, Opened(), screen_of(case))
        return as_it_is(session, case.id)


def reveal(session: RecipientSession, case: Case, purpose: str) -> Case:
    """Record that the owner opens the reporter's identity, and why; the caller must not show it before.

    It needs no network. Raises NoIdentityError if the reporter has not given it, TextError without a purpose, and what
    `open_report` raises.
    """
    told = case.latest(Identity)
    if told is None:
        raise NoIdentityError
    body = Revealed(told.id, purpose)
    check_text(body)
    with session.lock:
        session.composer().write(case.id, body, screen_of(case))
        return as_it_is(session, case.id)


def hand_over(session: RecipientSession, case: Case, people: Collection[PersonId], text: str = "") -> Case:
    """Let people read a case: a `joined` for everybody, the whole case for them, and the reason in the dossier.

    Raises ExcludedError if the reporter left one of them out, NotEnrolledError if the roster does not list one.
    """
    reason = [Draft(Note(text))] if text else []
    return write_all(session, case, [_joined(session, people), *reason])


def reopen(session: RecipientSession, case: Case, text: str) -> Case:
    """Open a closed case again. If that needs a second person, a hold keeps the case for them for 30 days.

    Raises NotClosedError for an open case, and what `write` raises.
    """
    with session.lock:
        after = write(session, case, requests.reopen(case, text))
        own = [one for one in after.messages if one.person == session.person]
        is_waiting = after.last_day is not None and own[-1].id in after.unapproved
        # Of each person the first `hold` counts without an approval (SPEC 12.7).
        if is_waiting and not any(isinstance(one.body, Hold) for one in own):
            return write(session, after, Hold(text, session.today + HOLD_DAYS))
        return after


def step_back(session: RecipientSession, case: Case, text: str, to: Collection[PersonId] = ()) -> None:
    """Step back for a conflict of interest: the owner stops reading the case. The people in `to` are let in first.

    Raises NobodyLeftError if no other reader could be sealed to, and what `hand_over` raises.
    """
    with session.lock:
        look(session)
        others = (case.readers | {*to}) - {session.person}
        if others.isdisjoint(session.composer().addressees.pairs):
            raise NobodyLeftError
        joined = [_joined(session, to)] if to else []
        reason = [Draft(Note(text))] if text else []
        write_all(session, case, [*joined, *reason, Draft(SteppedBack())])


def close(
    session: RecipientSession, case: Case, text: str, outcome: Outcome, months: int | None = None, why: str = ""
) -> Case:
    """Close a case, with its outcome and retention for the readers, and `text` for the reporter.

    Without `months` the policy's retention applies. Raises BoardError if the board must be informed first, ReasonError
    for a longer term than the policy's without `why`, and what `write` raises.
    """
    policy = session.trust().roster.policy
    if board_to_be_informed(summarise(case, session.person), policy):
        raise BoardError
    if months is not None and months > policy.retention.months and not why.strip():
        raise ReasonError
    term = [] if months is None else [Draft(Retention(months, why))]
    # After the closing: a shorter term works only if it has the closing in its past (SPEC 12.7).
    return write_all(session, case, [Draft(outcome), Draft(Closed(text)), *term])


def destroy_own_copy(session: RecipientSession, case: Case) -> DestroyedCase:
    """Destroy a case by hand after its last day, if the server does not answer; raise EarlyError before."""
    with session.lock:
        return last_days.destroy_own_copy(session.vault, session.trust(), case, session.today)


def take_again(session: RecipientSession, case_id: CaseId) -> None:
    """Take a destroyed case again, as its owner decided: ask the others for its messages."""
    with session.lock:
        last_days.take_again(session.vault, case_id)


def set_aside(session: RecipientSession, case: Case, *, aside: bool) -> None:
    """Hide a case from the owner's own list, or show it again; nobody else can see this."""
    with session.vault.transaction():
        session.vault.set_aside.put(case.id, aside=aside)


def put_aside(session: RecipientSession) -> list[Outgoing]:
    """Return the own messages that were put aside, in the order of writing."""
    return [one for one in session.vault.outbox.all() if one.state is State.PUT_ASIDE]


def send_anyway(session: RecipientSession, mac: Mac) -> None:
    """Post a message that was put aside, and the later ones of its case, with the next session.

    They are sealed again for today's readers; one that still would not count stays put aside. Raises NoCaseError if it
    was not put aside, ClockError, NotEnrolledError.
    """
    with session.lock:
        aside = put_aside(session)
        chosen = next((one for one in aside if one.message.mac == mac), None)
        if chosen is None:
            raise NoCaseError
        of_case = [one for one in aside if one.message.case == chosen.message.case and one.number >= chosen.number]
        session.composer().seal_anew(of_case)


def drop(session: RecipientSession, mac: Mac) -> None:
    """Remove a message that was put aside from the outbox, as if it had not been written.

    The messages that a removed share would have given are owed again.
    """
    with session.lock, session.vault.transaction():
        for one in put_aside(session):
            if one.message.mac != mac:
                continue
            if isinstance(one.message.head.body, Share):
                drop_share(session.vault, session.trust().rosters, one)
            else:
                session.vault.outbox.drop(mac)


def accept_log(session: RecipientSession) -> GivenBack:
    """Accept a log that differs, and give the server its newest chain and what it has lost (SPEC 10.4).

    The owner must first ask the operator and compare the words with a colleague. What cannot be given back now goes
    with the next sessions. Raises ClockError, NotEnrolledError.
    """
    with session.lock:
        accept(session.vault, session.composer())
        with contextlib.suppress(NetworkError):
            give_chain(session.vault, session.courier.isolated(), session.trust())
        return give_back(session.vault, session.courier, session.trust(), session.person)


def give_newest_chain(session: RecipientSession) -> bool:
    """Upload the newest roots and rosters if the server was restored to older ones; return whether it was.

    Until it has them, `sync` raises OlderChainError. Raises RefusedError, NetworkError.
    """
    with session.lock:
        return give_chain(session.vault, session.courier.isolated(), session.trust())


def note_seen(session: RecipientSession, faulty: Iterable[FaultyEntry]) -> None:
    """Note that the owner has seen the faults of entries: only later faults are reported again."""
    with session.vault.transaction():
        session.vault.messages.set_seen(faulty)


def be_away(session: RecipientSession, until: int) -> Synced:
    """State in the published keys that the owner is away up to and including a day.

    Raises what `sync` raises.
    """
    with session.vault.transaction():
        session.vault.put_setting(AWAY, str(until).encode())
    return session.sync()


def _joined(session: RecipientSession, people: Collection[PersonId]) -> Draft:
    listed = {entry.person for entry in session.trust().roster.recipients}
    if not listed.issuperset(people):
        raise NotEnrolledError
    return Draft(Joined(tuple(sorted(people))))
