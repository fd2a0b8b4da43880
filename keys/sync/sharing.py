"""Shares that this vault owes to others, and its requests for missing messages, put into the outbox (SPEC 12.4).

Everything here is composed after a complete sync. What was given or answered is recorded in one transaction with the
message that does it.

1. `compose_shares` answers each `arrived` with all that its author may read.
2. It gives each reader what they lack of each case, with the answer to their `lacking`, in one share.
3. `compose_lacking` asks for messages that others name and this vault does not have.
4. `compose_arrived` asks for everything if this vault is new, restored, or was away too long.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases.drafts import Fate, fate_of_share
from keys.cases.lacking import AGAIN_DAYS, answer_to_lacking, answers
from keys.cases.lacking import lacking as lacking_of
from keys.cases.sharing import LastArrived, all_of, answer_to_arrived, owed
from keys.errors import NoCaseError
from keys.sealing import BytesAttachment
from keys.sealing.files import open_files
from keys.vault.outbox_store import Reason, State
from keys.vault.sharing_store import OwnArrived
from keys.wire.ids import CaseId, MessageId
from keys.wire.log import ENTRY_DAYS
from keys.wire.messages import Arrived, Head, Lacking, Report, Share
from keys.wire.messages.archive import ArchivedMessage, encode_archives, parse_archive
from keys.wire.messages.log import MAX_LACKING
from keys.wire.plaintext import message_id

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from keys.cases.case import Case
    from keys.cases.rosters import Rosters
    from keys.sync.composing import Composer
    from keys.vault import Vault
    from keys.vault.message_store import StoredMessage
    from keys.vault.outbox_store import Outgoing
    from keys.wire.ids import PersonId

UNKNOWN_WAIT_DAYS = 7  # SPEC 10.2 step 9


def compose_shares(composer: Composer, owner: PersonId, changed: Iterable[CaseId]) -> int:
    """Put the shares that are owed into the outbox, and return how many.

    `changed` are the cases that have changed since the last time: all if the roster in force has. What cannot be given
    today is examined again next time.
    """
    giving = _Giving(composer, owner, _last_arrived(composer))
    giving.drop_what_was_put_aside()
    count = giving.answer_all_arrived()
    for case_id in sorted({*changed, *composer.vault.sharing.all_put_off()}):
        count += giving.give_owed(case_id)
    return count


def cases_to_look_at(
    composer: Composer, owner: PersonId, case_ids: Iterable[CaseId]
) -> tuple[list[CaseId], list[CaseId]]:
    """Return the few of these cases with messages that may be owed, and those with messages that may be missing.

    It reads many cases together, which takes a tenth of the time of reading them one by one.
    """
    vault, listed, arrived = composer.vault, _listed(composer), _last_arrived(composer)
    asked = vault.sharing.asked_cases()
    owing, lacking = [], []
    for loaded in vault.case_store.load_all(case_ids, composer.rosters, composer.addressees.day):
        case = loaded.case
        if case is None:
            continue
        if loaded.has_asking or owed(case, owner, listed, vault.sharing.given(case.id), arrived):
            owing.append(case.id)
        if case.missing or case.id in asked:
            lacking.append(case.id)
    return owing, lacking


def share_with_newcomers(composer: Composer, owner: PersonId, case_id: CaseId, people: Collection[PersonId]) -> int:
    """Put a whole case into the outbox for the people whom its owner has let in; return the number of shares.

    Call it in one transaction with the `joined` that names them. Raises NoCaseError.
    """
    giving = _Giving(composer, owner, _last_arrived(composer))
    with composer.vault.transaction():
        case = giving.load(case_id)
        if case is None:
            raise NoCaseError
        wanted = {person: all_of(case) for person in people if person in case.readers and person != owner}
        return giving.give(case, wanted)


def compose_lacking(composer: Composer, owner: PersonId, changed: Iterable[CaseId]) -> int:
    """Ask for missing messages in the changed cases, and again for those that did not arrive; return how many ids."""
    vault, day = composer.vault, composer.addressees.day
    count = 0
    for case_id in sorted({*changed, *vault.sharing.asked_once_until(day - AGAIN_DAYS)}):
        case = vault.case_store.load(case_id, composer.rosters, day)
        if case is None or owner not in case.readers:
            continue
        asked = vault.sharing.asked(case_id)
        due = lacking_of(case, asked, _listed(composer), day)
        with vault.transaction():
            vault.sharing.forget_asked(case_id, asked.keys() - {missing.id for missing in case.missing})
            if due is None or not (due.to - {owner}).intersection(composer.addressees.pairs):
                continue
            vault.sharing.note_asked(case_id, due.messages, day)
            for at in range(0, len(due.messages), MAX_LACKING):
                composer.write_to(due.to, Lacking(due.messages[at : at + MAX_LACKING]), case_id)
            count += len(due.messages)
    return count


def compose_arrived(composer: Composer, owner: PersonId, last_complete: int | None) -> bool:
    """Put the own `arrived` into the outbox if it is due, and say whether it was.

    `last_complete` is the day of the previous complete sync, None before the first. Call it before new own bundles are
    made: expired ones are a reason.
    """
    vault, addressees, listed = composer.vault, composer.addressees, _listed(composer)
    is_due = is_arrived_due(vault, composer.rosters, owner, addressees.day, last_complete)
    # People without a key when it was posted, or off the roster, were never asked; now that they say `arrived`
    # themselves, they are back.
    to = listed if is_due else (_arrived_since(composer) & vault.sharing.unreached()).intersection(addressees.pairs)
    if not to.intersection(addressees.pairs):
        return False
    with vault.transaction():
        if is_due:
            own = OwnArrived(addressees.day, vault.log.end(composer.origin).position)
            vault.sharing.note_arrived(own, composer.rosters.everybody.difference(addressees.pairs, {owner}))
        else:
            vault.sharing.note_reached(to)
        composer.write_to(to, Arrived())
    return True


def is_arrived_due(vault: Vault, rosters: Rosters, owner: PersonId, day: int, last_complete: int | None) -> bool:
    """Say whether this vault lacks messages that others have."""
    own = vault.sharing.own_arrived()
    if vault.sharing.is_due() or own is None:
        return True
    if not any(bundle.bundle.covers(day) for bundle in vault.bundles.all()):
        return True  # nobody could seal to this vault
    days = range(day if last_complete is None else last_complete, day)
    if any((listed := rosters.persons_on(one)) is not None and owner not in listed for one in days):
        return True  # off the roster for a while, and back
    # Messages that have not arrived after seven days do not arrive by themselves; the last `arrived` asked for older
    # ones.
    return any(own.day < since <= day - UNKNOWN_WAIT_DAYS for since in vault.messages.unknown_since().values())


def share_fate(composer: Composer, share: Outgoing, arrived: Collection[PersonId]) -> Fate:
    """Return the fate of a share before it is posted for the first time; the log was read to its end."""
    vault, day = composer.vault, composer.addressees.day
    [person] = {*share.message.head.to, *share.message.head.missing}
    shared = [
        (vault.case_store.load(case_id, composer.rosters, day), ids)
        for case_id, ids in contents_of(vault, share).items()
    ]
    return fate_of_share(person, shared, _listed(composer), arrived)


def drop_share(vault: Vault, rosters: Rosters, share: Outgoing) -> None:
    """Remove a share from the outbox; its messages are owed or must be answered again."""
    case_id = share.message.head.case
    with vault.transaction():
        for person in {*share.message.head.to, *share.message.head.missing}:
            for shared, ids in contents_of(vault, share).items():
                vault.sharing.take_back(shared, person, ids)
            asking = vault.messages.about_all_cases() if case_id is None else vault.messages.of_case(case_id)
            vault.sharing.unanswer(
                one.message.mac for one in asking if rosters.person_of(one.message.head.author) == person
            )
        if case_id is not None:
            vault.sharing.put_off(case_id)
        vault.outbox.drop(share.message.mac)


def contents_of(vault: Vault, share: Outgoing) -> dict[CaseId, list[MessageId]]:
    """Return the messages whose keys a share in the outbox holds, by case."""
    mac = share.message.mac
    prefix = vault.outbox.sealed(share).prefix
    raw = b"".join(open_files(prefix, share.size, share.message, lambda number: vault.outbox.part(mac, number)))
    found: dict[CaseId, list[MessageId]] = {}
    for archived in parse_archive(raw):
        head = Head.parse(archived.head)
        one = MessageId(message_id(head.kind, archived.mac, archived.head))
        case_id = CaseId(one) if isinstance(head.body, Report) else head.case
        assert case_id
        found.setdefault(case_id, []).append(one)
    return found


@dataclass(frozen=True, slots=True)
class _Giving:
    """Gives shares for a vault's owner."""

    composer: Composer
    owner: PersonId
    arrived: Mapping[PersonId, LastArrived]

    @property
    def vault(self) -> Vault:
        return self.composer.vault

    def load(self, case_id: CaseId) -> Case | None:
        return self.vault.case_store.load(case_id, self.composer.rosters, self.composer.addressees.day)

    def drop_what_was_put_aside(self) -> None:
        """Drop the shares that were put aside with an earlier message: their owner has nothing to decide."""
        for one in self.vault.outbox.all():
            is_share = isinstance(one.message.head.body, Share) and one.state is State.PUT_ASIDE
            if is_share and one.reason is not Reason.TOO_LARGE:
                drop_share(self.vault, self.composer.rosters, one)

    def answer_all_arrived(self) -> int:
        """Answer all `arrived` of each person who can be sealed to, with one share of all that they may read."""
        said: dict[PersonId, list[bytes]] = {}
        answered = self.vault.sharing.answered()
        for one in self.vault.messages.about_all_cases():
            person = self.composer.rosters.person_of(one.message.head.author)
            is_new = isinstance(one.message.head.body, Arrived) and one.message.mac not in answered
            if is_new and person is not None and person != self.owner:
                said.setdefault(person, []).append(one.message.mac)
        count = 0
        for person, macs in sorted(said.items()):
            if person in self.composer.addressees.pairs:
                with self.vault.transaction():
                    self.vault.sharing.note_answered(macs)
                    self.vault.sharing.forget_given(person)  # their vault no longer has any of it
                    count += self._write(person, None, self._all_for(person))
        return count

    def give_owed(self, case_id: CaseId) -> int:
        """Give each reader of a case the messages that are owed to them, and those they lack."""
        with self.vault.transaction():
            self.vault.sharing.forget_put_off(case_id)
            case = self.load(case_id)
            if case is None:
                return 0
            listed, given = _listed(self.composer), self.vault.sharing.given(case_id)
            wanted = {person: set(ids) for person, ids in owed(case, self.owner, listed, given, self.arrived).items()}
            macs: dict[PersonId, list[bytes]] = {}
            for person, mac, ids in self._lacked(case):
                wanted.setdefault(person, set()).update(ids)
                macs.setdefault(person, []).append(mac)
            waiting = self._waiting_for(case_id)
            for person in [*wanted]:
                # One share for each case, person and session: a waiting share goes first.
                if person in waiting or person not in self.composer.addressees.pairs:
                    self.vault.sharing.put_off(case_id)
                    del wanted[person]
            for person in wanted:
                self.vault.sharing.note_answered(macs.get(person, ()))
            return self.give(case, wanted)

    def give(self, case: Case, wanted: Mapping[PersonId, Collection[MessageId]]) -> int:
        """Give people messages of a case; one who cannot be sealed to is examined again."""
        stored = {one.message.id: one for one in self.vault.messages.of_case(case.id)}
        count = 0
        for person, ids in sorted(wanted.items()):
            if person not in self.composer.addressees.pairs:
                self.vault.sharing.put_off(case.id)
                continue
            self.vault.sharing.note_given(case.id, person, ids)
            count += self._write(person, case.id, self._archived(case, stored, ids))
        return count

    def _write(self, person: PersonId, case_id: CaseId | None, messages: Iterable[ArchivedMessage]) -> int:
        archives = encode_archives(messages)
        for raw in archives:
            self.composer.write_to([person], Share(), case_id, [BytesAttachment.of(raw)])
        return len(archives)

    def _all_for(self, person: PersonId) -> Iterator[ArchivedMessage]:
        for case_id in self.vault.messages.cases():
            case = self.load(case_id)
            ids = answer_to_arrived(case, person) if case is not None else ()
            if case is not None and ids:
                stored = {one.message.id: one for one in self.vault.messages.of_case(case_id)}
                self.vault.sharing.note_given(case_id, person, ids)
                yield from self._archived(case, stored, ids)

    def _archived(
        self, case: Case, stored: dict[MessageId, StoredMessage], ids: Collection[MessageId]
    ) -> Iterator[ArchivedMessage]:
        """Yield messages in the order of their case, in the form of an archive."""
        indexed = self.vault.log.find(one.message.mac for one in stored.values())
        for judged in case.messages:
            if judged.id not in ids:
                continue
            message, placed = stored[judged.id].message, judged.placed
            has_ended = placed.day + ENTRY_DAYS < self.composer.addressees.day
            yield ArchivedMessage(
                key=message.content_key,
                day=placed.day,
                place=placed.place.position or None,
                gone=has_ended or message.mac not in indexed,
                mac=message.mac,
                signature=message.signature,
                head=message.raw_head,
            )

    def _lacked(self, case: Case) -> Iterator[tuple[PersonId, bytes, tuple[MessageId, ...]]]:
        """Yield each `lacking` that this vault answers, by its author and mac, with the messages to give."""
        said = [one for one in self.vault.messages.of_case(case.id) if isinstance(one.message.head.body, Lacking)]
        if not said:
            return
        places = self.vault.log.find(one.message.mac for one in said)
        answered, listed = self.vault.sharing.answered(), _listed(self.composer)
        for one in said:
            mac, body = one.message.mac, one.message.head.body
            person = self.composer.rosters.person_of(one.message.head.author)
            if person is None or person == self.owner or mac in answered or mac not in places:
                continue
            assert isinstance(body, Lacking)
            is_second = any(
                isinstance(other.message.head.body, Lacking)
                and self.composer.rosters.person_of(other.message.head.author) == person
                and not set(body.messages).isdisjoint(other.message.head.body.messages)
                and places[other.message.mac].day + AGAIN_DAYS <= places[mac].day
                for other in said
                if other.message.mac in places
            )
            ids = answer_to_lacking(case, person, body.messages)
            if ids and answers(case, body.messages, self.owner, listed, is_second=is_second):
                yield person, mac, ids

    def _waiting_for(self, case_id: CaseId) -> set[PersonId]:
        """Return the people for whom a share of a case waits in the outbox."""
        waiting: Sequence[Outgoing] = self.vault.outbox.waiting(case_id)
        return {person for one in waiting if isinstance(one.message.head.body, Share) for person in one.message.head.to}


def _listed(composer: Composer) -> frozenset[PersonId]:
    """Return the people on the roster in force."""
    addressees = composer.addressees
    return frozenset(one.person for one in addressees.roster.receiving(addressees.day))


def _arrived_since(composer: Composer) -> set[PersonId]:
    """Return the people who posted `arrived` after the own one."""
    own = composer.vault.sharing.own_arrived()
    return {person for person, last in _last_arrived(composer).items() if own and last.position > own.read_to}


def _last_arrived(composer: Composer) -> dict[PersonId, LastArrived]:
    """Return each person's last `arrived` in the log."""
    vault = composer.vault
    found: dict[PersonId, LastArrived] = {}
    said = [one.message for one in vault.messages.about_all_cases() if isinstance(one.message.head.body, Arrived)]
    indexed = vault.log.find(message.mac for message in said)
    for message in said:
        person = composer.rosters.person_of(message.head.author)
        if person is not None and message.mac in indexed:
            one = LastArrived(indexed[message.mac].place.position, message.head.day)
            found[person] = max(found.get(person, one), one)
    return found
