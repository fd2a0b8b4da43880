"""The ends of cases: countdowns, the lock of ninety days, and destruction (SPEC 12.3, 12.7).

No message destroys anything: each vault computes its own dates, and only for the cases that have changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.cases.destruction import (
    Countdown,
    Ended,
    SyncDays,
    Wait,
    destruction,
    is_lock_over,
    reading_ended,
    why_reading_ended,
)
from keys.cases.register import lines_of
from keys.errors import EarlyError
from keys.sync.differing_log import is_waiting
from keys.sync.settings import BACKUP_WANTED
from keys.sync.sharing import contents_of, drop_share
from keys.sync.shown import forget_shown
from keys.vault.destroyed import DestroyedCase
from keys.vault.outbox_store import State
from keys.wire.messages import Share

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from keys.cases.case import Case
    from keys.cases.destruction import Destruction
    from keys.cases.rosters import Rosters
    from keys.cases.summary import Summary
    from keys.sync.trust import Trust
    from keys.vault import Vault
    from keys.vault.case_store import LoadedCase
    from keys.wire.ids import CaseId, PersonId


def settle_last_days(
    vault: Vault, trust: Trust, days: SyncDays, person: PersonId, changed: Iterable[CaseId]
) -> list[DestroyedCase]:
    """Compute the countdowns of the changed cases, and destroy those that are due; return what was destroyed.

    Call it after a complete sync, and not while a log that differs waits. `person` is the vault's owner, whose reading
    is settled too.
    """
    with vault.transaction():
        # SPEC 12.7 step 2: a wrong clock must not keep a case forever.
        vault.countdowns.cap(max(days.server, days.own))
        ended, before = vault.reading_ended.all(), vault.countdowns.all()
        for loaded in vault.case_store.load_all(changed, trust.rosters, days.server):
            _note_reading(vault, loaded, person, days.own, ended.get(loaded.id))
            known = before.get(loaded.id)
            countdown = None if loaded.case is None else Countdown.at_sync(known, loaded.case, days)
            if countdown != known:
                vault.countdowns.put(loaded.id, countdown)
    locked = settle_reading(vault, trust, days.own, person, ())
    arrived = _own_arrived(vault)
    due = [
        case_id
        for case_id, countdown in vault.countdowns.all().items()
        # SPEC 12.7 step 4 last: it reads the outbox.
        if countdown.is_due(days, arrived, has_own_words=False) and not vault.outbox.has_own_words(case_id)
    ]
    return [*locked, *_destroy(vault, trust, due, Ended.LAST_DAY, min(days.server, days.own))]


def settle_reading(
    vault: Vault, trust: Trust, own_day: int, person: PersonId, changed: Iterable[CaseId]
) -> list[DestroyedCase]:
    """Note the cases that the owner no longer reads, and destroy those of ninety days ago (SPEC 12.3); return these.

    It uses the local clock and the rosters that are here, without a sync: a person off the roster cannot sync. While
    the owner is on the roster, an outgoing message of a case keeps it: otherwise the others would never hear that they
    stepped back.
    """
    with vault.transaction():
        vault.reading_ended.cap(own_day)
        ended = vault.reading_ended.all()
        # The day on which its owner is back on the roster changes nothing in a case.
        over = [case_id for case_id, day in ended.items() if is_lock_over(day, own_day)]
        for loaded in vault.case_store.load_all(sorted({*changed, *over}), trust.rosters, own_day):
            _note_reading(vault, loaded, person, own_day, ended.get(loaded.id))
    over = [case_id for case_id, day in vault.reading_ended.all().items() if is_lock_over(day, own_day)]
    if person in (trust.rosters.persons_on(own_day) or ()):
        over = [case_id for case_id in over if not vault.outbox.waiting(case_id)]
    why = {
        loaded.id: why_reading_ended(loaded.case, person)
        for loaded in vault.case_store.load_all(over, trust.rosters, own_day)
    }
    return [
        destroyed
        for ended in (Ended.READING, Ended.OFF_ROSTER)
        for destroyed in _destroy(vault, trust, [one for one in over if why[one] is ended], ended, own_day)
    ]


def destroy_own_copy(vault: Vault, trust: Trust, case: Case, own_day: int) -> DestroyedCase:
    """Destroy a case by hand after its last day, if the server does not answer; raise EarlyError before."""
    if case.last_day is None or own_day <= case.last_day.day:
        raise EarlyError
    [destroyed] = _destroy(vault, trust, [case.id], Ended.BY_HAND, own_day)
    return destroyed


def take_again(vault: Vault, case_id: CaseId) -> None:
    """Take a destroyed case again, because its owner agrees: ask the others for its messages."""
    with vault.transaction():
        vault.destroyed.agree(case_id)
        vault.sharing.set_due()


def will_be_destroyed(
    vault: Vault, summaries: Iterable[Summary], person: PersonId, today: int
) -> dict[CaseId, Destruction]:
    """Return the earliest destruction of each of these cases by this vault, and the reasons for waiting.

    Every page, list and sentence must show this day. It follows from the cases as they are, even if no complete sync
    has examined them since they changed: the next one will, today at the earliest. `person` is the vault's owner.
    """
    days, before = SyncDays(today, today), {} if is_waiting(vault) else vault.countdowns.all()
    ended, arrived = vault.reading_ended.all(), today if vault.sharing.is_due() else _own_arrived(vault)
    differs = (Wait.DIFFERS,) if is_waiting(vault) else ()
    aside = {one.message.case for one in vault.outbox.all() if one.state is State.PUT_ASIDE}
    found = {}
    for one in summaries:
        countdown = None
        if one.last_day is not None:
            countdown = Countdown.after(before.get(one.id), one.last_day, days, waits_long=one.waits_long)
        locked = None if person in one.readers else ended.get(one.id, today)
        also = (*differs, Wait.PUT_ASIDE) if one.id in aside else differs
        at = destruction(countdown, arrived, locked, today, also=also)
        if at is not None:
            found[one.id] = at
    return found


def _note_reading(vault: Vault, loaded: LoadedCase, person: PersonId, own_day: int, before: int | None) -> None:
    reads = loaded.case is None or person in loaded.case.readers
    ended = reading_ended(before, own_day, reads=reads)
    if ended != before:
        vault.reading_ended.put(loaded.id, ended)


def _own_arrived(vault: Vault) -> int | None:
    own = vault.sharing.own_arrived()
    return None if own is None else own.day


def _destroy(vault: Vault, trust: Trust, case_ids: Sequence[CaseId], ended: Ended, day: int) -> list[DestroyedCase]:
    """Overwrite everything of these cases except a line of the register and the id (SPEC 12.7 step 6)."""
    if not case_ids:
        return []
    destroyed = [_what_stays(vault, trust, case_id, ended, day) for case_id in case_ids]
    with vault.destruction():
        _drop_answers(vault, trust.rosters, {*case_ids})
        vault.put_setting(BACKUP_WANTED, b"1")
        forget_shown(vault, case_ids)
        for one in destroyed:
            vault.destroyed.forget_paths(one.case)
            vault.summaries.forget(one.case)
            vault.set_aside.put(one.case, aside=False)
            vault.outbox.forget_case(one.case)
            vault.messages.forget_case(one.case)
            vault.sharing.forget_case(one.case)
            vault.countdowns.forget(one.case)
            vault.reading_ended.put(one.case, None)
            vault.destroyed.add(one)
    return destroyed


def _what_stays(vault: Vault, trust: Trust, case_id: CaseId, ended: Ended, day: int) -> DestroyedCase:
    case = vault.case_store.load(case_id, trust.rosters, day)
    return DestroyedCase(
        case=case_id,
        day=day,
        ended=ended,
        line=None if case is None else lines_of(case)[-1],
        paths=vault.destroyed.paths_of(case_id),
        reporter=None if case is None else case.report.head.author,
    )


def _drop_answers(vault: Vault, rosters: Rosters, case_ids: Collection[CaseId]) -> None:
    """Drop waiting answers to an `arrived` that hold keys of these cases; the next sync answers without them."""
    for one in vault.outbox.all():
        is_answer = isinstance(one.message.head.body, Share) and one.message.head.case is None
        if is_answer and not contents_of(vault, one).keys().isdisjoint(case_ids):
            drop_share(vault, rosters, one)
