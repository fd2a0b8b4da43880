"""`make demo`: what it prints works as it stands, and its end leaves nothing behind."""

from __future__ import annotations

import http.client
import re
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
DEMO = [sys.executable, str(ROOT / "deploy" / "demo.py")]
TEXT = "De remmen van de bestelbus doen het niet."

pytestmark = pytest.mark.slow


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def demo() -> Iterator[tuple[subprocess.Popen[str], int, str]]:
    """A running demo: its process, its port, and all that it printed."""
    port = free_port()
    with subprocess.Popen([*DEMO, str(port)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        printed = ""
        for line in process.stdout:
            printed += line
            if line.startswith("For a board member"):
                break
        yield process, port, printed
        process.terminate()
        assert process.wait() == 0


def typed(line: str, stdin: str = "") -> str:
    """Run a line of the demo as a person would, and return what came to the screen."""
    done = subprocess.run(["bash", "-c", line], cwd=ROOT, input=stdin, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_what_the_demo_prints_reads_and_answers_a_report(
    demo: tuple[subprocess.Popen[str], int, str], tmp_path: Path
) -> None:
    _, port, printed = demo
    commands = re.findall(r"(?m)^ +(\.venv/bin/meldbus .*)$", printed)
    sync, listing, read, reply = commands
    (address,) = re.findall(r"(?m)^ +(http://\S+)$", printed)

    sealing = ["--server", f"http://127.0.0.1:{port}", "--fingerprint", address, "--output", str(tmp_path / "sealed")]
    typed(f".venv/bin/meldbus seal {shlex.join(sealing)}", TEXT)
    send(port, (tmp_path / "sealed").read_bytes())
    before = numbers(typed(listing))
    assert "1 new, 9 in all" in typed(sync)
    [number] = numbers(typed(listing)) - before
    assert TEXT in typed(read.replace("NUMBER", number))
    typed(reply.replace("NUMBER", number), "We laten de bus nakijken.")
    assert "We laten de bus nakijken." in typed(read.replace("NUMBER", number))


def numbers(listed: str) -> set[str]:
    return {line.split()[0] for line in listed.splitlines()[1:]}


def send(port: int, posting: bytes) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", "/envelopes", posting, {"Content-Type": "application/octet-stream"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 201


def test_ctrl_c_ends_the_server_and_deletes_the_folder(demo: tuple[subprocess.Popen[str], int, str]) -> None:
    process, port, printed = demo
    (folder,) = set(re.findall(r"--home (\S+)/secretaris", printed))
    assert Path(folder).stat().st_mode & 0o777 == 0o700

    process.send_signal(signal.SIGINT)

    assert process.wait() == 0
    assert not Path(folder).exists()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_the_demo_says_which_port_is_taken_and_how_to_choose_another() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]

        done = subprocess.run([*DEMO, str(port)], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr == f"demo: error: port {port} is taken: `make demo PORT={port + 1}` uses another\n"
