"""No definition of ours that nothing uses: what only the tests use stands with the tests."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

from vulture import Vulture

from tests.client.page import NODE

ROOT = Path(__file__).parent.parent
CLIENT = ROOT / "dropbox" / "client"
GUNICORN = ROOT / "deploy" / "gunicorn.conf.py"  # gunicorn looks up each name in it
# Decorators that hand a function to a framework.
REGISTERED = [
    "@*.route", "@*.get", "@*.post", "@*.command", "@*.group", "@*.errorhandler", "@*.before_request",
    "@*.after_request", "@*.teardown_appcontext", "@event.listens_for", "@contextmanager", "@override",
]  # fmt: skip
# What a framework looks up by its name, with the framework.
CALLED_BY = {
    "flask": {"request_class", "max_form_parts", "max_content_length", "log_exception", "_get_file_stream", "regex"},
    "click": {"format_commands"},
    "jinja2": {"lstrip_blocks", "trim_blocks"},
    "sqlite3": {"isolation_level"},
    "gunicorn": {"load_config", "threads"},
    "io": {"seek"},
    "babel": {"creation_date"},
}


def unused(*folders: str) -> dict[str, str]:
    """Return the names that no Python file and no template of these folders uses, with the place of each."""
    vulture = Vulture(ignore_decorators=REGISTERED)
    vulture.scavenge([str(ROOT / folder) for folder in folders], exclude=["node_modules"])
    templates = [
        path.read_text("utf-8") for folder in (*folders, "templates") for path in (ROOT / folder).rglob("*.html")
    ]
    known = set(re.findall(r"\w+", " ".join(templates))).union(*CALLED_BY.values())
    return {
        item.name: f"{Path(item.filename).relative_to(ROOT)}:{item.first_lineno}"
        for item in vulture.get_unused_code(min_confidence=60)
        if item.name not in known and Path(item.filename) != GUNICORN
    }


def test_nothing_is_defined_that_nothing_uses() -> None:
    assert unused("keys", "dropbox", "deploy") == {}


def test_what_nothing_uses_is_found(tmp_path: Path) -> None:
    (tmp_path / "dead.py").write_text("def used():\n    return 1\n\n\ndef phantom():\n    return used()\n")
    vulture = Vulture(ignore_decorators=REGISTERED)
    vulture.scavenge([str(tmp_path)])
    assert [item.name for item in vulture.get_unused_code(min_confidence=60)] == ["phantom"]


def knip(folder: Path) -> set[str]:
    """Return what the scripts of a folder export and no other script imports, and the files that none imports."""
    program = CLIENT / "node_modules" / "knip" / "bin" / "knip.js"
    # What is marked @internal is there for the tests, which ask both languages the same: not a use in production.
    found = subprocess.run(
        [NODE, program, "--production", "--no-progress", "--reporter", "json"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode in {0, 1}, found.stderr
    return {
        one.get("name", issue["file"])
        for issue in json.loads(found.stdout)["issues"]
        for kind, ones in issue.items()
        if isinstance(ones, list) and kind != "owners"
        for one in ones
    }


def test_no_script_exports_what_no_script_imports() -> None:
    assert knip(CLIENT) == set()


def test_an_export_that_no_script_imports_is_found(tmp_path: Path) -> None:
    for name in ("knip.json", "package.json", "tsconfig.json"):
        shutil.copy(CLIENT / name, tmp_path)
    (tmp_path / "build.mjs").write_text('import "esbuild";\n')
    (tmp_path / "entry").mkdir()
    (tmp_path / "entry" / "main.ts").write_text('import { used } from "../library.ts";\nused();\n')
    (tmp_path / "library.ts").write_text("export function used() {}\nexport function phantom() {}\n")
    (tmp_path / "lonely.ts").write_text("export const alone = 1;\n")
    assert {"phantom", "lonely.ts"} <= knip(tmp_path)
    assert "used" not in knip(tmp_path)
