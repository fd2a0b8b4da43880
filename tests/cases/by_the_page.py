"""Reference implementation of SPEC.md, 12.1 to 12.5: order, verdicts, readers and lines of a case, slow and literal."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from keys.wire.messages import (
    Agreed,
    Answer,
    Closed,
    Consent,
    Feedback,
    Identity,
    Joined,
    Opened,
    Question,
    Rating,
    Report,
    ReportWithdrawn,
    SteppedBack,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keys.cases.place import Place, PlacedMessage
    from keys.wire.ids import IdentityKey, MessageId, PersonId
    from tests.cases.story import Roster

COUNTS, LATE, UNCLEAR, FORBIDDEN = "counts", "late", "unclear", "forbidden"
LAST_DAY = dt.date.max


class PageThread:
    """The messages and readers of a thread by the specification, as sets of ids and persons, without bit masks."""

    def __init__(self, messages: Iterable[PlacedMessage], rosters: Sequence[Roster], day: int) -> None:
        self.rosters, self.day = rosters, day
        # Step 1.
        self.taken: dict[MessageId, PlacedMessage] = {}
        for message in sorted(messages, key=lambda one: one.place):
            if message.head.channel in ("thread", "dossier"):
                self.taken.setdefault(message.id, message)
        self.report = next(one for one in self.taken.values() if isinstance(one.head.body, Report))
        # Steps 2 and 3.
        self.pasts: dict[MessageId, set[MessageId]] = {self.report.id: set()}
        waiting = [one for one in self.taken.values() if one is not self.report]
        while waiting:
            first = next(one for one in waiting if all(name in self.pasts for name in self.named_here(one)))
            waiting.remove(first)
            here = self.named_here(first)
            self.pasts[first.id] = {self.report.id, *here}.union(*(self.pasts[name] for name in here))
        self.applied_at = {one.id: one.place for one in self.taken.values()}
        self.thread = [self.report]
        for message in self.by_place("thread"):
            self.apply_thread(message, message.place)
        self.order = self.with_dossier()
        # Steps 4 to 6.
        self.verdicts: dict[MessageId, str] = {}
        for message in (*self.thread, *self.by_place("dossier")):
            self.verdicts[message.id] = self.verdict(message)

    # 12.1 step 3

    def by_place(self, channel: str) -> list[PlacedMessage]:
        found = [one for one in self.taken.values() if one is not self.report and one.head.channel == channel]
        return sorted(found, key=lambda one: (one.place, one.id))

    def apply_thread(self, message: PlacedMessage, place: Place) -> None:
        """Apply a message of the thread, and directly before it those of its past that were not applied yet."""
        if message not in self.thread:
            for one in self.by_place("thread"):
                if one.id in self.named_here(message):
                    self.apply_thread(one, place)
            self.applied_at[message.id] = place
            self.thread.append(message)

    def with_dossier(self) -> list[PlacedMessage]:
        """Insert each message of the dossier at its place, but after its past."""
        order, thread, dossier = [self.report], self.thread[1:], self.by_place("dossier")
        while thread or dossier:
            ids = {one.id for one in order}
            ready = [one for one in dossier if self.pasts[one.id] <= ids][:1]
            if thread and not (ready and ready[0].place < self.applied_at[thread[0].id]):
                order.append(thread.pop(0))
            else:
                order.append(ready[0])
                dossier.remove(ready[0])
        return order

    # 5.3

    def named_here(self, message: PlacedMessage) -> list[MessageId]:
        return [name for name in self.named(message) if name in self.taken]

    def named(self, message: PlacedMessage) -> list[MessageId]:
        if message.head.channel == "dossier":
            return list(message.head.seen)
        in_dossier = {one.id for one in self.taken.values() if one.head.channel == "dossier"}
        return [name for name in message.head.seen if name not in in_dossier]

    def is_complete(self, message: PlacedMessage) -> bool:
        of_the_past = [self.taken[name] for name in self.pasts[message.id]]
        others = [one for one in (message, *of_the_past) if one is not self.report]
        return all(name in self.taken for one in others for name in self.named(one))

    # 7.2

    def in_force(self, day: int) -> Roster | None:
        held = sorted(self.rosters, key=lambda one: one.version)
        begun = [one for one in held if one.start <= day]
        if not begun:
            return None
        versions = {one.version for one in held}
        between = range(begun[-1].version, held[-1].version + 1)
        return begun[-1] if all(version in versions for version in between) else None

    def on_roster(self, day: int) -> set[PersonId]:
        roster = self.in_force(day)
        return {one.person for one in roster.recipients if one.start <= day <= one.end} if roster else set()

    def person(self, identity: IdentityKey) -> PersonId | None:
        for roster in self.rosters:
            for one in roster.recipients:
                if one.identity == identity:
                    return one.person
        return None

    def is_revoked_before(self, identity: IdentityKey, day: int) -> bool:
        newest = max(self.rosters, key=lambda one: one.version)
        return any(one.identity == identity and one.day < day for one in newest.revoked)

    # 12.2

    def is_reporter(self, message: PlacedMessage) -> bool:
        return message.head.author == self.report.head.author

    def before(self, message: PlacedMessage) -> list[PlacedMessage]:
        return self.order[: self.order.index(message)]

    def stands_before(self, one: PlacedMessage, other: PlacedMessage) -> bool:
        """Whether a message is in the other's past, or at a lower place without the reverse being true."""
        if one.id in self.pasts[other.id]:
            return True
        return other.id not in self.pasts[one.id] and one.place < other.place

    def thread_before(self, message: PlacedMessage) -> tuple[list[PlacedMessage], list[PlacedMessage]]:
        """The thread before a message of the dossier: by its place, and including its whole past."""
        places = [self.applied_at[one.id] < message.place or one is self.report for one in self.thread]
        at_place = [one for one, lower in zip(self.thread, places, strict=True) if lower]
        last = max(at for at, one in enumerate(self.thread) if one.id in self.pasts[message.id])
        return at_place, self.thread[: max(len(at_place), last + 1)]

    def earlier(self, message: PlacedMessage) -> tuple[list[PlacedMessage], list[PlacedMessage]]:
        if message.head.channel == "dossier":
            return self.thread_before(message)
        before = self.thread[: self.thread.index(message)]
        return before, before

    def verdict(self, message: PlacedMessage) -> str:
        head, body = message.head, message.head.body
        if self.is_reporter(message):
            entered = isinstance(self.report.head.body, Report) and self.report.head.body.entered is not None
            bad = "reporter" not in body.AUTHORS or head.channel == "dossier" or (isinstance(body, Consent) and entered)
            return FORBIDDEN if bad else COUNTS
        if "recipient" not in body.AUTHORS:
            return FORBIDDEN
        person, (at_place, earlier) = self.person(head.author), self.earlier(message)
        listing = [self.in_force(message.day), self.in_force(head.day)]
        if (
            person in self.readers(earlier, message.day) | self.readers(at_place, message.day)
            and any(one.identity == head.author for roster in listing if roster for one in roster.recipients)
            and not self.is_revoked_before(head.author, message.day)
        ):
            return COUNTS
        if person is not None and (
            person in (*self.report.head.to, *self.report.head.missing) or person in self.ever_named(earlier)
        ):
            return LATE
        is_here = any(roster.id == head.roster for roster in self.rosters)
        if not self.is_complete(message) or not is_here or self.in_force(message.day) is None:
            return UNCLEAR
        return FORBIDDEN

    def ever_named(self, messages: Iterable[PlacedMessage]) -> set[PersonId]:
        """The persons that a `joined` or a "yes" names, if its author may write it, whether it counts or not."""
        found: set[PersonId] = set()
        for message in messages:
            body = message.head.body
            if isinstance(body, Joined) and not self.is_reporter(message):
                found |= set(body.people)
            if isinstance(body, Consent) and body.answer == "yes" and self.verdicts[message.id] == COUNTS:
                found |= set(body.people)
        return found

    # 12.3

    def counting(self, messages: Iterable[PlacedMessage]) -> list[PlacedMessage]:
        return [one for one in messages if self.verdicts[one.id] == COUNTS]

    def consents(self, messages: Iterable[PlacedMessage], person: PersonId, *, denials: bool) -> list[PlacedMessage]:
        found = []
        for one in self.counting(messages):
            body = one.head.body
            if isinstance(body, Consent) and person in body.people and (body.answer != "yes") == denials:
                found.append(one)
        return found

    def let_in(self, messages: Sequence[PlacedMessage], person: PersonId) -> bool:
        denials = {one.id for one in self.consents(messages, person, denials=True)}
        answers = [one.head.body for one in self.consents(messages, person, denials=False)]
        return any(denials <= set(body.after) for body in answers if isinstance(body, Consent))

    def is_left_out(self, messages: Sequence[PlacedMessage], person: PersonId) -> bool:
        report = self.report.head
        denied = bool(self.consents(messages, person, denials=True))
        out = person in report.without or (denied and person not in (*report.to, *report.missing))
        return out and not self.let_in(messages, person)

    def is_named(self, messages: Sequence[PlacedMessage], person: PersonId) -> bool:
        named = person in (*self.report.head.to, *self.report.head.missing)
        for at, message in enumerate(messages):
            body, earlier = message.head.body, messages[:at]
            if self.verdicts[message.id] != COUNTS:
                continue
            if isinstance(body, Joined) and person in body.people:
                named = True
            if isinstance(body, Consent) and body.answer == "yes" and person in body.people:
                denials = {one.id for one in self.consents(earlier, person, denials=True)}
                named = named or denials <= set(body.after)
            if isinstance(body, SteppedBack) and self.person(message.head.author) == person:
                others = self.readers(earlier, message.day) - {person}
                named = named and not others
        return named

    def readers(self, messages: Sequence[PlacedMessage], day: int) -> set[PersonId]:
        return {
            person
            for person in self.on_roster(day)
            if self.is_named(messages, person) and not self.is_left_out(messages, person)
        }

    def readers_at(self, message: PlacedMessage) -> set[PersonId]:
        """The readers after the message is applied."""
        at_place, earlier = self.earlier(message)
        if message.head.channel == "thread" and self.verdicts[message.id] == COUNTS:
            return self.readers([*earlier, message], message.day)
        person = None if self.is_reporter(message) else self.person(message.head.author)
        there, moved = self.readers(at_place, message.day), self.readers(earlier, message.day)
        return moved if person in moved - there else there

    def readers_today(self) -> set[PersonId]:
        return self.readers(self.order, self.day)

    # 12.1 step 7

    def alarms(self) -> set[tuple[str, MessageId, frozenset[PersonId]]]:
        found: set[tuple[str, MessageId, frozenset[PersonId]]] = set()
        for message in self.order:
            if self.verdicts[message.id] == FORBIDDEN:
                found.add((FORBIDDEN, message.id, frozenset()))
                continue
            if self.is_reporter(message):
                continue
            body, past = message.head.body, [self.taken[name] for name in self.pasts[message.id]]
            joined = body.people if isinstance(body, Joined) else ()
            people = {
                person
                for person in (*message.head.to, *message.head.missing, *joined)
                if person in self.report.head.without and not self.consents(past, person, denials=False)
            }
            if people and self.is_complete(message):
                found.add(("left-out-named", message.id, frozenset(people)))
            in_dossier = {one.id for one in self.order if one.head.channel == "dossier"}
            if message.head.channel == "thread" and in_dossier & set(message.head.seen):
                found.add(("dossier-named", message.id, frozenset()))
        return found

    # 12.5

    def missing(self) -> set[MessageId]:
        shown = [one for one in self.order if self.verdicts[one.id] != FORBIDDEN and one is not self.report]
        return {name for one in shown for name in self.named(one) if name not in self.taken}

    def asking(self) -> list[PlacedMessage]:
        def asks(message: PlacedMessage) -> bool:
            body = message.head.body
            return (
                isinstance(body, Answer | Identity | Consent | ReportWithdrawn)
                or (isinstance(body, Agreed) and body.answer == "no")
                or (isinstance(body, Rating) and body.text != "")
            )

        return [one for one in self.counting(self.order) if self.is_reporter(one) and asks(one)]

    def waiting(self) -> set[MessageId]:
        replies = [
            one
            for one in self.counting(self.order)
            if not self.is_reporter(one) and isinstance(one.head.body, Answer | Question | Feedback | Closed)
        ]
        return {one.id for one in self.asking() if not any(one.id in self.pasts[reply.id] for reply in replies)}

    def has_read(self, person: PersonId) -> set[MessageId]:
        found: set[MessageId] = set()
        for message in self.order:
            if self.is_reporter(message) or self.person(message.head.author) != person:
                continue
            if self.verdicts[message.id] in (COUNTS, LATE):
                found |= self.pasts[message.id] - {self.report.id}
                if isinstance(message.head.body, Opened):
                    found.add(self.report.id)
        return found

    def written_twice(self) -> set[IdentityKey]:
        shown = [one for one in self.order if self.verdicts[one.id] != FORBIDDEN and not self.is_reporter(one)]
        whole = [one for one in shown if self.is_complete(one)]
        return {
            one.head.author
            for one in whole
            for other in whole
            if one is not other
            and (one.head.author, one.head.channel) == (other.head.author, other.head.channel)
            and one.id not in self.pasts[other.id]
            and other.id not in self.pasts[one.id]
        }
