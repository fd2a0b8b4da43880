"""A demo drop box on this machine, with keys, in a temporary folder. Never use it for real reports."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from deploy import demo_cases

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BIN = Path(sys.executable).parent
HOST = "127.0.0.1"
PASSPHRASE = "wachtzin van de demo"  # noqa: S105
ROOT_KEYS, NEEDED = 3, 2
PEOPLE = (
    ("secretaris", "Secretaris", "secretaris"),
    ("bestuurslid-1", "Bestuurslid 1", "bestuur"),
    ("bestuurslid-2", "Bestuurslid 2", "bestuur"),
)
START_SECONDS = 60
WORK = "work = 500_000", "work = 5_000"  # the demo posts many reports, and needs no flood protection

WORDS = """\

The drop box of Voorbeeldstichting runs until you press Ctrl-C.

Report at
  {address}

Read and answer in a browser: ten invented cases are there. Each passphrase is "{word}", each link works once.
{links}

The same at a command line: in another terminal, in the folder {root}, while that inbox is locked
  {meldbus} sync {passphrase}
  {meldbus} list {passphrase}
  {meldbus} read --not-involved NUMBER {passphrase}
  {meldbus} reply NUMBER {passphrase}

`list` shows the number of each case. `reply` takes your text until Ctrl-D. `inbox` in their place gives a new link.
Descriptor 3 gives the passphrase here (bash or zsh); without `--passphrase-fd 3` you are asked.
For a board member, write bestuurslid-1 or bestuurslid-2 in place of secretaris.
"""


def main(arguments: list[str]) -> int:
    """Run the demo until a signal; return 0 if it ran."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    port = int(arguments[0]) if arguments else 8000
    if is_taken(port):
        print(f"demo: error: port {port} is taken: `make demo PORT={port + 1}` uses another", file=sys.stderr)
        return 1
    try:
        with tempfile.TemporaryDirectory(prefix="meldbus-demo-") as folder:
            run(Path(folder), port)
    except KeyboardInterrupt:
        print("\nThe drop box has ended, and all of it is deleted.")
        return 0
    except Failed as failure:
        print(f"demo: error: {failure}", file=sys.stderr)
    return 1


class Failed(Exception):
    """A step of the demo failed; its text is the step's output."""


def run(folder: Path, port: int) -> None:
    """Run an organisation with an inbox for each recipient, explain how to use it, and wait for the server's end."""
    with organisation(folder, port) as (process, address), inboxes(folder) as links:
        print(words_for(folder, address, links), end="", flush=True)
        process.wait()
    raise Failed("the server has ended")


@contextmanager
def organisation(folder: Path, port: int) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Found, serve, publish, join and make the cases; yield the server's process and the poster's address."""
    url = f"http://{HOST}:{port}"
    print("Making the keys of a board and of three recipients ...", flush=True)
    roster = found(folder)
    shown = meldbus("roster", "show", "--server", url, roster).splitlines()
    address = next(line for line in shown if line.startswith(url))
    print("Starting the server ...", flush=True)
    with server(folder, url, address.rpartition("#")[2]) as process:
        meldbus("roster", "publish", "--server", url, roster)
        for name, _, _ in PEOPLE:
            meldbus("--home", folder / name, "join", "--server", url, "--fingerprint", address, asked=1)
        print("Making ten cases ...", flush=True)
        demo_cases.make(folder, url, PASSPHRASE)
        yield process, address


def words_for(folder: Path, address: str, links: dict[str, str]) -> str:
    """Return the text that the demo prints once everything runs."""
    words = {
        "address": address,
        "root": ROOT,
        "meldbus": f".venv/bin/meldbus --home {folder / 'secretaris'} --passphrase-fd 3",
        "passphrase": f"3<<<'{PASSPHRASE}'",
        "word": PASSPHRASE,
        "links": "\n".join(f"  {name:14} {link}" for name, link in links.items()),
    }
    return WORDS.format(**words)


@contextmanager
def inboxes(folder: Path, language: str = "") -> Iterator[dict[str, str]]:
    """Run an inbox for each recipient, in a language or the terminal's own; yield their links, and stop them."""
    environment = os.environ | ({"LANGUAGE": language} if language else {})
    running: list[subprocess.Popen[str]] = []
    links = {}
    try:
        for name, _, _ in PEOPLE:
            command = [BIN / "meldbus", "--home", folder / name, "inbox", "--no-browser"]
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                env=environment,
            )
            running.append(process)
            assert process.stdout
            links[name] = process.stdout.readline().strip()
            if not links[name]:
                raise Failed(f"the inbox of {name} does not start")
        yield links
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()
            assert process.stdout
            process.stdout.close()


def found(folder: Path) -> Path:
    """Make the root keys, the recipients' keys and a signed roster; return the roster's file."""
    board, roster = folder / "board", folder / "roster"
    numbers = ("--keys", ROOT_KEYS, "--needed", NEEDED)
    meldbus("found", "--folder", board, *numbers, asked=ROOT_KEYS)
    for name, shown, role in PEOPLE:
        meldbus("--home", folder / name, "enrol", "--name", shown, "--role", role, asked=1)
    cards = [folder / name / f"{name}.card" for name, _, _ in PEOPLE]
    policy = folder / "policy.toml"
    policy.write_text((HERE / "policy.toml").read_text("utf-8").replace(*WORK), "utf-8")
    sources = ("--root", board / "root.signed", "--policy", policy)
    meldbus("roster", "make", *sources, "--output", roster, *cards)
    for number in range(1, NEEDED + 1):
        meldbus("roster", "sign", "--key", board / f"root-{number}.key", roster, asked=1)
    return roster


def meldbus(*arguments: object, asked: int = 0) -> str:
    """Run the recipients' tool, enter the passphrase `asked` times, and return its output."""
    reading, writing = os.pipe()
    os.write(writing, f"{PASSPHRASE}\n".encode() * asked)
    os.close(writing)
    try:
        done = subprocess.run(
            [BIN / "meldbus", "--passphrase-fd", str(reading), *map(str, arguments)],
            pass_fds=[reading],
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        os.close(reading)
    if done.returncode:
        raise Failed(done.stderr.strip())
    return done.stdout


@contextmanager
def server(folder: Path, url: str, fingerprint: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run the server with a separate store, and stop it."""
    data, config = folder / "server", folder / "dropbox.toml"
    data.mkdir(mode=0o700)
    values = tomllib.loads((HERE / "dropbox.toml").read_text("utf-8"))
    values |= {"data": str(data), "bind": url.removeprefix("http://"), "address": url}
    # Strings and numbers have the same syntax in JSON and in TOML.
    config.write_text("".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items()), "utf-8")
    initialised = subprocess.run(
        [*dropbox("init", config), "--fingerprint", fingerprint], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if initialised.returncode:
        raise Failed(initialised.stderr.strip())
    log = folder / "server.log"
    with log.open("wb") as file:
        # In a separate session: Ctrl-C reaches only this process, which stops the server in order.
        process = subprocess.Popen(dropbox("run", config), cwd=ROOT, stderr=file, start_new_session=True)
    try:
        wait_until_it_answers(process, url, log)
        yield process
    finally:
        process.terminate()
        process.wait()


def dropbox(command: str, config: Path) -> list[str]:
    """Return a command of the operator's command line."""
    return [sys.executable, "-m", "dropbox", command, "--config", str(config)]


def wait_until_it_answers(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    """Return once the server answers; raise Failed if it has ended, or never answers."""
    for _ in range(START_SECONDS * 10):
        if process.poll() is not None:
            raise Failed(log.read_text("utf-8", "replace").strip())
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=5)
        try:
            connection.request("GET", "/")
            connection.getresponse()
        except OSError:
            time.sleep(0.1)
        else:
            return
        finally:
            connection.close()
    raise Failed("the server does not answer")


def is_taken(port: int) -> bool:
    """Say whether another program listens on the port."""
    with socket.socket() as probe:
        # As the server does: the remains of a closed connection are no reason to refuse.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
