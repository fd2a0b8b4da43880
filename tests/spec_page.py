"""SPEC.md as the tests read it: sections, tables, numbers, steps; it judges nothing."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keys.policy.shapes import Shape

REPOSITORY = Path(__file__).parent.parent

# Numbers that are names: of standards, algorithms, sections, steps, widths.
_NAMES = re.compile(
    r"RFC \d+|FIPS [\d-]+|SP 800-38D|sections? [\d.]*\d|\(1?\d(?:\.\d)?(?:, 1?\d(?:\.\d)?)*\)"
    r"|SHA-256|[xX]25519|[eE]d25519|(?:ML-KEM|ml-kem)-768|AES-256|[bB]ase(?:32|64)(?:url)?"
    r"|XSalsa20|Poly1305|BLAKE2b-192|arXiv [\d.]+|meldbus/1"
    r"|\bu\d+\b|b64|key 1|Argon2id|argon2id|^### [\d.]+|, \d{4}\b",
    re.MULTILINE,
)
_STEP = re.compile(r"^(\d+)\. ", re.MULTILINE)


class Page:
    """One page of the format."""

    def __init__(self, name: str, names: str = "", annexes: dict[int, str] | None = None) -> None:
        """Read a page; `names` is a pattern of more numbers that are names on it, an annex is text of a section."""
        self.text = (REPOSITORY / name).read_text(encoding="utf-8")
        # One section a number; the title is dropped.
        parts = re.split(r"^## (\d+)\. .*$", self.text, flags=re.MULTILINE)
        self.sections = {int(number): body for number, body in zip(parts[1::2], parts[2::2], strict=True)}
        for number, text in (annexes or {}).items():
            self.sections[number] += text
        self._names = re.compile(names, re.MULTILINE) if names else None

    def flat(self, number: int) -> str:
        """Return a section with single spaces, so that a sentence is found wherever its line breaks."""
        return " ".join(self.sections[number].split())

    def part(self, number: str) -> str:
        """Return a part of a section, as "7.6", without its title."""
        body = self.sections[int(number.split(".", maxsplit=1)[0])]
        return re.split(rf"^### {re.escape(number)} .*$", body, flags=re.MULTILINE)[1].split("\n### ")[0]

    def table(self, number: int, first: str, nth: int = 0) -> list[list[str]]:
        """Return the rows of the n-th table in a section whose first title is `first`."""
        lines = self.sections[number].splitlines()
        starts = [at for at, line in enumerate(lines) if line.startswith(f"| {first} |")]
        rows = itertools.takewhile(lambda line: line.startswith("|"), lines[starts[nth] + 2 :])
        return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]

    def members(self, number: int, start: str) -> set[str]:
        """Return the names in the braces that begin with `start`."""
        found = re.search(r"\{(" + start + r"[^}]*)\}", self.sections[number])
        assert found, start
        return {name.strip() for name in found.group(1).split(",")}

    def widths(self) -> dict[tuple[int, str], list[int]]:
        """Return the bytes of the fields of each layout, by section and name: `u32 day` has 4, `80 share` has 80."""
        found = {}
        for number, body in self.sections.items():
            for name, layout in re.findall(r"^    (\S[^=\n]*?) += (.*)$", body, re.MULTILINE):
                fields = re.findall(r"(?:^|\|\| |\()(?:u(\d+)|(\d+)) \w", layout)
                if fields:
                    found[number, name] = [int(bits) // 8 if bits else int(size) for bits, size in fields]
        return found

    def numbers(self, number: int) -> set[int]:
        """Return every number above 1 in a section that is no name, `2^53` as what it is."""
        # "RFC" and its number can stand on two lines; the number of a step, and each row, has a line of its own.
        text = re.sub(r"\n {0,4}(?!\d+\. )(?=[^\s|#-])", " ", self.sections[number])
        if self._names:
            text = self._names.sub("", text)
        text = _NAMES.sub("", text)
        powers = {2 ** int(power) for power in re.findall(r"2\^(\d+)", text)}
        bare = re.sub(r"2\^\d+|0x\d+|%x[\w.-]+|\d{10}", "", text)
        plain = re.findall(r"(?<![\w.%])\d[\d,]*\d|(?<![\w.%,])\d", bare)
        return {value for value in (int(found.replace(",", "")) for found in plain) if value > 1} | powers

    def numbered(self) -> set[str]:
        """Return the number of every section and part."""
        return {*map(str, self.sections), *re.findall(r"^### (\d+\.\d+)", self.text, re.MULTILINE)}

    def steps(self, number: str) -> list[int]:
        """Return the numbers of the steps of a part, in their order."""
        return [int(step) for step in _STEP.findall(self.part(number))]


def limits(shape: Shape) -> set[int]:
    """Return every bound in a shape and below it, but those that a section never names as such: 0, 1, billions."""
    below = [getattr(shape, "shape", None), getattr(shape, "text", None), *getattr(shape, "shapes", {}).values()]
    found = {getattr(shape, name) for name in ("least", "most") if hasattr(shape, name)}
    found = {bound for bound in found if 1 < bound < 10**9}
    return found.union(*(limits(one) for one in below if one is not None))


def quoted(text: str) -> list[str]:
    """Return what stands between back quotes."""
    return re.findall(r"`([^`]+)`", text)


_POLICY = (REPOSITORY / "docs" / "policy.md").read_text(encoding="utf-8")
SHAPES = _POLICY.split("## Exact shapes")[1]

PAGE = Page(
    "SPEC.md",
    # A section or a step that a sentence names, and the numbers of the steps themselves, are no sizes.
    r"\b1?\d\.\d{1,2}\b|steps? \d+(?:(?:, | and | or | to )\d+)*|^\d+\. |as in 8|`{0,1}0\.<",
    {7: SHAPES},
)
