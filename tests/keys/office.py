"""An office in one process: the real server, a courier without sockets, real vaults, and a movable clock."""

from __future__ import annotations

import datetime as dt
import functools
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
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
    from keys.cases.case import Case
    from keys.policy import Policy
    from keys.roster import Roster, RosterHistory
    from keys.sync import Sent
    from keys.sync.addressees import Addressees
    from keys.wire.ids import Capability, PersonId
    from keys.wire.log import LogEntry, LogPage
    from keys.wire.messages import Body

CHEAP = Profile(time=1, memory_kib=64, lanes=1)  # a test's passphrase protects nothing
START = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
PASSPHRASE = "een wachtwoord voor de proef"
LONG_AGO = 60  # days: the wait after an own `arrived` has ended
PEOPLE = (("Secretaris", "secretaris"), ("Bestuurslid 1", "bestuur"), ("Bestuurslid 2", "bestuur"))
POLICY = replace(SMALL, work=4, decoys_per_week=0, outside=())  # no timer runs here

Meddle = Callable[[str, bytes], bytes]
Refuse = Callable[[str], tuple[int, bytes] | None]


class LocalCourier(Courier):
    """A courier to an application in this process; `meddle` and `refuse` are the answers of a server under attack."""

    def __init__(
        self, app: object, meddle: Meddle = lambda path, answer: answer, refuse: Refuse = lambda path: None
    ) -> None:
        super().__init__("http://127.0.0.1")
        self._app = app
        self._meddle = meddle
        self._refuse = refuse
        self.asked: list[tuple[LocalCourier, str, str]] = []  # connection, request and capability

    def isolated(self) -> LocalCourier:
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


_FOLDER = tempfile.TemporaryDirectory(prefix="meldbus-office-")  # removed when the process ends


@functools.cache
def _template() -> Office:
    return Office.open(Path(_FOLDER.name) / "ready")


@functools.cache
def _settled() -> Office:
    office = _template().copy_to(Path(_FOLDER.name) / "settled")
    for name, _ in (*PEOPLE, *PEOPLE):
        office.end(name)
    return office


@dataclass
class Office:
    """A founded organisation, its server, and the homes of its recipients."""

    folder: Path
    now: dt.datetime = START
    meddle: Meddle = field(default=lambda path, answer: answer)
    refuse: Refuse = field(default=lambda path: None)
    drafts: list[Draft] = field(default_factory=list)
    cards: dict[str, Card] = field(default_factory=dict)
    policy: Policy = POLICY
    _published: tuple[Draft, RosterHistory] | None = None  # the last draft, and the rosters up to it

    @classmethod
    def open(cls, folder: Path, people: Sequence[tuple[str, str]] = PEOPLE, policy: Policy = POLICY) -> Office:
        folder.mkdir(exist_ok=True)
        office = cls(folder, policy=policy)
        office.root = found(folder, 2, ["a", "b", "c"], office.today, CHEAP)
        office.data = folder / "server"
        office.data.mkdir(mode=0o700)
        config = office.config
        database = Database(config.database, config.max_database_bytes)
        database.create()
        Documents(database).pin(office.root.id)
        database.close()
        office.start_server()
        for name, role in people:
            office.cards[name] = enrol(folder / name, name, role, PASSPHRASE, office.today, CHEAP)
        office.publish_roster(people=[name for name, _ in people])
        for name, _ in people:
            office.join(name, is_founder=True)
        return office

    @classmethod
    def ready(cls, folder: Path) -> Office:
        """Return an office like any other `ready` one, with the same keys: this takes a tenth of the time."""
        return _template().copy_to(folder)

    @classmethod
    def settled(cls, folder: Path) -> Office:
        """Return an office whose vaults have all posted `arrived` and been answered."""
        return _settled().copy_to(folder)

    def copy_to(self, folder: Path) -> Office:
        """Return a copy of this office, with its own server."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        copy = replace(self, folder=folder, drafts=[*self.drafts], cards=dict(self.cards))
        copy.root = self.root
        copy.data = folder / "server"
        copy.start_server()
        return copy

    @property
    def config(self) -> Config:
        """The settings of the server."""
        return Config(self.data, "127.0.0.1:0", "http://127.0.0.1", 1, 4, 2**30, 0)

    def start_server(self) -> None:
        """Start the server on its database."""
        self.app = create_app(self.config, clock=self.clock)

    @property
    def today(self) -> int:
        return POLICY.day(self.now)

    def clock(self) -> dt.datetime:
        """Return the time of the server and of every recipient."""
        return self.now

    def addressees(self) -> tuple[Served, Addressees]:
        """Return the server's answer and the recipients to whom a reporter seals today."""
        return sealing_basis(self.courier(), self.history(), self.today)

    def pass_days(self, days: int) -> None:
        """Move the clock forward; the server's timer runs on every day, so that no day is skipped."""
        for _ in range(days):
            self.now += dt.timedelta(days=1)
            self.app.extensions["store"].days.on(self.today)

    def pass_thirteen_months(self, *readers: str) -> None:
        """Let every current entry of the log end; the board signs a roster, and these recipients sync meanwhile."""
        self.pass_days(200)
        self.publish_roster([*self.cards])
        for days in (0, 200):
            self.pass_days(days)
            for name in readers:
                self.read(name)
        self.app.extensions["store"].expiry.expire(self.today)

    def courier(self) -> LocalCourier:
        return LocalCourier(self.app, self.meddle, self.refuse)

    def make_draft(self, people: Sequence[str], policy: Policy | None = None, changes: Changes | None = None) -> Draft:
        before = self.drafts[-1] if self.drafts else None
        roots = parse_roots((self.folder / "root.signed").read_bytes())
        cards = [self.cards[name] for name in people]
        return make_roster(roots, before, policy or self.policy, cards, self.today, changes, lambda doubt: True)

    def publish_roster(
        self, people: Sequence[str], policy: Policy | None = None, changes: Changes | None = None
    ) -> Roster:
        """Publish a roster that is in force when this returns: on the next day, except for the first one."""
        draft = self.make_draft(people, policy, changes)
        for number, passphrase in ((1, "a"), (3, "c")):
            draft = draft.sign(self.folder / root_key_name(number), passphrase)
        published = publish(draft, self.courier())
        if self.drafts:
            self.pass_days(1)
        self.drafts.append(draft)
        return published

    def announce_roster(self, days: int) -> None:
        """Publish a roster of the same people that is in force in this many days."""
        draft = self.make_draft([*self.cards], changes=Changes(start=self.today + days))
        for number, passphrase in ((1, "a"), (3, "c")):
            draft = draft.sign(self.folder / root_key_name(number), passphrase)
        publish(draft, self.courier())
        self.drafts.append(draft)

    def join(self, name: str, *, is_founder: bool = False) -> None:
        """Join and sync; a founder's vault, for which nobody has anything, treats its `arrived` as posted long ago."""
        with self.session(name) as session:
            join(session.vault, session.secret, self.courier(), self.root.id, self.today)
            if is_founder:
                with session.vault.transaction():
                    session.vault.sharing.note_arrived(OwnArrived(self.today - LONG_AGO, 0), ())
            session.sync()

    def add(self, name: str, role: str) -> None:
        """Enrol another recipient and publish a roster with them."""
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
        """Publish a roster with somebody who has made a card."""
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
        """Sync as this recipient and return their cases."""
        with self.session(name) as session:
            session.sync()
            return session.cases()

    def end(self, name: str) -> Sent:
        """Sync as this recipient, and end the session: it posts the outbox, and cover entries."""
        with self.session(name) as session:
            session.sync()
            return session.end()

    def roster(self) -> Roster:
        return self.history().newest

    def history(self) -> RosterHistory:
        if self._published is None or self._published[0] is not self.drafts[-1]:
            self._published = self.drafts[-1], self.drafts[-1].finished()
        return self._published[1]

    def person(self, name: str) -> PersonId:
        """Return the person with this name on the newest roster."""
        return next(one.person for one in self.roster().recipients if one.name == name)

    def report(
        self,
        text: str = "Er ging iets mis.",
        without: Sequence[str] = (),
        attachments: Sequence[Attachment] = (),
        **others: Any,
    ) -> Receipt:
        """Report as the page does, and return the code."""
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
        """Send a message in the thread, as its reporter."""
        say(self.courier(), self.history(), receipt, self.thread(receipt), body, self.today, attachments)

    def let_in(self, receipt: Receipt, *names: str) -> None:
        """Let people in as the reporter, and share the whole thread with them."""
        people = [self.person(name) for name in names]
        let_in(self.courier(), self.history(), receipt, self.thread(receipt), people, self.today)

    def attachment(self, name: str, content: bytes, media_type: str = "") -> Attachment:
        """Return an attachment with this content and name."""
        path = self.folder / f"attached-{secrets.token_hex(4)}"
        path.write_bytes(content)
        return Attachment.read(path, name, media_type)


class Paging(LocalCourier):
    """A connection on which a server returns one entry of the log at a time."""

    def __init__(self, office: Office) -> None:
        super().__init__(office.app, office.meddle, office.refuse)

    def isolated(self) -> Paging:
        return self

    def log(self, capability: Capability, after: str, most: int | None = None) -> LogPage[LogEntry]:
        return super().log(capability, after, 1 if most is None else most)
