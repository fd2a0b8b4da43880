"""Random stories: honest people and others write, in any order of places, while rosters change."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from keys.cases.place import Place, PlacedMessage
from keys.wire.canonical import b64
from keys.wire.messages import (
    Acknowledgement,
    Agreed,
    Answer,
    Closed,
    Consent,
    Entered,
    Feedback,
    Head,
    Identity,
    Joined,
    Left,
    Opened,
    Question,
    Rating,
    ReportWithdrawn,
    Request,
    SteppedBack,
    Unknown,
)
from tests.cases.story import Story, people

if TYPE_CHECKING:
    from keys.wire.ids import MessageId
    from keys.wire.messages import Body

EVERYBODY = "ABMNX"
GONE = [bytes([at]) * 32 for at in (0xF7, 0x10)]  # ids of messages that do not exist

somebody = st.sampled_from(EVERYBODY)
some_people = (
    st.sets(somebody, min_size=1, max_size=3).map("".join).map(people).map(lambda found: tuple(sorted(found, key=b64)))
)


@st.composite
def bodies(draw: st.DrawFn, story: Story, author: str) -> Body:
    """Draw a body of the thread, in most cases of a kind that the author may use."""
    denials = [one.id for one in story.log if isinstance(one.head.body, Consent) and one.head.body.answer != "yes"]
    after = tuple(sorted(draw(st.sets(st.sampled_from(denials))) if denials else (), key=b64))
    by_reporter = [
        st.builds(Consent, st.just("yes"), some_people, st.just(after)),
        st.builds(Consent, st.sampled_from(["no", "withdrawn"]), some_people),
        st.just(Identity("Tekst.")),
        st.just(ReportWithdrawn()),
        st.just(Left()),
        st.builds(Rating, st.just("no"), st.sampled_from(["", "Tekst."])),
        st.builds(Agreed, st.sampled_from(["yes", "no"]), st.just(GONE[0])),
    ]
    by_recipient = [
        st.builds(Joined, some_people),
        st.just(SteppedBack()),
        st.just(Opened()),
        st.just(Closed("Tekst.")),
        st.just(Feedback("Tekst.")),
        st.just(Question("Tekst.")),
        st.just(Acknowledgement("Tekst.")),
        st.builds(Request, st.just("a"), st.just("b"), st.just("c"), some_people),
    ]
    own, others = (by_reporter, by_recipient) if author == "R" else (by_recipient, by_reporter)
    both = [st.just(Answer("Tekst."))]
    return draw(st.one_of([*own, *own, *own, *both, *both, *others]))


@st.composite
def stories(draw: st.DrawFn, least: int = 0, most: int = 14) -> Story:
    """Draw a story of a thread: a report, then up to `most` messages and changes of the roster."""
    story = Story(draw(st.sampled_from(["ABMX", "ABMNX", "AB"])))
    on = set(story.members)
    to = draw(st.sets(st.sampled_from(sorted(on)), min_size=1))
    missing = draw(st.sets(st.sampled_from(sorted(on - to)))) if on - to else set()
    entered = Entered(story.identities["A"], bytes(64), "phone") if draw(st.integers(0, 9)) == 0 else None
    story.report("".join(to), "".join(on - to - missing), missing="".join(missing), entered=entered)
    for _ in range(draw(st.integers(least, most))):
        match draw(st.sampled_from(["write", "write", "write", "forge", "forge", "later", "roster", "rekey"])):
            case "later":
                story.later(draw(st.integers(1, 3)))
            case "roster":
                story.publish("".join(sorted(draw(st.sets(somebody, min_size=1)))))
            case "rekey":
                name = draw(st.sampled_from(story.members))
                story.rekey(name, revoke_on=draw(st.sampled_from([None, story.day, story.day + 1])))
            case "write":
                _write(draw, story)
            case _:
                _forge(draw, story)
    return story


def _write(draw: st.DrawFn, story: Story) -> None:
    """Let somebody on the roster write what an honest tool creates, unaware of some of the messages."""
    author = draw(st.sampled_from(["R", *story.members]))
    later = story.log[1:]
    unaware = draw(st.lists(st.sampled_from(later), max_size=2)) if later else []
    _put(draw, story, story.write(author, draw(bodies(story, author)), unaware=unaware))


def _forge(draw: st.DrawFn, story: Story) -> None:
    """Let anybody write with any head."""
    author = draw(st.sampled_from(["R", *sorted(story.identities)]))
    ids: list[MessageId] = [*(one.id for one in story.log), *GONE]  # type: ignore[list-item]
    named = draw(st.sets(st.sampled_from(ids), max_size=3))
    message = story.write(
        author, draw(bodies(story, author)), seen=[*named], to=draw(st.sampled_from(["AB", "X", "N"]))
    )
    head = replace(message.head, day=story.day - draw(st.integers(0, 2)))
    if draw(st.integers(0, 4)) == 0:
        head = replace(head, roster=draw(st.sampled_from([bytes(32), story.rosters[0].id])))
    if draw(st.integers(0, 9)) == 0:
        head = replace(head, body=Unknown.parse({}), kind="plan")
    _put(draw, story, replace(message, head=_in_order(head)))


def _put(draw: st.DrawFn, story: Story, message: PlacedMessage) -> None:
    place = Place(draw(st.integers(2, 30)), len(story.log)) if draw(st.booleans()) else None
    story.put(replace(message, head=_in_order(message.head)), place=place)


def _in_order(head: Head) -> Head:
    """Return the head with its lists in wire order."""
    lists = {name: tuple(sorted(getattr(head, name), key=b64)) for name in ("seen", "to", "missing", "without")}
    return replace(head, **lists)
