"""Random threads: anybody writes any kind, naming any ids, at any place, while rosters and keys change.

Both languages must compute the same from them, so each kind of author, message and order must occur.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from keys.cases.place import Place, PlacedMessage
from keys.wire.canonical import b64
from keys.wire.ids import IdentityKey, MessageId, PersonId, RosterId
from keys.wire.messages import (
    KINDS,
    MAX_SEEN,
    THREAD,
    Acknowledgement,
    Agreed,
    Answer,
    Body,
    Closed,
    Consent,
    Entered,
    Feedback,
    Head,
    Identity,
    Joined,
    Left,
    Minutes,
    Opened,
    Question,
    Rating,
    ReportWithdrawn,
    Request,
    SteppedBack,
    Unknown,
)
from keys.wire.messages.reporter import YES
from tests.cases.story import DAY, REPORTER, Story, person

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from tests.cases.story import Roster

NAMES = "ABMXNF"
NOBODY = IdentityKey(b"Z" * 32)  # on no roster
DAYS = 40
NEVER_HERE = [MessageId(bytes([at]) * 32) for at in (0xF7, 0x10)]
THREAD_KINDS = {name for name, kind in KINDS.items() if kind.CHANNEL == THREAD}


@dataclass(frozen=True)
class Thread:
    """A thread as somebody holds it on a day, with the messages on the screen and what was shared with whom."""

    held: tuple[PlacedMessage, ...]
    rosters: tuple[Roster, ...]
    day: int
    author: IdentityKey
    screen: tuple[MessageId, ...]
    given: frozenset[tuple[PersonId, MessageId]]


def thread_of(rng: random.Random) -> Thread:
    """Draw a thread as somebody holds it: up to 30 messages after its report, or many that hardly name each other."""
    is_loose = rng.random() < 0.06
    story = _rosters(rng)
    _report(rng, story)
    keys = [entry.identity for roster in story.rosters for entry in roster.recipients]
    for _ in range(rng.randrange(100, 150) if is_loose else rng.randrange(31)):
        author = rng.choice([*[REPORTER] * 4, *rng.choices(keys, k=7), NOBODY])
        story.log.append(_message(rng, story, author, is_loose=is_loose))
    held = [one for one in story.log if rng.random() < 0.95]
    again = [replace(one, place=_place(rng, len(story.log)), day=one.day + 1) for one in held if rng.random() < 0.05]
    held += again
    rng.shuffle(held)
    everyone = [person(name) for name in NAMES]
    return Thread(
        held=tuple(held),
        rosters=tuple(one for one in story.rosters if one is story.rosters[-1] or rng.random() < 0.97),
        day=DAY + rng.randrange(DAYS + 5),
        author=rng.choice([REPORTER, rng.choice(keys)]),
        screen=tuple(one.id for one in held if rng.random() < 0.8),
        given=frozenset((rng.choice(everyone), one.id) for one in held if rng.random() < 0.5),
    )


def _rosters(rng: random.Random) -> Story:
    """Return a story in which the roster changes, keys are replaced and revoked, and entries start and end."""
    story = Story("ABMXF", day=DAY - 100)
    story.publish("ABMXN")
    for _ in range(rng.randrange(6)):
        story.later(rng.randrange(50))
        name = rng.choice("ABMXN")
        match rng.choice(["rekey", "revoke", "off", "on", "window"]):
            case "off":
                story.publish(story.members.replace(name, "") or "A")
            case "on":
                story.publish("".join(sorted({*story.members, name})))
            case "window":
                newest = story.publish(story.members)
                windows = tuple(
                    replace(one, start=story.day + rng.randrange(9), end=story.day + rng.randrange(20, 99))
                    if rng.random() < 0.3
                    else one
                    for one in newest.recipients
                )
                story.rosters[-1] = replace(newest, recipients=windows)
            case change if name in story.members:
                story.rekey(name, revoke_on=story.day + rng.randrange(9) if change == "revoke" else None)
    story.day = DAY
    return story


def _report(rng: random.Random, story: Story) -> None:
    listed = list(NAMES)
    rng.shuffle(listed)
    first, second = rng.randrange(1, 5), rng.randrange(3)
    to, missing, without = listed[:first], listed[first : first + second], listed[first + second :]
    entered = Entered(story.identities["A"], bytes(64), "phone") if rng.random() < 0.08 else None
    report = story.report("".join(to), "".join(without), missing="".join(missing), entered=entered)
    story.log[0] = replace(report, head=_in_order(report.head))


def _message(rng: random.Random, story: Story, author: IdentityKey, *, is_loose: bool) -> PlacedMessage:
    day = DAY + rng.randrange(DAYS)
    body = _body(rng, story.log, by_reporter=(author == REPORTER) != (rng.random() < 0.15))
    head = Head(
        author=author,
        body=body,
        case=story.log[0].id,  # type: ignore[arg-type]
        channel=THREAD,
        day=day,
        kind="plan" if isinstance(body, Unknown) else body.KIND,
        roster=RosterId(rng.randbytes(32)) if rng.random() < 0.05 else story.in_force(day).id,
        seen=() if is_loose and rng.random() < 0.9 else _seen(rng, [one.id for one in story.log]),
        to=tuple(map(person, rng.sample(NAMES, rng.randrange(1, 5)))),
        missing=(),
        without=(),
    )
    message_id = MessageId(rng.randbytes(32))
    return PlacedMessage(message_id, _in_order(head), _place(rng, len(story.log)), day + rng.randrange(3))


def _seen(rng: random.Random, ids: Sequence[MessageId]) -> tuple[MessageId, ...]:
    """Return all, the last, some or none of the ids, sometimes with one that does not exist."""
    some = rng.sample(ids, min(len(ids), rng.randrange(4)))
    named = rng.choice([ids, ids[-1:], some, some])
    return tuple({*named[-MAX_SEEN + 1 :], *rng.sample(NEVER_HERE, rng.random() < 0.05)})


def _place(rng: random.Random, count: int) -> Place:
    """Return a place near the end; a few are equal, lost from the log, or not posted yet."""
    if rng.random() < 0.05:
        return Place.unposted(rng.randrange(100))
    return Place(max(2, count + rng.randrange(-6, 3)), rng.randrange(2))


def _body(rng: random.Random, log: Sequence[PlacedMessage], *, by_reporter: bool) -> Body:
    """Return a body of a kind that the reporter, or a recipient, can write."""
    some = tuple(person(name) for name in rng.sample(NAMES, rng.choice([1, 1, 2])))
    some_id = rng.choice([one.id for one in log])
    requests = [one.id for one in log if isinstance(one.head.body, Request)]
    denials = [one.id for one in log if isinstance(one.head.body, Consent) and one.head.body.answer != YES]
    after = denials if rng.random() < 0.7 else rng.sample(denials, len(denials) // 2)
    request = rng.choice([*requests, some_id, None]) if requests else None
    if by_reporter:
        return rng.choice(
            [
                Answer("T."),
                *[Consent(YES, some, tuple(sorted(after, key=b64)), request)] * 2,
                Consent(rng.choice(["no", "withdrawn"]), some, (), request),
                Identity("T."),
                Agreed(rng.choice([YES, "no"]), some_id),
                Rating(rng.choice([YES, "partly", "no"]), rng.choice(["", "T."])),
                ReportWithdrawn(),
                Left(),
                Unknown.parse({}),
            ]
        )
    words = [kind("T.") for kind in (Answer, Question, Acknowledgement, Feedback, Minutes, Closed)]
    others = [Opened(), Request("T.", "T.", "T.", some), Joined(some), SteppedBack(), Unknown.parse({})]
    return rng.choice([*words, *others])


def _in_order(head: Head) -> Head:
    """Return the head with its lists in wire order."""
    lists = {name: tuple(sorted(getattr(head, name), key=b64)) for name in ("seen", "to", "missing", "without")}
    body = head.body
    if hasattr(body, "people"):
        body = replace(body, people=tuple(sorted(body.people, key=b64)))  # type: ignore[type-var]
    return replace(head, body=body, **lists)
