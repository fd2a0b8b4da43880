"""Every document is wrapped at one width, and wrapping changes no meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.source_tree import name_of
from tests.wrapping import DOCUMENTS, WIDTH, wrapped

if TYPE_CHECKING:
    from pathlib import Path

LONG = "word " * 40


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_a_document_is_wrapped_at_one_width(path: Path) -> None:
    text = path.read_text("utf-8")

    assert text == wrapped(text), "wrap it: make format"


def test_a_paragraph_and_an_item_are_filled_to_the_width() -> None:
    for first, others in (("", ""), ("- ", "  "), ("10. ", "    "), ("- [ ] ", "  "), ("  - ", "    ")):
        lines = wrapped(f"{first}{LONG}").splitlines()
        assert lines[0].startswith(f"{first}word")
        assert all(line.startswith(f"{others}word") for line in lines[1:])
        assert all(len(line) <= WIDTH < len(line) + len(" word") for line in lines[:-1])


def test_short_lines_are_joined_and_an_empty_line_parts_paragraphs() -> None:
    assert wrapped("one\ntwo\n\nthree\n- four\nfive\n- six\n") == "one two\n\nthree\n- four five\n- six\n"


@pytest.mark.parametrize(
    "kept",
    [
        f"| {LONG} | {LONG} |",
        f"# {LONG}",
        f"    {LONG}",
        f"```\n{LONG}\n{LONG}\n```",
        f"- item\n\n      {LONG}",
        f"[name]: https://example.org/{'x' * WIDTH}",
        f'<img alt="{LONG}">',
        "- claim\n  `tests/a.py::test_one`\n  `tests/b.py::test_two`",
    ],
)
def test_what_has_lines_of_its_own_keeps_them(kept: str) -> None:
    assert wrapped(f"before\n\n{kept}\n\nafter\n") == f"before\n\n{kept}\n\nafter\n"


def test_code_after_a_list_is_no_part_of_it() -> None:
    text = "- item\n\n## Heading\n\n    a = 1\n    b = 2\n\n- item\n\nwords\n\n    a = 1\n    b = 2\n"

    assert wrapped(text) == text


@pytest.mark.parametrize("whole", [f"`{LONG}`", f"[{LONG}](https://example.org)", f"![{LONG}][name]"])
def test_code_and_links_stay_whole(whole: str) -> None:
    assert wrapped(f"before {whole} after\n") == f"before\n{whole}\nafter\n"


@pytest.mark.parametrize("word", ["-", "+", "*", "1.", "23)", "#", "##", ">", "|", "=", "---", "<p>"])
def test_no_word_becomes_the_mark_of_a_list_a_heading_or_a_table(word: str) -> None:
    text = f"{'x' * (WIDTH - 1)} {word} end\n"

    assert not [line for line in wrapped(text).splitlines() if line.startswith(word)]


@given(st.lists(st.text("ab `[]()#-*|<1.\n", max_size=200), max_size=8).map("\n\n".join))
def test_wrapping_loses_no_word_and_is_done_at_once(text: str) -> None:
    once = wrapped(text)

    assert once.split() == text.split()
    assert wrapped(once) == once
