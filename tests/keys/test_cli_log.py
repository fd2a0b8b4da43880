"""A server's log that differs, at the command line: the lost messages are shown, and only the owner accepts it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from dropbox import create_app
from dropbox.config import Config
from tests.keys.bundles import post_spoilt
from tests.policies import SMALL

if TYPE_CHECKING:
    from pathlib import Path

    from tests.keys.cli import CommandLine
    from tests.keys.office import Office

FIRST = "Bestuurslid 1"


def config(office: Office) -> Config:
    return Config(office.data, "127.0.0.1:0", "http://127.0.0.1", 1, 4, 2**30, 0)


def copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as written:
        read.backup(written)


def restore(office: Office, backup: Path) -> None:
    """Restore the server, as its operator does: stopped, restored, started."""
    office.app.extensions["store"].close()
    copy(backup, config(office).database)
    office.app = create_app(config(office), clock=lambda: office.now)


def test_a_log_that_differs_is_followed_only_when_its_owner_has_compared_the_words(
    line: CommandLine, tmp_path: Path
) -> None:
    office = line.office
    line.done("sync")
    copy(config(office).database, tmp_path / "backup")
    office.report("Na de kopie.")
    number = line.opened()
    line.done("sync")
    restore(office, tmp_path / "backup")

    status = line.run("status")
    assert status.exit_code == 3
    assert "`meldbus log`" in status.stderr
    shown = line.done("log")
    assert "The server's log differs from the one that you have read" in shown.stderr
    assert f"Cases of yours that this touches: {number}." in shown.stderr
    assert len(shown.stdout.split()) == 6
    found = json.loads(line.done("log", "--json").stdout)
    assert (found["words"], found["difference"]["cases"]) == (shown.stdout.strip(), [number])

    assert "Nothing was changed." in line.done("log", "accept", text="n\n").stderr
    assert json.loads(line.done("log", "--json").stdout)["difference"]
    accepted = line.done("log", "accept", text="y\n")
    assert "This log counts from now on. Given back of what it had lost: " in accepted.stderr
    assert json.loads(line.done("log", "--json").stdout)["difference"] is None
    line.done("sync")
    assert line.opened(FIRST) == number


def test_an_alarm_about_an_entry_is_told_until_its_owner_has_read_it_and_a_new_one_is_told_again(
    line: CommandLine,
) -> None:
    post_spoilt(line.office)
    for _ in range(2):
        status = line.run("status")
        assert status.exit_code == 3
        assert "ALARM: 1 entries of " in status.stderr
    seen = line.done("log", "seen")
    assert "ALARM: 1 entries of " in seen.stderr
    assert "This is not shown again." in seen.stderr
    assert "ALARM" not in line.done("status").stderr
    assert "There is no alarm about an entry of the log." in line.done("log", "seen").stderr
    post_spoilt(line.office)
    status = line.run("status")
    assert status.exit_code == 3
    assert "ALARM: 1 entries of " in status.stderr


def test_a_server_restored_from_before_the_newest_roster_gets_it_back_by_its_owners_word(
    line: CommandLine, tmp_path: Path
) -> None:
    office = line.office
    line.done("sync")
    copy(config(office).database, tmp_path / "backup")
    office.publish_roster([*office.cards], replace(SMALL, work=4, outside=(), version=2))
    line.done("sync")
    restore(office, tmp_path / "backup")
    refused = line.run("sync")
    assert refused.exit_code == 1
    assert "`meldbus log give-chain`" in refused.stderr
    assert "The server has the newest list again." in line.done("log", "give-chain").stderr
    assert "The server has the newest list already." in line.done("log", "give-chain").stderr
    line.done("log", "accept", "--yes")
    line.done("sync")
    line.done("sync", who=FIRST)
