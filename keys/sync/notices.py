"""Notices for the owner of a vault, as named kinds (SPEC 14): results of a sync, and the contents of the vault.

`keys/wording` has their sentences and remedies.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from keys.cases.terms import MONTHS_A_YEAR, months_after
from keys.errors import ExpiredError
from keys.roster import Freshness
from keys.roster.weeks import WEEK, agree, monday
from keys.sync.archives import SHARED_WRONGLY
from keys.sync.differing_log import load_difference
from keys.sync.intake import FOREIGN
from keys.sync.log_reader import ENTRY_DAY
from keys.vault.outbox_store import State
from keys.wire.ids import CaseId

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from keys.cases.destruction import Destruction, Wait
    from keys.cases.summary import Summary
    from keys.roster import Bundle, Roster
    from keys.sync.served import Served
    from keys.sync.trust import Trust
    from keys.vault import Vault
    from keys.vault.message_store import FaultyEntry

NOTICES = "notices"
_SHORT_YEAR = 364  # days: every year is longer
TIMER_DAYS = 28
DEVIATIONS = 4  # of a Poisson draw: its mean is its variance
UNKNOWN_DAYS = 7  # SPEC 10.2 step 9: after these the first page counts the entries of a case that is not here


class NoticeKind(Enum):
    """The kind of a notice. Honest people and an honest server never cause an alarm."""

    # Alarms about the server, or about a colleague together with it.
    WITHHELD = "withheld"  # `people` know a root or a roster that the server does not show
    WITNESS = "witness"  # the bundles of `people` name another log, or a place of it that the server does not show
    ENTRY_DAY = "entry-day"  # no honest server takes `count` entries of a day at their time
    LOST = "lost"  # `count` own messages were acknowledged and are not in the log
    FAULTY = "faulty"  # `count` entries of a day are invalid: `fault` says how
    # Alarms that accuse nobody: somebody has a copy of the own key.
    COPIED = "copied"  # the server has keys of the own identity that this vault did not make
    OWN_KEY = "own-key"  # `count` messages of a day by the own identity were not written here
    # Lines.
    CLOCK = "clock"  # the server's day and the local day cannot both be right: `days` are both
    DIFFERS = "differs"  # the server's log is not the one that was read: `count` entries are gone since a day
    UNUSABLE = "unusable"  # nobody can seal to the keys of `people`
    SPOILT = "spoilt"  # the server shows keys of `people` that they did not sign, or that are invalid
    ALONE = "alone"  # from a Monday on pages warn of too few witnesses: `people` should sync
    NEVER_SEEN = "never-seen"  # `count` entries ended unread after the first of `days`; this was found on the second
    TIMER = "timer"  # only `count` entries came in four weeks, fewer than the operator's timer alone should post
    TOO_MUCH = "too-much"  # the log was not read to its end: a sync continues on request
    UNFINISHED = "unfinished"  # `count` shares have not arrived yet
    SHARED_WRONGLY = "shared-wrongly"  # messages in `count` shares of a day have a wrong key
    UNKNOWN_CASES = "unknown-cases"  # messages of `count` cases are here, and their reports are not
    PUT_ASIDE = "put-aside"  # `count` own messages were put aside: their owner decides
    SINCE_BACKUP = "since-backup"  # `count` own messages and bundles are newer than the backup; shown once
    DESTROY_ON = "destroy-on"  # a case will be destroyed on a day at the earliest; `waits` are the reasons
    LAST_WORDS = "last-words"  # the reporter has written in a case that was destroyed; shown once
    NOBODY_READS = "nobody-reads"  # nobody on the roster reads a case whose keys are here
    QUIET = "quiet"  # a case has had no message for a year, since a day, and has no last day
    BACKUP = "backup"  # the latest backup still holds a case that was destroyed


ALARMS = frozenset(
    {
        NoticeKind.WITHHELD,
        NoticeKind.WITNESS,
        NoticeKind.ENTRY_DAY,
        NoticeKind.LOST,
        NoticeKind.FAULTY,
        NoticeKind.COPIED,
        NoticeKind.OWN_KEY,
    }
)
_KIND_OF_FAULT = {
    ENTRY_DAY: NoticeKind.ENTRY_DAY,
    FOREIGN: NoticeKind.OWN_KEY,
    SHARED_WRONGLY: NoticeKind.SHARED_WRONGLY,
}


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice: its kind, the names of the people concerned, and its days, cases and number."""

    kind: NoticeKind
    people: tuple[str, ...] = ()
    days: tuple[int, ...] = ()
    cases: tuple[CaseId, ...] = ()
    count: int = 0
    fault: str = ""
    waits: tuple[Wait, ...] = ()  # why a case is not destroyed on the day after its last day

    @property
    def is_alarm(self) -> bool:
        """Say whether it accuses somebody."""
        return self.kind in ALARMS


def notices_of(vault: Vault, trust: Trust, served: Served, own_day: int, own: bytes) -> Iterator[Notice]:
    """Yield the notices that roots, rosters and bundles cause; `own` is the own identity."""
    days = (served.day, own_day)
    if not agree(*days):
        yield Notice(NoticeKind.CLOCK, days=days)
        return  # without a day nobody can tell which bundles count
    if withheld := withheld_by(trust, served):
        yield Notice(NoticeKind.WITHHELD, withheld)
    if unusable := _named(trust, served, lambda bundle: not bundle.can_be_sealed_to()):
        yield Notice(NoticeKind.UNUSABLE, unusable)
    if spoilt := tuple(sorted(one.name for one in trust.roster.recipients if one.identity in served.spoilt)):
        yield Notice(NoticeKind.SPOILT, spoilt)
    if foreign := foreign_bundles(vault, served.bundles, own):
        yield Notice(NoticeKind.COPIED, count=foreign)
    if trust.roster.find(own) is not None:
        yield from _freshness(trust, served, own)


def withheld_by(trust: Trust, served: Served) -> tuple[str, ...]:
    """Return the names of the people who know a root or a roster that is not here: then the sync is not complete."""
    return _named(trust, served, lambda bundle: not bundle.names_known(trust.documents))


def timer_notice(vault: Vault, rosters: Sequence[Roster], day: int) -> Notice | None:
    """Return a line if fewer entries came in the four weeks before `day` than the timer alone should have posted.

    Then a colleague who was left out can see in the log when reports come in. A timer that draws its times at random
    falls below the bound once in thirty thousand times.
    """
    begun = [roster for roster in rosters if roster.start <= day - TIMER_DAYS]
    if not begun:
        return None
    since = [roster for roster in rosters if day - TIMER_DAYS < roster.start <= day]
    rate = min(roster.policy.decoys_per_week for roster in (begun[-1], *since))
    mean = rate * TIMER_DAYS / WEEK
    count = vault.log.count_of(range(day - TIMER_DAYS, day))
    return Notice(NoticeKind.TIMER, count=count) if count < mean - DEVIATIONS * math.sqrt(mean) else None


def foreign_bundles(vault: Vault, shown: Iterable[Bundle], own: bytes) -> int:
    """Return how many bundles of the own identity on the server this vault did not make."""
    made = {(one.bundle.start, one.bundle.last): one.bundle for one in vault.bundles.all()}
    highest = max((bundle.serial for bundle in made.values()), default=0)
    return sum(
        bundle.serial > highest or _is_other(bundle, made.get((bundle.start, bundle.last)))
        for bundle in shown
        if bundle.identity == own
    )


def standing_notices(vault: Vault, day: int) -> Iterator[Notice]:
    """Yield the notices that the contents of the vault cause on a day, whatever the last sync found."""
    yield from _faults(vault)
    difference = load_difference(vault)
    if difference is not None:
        days = () if difference.since is None else (difference.since,)
        yield Notice(NoticeKind.DIFFERS, days=days, cases=difference.cases, count=difference.gone)
    unknown = [case for case, since in vault.messages.unknown_since().items() if day >= since + UNKNOWN_DAYS]
    if unknown:
        yield Notice(NoticeKind.UNKNOWN_CASES, count=len(unknown))
    if unfinished := len(vault.messages.unfinished()):
        yield Notice(NoticeKind.UNFINISHED, count=unfinished)
    for words in vault.destroyed.last_words():
        yield Notice(NoticeKind.LAST_WORDS, days=(words.day,), cases=(words.case,))
    aside = [one for one in vault.outbox.all() if one.state is State.PUT_ASIDE]
    if aside:
        cases = dict.fromkeys(one.message.case for one in aside if one.message.case is not None)
        yield Notice(NoticeKind.PUT_ASIDE, cases=tuple(cases), count=len(aside))


def notices_of_cases(
    summaries: Collection[Summary], destructions: Mapping[CaseId, Destruction], day: int
) -> Iterator[Notice]:
    """Yield the cases without readers, those without a message for a year, and those to be destroyed, with the day."""
    going = [(destructions[one.id].day, one.id) for one in summaries if one.last_day is not None]
    for first, case_id in sorted(going):
        yield Notice(NoticeKind.DESTROY_ON, days=(first,), cases=(case_id,), waits=destructions[case_id].waits)
    for one in summaries:
        if not one.readers:
            yield Notice(NoticeKind.NOBODY_READS, cases=(one.id,))
        is_old = day > one.latest + _SHORT_YEAR  # a coarse check, which is fast for thousands of cases
        if is_old and one.last_day is None and day > months_after(one.latest, MONTHS_A_YEAR):
            yield Notice(NoticeKind.QUIET, days=(one.latest,), cases=(one.id,))


def keep_notices(vault: Vault, notices: Iterable[Notice]) -> None:
    """Store the notices of the last sync."""
    raw = json.dumps([_encoded(notice) for notice in notices])
    with vault.transaction():
        vault.put_setting(NOTICES, raw.encode())


def load_notices(vault: Vault) -> list[Notice]:
    """Return the notices of the last sync."""
    raw = vault.setting(NOTICES)
    return [_decoded(*one) for one in json.loads(raw)] if raw else []


def _encoded(notice: Notice) -> list[object]:
    cases = [case.hex() for case in notice.cases]
    return [notice.kind.value, notice.people, notice.days, cases, notice.count, notice.fault]


def _decoded(kind: str, people: list[str], days: list[int], cases: list[str], count: int, fault: str) -> Notice:
    found = tuple(CaseId(bytes.fromhex(case)) for case in cases)
    return Notice(NoticeKind(kind), tuple(people), tuple(days), found, count, fault)


def unseen_faults(vault: Vault) -> dict[tuple[str, int], list[FaultyEntry]]:
    """Return the invalid entries of the log, by fault and day, without those whose owner has seen the fault."""
    found: dict[tuple[str, int], list[FaultyEntry]] = {}
    for entry in vault.messages.faults():
        if not entry.is_seen:
            found.setdefault((entry.fault, entry.day), []).append(entry)
    return found


def _faults(vault: Vault) -> Iterator[Notice]:
    """Yield one notice for each fault and day."""
    for (fault, day), entries in unseen_faults(vault).items():
        yield Notice(_KIND_OF_FAULT.get(fault, NoticeKind.FAULTY), days=(day,), count=len(entries), fault=fault)


def _named(trust: Trust, served: Served, is_meant: Callable[[Bundle], bool]) -> tuple[str, ...]:
    """Return the names of the people on the roster with such a bundle, for today or made ahead."""
    people: dict[bytes, str] = {person.identity: person.name for person in trust.roster.recipients}
    return tuple(sorted({people[one.identity] for one in served.bundles if one.identity in people and is_meant(one)}))


def _is_other(bundle: Bundle, made: Bundle | None) -> bool:
    """Say whether this vault made another bundle of the same Monday and serial."""
    return made is not None and made.serial == bundle.serial and made != bundle


def _freshness(trust: Trust, served: Served, own: bytes) -> Iterator[Notice]:
    """Yield the Monday, this or the next, from which pages warn; the own tool signs for three weeks more."""
    for day in (served.day, monday(served.day) + WEEK):
        try:
            seen = Freshness.of(trust.history, served.bundles, day, trust.documents)
        except ExpiredError:
            return  # the board has to sign a new roster: another notice says so
        receiving = trust.history.in_force(day).receiving(day)
        looked = seen.looked | {own}
        if len(looked) < seen.wanted:
            others = tuple(person.name for person in receiving if person.identity not in looked)
            yield Notice(NoticeKind.ALONE, others, (monday(day),))
            return
