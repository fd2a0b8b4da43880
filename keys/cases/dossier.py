"""The dossiers of a case read as one, SPEC.md 5.3: what the recipients say to each other; it opens nothing."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases.received import FORBIDDEN, MISSING, MOVED, REPEATED, SPOILT, UNSUPPORTED, Alarm, Received, Said
from keys.errors import UnsupportedError
from keys.wire import kinds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from keys.roster import People
    from keys.sealing import Message


@dataclass(frozen=True, slots=True)
class Dossier:
    """What recipients have written about a case, in causal order, then by id: the same for all who have the same.

    `begun` are the ids of the messages that open its channels; `alarms` stand behind the first `after` messages,
    `places` says of each message behind which place of the thread it stands.
    """

    begun: tuple[bytes, ...] = ()
    said: tuple[Said, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    places: tuple[int, ...] = ()

    @property
    def stepped_back(self) -> frozenset[bytes]:
        """The identities of those who are too near to the case."""
        return frozenset(
            said.author.identity
            for said in self.said
            if said.author and isinstance(said.message.head.body, kinds.Conflict)
        )

    @property
    def handed_to(self) -> frozenset[bytes]:
        """The identities of those whom a recipient let in."""
        bodies = (said.message.head.body for said in self.said)
        return frozenset(name for body in bodies if isinstance(body, kinds.HandedOver) for name in body.people)

    @property
    def readers(self) -> frozenset[bytes]:
        """The identities of those to whom every channel of it was given, by a slot or by a share."""
        begun = [frozenset(said.message.head.to) for said in self.said if said.message.id in self.begun]
        return frozenset.intersection(*begun) | self.handed_to if begun else frozenset()

    def approval_of(self, message: bytes) -> Said | None:
        """Return the first approval of a message, or None: by somebody else than asked for it."""
        for said in self.said:
            body = said.message.head.body
            if isinstance(body, kinds.Approval) and body.message == message:
                return said
        return None

    def latest(self, body: type[kinds.Body]) -> Said | None:
        """Return the last message of a kind, or None."""
        return next((said for said in reversed(self.said) if isinstance(said.message.head.body, body)), None)

    def frontier(self) -> tuple[bytes, ...]:
        """Return the ids of messages that no later one has seen."""
        seen = {name for said in self.said for name in said.message.head.seen}
        return tuple(said.message.id for said in self.said if said.message.id not in seen)


@dataclass(frozen=True, slots=True)
class Thread:
    """What of the case's thread decides about its dossier: the ids in order, and who is left out behind each."""

    case: bytes
    ids: Sequence[bytes]
    left_out: Sequence[frozenset[bytes]]


def read_dossier(
    channels: Mapping[bytes, Sequence[Received]], thread: Thread, people: People, recipient: bytes
) -> Dossier:
    """Return the dossier that the envelopes of some channels make.

    `channels` are by the id of their first message, `recipient` is the reader's own identity.
    """
    reading = _Reading(thread.case, people, recipient)
    for begun in sorted(channels):
        reading.take_channel(begun, channels[begun])
    said: list[Said] = []
    gaps: list[Alarm] = []
    places = {name: place for place, name in enumerate(thread.ids)}
    known = places.keys() | reading.said.keys()
    askers: dict[bytes, frozenset[bytes]] = {}  # by the id of what can be approved, by another person
    for one in _ordered(reading.said):
        seen = one.message.head.seen
        place = max((places.get(name, 0) for name in seen), default=0)
        places[one.message.id] = place
        body = one.message.head.body
        own = people.same_people([one.message.head.author])
        forged = isinstance(body, kinds.Approval) and bool(own & askers.get(body.message, own))
        if forged or thread.left_out[place] & _named(one.message):
            reading.faults.append(FORBIDDEN)
            continue
        if isinstance(body, kinds.Purge | kinds.Filled):
            askers[one.message.id] = own
        said.append(one)
        if not known >= set(seen):
            gaps.append(Alarm(len(said), MISSING))
    counting = {one.message.id for one in said}
    return Dossier(
        tuple(name for name in reading.begun if name in counting),
        tuple(said),
        (*gaps, *(Alarm(len(said), code) for code in reading.faults)),
        tuple(places[one.message.id] for one in said),
    )


class _Reading:
    """The state of one pass over the channels of a case's dossier."""

    def __init__(self, case: bytes, people: People, recipient: bytes) -> None:
        self.case = case
        self.people = people
        self.recipient = recipient
        self.begun: list[bytes] = []
        self.said: dict[bytes, Said] = {}
        self.faults: list[str] = []

    def take_channel(self, begun: bytes, received: Sequence[Received]) -> None:
        if not received:
            self.faults.append(MISSING)
        for at, envelope in enumerate(received):
            message = envelope.message
            code = self._fault(begun, envelope, is_first=at == 0)
            if code or message is None:
                self.faults.append(code or SPOILT)
                continue
            self.said[message.id] = Said(message, envelope.day, self.people.recipients_by_id[message.head.author])
            if at == 0:
                self.begun.append(begun)

    def _fault(self, begun: bytes, envelope: Received, *, is_first: bool) -> str | None:
        message = envelope.message
        if message is None:
            return UNSUPPORTED if isinstance(envelope.error, UnsupportedError) else SPOILT
        head = message.head
        if message.id in self.said:
            return REPEATED
        if envelope.addressed and self.recipient not in head.to:
            return SPOILT
        if head.channel != kinds.DOSSIER or head.case != self.case or (message.id == begun) != is_first:
            return MOVED
        if (head.kind == kinds.Begun.KIND) != is_first:
            return MOVED
        return None if self.people.may_write(head.author, envelope.day, head.day) else FORBIDDEN


def _named(message: Message) -> set[bytes]:
    """Return all on whom a message touches: none of them may be left out."""
    head = message.head
    return {head.author, *head.to, *getattr(head.body, "people", ())}


def _ordered(said: Mapping[bytes, Said]) -> Iterator[Said]:
    """Yield messages so that each comes after all that it has seen, and by id where that leaves a choice.

    Ids are hashes over what is seen, so there is no ring.
    """
    waits_for = {name: said.keys() & set(one.message.head.seen) for name, one in said.items()}
    later: dict[bytes, list[bytes]] = {name: [] for name in said}
    for name, earlier in waits_for.items():
        for one in earlier:
            later[one].append(name)
    left = {name: len(earlier) for name, earlier in waits_for.items()}
    ready = [name for name, count in left.items() if count == 0]
    heapq.heapify(ready)
    while ready:
        name = heapq.heappop(ready)
        yield said[name]
        for follower in later[name]:
            left[follower] -= 1
            if left[follower] == 0:
                heapq.heappush(ready, follower)
