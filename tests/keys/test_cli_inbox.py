"""`meldbus inbox` at a real terminal: a link, another one after Enter, and its end by Ctrl-C."""

from __future__ import annotations

import http.client
import os
import pty
import re
import select
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from tests.keys.office import Office

MELDBUS = Path(sys.executable).with_name("meldbus")
SECONDS = 30

pytestmark = pytest.mark.slow


def read_until(terminal: int, pattern: str) -> str:
    """Return a program's output once it matches the pattern."""
    shown, until = "", time.monotonic() + SECONDS
    while not re.search(pattern, shown):
        assert time.monotonic() < until, shown
        if select.select([terminal], [], [], 1)[0]:
            shown += os.read(terminal, 4096).decode()
    return shown


def status(link: str) -> int:
    """Request a link as a browser does."""
    url = urlsplit(link)
    connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=SECONDS)
    connection.request("GET", url.path, headers={"Sec-Fetch-Site": "none", "Sec-Fetch-Dest": "document"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def test_the_inbox_gives_a_link_another_by_enter_and_ends_by_ctrl_c(office: Office) -> None:
    program, terminal = pty.fork()
    if program == 0:
        os.environ["LANGUAGE"] = "en"
        os.execv(MELDBUS, [MELDBUS, "--home", office.folder / "Secretaris", "inbox", "--no-browser"])
    try:
        [first] = re.findall(r"http://\S+", read_until(terminal, "Enter gives a new link."))
        os.write(terminal, b"\n")
        [second] = re.findall(r"http://\S+", read_until(terminal, r"http://\S+\s"))
        assert urlsplit(first).netloc == urlsplit(second).netloc
        assert [status(first), status(second), status(second)] == [403, 200, 403]
        os.write(terminal, b"\x03")
        assert "The inbox is locked and has ended." in read_until(terminal, "ended.")
        ended, code = os.waitpid(program, 0)
    except BaseException:
        os.close(terminal)
        os.kill(program, signal.SIGKILL)
        os.waitpid(program, 0)
        raise
    os.close(terminal)
    assert (ended, code) == (program, 0)


def test_without_a_key_there_is_no_inbox(tmp_path: Path) -> None:
    program, terminal = pty.fork()
    if program == 0:
        os.environ["LANGUAGE"] = "en"
        os.execv(MELDBUS, [MELDBUS, "--home", tmp_path, "inbox", "--no-browser"])
    assert "There is no key here yet" in read_until(terminal, "identity.key")
    _, code = os.waitpid(program, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(code) == 1
