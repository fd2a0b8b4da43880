"""A case that its owner no longer reads: locked at once, and destroyed after ninety days by the own clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keys.cases.destruction import Ended
from keys.errors import NetworkError
from keys.sync import Synced
from keys.sync.actions import hand_over, write
from keys.sync.last_days import settle_reading
from keys.wire.messages import SteppedBack
from tests.keys.hand import id_of, kinds
from tests.keys.log_writer import LogWriter

if TYPE_CHECKING:
    from pathlib import Path

    from tests.keys.office import Office

A, B, X = "Secretaris", "Bestuurslid 1", "Bestuurslid 2"
SENTINEL = "SENTINEL-42 het gaat over de kluis"
LOCK = 90


@pytest.fixture
def writer(office: Office, tmp_path: Path) -> LogWriter:
    return LogWriter(office, tmp_path)


def test_who_reads_a_case_no_more_keeps_its_keys_for_ninety_days_by_the_own_clock(
    office: Office, writer: LogWriter
) -> None:
    """K10, T5: a person who stepped back could not judge a `destroyed`, and kept the case permanently."""
    report = writer.report(SENTINEL, [A, B])
    with office.session(A) as session:
        session.sync()
        write(session, session.cases()[0], SteppedBack())
        session.send_now()
        session.sync()
        assert session.vault.reading_ended.all() == {id_of(report): office.today}
        trust, person, today = session.trust(), session.person, office.today
        assert settle_reading(session.vault, trust, today + LOCK - 1, person, []) == []
        # A clock that was wrong for a day does not keep the case permanently.
        with session.vault.transaction():
            session.vault.reading_ended.put(id_of(report), today + 9999)
        assert settle_reading(session.vault, trust, today, person, []) == []
        [destroyed] = settle_reading(session.vault, trust, today + LOCK, person, [])
        assert destroyed.ended is Ended.READING
        assert session.vault.messages.of_case(id_of(report)) == []


def test_who_stepped_back_unheard_says_so_before_the_case_goes(office: Office, writer: LogWriter) -> None:
    """If it were destroyed with the outbox, A would permanently be a reader for everybody else."""
    report = writer.report(SENTINEL, [A, B])
    with office.session(A) as session:
        session.sync()
        write(session, session.cases()[0], SteppedBack())
        session.sync()  # and the computer is shut down before anything is posted
    office.pass_days(LOCK)
    with office.session(A) as session:
        session.sync()
        assert session.vault.destroyed.all() == []
        session.end()
        session.sync()
        assert [one.ended for one in session.vault.destroyed.all()] == [Ended.READING]
    [case] = office.read(B)
    assert (case.id, case.readers) == (id_of(report), {*writer.people([B])})


def test_who_is_off_the_roster_keeps_nothing_for_what_they_can_send_no_more(office: Office, writer: LogWriter) -> None:
    writer.report(SENTINEL, [A, B])
    with office.session(A) as session:
        session.sync()
        write(session, session.cases()[0], SteppedBack())
        session.sync()
    office.publish_roster([B, X])
    office.pass_days(LOCK)
    with office.session(A) as session:
        session.sync()
        assert [one.ended for one in session.vault.destroyed.all()] == [Ended.READING]


def test_a_case_whose_lock_is_over_is_taken_again_when_its_owner_is_named_anew(
    office: Office, writer: LogWriter
) -> None:
    """K28: otherwise they could never read it again."""
    writer.report(SENTINEL, [A, B])
    with office.session(A) as session:
        session.sync()
        write(session, session.cases()[0], SteppedBack())
        session.send_now()
        session.sync()
        settle_reading(session.vault, session.trust(), office.today + LOCK, session.person, [])
    with office.session(B) as session:
        session.sync()
        hand_over(session, session.cases()[0], writer.people([A]))
        session.end()
    office.end(A)
    [case] = office.read(A)
    assert kinds(case) == ["report", "stepped-back", "joined"]


def test_who_is_back_on_the_roster_after_their_case_is_gone_is_given_it_again(
    office: Office, writer: LogWriter
) -> None:
    """K28: nobody names them again, since for everybody else they are readers."""
    report = writer.report(SENTINEL, [A, B, X])
    office.read(X)
    for name in (A, B):
        office.end(name)
    office.publish_roster([A, B])
    for days in (1, LOCK):
        office.pass_days(days)
        with office.session(X) as session:
            session.sync()
    with office.session(X) as session:
        assert [one.ended for one in session.vault.destroyed.all()] == [Ended.OFF_ROSTER]
    office.publish_roster([A, B, X])
    office.pass_days(1)
    for name in (X, A, X):
        office.end(name)
    assert [case.id for case in office.read(X)] == [id_of(report)]


def test_who_is_back_on_the_roster_on_the_day_on_which_the_case_would_go_keeps_it(
    office: Office, writer: LogWriter
) -> None:
    report = writer.report(SENTINEL, [A, B, X])
    office.read(X)
    office.publish_roster([A, B])
    with office.session(X) as session:
        session.sync()
    office.pass_days(LOCK - 1)
    office.publish_roster([A, B, X])
    with office.session(X) as session:
        session.sync()
        assert session.vault.destroyed.all() == []
        assert [case.id for case in session.cases()] == [id_of(report)]


def test_who_is_named_anew_within_ninety_days_has_lost_nothing(office: Office, writer: LogWriter) -> None:
    report = writer.report(SENTINEL, [A, B])
    with office.session(A) as session:
        session.sync()
        write(session, session.cases()[0], SteppedBack())
        session.send_now()
        session.sync()
    with office.session(B) as session:
        session.sync()
        hand_over(session, session.cases()[0], writer.people([A]))
        session.end()
    with office.session(A) as session:
        session.sync()
        assert session.vault.reading_ended.all() == {}
        assert [case.id for case in session.cases()] == [id_of(report)]


def test_who_is_off_the_roster_keeps_nothing_after_ninety_days_though_no_sync_comes_through(office: Office) -> None:
    """K27: off the roster, no sync is complete, and everything was kept permanently. K10: no message tells them."""
    office.report("een")
    office.read(X)
    office.publish_roster([A, B])
    ended = office.today
    with office.session(X) as session:
        assert session.sync() == Synced()
        assert session.cases() == []
        assert [*session.vault.reading_ended.all().values()] == [ended]

    def cut(path: str) -> None:
        raise NetworkError("cut")

    office.refuse = cut  # type: ignore[assignment]
    for days, left in ((LOCK - 1, 1), (1, 0)):
        office.pass_days(days)
        with office.session(X) as session:
            with pytest.raises(NetworkError):
                session.sync()
            assert len(session.vault.messages.cases()) == left
