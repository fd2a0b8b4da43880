"""What the first page says above the list: alarms and notices with their remedy, what is destroyed when, what waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases.numbers import case_number
from keys.ceremony import watched
from keys.policy import day_number
from keys.speech.notices import notice_in_words
from keys.speech.rosters import watched_in_words
from keys.speech.words import day_in_words
from keys.sync.notices import NoticeKind
from keys.vault.outbox_store import State
from keys.wire.messages import LOG

if TYPE_CHECKING:
    from pathlib import Path

    from keys.inbox.session import Session
    from keys.sync.notices import Notice
    from keys.wire.ids import CaseId

MOST_CASES = 20  # that one notice names; the register has all
Link = tuple[str, str]  # a case by its name in addresses, and its number

# Where a page has the remedy itself.
_PAGES = {
    NoticeKind.DIFFERS: "differing.show",
    NoticeKind.LAST_WORDS: "registers.last_words",
    NoticeKind.PUT_ASIDE: "outbox.show",
    NoticeKind.TOO_MUCH: "pages.sync",
}


@dataclass(frozen=True, slots=True)
class Told:
    """A notice in words; `cases` are those it is about, `page` is the endpoint of the page that has the remedy."""

    words: str
    is_alarm: bool
    cases: tuple[Link, ...] = ()
    more: int = 0  # how many cases beside those
    page: str = ""
    entries: tuple[str, int, int] | None = None  # wrong ones of the log: their fault, day and number


@dataclass(frozen=True, slots=True)
class FirstPage:
    """What stands above the list."""

    told: tuple[Told, ...]  # alarms first
    destroyed: tuple[tuple[Link, str], ...]  # which case on which day, the nearest first
    destroyed_later: int  # how many beside those
    waiting: int  # messages that somebody wrote, and that go out when the session ends


def first_page(session: Session, home: Path) -> FirstPage:
    """Return what stands above the list; `home` is the folder that knows which rosters were published from it."""
    notices = session.recipient.notices()
    told = [_told(session, one) for one in notices if one.kind is not NoticeKind.DESTROY_ON]
    told += _watched(session, home)
    days = sorted((one.days[0], case) for one in notices if one.kind is NoticeKind.DESTROY_ON for case in one.cases)
    return FirstPage(
        told=tuple(sorted(told, key=lambda one: not one.is_alarm)),
        destroyed=tuple((_link(session, case), day_in_words(day)) for day, case in days[:MOST_CASES]),
        destroyed_later=max(0, len(days) - MOST_CASES),
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
    """Return what has to be known of a roster that was published from this home."""
    published, today = watched(home), day_number(session.recipient.clock().date())
    return [Told(watched_in_words(published, today), published.may_be_hidden(today))] if published else []


def _link(session: Session, case: CaseId) -> Link:
    return session.name(case), case_number(case)
