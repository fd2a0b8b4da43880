"""Notices for the reporter about their thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.cases.notices import NoticeKind
from keys.sync.log_reader import ENTRY_DAY
from keys.wording.cases import names_in_words, person_in_words
from keys.wording.words import _, date

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keys.cases.case import Case
    from keys.sync import ReporterThread


def thread_notices(thread: ReporterThread) -> Iterator[str]:
    """Yield alarms and lines about a thread, for its reporter."""
    for item in thread.alarms:
        words: dict[str, object] = {"number": item.number, "day": date(item.day)}
        if item.code == ENTRY_DAY:
            yield (
                _(
                    "ALARM: message %(number)d has a day on which no honest server takes it: %(day)s. "
                    "Do not trust the server; tell somebody."
                )
                % words
            )
        else:
            yield (
                _("ALARM: message %(number)d, of %(day)s, cannot be opened. Do not trust the server; tell somebody.")
                % words
            )
    if not thread.is_whole:
        yield _("ALARM: too much came that cannot be opened, so not everything was read. Tell somebody else about it.")
    if thread.case is not None:
        yield from _case_notices(thread, thread.case)


def _case_notices(thread: ReporterThread, case: Case) -> Iterator[str]:
    for notice in (*case.alarms, *case.lines):
        words = {
            "author": person_in_words(notice.person, thread.persons),
            "people": names_in_words(notice.people, thread.persons) or _("You"),
        }
        if notice.kind is NoticeKind.FORBIDDEN:
            yield _("ALARM: %(author)s wrote something that they may not write here. It is not shown.") % words
        elif notice.kind is NoticeKind.LEFT_OUT_NAMED:
            yield _("ALARM: %(author)s named people whom you had not let in: %(people)s.") % words
        elif notice.kind is NoticeKind.MISSING:
            # It accuses nobody: the server or the author of the message may withhold it.
            yield _("ALARM: %(people)s read a message that has not reached you; somebody keeps it back.") % words
        elif notice.kind is NoticeKind.NOBODY_READS:
            yield _("Nobody on the organisation's list can read this any more. You can let somebody in on the page.")
    former = {
        message.person
        for message in case.messages
        if message.person is not None and message.is_shown and not thread.rosters.is_current(message.placed.head.author)
    }
    if former:
        names = names_in_words(former, thread.persons)
        yield _("These people wrote with a key that is on the organisation's list no more: %(names)s.") % {
            "names": names
        }
