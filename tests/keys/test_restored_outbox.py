"""The outbox of a backup is posted once, whenever the backup was made and the vault was lost."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from keys.ceremony import back_up, restore
from keys.errors import NetworkError
from keys.sync.actions import drop, put_aside, send_anyway, step_back, write
from keys.vault.outbox_store import Reason
from keys.wire.log import LogPage
from keys.wire.messages import LOG, Answer, Note
from keys.wording.outbox import sent_in_words
from tests.keys.office import PASSPHRASE, Paging

if TYPE_CHECKING:
    from pathlib import Path

    from keys.wire.messages import Body
    from tests.keys.office import Office

A, B, C = "Secretaris", "Bestuurslid 1", "Bestuurslid 2"


@dataclass
class Story:
    """The steps of an office; after each one, A's vault is backed up, and the whole office is copied."""

    office: Office
    folder: Path
    offices: list[Office] = field(default_factory=list)  # after each step
    said: list[list[str]] = field(default_factory=list)  # A's texts in the log
    waiting: list[list[str]] = field(default_factory=list)  # and in the outbox

    def step(self) -> None:
        number = len(self.offices)
        self.said.append(said(self.office))
        self.waiting.append(waiting(self.office))
        back_up(self.office.folder / A, PASSPHRASE, self.folder / f"backup {number}")
        shutil.copytree(self.office.folder, self.folder / f"office {number}")
        self.offices.append(replace(self.office, folder=self.folder / f"office {number}"))

    def lost(self, at: int, backup: int) -> Office:
        """Return the office after a step, with A's vault lost and restored from a backup of then or before."""
        office = replace(self.offices[at], folder=self.folder / f"lost {at} {backup}")
        shutil.copytree(self.offices[at].folder, office.folder)
        office.root, office.data = self.office.root, office.folder / "server"  # type: ignore[attr-defined]
        office.start_server()
        bring_back(office, self.folder / f"backup {backup}")
        return office


@pytest.fixture
def story(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """A case that A, B and C have read."""
    office.report("Een melding.")
    for name in (A, B, C):
        office.end(name)
    return Story(office, tmp_path_factory.mktemp("story"))


def bring_back(office: Office, backup: Path) -> None:
    shutil.rmtree(office.folder / A)
    restore(office.folder / A, PASSPHRASE, backup.read_bytes())


def act(office: Office, *bodies: Body) -> None:
    with office.session(A) as session:
        session.sync()
        for body in bodies:
            write(session, session.cases()[0], body)


def said(office: Office) -> list[str]:
    """Return A's messages in the log, as B reads them: none is missing, doubled, or an alarm."""
    [case] = office.read(B)
    assert (case.alarms, case.missing, case.lines) == ((), (), ())
    return [message.text for message in case.messages if message.person == office.person(A)]


def waiting(office: Office) -> list[str]:
    with office.session(A) as session:
        outgoing = [one for one in session.vault.outbox.all() if one.message.head.channel != LOG]
        return [one.message.head.body.text for one in outgoing]  # type: ignore[attr-defined]


def cut_after_the_first(office: Office) -> None:
    """End A's session with a connection that breaks after the server has accepted one envelope."""

    def cut(path: str, answer: bytes) -> bytes:
        if path == "/envelopes":
            raise NetworkError("cut")
        return answer

    office.meddle = cut
    office.end(A)
    office.meddle = lambda _path, answer: answer


def tell(story: Story) -> None:
    """Write and post; messages in the outbox are sealed anew twice in between."""
    office = story.office
    story.step()
    act(office, Answer("een"), Note("twee"), Answer("drie"))
    story.step()
    cut_after_the_first(office)
    story.step()
    with office.session(C) as session:  # somebody in `to` no longer reads
        session.sync()
        step_back(session, session.cases()[0], "")
        session.end()
    story.step()
    office.end(A)
    story.step()
    act(office, Note("vier"), Note("vier"), Answer("vijf"))
    story.step()
    with office.session(B) as session:  # B has lost the earlier keys
        with session.vault.transaction():
            session.vault.sharing.set_due()
        session.sync()
        session.end()
    story.step()
    office.end(A)
    story.step()
    assert sorted(story.said[-1]) == ["drie", "een", "twee", "vier", "vier", "vijf"]


STEPS = range(8)
SOONER = [(4, 1), (4, 2), (7, 5), (7, 1)]  # the vault is lost after the first step, the backup is from the second


@pytest.mark.parametrize(
    "pairs",
    [
        pytest.param(SOONER, id="sooner"),
        pytest.param([(at, of) for at in STEPS for of in range(at + 1)], id="each", marks=pytest.mark.slow),
    ],
)
def test_wherever_the_vault_is_lost_and_brought_back_each_thing_is_said_once(
    story: Story, pairs: list[tuple[int, int]]
) -> None:
    """A message that was sealed anew and posted after the backup had another mac: it was posted again."""
    tell(story)
    wrong = []
    for at, backup in pairs:
        office = story.lost(at, backup)
        office.end(A)
        office.end(A)
        now = said(office)
        wanted = story.said[at] + [text for text in story.waiting[backup] if text not in story.said[at]]
        if sorted(now) != sorted(wanted) or waiting(office) or now[: len(story.said[at])] != story.said[at]:
            wrong.append((at, backup, now, wanted, waiting(office)))
        office.app.extensions["store"].close()  # type: ignore[attr-defined]
        shutil.rmtree(office.folder)
    assert wrong == []


@pytest.fixture
def backup(office: Office, tmp_path: Path) -> Path:
    """A backup with two notes and an answer in its outbox."""
    office.report("Een melding.")
    office.end(B)
    office.end(A)
    act(office, Note("een"), Note("twee"), Answer("drie"))
    back_up(office.folder / A, PASSPHRASE, tmp_path / "backup")
    return tmp_path / "backup"


def seal_anew_and_post(office: Office) -> int:
    """Post A's outbox to fewer people than it was sealed to, and return the number of log entries before."""
    with office.session(C) as session:
        session.sync()
        step_back(session, session.cases()[0], "")
        session.end()
    with office.session(A) as session:
        session.sync()
        before = session.vault.log.end(session.trust().origin).position
        session.end()
    return before


def test_the_outbox_of_a_backup_waits_for_a_complete_sync(office: Office, backup: Path) -> None:
    """A server that had not shown its whole log received everything again."""
    office.end(C)
    shown = seal_anew_and_post(office)
    office.pass_days(7)
    office.end(B)  # a bundle names the entries that the server now hides

    def cut(path: str, answer: bytes) -> bytes:
        if not path.startswith("/log?") or "short=1" in path:
            return answer
        page = LogPage.parse(answer)
        return replace(page, entries=page.entries[: max(0, shown - page.first + 1)]).encode()

    office.meddle = cut
    bring_back(office, backup)
    with office.session(A) as session:
        synced = session.sync()
        assert (synced.is_whole, synced.is_complete) == (True, False)
        write(session, session.cases()[0], Note("vier"))
        sent = session.end()
        assert (sent.posted, sent.is_held) == (0, True)
        assert sent.covers > 0, "a session posts as many entries as always"
        assert session.send_now().posted == 0
        assert "first the log has to be read" in sent_in_words(sent, session.vault.outbox.all())
    office.meddle = lambda _path, answer: answer
    office.end(A)
    assert said(office) == ["een", "twee", "drie", "vier"]
    assert waiting(office) == []


def test_a_restored_vault_that_has_not_read_to_the_end_posts_nothing(office: Office, backup: Path) -> None:
    bring_back(office, backup)
    with office.session(A, Paging(office)) as session:
        assert session.sync(most=1).asks_to_go_on
        assert session.end().posted == 0
    office.end(A)
    assert said(office) == ["een", "twee", "drie"]


def test_what_may_stand_in_an_entry_that_does_not_open_is_for_its_owner_to_decide(office: Office, backup: Path) -> None:
    """It was sealed anew to weekly keys that the backup lacks, and shared by B."""
    office.end(C)
    for _ in range(5):
        office.pass_days(7)
        for name in (A, B, C):
            office.read(name)
    seal_anew_and_post(office)
    assert said(office) == ["een", "twee", "drie"]
    bring_back(office, backup)
    with office.session(A) as session:
        assert session.sync().is_complete
        sent = session.end()
        aside = put_aside(session)
        assert [one.message.head.body.text for one in aside] == ["een", "twee", "drie"]
        assert {one.reason for one in aside} == {Reason.MAY_BE_POSTED, Reason.FOLLOWS}
        assert "Put aside: 3" in sent_in_words(sent, session.vault.outbox.all())
    assert said(office) == ["een", "twee", "drie"]
    office.end(B)  # answers the `arrived`
    office.end(A)
    assert waiting(office) == []
    assert said(office) == ["een", "twee", "drie"]


@pytest.mark.parametrize("decision", ["send", "drop"])
def test_what_never_went_out_goes_as_its_owner_decides(office: Office, backup: Path, decision: str) -> None:
    for _ in range(5):
        office.pass_days(7)
        for name in (A, B):
            office.read(name)
    bring_back(office, backup)
    office.end(A)
    office.end(B)
    office.end(A)
    with office.session(A) as session:
        assert len(put_aside(session)) == 3
        for one in put_aside(session):
            send_anyway(session, one.message.mac) if decision == "send" else drop(session, one.message.mac)
            if decision == "send":
                break
        session.sync()
        session.end()
    assert said(office) == (["een", "twee", "drie"] if decision == "send" else [])
    assert waiting(office) == []


def test_where_the_own_words_went_on_without_it_its_owner_decides(office: Office, backup: Path) -> None:
    """A had put it aside and written other messages; the restored vault would have posted it without asking."""
    with office.session(A) as session:
        [case_id] = session.vault.outbox.cases()
        with session.vault.transaction():
            session.vault.outbox.put_aside(session.vault.outbox.waiting(case_id), Reason.TOO_LARGE)
        session.sync()
        write(session, session.cases()[0], Note("anders"))
        session.end()
    before = said(office)
    bring_back(office, backup)
    office.end(A)
    with office.session(A) as session:
        assert [one.reason for one in put_aside(session)] == [Reason.MAY_BE_POSTED, Reason.FOLLOWS, Reason.FOLLOWS]
    assert said(office) == before
