"""What a sync found that its owner has to know about keys, clocks and who looks; it changes nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.errors import ExpiredError
from keys.roster import Freshness
from keys.roster.weeks import WEEK, agree, monday
from keys.sync.key_rotation import RESTORED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from keys.roster import Bundle
    from keys.sync.served import Served
    from keys.sync.trust import Trust
    from keys.vault import Vault

NOTICES = "notices"

CLOCK = "clock"  # the server's day and ours cannot both be right: `days` are both
WITHHELD = "withheld"  # these people know a root or a roster that the server does not show
UNUSABLE = "unusable"  # nobody can seal to the keys of these people
COPIED = "copied"  # the server has keys of ours that this vault did not make
ALONE = "alone"  # from this Monday on pages say that only some have looked: these people should


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to know: its code, the names of those it is about, and the days that it tells."""

    code: str
    people: tuple[str, ...] = ()
    days: tuple[int, ...] = ()

    @property
    def is_withheld(self) -> bool:
        """Whether the sync is not complete: somebody knows a root or a roster that is not here."""
        return self.code == WITHHELD


def notices_of(vault: Vault, trust: Trust, served: Served, days: tuple[int, int], own: bytes) -> list[Notice]:
    """Return what to tell after a sync; `days` are the server's and our own."""
    if not agree(*days):
        return [Notice(CLOCK, days=days)]  # which bundles count is not known without a day
    found = []
    unknown = _named(trust, served, lambda bundle: not bundle.names_known(trust.documents))
    if unknown:
        found.append(Notice(WITHHELD, unknown))
    unusable = _named(trust, served, lambda bundle: not bundle.can_be_sealed_to())
    if unusable:
        found.append(Notice(UNUSABLE, unusable))
    if vault.setting(RESTORED) is None and _is_foreign(vault, served.bundles, own):
        found.append(Notice(COPIED))
    if trust.roster.find(own) is not None:
        found += _freshness(trust, served, own)
    return found


def keep_notices(vault: Vault, notices: Sequence[Notice]) -> None:
    """Keep what the last sync found."""
    raw = json.dumps([[notice.code, notice.people, notice.days] for notice in notices])
    with vault.transaction():
        vault.put_setting(NOTICES, raw.encode())


def load_notices(vault: Vault) -> list[Notice]:
    """Return what the last sync found."""
    raw = vault.setting(NOTICES)
    read = json.loads(raw) if raw else []
    return [Notice(code, tuple(people), tuple(days)) for code, people, days in read]


def _named(trust: Trust, served: Served, is_meant: Callable[[Bundle], bool]) -> tuple[str, ...]:
    """Return the names of those on the roster who have such a bundle, of today or made ahead."""
    people: dict[bytes, str] = {person.identity: person.name for person in trust.roster.recipients}
    return tuple(sorted({people[one.identity] for one in served.bundles if one.identity in people and is_meant(one)}))


def _is_foreign(vault: Vault, shown: Iterable[Bundle], own: bytes) -> bool:
    """Say whether the server has a bundle of ours that this vault did not make: somebody has a copy of the key."""
    for bundle in shown:
        if bundle.identity != own:
            continue
        made = vault.bundles.find(bundle.start, last=bundle.last)
        if bundle.serial > vault.bundles.last_serial():
            return True
        if made is not None and made.bundle.serial == bundle.serial and made.bundle != bundle:
            return True
    return False


def _freshness(trust: Trust, served: Served, own: bytes) -> Iterator[Notice]:
    """Yield from which Monday on, this one or the next, pages warn; we have looked, and sign for three weeks more."""
    for day in (served.day, monday(served.day) + WEEK):
        try:
            seen = Freshness.of(trust.history, served.bundles, day, trust.documents)
        except ExpiredError:
            return  # the board has to sign a new roster: that is told elsewhere
        receiving = trust.history.in_force(day).receiving(day)
        looked = seen.looked | {own}
        if len(looked) < seen.wanted:
            others = tuple(person.name for person in receiving if person.identity not in looked)
            yield Notice(ALONE, others, (monday(day),))
            return
