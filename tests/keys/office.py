"""An office at work in one process: the real server behind a courier without sockets, real vaults, a clock to move."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from dropbox import create_app
from dropbox.config import Config
from dropbox.store.database import Database
from dropbox.store.documents import Documents
from keys import courier as couriers
from keys.cases.report_draft import ReportDraft
from keys.ceremony import (
    Card,
    Changes,
    Draft,
    enrol,
    found,
    join,
    make_roster,
    open_vault,
    parse_roots,
    publish,
    root_key_name,
    unlock,
)
from keys.courier import Courier
from keys.identity import KeyFile, Profile
from keys.receipt import Receipt
from keys.sealing import Attachment
from keys.sync import RecipientSession
from keys.sync.mailbox_reader import ReporterThread, read_mailbox
from keys.sync.reporter import let_in, post_report, say
from keys.sync.served import Served, sealing_basis
from keys.vault.sharing_store import OwnArrived
from keys.wire.messages import Answer
from tests.policies import SMALL

if TYPE_CHECKING:
    from pathlib import Path

    from keys.cases.case import Case
    from keys.policy import Policy
    from keys.roster import Roster, RosterHistory
    from keys.sync import Sent
    from keys.sync.addressees import Addressees
    from keys.wire.ids import Capability, PersonId
    from keys.wire.log import LogEntry, LogPage
    from keys.wire.messages import Body

CHEAP = Profile(time=1, memory_kib=64, lanes=1)  # a test's passphrase guards nothing
START = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
PASSPHRASE = "een wachtwoord voor de proef"
LONG_AGO = 60  # days: the wait after an own `arrived` is over
PEOPLE = (("Secretaris", "secretaris"), ("Bestuurslid 1", "bestuur"), ("Bestuurslid 2", "bestuur"))
POLICY = replace(SMALL, work=4, outside=())

Meddle = Callable[[str, bytes], bytes]
Refuse = Callable[[str], tuple[int, bytes] | None]


class LocalCourier(Courier):
    """A courier to an application in this process; `meddle` and `refuse` are what a server under attack answers."""

    def __init__(
        self, app: object, meddle: Meddle = lambda path, answer: answer, refuse: Refuse = lambda path: None
    ) -> None:
        super().__init__("http://127.0.0.1")
        self._app = app
        self._meddle = meddle
        self._refuse = refuse
        self.asked: list[tuple[LocalCourier, str, str]] = []  # which connection asked for what, with which capability

    def apart(self) -> LocalCourier:
        other = LocalCourier(self._app, self._meddle, self._refuse)
        other.asked, other.deadline = self.asked, self.deadline
        return other

    def _request(self, method: str, path: str, headers: dict[str, str], body: bytes | None) -> bytes:
        self.deadline.left()
        self.asked.append((self, path, headers.get("Authorization", "")))
        refused = self._refuse(path)
        if refused is not None:
            raise couriers._refusal(*refused)
        answer = self._app.test_client().open(path, method=method, headers=headers, data=body)  # type: ignore[attr-defined]
        if answer.status_code not in (couriers.OK, couriers.STORED):
            raise couriers._refusal(answer.status_code, answer.data)
        return self._meddle(path, answer.data)


@dataclass
class Office:
    """A founded organisation, its server, and the homes of its recipients."""

    folder: Path
    now: dt.datetime = START
    meddle: Meddle = field(default=lambda path, answer: answer)
    refuse: Refuse = field(default=lambda path: None)
    drafts: list[Draft] = field(default_factory=list)
    cards: dict[str, Card] = field(default_factory=dict)

    @classmethod
    def open(cls, folder: Path, people: Sequence[tuple[str, str]] = PEOPLE) -> Office:
        office = cls(folder)
        office.root = found(folder, 2, ["a", "b", "c"], office.today, CHEAP)
        office.data = folder / "server"
        office.data.mkdir(mode=0o700)
        config = Config(office.data, "127.0.0.1:0", "http://127.0.0.1", 1, 4, 2**30, 0)
        database = Database(config.database, config.max_database_bytes)
        database.create()
        Documents(database).pin(office.root.id)
        database.close()
        office.app = create_app(config, clock=lambda: office.now)
        for name, role in people:
            office.cards[name] = enrol(folder / name, name, role, PASSPHRASE, office.today, CHEAP)
        office.publish_roster(people=[name for name, _ in people])
        for name, _ in people:
            office.join(name, is_founder=True)
        return office

    @property
    def today(self) -> int:
        return POLICY.day(self.now)

    def clock(self) -> dt.datetime:
        """Return the time of the server and of every recipient."""
        return self.now

    def addressees(self) -> tuple[Served, Addressees]:
        """Return what a reporter seals by today."""
        return sealing_basis(self.courier(), self.history(), self.today)

    def pass_days(self, days: int) -> None:
        """Move the clock on; the server's timer runs on every day, so that no day comes as a surprise."""
        for _ in range(days):
            self.now += dt.timedelta(days=1)
            self.app.extensions["store"].days.on(self.today)

    def pass_thirteen_months(self, *readers: str) -> None:
        """Let every entry that is in the log now end; the board signs a roster, and these recipients sync meanwhile."""
        self.pass_days(200)
        self.publish_roster([*self.cards])
        for days in (0, 200):
            self.pass_days(days)
            for name in readers:
                self.read(name)
        self.app.extensions["store"].expiry.expire(self.today)

    def courier(self) -> LocalCourier:
        return LocalCourier(self.app, self.meddle, self.refuse)

    def make_draft(self, people: Sequence[str], policy: Policy = POLICY, changes: Changes | None = None) -> Draft:
        before = self.drafts[-1] if self.drafts else None
        roots = parse_roots((self.folder / "root.signed").read_bytes())
        cards = [self.cards[name] for name in people]
        return make_roster(roots, before, policy, cards, self.today, changes, lambda doubt: True)

    def publish_roster(self, people: Sequence[str], policy: Policy = POLICY, changes: Changes | None = None) -> Roster:
        """Publish a roster that is in force when this returns: a later one than the first is so on the next day."""
        draft = self.make_draft(people, policy, changes)
        for number, passphrase in ((1, "a"), (3, "c")):
            draft = draft.sign(self.folder / root_key_name(number), passphrase)
        published = publish(draft, self.courier())
        if self.drafts:
            self.pass_days(1)
        self.drafts.append(draft)
        return published

    def announce_roster(self, days: int) -> None:
        """Publish a roster of the same people that is in force in so many days."""
        draft = self.make_draft([*self.cards], changes=Changes(start=self.today + days))
        for number, passphrase in ((1, "a"), (3, "c")):
            draft = draft.sign(self.folder / root_key_name(number), passphrase)
        publish(draft, self.courier())
        self.drafts.append(draft)

    def join(self, name: str, *, is_founder: bool = False) -> None:
        """Join and sync; a founder's vault, which nobody has anything for, takes its `arrived` for said long ago."""
        with self.session(name) as session:
            join(session.vault, session.secret, self.courier(), self.root.id, self.today)
            if is_founder:
                with session.vault.transaction():
                    session.vault.sharing.note_arrived(OwnArrived(self.today - LONG_AGO, 0), ())
            session.sync()

    def add(self, name: str, role: str) -> None:
        """Enrol another recipient and publish the roster that lists them too."""
        self.cards[name] = enrol(self.folder / name, name, role, PASSPHRASE, self.today, CHEAP)
        self.publish_roster([*self.cards])
        self.join(name)

    def rekey(self, name: str, *, stolen: bool = False) -> str:
        """Give a recipient a new key, as the board does after a lost computer; return the name of the old home."""
        old, known = f"{name} oud", self.roster().find(self.identity(name))
        assert known
        (self.folder / name).rename(self.folder / old)
        self.cards[old] = self.cards[name]
        self.cards[name] = enrol(self.folder / name, name, known.role, PASSPHRASE, self.today, CHEAP)
        changes = Changes(replaced={self.identity(name): known.person}, revoked=[self.identity(old)] if stolen else [])
        self.publish_roster([person.name for person in self.roster().recipients], changes=changes)
        self.join(name)
        return old

    def add_card(self, name: str) -> None:
        """Publish the roster that lists somebody who has made a card."""
        [card] = (self.folder / name).glob("*.card")
        self.cards[name] = Card.parse(card.read_bytes())
        self.publish_roster([*self.cards])

    def secret(self, name: str) -> KeyFile:
        return unlock(self.folder / name, PASSPHRASE)

    def identity(self, name: str) -> bytes:
        return self.cards[name].bundle.identity

    @contextmanager
    def session(self, name: str, courier: Courier | None = None) -> Iterator[RecipientSession]:
        """Open the session of a recipient; nothing is posted unless the test ends it."""
        secret = unlock(self.folder / name, PASSPHRASE)
        with open_vault(self.folder / name, secret) as vault:
            yield RecipientSession(secret, vault, courier or self.courier(), self.clock)

    def read(self, name: str) -> list[Case]:
        """Sync as this recipient and return the cases that they read."""
        with self.session(name) as session:
            session.sync()
            return session.cases()

    def end(self, name: str) -> Sent:
        """Sync as this recipient, and end the session: what waits is posted, and cover entries."""
        with self.session(name) as session:
            session.sync()
            return session.end()

    def roster(self) -> Roster:
        return self.history().newest

    def history(self) -> RosterHistory:
        return self.drafts[-1].finished()

    def person(self, name: str) -> PersonId:
        """Return the person whom the newest roster calls so."""
        return next(one.person for one in self.roster().recipients if one.name == name)

    def report(
        self,
        text: str = "Er ging iets mis.",
        without: Sequence[str] = (),
        attachments: Sequence[Attachment] = (),
        **others: Any,
    ) -> Receipt:
        """Report as the page does and return the code."""
        receipt = Receipt.draw()
        chosen = {one.person for one in self.roster().recipients if one.name not in without}
        draft = ReportDraft(**{"text": text, "topic": "anders", "language": "nl"} | others)
        post_report(self.courier(), self.history(), receipt, draft, chosen, self.today, attachments)
        return receipt

    def thread(self, receipt: Receipt) -> ReporterThread:
        return read_mailbox(self.courier(), self.history(), receipt)

    def answer(self, receipt: Receipt, text: str, attachments: Sequence[Attachment] = ()) -> None:
        self.say(receipt, Answer(text), attachments)

    def say(self, receipt: Receipt, body: Body, attachments: Sequence[Attachment] = ()) -> None:
        """Say something in the thread, as its reporter."""
        say(self.courier(), self.history(), receipt, self.thread(receipt), body, self.today, attachments)

    def let_in(self, receipt: Receipt, *names: str) -> None:
        """Let people in as the reporter, and give them all of the thread."""
        people = [self.person(name) for name in names]
        let_in(self.courier(), self.history(), receipt, self.thread(receipt), people, self.today)

    def attachment(self, name: str, content: bytes, media_type: str = "") -> Attachment:
        """Return a file of this content to send along under any name."""
        path = self.folder / f"attached-{secrets.token_hex(4)}"
        path.write_bytes(content)
        return Attachment.read(path, name, media_type)


class Paging(LocalCourier):
    """A line on which a server gives one entry of the log at a time."""

    def __init__(self, office: Office) -> None:
        super().__init__(office.app, office.meddle, office.refuse)

    def apart(self) -> Paging:
        return self

    def log(self, capability: Capability, after: str, most: int | None = None) -> LogPage[LogEntry]:
        return super().log(capability, after, 1 if most is None else most)
