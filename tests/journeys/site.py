"""A drop box as its operator runs it, with its recipients at their command lines; its processes end with it."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from click.testing import CliRunner

from keys.ceremony import (
    Draft,
    enrol,
    found,
    join,
    make_roster,
    open_vault,
    parse_roots,
    publish,
    root_key_name,
    unlock,
)
from keys.cli import commands
from keys.cli.context import Tool
from keys.courier import Courier
from keys.identity import Profile
from keys.roster import address
from keys.wire.canonical import b64
from tests.journeys.memory import descendants
from tests.policies import example

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keys.ceremony import Card
    from keys.roster import Root

REPOSITORY = Path(__file__).parents[2]
CHEAP = Profile(time=1, memory_kib=64, lanes=1)  # a test's passphrase guards nothing
PASSPHRASE = "een wachtwoord voor de proef"
SECRETARIS, BOARD_1, BOARD_2, OUTSIDER = "Secretaris", "Bestuurslid 1", "Bestuurslid 2", "Buitenstaander"
PEOPLE = ((SECRETARIS, "secretaris"), (BOARD_1, "bestuur"), (BOARD_2, "bestuur"))
POLICY = replace(example(), decoys_per_week=0)  # no timer runs here
START_SECONDS = 60
CODE_LENGTH = 34


@dataclass
class Site:
    """A founded organisation and its server. `with` serves it; `stop` and `start` are the operator's."""

    folder: Path
    people: Sequence[tuple[str, str]] = PEOPLE
    cards: dict[str, Card] = field(default_factory=dict)
    drafts: list[Draft] = field(default_factory=list)
    known: dict[str, set[str]] = field(default_factory=dict)

    def __enter__(self) -> Self:
        """Found the organisation, serve, publish and join."""
        self.data.mkdir(parents=True, mode=0o700)
        self.temporary.mkdir()
        self.port = free_port()
        self.root: Root = found(self.folder, 2, ["a", "b", "c"], self.today, CHEAP)
        self.reserve(0)
        made = self._operator("init", "--fingerprint", b64(self.root.id))
        assert made.wait() == 0, self.log.read_text()
        self.start()
        try:
            for name, role in self.people:
                self.enrol(name, role)
            self.publish_roster([name for name, _ in self.people])
            for name, _ in self.people:
                self.join(name)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """End the server."""
        self.stop()

    @property
    def data(self) -> Path:
        """The folder of the store."""
        return self.folder / "server" / "data"

    @property
    def temporary(self) -> Path:
        """Where the server would put temporary files."""
        return self.folder / "server" / "tmp"

    @property
    def log(self) -> Path:
        """All that the server says."""
        return self.folder / "server" / "log"

    @property
    def config(self) -> Path:
        """The operator's settings."""
        return self.folder / "dropbox.toml"

    @property
    def url(self) -> str:
        """The server's origin."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def now(self) -> dt.datetime:
        """The time of the server and of every recipient."""
        return dt.datetime.now(dt.UTC)

    @property
    def today(self) -> int:
        """The day by the policy."""
        return POLICY.day(self.now)

    def address(self, language: str = "nl", server: str | None = None) -> str:
        """Return the poster's address; `server` is another origin in front of ours."""
        return address(server or self.url, language, self.root.id)

    def reserve(self, kept: int, most: int = 2**30) -> None:
        """Write the operator's settings, with so many bytes of `most` kept for talks; the next start reads them."""
        settings = {
            "data": str(self.data),
            "bind": f"127.0.0.1:{self.port}",
            "address": self.url,
            "workers": 2,
            "threads": 8,
            "max_database_bytes": most,
            "reserve_bytes": kept,
        }
        # A string or a number is written alike in JSON and in TOML.
        self.config.write_text("".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items()))

    def start(self) -> None:
        """Serve, and return once there are answers."""
        self._server = self._operator("run")
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self._server.poll() is None, self.log.read_text()
            if _listens(self.port):
                return
            time.sleep(0.05)
        self.stop()
        raise AssertionError("the server does not answer")

    def stop(self) -> None:
        """End the server and wait for its end."""
        self._server.send_signal(signal.SIGINT)  # the quick end: it waits for no idle connection
        self._server.wait()

    def kill(self) -> None:
        """End all the server's processes at once: none can finish anything."""
        for pid in reversed(self.processes()):
            os.kill(pid, signal.SIGKILL)
        self._server.wait()
        while _listens(self.port):
            time.sleep(0.01)

    def processes(self) -> list[int]:
        """Return the server's processes."""
        return descendants(self._server.pid)

    def enrol(self, name: str, role: str) -> None:
        """Make a recipient's key, vault and card."""
        self.cards[name] = enrol(self.folder / name, name, role, PASSPHRASE, self.today, CHEAP)

    def publish_roster(self, people: Sequence[str]) -> None:
        """Make, sign and publish a roster of these people."""
        roots = parse_roots((self.folder / "root.signed").read_bytes())
        before = self.drafts[-1] if self.drafts else None
        draft = make_roster(roots, before, POLICY, [self.cards[name] for name in people], self.today)
        for number, passphrase in ((1, "a"), (3, "c")):
            draft = draft.sign(self.folder / root_key_name(number), passphrase)
        publish(draft, Courier(self.url))
        self.drafts.append(draft)

    def join(self, name: str) -> None:
        """Let a recipient join with the newest roster."""
        secret = unlock(self.folder / name, PASSPHRASE)
        with open_vault(self.folder / name, secret) as vault:
            join(vault, secret, Courier(self.url), self.root.id, self.today)

    def run(self, who: str, *arguments: object, text: str = "", code: str | None = None) -> str:
        """Run `meldbus` as this recipient and return what it wrote; fail the test where it fails.

        `code` is read by `open` from its descriptor.
        """
        tool = Tool(self.folder / who, clock=lambda: self.now, profile=CHEAP)
        with _turn, descriptor(PASSPHRASE) as passphrase, descriptor(code or "") as receipt:
            given = ["--passphrase-fd", passphrase, *map(str, arguments)]
            given += ["--receipt-fd", receipt] if code is not None else []
            done = CliRunner().invoke(commands, given, input=text, obj=tool, env={"LANGUAGE": "en"})
        assert done.exit_code == 0, done.output
        return done.output

    def read(self, who: str, *arguments: object, text: str = "") -> str:
        """Return a case as this recipient reads it, who is not too near to it."""
        return self.run(who, "read", "--not-involved", *arguments, text=text)

    def report(self, text: str) -> str:
        """Report without a browser, by a sealed file; return the code."""
        sealed = self.folder / "melding.meldbus"
        code = self.run(
            "nobody", "seal", *self.reporting(), "--topic", "fraude", "--output", sealed, text=text
        ).splitlines()
        Courier(self.url).post_raw(sealed.read_bytes())
        sealed.unlink()
        return next(line for line in code if not line.startswith("meldbus") and len(line) == CODE_LENGTH)

    def news(self, who: str) -> set[str]:
        """Sync as this recipient and return the numbers of the cases that they did not have at the last call."""
        self.run(who, "sync")
        numbers = {line.split()[0] for line in self.run(who, "list").splitlines()[1:]}
        new = numbers - self.known.get(who, set())
        self.known[who] = numbers
        return new

    def reporting(self) -> tuple[str, ...]:
        """Return the options by which `seal`, `open` and `decoy` find and check this drop box."""
        return ("--server", self.url, "--fingerprint", self.address())

    def count(self, table: str) -> int:
        """Count the rows of a table of the store."""
        store = sqlite3.connect(f"file:{self.data / 'meldbus.sqlite'}?mode=ro", uri=True)
        try:
            (rows,) = store.execute(f"SELECT count(*) FROM {table}").fetchone()
        finally:
            store.close()
        return int(rows)

    def _operator(self, command: str, *arguments: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dropbox", command, "--config", str(self.config), *arguments],
                cwd=REPOSITORY,
                stdout=log,
                stderr=log,
                env={**os.environ, "TMPDIR": str(self.temporary)},
            )


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """Return a port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# CliRunner puts its own streams in place of the process's: one at a time.
_turn = threading.Lock()


@contextmanager
def descriptor(line: str) -> Iterator[str]:
    """Give the number of a descriptor from which a program reads this line."""
    reading, writing = os.pipe()
    os.write(writing, f"{line}\n".encode())
    os.close(writing)
    yield str(reading)
    os.close(reading)
