"""The day on which this computer destroys a case: the same day everywhere, in both languages, and why not sooner."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from keys.cases.destruction import LONG_WAIT_DAYS, Destruction, Wait
from keys.ceremony import back_up, restore
from keys.sync.actions import hand_over, step_back, write
from keys.vault.outbox_store import Reason
from keys.wire.messages import Approval, Closed, Note, Purge
from keys.wording import words
from keys.wording.cases import waits_in_words
from tests.keys.hand import id_of
from tests.keys.log_writer import LogWriter
from tests.keys.office import PASSPHRASE
from tests.keys.restoring import Backup
from tests.keys.window import Window

if TYPE_CHECKING:
    from pathlib import Path

    from keys.wire.ids import CaseId
    from tests.keys.cli import CommandLine
    from tests.keys.office import Office

A, B, C = "Secretaris", "Bestuurslid 1", "Bestuurslid 2"
ISO = re.compile(r"\b\d{4}-\d\d-\d\d\b")
IN_WORDS = re.compile(r"\b\d{1,2} [a-z]+ \d{4}\b", re.IGNORECASE)
# Phrases about the end of a case; a last day is a different thing, in a sentence of its own.
OF_THE_END = re.compile(r"destroy(?:s|ed)\b|vernietig[dt]\b", re.IGNORECASE)


@pytest.fixture
def writer(office: Office, tmp_path: Path) -> LogWriter:
    return LogWriter(office, tmp_path)


@pytest.fixture
def purged(office: Office, writer: LogWriter) -> CaseId:
    """A case that two people want destroyed in a week, and whose report C got by a share; no vault is new."""
    for name in (A, B, C):
        office.end(name)
    office.pass_days(LONG_WAIT_DAYS + 1)
    report = writer.report("Het gaat over de kluis.", [A, B])
    with office.session(A) as session:
        session.sync()
        hand_over(session, session.cases()[0], writer.people([C]))
        write(session, session.cases()[0], Purge("Op verzoek."))
        session.end()
    with office.session(B) as session:
        session.sync()
        [case] = session.cases()
        purge = case.latest(Purge)
        assert purge
        write(session, case, Approval(purge.id, "Akkoord."))
        session.end()
    return id_of(report)


def days_of_the_end(text: str) -> set[str]:
    """Return the days in the sentences about the end of a case."""
    parts = re.split(r"\. |; |\n|</?(?:dd|dt|p|span|section|ul)\b", text)
    return {day for part in parts if OF_THE_END.search(part) for day in (*ISO.findall(part), *IN_WORDS.findall(part))}


@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_list_page_sentence_and_json_says_one_day_and_why_it_is_later_than_the_last(
    office: Office, line: CommandLine, purged: CaseId, language: str, request: pytest.FixtureRequest
) -> None:
    """The first page named day 31, the case's page, the list and `status` day 7."""
    if language == "nl":
        request.getfixturevalue("dutch")
    number = line.opened(C)
    last, day = office.today + 7, office.today + LONG_WAIT_DAYS
    why = waits_in_words([Wait.INCOMPLETE])
    synced = line.done("sync", who=C).stderr
    shown = line.done("read", number, who=C).stdout
    listed = line.done("list", who=C).stdout
    for said in (synced, shown, listed, line.run("status", who=C).output):
        assert days_of_the_end(said) == {words.date(day)}
    assert why in synced
    assert why in shown
    assert words._("last day %(day)s") % {"day": words.date(last)} in listed
    [row] = json.loads(line.done("list", "--json", who=C).stdout)
    case = json.loads(line.done("read", "--json", number, who=C).stdout)
    told = json.loads(line.run("status", "--json", who=C).stdout)
    for one in (row, case, *told["cases"]):
        assert (one["last_day"], one["destroyed_on"], one["waits"]) == (
            words.date(last),
            words.date(day),
            ["incomplete"],
        )
    [notice] = [one for one in told["notices"] if one["kind"] == "destroy-on"]
    assert (notice["days"], notice["waits"]) == ([words.date(day)], ["incomplete"])
    # The day named after writing stays the same from then on.
    noted = line.done("note", number, who=C, text="Gezien.").stderr
    assert days_of_the_end(noted) <= {words.date(day)}
    held = line.done("hold", "--until", words.date(last + 1), number, who=C, text="Nog een dag.").stderr
    assert days_of_the_end(held) == {words.date(day)}
    window = Window(office, C).open()
    first = window.get().text
    assert words.day_in_words(day) in first
    assert why in first.replace("&#39;", "'")
    [link] = window.cases().values()
    page = window.get(link).text
    assert days_of_the_end(page) == {words.day_in_words(day)}
    assert why in page.replace("&#39;", "'")


def destruction(office: Office, name: str) -> Destruction | None:
    with office.session(name) as session:
        [found] = session.destructions(session.summaries().values()).values() or [None]
        return found


def test_a_day_is_said_before_any_complete_sync_has_counted_and_stays_that_day(office: Office, purged: CaseId) -> None:
    """Between writing and the next sync, a page had no day, or the earlier one."""
    office.read(A)
    with office.session(A) as session:
        before = session.destructions(session.summaries().values())
        write(session, session.cases()[0], Closed("Klaar."))
        assert session.destructions(session.summaries().values()) == before
    said = destruction(office, A)
    assert said == Destruction(office.today + 8)
    office.end(A)
    for day in range(9):
        assert destruction(office, A) == (None if office.today >= said.day else said), day
        office.pass_days(1)
        office.end(A)


def test_a_vault_that_was_brought_back_says_the_day_that_it_keeps(
    office: Office, purged: CaseId, tmp_path: Path
) -> None:
    office.read(A)
    back_up(office.folder / A, PASSPHRASE, tmp_path / "backup")
    (office.folder / A).rename(office.folder / "weg")
    restore(office.folder / A, PASSPHRASE, (tmp_path / "backup").read_bytes())
    office.pass_days(1)
    office.end(A)
    said = destruction(office, A)
    assert said == Destruction(office.today + LONG_WAIT_DAYS, (Wait.ARRIVED,))
    office.pass_days(LONG_WAIT_DAYS - 1)
    office.end(A)
    assert destruction(office, A) == said
    office.pass_days(1)
    office.end(A)
    assert destruction(office, A) is None


def test_a_new_vault_asks_the_others_before_it_counts(office: Office, purged: CaseId) -> None:
    """The answers of the others can contain an objection: before they were asked, seven days were counted."""
    with office.session(A) as session:
        session.sync()
        with session.vault.transaction():
            session.vault.sharing.set_due()
        [said] = session.destructions(session.summaries().values()).values()
        session.sync()
        assert [*session.destructions(session.summaries().values()).values()] == [said]
    assert said == Destruction(office.today + LONG_WAIT_DAYS, (Wait.ARRIVED,))


def test_a_day_that_has_come_is_today_until_the_log_was_read(office: Office, purged: CaseId) -> None:
    office.read(A)
    office.pass_days(20)
    assert destruction(office, A) == Destruction(office.today, (Wait.SYNC,))


def test_what_its_owner_has_to_decide_first_is_said(office: Office, purged: CaseId) -> None:
    with office.session(A) as session:
        session.sync()
        write(session, session.cases()[0], Note("Te groot."))
        with session.vault.transaction():
            session.vault.outbox.put_aside(session.vault.outbox.waiting(purged), Reason.TOO_LARGE)
    assert destruction(office, A) == Destruction(office.today + 8, (Wait.PUT_ASIDE,))


def test_while_a_log_that_differs_waits_the_day_begins_anew(office: Office, writer: LogWriter, purged: CaseId) -> None:
    backup = Backup(office, writer)
    writer.cover()
    office.read(A)
    office.pass_days(5)
    backup.restore()
    office.read(A)
    said = destruction(office, A)
    assert said == Destruction(office.today + 7, (Wait.KNOWN, Wait.DIFFERS))


def test_who_reads_no_more_reads_when_their_copy_goes(office: Office, line: CommandLine, purged: CaseId) -> None:
    """The page of a case that is locked for its owner named 90 days when its last day was earlier."""
    office.read(A)
    with office.session(A) as session:
        step_back(session, session.cases()[0], "")
        session.end()
    office.end(A)
    assert destruction(office, A) == Destruction(office.today + 8)
    window = Window(office, A).open()
    [link] = window.cases().values()
    assert words.day_in_words(office.today + 8) in window.read(link)
    window.lock()
    assert json.loads(line.done("list", "--json").stdout)[0]["destroyed_on"] == words.date(office.today + 8)


def test_an_open_case_goes_90_days_after_its_owner_stopped_reading(office: Office) -> None:
    office.report("Het gaat over de kluis.")
    office.read(A)
    with office.session(A) as session:
        step_back(session, session.cases()[0], "")
        session.end()
    office.end(A)
    assert destruction(office, A) == Destruction(office.today + 90, (Wait.LOCKED,))
    window = Window(office, A).open()
    [link] = window.cases().values()
    assert words.day_in_words(office.today + 90) in window.read(link)
