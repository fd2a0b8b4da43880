"""A real server in processes of its own: `python -m dropbox run`, on a free port, ended by its process id."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from keys.wire.canonical import b64
from keys.wire.log import LogDigest, LogPage, log_cursor
from keys.wire.mailbox import MailboxPage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keys.wire.log import LogEntry
    from tests.organisation import Organisation

ROOT = Path(__file__).parent.parent.parent
BINARY = "application/octet-stream"
PATIENCE = 60  # seconds until a start counts as failed; never a measure of speed


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def bearer(capability: bytes) -> dict[str, str]:
    """Return the header that carries a capability."""
    return {"Authorization": f"Bearer {b64(capability)}"}


def write_config(folder: Path, **changes: object) -> Path:
    """Write a configuration that is right but for `changes`, with a folder for the store; None leaves a key out."""
    data = folder / "data"
    data.mkdir(mode=0o700, exist_ok=True)
    port = free_port()
    values: dict[str, object] = {
        "data": str(data),
        "bind": f"127.0.0.1:{port}",
        "address": f"http://127.0.0.1:{port}",
        "workers": 2,
        "threads": 16,
        "max_database_bytes": 2**30,
        "reserve_bytes": 2**20,
        **changes,
    }
    lines = (f"{key} = {_toml(value)}" for key, value in values.items() if value is not None)
    path = folder / "dropbox.toml"
    path.write_text("\n".join(lines) + "\n")
    return path


def log_path(organisation: Organisation) -> str:
    """Return the path of the log from its first entry on."""
    return f"/log?after={log_cursor(0, LogDigest(organisation.fingerprint))}"


class Server:
    """One server and its folder; usable again after `kill` or `stop`."""

    def __init__(self, folder: Path, **changes: object) -> None:
        """Write the configuration; nothing is started."""
        self.folder = folder
        self.data = folder / "data"
        self.config = write_config(folder, **changes)
        bind = next(line for line in self.config.read_text().splitlines() if line.startswith("bind"))
        self.port = int(bind.rpartition(":")[2].strip('"'))
        self.log = folder / "log"
        self.temporary = folder / "temporary"
        self.temporary.mkdir(exist_ok=True)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    def command(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one command of `python -m dropbox` to its end."""
        call = [sys.executable, "-m", "dropbox", name, "--config", str(self.config), *arguments]
        return subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE)

    def found(self, organisation: Organisation) -> Server:
        """Make the store, start, and publish the organisation's chain and bundles."""
        made = self.command("init", "--fingerprint", b64(organisation.fingerprint))
        assert made.returncode == 0, made.stderr
        self.start()
        assert self.post("/chain", organisation.publication()).status == 201
        for bundle in organisation.bundles():
            assert self.post("/bundles", bundle.encode()).status == 201
        return self

    def start(self) -> None:
        """Start and wait until it listens."""
        call = [sys.executable, "-m", "dropbox", "run", "--config", str(self.config)]
        environment = {**os.environ, "TMPDIR": str(self.temporary)}
        with self.log.open("ab") as log:
            # A session of its own, so that one signal reaches every process of it and nothing else.
            self._process = subprocess.Popen(
                call, cwd=ROOT, stdout=log, stderr=log, env=environment, start_new_session=True
            )
        deadline = time.monotonic() + PATIENCE
        while not self._listens():
            assert self._process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, "the server does not listen"
            time.sleep(0.02)

    @property
    def pid(self) -> int:
        """The process that started the workers."""
        assert self._process
        return self._process.pid

    def workers(self) -> list[int]:
        """The processes that answer."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [int(child) for child in children.split()]

    def kill(self) -> None:
        """End all its processes at once, by SIGKILL: none can finish anything."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
            # A worker that hangs in a system call dies a little later, and holds the port until then.
            while self._listens():
                time.sleep(0.01)

    def stop(self) -> None:
        """Let it finish what it is doing and end."""
        if self._process is not None:
            self._process.terminate()
            assert self._process.wait(PATIENCE) == 0
            self._process = None

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Ask on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()

    def get(self, path: str, capability: bytes | None = None) -> Answer:
        """Get a path, with a capability if there is one."""
        return self.request("GET", path, headers=bearer(capability) if capability else {})

    def post(self, path: str, body: bytes, kind: str = BINARY) -> Answer:
        """Post bytes."""
        return self.request("POST", path, body, {"Content-Type": kind})

    def log_of(self, organisation: Organisation) -> tuple[LogEntry, ...]:
        """Return the first page of the log, as a recipient reads it."""
        answer = self.get(log_path(organisation), organisation.log_capability)
        assert answer.status == 200
        return LogPage.parse(answer.body).entries

    def mailbox(self, capability: bytes, after: int = 0) -> MailboxPage:
        """Return a page of a mailbox."""
        answer = self.get(f"/mailbox?after={after}", capability)
        assert answer.status == 200
        return MailboxPage.parse(answer.body, after)

    def send_raw(self, sent: bytes, source: str = "127.0.0.1") -> bytes:
        """Send bytes that need not be HTTP, and return all that comes back."""
        target, origin = ("127.0.0.1", self.port), (source, 0)
        with socket.create_connection(target, timeout=PATIENCE, source_address=origin) as connection:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True


def _toml(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower()
