"""The archives of shares: fetched, checked message by message, and stored like entries of the log (SPEC 5.4, 10.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.cases.place import Way
from keys.cases.placing import Word
from keys.errors import ForbiddenError, FormatError, NetworkError, TamperedError
from keys.roster.weeks import until_of
from keys.sealing.envelopes import read_statement
from keys.sealing.files import open_files
from keys.vault.message_store import StoredMessage
from keys.wire.files import FileDigest
from keys.wire.ids import MessageId
from keys.wire.messages import Report
from keys.wire.messages.archive import parse_archive

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from keys.courier import Courier
    from keys.sync.intake import Intake
    from keys.vault import Vault
    from keys.vault.message_store import Unfinished
    from keys.wire.ids import Capability, CaseId, IdentityKey, Mac
    from keys.wire.messages.archive import ArchivedMessage

MOST_BY_WORD = 4096  # messages of a case that the log does not have; with unlimited ones a case could not be opened
TRIED_DAYS = 396  # SPEC 10.2: as long as the server can have the parts
SHARED_WRONGLY = "shared-wrongly"  # a line about the sharer: one of the messages in a share is invalid


def read_archives(vault: Vault, courier: Courier, capability: Capability, intake: Intake) -> int:
    """Fetch the archives that are still missing, store their messages, and return how many are still unfinished.

    After a fault of the connection or the server the next sync tries again, as it does for a case whose report is not
    here: nobody can tell yet whether the share is the reporter's. A fault in the share is an alarm about it.
    """
    left = 0
    for share in vault.messages.unfinished():
        mac = share.stored.message.mac
        is_recipients = _is_recipients(vault, intake, share)
        if not is_recipients and not _may_be_reporters(vault, share):
            with vault.transaction():
                vault.messages.add_fault(mac, share.position, intake.days.server, ForbiddenError.code)
                vault.messages.set_finished(share.stored.message)
            continue
        # Anybody can seal a share to a recipient: one for an unknown case is fetched once, not at every sync.
        if _is_put_off(vault, share) and intake.past <= share.since + TRIED_DAYS:
            left += 1
            continue
        try:
            archived: Sequence[ArchivedMessage] | None = parse_archive(
                _fetch(vault, courier, capability, share), None if is_recipients else MOST_BY_WORD
            )
        except NetworkError:
            archived = None
        except FormatError as error:
            with vault.transaction():
                vault.messages.add_fault(mac, share.position, intake.days.server, error.code)
                vault.messages.set_finished(share.stored.message)
            continue
        with vault.transaction():
            is_finished = archived is not None and _take(vault, intake, share, archived, is_recipients=is_recipients)
            if is_finished or intake.past > share.since + TRIED_DAYS:
                vault.messages.set_finished(share.stored.message)
            else:
                left += 1
                if archived is not None:
                    vault.messages.set_waiting_for_report(mac)
    return left


def _is_put_off(vault: Vault, share: Unfinished) -> bool:
    """Say whether a share waits for a report that is still not here."""
    case_id = share.stored.message.head.case
    return share.waits_for_report and (case_id is None or vault.messages.by_id(MessageId(case_id)) is None)


def _fetch(vault: Vault, courier: Courier, capability: Capability, share: Unfinished) -> bytes:
    """Return the bytes of the archive; raise NetworkError if they do not arrive, FormatError if they are wrong."""
    stored = share.stored
    [file] = stored.message.head.files
    position = vault.log.position_of(stored.message.mac)
    if position is None:  # SPEC 10.4: the log has lost it, and can have it again
        raise NetworkError("the log does not have it")
    isolated = courier.isolated()  # the only requests of a sync besides those for the log

    def fetch(number: int) -> bytes:
        return isolated.log_part(capability, position, number)

    digest, raw = FileDigest(), bytearray()
    for piece in open_files(stored.prefix or b"", stored.size, stored.message, fetch):
        digest.update(piece)
        raw += piece
    if digest.digest() != file.digest:
        raise TamperedError("digest")
    return bytes(raw)


def _take(
    vault: Vault, intake: Intake, share: Unfinished, archived: Sequence[ArchivedMessage], *, is_recipients: bool
) -> bool:
    """Store the messages of an archive whose author may share them; return False if that is unknown for a case."""
    read: dict[CaseId, list[tuple[int, StoredMessage]]] = {}
    indexed = vault.log.find(message.mac for message in archived)
    is_wrong = False
    for frame, message in enumerate(archived):
        try:
            stored = _read(message)
        except FormatError:
            is_wrong = True
            continue
        case_id, entry = stored.message.case, indexed.get(message.mac)
        is_of_case = case_id is not None and share.stored.message.head.case in (None, case_id)
        # The header in the log commits to one head; another one is a forgery by somebody who knows the content key.
        if case_id is None or not is_of_case or (entry is not None and entry.content != stored.message.content):
            is_wrong = True
            continue
        read.setdefault(case_id, []).append((frame, stored))
    mac, is_known = share.stored.message.mac, True
    for case_id, given in read.items():
        reporter = _reporter_of(vault, case_id, [stored for _, stored in given])
        if is_recipients or reporter == share.stored.message.head.author:
            messages = _within_bounds(vault, case_id, given, indexed)
            is_wrong |= len(messages) < len(given)
            vault.messages.add_words(_words(share, archived, messages, indexed))
            intake.take_case(case_id, [stored for _, stored in messages])
        elif reporter is None:
            is_known = False
        else:
            vault.messages.add_fault(mac, share.position, intake.days.server, ForbiddenError.code)
    if is_wrong:
        vault.messages.add_fault(mac, share.position, intake.days.server, SHARED_WRONGLY)
    return is_known


def _read(message: ArchivedMessage) -> StoredMessage:
    opened = read_statement(message.mac, message.signature, message.head, message.key)
    return StoredMessage(opened, Way.SHARE, until_of(opened.head.day))


def _words(
    share: Unfinished,
    archived: Sequence[ArchivedMessage],
    messages: Sequence[tuple[int, StoredMessage]],
    indexed: Mapping[bytes, object],
) -> list[tuple[Mac, Word]]:
    return [
        (stored.message.mac, Word(share.position, frame, archived[frame].place, archived[frame].day))
        for frame, stored in messages
        if stored.message.mac not in indexed
    ]


def _may_be_reporters(vault: Vault, share: Unfinished) -> bool:
    """Say whether a share may be the reporter's, whose page shares one case; no share of another case is fetched."""
    head = share.stored.message.head
    report = vault.messages.by_id(MessageId(head.case)) if head.case else None
    return head.case is not None and (report is None or report.message.head.author == head.author)


def _within_bounds(
    vault: Vault, case_id: CaseId, given: list[tuple[int, StoredMessage]], indexed: Mapping[bytes, object]
) -> list[tuple[int, StoredMessage]]:
    """Return the given messages, with a limit on those that only a share places: they cost their author nothing."""
    here = [one.message.mac for one in vault.messages.of_case(case_id) if one.way is Way.SHARE]
    left = MOST_BY_WORD - len(here) + len(vault.log.find(here))
    by_word = [frame for frame, stored in given if stored.message.mac not in indexed]
    dropped = {*by_word[max(0, left) :]}
    return [(frame, stored) for frame, stored in given if frame not in dropped]


def _is_recipients(vault: Vault, intake: Intake, share: Unfinished) -> bool:
    """Say whether the author of a share was a recipient on the day of its entry."""
    entry = vault.log.find([share.stored.message.mac]).get(share.stored.message.mac)
    return entry is not None and intake.may_write(share.stored, entry.day)


def _reporter_of(vault: Vault, case_id: CaseId, messages: Sequence[StoredMessage]) -> IdentityKey | None:
    """Return the key that signed the report of a case, here or among `messages`; None if the report is not here."""
    known = [*vault.messages.of_case(case_id), *messages]
    return next((one.message.head.author for one in known if isinstance(one.message.head.body, Report)), None)
