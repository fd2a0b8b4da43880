"""Plain English: words that the docstrings, comments, errors and pages of the program avoid."""

from __future__ import annotations

import io
import re
import tokenize
from typing import TYPE_CHECKING

import pytest
from babel.messages.extract import extract_from_dir

from keys import errors
from tests.source_tree import PYTHON, REPOSITORY, TYPESCRIPT, name_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Each with the plain word for it.
AVOIDED = {
    "whoever": "anyone who, the person who",
    "telling-on": "disclosure",
    "told on": "shared, disclosed",
    "for good": "permanently",
    "is told": "reads, sees",
    "made of": "built from",
    "there is none": "none exists",
    "stands": "is, appears, is stored",
    "that of which": "what",
    "too near": "conflict of interest",
    "loaded anew": "reloaded",
}
PATTERN = re.compile(rf"\b({'|'.join(re.escape(words) for words in AVOIDED)})\b", re.IGNORECASE)
OURS = ("keys", "dropbox", "deploy")
WRITTEN = [path for path in (*PYTHON, *TYPESCRIPT) if path.relative_to(REPOSITORY).parts[0] in OURS]


def prose(path: Path) -> Iterator[str]:
    """Yield the comments and the strings of many words of a source file, docstrings among them."""
    text = path.read_text("utf-8")
    if path.suffix == ".ts":
        yield from re.findall(r"/\*.*?\*/|(?<!:)//[^\n]*", text, re.DOTALL)
        return
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT or (token.type == tokenize.STRING and token.string.count(" ") > 1):
            yield token.string


def avoided_in(texts: Iterator[str]) -> list[str]:
    """Return the lines of these texts that have one of the words."""
    joined = (re.sub(r"\s*\n\s*(?:#|//|\*)?\s*", " ", text) for text in texts)
    return [text[max(0, found.start() - 40) : found.end() + 20] for text in joined for found in PATTERN.finditer(text)]


@pytest.mark.parametrize("path", WRITTEN, ids=name_of)
def test_a_source_file_is_in_plain_english(path: Path) -> None:
    assert avoided_in(prose(path)) == []


@pytest.mark.parametrize("folder", ["templates", "keys/inbox/templates", "keys/exports/templates"])
def test_a_page_is_in_plain_english(folder: str) -> None:
    found = extract_from_dir(
        REPOSITORY / folder,
        method_map=[("**.html", "jinja2.ext:babel_extract")],
        options_map={"**.html": {"trimmed": "true"}},
    )
    sentences = [text for _, _, message, _, _ in found for text in ([message] if isinstance(message, str) else message)]
    assert sentences
    assert avoided_in(iter(sentences)) == []


def test_an_error_is_in_plain_english() -> None:
    texts = [text for name in errors.__all__ for kind in [getattr(errors, name)] for text in (kind.message, kind.hint)]
    assert avoided_in(iter(texts)) == []


def test_the_words_are_found() -> None:
    assert avoided_in(iter(["# whoever has no key\n    # yet is told so"])) != []
    assert avoided_in(iter(["understands", "madeof"])) == []
