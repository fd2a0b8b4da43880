"""A session reads the log: its connection, its capability, how far it reads, and what it reports as missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keys.cases.approvals import APPROVAL_DAYS
from keys.cases.notices import NoticeKind as CaseNoticeKind
from keys.ceremony import enrol, join
from keys.errors import (
    TamperedError,
    UnknownCapabilityError,
)
from keys.identity import card_box, open_log_capability
from keys.sync import NoticeKind, Synced
from keys.wire.ids import CaseId
from keys.wire.log import log_cursor
from keys.wire.messages import (
    Note,
    Purge,
)
from tests.keys.log_writer import LogWriter
from tests.keys.office import CHEAP, PASSPHRASE, PEOPLE, Paging
from tests.keys.test_notices import day_shifted
from tests.keys.test_reporter import spoil_one_bundle

if TYPE_CHECKING:
    from pathlib import Path

    from keys.cases.case import Case
    from keys.sync import RecipientSession
    from tests.keys.office import Office

A, B, X = (name for name, _ in PEOPLE)


def only(session: RecipientSession) -> Case:
    session.sync()
    [case] = session.cases()
    return case


def test_the_log_is_read_over_a_connection_of_its_own(office: Office) -> None:
    """M4: separate connections did not help while there was a request per case."""
    with office.session(A) as session:
        session.sync()
        asked = session.courier.asked  # type: ignore[attr-defined]
    by_log = {connection for connection, path, _ in asked if path.startswith("/log")}
    others = {connection for connection, path, _ in asked if not path.startswith("/log")}
    assert by_log
    assert by_log.isdisjoint(others)


def test_a_sync_that_has_read_enough_stops_and_goes_on_when_it_is_told(office: Office) -> None:
    office.report("een")
    with office.session(A) as session:
        session.courier = Paging(office)
        stopped = session.sync(most=1)
        assert (stopped.is_whole, stopped.is_complete, stopped.asks_to_go_on) == (True, True, False)
        office.report("twee")
        office.report("drie")
        stopped = session.sync(most=1)
        assert (stopped.is_whole, stopped.is_complete, stopped.asks_to_go_on) == (False, False, True)
        assert NoticeKind.TOO_MUCH in [notice.kind for notice in session.notices()]
        assert session.sync().is_complete
        assert NoticeKind.TOO_MUCH not in [notice.kind for notice in session.notices()]
        assert len(session.cases()) == 3


def test_each_roster_has_a_capability_of_its_own_that_it_brings_to_everyone_on_it(office: Office) -> None:
    """L2: it was in the log: a newcomer, or somebody without a key, was locked out."""
    office.add("Bestuurslid 3", "bestuur")
    office.report("een")
    capabilities = {open_log_capability(office.secret(A), roster) for roster in office.history().rosters}
    assert len(capabilities) == 2
    for name in office.cards:
        assert open_log_capability(office.secret(name), office.roster()) in capabilities
        assert [case.report.text for case in office.read(name)] == ["een"]


def test_what_a_roster_seals_to_a_card_opens_for_nobody_else(office: Office) -> None:
    own = office.roster().find(office.identity(A))
    assert own
    for name in (B, X):
        with pytest.raises(TamperedError):
            card_box(office.secret(name)).open(own.log)


def test_a_former_recipient_reads_the_log_no_more_once_the_roster_that_ends_them_is_in_force(office: Office) -> None:
    """audit L4: the earlier capability was valid for thirteen months."""
    earlier = open_log_capability(office.secret(X), office.roster())
    office.publish_roster([A, B])
    office.report("een")
    with pytest.raises(UnknownCapabilityError):
        office.courier().log(earlier, log_cursor(0, office.root.id))  # type: ignore[arg-type]
    with office.session(X) as session:
        assert session.sync() == Synced()
        assert (session.cases(), session.end().covers) == ([], 0)
    assert [case.report.text for case in office.read(A)] == ["een"]


def test_a_long_report_is_read_whole(office: Office) -> None:
    long = "Een lang verhaal. " * 5500
    receipt = office.report(long)
    [case] = office.read(A)
    assert (case.report.text, case.alarms) == (long, ())
    seen = office.thread(receipt)
    assert seen.case
    assert (seen.case.report.text, seen.alarms) == (long, ())


def test_who_was_away_while_rosters_were_renewed_reads_by_the_newest_one(office: Office) -> None:
    """L2: the capability that they lack is in the roster, and not in a log that they cannot read."""
    for _ in range(2):
        office.publish_roster([*office.cards])
    office.report("een")
    with office.session(X) as session:
        assert only(session).report.text == "een"
        assert session.vault.messages.faults() == []


def test_a_newcomer_takes_what_lies_before_their_keys_in_the_short_form_alone(office: Office) -> None:
    """A year of the log is gigabytes, and none of it would open."""
    office.report("van vroeger")
    office.pass_days(30)
    office.report("van vorige week")
    office.pass_days(14)
    office.cards["Nieuw"] = enrol(office.folder / "Nieuw", "Nieuw", "bestuur", PASSPHRASE, office.today, CHEAP)
    office.publish_roster([*office.cards])
    office.report("van nu")
    with office.session("Nieuw") as session:
        join(session.vault, session.secret, office.courier(), office.root.id, office.today)
        assert session.sync().is_complete
        asked = [path for _, path, _ in session.courier.asked if path.startswith("/log")]  # type: ignore[attr-defined]
        assert ["short=1" in path for path in asked] == [True, False]
        assert [case.report.text for case in session.cases()] == ["van nu"]
        assert session.vault.log.count() == 3
        assert NoticeKind.NEVER_SEEN not in [notice.kind for notice in session.notices()]
    with office.session(A) as session:
        session.sync()
        assert session.vault.log.end(office.root.id).position == 3
    with office.session("Nieuw") as session:
        assert session.vault.log.digest_at(1, office.root.id) is not None


@pytest.fixture
def writer(office: Office, tmp_path: Path) -> LogWriter:
    return LogWriter(office, tmp_path)


def lines(session: RecipientSession) -> list[CaseNoticeKind]:
    """Return the kinds of the session's notices about its only case."""
    [case] = session.cases()
    return [line.kind for line in case.lines_after(is_complete=session.is_complete)]


def test_what_is_missing_is_told_only_after_a_complete_sync(office: Office, writer: LogWriter) -> None:
    report = writer.report("Er ging iets mis.", [A, B])
    kept = writer.post(B, Note("Alleen voor mezelf."), report, [B], [report])
    writer.post(B, Note("Voor ons beiden."), report, [A, B], [kept])
    office.meddle = day_shifted(10)  # the clocks do not agree: no sync is complete
    with office.session(A) as session:
        assert not session.sync().is_complete
        assert CaseNoticeKind.MISSING not in lines(session)
    office.meddle = lambda asked, answer: answer
    with office.session(A) as session:
        assert session.sync().is_complete
        assert CaseNoticeKind.MISSING in lines(session)
        session.end()
        assert CaseNoticeKind.MISSING in lines(session)
        session.courier = Paging(office)
        office.report("Een ander.")
        office.report("Een derde.")
        assert not session.sync(most=1).is_complete
        assert not session.is_complete


def test_a_request_asks_for_an_approval_for_thirty_days_although_nothing_comes(
    office: Office, writer: LogWriter
) -> None:
    report = writer.report("Er ging iets mis.", [A, B])
    writer.post(B, Purge("Het is niets."), report, [A, B], [report])
    case_id = CaseId(report.message.id)
    with office.session(A) as session:
        session.sync()
        assert len(session.summaries()[case_id].asked) == 1
        office.pass_days(APPROVAL_DAYS)
        assert len(session.summaries()[case_id].asked) == 1
        office.pass_days(1)
        assert session.summaries()[case_id].asked == ()
    with office.session(A) as session:
        assert session.summaries()[case_id].asked == ()


def test_whose_keys_are_spoilt_is_named_and_reading_goes_on(office: Office) -> None:
    """H3: nobody's bundle stops another's tool."""
    spoil_one_bundle(office, office.identity(X))
    office.report("een")
    with office.session(A) as session:
        assert session.sync().is_complete
        [notice] = [one for one in session.notices() if one.kind is NoticeKind.SPOILT]
        assert (notice.people, notice.is_alarm) == ((X,), False)
        assert len(session.cases()) == 1
