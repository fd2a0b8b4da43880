"""SPEC.md as the tests read it: sections, tables, numbers; it judges nothing."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
SPEC = (REPOSITORY / "SPEC.md").read_text(encoding="utf-8")
# One section a number; the title is dropped.
_parts = re.split(r"^## (\d+)\. .*$", SPEC, flags=re.MULTILINE)
SECTIONS = {int(number): body for number, body in zip(_parts[1::2], _parts[2::2], strict=True)}


def flat(number: int) -> str:
    """Return a section with single spaces, so that a sentence is found wherever its line breaks."""
    return " ".join(SECTIONS[number].split())


def table(number: int, first: str) -> list[list[str]]:
    """Return the rows of the table whose first title is `first`."""
    lines = SECTIONS[number].splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith(f"| {first} |"))
    rows = itertools.takewhile(lambda line: line.startswith("|"), lines[start + 2 :])
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def quoted(text: str) -> list[str]:
    """Return what stands between back quotes."""
    return re.findall(r"`([^`]+)`", text)


def members(number: int, start: str) -> set[str]:
    """Return the names in the braces that begin with `start`."""
    found = re.search(r"\{(" + start + r"[^}]*)\}", SECTIONS[number])
    assert found, start
    return {name.strip() for name in found.group(1).split(",")}


# Numbers that are names: of standards, algorithms, sections, widths.
_NAMES = re.compile(
    r"RFC \d+|FIPS [\d-]+|SP 800-38D|sections? [\d.]*\d|\(1?\d(?:\.\d)?(?:, 1?\d(?:\.\d)?)*\)"
    r"|SHA-256|[xX]25519|[eE]d25519|(?:ML-KEM|ml-kem)-768|AES-256|[bB]ase(?:32|64)(?:url)?"
    r"|XSalsa20|Poly1305|BLAKE2b-192|arXiv [\d.]+|meldbus/1"
    r"|\bu\d+\b|b64|key 1|Argon2id|argon2id|^### [\d.]+|, \d{4}\b",
    re.MULTILINE,
)


def numbers(number: int) -> set[int]:
    """Return every number above 1 in a section that is no name, `2^53` as what it is."""
    text = _NAMES.sub("", SECTIONS[number])
    powers = {2 ** int(power) for power in re.findall(r"2\^(\d+)", text)}
    plain = re.findall(r"(?<![\w.%])\d[\d,]*\d|(?<![\w.%,])\d", re.sub(r"2\^\d+|0x\d+|%x[\w.-]+|\d{10}", "", text))
    return {value for value in (int(found.replace(",", "")) for found in plain) if value > 1} | powers
