"""The server as it is shipped, for a bench or a soak, and the memory that its processes take."""

from __future__ import annotations

import tomllib
from pathlib import Path

from keys.policy import Policy
from tests.bench.figures import WrongError
from tests.dropbox.serving import ROOT, Server

DEPLOY = ROOT / "deploy"
KIB = 1024
OWN = {"data", "bind", "address"}  # what every server decides for itself


def shipped_server(folder: Path) -> Server:
    """Return a server with the workers, threads and limits of deploy/dropbox.toml; nothing is started."""
    settings = tomllib.loads((DEPLOY / "dropbox.toml").read_text("utf-8"))
    return Server(folder, **{key: value for key, value in settings.items() if key not in OWN})


def shipped_policy() -> Policy:
    """Return the policy that organisations begin with."""
    return Policy.from_toml((DEPLOY / "policy.toml").read_text("utf-8"))


def rss_mib(server: Server) -> float:
    """Return the resident memory of all its processes together; a page that two of them share counts twice."""
    return _memory_mib(server, "Rss")


def pss_mib(server: Server) -> float:
    """Return the resident memory of all its processes together; a page that several share counts once among them."""
    return _memory_mib(server, "Pss")


def _memory_mib(server: Server, name: str) -> float:
    return sum(_rollup_kib(pid, name) for pid in (server.pid, *server.workers())) / KIB


def _rollup_kib(pid: int, name: str) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
        key, _, value = line.partition(":")
        if key == name:
            return int(value.split()[0])
    raise WrongError(f"smaps_rollup without {name}")
