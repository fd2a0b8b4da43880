"""What a session posts when it ends (SPEC 10.5): the outbox in order, among cover entries.

Within a case one message goes after the other; among cases the smaller goes first. Each goes over a connection of its
own. What is noted on the disk before a posting and after its answer lets a tool that was ended at any moment go on.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keys.cases.drafts import Fate, fate_of
from keys.cases.place import Way
from keys.errors import FormatError, NetworkError, RefusedError, UnknownCapabilityError
from keys.roster.weeks import until_of
from keys.sync.composing import no_mailbox
from keys.sync.cover import draw_class, goes_next, number_of_covers, post_cover
from keys.sync.post import post_to
from keys.sync.sharing import drop_share, share_fate
from keys.vault.message_store import StoredMessage
from keys.vault.outbox_store import Reason, State
from keys.wire.messages import LOG, Arrived, Share
from keys.wire.plaintext import class_of
from keys.wire.posting import DOOR_APPEND

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from keys.courier import Courier
    from keys.sync.composing import Composer
    from keys.sync.log_reader import LogRead
    from keys.vault import Vault
    from keys.vault.outbox_store import Outgoing
    from keys.wire.ids import CaseId, Mac, PersonId

_UNTIL = "until"  # 410: sealed for weeks that have passed
_TOO_LARGE = ("too-large", "status 413")  # 413: by the server, or by what stands before it


def settle(vault: Vault) -> None:
    """Take out of the outbox what the log has: its mac is in the index, whether or not an answer ever came."""
    with vault.transaction():
        outgoing = vault.outbox.all()
        found = vault.log.find(one.message.mac for one in outgoing)
        for one in outgoing:
            message = one.message
            if message.mac not in found:
                continue
            if message.case is not None and message.head.channel != LOG:
                # No slot of it may be one's own: own keys had run out.
                vault.messages.add([StoredMessage(message, Way.OWN, until_of(message.head.day))])
            vault.sent.keep(one, vault.outbox.sealed(one))
            vault.outbox.drop(message.mac)


def lost(vault: Vault) -> list[Mac]:
    """Return the own messages that the server acknowledged and then did not show: an alarm on it.

    To be asked after a complete sync. While a log that differs waits, the answer is none.
    """
    if vault.log.lost.waiting() is not None:
        return []
    acknowledged = [one.message.mac for one in vault.outbox.acknowledged()]
    found = vault.log.find(acknowledged)
    return [mac for mac in acknowledged if mac not in found]


@dataclass(slots=True)
class Sent:
    """What became of a session's end."""

    posted: int = 0  # own messages that the server acknowledged
    covers: int = 0
    lost: list[Mac] = field(default_factory=list)
    refused: dict[CaseId | None, str] = field(default_factory=dict)  # why a case waits for the next session
    is_reached: bool = True


@dataclass(slots=True)
class _Progress:
    """How far a session has come with its outbox; a case in `held` waits for the next session."""

    sent: Sent
    is_whole: bool  # the log was read to its end
    held: set[CaseId | None] = field(default_factory=set)
    sealed_anew: set[CaseId | None] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Outbox:
    """The way out of a vault; `read` reads the log into it."""

    vault: Vault
    courier: Courier
    composer: Composer
    read: Callable[[], LogRead]

    def post(self, work: int, cover: int) -> Sent:
        """Post what waits, and cover entries up to the next multiple of `cover`, with stamps of `work` at first.

        An own message takes the place of a cover entry of its class, as long as there is room for all of them. Raises
        what `read` raises, before anything is posted.
        """
        progress = self._begin()
        waiting = self._waiting(progress)
        left = len(waiting) + number_of_covers(len(waiting), cover)
        while left and progress.sent.is_reached:
            drawn, waiting = draw_class(), self._waiting(progress)
            classes = [class_of(one.message.raw_head, one.message.head.files) for one in waiting]
            # Without cover entries nothing is to be mixed: what was put aside must not leave a place for one.
            if waiting and (not cover or goes_next(classes, left, drawn)):
                left -= self._advance(waiting[0], work, progress)
            elif cover:
                left -= self._cover(drawn, work, progress)
            else:
                break
        self._read_back(progress)
        return progress.sent

    def post_waiting(self, work: int) -> Sent:
        """Post what waits, and nothing else; raise what `read` raises."""
        progress = self._begin()
        while progress.sent.is_reached and (waiting := self._waiting(progress)):
            self._advance(waiting[0], work, progress)
        self._read_back(progress)
        return progress.sent

    def _begin(self) -> _Progress:
        is_whole = self._read()
        return _Progress(Sent(lost=lost(self.vault) if is_whole else []), is_whole)

    def _waiting(self, progress: _Progress) -> list[Outgoing]:
        """Return what can go out in this session: of each case in order, the smallest case first."""
        cases = (case_id for case_id in self.vault.outbox.queues() if case_id not in progress.held)
        return [one for case_id in cases for one in self.vault.outbox.waiting(case_id)]

    def _cover(self, padded: int, work: int, progress: _Progress) -> bool:
        """Post a cover entry; return whether its place in the session is used up: by one that is refused, too."""
        try:
            post_cover(self.courier.apart(), self.composer.addressees, work, padded)
        except RefusedError as refusal:
            # What waits is tried all the same: only the server's word on that says that it cannot go out.
            progress.sent.refused[None] = _code(refusal)
        except (NetworkError, FormatError):
            progress.sent.is_reached = False
        else:
            progress.sent.covers += 1
        return progress.sent.is_reached

    def _advance(self, first: Outgoing, work: int, progress: _Progress) -> bool:
        """Bring the first message of a case one step on; return whether it is posted now."""
        case_id = first.message.case
        # A share can have been tried and never have come; who was put out since gets none of it.
        is_new = first.state is State.QUEUED or isinstance(first.message.head.body, Share)
        if is_new and not self._is_ready(first, progress):
            return False
        try:
            self._send(first, work)
        except RefusedError as refusal:
            if not self._take_refusal(first, refusal, progress):
                progress.sent.refused[case_id] = _code(refusal)
                progress.held.add(case_id)
            return False
        except (NetworkError, FormatError):
            progress.sent.is_reached = False
            return False
        progress.sent.posted += 1
        return True

    def _is_ready(self, first: Outgoing, progress: _Progress) -> bool:
        """Say whether a message goes out as it is; else it is sealed anew, put aside, dropped, or held."""
        case_id = first.message.case
        if not progress.is_whole:
            progress.held.add(case_id)
            return False
        fate = self._fate(first)
        if fate is Fate.PUT_ASIDE:
            self._put_aside(self.vault.outbox.waiting(case_id), Reason.WOULD_NOT_COUNT)
            return False
        if fate is Fate.DROPPED:
            drop_share(self.vault, self.composer.rosters, first)
            return False
        if fate is Fate.SEALED_ANEW and case_id not in progress.sealed_anew:
            self.composer.seal_anew(self.vault.outbox.waiting(case_id))
            progress.sealed_anew.add(case_id)
            return False
        return True

    def _take_refusal(self, first: Outgoing, refusal: RefusedError, progress: _Progress) -> bool:
        """Do what a refusal asks for; return whether the message, as it is then, can be tried again."""
        case_id = first.message.case
        waiting = self.vault.outbox.waiting(case_id)
        if isinstance(refusal, UnknownCapabilityError) and first.door == DOOR_APPEND:
            # The mailbox has ended, and the recipients go on: the same envelope, by the other door.
            with self.vault.transaction():
                self.vault.outbox.set_destination(first.message.mac, no_mailbox())
        elif _code(refusal) in _TOO_LARGE:
            self._put_aside(waiting, Reason.TOO_LARGE)
        elif _code(refusal) == _UNTIL and case_id not in progress.sealed_anew and self._read():
            # Only now is it known that the log does not have it: sealed twice, it would be said twice.
            left = self.vault.outbox.waiting(case_id)
            if left and left[0].message.mac == first.message.mac:
                self.composer.seal_anew(left)
                progress.sealed_anew.add(case_id)
        else:
            return False
        return True

    def _send(self, one: Outgoing, work: int) -> None:
        mac = one.message.mac
        with self.vault.transaction():
            self.vault.outbox.set_state(mac, State.TRIED)
        policy = self.composer.addressees.roster.policy
        post_to(self.courier.apart(), self.vault.outbox.sealed(one), policy, work, one.door, one.address)
        with self.vault.transaction():
            self.vault.outbox.set_state(mac, State.ACKNOWLEDGED)

    def _fate(self, one: Outgoing) -> Fate:
        """Return what becomes of a message before it goes out for the first time; the log was read to its end."""
        message, addressees = one.message, self.composer.addressees
        arrived = self._arrived_after(one.read_to)
        if self.composer.rosters.is_revoked(message.head.author, addressees.day):
            return Fate.SEALED_ANEW  # by an own key that does not count any more
        if isinstance(message.head.body, Share):
            return share_fate(self.composer, one, arrived)
        if message.case is None or message.head.channel == LOG:
            return Fate.SEALED_ANEW if arrived.intersection(message.head.to) else Fate.GOES_OUT
        case = self.vault.case_store.load(message.case, self.composer.rosters, addressees.day)
        return Fate.PUT_ASIDE if case is None else fate_of(case, message.id, arrived)

    def _arrived_after(self, position: int) -> set[PersonId]:
        """Return who has said after a position that their vault is new: they have lost the keys of before."""
        said = [
            one.message for one in self.vault.messages.about_all_cases() if isinstance(one.message.head.body, Arrived)
        ]
        found = self.vault.log.find(message.mac for message in said)
        late = [one for one in said if one.mac in found and found[one.mac].place.position > position]
        persons = {self.composer.rosters.person_of(one.head.author) for one in late}
        return {person for person in persons if person is not None}

    def _read_back(self, progress: _Progress) -> None:
        """Read what was posted into the index: where the server is restored later, its log differs, and it is no liar.

        After a session that posted cover entries alone too: the server must not see a difference.
        """
        if progress.sent.is_reached:
            with suppress(NetworkError, FormatError):
                self._read()

    def _put_aside(self, waiting: Sequence[Outgoing], reason: Reason) -> None:
        with self.vault.transaction():
            self.vault.outbox.put_aside(waiting, reason)

    def _read(self) -> bool:
        """Read the log, take out of the outbox what it has, and say whether it was read to its end."""
        is_whole = self.read().is_whole
        settle(self.vault)
        return is_whole


def _code(refusal: RefusedError) -> str:
    """Return the server's word for its refusal."""
    return str(refusal.args[0]) if refusal.args else refusal.code
