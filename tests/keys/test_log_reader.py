"""The log, read into a vault from the real server: no entry ends a sync, and entries for others leave no trace."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from keys.cases.destruction import SyncDays
from keys.cases.place import Place, Way
from keys.cases.rosters import Rosters
from keys.errors import DiffersError, LockedError, NetworkError, VaultError
from keys.identity import open_log_capability, private_pair
from keys.sync.intake import Intake
from keys.sync.log_reader import LogReader
from keys.sync.trust import load_trust
from keys.vault import tables
from keys.wire.log import SHORT_SIZE, LogDigest, LogPage, log_cursor, log_digest
from keys.wire.messages import Acknowledgement, Answer, Joined, Note
from tests.keys.log_writer import LogWriter
from tests.keys.office import LocalCourier

if TYPE_CHECKING:
    from pathlib import Path

    from keys.cases.case import Case
    from keys.sync.log_reader import LogRead
    from keys.vault import Vault
    from keys.wire.log import ShortEntry
    from tests.keys.log_writer import Posted
    from tests.keys.office import Office

A, B, X = "Secretaris", "Bestuurslid 1", "Bestuurslid 2"
SENTINEL = "SENTINEL-42 het gaat over de kluis"


@pytest.fixture
def writer(office: Office, tmp_path: Path) -> LogWriter:
    return LogWriter(office, tmp_path)


def reader(office: Office, name: str, vault: Vault, **others: Any) -> LogReader:
    secret, trust = office.secret(name), load_trust(vault)
    pairs = [private_pair(own.seed) for own in vault.bundles.all()]
    person = next(one.person for one in office.roster().recipients if one.name == name)
    intake = Intake(vault, person, Rosters(trust.history.rosters), SyncDays(office.today, office.today), **others)
    capability = open_log_capability(secret, trust.roster)
    origin = trust.origin
    return LogReader(vault, office.courier(), intake, capability, origin, lambda until: pairs)


def read(office: Office, name: str, **others: Any) -> LogRead:
    with office.session(name) as session:
        return reader(office, name, session.vault, **others).read()


def case_of(office: Office, name: str, report: Posted) -> Case | None:
    with office.session(name) as session:
        rosters = Rosters(load_trust(session.vault).history.rosters)
        assert report.message.case
        return session.vault.case_store.load(report.message.case, rosters, office.today)


def bodies(case: Case | None) -> list[str]:
    return [type(message.body).__name__ for message in case.messages] if case else []


def faults(office: Office, name: str) -> list[tuple[int, str]]:
    with office.session(name) as session:
        return [(fault.position, fault.fault) for fault in session.vault.messages.faults()]


def traces(office: Office, name: str) -> int:
    """Return the number of messages in a vault."""
    with office.session(name) as session:
        return int(session.vault._execute(select(func.count()).select_from(tables.message)).scalar() or 0)


def test_a_thread_and_its_dossier_make_the_same_case_for_all_readers(office: Office, writer: LogWriter) -> None:
    report = writer.report(SENTINEL, [A, B])
    opened = writer.post(A, Acknowledgement("Ontvangen."), report, [A, B], [report])
    note = writer.post(B, Note("Even bellen."), report, [A, B], [opened])
    writer.post("", Answer("Dank."), report, [A, B], [opened])
    for name in (A, B):
        result = read(office, name)
        assert result.is_whole
        assert result.end.position == writer.position
    first, second = (case_of(office, name, report) for name in (A, B))
    assert first == second
    assert bodies(first) == ["Report", "Acknowledgement", "Note", "Answer"]
    assert first is not None
    assert first.messages[2].id == note.message.id
    assert first.messages[2].placed.place == Place(note.position)


def test_what_is_for_somebody_else_leaves_no_trace(office: Office, writer: LogWriter) -> None:
    report = writer.report(SENTINEL, [A, B], without=[X])
    writer.post(A, Note("Over X."), report, [A, B], [report])
    for _ in range(3):
        writer.cover()
    result = read(office, X)
    assert (result.end.position, traces(office, X), faults(office, X)) == (writer.position, 0, [])


def test_a_second_sync_reads_only_what_is_new(office: Office, writer: LogWriter) -> None:
    """M6: each report of a flood was requested again at every sync, for thirteen months."""
    report = writer.report(SENTINEL, [A])
    counts: list[int] = []
    with office.session(A) as session:
        for _ in range(70):
            writer.cover()
        reader(office, A, session.vault).read(counts.append)
        answer = writer.post("", Answer("Nog iets."), report, [A], [report])
        reader(office, A, session.vault).read(counts.append)
    assert counts == [71, 8]  # the second starts at the last multiple of 64, like everybody else's
    assert bodies(case_of(office, A, report)) == ["Report", "Answer"]
    assert answer.position == 72


def test_a_repeated_message_changes_nothing(office: Office, writer: LogWriter) -> None:
    report = writer.report(SENTINEL, [A])
    first = writer.post("", Answer("Nog iets."), report, [A], [report])
    writer.share(A, B, [first.archived], report)
    writer.share(B, A, [first.archived, report.archived], report)
    read(office, A)
    case = case_of(office, A, report)
    assert bodies(case) == ["Report", "Answer"]
    assert case is not None
    assert [message.placed.way for message in case.messages] == [Way.LOG, Way.LOG]


def test_a_message_of_an_unknown_case_waits_for_its_report(office: Office, writer: LogWriter) -> None:
    report = writer.report(SENTINEL, [A])
    joined = writer.post(A, Joined(writer.people([B])), report, [A, B], [report])
    read(office, B)
    with office.session(B) as session:
        assert session.vault.messages.unknown_since() == {report.message.case: office.today}
        assert session.vault.messages.cases() == []
    office.pass_days(3)
    writer.share(A, B, [report.archived, joined.archived], report)
    read(office, B)
    with office.session(B) as session:
        assert session.vault.messages.unknown_since() == {}
    case = case_of(office, B, report)
    assert bodies(case) == ["Report", "Joined"]
    assert case is not None
    assert writer.person(B) in case.readers


def test_what_waits_for_a_report_that_never_comes_is_forgotten_after_396_days(
    office: Office, writer: LogWriter
) -> None:
    report = writer.report(SENTINEL, [A])
    writer.post(A, Joined(writer.people([B])), report, [A, B], [report])
    with office.session(B) as session:
        found = reader(office, B, session.vault)
        found.read()
        for days, left in ((396, 1), (397, 0)):
            with session.vault.transaction():
                replace(found.intake, days=SyncDays(office.today + days, office.today + days)).forget_unknown()
            assert len(session.vault.messages.unknown_since()) == left


def test_a_message_of_ones_own_key_that_this_vault_did_not_make_is_an_alarm(office: Office, writer: LogWriter) -> None:
    report = writer.report(SENTINEL, [A])
    foreign = writer.post(A, Acknowledgement("Niet van hier."), report, [A], [report])
    read(office, A, is_own=lambda mac: False)
    assert faults(office, A) == [(foreign.position, "own-key")]


def test_a_server_that_forks_the_log_is_noticed(office: Office, writer: LogWriter) -> None:
    writer.report(SENTINEL, [A])
    read(office, A)

    def forked(path: str, answer: bytes) -> bytes:
        if not path.startswith("/log?"):
            return answer
        page = LogPage.parse(answer)
        return replace(page, entries=tuple(replace(one, day=one.day + 1) for one in page.entries)).encode()

    office.meddle = forked
    with pytest.raises(DiffersError):
        read(office, A)


def test_a_cursor_that_the_server_does_not_know_says_that_the_log_differs(office: Office, writer: LogWriter) -> None:
    for _ in range(65):
        writer.cover()
    read(office, A)
    office.refuse = lambda path: (409, b'{"error":"differs"}') if path.startswith("/log?") else None
    with pytest.raises(DiffersError):
        read(office, A)


def test_every_digest_of_the_index_is_the_servers(office: Office, writer: LogWriter) -> None:
    writer.report(SENTINEL, [A])
    for _ in range(4):
        writer.cover()
    with office.session(A) as session:
        found = reader(office, A, session.vault)
        found.read()
        page = found.courier.short_log(found.capability, log_cursor(0, LogDigest(found.origin)))
        digest = page.before
        for position, entry in enumerate(page.entries, page.first):
            digest = log_digest(digest, position, entry)
            assert session.vault.log.digest_at(position, found.origin) == digest


def test_a_fault_of_this_computer_leaves_the_cursor_before_the_page(office: Office, writer: LogWriter) -> None:
    report = writer.report(SENTINEL, [A])
    with office.session(A) as session:
        found = reader(office, A, session.vault)
        whole = session.vault.messages.execute

        def full(statement: Any, *rows: Any) -> Any:
            if "INSERT OR IGNORE INTO message" in str(statement):
                raise VaultError("the disk is full")
            return whole(statement, *rows)

        object.__setattr__(session.vault.messages, "execute", full)
        with pytest.raises(VaultError):
            found.read()
        assert session.vault.log.count() == 0
        object.__setattr__(session.vault.messages, "execute", whole)
        found.read()
    assert bodies(case_of(office, A, report)) == ["Report"]


def test_a_page_that_does_not_come_ends_the_sync_and_keeps_what_was_read(office: Office, writer: LogWriter) -> None:
    report = writer.report(SENTINEL, [A])
    read(office, A)
    office.refuse = lambda path: (502, b"") if path.startswith("/log?") else None
    with pytest.raises(NetworkError):
        read(office, A)
    assert bodies(case_of(office, A, report)) == ["Report"]


def test_a_server_without_an_end_keeps_no_new_vault_reading(office: Office, writer: LogWriter) -> None:
    """audit L7: a new vault takes only digests of entries before its keys; that ends too, also by locking."""
    for _ in range(6):
        writer.cover()
    office.pass_days(1)

    class Piecemeal(LocalCourier):
        def short_log(self, capability: bytes, after: str, most: int | None = None) -> LogPage[ShortEntry]:
            return super().short_log(capability, after, 1)

    def end(_count: int) -> None:
        raise LockedError

    with office.session(B) as session:
        courier = Piecemeal(office.app)
        found = replace(reader(office, B, session.vault), courier=courier, opens_from=office.today)
        with pytest.raises(LockedError):
            found.read(end)
        assert courier.asked == []
        found.read(most=3 * SHORT_SIZE)
        assert ["short=1" in path for _, path, _ in courier.asked] == [True, True, True, False]
