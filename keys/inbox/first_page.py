"""The top of the first page: alarms and notices with their remedy, upcoming destructions, and waiting messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases.numbers import case_number
from keys.ceremony import watched
from keys.policy import day_number
from keys.sync.notices import NoticeKind
from keys.vault.outbox_store import State
from keys.wire.messages import LOG
from keys.wording.cases import waits_in_words
from keys.wording.notices import notice_in_words
from keys.wording.rosters import watched_in_words
from keys.wording.words import day_in_words

if TYPE_CHECKING:
    from pathlib import Path

    from keys.inbox.session import Session
    from keys.sync.notices import Notice
    from keys.wire.ids import CaseId

MOST_CASES = 20  # in one notice; the register has all
Link = tuple[str, str]  # the name of a case in addresses, and its number

# Endpoints of the pages that have the remedy.
_PAGES = {
    NoticeKind.DIFFERS: "differing.show",
    NoticeKind.LAST_WORDS: "registers.last_words",
    NoticeKind.PUT_ASIDE: "outbox.show",
    NoticeKind.TOO_MUCH: "pages.sync",
}


@dataclass(frozen=True, slots=True)
class Told:
    """A notice in words; `cases` are the cases concerned, `page` is the endpoint of the page with the remedy."""

    words: str
    is_alarm: bool
    cases: tuple[Link, ...] = ()
    more: int = 0  # how many more cases
    page: str = ""
    entries: tuple[str, int, int] | None = None  # invalid ones of the log: their fault, day and number


@dataclass(frozen=True, slots=True)
class FirstPage:
    """The content above the list."""

    told: tuple[Told, ...]  # alarms first
    destroyed: tuple[tuple[Link, str, str], ...]  # each case with its earliest day and the reason, the nearest first
    destroyed_later: int  # how many more
    waiting: int  # written messages that are posted when the session ends


def first_page(session: Session, home: Path) -> FirstPage:
    """Return the content above the list; `home` is the folder that knows the rosters published from it."""
    notices = session.recipient.notices()
    told = [_told(session, one) for one in notices if one.kind is not NoticeKind.DESTROY_ON]
    told += _watched(session, home)
    going = [one for one in notices if one.kind is NoticeKind.DESTROY_ON]
    return FirstPage(
        told=tuple(sorted(told, key=lambda one: not one.is_alarm)),
        destroyed=tuple(
            (_link(session, one.cases[0]), day_in_words(one.days[0]), waits_in_words(one.waits))
            for one in going[:MOST_CASES]
        ),
        destroyed_later=max(0, len(going) - MOST_CASES),
        waiting=sum(
            one.state in (State.QUEUED, State.TRIED) and one.message.head.channel != LOG
            for one in session.recipient.vault.outbox.all()
        ),
    )


def _told(session: Session, notice: Notice) -> Told:
    cases = tuple(_link(session, case) for case in notice.cases[:MOST_CASES])
    more = len(notice.cases) - len(cases)
    entries = (notice.fault, notice.days[0], notice.count) if notice.fault else None
    return Told(notice_in_words(notice), notice.is_alarm, cases, more, _PAGES.get(notice.kind, ""), entries)


def _watched(session: Session, home: Path) -> list[Told]:
    """Return the notices about a roster that was published from this home."""
    published, today = watched(home), day_number(session.recipient.clock().date())
    return [Told(watched_in_words(published, today), published.may_be_hidden(today))] if published else []


def _link(session: Session, case: CaseId) -> Link:
    return session.name(case), case_number(case)
