"""A case told message by message, by honest and other people: what an honest person knows decides what they name.

A, B and M are recipients (M may cheat), X is left out, N is a newcomer, F a former recipient, R the reporter.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from keys.cases.addressees import addressees_of
from keys.cases.case import Case
from keys.cases.place import Place, PlacedMessage, Way
from keys.cases.rosters import Rosters
from keys.cases.seen import seen_of
from keys.policy.members import Retention as RetentionTerms
from keys.wire.ids import IdentityKey, MessageId, PersonId, RosterId
from keys.wire.messages import About, Answer, Body, Consent, Entered, Head, Report

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from keys.cases.authors import Standing
    from keys.cases.thread import JudgedMessage

DAY = 20_000  # the day of the report: 2024-10-04
REPORTER = IdentityKey(b"R" * 32)
TERMS = RetentionTerms(unfounded_months=2, months=12, most_months=24)


def person(name: str) -> PersonId:
    return PersonId(name.encode().ljust(16, b"."))


def people(names: str) -> tuple[PersonId, ...]:
    """Return persons by their letters: `people("AB")`."""
    return tuple(map(person, names))


def names(persons: Iterable[PersonId]) -> str:
    """Return the letters of persons, in order."""
    return "".join(sorted(one.rstrip(b".").decode() for one in persons))


def consent(answer: str, about: str, after: Sequence[PlacedMessage] = ()) -> Consent:
    return Consent(answer, people(about), tuple(message.id for message in after))


def yes(about: str, *after: PlacedMessage) -> Consent:
    return consent("yes", about, after)


def no(about: str) -> Consent:
    return consent("no", about)


def withdrawn(about: str) -> Consent:
    return consent("withdrawn", about)


@dataclass(frozen=True)
class Entry:
    person: PersonId
    identity: IdentityKey
    start: int = 0
    end: int = 2**32


@dataclass(frozen=True)
class Revoked:
    identity: IdentityKey
    day: int


@dataclass(frozen=True)
class Policy:
    retention: RetentionTerms = TERMS


@dataclass(frozen=True)
class Roster:
    version: int
    start: int
    recipients: tuple[Entry, ...]
    revoked: tuple[Revoked, ...] = ()
    policy: Policy = Policy()

    @property
    def id(self) -> RosterId:
        return RosterId(hashlib.sha256(b"roster %d" % self.version).digest())


@dataclass
class Story:
    """One case, its log, and the rosters; `later` advances `day`."""

    members: str = "ABMX"
    day: int = DAY
    log: list[PlacedMessage] = field(default_factory=list)
    rosters: list[Roster] = field(default_factory=list)
    written: int = 0
    identities: dict[str, IdentityKey] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.members:
            self.identities[name] = IdentityKey(name.encode().ljust(32, b"1"))
        self.publish(self.members, start=0)

    # The rosters.

    def publish(self, members: str, *, start: int | None = None, revoked: Iterable[Revoked] = ()) -> Roster:
        """Publish a roster of these persons, in force from tomorrow or `start`."""
        for name in members:
            self.identities.setdefault(name, IdentityKey(name.encode().ljust(32, b"1")))
        entries = tuple(Entry(person(name), self.identities[name]) for name in members)
        known = self.rosters[-1].revoked if self.rosters else ()
        first = self.day + 1 if start is None else start
        roster = Roster(len(self.rosters) + 1, first, entries, (*known, *revoked))
        self.rosters.append(roster)
        self.members = members
        return roster

    def rekey(self, name: str, *, revoke_on: int | None = None) -> None:
        """Give a person a new identity, in force from tomorrow; revoke the old one if a day is given."""
        old = self.identities[name]
        self.identities[name] = IdentityKey(hashlib.sha256(old).digest())
        revoked = [] if revoke_on is None else [Revoked(old, revoke_on)]
        self.publish(self.members, revoked=revoked)

    def in_force(self, day: int) -> Roster:
        return [roster for roster in self.rosters if roster.start <= day][-1]

    def key(self, author: str) -> IdentityKey:
        """Return the key with which an author signs today."""
        if author == "R":
            return REPORTER
        listed = {entry.person: entry.identity for entry in self.in_force(self.day).recipients}
        return listed.get(person(author), self.identities[author])

    # Messages.

    def later(self, days: int = 1) -> None:
        self.day += days

    def report(
        self, to: str = "ABM", without: str = "X", *, missing: str = "", about: str = "", entered: Entered | None = None
    ) -> PlacedMessage:
        """Post the report."""
        body = Report("Tekst.", bytes(32), bytes(1184), bytes(32), "anders", "nl", About(people=people(about)))
        if entered:
            body = replace(body, entered=entered)
        head = self._head(REPORTER, body, to=people(to), missing=people(missing), without=people(without))
        return self._log(self._placed(head))

    def write(
        self,
        author: str,
        body: Body,
        *,
        unaware: Collection[PlacedMessage] = (),
        screen: Collection[PlacedMessage] | None = None,
        seen: Collection[PlacedMessage | MessageId] | None = None,
        to: str | None = None,
        identity: IdentityKey | None = None,
        day: int | None = None,
        roster: RosterId | None = None,
        log: Sequence[PlacedMessage] | None = None,
    ) -> PlacedMessage:
        """Write a message into its author's outbox.

        Its author holds the log except `unaware`; the messages in `screen` were on the screen, by default all of them.
        An honest author names what follows from that. `seen`, `to`, `identity`, `day` and `roster` forge the head.
        """
        view = [message for message in (self.log if log is None else log) if message not in unaware]
        key = identity or self.key(author)
        if author == "R":
            view = [message for message in view if message.head.channel == "thread"]
        head = self._head(key, body, day=self.day if day is None else day)
        if roster is not None:
            head = replace(head, roster=roster)
        case = self.case(view)
        shown = view if screen is None else screen
        named = seen_of(case, key, body.CHANNEL, {message.id for message in shown})
        if seen is not None:
            named = tuple(one if isinstance(one, bytes) else one.id for one in seen)
        draft = self._placed(replace(head, seen=named))
        addressed = addressees_of(self.case([*view, draft]), draft.id) if to is None else people(to)
        final = replace(draft.head, to=tuple(sorted(addressed)))
        return replace(draft, head=final, way=Way.OWN)

    def put(self, message: PlacedMessage, *, place: Place | None = None, day: int | None = None) -> PlacedMessage:
        """Put a written message into the log: today, after all others, unless a place is given."""
        at = Place(max((one.place.position for one in self.log), default=0) + 1) if place is None else place
        return self._log(replace(message, place=at, day=self.day if day is None else day, way=Way.LOG))

    def post(self, author: str, body: Body, *, place: Place | None = None, **how: object) -> PlacedMessage:
        """Write a message and put it into the log."""
        return self.put(self.write(author, body, **how), place=place)  # type: ignore[arg-type]

    def answer(self, author: str, **how: object) -> PlacedMessage:
        return self.post(author, Answer("Tekst."), **how)  # type: ignore[arg-type]

    # What follows.

    def case(self, log: Iterable[PlacedMessage] | None = None, *, lacks: Collection[PlacedMessage] = ()) -> Case:
        """Return today's case of the log, or of these messages, for somebody who lacks some of them."""
        held = [message for message in (self.log if log is None else log) if message not in lacks]
        case = Case.of(held, Rosters(self.rosters), self.day)
        assert case is not None
        return case

    def page(self) -> Case:
        """Return the case on the reporter's page: the thread alone."""
        return self.case(message for message in self.log if message.head.channel == "thread")

    def judged(self, message: PlacedMessage, case: Case | None = None) -> JudgedMessage:
        found = (case or self.case()).find(message.id)
        assert found is not None
        return found

    def standing(self, message: PlacedMessage, case: Case | None = None) -> Standing:
        return self.judged(message, case).standing

    def readers(self, case: Case | None = None) -> str:
        return names((case or self.case()).readers)

    def _head(
        self,
        author: IdentityKey,
        body: Body,
        *,
        to: tuple[PersonId, ...] = (),
        missing: tuple[PersonId, ...] = (),
        without: tuple[PersonId, ...] = (),
        day: int | None = None,
    ) -> Head:
        on = self.day if day is None else day
        is_report = isinstance(body, Report)
        return Head(
            author=author,
            body=body,
            case=None if is_report else self.log[0].id,  # type: ignore[arg-type]
            channel=body.CHANNEL,
            day=on,
            kind=body.KIND,
            roster=self.in_force(on).id,
            seen=(),
            to=to,
            missing=missing,
            without=without,
        )

    def _placed(self, head: Head) -> PlacedMessage:
        self.written += 1
        message_id = MessageId(hashlib.sha256(b"message %d" % self.written).digest())
        return PlacedMessage(message_id, head, Place.unposted(self.written), head.day, Way.OWN)

    def _log(self, message: PlacedMessage) -> PlacedMessage:
        posted = message
        if not message.place.is_posted:
            posted = replace(message, place=Place(len(self.log) + 1), way=Way.LOG)
        self.log.append(posted)
        return posted
