"""The operator's commands: each does what it says or refuses with a reason, and none overwrites anything."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from dropbox import __main__ as commands
from dropbox import i18n
from dropbox.store.tables import metadata
from keys.roster import address
from keys.roster.weeks import until_of
from keys.wire.canonical import b64
from tests.dropbox.postings import Opaque, opaque_case
from tests.dropbox.serving import ROOT, Server
from tests.dropbox.test_concurrency import read_log
from tests.organisation import Organisation
from tests.policies import SMALL_TOML, policy_of

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType


FINGERPRINT = b64(bytes(range(32)))


def refuses(server: Server, words: str, name: str, *arguments: str) -> None:
    before = {path: path.read_bytes() for path in server.data.iterdir()}
    result = server.command(name, *arguments)
    assert result.returncode == 1
    assert result.stderr.startswith("dropbox: error: ")
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert {path: path.read_bytes() for path in server.data.iterdir()} == before


def test_init_prints_the_address_for_the_poster(server: Server) -> None:
    made = server.command("init", "--fingerprint", FINGERPRINT)
    assert (made.returncode, made.stderr) == (0, "")
    assert made.stdout == address(server.url, "nl", bytes(range(32))) + "\n"
    assert (server.data / "meldbus.sqlite").stat().st_mode & 0o077 == 0


def test_fingerprint_that_begins_with_a_dash_is_taken(server: Server) -> None:
    # base64url has the dash: one fingerprint in 64 looked like an option.
    dashed = b64(bytes([0xF8]) + bytes(31))
    assert dashed.startswith("-")
    made = server.command("init", "--fingerprint", dashed)
    assert made.stdout == f"{server.url}/nl/#{dashed}\n"


def test_init_pins_once(server: Server) -> None:
    server.command("init", "--fingerprint", FINGERPRINT)
    refuses(server, "pinned already", "init", "--fingerprint", b64(bytes(32)))


@pytest.mark.parametrize("fingerprint", ["", "x", FINGERPRINT + "A", FINGERPRINT[:-1] + "9", "é" * 43])
def test_init_refuses_what_is_no_fingerprint(server: Server, fingerprint: str) -> None:
    refuses(server, "fingerprint", "init", "--fingerprint", fingerprint)


@pytest.mark.parametrize("command", ["check", "run"])
def test_nothing_runs_without_a_store(server: Server, command: str) -> None:
    refuses(server, "run `init`", command)


@pytest.mark.parametrize("command", ["check", "run"])
def test_nothing_runs_on_a_store_of_another_release(server: Server, command: str) -> None:
    server.command("init", "--fingerprint", FINGERPRINT)
    with closing(sqlite3.connect(server.data / "meldbus.sqlite")) as database:
        database.execute("UPDATE schema SET number = 0")
        database.commit()
    refuses(server, "of another release", command)


def test_nothing_runs_on_what_is_no_store(server: Server) -> None:
    (server.data / "meldbus.sqlite").write_bytes(b"something else" * 1000)
    refuses(server, "not a database", "check")


def test_check_is_content_after_init(server: Server) -> None:
    server.command("init", "--fingerprint", FINGERPRINT)
    checked = server.command("check")
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


@pytest.mark.parametrize(("module", "folder"), [(commands, "SCRIPTS"), (i18n, "LOCALES")])
def test_nothing_runs_before_it_is_built(
    server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], module: ModuleType, folder: str
) -> None:
    server.command("init", "--fingerprint", FINGERPRINT)
    monkeypatch.setattr(module, folder, server.data)
    assert commands.main(["check", "--config", str(server.config)]) == 1
    assert "is not built: run `make build`" in capsys.readouterr().err


def test_doubtful_configuration_stops_every_command(tmp_path: Path) -> None:
    server = Server(tmp_path, workers=0)
    for name, *arguments in (
        ["check"],
        ["run"],
        ["day", "accept"],
        ["init", "--fingerprint", FINGERPRINT],
        ["backup", "x"],
    ):
        refuses(server, "workers: ", name, *arguments)


def test_every_column_says_what_its_seizure_reveals() -> None:
    lines = (ROOT / "dropbox" / "store" / "tables.py").read_text().splitlines()
    columns = [at for at, line in enumerate(lines) if line.startswith("    Column(")]
    assert len(columns) == sum(len(table.columns) for table in metadata.tables.values())
    assert [lines[at] for at in columns if not lines[at - 1].startswith("    # ")] == []


@pytest.mark.slow
def test_backup_while_it_is_written_holds_all_that_was_acknowledged(
    tmp_path: Path, founded: tuple[Server, Organisation]
) -> None:
    server, organisation = founded
    until = until_of(organisation.today)
    acknowledged: list[Opaque] = []
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            case = opaque_case(until)
            assert server.post("/envelopes", case.raw).status == 201
            acknowledged.append(case)

    writers = [threading.Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    while len(acknowledged) < 30:
        stop.wait(0.01)
    before = list(acknowledged)
    copied = server.command("backup", str(tmp_path / "copy"))
    stop.set()
    for writer in writers:
        writer.join()
    assert (copied.returncode, copied.stderr) == (0, "")
    assert (tmp_path / "copy").stat().st_mode & 0o077 == 0

    other = tmp_path / "other"
    other.mkdir()
    restored = Server(other)
    try:
        assert restored.command("restore", str(tmp_path / "copy")).returncode == 0
        restored.start()
        entries, _ = read_log(restored, organisation)
        assert {case.posting.envelope for case in before} <= {entry.prefix for entry in entries}
        assert restored.get("/chain").body == organisation.chain()
    finally:
        restored.kill()


def test_backup_never_overwrites(tmp_path: Path, server: Server) -> None:
    server.command("init", "--fingerprint", FINGERPRINT)
    (tmp_path / "copy").write_text("precious")
    refuses(server, "never overwritten", "backup", str(tmp_path / "copy"))
    assert (tmp_path / "copy").read_text() == "precious"


def test_restore_never_overwrites(tmp_path: Path, server: Server) -> None:
    server.command("init", "--fingerprint", FINGERPRINT)
    server.command("backup", str(tmp_path / "copy"))
    refuses(server, "never overwritten", "restore", str(tmp_path / "copy"))


def test_restore_refuses_beside_a_journal_that_was_left_behind(tmp_path: Path, server: Server) -> None:
    server.command("init", "--fingerprint", FINGERPRINT)
    server.command("backup", str(tmp_path / "copy"))
    (server.data / "meldbus.sqlite").unlink()
    (server.data / "meldbus.sqlite-wal").write_bytes(b"old")
    refuses(server, "in the way", "restore", str(tmp_path / "copy"))


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + bytes(4080)])
def test_restore_refuses_what_is_no_sound_copy(tmp_path: Path, server: Server, content: bytes) -> None:
    (tmp_path / "copy").write_bytes(content)
    refuses(server, "", "restore", str(tmp_path / "copy"))
    assert not (server.data / "meldbus.sqlite").exists()


def test_damaged_backup_is_refused(tmp_path: Path, server: Server) -> None:
    server.command("init", "--fingerprint", FINGERPRINT)
    server.command("backup", str(tmp_path / "copy"))
    raw = bytearray((tmp_path / "copy").read_bytes())
    raw[4096 + 100 : 4096 * 3] = bytes(4096 * 2 - 100)
    (tmp_path / "copy").write_bytes(raw)
    (server.data / "meldbus.sqlite").unlink()
    refuses(server, "not sound", "restore", str(tmp_path / "copy"))


def test_server_stops_at_once_when_told_and_keeps_everything(founded: tuple[Server, Organisation]) -> None:
    server, organisation = founded
    cases = [opaque_case(until_of(organisation.today)) for _ in range(5)]
    for case in cases:
        server.post("/envelopes", case.raw)
    server.stop()
    assert not (server.data / "meldbus.sqlite-wal").exists()
    server.start()
    assert len(read_log(server, organisation)[0]) == len(cases)


def test_check_refuses_a_policy_in_a_language_without_pages(server: Server) -> None:
    frisian = SMALL_TOML.replace('["nl", "en"]', '["nl", "fy"]').replace(", en = ", ", fy = ")
    server.found(Organisation.found(policy=policy_of(frisian)))
    checked = server.command("check")
    assert checked.returncode != 0
    assert "policy: no pages in fy" in checked.stderr
