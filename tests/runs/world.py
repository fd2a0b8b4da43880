"""One case and everybody around it, with the real tool and the real server in one process.

Three recipients read the case, a fourth is left out, a fifth can be let in; the reporter has two windows. People do
what their tools allow, given what they have read; an act that a tool refuses has no effect.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from keys.cases.consents import consent_to
from keys.cases.requests import approvable
from keys.ceremony import back_up, open_vault, restore, unlock
from keys.errors import (
    AloneError,
    ExcludedError,
    ForbiddenError,
    GrownError,
    NobodyLeftError,
    NotEnrolledError,
)
from keys.sync import RecipientSession, actions, differing_log
from keys.sync.reporter import say, share_owed
from keys.wire.messages import (
    Answer,
    Approval,
    Closed,
    Consent,
    Hold,
    Identity,
    Note,
    Objection,
    Purge,
    Question,
    Reopened,
    ReportWithdrawn,
    Retention,
)
from keys.wire.messages.reporter import YES
from tests.keys.office import PASSPHRASE
from tests.runs.servers import copy_database, log_end, office_in, put_database, written

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from keys.cases.case import Case
    from keys.receipt import Receipt
    from keys.sync.mailbox_reader import ReporterThread
    from keys.vault import Vault
    from keys.wire.ids import CaseId, PersonId
    from keys.wire.messages import Body
    from tests.keys.office import Office

A, B, C, X, N = "Secretaris", "Bestuurslid 1", "Bestuurslid 2", "Bestuurslid 3", "Bestuurslid 4"
PEOPLE = ((A, "secretaris"), (B, "bestuur"), (C, "bestuur"), (X, "bestuur"), (N, "bestuur"))
NAMES = tuple(name for name, _ in PEOPLE)
READERS = (A, B, C)
LEFT_OUT = X
# Errors with which a tool may refuse an honest person: somebody was left out, has no key, or the case has grown.
REFUSED = (AloneError, ExcludedError, ForbiddenError, GrownError, NobodyLeftError, NotEnrolledError)
MOST_SETTLING_DAYS = 8
LONG_ABSENCE = 45  # days: longer than the period for which weekly keys are made in advance


@dataclass
class Window:
    """One of the reporter's windows: the thread as of its last look."""

    thread: ReporterThread | None = None


@dataclass(frozen=True)
class Template:
    """An office with one case that everybody has synced and nobody has opened; runs start from a copy of it."""

    office: Office
    receipt: Receipt
    case_id: CaseId

    @classmethod
    def make(cls, folder: Path) -> Template:
        """Found an office of five, and send a report."""
        office = office_in(folder, PEOPLE)
        receipt = office.report(without=(X, N))
        case = office.thread(receipt).case
        assert case
        for name in NAMES:
            office.read(name)
        office.app.extensions["store"].close()  # type: ignore[attr-defined]
        return cls(office, receipt, case.id)


@dataclass
class World:
    """An office with one case; each recipient's session stays open, as in an inbox."""

    ACTS: ClassVar[tuple[str, ...]] = (
        *["read", "end", "write", "look", "say"] * 3,
        "days",
        "board",
        "back_up",
        "lose_vault",
        "back_up_server",
        "restore_server",
        "accept",
    )
    office: Office
    receipt: Receipt
    case_id: CaseId
    sessions: dict[str, RecipientSession] = field(default_factory=dict)
    windows: tuple[Window, Window] = field(default_factory=lambda: (Window(), Window()))
    backups: dict[str, Path] = field(default_factory=dict)
    server_backups: list[Path] = field(default_factory=list)
    was_restored: bool = False  # the server: after that, a line says that its log differs
    was_rekeyed: bool = False  # a recipient: messages that only their old vault could open are lost
    removed: set[str] = field(default_factory=set)  # from the roster
    agreed: set[str] = field(default_factory=set)  # the people that a "yes" of the reporter has named
    made: dict[str, set[int]] = field(default_factory=dict)  # the Mondays of the weekly keys that each vault had
    written: int = 0  # number of files, for their names
    as_checked: dict[str, tuple[Vault, int, int]] = field(default_factory=dict)  # vault, writes to it, and day

    @classmethod
    def begin(cls, template: Template, folder: Path) -> World:
        """Copy an office from the template."""
        world = cls(template.office.copy_to(folder), template.receipt, template.case_id)
        for name in NAMES:
            world.open_session(name)
        return world

    def close(self) -> None:
        for session in self.sessions.values():
            session.vault.close()
        self.sessions.clear()
        self.office.app.extensions["store"].close()  # type: ignore[attr-defined]

    # Sessions.

    def open_session(self, name: str) -> None:
        home = self.office.folder / name
        secret = unlock(home, PASSPHRASE)
        self.sessions[name] = RecipientSession(
            secret, open_vault(home, secret), self.office.courier(), self.office.clock
        )

    def close_session(self, name: str) -> None:
        self.sessions.pop(name).vault.close()

    def changed(self) -> list[str]:
        """Return those whose tool may report something new since the last call; the others were checked in this state.

        All that a tool reports follows from its vault and the day.
        """
        now = {name: (session.vault, written(session.vault), session.today) for name, session in self.sessions.items()}
        changed = [name for name in NAMES if self.as_checked.get(name) != now[name]]
        self.as_checked = now
        return changed

    def case_of(self, name: str) -> Case | None:
        session = self.sessions[name]
        if session.is_restored:
            return None
        case = session.load(self.case_id)
        return case if case is not None and session.person in case.readers else None

    def holds_lost(self, name: str) -> bool:
        """Return whether somebody's vault has a message of the case that the log no longer has."""
        session = self.sessions[name]
        case = None if session.is_restored else session.load(self.case_id)
        places = [] if case is None else [one.placed.place for one in case.messages]
        # Between two positions of the log: waiting messages are after it, and messages that a page shared are before
        # it.
        return any(place.position and place.after and place.is_posted for place in places)

    def has_report(self, name: str) -> bool:
        """Return whether the log that somebody has read contains the report."""
        held = (one for session in self.sessions.values() for one in session.vault.messages.of_case(self.case_id))
        macs = {one.message.mac for one in held if one.message.id == self.case_id}
        return bool(self.sessions[name].vault.log.find(macs))

    # Recipients.

    def read(self, rng: random.Random) -> None:
        self.sessions[rng.choice(NAMES)].sync()

    def end(self, rng: random.Random) -> None:
        session = self.sessions[rng.choice(NAMES)]
        session.sync()
        session.end()

    def write(self, rng: random.Random) -> None:
        """Write a message, possibly with the case on the screen as it was days ago."""
        name = rng.choice(NAMES)
        session = self.sessions[name]
        if rng.random() < 0.5:
            session.sync()
        case = self.case_of(name)
        if case is None:
            return
        act = rng.choice(
            [self._write_body, self._write_body, self._write_body, self._open, self._hand_over, self._step_back]
        )
        try:
            act(rng, session, case)
        except REFUSED:
            return

    def _write_body(self, rng: random.Random, session: RecipientSession, case: Case) -> None:
        actions.write(session, case, self._body(rng, session, case))

    def _open(self, _rng: random.Random, session: RecipientSession, case: Case) -> None:
        actions.open_report(session, case)

    def _hand_over(self, rng: random.Random, session: RecipientSession, case: Case) -> None:
        listed = {entry.person for entry in session.trust().roster.recipients}
        strangers = sorted(listed - case.readers - case.left_out)
        if strangers:
            actions.hand_over(session, case, [rng.choice(strangers)])

    def _step_back(self, _rng: random.Random, session: RecipientSession, case: Case) -> None:
        if not session.vault.outbox.all():
            actions.step_back(session, case, "Te dichtbij.")

    def _body(self, rng: random.Random, session: RecipientSession, case: Case) -> Body:
        today = session.today
        asked = [one.message.id for one in approvable(case) if one.message.person != session.person]
        choices: list[Body] = [
            Answer("T."),
            Question("T."),
            Note("T."),
            Note("T."),
            Closed("T."),
            Closed("T."),
            Reopened("T."),
            Retention(rng.choice([3, 6, 24])),
            Hold("T.", today + rng.randrange(1, 200)),
            Purge("T."),
        ]
        if asked:
            choices += [Approval(asked[-1]), Approval(asked[-1]), Objection(asked[-1])]
        return rng.choice(choices)

    # The reporter.

    def look(self, rng: random.Random) -> None:
        self._look(rng.choice(self.windows))

    def _look(self, window: Window) -> None:
        office = self.office
        window.thread = office.thread(self.receipt)
        try:
            share_owed(office.courier(), office.history(), self.receipt, window.thread, office.today)
        except NotEnrolledError:
            return

    def say(self, rng: random.Random) -> None:
        """Send a message in a window that may not have been reloaded for a long time."""
        window, office = rng.choice(self.windows), self.office
        if window.thread is None:
            self._look(window)
        assert window.thread
        assert window.thread.case
        about = rng.sample([X, N, C], rng.choice([1, 1, 2]))
        people = [self.persons[name] for name in about if name in self.persons] or [self.persons[X]]
        denial = Consent(rng.choice(["no", "withdrawn"]), tuple(sorted(people)), ())
        body = rng.choice(
            [
                Answer("T."),
                Answer("T."),
                consent_to(window.thread.case, people),
                denial,
                Identity("T."),
                ReportWithdrawn("T."),
            ]
        )
        try:
            say(office.courier(), office.history(), self.receipt, window.thread, body, office.today)
        except NotEnrolledError:
            return
        if isinstance(body, Consent) and body.answer == YES:
            self.agreed |= {name for name, person in self.persons.items() if person in body.people}
        self._look(window)

    @property
    def persons(self) -> dict[str, PersonId]:
        """Return the persons on the newest roster by name."""
        return {one.name: one.person for one in self.office.roster().recipients}

    # Days, the board, accidents.

    def days(self, rng: random.Random) -> None:
        self.office.pass_days(rng.choice([1, 1, 3, 7, LONG_ABSENCE]))

    def board(self, rng: random.Random) -> None:
        """Publish a roster: with a new key for somebody, without somebody, or with somebody added again."""
        name = rng.choice([B, C, N])
        listed = [one.name for one in self.office.roster().recipients]
        if name not in listed:
            self.office.publish_roster([*listed, name])
            self.removed.discard(name)
        elif rng.random() < 0.5:
            self.rekey(name, stolen=rng.random() < 0.5)
        elif len(listed) > 3:
            self.office.publish_roster([one for one in listed if one != name])
            self.removed.add(name)

    def rekey(self, name: str, *, stolen: bool) -> None:
        self.close_session(name)
        self.was_rekeyed = True
        self.backups.pop(name, None)
        self.made.pop(name, None)
        old = self.office.rekey(name, stolen=stolen)
        shutil.rmtree(self.office.folder / old)
        self.open_session(name)

    def back_up(self, rng: random.Random) -> None:
        name = rng.choice(NAMES)
        self.close_session(name)
        self.written += 1
        path = self.office.folder / f"backup {self.written}"
        back_up(self.office.folder / name, PASSPHRASE, path)
        self.backups[name] = path
        self.open_session(name)

    def lose_vault(self, rng: random.Random) -> None:
        """Restore somebody's vault from their backup; without one, the board gives them a new key."""
        name = rng.choice([B, C])
        if name in self.removed:
            return
        if name not in self.backups:
            self.rekey(name, stolen=False)
            return
        self.close_session(name)
        self.made.pop(name, None)
        home = self.office.folder / name
        shutil.rmtree(home)
        restore(home, PASSPHRASE, self.backups[name].read_bytes())
        self.open_session(name)

    def back_up_server(self, _rng: random.Random) -> None:
        self.written += 1
        path = self.office.folder / f"server backup {self.written}"
        copy_database(self.office, path)
        self.server_backups.append(path)

    def restore_server(self, _rng: random.Random) -> None:
        """Replace the server's database by its newest copy, as an operator does after a disk failure."""
        if self.server_backups:
            put_database(self.office, self.server_backups[-1])
            self.office.app.extensions["store"].days.accept(self.office.today)  # type: ignore[attr-defined]
            self.was_restored = True
            for session in self.sessions.values():
                session.courier = self.office.courier()
            self._publish_again()

    def _publish_again(self) -> None:
        """Publish again the rosters that the server has forgotten, as the board does."""
        courier, drafts = self.office.courier(), self.office.drafts
        _, shown = courier.chain()
        forgotten = drafts[int(str(shown[-1].members()["version"])) :]
        if forgotten:
            texts = {document: None for draft in forgotten for document in draft.texts}
            courier.publish_chain(drafts[-1].roots, [draft.roster for draft in forgotten], texts)

    def accept(self, rng: random.Random) -> None:
        self._accept(rng.choice(NAMES))

    def _accept(self, name: str) -> None:
        session = self.sessions[name]
        if session.is_restored or not differing_log.is_waiting(session.vault):
            return
        try:
            actions.accept_log(session)
        except NotEnrolledError:
            return

    # The end.

    def settle(self) -> None:
        """Let everybody accept, read, share and post until a whole day adds nothing to the log."""
        before, end = -1, log_end(self.office)
        for _ in range(MOST_SETTLING_DAYS):
            if before == end:
                return
            self.office.pass_days(1)
            for window in self.windows:
                self._look(window)
            for name in NAMES:
                session = self.sessions[name]
                session.sync()
                self._accept(name)
                if session.vault.outbox.all():
                    session.end()
            before, end = end, log_end(self.office)

    def act(self, name: str, rng: random.Random) -> None:
        """Do one of `ACTS`."""
        getattr(self, name)(rng)
