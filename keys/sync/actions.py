"""What a recipient does in a case: each act is in the outbox, on the disk, when its function returns (SPEC 12.3).

Replying, closing, approving, asking to destroy and stepping back read the log first, and stop where the case has grown.
`opened` and `revealed` are recorded before the words are shown. Nothing but `enter` and `accept_log` posts.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from keys.cases.deadlines import board_to_be_informed
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
from keys.sync.entering import enter
from keys.sync.key_rotation import AWAY
from keys.sync.sharing import drop_share
from keys.sync.writing import Draft, as_it_is, check_text, look, screen_of, write, write_all
from keys.vault.outbox_store import State
from keys.wire.messages import Closed, Identity, Joined, Note, Opened, Retention, Revealed, Share, SteppedBack

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
    "reveal",
    "send_anyway",
    "set_aside",
    "step_back",
    "take_again",
    "write",
]


def open_report(session: RecipientSession, case: Case) -> Case:
    """Record, once, that the owner has opened the report: only then may it be shown. It needs no network.

    Raises ClockError where the clocks do not agree, NotEnrolledError where the roster does not list the owner.
    """
    with session.lock:
        if session.person in case.opened_by:
            return case
        session.composer().write(case.id, Opened(), screen_of(case))
        return as_it_is(session, case.id)


def reveal(session: RecipientSession, case: Case, purpose: str) -> Case:
    """Record that the owner looks at who the reporter is, and what for: only then may it be shown. It needs no network.

    Raises NoIdentityError where the reporter has not said it, TextError without a purpose, and what `open_report`
    raises.
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
    """Let people read a case: `joined` for all to see, all of the case for them, and the reason in the dossier.

    Raises ExcludedError where the reporter left one of them out, NotEnrolledError where the roster does not list one.
    """
    reason = [Draft(Note(text))] if text else []
    return write_all(session, case, [_joined(session, people), *reason])


def step_back(session: RecipientSession, case: Case, text: str, to: Collection[PersonId] = ()) -> None:
    """Say that the owner is too near to a case and reads it no more; whoever takes it over is let in first.

    Raises NobodyLeftError where nobody else who reads it could be sealed to, and what `hand_over` raises.
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
    return write_all(session, case, [Draft(outcome), Draft(Closed(text)), *term])


def destroy_own_copy(session: RecipientSession, case: Case) -> DestroyedCase:
    """Destroy a case by hand after its last day, where the server does not answer; raise EarlyError before."""
    with session.lock:
        return last_days.destroy_own_copy(session.vault, session.trust(), case, session.today)


def take_again(session: RecipientSession, case_id: CaseId) -> None:
    """Take a case again that this vault has destroyed, by its owner's word: others are asked for its messages."""
    with session.lock:
        last_days.take_again(session.vault, case_id)


def set_aside(session: RecipientSession, case: Case, *, aside: bool) -> None:
    """Put a case out of the owner's own list, or back into it; nobody else is told."""
    with session.vault.transaction():
        session.vault.set_aside.put(case.id, aside=aside)


def put_aside(session: RecipientSession) -> list[Outgoing]:
    """Return the own messages that were put aside, in the order of writing."""
    return [one for one in session.vault.outbox.all() if one.state is State.PUT_ASIDE]


def send_anyway(session: RecipientSession, mac: Mac) -> None:
    """Let a message that was put aside go out with the next session, and the later ones of its case.

    They are sealed anew, for those who read the case now; what would still not count stays put aside. Raises
    NoCaseError where it was not put aside, ClockError, NotEnrolledError.
    """
    with session.lock:
        aside = put_aside(session)
        chosen = next((one for one in aside if one.message.mac == mac), None)
        if chosen is None:
            raise NoCaseError
        of_case = [one for one in aside if one.message.case == chosen.message.case and one.number >= chosen.number]
        session.composer().seal_anew(of_case)


def drop(session: RecipientSession, mac: Mac) -> None:
    """Take a message out of the outbox that was put aside: it is as if it had not been written.

    What a share would have given is owed again.
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
    """Let a log that differs count, and give the server its newest chain and what it has lost (SPEC 10.4).

    To be called when its owner has asked the operator and compared the words with a colleague. What cannot be given
    back now goes with the next sessions. Raises ClockError, NotEnrolledError.
    """
    with session.lock:
        accept(session.vault, session.composer())
        with contextlib.suppress(NetworkError):
            give_chain(session.vault, session.courier.apart(), session.trust())
        return give_back(session.vault, session.courier, session.trust(), session.person)


def give_newest_chain(session: RecipientSession) -> bool:
    """Give the server the newest roots and rosters where it was restored from before them; return whether it was so.

    Until it has them, `sync` raises OlderChainError. Raises RefusedError, NetworkError.
    """
    with session.lock:
        return give_chain(session.vault, session.courier.apart(), session.trust())


def note_seen(session: RecipientSession, faulty: Iterable[FaultyEntry]) -> None:
    """Note that the owner has read what is wrong with entries: they are told no more, and what comes later is."""
    with session.vault.transaction():
        session.vault.messages.set_seen(faulty)


def be_away(session: RecipientSession, until: int) -> Synced:
    """Say in the published keys that the owner is away up to and including a day; after it they are back.

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
