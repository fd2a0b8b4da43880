"""The `seen` of a new message (SPEC 5.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.cases.past import members_of
from keys.wire.messages import DOSSIER, MAX_SEEN, THREAD, Consent, Joined, SteppedBack

if TYPE_CHECKING:
    from collections.abc import Collection

    from keys.cases.case import Case
    from keys.wire.ids import IdentityKey, MessageId


def seen_of(case: Case, author: IdentityKey, channel: str, screen: Collection[MessageId]) -> tuple[MessageId, ...]:
    """Return the ids that the next message of `author` in this channel names, from the messages on the screen.

    Messages in the past of another one are omitted. The author's own last message of the channel is always named, and
    so are the messages that decide who reads. A message of the thread names only the thread. At most 64: the own last
    one, then the reporter's, then the rest, the newest first.
    """
    channels = (THREAD,) if channel == THREAD else (THREAD, DOSSIER)
    own = on_screen = says_who_reads = 0
    for number, message in enumerate(case.messages):
        head = message.placed.head
        if head.channel in channels and message.is_shown:
            on_screen |= (message.id in screen) << number
            says_who_reads |= isinstance(message.body, Consent | Joined | SteppedBack) << number
            own = 1 << number if head.author == author and head.channel == channel else own
    covered = 0
    for number in members_of(on_screen | says_who_reads):
        covered |= case.messages[number].past

    def rank(number: int) -> tuple[bool, bool, bool, int]:
        # Messages that decide who reads are named again after all required ones, as far as there is room.
        return not own >> number & 1, bool(covered >> number & 1), not case.messages[number].by_reporter, -number

    numbers = sorted(members_of(own | on_screen & ~covered | says_who_reads), key=rank)
    return tuple(case.messages[number].id for number in numbers[:MAX_SEEN])
