"""The server as shipped, for a bench or a soak, and the memory of its processes."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.figures import WrongError
from tests.dropbox.serving import ROOT, Server
from tests.policies import policy_of

if TYPE_CHECKING:
    from keys.policy import Policy

DEPLOY = ROOT / "deploy"
KIB = 1024
OWN = {"data", "bind", "address"}  # settings that every server has of its own


def shipped_server(folder: Path) -> Server:
    """Return a server with the workers, threads and limits of deploy/dropbox.toml; it is not started."""
    settings = tomllib.loads((DEPLOY / "dropbox.toml").read_text("utf-8"))
    return Server(folder, **{key: value for key, value in settings.items() if key not in OWN})


def shipped_policy() -> Policy:
    """Return the policy with which organisations start."""
    return policy_of((DEPLOY / "policy.toml").read_text("utf-8"))


def rss_mib(server: Server) -> float:
    """Return the total resident memory of its processes; a page that two of them share counts twice."""
    return _memory_mib(server, "Rss")


def pss_mib(server: Server) -> float:
    """Return the total proportional memory of its processes; a shared page counts once."""
    return _memory_mib(server, "Pss")


def _memory_mib(server: Server, name: str) -> float:
    return sum(_rollup_kib(pid, name) for pid in (server.pid, *server.workers())) / KIB


def _rollup_kib(pid: int, name: str) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
        key, _, value = line.partition(":")
        if key == name:
            return int(value.split()[0])
    raise WrongError(f"smaps_rollup without {name}")
