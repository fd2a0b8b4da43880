"""What a forge reads of this tree: the workflow that runs the tests, and the forms of an issue."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").iterdir())
FORMS = sorted(path for path in (ROOT / ".github" / "ISSUE_TEMPLATE").iterdir() if path.name != "config.yml")
# Each action is code of somebody else that runs beside ours: read it before it is added here.
ACTIONS = {"actions/checkout"}


def name_of(path: Path) -> str:
    return path.name


def parsed(path: Path) -> dict[str, Any]:
    """Return a YAML file as its forge reads it: in YAML 1.1 a bare `on` is a boolean, to a forge it is a word."""
    read: dict[Any, Any] = yaml.safe_load(path.read_text("utf-8"))
    return {"on" if key is True else key: value for key, value in read.items()}


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in parsed(path)["jobs"].values() for step in job["steps"]]


def test_the_workflow_runs_what_another_forge_runs_on_debian() -> None:
    [path] = WORKFLOWS
    [job] = parsed(path)["jobs"].values()

    assert set(parsed(path)["on"]) == {"push", "pull_request"}
    assert re.fullmatch(r"debian:\d+", job["container"]["image"])
    assert job["steps"][-1] == {"run": ".ci/run"}
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_the_workflow_installs_what_the_makefile_says_it_needs() -> None:
    first = (ROOT / "Makefile").read_text("utf-8").splitlines()[0]
    needed = set(re.findall(r"python3-venv|python3\b|git|make", first.split("Needs:")[1]))

    installed = "\n".join(step.get("run", "") for step in steps(WORKFLOWS[0]))

    assert len(needed) == len({"python3", "python3-venv", "git", "make"})
    assert needed <= set(installed.split())


@pytest.mark.parametrize("path", WORKFLOWS, ids=name_of)
def test_an_action_is_one_that_was_read_and_pinned_by_its_commit(path: Path) -> None:
    used = [step["uses"] for step in steps(path) if "uses" in step]

    # The comment names the release, for a person: the forge takes the commit alone.
    named = re.findall(r"uses: (\S+@[0-9a-f]{40}) # v[\d.]+$", path.read_text("utf-8"), re.MULTILINE)
    assert used == named
    assert {action.split("@")[0] for action in used} <= ACTIONS


@pytest.mark.parametrize("path", WORKFLOWS, ids=name_of)
def test_a_workflow_can_read_the_source_and_nothing_else(path: Path) -> None:
    workflow = parsed(path)

    assert workflow["permissions"] == {"contents": "read"}
    assert not [name for name, job in workflow["jobs"].items() if {"permissions", "secrets", "environment"} & set(job)]
    assert not re.search(r"\bsecrets\b|GITHUB_TOKEN|github\.token", path.read_text("utf-8"))
    # It would run a stranger's code with this tree's rights.
    assert not {"pull_request_target", "workflow_run"} & set(workflow["on"])
    assert [step["with"] for step in steps(path) if "uses" in step] == [{"persist-credentials": False}]


def test_every_issue_begins_with_a_form() -> None:
    assert parsed(ROOT / ".github" / "ISSUE_TEMPLATE" / "config.yml") == {"blank_issues_enabled": False}
    assert {path.name for path in FORMS} == {"bug.yml", "feature.yml", "security.yml"}


@pytest.mark.parametrize("path", FORMS, ids=name_of)
def test_a_form_says_first_what_never_to_paste_and_asks_whether_it_was(path: Path) -> None:
    form = parsed(path)
    first, last = form["body"][0], form["body"][-1]

    assert first["type"] == "markdown"
    for never in ("report", "receipt code", "address of a drop box"):
        assert re.search(rf"Never paste [^.]*\b{never}", first["attributes"]["value"]), never
    assert last["type"] == "checkboxes"
    assert all(option["required"] for option in last["attributes"]["options"])
    labels = [option["label"] for option in last["attributes"]["options"]]
    assert [label for label in labels if "no receipt code, no address of a drop box and no name" in label]


@pytest.mark.parametrize("path", FORMS, ids=name_of)
def test_a_form_has_the_shape_that_a_forge_reads(path: Path) -> None:
    form = parsed(path)

    assert {"name", "description", "labels", "body"} <= set(form)
    asked = [part for part in form["body"] if part["type"] != "markdown"]
    ids = [part["id"] for part in asked]
    assert asked
    assert len(ids) == len(set(ids))
    assert {part["type"] for part in asked} <= {"textarea", "input", "dropdown", "checkboxes"}
    assert all(part["attributes"]["label"] for part in asked)


def test_a_vulnerability_takes_the_way_that_security_says() -> None:
    policy = " ".join((ROOT / "SECURITY.md").read_text("utf-8").split())
    form = (ROOT / ".github" / "ISSUE_TEMPLATE" / "security.yml").read_text("utf-8")
    bug = (ROOT / ".github" / "ISSUE_TEMPLATE" / "bug.yml").read_text("utf-8")

    assert "Report a vulnerability" in policy
    assert "Report a vulnerability" in form
    assert all("SECURITY.md" in text for text in (form, bug))
    # It asks for no details: only boxes to tick.
    assert [part["type"] for part in yaml.safe_load(form)["body"]] == ["markdown", "checkboxes"]
