"""Every vector gives in TypeScript what its header says."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.client.page import NODE
from tests.vectors.vector import FOLDER, SUFFIX

PROGRAM = Path(__file__).with_name("vectors.ts")
FILES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.glob(f"*/*{SUFFIX}"))


@cache
def results() -> dict[str, dict[str, str]]:
    lines = subprocess.run([NODE, PROGRAM, FOLDER], check=True, capture_output=True, text=True).stdout.splitlines()
    return {result["file"]: result for result in map(json.loads, lines)}


@pytest.mark.parametrize("file", FILES)
def test_a_vector_gives_what_it_expects(file: str) -> None:
    assert results()[file]["got"] == results()[file]["expect"]


def test_there_are_vectors_and_most_of_them_are_failures() -> None:
    read = results().values()
    failures = [result for result in read if result["expect"] not in ("opens", "accepted")]
    assert len(failures) > len(read) / 2 >= 40
