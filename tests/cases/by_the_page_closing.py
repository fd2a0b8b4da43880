"""Reference implementation of SPEC.md, 12.6 and 12.7: how a case closes and how long it is kept, slow and literal."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import TYPE_CHECKING

from keys.wire.messages import (
    Approval,
    Closed,
    Exercise,
    Form,
    Hold,
    Objection,
    Purge,
    Reopened,
    Retention,
)
from tests.cases.by_the_page import PageThread

if TYPE_CHECKING:
    from keys.cases.place import PlacedMessage
    from keys.policy.members import Retention as RetentionTerms
    from keys.wire.ids import MessageId

LAST_DAY = dt.date.max


def months_after(day: int, months: int) -> int:
    """Section 1: the same day of that month, or that month's last day, at most 9999-12-31."""
    epoch = dt.date(1970, 1, 1)
    date = epoch + dt.timedelta(day)
    month = date.month - 1 + months
    year, month = date.year + month // 12, month % 12 + 1
    if year > LAST_DAY.year:
        return (LAST_DAY - epoch).days
    return (dt.date(year, month, min(date.day, calendar.monthrange(year, month)[1])) - epoch).days


class PageCase(PageThread):
    """A whole case by the specification."""

    # 12.6

    def approvals(self) -> dict[MessageId, PlacedMessage]:
        """The first approval of each message."""
        found: dict[MessageId, PlacedMessage] = {}
        for message in sorted(self.counting(self.order), key=lambda one: one.place):
            body = message.head.body
            if not isinstance(body, Approval):
                continue
            counting = self.counting(self.order)
            earlier = [one for one in counting if one is not message and self.stands_before(one, message)]
            of = next((one for one in earlier if one.id == body.message), None)
            if of is None or of.id in found or not self.needs_two(of):
                continue
            author, approver = self.person(of.head.author), self.person(message.head.author)
            readers = self.readers_at(message)
            if author != approver and {author, approver} <= readers and message.day - of.day <= 30:
                found[of.id] = message
        return found

    @staticmethod
    def needs_two(message: PlacedMessage) -> bool:
        body = message.head.body
        demand = isinstance(body, Form) and body.form == "vordering"
        return demand or isinstance(body, Purge | Retention | Hold | Exercise | Reopened)

    def is_alone(self, message: PlacedMessage) -> bool:
        return len(self.readers_at(message)) == 1

    def retention(self, day: int) -> RetentionTerms:
        roster = self.in_force(day)
        assert roster is not None
        return roster.policy.retention

    def closing(self) -> PlacedMessage | None:
        """The `closed` by which the case is closed, or None."""
        approvals, asking = self.approvals(), self.asking()
        counting = sorted(self.counting(self.order), key=lambda one: one.place)
        closed = [
            one
            for one in counting
            if isinstance(one.head.body, Closed)
            and all(other.id in self.pasts[one.id] for other in asking if self.stands_before(other, one))
        ]
        opened = list(asking)
        for one in counting:
            if isinstance(one.head.body, Reopened):
                earlier = [other for other in asking if self.stands_before(other, one)]
                since = [
                    other
                    for other in closed
                    if self.stands_before(other, one) and not any(self.stands_before(other, asks) for asks in earlier)
                ]
                needs = (
                    bool(since)
                    and one.day >= months_after(since[0].day, self.retention(since[0].day).most_months)
                    and not self.is_alone(one)
                )
                opened += [] if needs else [one]
                opened += [approvals[one.id]] if needs and one.id in approvals else []
        found = (one for one in closed if not any(self.stands_before(one, other) for other in opened))
        return next(found, None)

    # 12.7

    def last_day(self) -> int | None:
        approvals, closed = self.approvals(), self.closing()
        counting, days = self.counting(self.order), []
        if closed is not None:
            policy = self.retention(closed.day)
            retentions = [one for one in counting if isinstance(one.head.body, Retention)]
            away = [
                one
                for one in retentions
                if closed.id in self.pasts[one.id] and (one.id in approvals or self.is_alone(one))
            ]
            gone: set[MessageId] = set()
            for one in away:
                gone |= self.pasts[one.id]
            terms = [] if away else [policy.months]
            terms += [
                one.head.body.months
                for one in retentions
                if one.id not in gone and isinstance(one.head.body, Retention)
            ]
            months = min(max(*terms, policy.unfounded_months), policy.most_months)
            days.append(months_after(closed.day, months))
        objected = {one.head.body.message for one in counting if isinstance(one.head.body, Objection)}
        asking = {one.id for one in self.asking()}
        for one in counting:
            is_approved = isinstance(one.head.body, Purge) and one.id in approvals and one.id not in objected
            if is_approved and not self.waiting() and asking <= self.pasts[one.id]:
                days.append(approvals[one.id].day + 7)
        if not days:
            return None
        return max([min(days), *self.holds(approvals)])

    def holds(self, approvals: dict[MessageId, PlacedMessage]) -> list[int]:
        days, held = [], set()
        for one in sorted(self.counting(self.order), key=lambda one: one.place):
            body, approval = one.head.body, approvals.get(one.id)
            if isinstance(body, Hold):
                author = self.person(one.head.author)
                if author not in held:
                    days.append(min(body.until, one.day + 30))
                held.add(author)
                if approval:
                    days.append(min(body.until, approval.day + 183))
            if isinstance(body, Form) and body.form == "vordering" and approval:
                days.append(approval.day + 183)
        return days

    def is_exercise(self) -> bool:
        drills = [one for one in self.counting(self.order) if isinstance(one.head.body, Exercise)]
        return any(one.id in self.approvals() or self.is_alone(one) for one in drills)
