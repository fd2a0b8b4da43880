"""A log that differs from the one that was read: a restored backup, or a fork (SPEC 10.4).

A tool cannot distinguish the two, so it reports the difference and keeps all it has. Until its owner accepts the new
log, the tool reads and writes, but destroys no key and no case and signs no bundle.

    1 the server answers `differs`, or a digest differs: `LogReader.read` raises DiffersError
    2 find the last common place: `find_difference`; reading continues from there
    3 show what is gone, and the words to compare with a colleague: `load_difference`
    4 the owner has asked the operator and a colleague: `accept`
    5 give back to the server what it has lost: `give_chain`, `give_back`
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keys.errors import (
    DiffersError,
    ForkError,
    FormatError,
    MalformedError,
    NetworkError,
    RefusedError,
    UnknownCapabilityError,
)
from keys.roster import proquint
from keys.roster.fingerprint import WORD_SIZE
from keys.roster.weeks import monday
from keys.sealing import Sealed
from keys.sealing.stream import writers_capability
from keys.sync.composing import no_mailbox
from keys.sync.delivery import post_to
from keys.sync.trust import known_texts, last_synced
from keys.vault.outbox_store import Destination
from keys.wire.envelope import Header, prefix_size
from keys.wire.fields import integer_of
from keys.wire.ids import Mac, MessageId, PersonId
from keys.wire.log import CURSOR_STEP, log_cursor
from keys.wire.messages import THREAD, LogAccepted, Report
from keys.wire.posting import DOOR_APPEND, DOOR_OPEN, append_address, reopening_address
from keys.wire.upload import part_count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keys.courier import Courier
    from keys.policy import Policy
    from keys.sync.composing import Composer
    from keys.sync.trust import Trust
    from keys.vault import Vault
    from keys.vault.log_index import LogEnd
    from keys.vault.message_store import StoredMessage
    from keys.wire.ids import Capability, CaseId
    from keys.wire.log import LogDigest

WORDS = 6


@dataclass(frozen=True, slots=True)
class Difference:
    """How the log differs from the one that was read.

    Both have the entries up to `last_common`. Of the later ones that were read, `gone` are not in the new log, the
    first of them from the day `since`; they concern `cases`. The new log was read up to `place`, with `digest` after
    it. `words` are those of the digest after the last entry before this week, to compare with a colleague.
    """

    last_common: int
    place: int
    digest: LogDigest
    gone: int
    since: int | None
    cases: tuple[CaseId, ...]
    words: str


@dataclass(slots=True)
class GivenBack:
    """The result of giving back to the server what it has lost."""

    posted: int = 0
    refused: list[Mac] = field(default_factory=list)
    is_reached: bool = True


def is_waiting(vault: Vault) -> bool:
    """Say whether a log that differs waits for the owner's decision; until then nothing is destroyed or signed."""
    return vault.log.lost.waiting() is not None


def find_difference(vault: Vault, courier: Courier, capability: Capability, origin: bytes) -> Difference:
    """Find the last place that both logs have, and set aside the entries after it; reading continues from there.

    Raises ForkError if the server's log differs from its beginning, MalformedError if its answers contradict each
    other, NetworkError, VaultError; then nothing has changed.
    """
    mark = _last_shared_mark(courier, capability, vault.log.marks(origin))
    last_common = _last_shared(vault, courier, capability, mark)
    if last_common >= vault.log.end(origin).position:
        raise MalformedError("the server's log differs, and does not")
    with vault.transaction():
        vault.log.lost.begin(last_common)
        vault.outbox.read_no_further(last_common)
        _note_moved(vault)
    difference = load_difference(vault)
    assert difference is not None
    return difference


def load_difference(vault: Vault) -> Difference | None:
    """Return the difference that waits for the owner's decision, as of the last sync; None without one."""
    waiting = vault.log.lost.waiting()
    if waiting is None:
        return None
    origin, day = last_synced(vault)
    end = vault.log.end(origin)
    gone = vault.log.lost.after(waiting.last_common)
    return Difference(
        last_common=waiting.last_common,
        place=end.position,
        digest=end.digest,
        gone=len(gone),
        since=min((entry.day for entry in gone), default=None),
        cases=tuple(vault.log.lost.cases_after(waiting.last_common)),
        words=spoken_digest(vault.log.last_before(monday(day), origin).digest),
    )


def spoken_digest(digest: LogDigest) -> str:
    """Return the first 12 bytes of a digest as six words."""
    return " ".join(proquint(digest[at : at + WORD_SIZE]) for at in range(0, WORDS * WORD_SIZE, WORD_SIZE))


def accept(vault: Vault, composer: Composer) -> None:
    """Accept the new log, as its owner decided, and tell all recipients; this posts nothing.

    The entries that the log has lost come after the last common place from now on, before all new ones. Every waiting
    time of a last day restarts, and messages that the server had acknowledged and lost are posted again. If no log
    waits, this changes nothing.
    """
    difference = load_difference(vault)
    if difference is None:
        return
    everybody = [PersonId(entry.person) for entry in composer.addressees.roster.recipients]
    with vault.transaction():
        vault.log.lost.accept()
        vault.countdowns.begin_anew()  # SPEC 12.7 step 2
        vault.outbox.send_again()
        vault.sharing.begin_anew()  # shares and `lacking` may be lost, and their weeks may have passed
        own = vault.sharing.own_arrived()
        if own is not None and own.read_to >= difference.last_common:
            vault.sharing.set_due()  # perhaps nobody has read it, and its weeks may have passed
        _note_moved(vault)
        to, _ = composer.addressees.split(everybody)
        if to:  # a server restored without bundles must not prevent the owner from accepting its log
            composer.write_to(everybody, LogAccepted(digest=difference.digest, place=difference.place))


def give_chain(vault: Vault, courier: Courier, trust: Trust) -> bool:
    """Upload the newest chain if the server's own is older; return whether it was.

    A restored server may have forgotten the roster in force, and with it the capability of its log. Raises RefusedError
    if the server does not accept the chain, NetworkError.
    """
    roots, shown = courier.chain()
    newest = integer_of(shown[-1].members().get("version"), 1)  # not verified: the server checks what it accepts
    chain = [*zip(trust.signed_rosters, trust.history.rosters, strict=True)]
    newer = [(signed, roster) for signed, roster in chain if roster.version > newest]
    if not newer and len(roots) >= len(trust.signed_roots):
        return False
    given, texts = newer or chain[-1:], known_texts(vault)
    named = {digest for _, roster in given for digest in roster.texts.values()}
    documents = [texts[digest] for digest in sorted(named) if digest in texts]
    courier.publish_chain(trust.signed_roots, [signed for signed, _ in given], documents)
    return True


def give_back(vault: Vault, courier: Courier, trust: Trust, own: PersonId) -> GivenBack:
    """Give the server, in old order, what its log has lost and still accepts: reports, reporters' and own messages.

    Call it once the log is accepted, and at the end of each session until nothing is left: an entry that is in the log
    again is no longer lost.
    """
    given = GivenBack()
    owed = [] if is_waiting(vault) else _owed(vault, trust, own, last_synced(vault)[1])
    held = [(one.sealed, one.to) for one in owed if one.sealed is not None]
    if not held:
        return given
    try:
        _, work, _ = courier.bundles()
        for sealed, to in held:
            try:
                _post(courier, sealed, trust.roster.policy, to, work)
                given.posted += 1
            except RefusedError:
                given.refused.append(Mac(sealed.mac))
    except (NetworkError, FormatError):
        given.is_reached = False
    return given


@dataclass(frozen=True, slots=True)
class _Owed:
    """An envelope to give back; `sealed` is None if it is not completely here."""

    sealed: Sealed | None
    to: Destination


def _last_shared_mark(courier: Courier, capability: Capability, marks: Sequence[LogEnd]) -> LogEnd:
    """Return the last of these entries that the server has too, by binary search."""
    if not _has(courier, capability, marks[0]):
        raise ForkError("the log of another organisation")
    shared, other = 0, len(marks)
    while other - shared > 1:
        middle = (shared + other) // 2
        if _has(courier, capability, marks[middle]):
            shared = middle
        else:
            other = middle
    return marks[shared]


def _has(courier: Courier, capability: Capability, entry: LogEnd) -> bool:
    try:
        page = courier.short_log(capability, log_cursor(entry.position, entry.digest), 1)
        page.check_follows(entry.position, entry.digest)
    except (DiffersError, ForkError):
        return False
    return True


def _last_shared(vault: Vault, courier: Courier, capability: Capability, mark: LogEnd) -> int:
    """Return the last place that both logs have, searching from a common mark."""
    page = courier.short_log(capability, log_cursor(mark.position, mark.digest), CURSOR_STEP)
    shared, digests = mark.position, page.digests()
    read_before = vault.log.digests(page.first, page.first + len(digests) - 1)
    for position, digest in enumerate(digests, page.first):
        known = read_before.get(position)
        if known is not None and known != digest:
            break
        shared = position if known is not None else shared
    return shared


def _note_moved(vault: Vault) -> None:
    """Mark every case as changed: the places of its messages may be different."""
    for case_id in vault.messages.cases():
        vault.versions.bump(case_id)


def _owed(vault: Vault, trust: Trust, own: PersonId, day: int) -> Iterator[_Owed]:
    """Yield what this vault gives back, in its old order: envelopes that it has posted, and those of reporters."""
    for entry in vault.log.lost.all():
        sent, stored = vault.sent.find(entry.mac), vault.messages.find(entry.mac)
        if sent is not None:
            if sent.until >= day:
                yield _Owed(sent.sealed, sent.to)
        elif stored is not None and stored.until >= day and _is_ours_to_give(vault, trust, own, stored):
            yield _Owed(_sealed(vault, stored), _destination(vault, stored))


def _is_ours_to_give(vault: Vault, trust: Trust, own: PersonId, stored: StoredMessage) -> bool:
    """Say whether a message is a report, its reporter's, or the owner's own: other recipients give back their own."""
    head = stored.message.head
    if isinstance(head.body, Report) or trust.person_of(head.author) == own:
        return True
    report = vault.messages.by_id(MessageId(head.case)) if head.case else None
    return report is not None and report.message.head.author == head.author


def _sealed(vault: Vault, stored: StoredMessage) -> Sealed | None:
    """Return the envelope of a message as it was sealed, or None if it is not completely here."""
    if stored.prefix is None:
        return None
    message = stored.message
    start = prefix_size(Header.parse(stored.prefix), stored.size)
    parts: list[bytes] = [stored.prefix[start:]]
    if len(stored.prefix) < stored.size:
        if vault.parts.count(message.mac) < part_count(start, stored.size):
            return None
        parts = [*vault.parts.of(message.mac)]
    return Sealed(stored.prefix[:start], parts, stored.size, message.mac, message.id, message.content_key)


def _post(courier: Courier, sealed: Sealed, policy: Policy, to: Destination, work: int) -> None:
    try:
        post_to(courier.isolated(), sealed, policy, work, to.door, to.address)
    except UnknownCapabilityError:
        # The mailbox is gone, and the recipients still read the log.
        to = no_mailbox()
        post_to(courier.isolated(), sealed, policy, work, to.door, to.address)


def _destination(vault: Vault, stored: StoredMessage) -> Destination:
    """Return the destination of a message: a report opens its mailbox again, other messages of a thread go into it."""
    head = stored.message.head
    if isinstance(head.body, Report):
        writers = writers_capability(stored.message.content_key)
        return Destination(DOOR_OPEN, reopening_address(head.body.mailbox, writers))
    report = vault.messages.by_id(MessageId(head.case)) if head.channel == THREAD and head.case else None
    if report is None:
        return no_mailbox()
    return Destination(DOOR_APPEND, append_address(writers_capability(report.message.content_key)))
