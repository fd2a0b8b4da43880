"""A recipient at work: sync, read, answer; everything they do with the server goes through here. It shows nothing."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keys.cases import Alarm, Case, all_cases, compose_reply, compose_share, find_case
from keys.errors import NotEnrolledError
from keys.roster import Addressees, Bundle, Roster
from keys.sealing import Signer, recipients_capability
from keys.sync.fetch import Own, fetch_channel, fetch_feed
from keys.sync.files import SavedFile, save_files
from keys.sync.own_bundles import AWAY, destroy_bundles, publish_bundles, renew_bundles
from keys.sync.post import post_entry, post_message, unwatched
from keys.sync.trust import Trust, load_trust, refresh_trust
from keys.wire import kinds

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from keys.courier import Courier
    from keys.identity import KeyFile
    from keys.sealing import Attachment
    from keys.sync.post import Watch
    from keys.vault import Vault
    from keys.wire.signed import Signed


@dataclass(frozen=True, slots=True)
class Served:
    """What the server says before an envelope is sealed: its day, the work it asks for, and the bundles."""

    day: int
    work: int
    bundles: tuple[Signed, ...]

    @classmethod
    def fetch(cls, courier: Courier) -> Served:
        """Fetch it; the bundles are not verified yet."""
        day, work, bundles = courier.bundles()
        return cls(day, work, tuple(bundles))

    def addressees(self, trust: Trust) -> Addressees:
        """Return who can be sealed to today, all bundles verified.

        Raises RolledBackError when a bundle knows a newer roster than the one served.
        """
        return addressees_of(trust.roster, self.bundles, self.day)


def addressees_of(
    roster: Roster, bundles: Iterable[Signed], today: int, *, last_resort_only: bool = False
) -> Addressees:
    """Return who can be sealed to today, all bundles verified; raise TamperedError for a spoilt one."""
    verified = [Bundle.verify(signed) for signed in bundles]
    return Addressees.choose(roster, verified, today, last_resort_only=last_resort_only)


@dataclass(frozen=True, slots=True)
class Desk:
    """A recipient with an unlocked identity, an open vault and a way to the server."""

    secret: KeyFile = field(repr=False)
    vault: Vault
    courier: Courier

    @property
    def signer(self) -> Signer:
        """The identity that signs."""
        return self.secret.signer()

    def sync(self) -> Trust:
        """Fetch everything, renew and publish bundles, destroy what has served.

        Raises TrustError when the server shows a chain or bundles that do not hold: nothing is fetched then.
        """
        served = Served.fetch(self.courier)
        trust = refresh_trust(self.vault, self.courier, served.day)
        own = self.signer.public
        if trust.roster.find(own) is not None:
            # Before anything is published: a frozen roster is found out by the bundles of those who know a newer one.
            trust.roster.check_not_withheld(Bundle.verify(signed).roster for signed in served.bundles)
            renew_bundles(self.vault, self.signer, served.day, trust.roster.version)
            publish_bundles(self.vault, self.courier, served.bundles, own)
        reader = Own.of(self.vault, own)
        fetch_feed(self.vault, self.courier.apart(), trust, reader, served.day)
        channels = [channel for channel in self.vault.channels() if not channel.gone]
        # In one fixed order, over one connection, the channels would tell the server that they are one person's.
        random.SystemRandom().shuffle(channels)
        for channel in channels:
            fetch_channel(self.vault, self.courier.apart(), reader, channel, served.day)
        destroy_bundles(self.vault)
        return trust

    def be_away(self, until: int) -> Trust:
        """Say in the published keys that we are away up to and with a day; a day that has passed says that we are back.

        Raises what `sync` raises.
        """
        with self.vault.transaction():
            self.vault.put_setting(AWAY, str(until).encode())
        return self.sync()

    def cases(self) -> list[tuple[Case, tuple[Alarm, ...]]]:
        """Return every case that we can read."""
        return all_cases(self.vault, load_trust(self.vault).people, self.signer.public)

    def case(self, number: str) -> tuple[Case, tuple[Alarm, ...]]:
        """Return one case; raise NoCaseError when there is none of this number."""
        return find_case(self.vault, number, load_trust(self.vault).people, self.signer.public)

    def say(
        self, case: Case, body: kinds.Body, attachments: Sequence[Attachment] = (), watch: Watch = unwatched
    ) -> None:
        """Seal a message for the case, post it, and fetch the channel so that it stands there.

        Raises NotEnrolledError when we are no longer on the roster, ChangedError when a file is not what it was.
        """
        served, trust = self._today()
        sealed = compose_reply(case, body, self.signer, served.addressees(trust), served.day, attachments)
        post_message(self.courier.apart(), sealed, served.work, self._capability(case), watch)
        self._fetch_case(case, served.day)

    def confirm_opened(self, case: Case) -> None:
        """Tell the reporter, once, that we have opened the report."""
        if self.signer.public not in case.opened_by:
            self.say(case, kinds.Opened())

    def share(self, case: Case, newcomers: Collection[bytes]) -> None:
        """Let newcomers read the case; raise ExcludedError when the reporter left one of them out."""
        served, trust = self._today()
        sealed = compose_share(case, newcomers, self.signer, served.addressees(trust), served.day)
        post_entry(self.courier.apart(), sealed, served.work)

    def save(self, case: Case, folder: Path, *, again: bool, watch: Watch = unwatched) -> Iterator[SavedFile]:
        """Save the files of a case that are not saved yet, or with `again` those that are not there any more.

        Raises SpaceError before anything is fetched, NetworkError when the line stays broken: the next time goes on.
        """
        return save_files(self.vault, self.courier.apart(), case, folder, again=again, watch=watch)

    def _today(self) -> tuple[Served, Trust]:
        served = Served.fetch(self.courier)
        trust = refresh_trust(self.vault, self.courier, served.day)
        if trust.roster.find(self.signer.public) is None:
            raise NotEnrolledError
        return served, trust

    def _capability(self, case: Case) -> bytes:
        return recipients_capability(case.report.message.content_key)

    def _fetch_case(self, case: Case, day: int) -> None:
        reader = Own.of(self.vault, self.signer.public)
        for channel in self.vault.channels():
            if channel.case == case.id:
                fetch_channel(self.vault, self.courier.apart(), reader, channel, day)
