"""An example organisation with every key in hand, for tests and benches; it never talks to a server."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from keys.receipt import Receipt
from keys.roster import (
    Bundle,
    LogHead,
    Recipient,
    Revoked,
    Root,
    Roster,
    RosterHistory,
    Witness,
    read_unsigned,
    root_document,
    roster_document,
)
from keys.roster.roster import SEALED_CAPABILITY_SIZE
from keys.roster.weeks import last_day, monday, until_of
from keys.sealing import PrivatePair, Sealed, Signer, seal_cover, seal_head
from keys.sync.addressees import Addressees
from keys.wire.canonical import Json, b64, encode
from keys.wire.envelope import SMALLEST_CLASS
from keys.wire.ids import PERSON_SIZE, CaseId, IdentityKey, MessageId, PersonId, RosterId
from keys.wire.messages import Body, Head, Report
from keys.wire.posting import DOOR_APPEND, DOOR_OPEN, Posting, append_address, mailbox_address, random_address
from keys.wire.signed import LABEL_BUNDLE, LABEL_ROOT, LABEL_ROSTER, Signed, join_chain, join_publication, split_chain
from keys.wire.stamp import make_stamp
from tests.policies import example

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keys.policy import Policy

ROOT_DAYS = 3650
ROSTER_DAYS = 390

RECIPIENTS = (("Secretaris", "secretaris"), ("Bestuurslid 1", "bestuur"), ("Bestuurslid 2", "bestuur"))
POLICY = example()


@dataclass(frozen=True)
class Person:
    """A recipient with every private half: the identity's, the weekly and the last-resort bundle's."""

    name: str
    role: str
    person: PersonId = field(default_factory=lambda: PersonId(secrets.token_bytes(PERSON_SIZE)))
    signer: Signer = field(default_factory=Signer.generate)
    weekly: PrivatePair = field(default_factory=PrivatePair.generate)
    last_resort: PrivatePair = field(default_factory=PrivatePair.generate)

    @property
    def identity(self) -> bytes:
        """The identity key by which the roster lists this person."""
        return self.signer.public

    @property
    def pairs(self) -> tuple[PrivatePair, PrivatePair]:
        """Both private pairs, weekly first."""
        return self.weekly, self.last_resort

    def bundle(self, day: int, seen: Witness, *, last: bool = False, serial: int = 1) -> Signed:
        """Return a bundle of the week of `day`, signed by this person, whose tool has seen `seen`."""
        public = (self.last_resort if last else self.weekly).public
        made = Bundle(
            identity=self.identity,
            serial=serial,
            box=public.box,
            kem=public.kem,
            start=monday(day),
            end=last_day(monday(day), last=last),
            last=last,
            week=monday(day),
            seen=seen,
            away=None,
            formats=(1,),
        )
        return sign(made.members(), LABEL_BUNDLE, [self.signer])


@dataclass(frozen=True)
class Reported:
    """A report with the receipt that its reporter keeps, and what its readers compute."""

    receipt: Receipt
    sealed: Sealed
    posting: Posting

    @property
    def reporter(self) -> bytes:
        """The reporter's capability of the mailbox."""
        return self.receipt.capability()

    @property
    def writers(self) -> bytes:
        """The writers' capability of the mailbox."""
        return self.sealed.writers_capability()


@dataclass
class Organisation:
    """Root keys, people, and every root and roster so far; the last of each is the one that counts."""

    today: int
    k: int
    holders: list[Signer]
    people: list[Person]
    policy: Policy
    log_capability: bytes
    roots: list[Signed]
    rosters: list[Signed] = field(default_factory=list)
    revoked: list[bytes] = field(default_factory=list)
    texts: dict[bytes, bytes] = field(default_factory=dict)  # every document so far, by its hash
    _roster: Roster | None = None

    @classmethod
    def found(
        cls,
        today: int | None = None,
        recipients: Iterable[tuple[str, str]] = RECIPIENTS,
        k: int = 2,
        n: int = 3,
        policy: Policy = POLICY,
    ) -> Organisation:
        """Found an organisation of these (name, role); without `today` it is the real day."""
        day = policy.day(dt.datetime.now(dt.UTC)) if today is None else today
        holders = [Signer.generate() for _ in range(n)]
        document = root_document(1, None, [holder.public for holder in holders], k, day + ROOT_DAYS)
        people = [Person(name, role) for name, role in recipients]
        first = sign(document, LABEL_ROOT, holders[:k])
        made = cls(day, k, holders, people, policy, secrets.token_bytes(32), [first])
        made.renew_roster()
        return made

    @property
    def fingerprint(self) -> bytes:
        """The id of the first root: what a server pins and a poster carries."""
        return self.roots[0].id(LABEL_ROOT)

    @property
    def root(self) -> Root:
        """The newest root, verified along the whole chain."""
        return Root.verify_chain(self.roots, self.fingerprint)

    @property
    def roster(self) -> Roster:
        """The newest roster, verified."""
        assert self._roster
        return self._roster

    def signed_root_after(self, holders: Sequence[Signer], k: int, signers: Sequence[Signer]) -> Signed:
        """Return a root of other holders that follows the newest one; it does not count yet."""
        root = self.root
        keys = [holder.public for holder in holders]
        document = root_document(root.version + 1, root.id, keys, k, self.today + ROOT_DAYS)
        return sign(document, LABEL_ROOT, signers)

    def renew_root(self, holders: list[Signer], k: int) -> None:
        """Hand the root over to other holders; the roster that follows has to be renewed too."""
        self.roots.append(self.signed_root_after(holders, k, [*self.holders[: self.k], *holders[:k]]))
        self.holders, self.k = holders, k
        self.renew_roster()

    def signed_roster(
        self, *, signers: Sequence[Signer] | None = None, start: int | None = None, until: int | None = None
    ) -> Signed:
        """Return a roster of the present people that follows the newest one; it does not count yet."""
        first = self.today if start is None else start
        self.texts |= {hashlib.sha256(document).digest(): document for document in self.policy.documents().values()}
        document = roster_document(
            root=self.root,
            previous=self._roster,
            start=first,
            until=first + ROSTER_DAYS if until is None else until,
            log=hashlib.sha256(self.log_capability).digest(),
            policy=self.policy,
            recipients=[
                Recipient(
                    person=person.person,
                    identity=person.identity,
                    name=person.name,
                    role=person.role,
                    start=first,
                    end=first + ROSTER_DAYS,
                    box=secrets.token_bytes(32),
                    log=secrets.token_bytes(SEALED_CAPABILITY_SIZE),
                )
                for person in self.people
            ],
            revoked=[Revoked(identity, self.today) for identity in self.revoked],
        )
        return sign(document, LABEL_ROSTER, self.holders[: self.k] if signers is None else signers)

    def renew_roster(
        self, *, log_capability: bytes | None = None, policy: Policy | None = None, start: int | None = None
    ) -> Signed:
        """Sign the next roster, of the people as they are now, and let it count from `start` or today on."""
        self.log_capability = log_capability or self.log_capability
        self.policy = policy or self.policy
        self.rosters.append(self.signed_roster(start=start))
        self._roster = Roster.verify(self.rosters[-1], self.root)
        return self.rosters[-1]

    @property
    def history(self) -> RosterHistory:
        """Every roster so far, verified."""
        return RosterHistory.verify(self.rosters, self.root)

    def chain(self) -> bytes:
        """Return the frames of every root and the newest roster, as `GET /chain` gives them."""
        in_force = [at for at, signed in enumerate(self.rosters) if self._start(signed) <= self.today]
        return join_chain(self.roots, self.rosters[in_force[-1] :])

    def publication(self) -> bytes:
        """Return the same as `POST /chain` takes it, with the documents of texts."""
        roots, rosters = split_chain(self.chain())
        return join_publication(roots, rosters, self.texts_of(rosters))

    def texts_of(self, rosters: Iterable[Signed]) -> list[bytes]:
        """Return the documents of texts that these rosters name."""
        named = [digest for signed in rosters for digest in read_unsigned(signed).texts.values()]
        return [self.texts[digest] for digest in dict.fromkeys(named)]

    def _start(self, signed: Signed) -> int:
        start = signed.members()["from"]
        assert isinstance(start, int)
        return start

    def bundles(self, *, serial: int = 1) -> list[Signed]:
        """Return the weekly and the last-resort bundle of everybody, by identity, weekly first."""
        return [
            person.bundle(self.today, self.witness, last=last, serial=serial + last)
            for person in sorted(self.people, key=lambda person: person.identity)
            for last in (False, True)
        ]

    @property
    def documents(self) -> frozenset[bytes]:
        """The ids of every root and roster so far."""
        roots, rosters = self.roots, self.rosters
        return frozenset([*(one.id(LABEL_ROOT) for one in roots), *(one.id(LABEL_ROSTER) for one in rosters)])

    @property
    def witness(self) -> Witness:
        """What a tool has seen that has read everything; the log has no digests yet."""
        return Witness(self.root.id, self.roster.id, LogHead(0, self.fingerprint))

    def addressees(self) -> Addressees:
        """Return whom an envelope of today is sealed to, by the bundles above."""
        return Addressees.on(self.history, map(Bundle.verify, self.bundles()), self.today, self.documents)

    @property
    def until(self) -> int:
        """The last day on which the server takes an envelope of today."""
        return until_of(self.today)

    def report(self, text: str = "Een melding.", without: Sequence[Person] = ()) -> Reported:
        """Seal and stamp a report to everybody but `without`, as the page would."""
        receipt = Receipt.draw()
        own = PrivatePair.from_seeds(receipt.box_seed(), receipt.kem_seed()).public
        mailbox = hashlib.sha256(receipt.capability()).digest()
        body = Report(text=text, box=own.box, kem=own.kem, mailbox=mailbox, topic="anders", language="nl")
        readers = [person for person in self.people if person not in without]
        head = replace(self._head(None, receipt, body, readers), without=_named(without))
        sealed = self._seal(head, None, receipt, readers)
        return Reported(
            receipt, sealed, self._posted(sealed, mailbox_address(receipt.capability(), sealed.writers_capability()))
        )

    def message(self, author: Person | None, to: Reported, body: Body, seen: Sequence[bytes] = ()) -> Posting:
        """Seal and stamp a message into a report's thread; no author is the reporter; `seen` are message ids."""
        named = tuple(MessageId(one) for one in sorted(seen))
        head = replace(self._head(author, to.receipt, body, self.people), case=CaseId(to.sealed.id), seen=named)
        sealed = self._seal(head, author, to.receipt, self.people)
        return self._posted(sealed, append_address(to.writers if author else to.reporter), DOOR_APPEND)

    def cover(self, padded: int = SMALLEST_CLASS) -> Posting:
        """Return the posting of a cover entry."""
        return self._posted(seal_cover(slots=self.roster.slots(), until=self.until, padded=padded), random_address())

    def _posted(self, sealed: Sealed, address: bytes, door: int = DOOR_OPEN) -> Posting:
        return Posting(door, make_stamp(sealed.mac, self.policy.work), address, sealed.envelope)

    def _seal(self, head: Head, author: Person | None, receipt: Receipt, readers: Sequence[Person]) -> Sealed:
        pairs = [PrivatePair.from_seeds(receipt.box_seed(), receipt.kem_seed()).public]
        pairs += [person.weekly.public for person in readers]
        return seal_head(head, _signer(author, receipt), pairs, slots=self.roster.slots(), until=self.until)

    def _head(self, author: Person | None, receipt: Receipt, body: Body, readers: Sequence[Person]) -> Head:
        return Head(
            author=IdentityKey(_signer(author, receipt).public),
            body=body,
            case=None,
            channel="thread",
            day=self.today,
            files=(),
            kind=body.KIND,
            roster=RosterId(self.roster.id),
            seen=(),
            to=_named(readers),
        )


def _signer(author: Person | None, receipt: Receipt) -> Signer:
    return author.signer if author else Signer.from_seed(receipt.sign_seed())


def _named(people: Iterable[Person]) -> tuple[PersonId, ...]:
    return tuple(sorted((one.person for one in people), key=b64))


def sign(document: dict[str, Json], label: bytes, signers: Iterable[Signer]) -> Signed:
    """Return the document with a signature of each of `signers`."""
    raw = encode(document)
    pairs = {(signer.public, signer.sign(label + raw)) for signer in signers}
    return Signed(raw, tuple(sorted(pairs)))
