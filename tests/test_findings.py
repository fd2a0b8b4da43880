"""Each finding of the audit and each scenario that broke a draft has a test whose docstring names it.

The audit of the first build: C1, H1 to H8, M1 to M11, "audit L1" to "audit L12", and D1 to D15, where two honest
programs would have differed. The scenarios: T (threads and readers; T48 and T49 were found later), K (closing and
destroying), L (log, weeks, witnesses).
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

HERE = Path(__file__).parent
NAMED = re.compile(r"\b(?:audit )?[A-Z]\d+(?: \([a-d]\))?(?=[,:;.]| \()")
FINDINGS = (
    "C1",
    *(f"H1 ({way})" for way in "abcd"),
    *(f"H{number}" for number in range(2, 9)),
    *(f"M{number}" for number in range(1, 12)),
    *(f"audit L{number}" for number in range(1, 13)),
    *(f"D{number}" for number in range(1, 16)),
    *(f"T{number}" for number in (*range(1, 47), 48, 49)),
    *(f"K{number}" for number in range(1, 32)),
    *(f"L{number}" for number in range(1, 19)),
)


def holders() -> dict[str, list[str]]:
    """Return the tests that name each finding in their docstring, as `file::test`."""
    found: dict[str, list[str]] = {}
    for path in sorted(HERE.rglob("test_*.py")):
        if "node_modules" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for name in NAMED.findall(ast.get_docstring(node) or ""):
                    found.setdefault(name, []).append(f"{path.relative_to(HERE.parent)}::{node.name}")
    return found


def test_no_finding_and_no_scenario_is_without_its_test() -> None:
    held = holders()
    assert [name for name in FINDINGS if name not in held] == []


def test_no_test_names_what_is_no_finding() -> None:
    assert sorted(holders().keys() - {"H1", *FINDINGS}) == []  # H1: all four ways at once
