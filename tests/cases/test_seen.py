"""The `seen` of a message, for any case and screen: the whole screen is in its past, and no id is named needlessly."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from keys.cases.place import Place
from keys.cases.seen import seen_of
from keys.wire.messages import DOSSIER, MAX_SEEN, THREAD, Answer, Consent, Joined, Note, SteppedBack
from tests.cases.story import REPORTER, Story
from tests.cases.test_any_messages import Heap, heaps

if TYPE_CHECKING:
    from keys.cases.thread import JudgedMessage
    from keys.wire.ids import IdentityKey, MessageId

SAYS_WHO_READS = (Consent, Joined, SteppedBack)
screens = st.sampled_from([0.0, 0.3, 1.0])


def named(
    heap: Heap, data: st.DataObject
) -> tuple[dict[MessageId, JudgedMessage], set[MessageId], IdentityKey, str, list[JudgedMessage]]:
    """Return the messages, the screen, the author, the channel, and the messages named by the next one."""
    case = heap.case()
    here = {message.id: message for message in case.messages}
    share = data.draw(screens)
    screen = {name for name in here if data.draw(st.floats(0, 1)) < share}
    author = data.draw(st.sampled_from([REPORTER, *heap.story.identities.values()]))
    channel = data.draw(st.sampled_from([THREAD, DOSSIER]))
    return here, screen, author, channel, [here[name] for name in seen_of(case, author, channel, screen)]


@given(heaps(), st.data())
def test_all_that_stood_on_the_screen_and_says_who_reads_is_in_the_past_of_the_message(
    heap: Heap, data: st.DataObject
) -> None:
    here, screen, _, channel, names = named(heap, data)
    past = 0
    case = heap.case()
    for message in names:
        past |= message.past | 1 << case.numbers[message.id]
    for message in here.values():
        is_of_the_channel = message.placed.head.channel == THREAD or channel == DOSSIER
        has_to_be = message.id in screen or isinstance(message.body, SAYS_WHO_READS)
        if has_to_be and is_of_the_channel and message.is_shown:
            assert past >> case.numbers[message.id] & 1


@given(heaps(), st.data())
def test_nothing_is_named_but_what_stood_there_the_own_last_one_and_what_says_who_reads(
    heap: Heap, data: st.DataObject
) -> None:
    _, screen, author, channel, names = named(heap, data)
    for message in names:
        head = message.placed.head
        assert message.is_shown
        assert head.channel == THREAD or channel == DOSSIER
        is_own = head.author == author and head.channel == channel
        assert message.id in screen or is_own or isinstance(message.body, SAYS_WHO_READS)


@given(heaps(), st.data())
def test_what_another_one_has_in_its_past_is_named_only_if_it_always_is(heap: Heap, data: st.DataObject) -> None:
    case = heap.case()
    _, _, author, _, names = named(heap, data)
    for message in names:
        covered = any(other.past >> case.numbers[message.id] & 1 for other in names)
        is_own = message.placed.head.author == author
        assert not covered or is_own or isinstance(message.body, SAYS_WHO_READS)


@given(heaps(), st.data())
def test_none_is_named_twice_and_the_own_last_one_comes_first(heap: Heap, data: st.DataObject) -> None:
    here, _, author, channel, names = named(heap, data)
    assert len({message.id for message in names}) == len(names) <= MAX_SEEN
    own = [
        message
        for message in here.values()
        if message.is_shown and message.placed.head.author == author and message.placed.head.channel == channel
    ]
    if own:
        assert names[0] == own[-1]


@given(heaps(), st.data())
def test_naming_them_gives_a_message_the_same_past_as_naming_the_whole_screen(heap: Heap, data: st.DataObject) -> None:
    """Fewer ids are written, and nothing is lost: the others follow from them."""
    case = heap.case()
    here, screen, author, channel, names = named(heap, data)
    body = Answer("Tekst.") if channel == THREAD else Note("Tekst.")
    of_the_channel = [
        name
        for name in screen
        if here[name].is_shown and (here[name].placed.head.channel == THREAD or channel == DOSSIER)
    ]
    always = [message.id for message in names]
    draft = heap.story.write("R", body, log=heap.log[:1], seen=always, to="A", identity=author)
    pasts = []
    for ids in (always, [*always, *of_the_channel]):
        message = replace(draft, head=replace(draft.head, seen=tuple(ids)), place=Place.unposted(1))
        found = heap.case([*heap.log, message]).find(message.id)
        assert found
        pasts.append(found.past)
    assert pasts[0] == pasts[1]
    assert len(case.messages) == len(here)


def test_of_more_than_64_the_own_last_one_the_reporters_and_the_newest_are_named() -> None:
    """D5: which of the latest a message names."""
    story = Story("AB")
    story.report("AB", without="")
    own = story.answer("A", seen=[])
    # None of them knows of another.
    told = [story.answer(author, seen=[]) for _ in range(MAX_SEEN) for author in "RB"]
    case = story.case()
    names = seen_of(case, story.identities["A"], THREAD, {message.id for message in story.log})
    by_reporter = [message.id for message in told if message.head.author == REPORTER]
    assert names == (own.id, *by_reporter[:0:-1])
    fewer = {own.id, *(message.id for message in told[:80])}
    names = seen_of(case, story.identities["A"], THREAD, fewer)
    by_others = [message.id for message in told[:80] if message.head.author != REPORTER]
    assert names == (own.id, *(message.id for message in told[78::-2]), *by_others[:-24:-1])
