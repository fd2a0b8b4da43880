"""New messages of a case, sealed for exactly those who may read them; it sends nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING

from keys.cases.dossier import Dossier
from keys.errors import ExcludedError, ForbiddenError, MalformedError, NotEnrolledError
from keys.sealing import Message, PrivatePair, PublicPair, Sealed, Signer, seal
from keys.wire import kinds
from keys.wire.canonical import repair
from keys.wire.head import MAX_SEEN, Head, named

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from keys.cases.review import Case
    from keys.receipt import Receipt
    from keys.roster import Addressees
    from keys.sealing import Attachment
    from keys.wire.files import File


def reporter_pair(receipt: Receipt) -> PrivatePair:
    """Return the keys that open the reporter's slots."""
    return PrivatePair.from_seeds(receipt.box_seed(), receipt.kem_seed())


@dataclass(frozen=True, slots=True)
class Telling:
    """What a report tells; `topic` and the names of `answers` are ids of the policy, `people` are identities."""

    text: str
    topic: str
    language: str
    people: frozenset[bytes] = frozenset()
    board: bool = False
    others: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)


def compose_report(
    receipt: Receipt,
    telling: Telling,
    addressees: Addressees,
    chosen: Collection[bytes],
    day: int,
    attachments: Sequence[Attachment] = (),
) -> Sealed:
    """Seal a report for the chosen identities and for the reporter; everyone else who receives today is left out.

    Raises NotEnrolledError when nobody is chosen or one of them has no valid key, MalformedError for a text of
    no or too many bytes.
    """
    signer, own = Signer.from_seed(receipt.sign_seed()), reporter_pair(receipt).public
    # Only those whom the reporter was shown: who joins later may be let in.
    listed = {person.identity for person in addressees.roster.receiving(day)}
    to = _with_bundles(chosen, addressees)
    if not to or set(to) != set(chosen):
        raise NotEnrolledError("a chosen recipient has no valid key")
    without = tuple(sorted(listed - set(chosen)))
    places = tuple(at for at, name in enumerate(named(to, without)) if name in telling.people)
    body = kinds.Report(
        text=repair(telling.text),
        box=own.box,
        kem=own.kem,
        topic=telling.topic,
        language=telling.language,
        about=kinds.About(places, telling.board, repair(telling.others)),
        answers={name: repair(answer) for name, answer in telling.answers.items()},
    )
    head = Head(
        author=signer.public,
        kind=kinds.Report.KIND,
        channel=kinds.THREAD,
        case=None,
        day=day,
        roster=addressees.roster.id,
        seen=(),
        to=tuple(to),
        without=without,
        body=body,
        files=_files(attachments),
    )
    return _seal(head, signer, [*to.values(), own], addressees, attachments)


def compose_word(
    receipt: Receipt,
    case: Case,
    body: kinds.Body,
    addressees: Addressees,
    day: int,
    attachments: Sequence[Attachment] = (),
) -> Sealed:
    """Seal what the reporter says for the case recipients who have a valid key today.

    Raises ForbiddenError when a reporter may not say that.
    """
    if kinds.REPORTER not in body.AUTHORS:
        raise ForbiddenError
    if isinstance(body, kinds.Answer | kinds.Identity):
        body = replace(body, text=repair(body.text))
    return _compose(case, body, Signer.from_seed(receipt.sign_seed()), addressees, day, attachments)


def compose_reply(
    case: Case,
    body: kinds.Body,
    signer: Signer,
    addressees: Addressees,
    day: int,
    attachments: Sequence[Attachment] = (),
) -> Sealed:
    """Seal a recipient's message for the reporter and the case recipients who have a valid key today.

    Raises ForbiddenError when this recipient may not say that.
    """
    if kinds.RECIPIENT not in body.AUTHORS or signer.public in case.left_out | case.stepped_back:
        raise ForbiddenError
    return _compose(case, body, signer, addressees, day, attachments)


def compose_note(
    case: Case,
    body: kinds.Body,
    signer: Signer,
    addressees: Addressees,
    day: int,
    attachments: Sequence[Attachment] = (),
) -> Sealed:
    """Seal what a recipient writes into the dossier, or begins it with, for the case recipients with a valid key.

    Raises ForbiddenError when this recipient may not say that, ExcludedError when it names somebody who is left out.
    """
    if _channel(body) != kinds.DOSSIER or signer.public not in case.readers:
        raise ForbiddenError
    if case.left_out.intersection(getattr(body, "people", ())):
        raise ExcludedError
    # Who steps back seals for those who stay, and reads their own last word.
    readers = case.readers | {signer.public}
    if isinstance(body, kinds.HandedOver):
        readers |= set(body.people)
    to = _with_bundles(readers, addressees)
    head = replace(_head(body, signer.public, case, to, addressees, day), files=_files(attachments))
    return _seal(head, signer, to.values(), addressees, attachments)


def compose_tombstone(case: Case, body: kinds.Tombstone, signer: Signer, addressees: Addressees, day: int) -> Sealed:
    """Seal what stays of a case for all who may have a copy of it, those who have stepped back too.

    Raises ForbiddenError when this recipient cannot read the case.
    """
    if signer.public not in case.readers:
        raise ForbiddenError
    to = _with_bundles(case.readers | case.stepped_back - case.left_out, addressees)
    head = _head(body, signer.public, case, to, addressees, day)
    return _seal(head, signer, to.values(), addressees)


def compose_share(case: Case, newcomers: Collection[bytes], signer: Signer, addressees: Addressees, day: int) -> Sealed:
    """Seal a share that lets newcomers read all of a case so far; the reporter shares by the key of the report.

    Raises ExcludedError when the reporter left one of them out and has not let them in since, NotEnrolledError when
    one has no valid key.
    """
    if case.left_out & set(newcomers):
        raise ExcludedError
    to = _with_bundles(newcomers, addressees)
    if set(to) != set(newcomers):
        raise NotEnrolledError
    is_reporter = signer.public == case.report.message.head.author
    dossier = Dossier() if is_reporter else case.dossier
    keys = tuple((said.message.id, said.message.content_key) for said in (*case.said, *dossier.said))
    head = _head(kinds.Share(keys, dossier.begun), signer.public, case, to, addressees, day)
    return _seal(head, signer, to.values(), addressees)


def accept_share(share: Message, case: Case, own: bytes, day: int) -> None:
    """Raise unless this share, which came on a day, lets its reader into the case, as it stands in the thread.

    Raises ExcludedError when the reporter leaves the reader or the sharer out, ForbiddenError when the sharer is
    neither a recipient nor the reporter, or the share is of another case.
    """
    author, reporter = share.head.author, case.report.message.head.author
    may_write = author == reporter or case.people.may_write(author, day, share.head.day)
    if {own, author} & case.left_out:
        raise ExcludedError
    if share.case != case.id or not may_write:
        raise ForbiddenError


def _compose(
    case: Case, body: kinds.Body, signer: Signer, addressees: Addressees, day: int, attachments: Sequence[Attachment]
) -> Sealed:
    report = case.report.message.head.body
    if not isinstance(report, kinds.Report):
        raise MalformedError("a case without a report")
    is_reporter = signer.public == case.report.message.head.author
    readers = case.readers if is_reporter else case.readers | {signer.public}
    to = _with_bundles(readers, addressees)
    head = replace(_head(body, signer.public, case, to, addressees, day), files=_files(attachments))
    return _seal(head, signer, [*to.values(), PublicPair(report.box, report.kem)], addressees, attachments)


def _head(
    body: kinds.Body,
    author: bytes,
    case: Case,
    to: Collection[bytes],
    addressees: Addressees,
    day: int,
) -> Head:
    channel = _channel(body)
    assert not isinstance(body, kinds.Unknown)
    return Head(
        author=author,
        kind=body.KIND,
        channel=channel,
        case=case.id,
        day=day,
        roster=addressees.roster.id,
        seen=_seen(case, body),
        to=tuple(to),
        without=(),
        body=body,
    )


def _channel(body: kinds.Body) -> str:
    if isinstance(body, kinds.Unknown):
        raise MalformedError("an unknown kind cannot be written")
    return body.CHANNEL


def _seen(case: Case, body: kinds.Body) -> tuple[bytes, ...]:
    """Return what a head names; in a dossier the thread's too: so it is known what its author had read of both."""
    if _channel(body) == kinds.THREAD:
        return case.frontier()
    if _channel(body) == kinds.DOSSIER:
        half = MAX_SEEN // 2
        return (*case.frontier()[-half:], *case.dossier.frontier()[-half:])
    return ()


def _with_bundles(identities: Collection[bytes], addressees: Addressees) -> dict[bytes, PublicPair]:
    chosen = addressees.bundles
    return {
        identity: PublicPair(chosen[identity].box, chosen[identity].kem)
        for identity in sorted(identities)
        if identity in chosen
    }


def _files(attachments: Sequence[Attachment]) -> tuple[File, ...]:
    return tuple(attachment.file for attachment in attachments)


def _seal(
    head: Head,
    signer: Signer,
    readers: Collection[PublicPair],
    addressees: Addressees,
    attachments: Sequence[Attachment] = (),
) -> Sealed:
    contents = chain.from_iterable(attachment.pieces() for attachment in attachments)
    return seal(head, signer, readers, slots=addressees.roster.slots(), until=addressees.until, contents=contents)
