"""A reporter's messages: the report, messages in the thread, and shares, sealed with the keys of the receipt."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING

from keys.cases.addressees import addressees_of_draft
from keys.cases.seen import seen_of
from keys.errors import EnteredError, ForbiddenError, NotEnrolledError
from keys.roster.weeks import until_of
from keys.sealing import BytesAttachment, PrivatePair, Signer, seal_head
from keys.wire.canonical import repair
from keys.wire.ids import IdentityKey, RosterId
from keys.wire.messages import REPORTER, About, Consent, Head, Report, Share, encode_archives

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from keys.cases.case import Case
    from keys.cases.report_draft import ReportDraft
    from keys.cases.rosters import Rosters
    from keys.receipt import Receipt
    from keys.sealing import Attachment, Sealed
    from keys.sync.addressees import Addressees
    from keys.wire.ids import PersonId
    from keys.wire.messages import ArchivedMessage, Body, Entered


def reporter_pair(receipt: Receipt) -> PrivatePair:
    """Return the keys that open the reporter's slots."""
    return PrivatePair.from_seeds(receipt.box_seed(), receipt.kem_seed())


def reporter_signer(receipt: Receipt) -> Signer:
    """Return the reporter's signing key."""
    return Signer.from_seed(receipt.sign_seed())


@dataclass(frozen=True, slots=True)
class ReporterComposer:
    """Seals messages for a reporter on the day of `addressees`. It stores nothing."""

    receipt: Receipt = field(repr=False)
    addressees: Addressees

    def report(
        self,
        draft: ReportDraft,
        chosen: Collection[PersonId],
        attachments: Sequence[Attachment] = (),
        entered: Entered | None = None,
    ) -> Sealed:
        """Seal a report for the chosen people; everybody else on the roster is left out.

        A chosen person who cannot be sealed to is still a reader, listed in `missing`. Raises NotEnrolledError if
        nobody can be sealed to or a person is not on the roster today, MalformedError for a text that is empty or too
        long.
        """
        roster = self.addressees.roster
        if not {one.person for one in roster.receiving(self.addressees.day)}.issuperset(chosen):
            raise NotEnrolledError("a chosen person is not on the roster")
        to, missing = self.addressees.split(chosen)
        own = reporter_pair(self.receipt).public
        body = Report(
            text=repair(draft.text),
            box=own.box,
            kem=own.kem,
            mailbox=hashlib.sha256(self.receipt.capability()).digest(),
            topic=draft.topic,
            language=draft.language,
            about=About(draft.board, repair(draft.others), tuple(sorted(draft.people))),
            answers={name: repair(answer) for name, answer in draft.answers.items()},
            entered=entered,
        )
        without = tuple(one.person for one in roster.recipients if one.person not in chosen)
        head = replace(self._head(body, attachments), to=to, missing=missing, without=without)
        return self._seal(head, _pieces(attachments))

    def word(self, case: Case, rosters: Rosters, body: Body, attachments: Sequence[Attachment] = ()) -> Sealed:
        """Seal a reporter's message in the thread, with the whole thread on the screen, for its readers.

        Raises ForbiddenError for a kind that a reporter may not write, EnteredError for a consent in a report that a
        recipient wrote down, NotEnrolledError if no reader can be sealed to.
        """
        if REPORTER not in body.AUTHORS:
            raise ForbiddenError
        if isinstance(body, Consent) and isinstance(case.report.body, Report) and case.report.body.entered:
            raise EnteredError
        author = IdentityKey(reporter_signer(self.receipt).public)
        seen = seen_of(case, author, body.CHANNEL, case.numbers)
        head = replace(self._head(_repaired(body), attachments), case=case.id, seen=seen)
        placed = [message.placed for message in case.messages]
        to, missing = self.addressees.split(addressees_of_draft(head, 1, placed, rosters))
        return self._seal(replace(head, to=to, missing=missing), _pieces(attachments))

    def shares(self, case: Case, person: PersonId, messages: Iterable[ArchivedMessage]) -> list[Sealed]:
        """Seal messages of a case for one person who can be sealed to: one share, or several only for size."""
        archives = [BytesAttachment.of(archive) for archive in encode_archives(messages)]
        heads = [replace(self._head(Share(), [archive]), case=case.id, to=(person,)) for archive in archives]
        return [self._seal(head, archive.pieces()) for head, archive in zip(heads, archives, strict=True)]

    def _head(self, body: Body, attachments: Sequence[Attachment | BytesAttachment]) -> Head:
        return Head(
            author=IdentityKey(reporter_signer(self.receipt).public),
            body=body,
            case=None,
            channel=body.CHANNEL,
            day=self.addressees.day,
            files=tuple(one.file for one in attachments),
            kind=body.KIND,
            roster=RosterId(self.addressees.roster.id),
            seen=(),
            to=(),
        )

    def _seal(self, head: Head, contents: Iterable[bytes]) -> Sealed:
        # The reporter reads the share too: the next visit must see that it was given.
        pairs = [*self.addressees.pairs_of(head.to), reporter_pair(self.receipt).public]
        slots = self.addressees.roster.slots()
        return seal_head(
            head, reporter_signer(self.receipt), pairs, slots=slots, until=until_of(head.day), contents=contents
        )


def _pieces(attachments: Sequence[Attachment]) -> Iterable[bytes]:
    return chain.from_iterable(one.pieces() for one in attachments)


def _repaired(body: Body) -> Body:
    """Return a body with well-formed Unicode in its text, if it has one."""
    members = {name: getattr(body, name) for name in body.FIELDS}
    if "text" in members:
        members["text"] = repair(members["text"])
    return type(body)(**members)
