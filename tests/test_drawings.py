"""The figures and the page on architecture say what the source says."""

from __future__ import annotations

import ast
import re
import xml.etree.ElementTree as ET
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.drawings.figures import FIGURES, FOLDER
from tests.drawings.layers import direct, ordered
from tests.source_tree import LINE_TITLES, LINES, REPOSITORY, needs_of_units, tree_of

if TYPE_CHECKING:
    from pathlib import Path

PAGE = (REPOSITORY / "docs" / "architecture.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`([\w./]+\.(?:py|ts))::([\w.]+)`", PAGE)))
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_the_one_that_the_source_gives(name: str) -> None:
    assert (FOLDER / name).read_text("utf-8") == FIGURES[name](), "draw it anew: make drawings"


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_whole_says_what_it_shows_and_fetches_nothing(name: str) -> None:
    drawn = ET.fromstring(FIGURES[name]())
    width, height = map(float, (drawn.get("width", ""), drawn.get("height", "")))

    for element in ("title", "desc"):
        found = drawn.find(f"{SVG}{element}")
        assert found is not None
        assert found.text
    for box in drawn.iter(f"{SVG}rect"):
        x, y, w, h = (float(box.get(side, "0")) for side in ("x", "y", "width", "height"))
        assert x + w <= width
        assert y + h <= height
    assert not re.search(r"href|url\((?!#)|@import|script", FIGURES[name]())


def test_the_figure_of_the_layers_has_every_unit_and_every_import() -> None:
    needs = {unit: others for unit, others in needs_of_units().items() if unit != "__init__"}
    arrows = direct(needs)

    drawn = ET.fromstring(FIGURES["layers.svg"]())
    words = [text.text for text in drawn.iter(f"{SVG}text")]
    assert set().union(*LINES) <= set(words)
    assert set(LINE_TITLES) <= set(words)
    heads = [path for path in drawn.iter(f"{SVG}path") if path.get("marker-end")]
    assert len(heads) == sum(map(len, arrows.values()))
    # Followed to their end, the arrows give every import back.
    reached = {unit: set(others) for unit, others in arrows.items()}
    for _ in arrows:
        reached = {unit: others.union(*(reached[other] for other in others)) for unit, others in reached.items()}
    assert all(needs[unit] <= reached[unit] for unit in needs)


def test_an_import_that_others_bring_has_no_arrow() -> None:
    assert direct({"a": set(), "b": {"a"}, "c": {"a", "b"}}) == {"a": set(), "b": {"a"}, "c": {"b"}}


def test_units_that_need_each_other_are_not_drawn() -> None:
    with pytest.raises(ValueError, match="need each other"):
        direct({"a": {"b"}, "b": {"a"}})


def test_a_unit_stands_to_the_right_of_what_it_imports_in_its_line() -> None:
    assert ordered({"c", "b", "a"}, {"a": {"c"}, "b": set(), "c": {"b"}}) == ["b", "c", "a"]


def test_the_way_of_a_report_has_ten_steps_that_each_name_what_does_them() -> None:
    way = PAGE.split("## The way of one report")[1].split("## ")[0]
    starts = [match.start() for match in re.finditer(r"(?m)^\d+\. ", way)]

    steps = [way[start:end] for start, end in pairwise([*starts, len(way)])]

    assert [int(step.split(".")[0]) for step in steps] == list(range(1, 11))
    assert all(re.search(r"`[\w./]+::[\w.]+`", step) for step in steps)


@pytest.mark.parametrize(("path", "name"), NAMED, ids="::".join)
def test_what_the_architecture_names_is_there(path: str, name: str) -> None:
    file = REPOSITORY / path
    found = _in_python(file) if file.suffix == ".py" else _in_typescript(file)

    assert name in found


def _in_python(path: Path) -> set[str]:
    """Return every function and class of a file, a method as `Class.method`."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    classes = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.ClassDef)]
    return {node.name for node in ast.walk(tree_of(path)) if isinstance(node, kinds)} | {
        f"{one.name}.{node.name}" for one in classes for node in one.body if isinstance(node, kinds)
    }


def _in_typescript(path: Path) -> set[str]:
    """Return what a file declares on its outermost level."""
    declared = r"(?m)^(?:export )?(?:async )?(?:function\*?|class|interface|type|const) (\w+)"
    return set(re.findall(declared, path.read_text("utf-8")))
