"""One sync: chain and bundles, the log, the outbox settled, and the steps of a complete sync (SPEC 10.2, 10.3).

It posts no envelope. Keys are destroyed by the day that the server gave before the log was read: an entry that was
acknowledged just before midnight still has its key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keys.cases.destruction import SyncDays
from keys.errors import DiffersError, ExpiredError
from keys.identity import open_log_capability
from keys.roster import LogHead, Witness
from keys.roster.weeks import agree
from keys.sync.basis import Basis, keep_basis
from keys.sync.differing_log import find_difference, is_waiting
from keys.sync.intake import Intake
from keys.sync.key_rotation import destroy_keys, rotate_keys
from keys.sync.last_days import settle_reading
from keys.sync.log_reader import LogReader
from keys.sync.notices import (
    Notice,
    NoticeKind,
    keep_notices,
    load_notices,
    notices_of,
    timer_notice,
    withheld_by,
)
from keys.sync.outbox import lost, settle
from keys.sync.own_keys import OwnKeys
from keys.sync.restored import settle_restored
from keys.sync.served import Served
from keys.sync.settings import COMPLETED, IS_COMPLETE, RESTORED
from keys.sync.settling import settle_cases
from keys.sync.trust import refresh_trust
from keys.sync.witnesses import check_witnesses, naming_later_place
from keys.vault.log_index import LogEnd
from keys.wire.ids import Capability
from keys.wire.log import LogDigest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keys.roster import Bundle
    from keys.sync.delivery import Watch
    from keys.sync.log_reader import LogRead
    from keys.sync.session import RecipientSession
    from keys.sync.trust import Trust
    from keys.vault import Vault


TOLD_DAYS = 28  # how long the first page says that entries ended unread


@dataclass(frozen=True, slots=True)
class Synced:
    """The result of a sync.

    `new_entries` were read, `never_seen` had ended on the server unread, `unfinished` shares wait.
    """

    is_whole: bool = False  # the log was read to its end
    is_complete: bool = False
    never_seen: int = 0
    unfinished: int = 0
    new_entries: int = 0
    asks_to_go_on: bool = False  # it stopped for its size, and the next call continues


@dataclass(slots=True)
class OwnEnvelopes:
    """The envelopes of the own identity that this vault made.

    Until its first complete sync a new or restored vault cannot tell: what it finds then is shown once and is no alarm.
    """

    vault: Vault
    is_new: bool
    found: set[bytes] = field(default_factory=set)

    @classmethod
    def of(cls, vault: Vault) -> OwnEnvelopes:
        """Return the envelopes of a vault as it is now."""
        return cls(vault, is_new=vault.setting(COMPLETED) is None)

    def __contains__(self, mac: bytes) -> bool:
        """Say whether this vault made the envelope, or cannot tell."""
        is_own = self.vault.outbox.is_own(mac)
        if self.is_new and not is_own:
            self.found.add(mac)
            self.vault.outbox.note_own(mac)  # an accepted log can bring it again
        return is_own or self.is_new


def refresh(session: RecipientSession) -> Basis:
    """Fetch bundles and chain, and store them; the server's day comes before any entry is read.

    Raises TrustError if the chain does not verify; then nothing is stored.
    """
    served = Served.fetch(session.courier, every=True)
    try:
        trust = refresh_trust(session.vault, session.courier, session.trust(), served.day)
    except ExpiredError:
        # By the local day if the server's is wrong; the chain may still be right.
        own_day = session.today
        if agree(served.day, own_day):
            raise
        trust = refresh_trust(session.vault, session.courier, session.trust(), own_day)
    session.take_trust(trust)
    basis = Basis(served, session.today)
    keep_basis(session.vault, basis)
    return basis


def read_log(
    session: RecipientSession, day: int, watch: Watch, *, most: int, own: OwnEnvelopes | None = None
) -> LogRead:
    """Read the log into the vault and settle the outbox; `day` is the server's day of before.

    Raises NotEnrolledError if the roster in force does not list the own identity, NetworkError, FormatError.
    """
    vault, trust = session.vault, session.trust()
    was_complete = session.is_complete
    with vault.transaction():
        vault.drop_setting(IS_COMPLETE)  # while pages arrive, a message named on one may be on the next
    intake = Intake(
        vault,
        session.person,
        trust.rosters,
        SyncDays(day, session.today),
        is_own=(OwnEnvelopes.of(vault) if own is None else own).__contains__,
    )
    keys = OwnKeys.of(vault.bundles.all())
    reader = LogReader(
        vault,
        session.courier.isolated(),
        intake,
        Capability(open_log_capability(session.secret, trust.roster)),
        trust.origin,
        keys.pairs_for,
        keys.opens_from,
    )
    try:
        read = reader.read(lambda count: watch(count, 0), most=most)
    except DiffersError:
        # SPEC 10.4: the owner decides; new entries come after all that was read before.
        find_difference(vault, reader.courier, reader.capability, trust.origin)
        read = reader.read(lambda count: watch(count, 0), most=most)
    with vault.transaction():
        intake.forget_unknown()
        vault.parts.forget_before(intake.past)
        vault.sent.forget_before(intake.past)
        if was_complete and read.is_whole:
            vault.put_setting(IS_COMPLETE, b"1")
    settle(vault)
    session.has_read = True
    return read


def synchronise(session: RecipientSession, watch: Watch, most: int) -> Synced:
    """Carry out one sync of a session and store the notices for its owner."""
    vault = session.vault
    try:
        basis = refresh(session)
    finally:
        end_locks(session)  # by the newest roster if one comes: it can list the owner again
    trust, own = session.trust(), OwnEnvelopes.of(vault)
    found = [*notices_of(vault, trust, basis.served, basis.own_day, session.signer.public)]
    if trust.roster.find(session.signer.public) is None:
        keep_notices(vault, found)
        _settle_off_the_roster(session)
        return Synced()
    before = vault.log.end(trust.origin)
    read = read_log(session, basis.served.day, watch, most=most, own=own)
    is_complete = _is_complete(vault, trust, basis, read)
    with vault.transaction():
        vault.drop_setting(IS_COMPLETE)
        if is_complete:
            vault.put_setting(IS_COMPLETE, b"1")
    if read.never_seen and not own.is_new:
        found.append(Notice(NoticeKind.NEVER_SEEN, days=(before.day, session.today), count=read.never_seen))
    else:
        found += _still_told(vault, session.today)
    found += _of_reading(vault, trust, basis, read)
    keep_notices(vault, _told_once(found, own))
    if read.is_whole:
        with vault.transaction():
            vault.drop_setting(RESTORED)
            vault.destroyed.forget_missing()
            if any(notice.kind is NoticeKind.LOST for notice in found):
                vault.outbox.send_again()  # sealed as before: a server that has it does not store it twice
    if is_complete:
        complete(session, basis)
    return Synced(
        is_whole=read.is_whole,
        is_complete=is_complete,
        never_seen=read.never_seen,
        unfinished=read.unfinished,
        new_entries=max(0, read.end.position - before.position - read.never_seen),
        asks_to_go_on=not read.is_whole,
    )


def end_locks(session: RecipientSession) -> None:
    """Destroy the cases that the owner has not read for ninety days: by the local clock, also without a network."""
    person = session.trust().person_of(session.signer.public)
    if person is not None:
        settle_reading(session.vault, session.trust(), session.today, person, [])


def _settle_off_the_roster(session: RecipientSession) -> None:
    """Lock the cases of an owner whom the roster no longer lists: the local clock alone ends them after ninety days."""
    vault, trust = session.vault, session.trust()
    person = trust.person_of(session.signer.public)
    if person is not None:
        ended = vault.reading_ended.all()
        changed = [case_id for case_id in vault.messages.cases() if case_id not in ended]
        settle_reading(vault, trust, session.today, person, changed)


def complete(session: RecipientSession, basis: Basis) -> None:
    """Do what only a complete sync does (SPEC 10.3); network requests come last."""
    vault, trust, served = session.vault, session.trust(), basis.served
    destroy_keys(vault, (served.day, basis.own_day))
    composer = session.composer(basis)
    settle_restored(composer, session.person)
    settle_cases(composer, trust, session.person, SyncDays(served.day, basis.own_day))
    with vault.transaction():
        vault.put_setting(COMPLETED, b"1")
    rotate_keys(vault, session.signer, session.courier, served.day, witness(vault, trust, served.day), served.bundles)


def witness(vault: Vault, trust: Trust, day: int) -> Witness:
    """Return the witness of the own bundles: newest root and roster, and the last entry of an earlier day (SPEC 7.3).

    After a gap it has place 0: the server has forgotten the digest of an entry that ended before this vault came back.
    """
    last = vault.log.last_before(day, trust.origin)
    if last.position < vault.log.end(trust.origin).position and not vault.log.digest_at(
        last.position + 1, trust.origin
    ):
        last = LogEnd(0, 0, LogDigest(trust.origin))
    return Witness(trust.root.id, trust.history.newest.id, LogHead(last.position, last.digest))


def _is_complete(vault: Vault, trust: Trust, basis: Basis, read: LogRead) -> bool:
    """Say whether a sync may destroy and sign: nothing is withheld, and no log that differs waits (SPEC 10.3, 10.4)."""
    return (
        read.is_whole
        and basis.is_trusted
        and not is_waiting(vault)
        and not withheld_by(trust, basis.served)
        and not naming_later_place(vault, trust, _that_count(trust, basis.served))
    )


def _of_reading(vault: Vault, trust: Trust, basis: Basis, read: LogRead) -> Iterator[Notice]:
    if not read.is_whole:
        yield Notice(NoticeKind.TOO_MUCH)
    if is_waiting(vault):
        return  # the other notices follow from the difference
    if read.is_whole and (own := lost(vault)):
        yield Notice(NoticeKind.LOST, count=len(own))
    if read.is_whole and basis.is_trusted and (few := timer_notice(vault, trust.history.rosters, basis.served.day)):
        yield few
    bundles = _that_count(trust, basis.served)
    persons = {*check_witnesses(vault, trust, bundles)}
    if read.is_whole:
        later = naming_later_place(vault, trust, bundles)
        persons.update(entry for one in later if (entry := trust.person_of(one.identity)) is not None)
    if persons:
        yield Notice(NoticeKind.WITNESS, tuple(sorted(trust.persons[person].name for person in persons)))


def _that_count(trust: Trust, served: Served) -> list[Bundle]:
    """Return the bundles of the people on the roster in force, by keys that nothing revokes (SPEC 7.6 step 7)."""
    listed = {entry.identity for entry in trust.roster.recipients if trust.roster.revoked_on(entry.identity) is None}
    return [bundle for bundle in served.bundles if bundle.identity in listed]


def _still_told(vault: Vault, day: int) -> list[Notice]:
    """Return the notices of an earlier sync that the next one cannot find again, while they are recent."""
    return [
        notice
        for notice in load_notices(vault)
        if notice.kind is NoticeKind.NEVER_SEEN and day < notice.days[-1] + TOLD_DAYS
    ]


def _told_once(found: list[Notice], own: OwnEnvelopes) -> list[Notice]:
    """Return the notices of a new or restored vault: what its owner made since is no alarm."""
    if not own.is_new:
        return found
    copied = sum(notice.count for notice in found if notice.kind is NoticeKind.COPIED)
    others = [notice for notice in found if notice.kind is not NoticeKind.COPIED]
    count = copied + len(own.found)
    return [*others, Notice(NoticeKind.SINCE_BACKUP, count=count)] if count else others
