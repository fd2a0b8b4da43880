"""The order in which the messages of a case are applied (SPEC 12.1 step 3).

The report is first. Then, repeatedly, comes the message of the thread with the lowest place; directly before it come
the messages of its past that were not applied, in the same way. A late message therefore moves forward to the one that
names it, and moves nothing else: an author can name a message that is posted only months later, and otherwise the
messages of others since then could end up after the end of their own reading, or a denial after the message that ended
it.

A message of the dossier is at its place, but after its past. It moves no message of the thread: the reporter's page has
no dossier, and must compute the same order.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from keys.wire.messages import THREAD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from keys.cases.place import Place, PlacedMessage
    from keys.wire.ids import MessageId


def in_order(
    here: Mapping[MessageId, PlacedMessage], named: Mapping[MessageId, Sequence[MessageId]]
) -> Iterator[tuple[PlacedMessage, Place]]:
    """Yield all messages except the report, each with the place at which it is applied.

    `here` has the messages by id, and `named` has the ids that each of them except the report names.
    """
    places = {message_id: here[message_id].place for message_id in named}
    waits = {message_id: {name for name in names if name in named} for message_id, names in named.items()}
    before: MessageId | None = None
    for message_id, place in _thread_order(here, named):
        places[message_id] = place
        waits[message_id] = set() if before is None else {before}
        before = message_id
    for message_id in _lowest_place_first(places, waits):
        yield here[message_id], places[message_id]


def _thread_order(
    here: Mapping[MessageId, PlacedMessage], named: Mapping[MessageId, Sequence[MessageId]]
) -> Iterator[tuple[MessageId, Place]]:
    """Yield the ids of the thread, each with its own place or that of the message before which it is applied."""
    thread = [message_id for message_id in named if here[message_id].head.channel == THREAD]
    left = set(thread)

    def place_of(message_id: MessageId) -> tuple[Place, MessageId]:
        return here[message_id].place, message_id

    for message_id in sorted(thread, key=place_of):
        path = [message_id] if message_id in left else []
        while path:
            late = [name for name in named[path[-1]] if name in left]
            if late:
                path.append(min(late, key=place_of))
            else:
                left.discard(path[-1])
                yield path.pop(), here[message_id].place


def _lowest_place_first(
    places: Mapping[MessageId, Place], waits: Mapping[MessageId, set[MessageId]]
) -> Iterator[MessageId]:
    """Yield ids by ascending place, each only when it no longer waits for another id."""
    followers: dict[MessageId, list[MessageId]] = {message_id: [] for message_id in waits}
    for message_id, names in waits.items():
        for name in names:
            followers[name].append(message_id)
    ready = [(places[message_id], message_id) for message_id, names in waits.items() if not names]
    heapq.heapify(ready)
    while ready:
        _, message_id = heapq.heappop(ready)
        yield message_id
        for follower in followers[message_id]:
            waits[follower].discard(message_id)
            if not waits[follower]:
                heapq.heappush(ready, (places[follower], follower))
