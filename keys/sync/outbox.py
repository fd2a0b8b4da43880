"""Posting at the end of a session (SPEC 10.5): the outbox in order, mixed with cover entries.

Within a case messages are posted in order; among cases the smallest goes first. Each posting uses its own connection.
The vault records each step before a posting and after its answer, so an interrupted tool can continue.
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
from keys.sync.delivery import post_to
from keys.sync.restored import is_held
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
_TOO_LARGE = ("too-large", "status 413")  # 413: by the server, or by a proxy before it


def settle(vault: Vault) -> None:
    """Remove messages that the log has from the outbox: the index has the mac, whether or not an answer came."""
    with vault.transaction():
        outgoing = vault.outbox.all()
        found = vault.log.find(one.message.mac for one in outgoing)
        for one in outgoing:
            message = one.message
            if message.mac not in found:
                continue
            if message.case is not None and message.head.channel != LOG:
                # It may have no slot for oneself, if own keys had run out.
                vault.messages.add([StoredMessage(message, Way.OWN, until_of(message.head.day))])
            vault.sent.keep(one, vault.outbox.sealed(one))
            vault.outbox.drop(message.mac)


def lost(vault: Vault) -> list[Mac]:
    """Return the own messages that the server acknowledged and then did not show: an alarm about it.

    Call it after a complete sync. While a log that differs waits, it returns no messages.
    """
    if vault.log.lost.waiting() is not None:
        return []
    acknowledged = [one.message.mac for one in vault.outbox.acknowledged()]
    found = vault.log.find(acknowledged)
    return [mac for mac in acknowledged if mac not in found]


@dataclass(slots=True)
class Sent:
    """The result of the end of a session."""

    posted: int = 0  # own messages that the server acknowledged
    covers: int = 0
    lost: list[Mac] = field(default_factory=list)
    refused: dict[CaseId | None, str] = field(default_factory=dict)  # why a case waits for the next session
    is_reached: bool = True
    is_held: bool = False  # a restored vault posts no own messages yet


@dataclass(slots=True)
class _Progress:
    """The progress of a session with its outbox; a case in `held` waits for the next session."""

    sent: Sent
    is_whole: bool  # the log was read to its end
    held: set[CaseId | None] = field(default_factory=set)
    sealed_anew: set[CaseId | None] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Outbox:
    """Posts a vault's outbox; `read` reads the log into the vault and removes what the log has from the outbox."""

    vault: Vault
    courier: Courier
    composer: Composer
    read: Callable[[], LogRead]

    def post(self, work: int, cover: int) -> Sent:
        """Post the outbox, and cover entries up to the next multiple of `cover`, with stamps of `work` at first.

        An own message takes the place of a cover entry of its class, as long as there is room for all of them. Raises
        what `read` raises, before anything is posted.
        """
        progress = self._begin()
        waiting = self._waiting(progress)
        left = len(waiting) + number_of_covers(len(waiting), cover)
        while left and progress.sent.is_reached:
            drawn, waiting = draw_class(), self._waiting(progress)
            classes = [class_of(one.message.raw_head, one.message.head.files) for one in waiting]
            # Without cover entries there is nothing to mix; a message that was put aside must not leave room for one.
            if waiting and (not cover or goes_next(classes, left, drawn)):
                left -= self._advance(waiting[0], work, progress)
            elif cover:
                left -= self._cover(drawn, work, progress)
            else:
                break
        self._read_back(progress)
        return progress.sent

    def post_waiting(self, work: int) -> Sent:
        """Post the outbox without cover entries; raise what `read` raises."""
        progress = self._begin()
        while progress.sent.is_reached and (waiting := self._waiting(progress)):
            self._advance(waiting[0], work, progress)
        self._read_back(progress)
        return progress.sent

    def _begin(self) -> _Progress:
        is_whole = self.read().is_whole
        return _Progress(Sent(lost=lost(self.vault) if is_whole else [], is_held=is_held(self.vault)), is_whole)

    def _waiting(self, progress: _Progress) -> list[Outgoing]:
        """Return the messages that can be posted in this session: of each case in order, the smallest case first."""
        if progress.sent.is_held:
            return []
        cases = (case_id for case_id in self.vault.outbox.queues() if case_id not in progress.held)
        return [one for case_id in cases for one in self.vault.outbox.waiting(case_id)]

    def _cover(self, padded: int, work: int, progress: _Progress) -> bool:
        """Post a cover entry; return whether it used up its place in the session, which a refused one does too."""
        try:
            post_cover(self.courier.isolated(), self.composer.addressees, work, padded)
        except RefusedError as refusal:
            # Own messages are tried all the same: only a refusal of them shows that they cannot be posted.
            progress.sent.refused[None] = _code(refusal)
        except (NetworkError, FormatError):
            progress.sent.is_reached = False
        else:
            progress.sent.covers += 1
        return progress.sent.is_reached

    def _advance(self, first: Outgoing, work: int, progress: _Progress) -> bool:
        """Take the next step with the first message of a case; return whether it is posted now."""
        case_id = first.message.case
        # A share may have been tried and not have arrived; a person who was excluded since must not get it.
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
        """Say whether a message is posted as it is; otherwise seal it again, put it aside, drop or hold it."""
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
        """Handle a refusal; return whether the message, as it is then, can be tried again."""
        case_id = first.message.case
        waiting = self.vault.outbox.waiting(case_id)
        if isinstance(refusal, UnknownCapabilityError) and first.door == DOOR_APPEND:
            # The mailbox has ended, but recipients can continue: the same envelope, by the other door.
            with self.vault.transaction():
                self.vault.outbox.set_destination(first.message.mac, no_mailbox())
        elif _code(refusal) in _TOO_LARGE:
            self._put_aside(waiting, Reason.TOO_LARGE)
        elif _code(refusal) == _UNTIL and case_id not in progress.sealed_anew and self.read().is_whole:
            # Only now is it certain that the log does not have it: sealed twice, it would appear twice.
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
        post_to(self.courier.isolated(), self.vault.outbox.sealed(one), policy, work, one.door, one.address)
        with self.vault.transaction():
            self.vault.outbox.set_state(mac, State.ACKNOWLEDGED)

    def _fate(self, one: Outgoing) -> Fate:
        """Return the fate of a message before it is posted for the first time; the log was read to its end."""
        message, addressees = one.message, self.composer.addressees
        arrived = self._arrived_after(one.read_to)
        if self.composer.rosters.is_revoked(message.head.author, addressees.day):
            return Fate.SEALED_ANEW  # by an own key that no longer counts
        if isinstance(message.head.body, Share):
            return share_fate(self.composer, one, arrived)
        if message.case is None or message.head.channel == LOG:
            return Fate.SEALED_ANEW if arrived.intersection(message.head.to) else Fate.GOES_OUT
        case = self.vault.case_store.load(message.case, self.composer.rosters, addressees.day)
        return Fate.PUT_ASIDE if case is None else fate_of(case, message.id, arrived)

    def _arrived_after(self, position: int) -> set[PersonId]:
        """Return the people who posted `arrived` after a position: they have lost their earlier keys."""
        said = [
            one.message for one in self.vault.messages.about_all_cases() if isinstance(one.message.head.body, Arrived)
        ]
        found = self.vault.log.find(message.mac for message in said)
        late = [one for one in said if one.mac in found and found[one.mac].place.position > position]
        persons = {self.composer.rosters.person_of(one.head.author) for one in late}
        return {person for person in persons if person is not None}

    def _read_back(self, progress: _Progress) -> None:
        """Read the posted entries into the index, to tell a server that is restored later from one that lies.

        It does so also after a session that posted only cover entries: the server must not see a difference.
        """
        if progress.sent.is_reached:
            with suppress(NetworkError, FormatError):
                self.read()

    def _put_aside(self, waiting: Sequence[Outgoing], reason: Reason) -> None:
        with self.vault.transaction():
            self.vault.outbox.put_aside(waiting, reason)


def _code(refusal: RefusedError) -> str:
    """Return the server's code for its refusal."""
    return str(refusal.args[0]) if refusal.args else refusal.code
