"""What a vault accepts from a share: what its author may share, as in the own log or older than it (SPEC 5.4)."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from keys.cases.place import Place
from keys.sealing import Signer
from keys.sync import archives
from keys.wire.messages import Answer, Closed, Consent, Joined
from tests.keys.log_writer import LogWriter
from tests.keys.test_log_reader import SENTINEL, A, B, X, bodies, case_of, faults, read, reader, traces

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dropbox.store import Store
    from tests.keys.office import Office


@pytest.fixture
def writer(office: Office, tmp_path: Path) -> LogWriter:
    return LogWriter(office, tmp_path)


def test_a_share_of_a_case_that_leaves_its_reader_out_leaves_no_trace(office: Office, writer: LogWriter) -> None:
    report = writer.report(SENTINEL, [A, B], without=[X])
    named = writer.post(A, Joined(writer.people([X])), report, [A, X], [report])
    read(office, X)
    assert traces(office, X) == 1  # nobody can know yet that the case leaves them out
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
    # The share comes from a page, which does not know places; the index does.
    assert case.report.placed.place == Place(report.position)
    assert faults(office, X) == []


def test_nobody_shares_who_was_never_a_recipient(office: Office, writer: LogWriter) -> None:
    """D4, audit L5: recipients on any roster may share, and the reporter in their own case."""
    report, other = writer.report(SENTINEL, [A]), writer.report("een ander", [A])
    writer.receipts[report.message.case] = writer.receipts[other.message.case]  # type: ignore[index]
    share = writer.share("", B, [report.archived], report)
    read(office, B)
    assert faults(office, B) == [(share.position, "forbidden")]
    with office.session(B) as session:
        assert session.vault.messages.cases() == []


def test_nothing_is_fetched_of_a_share_that_nobody_may_give(office: Office, writer: LogWriter) -> None:
    """One posting would make every recipient read 64 MiB, and as many new cases as fit."""
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
    """They cost their author nothing, and a case of a hundred thousand could no longer be opened."""
    monkeypatch.setattr(archives, "MOST_BY_WORD", 5)
    report = writer.report(SENTINEL, [A, B])
    said = writer.post("", Answer("Dit stond in de log."), report, [A, B], [report])
    made = [writer.unposted("", Answer(f"{number}"), report, [A, B], [report]) for number in range(8)]
    store: Store = office.app.extensions["store"]  # type: ignore[attr-defined]
    store.expiry.expire(office.today + 397)
    first = writer.share(A, B, [report.archived, said.archived, *made[:2]], report)
    second = writer.share(A, B, made[2:], report)
    read(office, B)
    assert bodies(case_of(office, B, report)) == ["Report", *["Answer"] * 4]
    assert faults(office, B) == [(second.position, "shared-wrongly")]
    assert first.position == 3
    by_reporter = writer.share("", B, made[:6], report)
    read(office, B)
    assert faults(office, B)[1:] == [(by_reporter.position, "malformed")]


def test_a_message_under_an_own_cover_entry_is_not_taken_from_a_share(office: Office, writer: LogWriter) -> None:
    """T9, K29: its mac stays in the log, for as long as M likes; the header of a cover entry commits to no head."""
    report = writer.report(SENTINEL, [A, B])
    forged = writer.under_a_cover_entry(A, Closed("Klaar."), report, [A, B])
    office.pass_days(20)
    share = writer.share(A, B, [forged], report)
    read(office, B)
    assert bodies(case_of(office, B, report)) == ["Report"]
    assert faults(office, B) == [(share.position, "shared-wrongly")]


@pytest.mark.parametrize("place", [None, 1])
def test_what_stands_nowhere_in_the_own_log_is_not_taken_from_a_share(
    office: Office, writer: LogWriter, place: int | None
) -> None:
    """T29, T45: M joins X in a share to B alone, without posting it, and B would seal to X."""
    report = writer.report(SENTINEL, [A, B])
    hidden = replace(writer.unposted(A, Joined(writer.people([X])), report, [A, B, X], [report]), place=place)
    share = writer.share(A, B, [hidden], report)
    read(office, B)
    case = case_of(office, B, report)
    assert bodies(case) == ["Report"]
    assert case is not None
    assert case.readers == {*writer.people([A, B])}
    assert share.position == 2


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
