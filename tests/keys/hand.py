"""A recipient with an open vault who reads the log, writes and posts, as a session of the tool does."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keys.cases.destruction import SyncDays
from keys.cases.rosters import Rosters
from keys.ceremony import open_vault
from keys.errors import NetworkError
from keys.identity import open_log_capability, private_pair
from keys.roster import Bundle
from keys.sync.addressees import Addressees
from keys.sync.composing import Composer
from keys.sync.intake import Intake
from keys.sync.log_reader import LogReader
from keys.sync.outbox import Outbox, settle
from keys.sync.trust import load_trust, refresh_trust
from keys.vault.outbox_store import State
from keys.wire.ids import Capability, CaseId
from tests.keys.office import LocalCourier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keys.cases.case import Case
    from keys.courier import Courier
    from keys.identity import KeyFile
    from keys.sync.log_reader import LogRead
    from keys.sync.outbox import Sent
    from keys.vault import Vault
    from keys.vault.outbox_store import Outgoing
    from keys.wire.ids import MessageId, PersonId
    from keys.wire.messages import Body
    from tests.keys.log_writer import Posted
    from tests.keys.office import Office

WORK = 4


@dataclass
class Hand:
    """A recipient's acts with their vault; `courier` is the connection of the session."""

    name: str
    vault: Vault
    secret: KeyFile
    courier: Courier
    day: int

    def __post_init__(self) -> None:
        refresh_trust(self.vault, self.courier, load_trust(self.vault), self.day)

    @property
    def person(self) -> PersonId:
        people = load_trust(self.vault).history.newest.recipients
        return next(one.person for one in people if one.name == self.name)

    @property
    def capability(self) -> Capability:
        """Return the log's capability."""
        return Capability(open_log_capability(self.secret, load_trust(self.vault).roster))

    @property
    def rosters(self) -> Rosters:
        return Rosters(load_trust(self.vault).history.rosters)

    @property
    def composer(self) -> Composer:
        trust = load_trust(self.vault)
        _, _, bundles = self.courier.bundles()
        addressees = Addressees.on(
            trust.history, [Bundle.verify(signed) for signed in bundles], self.day, trust.documents
        )
        return Composer(self.vault, self.secret.signer(), self.rosters, addressees, trust.origin)

    @property
    def outbox(self) -> Outbox:
        return Outbox(self.vault, self.courier, self.composer, self._read_and_settle)

    def read(self) -> LogRead:
        trust = load_trust(self.vault)
        pairs = [private_pair(own.seed) for own in self.vault.bundles.all()]
        intake = Intake(
            self.vault, self.person, self.rosters, SyncDays(self.day, self.day), is_own=self.vault.outbox.is_own
        )
        origin = trust.origin
        return LogReader(self.vault, self.courier, intake, self.capability, origin, lambda until: pairs).read()

    def _read_and_settle(self) -> LogRead:
        read = self.read()
        settle(self.vault)
        return read

    def case(self, case_id: CaseId) -> Case:
        found = self.vault.case_store.load(case_id, self.rosters, self.day)
        assert found
        return found

    def write(self, case_id: CaseId, body: Body, **others: object) -> MessageId:
        """Write a message, with the whole case on the screen."""
        screen = [message.id for message in self.case(case_id).messages]
        return self.composer.write(case_id, body, screen, **others)  # type: ignore[arg-type]

    def post(self, cover: int = 0) -> Sent:
        return self.outbox.post(WORK, cover)


@contextmanager
def hand_of(office: Office, name: str, courier: Courier | None = None) -> Iterator[Hand]:
    secret = office.secret(name)
    with open_vault(office.folder / name, secret) as vault:
        yield Hand(name, vault, secret, courier or office.courier(), office.today)


@dataclass
class Deaf(LocalCourier):
    """A connection on which the server accepts postings, but its answers are lost."""

    office: Office
    taken: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(self.office.app)  # type: ignore[attr-defined]

    def isolated(self) -> Deaf:
        return self

    def _request(self, method: str, path: str, headers: dict[str, str], body: bytes | None) -> bytes:
        answer = super()._request(method, path, headers, body)
        if path == "/envelopes":
            self.taken.append(path)
            raise NetworkError("cut")
        return answer


def id_of(report: Posted) -> CaseId:
    return CaseId(report.message.id)


def put_aside(vault: Vault, case_id: CaseId) -> list[Outgoing]:
    """Return the messages of a case that were put aside, for their owner to decide."""
    return [one for one in vault.outbox.all() if one.message.case == case_id and one.state is State.PUT_ASIDE]


def kinds(case: Case) -> list[str]:
    return [message.placed.head.kind for message in case.messages]


def case_of(office: Office, name: str, report: Posted) -> Case:
    with hand_of(office, name) as hand:
        hand.read()
        return hand.case(id_of(report))


def refusing(office: Office, status: int, answer: bytes) -> None:
    office.refuse = lambda path: (status, answer) if path == "/envelopes" else None
