"""One posted entry, or one answer of the server, must not keep a tool from reading everything after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keys.cases.destruction import Ended
from keys.ceremony import back_up, restore
from keys.errors import UnknownCapabilityError
from keys.roster.weeks import monday
from keys.sync import NoticeKind, last_days
from keys.wire.ids import RosterId
from keys.wire.messages import Arrived, Joined, Note
from tests.keys.bundles import own, post_spoilt, published
from tests.keys.forging import post_share_of_no_case
from tests.keys.hand import id_of
from tests.keys.log_writer import LogWriter
from tests.keys.office import PASSPHRASE, PEOPLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keys.sync import RecipientSession
    from tests.keys.log_writer import Posted
    from tests.keys.office import Office

A, B, X = ALL = tuple(name for name, _ in PEOPLE)
UNKNOWN = (404, b'{"error":"unknown"}')
LONG = 90_000  # bytes of text: more than one chunk


@pytest.fixture
def writer(office: Office, tmp_path: Path) -> LogWriter:
    return LogWriter(office, tmp_path)


def texts(session: RecipientSession) -> set[str]:
    return {message.text for case in session.cases() for message in case.thread}


def long_share(writer: LogWriter, report: Posted, to: str) -> Posted:
    """Share a case with somebody in an archive with parts to fetch."""
    joined = writer.post(A, Joined(writer.people([to])), report, [A, B, to], [report])
    return writer.share(A, to, [report.archived, joined.archived] * 200, report)


ANYBODYS: dict[str, Callable[[Office, LogWriter], object]] = {
    "a share of no case": lambda office, writer: [post_share_of_no_case(office, name) for name in ALL],
    "a spoilt report": lambda office, writer: [post_spoilt(office, name) for name in ALL],
    "a long report under an address that opens nothing": lambda office, writer: writer.report(
        "x" * LONG, ALL, elsewhere=True
    ),
}


@pytest.mark.parametrize("post", ANYBODYS.values(), ids=ANYBODYS)
def test_what_anybody_posts_stops_no_recipients_sync(
    office: Office, writer: LogWriter, post: Callable[[Office, LogWriter], object]
) -> None:
    """C1: an entry named a mailbox unknown to the server, and every tool stopped there for thirteen months."""
    running = office.report("van daarvoor")
    for name in ALL:
        office.read(name)
    post(office, writer)
    office.report("van daarna")
    for answer in ("meteen erna", "tien dagen later"):
        office.answer(running, answer)
        for name in ALL:
            with office.session(name) as session:
                assert session.sync().is_complete
                assert {"van daarvoor", "van daarna", answer} <= texts(session)
        office.pass_days(10)


def test_a_long_report_is_read_whole_whatever_its_posting_names(office: Office, writer: LogWriter) -> None:
    """C1: what came after its first chunk was requested at the address, and never arrived."""
    writer.report("x" * LONG, ALL, elsewhere=True)
    for name in ALL:
        with office.session(name) as session:
            session.sync()
            assert texts(session) == {"x" * LONG}
            assert not [notice for notice in session.notices() if notice.is_alarm]


@pytest.mark.parametrize("refused", [None, UNKNOWN], ids=["its archive is there", "its archive is gone"])
def test_a_restored_vault_reads_on_after_a_share_of_a_case_that_all_have_destroyed(
    office: Office, writer: LogWriter, tmp_path: Path, refused: tuple[int, bytes] | None
) -> None:
    """C1: without an attacker. The case was handed over and destroyed since the backup, and the vault never synced."""
    kept = writer.report("is er nog", ALL)
    office.read(X)
    back_up(office.folder / X, PASSPHRASE, tmp_path / "backup")
    gone = writer.report("is vernietigd", [A, B])
    share = long_share(writer, gone, X)
    for name in ALL:
        with office.session(name) as session:
            session.sync()
            assert id_of(gone) in session.vault.messages.cases()
            last_days._destroy(session.vault, session.trust(), [id_of(gone)], Ended.BY_HAND, office.today)
    writer.report("van daarna", ALL)
    (office.folder / X).rename(office.folder / "lost")
    restore(office.folder / X, PASSPHRASE, (tmp_path / "backup").read_bytes())
    office.refuse = lambda path: refused if path.startswith(f"/log/{share.position}/") else None
    for _ in range(2):
        with office.session(X) as session:
            assert session.sync().is_complete
            assert {"is er nog", "van daarna"} <= texts(session)
            assert id_of(kept) in session.vault.messages.cases()


def test_a_report_that_names_a_roster_of_nobody_leaves_every_sync_complete(office: Office, writer: LogWriter) -> None:
    """T40: no sync was complete any more: no bundles, no keys destroyed."""
    writer.report("een", ALL, roster=RosterId(bytes(32)))
    office.pass_days(28)
    first = min(bundle.start for bundle in own(office))
    with office.session(A) as session:
        assert session.sync().is_complete
        assert texts(session) == {"een"}
        assert not [notice for notice in session.notices() if notice.is_alarm]
    assert first not in [bundle.start for bundle in own(office)]
    assert monday(office.today) in {bundle.week for bundle in published(office)}


def test_a_share_that_never_comes_keeps_no_key_from_being_destroyed(office: Office, writer: LogWriter) -> None:
    """audit L10: by corrupting one answer, a server could keep old keys from being destroyed."""
    report = writer.report("een", [A, B])
    share = long_share(writer, report, X)
    office.refuse = lambda path: (502, b"") if path.startswith(f"/log/{share.position}/") else None
    first = min(bundle.start for bundle in own(office, X))
    for _ in range(4):
        office.pass_days(7)
        with office.session(X) as session:
            synced = session.sync()
            assert (synced.is_complete, synced.unfinished) == (True, 1)
    assert first not in [bundle.start for bundle in own(office, X)]


def test_a_tool_asks_again_after_one_unknown_of_the_server(office: Office) -> None:
    """H6: one 404 silently cut a vault off from a case, permanently."""
    receipt = office.report("een")
    office.read(A)
    office.refuse = lambda path: UNKNOWN if path.startswith("/log") else None
    with office.session(A) as session, pytest.raises(UnknownCapabilityError):
        session.sync()
    office.refuse = lambda path: None
    office.answer(receipt, "ik word bedreigd, help")
    for name in (A, B):
        with office.session(name) as session:
            assert session.sync().is_complete
            assert texts(session) == {"een", "ik word bedreigd, help"}


def test_dossiers_of_cases_that_do_not_exist_cost_a_line_and_one_question(office: Office, writer: LogWriter) -> None:
    """M8: each vault searched a hundred of them at each sync. T39: and posted `arrived` once a week."""
    for _ in range(2):
        office.end(A)
    for _ in range(12):
        writer.note_of_no_case(X, "Van geen zaak.", [A, B])
    said = 0
    for days in (0, 7, 7, 7):
        office.pass_days(days)
        with office.session(A) as session:
            assert session.sync().is_complete
            asked = [path for _, path, _ in session.courier.asked if path.startswith("/log")]  # type: ignore[attr-defined]
            assert len(asked) == 1
            assert session.cases() == []
            told = {notice.kind: notice.count for notice in session.notices()}
            assert told.get(NoticeKind.UNKNOWN_CASES, 0) == (12 if days else 0)
            said += sum(isinstance(one.message.head.body, Arrived) for one in session.vault.outbox.all())
            session.send_now()
    assert said == 1


def test_a_note_of_no_case_is_no_alarm_on_anybody(office: Office, writer: LogWriter) -> None:
    """M8: its report may still arrive, by a share."""
    note = writer.note_of_no_case(X, "Van geen zaak.", [A])
    with office.session(A) as session:
        session.sync()
        assert not [notice for notice in session.notices() if notice.is_alarm]
        assert isinstance(session.vault.messages.of_case(note.message.case)[0].message.head.body, Note)  # type: ignore[arg-type]
