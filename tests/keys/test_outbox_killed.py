"""A tool that is killed at any step of writing and posting posts each message once: real processes on both sides."""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dropbox import SCRIPTS
from keys.wire.canonical import b64
from keys.wire.ids import CaseId
from keys.wire.messages import Note
from tests.dropbox.serving import ROOT, Server
from tests.keys.hand import hand_of
from tests.keys.log_writer import LogWriter
from tests.keys.office import Office

if TYPE_CHECKING:
    from collections.abc import Iterator

A, B = "Secretaris", "Bestuurslid 1"
SENTINEL = "SENTINEL-42 het gaat over de kluis"
NOTES = 8
KILLS = 12


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass
class OfficeOfToday(Office):
    """An office with this computer's clock, like a server in its own process."""

    now: dt.datetime = field(default_factory=now)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return OfficeOfToday.open(tmp_path)


@pytest.fixture
def server(office: Office, tmp_path: Path) -> Iterator[Server]:
    """The server of the office, in its own processes, on the same store."""
    if not (SCRIPTS / "worker.js").is_file():
        build = ROOT / "dropbox" / "client" / "build.mjs"
        subprocess.run([ROOT / ".venv" / "bin" / "node", build, SCRIPTS], check=True, timeout=120)
    folder = tmp_path / "served"
    folder.mkdir()
    served = Server(folder, data=str(tmp_path / "server"))
    served.start()
    yield served
    served.kill()


def session(office: Office, server: Server, case_id: CaseId) -> subprocess.Popen[str]:
    script = Path(__file__).parent / "outbox_process.py"
    call = [sys.executable, str(script), str(office.folder / A), A, server.url, str(office.today), b64(case_id)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [*call, str(NOTES)], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def killed_after(process: subprocess.Popen[str], steps: int) -> str:
    """Kill a session once it has reported this many steps; return the last step that was read."""
    assert process.stdout
    said = [*islice(process.stdout, steps)]
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return said[-1]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_session_that_is_killed_at_random_steps_says_each_thing_once_and_in_order(
    office: Office, server: Server, tmp_path: Path
) -> None:
    writer = LogWriter(office, tmp_path)
    report = writer.report(SENTINEL, [A, B])
    case_id = CaseId(report.message.id)
    reached = set()
    for _ in range(KILLS):
        reached.add(killed_after(session(office, server, case_id), random.randint(8, 60)))
    assert len(reached) > 1
    last = session(office, server, case_id)
    said, errors = last.communicate()
    assert said.endswith("done\n"), errors
    for name in (A, B):
        with hand_of(office, name) as hand:
            end = hand.read().end
            case = hand.case(case_id)
            texts = [message.body.text for message in case.messages if isinstance(message.body, Note)]
            assert texts == [f"Notitie {number}" for number in range(1, NOTES + 1)]
            assert end.position == 1 + NOTES
            assert (case.missing, case.alarms, hand.vault.messages.faults()) == ((), (), [])
    with hand_of(office, A) as hand:
        assert hand.vault.outbox.all() == []


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_reply_whose_answer_was_lost_with_the_server_is_not_a_second_reply(
    office: Office, server: Server, tmp_path: Path
) -> None:
    writer = LogWriter(office, tmp_path)
    report = writer.report(SENTINEL, [A, B])
    case_id = CaseId(report.message.id)
    process = session(office, server, case_id)
    assert process.stdout
    for step in process.stdout:
        if step == "ask /envelopes\n":
            break
    server.kill()  # before it took the envelope, after, or between the commit and the answer
    process.communicate()
    server.start()
    said, errors = session(office, server, case_id).communicate()
    assert said.endswith("done\n"), errors
    with hand_of(office, B) as hand:
        assert hand.read().end.position == 1 + NOTES
        case = hand.case(case_id)
    texts = [message.body.text for message in case.messages if isinstance(message.body, Note)]
    assert texts == [f"Notitie {number}" for number in range(1, NOTES + 1)]
