"""What a complete sync does with the cases that have changed since the last one (SPEC 12.4, 12.7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.sync.last_days import settle_last_days
from keys.sync.sharing import cases_to_look_at, compose_arrived, compose_lacking, compose_shares
from keys.wire.canonical import encode, parse_object

if TYPE_CHECKING:
    from keys.cases.destruction import SyncDays
    from keys.cases.rosters import Rosters
    from keys.sync.composing import Composer
    from keys.sync.trust import Trust
    from keys.vault import Vault
    from keys.vault.destroyed import DestroyedCase
    from keys.wire.ids import CaseId, PersonId

_SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Unsettled:
    """The cases that were not looked at since they changed, and what is settled once they are."""

    cases: tuple[CaseId, ...]
    version: int  # of the cases (SPEC 12.1)
    persons: str  # who is on the roster in force, and which roster is the newest
    day: int
    before: int | None  # the day of the complete sync before this one


def unsettled(vault: Vault, rosters: Rosters, day: int) -> Unsettled:
    """Return what a complete sync on `day` looks at: all cases where the rosters say something else."""
    raw = vault.setting(_SETTLED)
    members = parse_object(raw) if raw else {}
    listed = sorted(person.hex() for person in rosters.persons_on(day) or ())
    persons = " ".join([str(rosters.newest_version), *listed])
    known, before = members.get("version"), members.get("day")
    is_same = isinstance(known, int) and members.get("persons") == persons
    cases = vault.versions.since(known) if isinstance(known, int) and is_same else vault.messages.cases()
    return Unsettled(tuple(cases), vault.versions.latest(), persons, day, before if isinstance(before, int) else None)


def note_settled(vault: Vault, done: Unsettled) -> None:
    """Note that shares and last days follow from the cases as they were at `done`; in a transaction of the caller's."""
    vault.put_setting(_SETTLED, encode({"day": done.day, "persons": done.persons, "version": done.version}))


def settle_cases(composer: Composer, trust: Trust, owner: PersonId, days: SyncDays) -> list[DestroyedCase]:
    """Destroy what is due, and put what others lack and the own `arrived` into the outbox; return what was destroyed.

    Where it is ended halfway, the next complete sync does all of it again: nothing is given or asked for twice.
    """
    vault = composer.vault
    todo = unsettled(vault, trust.rosters, days.server)
    destroyed = settle_last_days(vault, trust, days, owner, todo.cases)
    compose_arrived(composer, owner, todo.before)
    owing, lacking = cases_to_look_at(composer, owner, todo.cases)
    compose_shares(composer, owner, owing)
    compose_lacking(composer, owner, lacking)
    with vault.transaction():
        note_settled(vault, todo)
    return destroyed
