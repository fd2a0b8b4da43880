"""SECURITY.md: every claim names tests that exist, and every property is claimed or stands under "Not yet"."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "SECURITY.md").read_text("utf-8")
PROPERTIES = range(1, 11)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def section(title: str) -> str:
    """Return what stands under a heading of the second order."""
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def properties() -> dict[int, str]:
    """Return what stands under the heading of each property, by its number."""
    parts = re.split(r"(?m)^### (\d+)\. .*$", section("What holds"))
    return {int(number): text for number, text in zip(parts[1::2], parts[2::2], strict=True)}


def claims() -> list[str]:
    """Return every claim with its tests."""
    return [claim for text in properties().values() for claim in re.findall(r"(?ms)^- .*?(?=^- |^$|\Z)", text)]


def collected(path: Path) -> set[str]:
    """Return the names of the tests that pytest collects from a file."""
    tree = ast.parse(path.read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


@pytest.mark.parametrize(("file", "name"), sorted(set(NAMED.findall(PAGE))))
def test_every_test_that_security_md_names_exists(file: str, name: str) -> None:
    assert (ROOT / file).is_file()
    assert name in collected(ROOT / file)


def test_every_name_of_a_test_is_written_so_that_it_is_checked() -> None:
    assert len(re.findall(r"test_\w+", PAGE)) == len(re.findall(r"/test_\w+\.py::test_\w+`", PAGE)) * 2


def test_every_claim_names_a_test() -> None:
    assert claims()
    assert [claim for claim in claims() if not NAMED.search(claim)] == []


def test_no_test_is_named_under_not_yet_or_limits() -> None:
    assert not NAMED.search(section("Not yet") + section("Limits"))


@pytest.mark.parametrize("number", PROPERTIES)
def test_every_property_is_claimed_or_stands_under_not_yet(number: int) -> None:
    claimed = NAMED.search(properties()[number])

    assert claimed or f"Property {number}:" in section("Not yet")


def test_the_properties_are_ten() -> None:
    assert list(properties()) == list(PROPERTIES)
