"""A server that is restored from a backup or forks, and recipients who detect that its log differs."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from dropbox import create_app
from dropbox.config import Config
from keys.errors import DiffersError
from keys.sync.differing_log import accept, find_difference, give_back, give_chain, load_difference
from keys.sync.outbox import settle
from keys.sync.trust import load_trust
from tests.keys.hand import hand_of, id_of

if TYPE_CHECKING:
    from pathlib import Path

    from keys.cases.case import Case
    from keys.sync.differing_log import Difference
    from tests.keys.hand import Hand
    from tests.keys.log_writer import LogWriter, Posted
    from tests.keys.office import Office

A, B, C = "Secretaris", "Bestuurslid 1", "Bestuurslid 2"
ALL = (A, B, C)


class Backup:
    """A copy of the server's database at one moment."""

    def __init__(self, office: Office, writer: LogWriter) -> None:
        self.office, self.writer, self.position = office, writer, writer.position
        self.path = office.folder / f"backup-{writer.position}.sqlite"
        _copy(_database(office), self.path)

    def restore(self) -> None:
        """Restore the server, as its operator would: stopped, restored, started."""
        self.office.app.extensions["store"].close()
        _copy(self.path, _database(self.office))
        self.office.app = _serve(self.office, self.office.data)
        self.writer.position = self.position

    def fork(self) -> object:
        """Return a second server that continues from this moment by itself."""
        data = self.office.folder / "fork"
        data.mkdir(mode=0o700)
        _copy(self.path, data / _database(self.office).name)
        return _serve(self.office, data)


def _config(data: Path) -> Config:
    return Config(data, "127.0.0.1:0", "http://127.0.0.1", 1, 4, 2**30, 0)


def _database(office: Office) -> Path:
    return _config(office.data).database


def _serve(office: Office, data: Path) -> object:
    return create_app(_config(data), clock=lambda: office.now)


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as written:
        read.backup(written)


def read_on(hand: Hand) -> Difference | None:
    """Read the log as a session does; if it differs, from the last common place on."""
    try:
        hand.read()
    except DiffersError:
        trust = load_trust(hand.vault)
        find_difference(hand.vault, hand.courier, hand.capability, trust.origin)
        hand.read()
    settle(hand.vault)
    return load_difference(hand.vault)


def accept_and_give_back(hand: Hand) -> None:
    accept(hand.vault, hand.composer)
    trust = load_trust(hand.vault)
    give_chain(hand.vault, hand.courier, trust)
    assert give_back(hand.vault, hand.courier, trust, hand.person).is_reached
    hand.post()


def cases_of_all(office: Office, report: Posted) -> list[Case]:
    found = []
    for name in ALL:
        with hand_of(office, name) as hand:
            read_on(hand)
            found.append(hand.case(id_of(report)))
    return found
