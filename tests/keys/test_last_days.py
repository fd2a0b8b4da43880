"""The end of a case in a vault: on a date, by everybody's own computation, permanently, and never by a message."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from keys.cases.destruction import LONG_WAIT_DAYS, WAIT_DAYS, Countdown, Destruction, Ended, SyncDays
from keys.cases.terms import months_after
from keys.ceremony import back_up, restore
from keys.errors import EarlyError
from keys.receipt import Receipt
from keys.sync.actions import hand_over
from keys.sync.last_days import (
    destroy_own_copy,
    settle_last_days,
    take_again,
)
from keys.sync.shown import SHOWN, note_shown
from keys.wire.canonical import b64
from keys.wire.messages import Answer, Closed, Joined, Note
from tests.keys.hand import id_of, kinds
from tests.keys.log_writer import LogWriter
from tests.keys.office import PASSPHRASE, POLICY
from tests.keys.traces import traces

if TYPE_CHECKING:
    from keys.sync import RecipientSession
    from keys.vault.destroyed import DestroyedCase
    from tests.keys.log_writer import Posted
    from tests.keys.office import Office

A, B, X = "Secretaris", "Bestuurslid 1", "Bestuurslid 2"
SENTINEL = "SENTINEL-42 het gaat over de kluis"


@pytest.fixture
def writer(office: Office, tmp_path: Path) -> LogWriter:
    return LogWriter(office, tmp_path)


@pytest.fixture
def closed(office: Office, writer: LogWriter) -> Posted:
    """A case of A and B that A has closed; the vaults are older than thirty days."""
    for name in (A, B):
        office.end(name)
    office.pass_days(LONG_WAIT_DAYS + 1)
    writer.position = 100  # nobody here needs a real place
    report = writer.report(SENTINEL, [A, B])
    writer.post(A, Closed("Klaar."), report, [A, B], [report])
    for name in (A, B):
        office.read(name)
    return report


def last_day(office: Office) -> int:
    return months_after(office.today, POLICY.retention.months)


def settle(session: RecipientSession, server: int, own: int | None = None) -> list[DestroyedCase]:
    """Do at once what complete syncs on these days do to a vault without changes."""
    days = SyncDays(server, server if own is None else own)
    return settle_last_days(session.vault, session.trust(), days, session.person, session.vault.messages.cases())


def test_nothing_goes_before_the_day_after_its_last_day(office: Office, closed: Posted) -> None:
    """H1, M7: nobody's message makes a vault delete: each has its own date."""
    with office.session(A) as session:
        case_id, end = id_of(closed), last_day(office)
        assert session.destructions(session.summaries().values()) == {case_id: Destruction(end + 1)}
        assert settle(session, end) == []
        assert session.cases()
        [destroyed] = settle(session, end + 1)
        assert (destroyed.case, destroyed.ended, destroyed.day) == (case_id, Ended.LAST_DAY, end + 1)
        assert session.cases() == []
        assert session.wants_backup


@pytest.mark.parametrize(("server", "own"), [(400, 0), (0, 400), (-400, 400)])
def test_one_clock_alone_destroys_nothing(office: Office, closed: Posted, server: int, own: int) -> None:
    """K9: a day too early, on a laptop whose clock is slow at midnight."""
    with office.session(A) as session:
        end = last_day(office)
        assert settle(session, end + server, end + own) == []
        assert session.cases()
        assert settle(session, end + 1)


def test_a_wrong_clock_keeps_nothing_for_ever(office: Office, closed: Posted) -> None:
    """A wait that begins in ten years would end in ten years."""
    with office.session(A) as session:
        end = last_day(office)
        with session.vault.transaction():
            session.vault.countdowns.begin_anew()
        assert settle(session, end - 20, end + 3650) == []
        assert settle(session, end - 10) == []
        assert settle(session, end) == []
        assert settle(session, end + 1)


def test_a_vault_that_first_looks_after_the_last_day_waits_seven_days(office: Office, closed: Posted) -> None:
    with office.session(A) as session:
        end = last_day(office)
        with session.vault.transaction():
            session.vault.countdowns.begin_anew()
        assert settle(session, end + 100) == []
        assert settle(session, end + 99 + WAIT_DAYS) == []
        assert settle(session, end + 100 + WAIT_DAYS)


def test_what_came_by_a_share_waits_thirty_days(office: Office, closed: Posted, writer: LogWriter) -> None:
    """K10, K18: also for somebody who joined late."""
    office.end(X)
    office.pass_days(LONG_WAIT_DAYS + 1)
    with office.session(A) as session:
        session.sync()
        hand_over(session, session.cases()[0], writer.people([X]))
        session.end()
    office.read(X)
    with office.session(X) as session:
        [countdown] = session.vault.countdowns.all().values()
        assert countdown.waits_long
        late = countdown.last_day + 500
        with session.vault.transaction():
            session.vault.countdowns.begin_anew()
        assert settle(session, late) == []
        assert settle(session, late + LONG_WAIT_DAYS - 1) == []
        assert settle(session, late + LONG_WAIT_DAYS)


def test_a_case_is_kept_while_own_words_wait_and_a_share_is_none(
    office: Office, closed: Posted, writer: LogWriter
) -> None:
    """K13, K31: waiting, or put aside and undecided."""
    case_id = id_of(closed)
    with office.session(A) as session:
        end = last_day(office)
        session.composer().write(case_id, Note("Wacht nog."), [closed.message.id])
        session.composer().write(case_id, Joined(writer.people([X])), [closed.message.id])
        assert settle(session, end + 1) == []
        for one in session.vault.outbox.waiting(case_id):
            with session.vault.transaction():
                session.vault.outbox.drop(one.message.mac)
        assert settle(session, end + 2)


def test_a_case_that_was_opened_again_has_no_countdown(office: Office, closed: Posted, writer: LogWriter) -> None:
    writer.post("", Answer("Toch nog iets."), closed, [A, B], [closed])
    office.read(A)
    with office.session(A) as session:
        assert session.vault.countdowns.all() == {}
        assert settle(session, last_day(office) + 1000) == []


def test_nothing_of_a_destroyed_case_is_left_but_its_id_and_a_line_of_the_register(
    office: Office, closed: Posted, tmp_path: Path
) -> None:
    case_id = id_of(closed)
    with office.session(A) as session:
        made = tmp_path / "dossier.pdf"
        made.write_bytes(b"een uitdraai")
        with session.vault.transaction():
            session.vault.note_saved(closed.message.mac, 0, b"/home/a/bijlage")
            session.vault.destroyed.note_export(case_id, made)
        session.summaries()
        note_shown(session, session.cases()[0])
        assert b64(case_id) in str(session.vault.setting(SHOWN))
        settle(session, last_day(office) + 1)
        assert session.vault.setting(SHOWN) == b"{}"
        [destroyed] = session.vault.destroyed.all()
        assert destroyed.line
        assert destroyed.line.topic == "anders"
        assert set(destroyed.paths) == {Path("/home/a/bijlage"), made}
        assert traces(session.vault, case_id) == {"destroyed"}
        # Everybody on the roster knows that there was an envelope.
        assert traces(session.vault, closed.message.mac) == {"log_entry"}
        assert session.words() == {}
        made.unlink()
        with session.vault.transaction():
            session.vault.destroyed.forget_missing()
        [destroyed] = session.vault.destroyed.all()
        assert (destroyed.paths, destroyed.gone) == ((), 2)


def test_no_key_of_a_destroyed_case_waits_in_an_answer(office: Office, closed: Posted, writer: LogWriter) -> None:
    """An answer to an `arrived` that was not posted has the keys of all cases."""
    case_id = id_of(closed)
    office.rekey(B)
    office.end(B)
    with office.session(A) as session:
        session.sync()
        mine = [one for one in session.vault.outbox.all() if one.message.head.files]
        assert mine
        settle(session, last_day(office) + 1)
        assert session.vault.destroyed.find(case_id)
        left = [one for one in session.vault.outbox.all() if one.message.head.files]
        assert not {one.message.mac for one in left} & {one.message.mac for one in mine}
        session.sync()
        # The answer is posted all the same.
        assert [one.message.head.kind for one in session.vault.outbox.waiting(None)] == ["share"]


def test_a_destroyed_case_does_not_come_back_by_what_others_write_or_share(
    office: Office, closed: Posted, writer: LogWriter
) -> None:
    """K12, T41: a share, or M's `joined`, restored it again and again."""
    case_id = id_of(closed)
    with office.session(A) as session:
        settle(session, last_day(office) + 1)
    writer.post(B, Joined(writer.people([A])), closed, [A, B], [closed])
    writer.share(B, A, [closed.archived], closed)
    assert office.read(A) == []
    with office.session(A) as session:
        assert traces(session.vault, case_id) == {"destroyed"}
        assert session.vault.messages.unknown_since() == {}


def test_what_the_reporter_still_writes_is_shown_once(office: Office, closed: Posted, writer: LogWriter) -> None:
    """K1: R writes after it was destroyed."""
    with office.session(A) as session:
        settle(session, last_day(office) + 1)
    writer.post("", Answer("Ik word nu ontslagen."), closed, [A, B], [closed])
    writer.post(B, Note("Van een lezer."), closed, [A, B], [closed])
    # A reader who knows the case signs with a key unknown to everybody.
    writer.receipts[id_of(closed)] = Receipt.draw()
    writer.post("", Answer("Laat maar."), closed, [A, B], [closed])
    office.read(A)
    with office.session(A) as session:
        [words] = session.vault.destroyed.last_words()
        assert (words.case, words.text) == (id_of(closed), "Ik word nu ontslagen.")
        with session.vault.transaction():
            session.vault.destroyed.forget_last_words()
        session.sync()
        assert session.vault.destroyed.last_words() == []


def test_an_owner_who_agrees_takes_a_case_again_and_asks_for_it(office: Office, closed: Posted) -> None:
    """K12, T41: only with its owner's consent."""
    with office.session(A) as session:
        settle(session, last_day(office) + 1)
        take_again(session.vault, id_of(closed))
        assert session.vault.destroyed.all() == []
    office.end(A)
    office.end(B)
    [case] = office.read(A)
    assert kinds(case) == ["report", "closed"]


def test_an_owner_destroys_the_own_copy_by_hand_and_only_after_the_last_day(office: Office, closed: Posted) -> None:
    with office.session(A) as session:
        [case] = session.cases()
        end = last_day(office)
        with pytest.raises(EarlyError):
            destroy_own_copy(session.vault, session.trust(), case, end)
        destroyed = destroy_own_copy(session.vault, session.trust(), case, end + 1)
        assert destroyed.ended is Ended.BY_HAND
        assert session.cases() == []


def test_a_restored_vault_begins_its_waits_anew(office: Office, closed: Posted, tmp_path: Path) -> None:
    """K30: it had its old "since" and destroyed the case before any `arrived` was answered."""
    end = last_day(office)
    back_up(office.folder / A, PASSPHRASE, tmp_path / "backup")
    office.pass_days(3)
    restore(tmp_path / "restored", PASSPHRASE, (tmp_path / "backup").read_bytes())
    (office.folder / A).rename(office.folder / "lost")
    (tmp_path / "restored").rename(office.folder / A)
    with office.session(A) as session:
        session.sync()
        [countdown] = session.vault.countdowns.all().values()
        assert countdown == Countdown(end, office.today, waits_long=False)
        own = session.vault.sharing.own_arrived()
        assert own
        assert own.day == office.today


def test_a_sync_looks_only_at_the_cases_that_have_changed(
    office: Office, writer: LogWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = writer.report(SENTINEL, [A, B])
    for _ in range(3):  # until the outbox is empty
        office.end(A)
    office.read(A)
    second = writer.report(SENTINEL, [A, B])
    with office.session(A) as session:
        loaded = []
        store = type(session.vault.messages)
        of_one, of_some = store.of_case, store.of_cases

        def of_case(self, case_id):  # type: ignore[no-untyped-def]
            loaded.append(case_id)
            return of_one(self, case_id)

        def of_cases(self, case_ids):  # type: ignore[no-untyped-def]
            loaded.extend(case_ids)
            return of_some(self, case_ids)

        monkeypatch.setattr(store, "of_case", of_case)
        monkeypatch.setattr(store, "of_cases", of_cases)
        session.sync()
    assert id_of(second) in loaded
    assert id_of(first) not in loaded


KILLED = """
import os, signal, sys
from pathlib import Path
from keys.cases.destruction import SyncDays
from keys.ceremony import open_vault, unlock
from keys.sync.last_days import settle_last_days
from keys.sync.trust import load_trust
from keys.vault.destroyed import DestroyedCases
from keys.wire.canonical import unb64
from keys.wire.ids import PersonId

home, day, person, passphrase = Path(sys.argv[1]), int(sys.argv[2]), PersonId(unb64(sys.argv[3], 16)), sys.argv[4]
# The last step of destroying: all is overwritten, and nothing of it is durable.
DestroyedCases.add = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
with open_vault(home, unlock(home, passphrase)) as vault:
    settle_last_days(vault, load_trust(vault), SyncDays(day, day), person, vault.messages.cases())
"""


def test_a_tool_that_is_killed_while_it_destroys_has_the_case_whole_or_not_at_all(
    office: Office, closed: Posted
) -> None:
    with office.session(A) as session:
        before = session.cases()
    call = [sys.executable, "-c", KILLED, str(office.folder / A), str(last_day(office) + 1)]
    killed = subprocess.run([*call, b64(office.person(A)), PASSPHRASE], check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    with office.session(A) as session:
        assert session.cases() == before
        assert session.vault.destroyed.all() == []
        assert settle(session, last_day(office) + 1)
        assert session.cases() == []
