"""Wraps the documents at one width, as `make format` does; tables, code and links stay whole, however long they are.

What is wrapped means what it meant: no line of a paragraph begins with what would make it a list, a heading or a table.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field

from tests.source_tree import FILES

WIDTH = 120  # as the source has
DOCUMENTS = [path for path in FILES if path.suffix == ".md"]

_CODE = 4  # how far code is to the right of the words around it
_ITEM = re.compile(r"(\s*(?:[-*+]|\d+[.)]) +)(\[[ x]\] +)?")
# A table, a heading, HTML, the target of a link's name.
_AS_IT_IS = re.compile(r"\s*(?:\||#{1,6} |<|\[[^\]]+\]: )")
# Names of tests or functions alone on a line: one below the other they can be compared.
_NAMES = re.compile(r"\s*(?:`[\w./-]*/[\w./:-]+`[,;.]? ?)+")
# A word, with the code and the links in it, which have spaces of their own.
_WORD = re.compile(r"(?:`+[^`]+`+|!?\[[^\]\[]*\](?:\([^)]*\)|\[[^\]]*\])|\S)+")
_NOT_FIRST = re.compile(r"[-+*=>]+|#{1,6}|\d+[.)]|[|<].*")


@dataclass
class _Wrapped:
    """What was wrapped so far, and the paragraph that is being read: its words and what stands before its lines."""

    lines: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    first: str = ""
    others: str = ""

    def end_paragraph(self) -> None:
        """Write the paragraph."""
        line, before = "", self.first
        for word in self.words:
            if line and len(before) + len(line) + 1 + len(word) > WIDTH and not _NOT_FIRST.fullmatch(word):
                self.lines.append(before + line)
                line, before = word, self.others
            else:
                line = f"{line} {word}" if line else word
        if line:
            self.lines.append(before + line)
        self.words, self.first = [], self.others

    def add(self, line: str) -> None:
        """Write a line as it is."""
        self.end_paragraph()
        self.lines.append(line)


def wrapped(text: str) -> str:
    """Return a document with every paragraph and item filled to WIDTH."""
    done, fenced, content = _Wrapped(), False, 0  # `content`: how far the words of an item are from the edge
    for line in text.splitlines():
        indent = len(line) - len(line.lstrip())
        if line.strip() and not indent and not done.words:
            content = 0  # the list has ended
        item = _ITEM.match(line)
        if line.lstrip().startswith("```"):
            fenced = not fenced
            done.add(line)
        elif fenced or not line.strip() or _AS_IT_IS.match(line) or (not done.words and indent >= content + _CODE):
            done.add(line)
        elif item and item.end() < len(line):
            done.end_paragraph()
            content = item.end(1)
            done.first, done.others = item.group(), " " * content
            done.words = _WORD.findall(line[item.end() :])
        elif _NAMES.fullmatch(line):
            done.add(line)
        else:
            if not done.words:
                done.first = done.others = " " * indent
            done.words += _WORD.findall(line)
    done.end_paragraph()
    return "\n".join(done.lines) + "\n"


def main() -> int:
    """Wrap every document."""
    for path in DOCUMENTS:
        path.write_text(wrapped(path.read_text("utf-8")), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
