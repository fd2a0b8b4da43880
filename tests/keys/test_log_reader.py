"""The log, read into a vault from the real server: no entry ends a sync, what is for others leaves no trace."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from keys.cases.destruction import SyncDays
from keys.cases.place import Place, Way
from keys.cases.rosters import Rosters
from keys.errors import DiffersError, LockedError, NetworkError, VaultError
from keys.identity import open_log_capability, private_pair
from keys.sealing import Signer
from keys.sync import archives
from keys.sync.intake import Intake
from keys.sync.log_reader import LogReader
from keys.sync.trust import load_trust
from keys.vault import tables
from keys.wire.log import SHORT_SIZE, LogDigest, LogPage, log_cursor, log_digest
from keys.wire.messages import Acknowledgement, Answer, Consent, Joined, Note
from tests.keys.log_writer import LogWriter
from tests.keys.office import LocalCourier

if TYPE_CHECKING:
    from collections.abc import Callable
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
    """Return how many messages a vault has."""
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
    report = writer.report(SENTINEL, [A])
    counts: list[int] = []
    with office.session(A) as session:
        for _ in range(70):
            writer.cover()
        reader(office, A, session.vault).read(counts.append)
        answer = writer.post("", Answer("Nog iets."), report, [A], [report])
        reader(office, A, session.vault).read(counts.append)
    assert counts == [71, 8]  # the second from the last multiple of 64 on, as everybody else asks
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


def test_a_share_of_a_case_that_leaves_its_reader_out_leaves_no_trace(office: Office, writer: LogWriter) -> None:
    report = writer.report(SENTINEL, [A, B], without=[X])
    named = writer.post(A, Joined(writer.people([X])), report, [A, X], [report])
    read(office, X)
    assert traces(office, X) == 1  # nobody can tell yet that the case leaves them out
    writer.share(A, X, [report.archived, named.archived], report)
    read(office, X)
    with office.session(X) as session:
        assert session.vault.messages.cases() == []
        assert session.vault.messages.unknown_since() == {}
        assert session.vault.messages.of_case(report.message.case) == []  # type: ignore[arg-type]


def test_whom_the_reporter_lets_in_reads_what_the_share_brings(office: Office, writer: LogWriter) -> None:
    report = writer.report(SENTINEL, [A, B], without=[X])
    let_in = writer.post("", Consent("yes", writer.people([X])), report, [A, B, X], [report])
    writer.share("", X, [replace(report.archived, place=None)], report)
    read(office, X)
    case = case_of(office, X, report)
    assert bodies(case) == ["Report", "Consent"]
    assert case is not None
    assert writer.person(X) in case.readers
    assert case.find(let_in.message.id) is not None
    # The share comes from a page, which knows no places; the index does.
    assert case.report.placed.place == Place(report.position)
    assert faults(office, X) == []


def test_nobody_shares_who_was_never_a_recipient(office: Office, writer: LogWriter) -> None:
    report, other = writer.report(SENTINEL, [A]), writer.report("een ander", [A])
    writer.receipts[report.message.case] = writer.receipts[other.message.case]  # type: ignore[index]
    share = writer.share("", B, [report.archived], report)
    read(office, B)
    assert faults(office, B) == [(share.position, "forbidden")]
    with office.session(B) as session:
        assert session.vault.messages.cases() == []


def test_nothing_is_fetched_of_a_share_that_nobody_may_give(office: Office, writer: LogWriter) -> None:
    """One posting would give every recipient 64 MiB to read, and as many new cases as fit."""
    report, other = writer.report(SENTINEL, [A, B]), writer.report("een ander", [A, B])
    read(office, B)
    large = 2000 * [report.archived]
    anonymous = writer.share("", B, large, None, signer=Signer.from_seed(secrets.token_bytes(32)))
    writer.receipts[report.message.case] = writer.receipts[other.message.case]  # type: ignore[index]
    of_another = writer.share("", B, large, report)
    with office.session(B) as session:
        found = reader(office, B, session.vault)
        assert found.read().unfinished == 0
        asked = [path for _, path, _ in found.courier.asked]  # type: ignore[attr-defined]
    assert not [path for path in asked if path.startswith("/log/")]
    assert faults(office, B) == [(one.position, "forbidden") for one in (anonymous, of_another)]


def test_a_case_takes_so_many_messages_that_no_log_has_and_no_more(
    office: Office, writer: LogWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They cost their author nothing, and a case of a hundred thousand could not be opened any more."""
    monkeypatch.setattr(archives, "MOST_BY_WORD", 5)
    report = writer.report(SENTINEL, [A, B])
    said = writer.post("", Answer("Dit staat in de log."), report, [A, B], [report])
    made = [writer.unposted("", Answer(f"{number}"), report, [A, B], [report]) for number in range(8)]
    shares = [writer.share(A, B, [*made[:4], said.archived], report), writer.share(A, B, made[4:], report)]
    read(office, B)
    assert bodies(case_of(office, B, report)) == ["Report", *["Answer"] * 6]
    assert faults(office, B) == [(shares[1].position, "shared-wrongly")]
    by_reporter = writer.share("", B, made[:6], report)
    read(office, B)
    assert faults(office, B)[1:] == [(by_reporter.position, "malformed")]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda message, other: replace(message, head=other.head),
        lambda message, other: replace(message, signature=other.signature),
        lambda message, other: replace(message, key=other.key),
        lambda message, other: replace(message, mac=other.mac),
        lambda message, other: replace(message, head=b"{}"),
        lambda message, other: other,
    ],
    ids=["head", "signature", "key", "mac", "malformed", "another case"],
)
def test_one_wrong_message_in_a_share_is_a_line_and_the_others_count(
    office: Office, writer: LogWriter, spoil: Callable[[Any, Any], Any]
) -> None:
    report, other = writer.report(SENTINEL, [A]), writer.report("een ander", [A])
    joined = writer.post(A, Joined(writer.people([B])), report, [A, B], [report])
    wrong = spoil(joined.archived, other.archived)
    share = writer.share(A, B, [report.archived, wrong], report)
    read(office, B)
    assert bodies(case_of(office, B, report)) == ["Report", "Joined"]
    assert faults(office, B) == [(share.position, "shared-wrongly")]


@pytest.mark.parametrize("raw", [b"", b"\0\0\0\2{}", b"\0\0\0\xff{}"], ids=["empty", "odd", "cut"])
def test_a_malformed_archive_is_an_alarm_and_ends_no_sync(office: Office, writer: LogWriter, raw: bytes) -> None:
    share = writer.share(A, B, [], None, archive=raw)
    report = writer.report(SENTINEL, [B])
    result = read(office, B)
    assert (result.end.position, result.unfinished) == (writer.position, 0)
    assert bodies(case_of(office, B, report)) == ["Report"]
    assert faults(office, B) == ([(share.position, "malformed")] if raw else [])


def test_an_archive_that_does_not_come_is_tried_again_and_stops_nothing(office: Office, writer: LogWriter) -> None:
    report = writer.report(SENTINEL, [A])
    joined = writer.post(A, Joined(writer.people([B])), report, [A, B], [report])
    big = writer.share(A, B, [report.archived, joined.archived] * 200, report)
    later = writer.report("later", [B])
    office.refuse = lambda path: (502, b"") if path.startswith(f"/log/{big.position}/") else None
    result = read(office, B)
    assert (result.is_whole, result.unfinished) == (True, 1)
    assert bodies(case_of(office, B, later)) == ["Report"]
    assert case_of(office, B, report) is None
    office.refuse = lambda path: None
    assert read(office, B).unfinished == 0
    assert bodies(case_of(office, B, report)) == ["Report", "Joined"]


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
    """A new vault takes the digests alone of what lies before its keys: this too stops, and ends when it is locked."""
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
