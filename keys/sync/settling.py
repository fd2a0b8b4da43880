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
    """The cases that were not examined since they changed, and the state that settling them records."""

    cases: tuple[CaseId, ...]
    version: int  # of the cases (SPEC 12.1)
    persons: str  # the people on the roster in force, and the newest roster
    day: int
    before: int | None  # the day of the complete sync before this one


def unsettled(vault: Vault, rosters: Rosters, day: int) -> Unsettled:
    """Return the cases that a complete sync on `day` examines: all cases if the rosters have changed."""
    raw = vault.setting(_SETTLED)
    members = parse_object(raw) if raw else {}
    listed = sorted(person.hex() for person in rosters.persons_on(day) or ())
    persons = " ".join([str(rosters.newest_version), *listed])
    known, before = members.get("version"), members.get("day")
    is_same = isinstance(known, int) and members.get("persons") == persons
    cases = vault.versions.since(known) if isinstance(known, int) and is_same else vault.messages.cases()
    return Unsettled(tuple(cases), vault.versions.latest(), persons, day, before if isinstance(before, int) else None)


def note_settled(vault: Vault, done: Unsettled) -> None:
    """Note that shares and last days follow from the cases as of `done`; the caller commits."""
    vault.put_setting(_SETTLED, encode({"day": done.day, "persons": done.persons, "version": done.version}))


def settle_cases(composer: Composer, trust: Trust, owner: PersonId, days: SyncDays) -> list[DestroyedCase]:
    """Destroy cases that are due, and put owed shares and requests into the outbox; return what was destroyed.

    If it is interrupted, the next complete sync does all of it again: nothing is given or asked for twice.
    """
    vault = composer.vault
    todo = unsettled(vault, trust.rosters, days.server)
    # First: what the others have can keep a case, so nothing is destroyed before they are asked.
    compose_arrived(composer, owner, todo.before)
    destroyed = settle_last_days(vault, trust, days, owner, todo.cases)
    owing, lacking = cases_to_look_at(composer, owner, todo.cases)
    compose_shares(composer, owner, owing)
    compose_lacking(composer, owner, lacking)
    with vault.transaction():
        note_settled(vault, todo)
    return destroyed
