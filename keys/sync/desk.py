"""A recipient at work: sync, read, answer; everything they do with the server goes through here. It shows nothing."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keys.cases import (
    DEMAND,
    Alarm,
    Case,
    Keeping,
    Summary,
    board_to_be_informed,
    closing_of,
    compose_note,
    compose_reply,
    compose_share,
    compose_tombstone,
    retention_of,
    summarise,
    tombstone_of,
)
from keys.errors import (
    AloneError,
    BoardError,
    EnteredError,
    ExpiredError,
    LockedError,
    MalformedError,
    NobodyLeftError,
    NoCaseError,
    NoIdentityError,
    NotEnrolledError,
    ReasonError,
    RestoredError,
    TextError,
)
from keys.identity import open_log_capability
from keys.roster.weeks import agree
from keys.sealing import Signer, recipients_capability
from keys.sync.ending import BACKUP_WANTED, Tombstone, obey_tombstones, tombstones
from keys.sync.fetch import Own, fetch_channel, fetch_feed
from keys.sync.files import SavedFile, save_files
from keys.sync.key_rotation import AWAY, RESTORED, destroy_keys, rotate_keys
from keys.sync.notices import Notice, keep_notices, load_notices, notices_of
from keys.sync.post import post_entry, post_message, unwatched
from keys.sync.served import Served
from keys.sync.shelf import all_cases, all_summaries, all_words, find_case, read_case
from keys.sync.trust import Trust, load_trust, refresh_trust
from keys.wire import kinds

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path
    from threading import RLock

    from keys.courier import Courier
    from keys.identity import KeyFile
    from keys.roster import Addressees
    from keys.sealing import Attachment, Sealed
    from keys.sync.post import Watch
    from keys.vault import Grave, Vault


@dataclass(frozen=True, slots=True)
class Desk:
    """A recipient with an unlocked identity, an open vault and a way to the server."""

    secret: KeyFile = field(repr=False)
    vault: Vault
    courier: Courier
    clock: Callable[[], dt.datetime]
    # The inbox writes while it fetches: two readers of one channel at once would take its messages for repeated ones.
    turn: RLock = field(default_factory=threading.RLock, repr=False)

    @property
    def signer(self) -> Signer:
        """The identity that signs."""
        return self.secret.signer()

    def sync(self, watch: Watch = unwatched) -> Trust:
        """Fetch everything; then destroy the keys that have served, and sign and publish bundles where that is due.

        `watch` is told before each channel how many are done of how many, and ends it by raising. Raises TrustError
        when the server shows a chain that does not hold: nothing is fetched then. Where the server's day and our own
        cannot both be right, or somebody knows a roster that the server does not show, only reading is done;
        `notices` say so.
        """
        with self.turn:
            # The server's day is asked for before anything is read: what it takes later has another one.
            served = Served.fetch(self.courier, every=True)
            trust = self._trust(served)
            found = notices_of(self.vault, trust, served, (served.day, self._own_day(trust)), self.signer.public)
            keep_notices(self.vault, found)
            reader = Own.of(self.vault, self.signer.public)
            if trust.roster.find(self.signer.public) is not None:
                self._read_feed(trust)
        channels = [channel.id for channel in self.vault.channels() if not channel.gone]
        # In one fixed order, over one connection, the channels would tell the server that they are one person's.
        random.SystemRandom().shuffle(channels)
        for done, name in enumerate(channels):
            watch(done, len(channels))
            with self.turn:
                fetch_channel(self.vault, self.courier.apart(), reader, self.vault.channel(name))
        with self.turn:
            self._settle(served, trust, found)
        return trust

    def _trust(self, served: Served) -> Trust:
        """Refresh the chain by the server's day; by our own where that day is wrong and the chain is not."""
        try:
            return refresh_trust(self.vault, self.courier, served.day)
        except ExpiredError:
            own = self._own_day(load_trust(self.vault))
            if agree(served.day, own):
                raise
            return refresh_trust(self.vault, self.courier, own)

    def _settle(self, served: Served, trust: Trust, found: Sequence[Notice]) -> None:
        """Do what a complete sync may do, where `found` does not speak against it."""
        own, days = self.signer.public, (served.day, self._own_day(trust))
        if agree(*days) and not any(notice.is_withheld for notice in found):
            obey_tombstones(self.vault, self.courier, trust, own)
            destroy_keys(self.vault, days)
            if trust.roster.find(own) is not None:
                rotate_keys(self.vault, self.signer, self.courier, served.day, trust.witness, served.bundles)
        with self.vault.transaction():
            self.vault.drop_setting(RESTORED)

    def notices(self) -> list[Notice]:
        """Return what the last sync found that its owner has to know."""
        return load_notices(self.vault)

    def _own_day(self, trust: Trust) -> int:
        return trust.roster.policy.day(self.clock())

    def _read_feed(self, trust: Trust) -> None:
        capability, reader = open_log_capability(self.secret, trust.roster), Own.of(self.vault, self.signer.public)
        fetch_feed(self.vault, self.courier.apart(), capability, trust, reader)

    def be_away(self, until: int) -> Trust:
        """Say in the published keys that we are away up to and with a day; a day that has passed says that we are back.

        Raises what `sync` raises.
        """
        with self.vault.transaction():
            self.vault.put_setting(AWAY, str(until).encode())
        return self.sync()

    def cases(self) -> list[tuple[Case, tuple[Alarm, ...]]]:
        """Return every case that we can read; raise RestoredError before a restored vault has fetched."""
        self._check_fetched()
        return all_cases(self.vault, load_trust(self.vault).people, self.signer.public)

    def summaries(self, most: int | None = None) -> dict[bytes, Summary]:
        """Return what a list shows of each case, at `most` so many of them read anew.

        Raises RestoredError before a restored vault has fetched.
        """
        self._check_fetched()
        trust = load_trust(self.vault)
        return all_summaries(self.vault, trust.people, self.signer.public, trust.history.newest.version, most=most)

    @property
    def is_restored(self) -> bool:
        """Whether the vault came from a backup and has fetched nothing since."""
        return self.vault.setting(RESTORED) is not None

    @property
    def wants_backup(self) -> bool:
        """Whether a case was destroyed here that the latest backup still holds."""
        return self.vault.setting(BACKUP_WANTED) is not None

    def _check_fetched(self) -> None:
        if self.is_restored:
            raise RestoredError

    def words(self) -> dict[bytes, str]:
        """Return the words to search through, in lower case, of each case that `summaries` has read."""
        return all_words(self.vault)

    def case(self, number: str) -> tuple[Case, tuple[Alarm, ...]]:
        """Return one case.

        Raises NoCaseError when there is none of this number, LockedError when we have stepped back from it, and
        RestoredError before a restored vault has fetched.
        """
        self._check_fetched()
        case, alarms = find_case(self.vault, number, load_trust(self.vault).people, self.signer.public)
        if self.signer.public in case.stepped_back:
            raise LockedError
        return case, alarms

    def say(
        self, case: Case, body: kinds.Body, attachments: Sequence[Attachment] = (), watch: Watch = unwatched
    ) -> None:
        """Seal a message for the case, post it, and fetch the channel so that it stands there.

        Raises TextError when a text is empty or too long, NotEnrolledError when we are no longer on the roster,
        ChangedError when a file is not what it was, EnteredError when consent is asked for that could not count.
        """
        _check(body)
        if case.entered and isinstance(body, kinds.Request):
            raise EnteredError
        with self.turn:
            served, trust = self.today()
            sealed = compose_reply(case, body, self.signer, served.addressees(trust), served.day, attachments)
            post_message(self.courier.apart(), sealed, served.work, self._capability(case), watch)
            self._fetch_case(case)

    def confirm_opened(self, case: Case) -> None:
        """Tell the reporter, once, that we have opened the report."""
        if self.signer.public not in case.opened_by:
            self.say(case, kinds.Opened())

    def note(
        self, case: Case, body: kinds.Body, attachments: Sequence[Attachment] = (), watch: Watch = unwatched
    ) -> Case:
        """Write something into the dossier, which is begun where there is none, and return the case as it is then.

        Case recipients who cannot read the dossier yet are let in first. Raises ExcludedError when `body` names
        somebody who is left out, AloneError for a legal demand that nobody could approve of, and what `say` raises.
        """
        _check(body)
        if isinstance(body, kinds.Filled) and body.form == DEMAND and case.reader_count < 2:
            raise AloneError
        with self.turn:
            served, trust = self.today()
            addressees = served.addressees(trust)
            case = self._begun(case, addressees, served)
            lacking = (case.readers - case.given_to - {self.signer.public}) & set(addressees.bundles)
            if lacking:
                case = self._let_in(case, lacking, "", addressees, served)
            sealed = compose_note(case, body, self.signer, addressees, served.day, attachments)
            return self._append(case, sealed, served, watch)

    def hand_over(self, case: Case, newcomers: Collection[bytes], text: str = "") -> Case:
        """Let newcomers read the case and its dossier, and record it there with the reason.

        Raises ExcludedError when the reporter left one of them out, NotEnrolledError when one has no valid key.
        """
        with self.turn:
            served, trust = self.today()
            addressees = served.addressees(trust)
            return self._let_in(self._begun(case, addressees, served), newcomers, text, addressees, served)

    def step_back(self, case: Case, text: str, to: Collection[bytes] = ()) -> None:
        """Say that we are too near to the case, and read it no more; who takes it over is let in first.

        Raises NobodyLeftError when nobody else would be able to read it, and what `hand_over` raises.
        """
        others = (case.readers | set(to)) - case.people.same_people([self.signer.public])
        if not others:
            raise NobodyLeftError
        if to:
            case = self.hand_over(case, to, text)
        self.note(case, kinds.Conflict(text))

    def reveal(self, case: Case, purpose: str) -> Case:
        """Record in the dossier that we look at who the reporter is, and what for: only then may it be shown.

        Raises NoIdentityError when the reporter has not said it, TextError without a purpose.
        """
        told = [said for said in case.said if isinstance(said.message.head.body, kinds.Identity)]
        if not told:
            raise NoIdentityError
        return self.note(case, kinds.Revealed(told[-1].message.id, purpose))

    def close(self, case: Case, text: str, outcome: kinds.Outcome, until: int | None = None, why: str = "") -> Case:
        """Close a case: what it ended in and how long it is kept for the others, `text` for the reporter.

        Without `until` it is kept as long as the policy says for this outcome. Raises BoardError while the board has
        to be told first, ReasonError for more than the usual term without `why`, and what `say` raises.
        """
        with self.turn:
            served, trust = self.today()
            policy = trust.roster.policy
            if board_to_be_informed(summarise(case, self.signer.public), policy):
                raise BoardError
            keeping = Keeping.of(policy, served.day)
            last = keeping.suggested(outcome.outcome) if until is None else until
            if last > keeping.usual and not why.strip():
                raise ReasonError
            _check(kinds.Closed(text))
            case = self.note(case, outcome)
            case = self.note(case, kinds.Retention(last, why))
            self.say(case, kinds.Closed(text))
            return self._read_again(case)

    def purge(self, case: Case) -> Tombstone:
        """Destroy a case: leave a tombstone for all who have a copy, let the server's copies end, overwrite ours.

        Raises EarlyError before its day, unless a second recipient has approved of it.
        """
        with self.turn:
            served, trust = self.today()
            policy, closed = trust.roster.policy, closing_of(case)
            if closed and retention_of(case) is None:
                # Who was away does not know when it was closed, and needs somebody's word for its day.
                case = self.note(case, kinds.Retention(Keeping.of(policy, closed.day).usual))
            body = tombstone_of(case, policy, served.day)
            sealed = compose_tombstone(case, body, self.signer, served.addressees(trust), served.day)
            post_entry(self.courier.apart(), sealed, served.work)
            # The feed brings it to us as to the others: what is destroyed here has a tombstone there.
            self._read_feed(trust)
            obey_tombstones(self.vault, self.courier, trust, self.signer.public)
            return next(one for one in tombstones(self.vault) if one.case == case.id)

    def tombstones(self) -> list[Tombstone]:
        """Return what stays of the cases that were destroyed, by day; raise RestoredError as `cases` does."""
        self._check_fetched()
        return tombstones(self.vault)

    def refused_tombstones(self) -> list[Grave]:
        """Return the tombstones that nothing allows, by day: somebody says that a case is destroyed, and it is not."""
        return [grave for grave in self.vault.graves.all() if not grave.done]

    def opens_until(self) -> int:
        """Return the last day on which somebody can seal to a weekly key that is here; 0 where there is none."""
        return max((own.bundle.end for own in self.vault.bundles.all() if not own.bundle.last), default=0)

    def save(self, case: Case, folder: Path, *, again: bool, watch: Watch = unwatched) -> Iterator[SavedFile]:
        """Save the files of a case that are not saved yet, or with `again` those that are not there any more.

        Raises SpaceError before anything is fetched, NetworkError when the line stays broken: the next time goes on.
        """
        return save_files(self.vault, self.courier.apart(), case, folder, again=again, watch=watch)

    def _begun(self, case: Case, addressees: Addressees, served: Served) -> Case:
        """Return a case that has a dossier."""
        if case.dossier.begun:
            return case
        sealed = compose_note(case, kinds.Begun(), self.signer, addressees, served.day)
        post_entry(self.courier.apart(), sealed, served.work)
        # The feed would bring it as well; but what we write now has to stand in it.
        with self.vault.transaction():
            self.vault.add_channel(sealed.id, sealed.recipients_capability(), case.id)
        return self._fetch_again(case)

    def _let_in(
        self, case: Case, newcomers: Collection[bytes], text: str, addressees: Addressees, served: Served
    ) -> Case:
        shared = compose_share(case, newcomers, self.signer, addressees, served.day)
        record = kinds.HandedOver(tuple(newcomers), text)
        sealed = compose_note(case, record, self.signer, addressees, served.day)
        post_entry(self.courier.apart(), shared, served.work)
        return self._append(case, sealed, served)

    def _append(self, case: Case, sealed: Sealed, served: Served, watch: Watch = unwatched) -> Case:
        """Post what goes into the dossier, fetch it back, and return the case as it is then."""
        begun = next(said for said in case.dossier.said if said.message.id == case.dossier.begun[0])
        capability = recipients_capability(begun.message.content_key)
        post_message(self.courier.apart(), sealed, served.work, capability, watch)
        return self._fetch_again(case)

    def _fetch_again(self, case: Case) -> Case:
        self._fetch_case(case)
        return self._read_again(case)

    def _read_again(self, case: Case) -> Case:
        found, _ = read_case(self.vault, case.id, load_trust(self.vault).people, self.signer.public)
        if found is None:
            raise NoCaseError
        return found

    def today(self) -> tuple[Served, Trust]:
        """Return what to seal by; raise ClockError where the server's day and our own cannot both be right."""
        served = Served.fetch(self.courier)
        served.check_day(self._own_day(load_trust(self.vault)))
        trust = refresh_trust(self.vault, self.courier, served.day)
        if trust.roster.find(self.signer.public) is None:
            raise NotEnrolledError
        return served, trust

    def _capability(self, case: Case) -> bytes:
        return recipients_capability(case.report.message.content_key)

    def _fetch_case(self, case: Case) -> None:
        reader = Own.of(self.vault, self.signer.public)
        for channel in self.vault.channels(case.id):
            fetch_channel(self.vault, self.courier.apart(), reader, channel)


def _check(body: kinds.Body) -> None:
    """Raise TextError unless every reader would take this body, before anything of it is sealed."""
    try:
        kinds.KINDS[body.KIND].parse(body.members())  # type: ignore[union-attr]
    except MalformedError:
        raise TextError from None
