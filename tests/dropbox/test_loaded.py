"""What the server's processes load: each of them holds it for ever, and what takes a worker over finds it there."""

import json
import subprocess
import sys
from pathlib import Path

from dropbox.pages import builder, render
from keys.wire.canonical import b64
from tests.bench.serving import shipped_server
from tests.dropbox.serving import ROOT, Server, log_path
from tests.organisation import Organisation
from tests.policies import SMALL

# What seals or opens, what only the tool needs, and what builds pages.
NOT_IN_A_WORKER = {
    "PIL",
    "argon2",
    "babel",
    "brotli",
    "cryptography",
    "dropbox.pages.render",
    "keys.cases",
    "keys.identity",
    "keys.receipt",
    "keys.sealing",
    "keys.vault",
    "sqlalchemy.orm",
    "unittest",
    "urllib3",
}
PATHS = ("/", "/nl/", "/en/how", "/nothing", "/nl/offline.html", "/chain", "/bundles", "/bundles?all=1")
ASK_EVERYTHING = """
import json, sys
from pathlib import Path
import dropbox
from dropbox.config import Config
client = dropbox.create_app(Config.load(Path(sys.argv[1]))).test_client()
statuses = [client.get(path, headers={"Authorization": sys.argv[2]}).status_code for path in sys.argv[3:]]
print(json.dumps([statuses, sorted(sys.modules)]))
"""
# Libraries as they are mapped into a process.
OF_THE_APPLICATION = ("_sqlite3", "_sodium", "sqlalchemy", "markupsafe")
REQUESTS = 16  # so many that each worker has built its pages
OF_BUILDING_AND_SEALING = ("_brotli", "/cryptography/", "argon2", "/PIL/")


def test_a_worker_loads_nothing_that_seals_opens_or_builds_pages(founded: tuple[Server, Organisation]) -> None:
    server, organisation = founded
    paths = [*PATHS, log_path(organisation), f"/texts/{b64(next(iter(organisation.roster.texts.values())))}"]
    capability = f"Bearer {b64(organisation.log_capability)}"
    done = subprocess.run(
        [sys.executable, "-c", ASK_EVERYTHING, server.config, capability, *paths],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    statuses, modules = json.loads(done.stdout)
    assert dict(zip(paths, statuses, strict=True)) == {**dict.fromkeys(paths, 200), "/": 302, "/nothing": 404}
    assert {"flask", "sqlalchemy", "nacl", "keys.roster", "dropbox.store"} <= {*modules}
    assert {*modules} & NOT_IN_A_WORKER == set()


def test_only_workers_load_the_application_and_none_loads_what_builds_pages(
    tmp_path: Path, built_scripts: Path
) -> None:
    organisation = Organisation.found()
    server = shipped_server(tmp_path)
    try:
        server.found(organisation)
        for _ in range(REQUESTS):
            assert server.get("/nl/").status == server.get("/chain").status == 200
        assert _mapped(server.pid, (*OF_THE_APPLICATION, *OF_BUILDING_AND_SEALING)) == set()
        for worker in server.workers():
            assert _mapped(worker, OF_THE_APPLICATION) == {*OF_THE_APPLICATION}
            assert _mapped(worker, OF_BUILDING_AND_SEALING) == set()
    finally:
        server.kill()


def _mapped(pid: int, names: tuple[str, ...]) -> set[str]:
    """Return those of `names` that stand in the path of a file that a process has mapped."""
    maps = Path(f"/proc/{pid}/maps").read_text()
    return {name for name in names if name in maps}


def test_pages_built_in_a_process_of_their_own_are_those_of_this_release(scripts: Path) -> None:
    assert builder.build(SMALL, scripts) == render.build(SMALL, scripts)
    assert builder.compressed("text/plain", b"abc") == render.compressed("text/plain", b"abc")
