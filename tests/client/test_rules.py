"""Bans on what the page's scripts could do: the rules of dropbox/client/rules, tried by tests/client/rules."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.client.page import NODE
from tests.source_tree import REPOSITORY, TYPESCRIPT, name_of

CLIENT = REPOSITORY / "dropbox" / "client"
RULES = sorted((CLIENT / "rules").glob("*.yml"))
TRIED = Path(__file__).parent / "rules"
# The package's own install step would put the program here; its script looks for the program at each call instead.
PROGRAM = CLIENT / "node_modules" / "@ast-grep" / "cli" / "ast-grep"


def ast_grep(*arguments: str, folder: Path = CLIENT) -> subprocess.CompletedProcess[str]:
    """Run ast-grep in a folder that has an sgconfig.yml."""
    return subprocess.run([NODE, PROGRAM, *arguments], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def broken() -> dict[str, set[str]]:
    """The rules that each script breaks, by its path in the repository."""
    found = ast_grep("scan", "--json=stream")
    broken: dict[str, set[str]] = {}
    for line in found.stdout.splitlines():
        one = json.loads(line)
        broken.setdefault(name_of(CLIENT / one["file"]), set()).add(one["ruleId"])
    assert (found.returncode == 0) == (broken == {}), found.stderr
    return broken


@pytest.mark.parametrize("path", TYPESCRIPT, ids=name_of)
def test_a_script_breaks_no_rule(broken: dict[str, set[str]], path: Path) -> None:
    assert broken.get(name_of(path), set()) == set()


def test_each_rule_finds_what_it_is_for_and_nothing_else() -> None:
    ids = {
        line.removeprefix("id: ")
        for path in RULES
        for line in path.read_text("utf-8").splitlines()
        if line.startswith("id: ")
    }
    assert {path.name.removesuffix("-test.yml") for path in TRIED.iterdir()} == ids
    tried = ast_grep("test", "--skip-snapshot-tests")
    assert tried.returncode == 0, tried.stdout
    assert f"{len(ids)} passed; 0 failed" in tried.stdout


def test_a_script_that_keeps_something_is_found(tmp_path: Path) -> None:
    (tmp_path / "sgconfig.yml").write_text(f"ruleDirs: [{CLIENT / 'rules'}]\n")
    (tmp_path / "kept.ts").write_text('export const keep = (text: string) => localStorage.setItem("draft", text);\n')
    found = ast_grep("scan", "--json=stream", folder=tmp_path)
    assert [json.loads(line)["ruleId"] for line in found.stdout.splitlines()] == ["leaves-nothing-behind"]
    assert found.returncode != 0
