"""Untrusted file names become plain, distinct file names that are valid on every system."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.downloads.names import MAX_BYTES, distinct, harmless_name, neutral_name

LONG = "een heel lange naam " * 20
# Names as sent, and as they are on the disk.
NAMES = {
    "../../x": "x",
    "..\\..\\x": "x",
    "/etc/passwd": "passwd",
    "C:\\Windows\\system.ini": "system.ini",
    "a/b": "b",
    "a/": "file-1",
    "": "file-1",
    ".": "file-1",
    "..": "file-1",
    "...": "file-1",
    "   ": "file-1",
    "\u00a0\u2003\u3000": "file-1",
    "///": "file-1",
    "-rf": "rf",
    "--rf /": "file-1",
    "- -rf": "rf",
    ".bashrc": "bashrc",
    ". .bashrc": "bashrc",
    "CON": "_CON",
    "con.txt": "_con.txt",
    "con .txt": "_con .txt",
    "Aux.tar.gz": "_Aux.tar.gz",
    "NUL": "_NUL",
    "com1": "_com1",
    "COM¹.txt": "_COM¹.txt",
    "lpt9.doc": "_lpt9.doc",
    "conIN$": "_conIN$",
    "console.txt": "console.txt",
    "com10": "com10",
    "a\u202egpj.exe": "a_gpj.exe",
    "a\u2066b\u2069.txt": "a_b_.txt",
    "a\u200bb.txt": "a_b.txt",
    "a\x00b.txt": "a_b.txt",
    "a\nb.txt": "a_b.txt",
    "a\x1b[2Jb": "a_[2Jb",
    "a\x9bb": "a_b",
    "a\ue000b": "a_b",
    "file.txt:hidden": "file.txt_hidden",
    'a*?"<>|b': "a______b",
    "naam. ": "naam",
    "naam...": "naam",
    "a . . .": "a",
    "foto 1.jpg": "foto 1.jpg",
    "café.pdf": "café.pdf",
    "cafe\u0301.pdf": "café.pdf",
    "😀.png": "😀.png",
    "报告.docx": "报告.docx",
    "archief.tar.gz": "archief.tar.gz",
    "~$brief.docx": "~$brief.docx",
}


@pytest.mark.parametrize(("written", "saved"), NAMES.items(), ids=ascii)
def test_a_strangers_name_becomes_a_plain_one(written: str, saved: str) -> None:
    assert harmless_name(written, 1) == saved


@pytest.mark.parametrize("name", [f"{LONG}.jpeg", "é" * 300 + ".jpeg", "😀" * 300 + ".jpeg", "e\u0301" * 300 + ".jpeg"])
def test_a_long_name_is_cut_before_its_ending_and_between_characters(name: str) -> None:
    saved = harmless_name(name, 1)
    assert len(saved.encode("utf-8")) <= MAX_BYTES
    assert saved.endswith(".jpeg")
    assert saved[0] in ("e", "é", "😀")
    assert "\ufffd" not in saved


@pytest.mark.parametrize("name", ["a." + "b" * 300, "b" * 300, "." + "b" * 300])
def test_a_long_ending_is_no_ending(name: str) -> None:
    assert 1 < len(harmless_name(name, 1).encode("utf-8")) <= MAX_BYTES


def test_a_file_without_a_name_is_called_by_its_place() -> None:
    assert harmless_name("", 7) == "file-7"


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_no_name_is_harmful_on_any_system(name: str) -> None:
    saved = harmless_name(name, 1)
    assert 0 < len(saved.encode("utf-8")) <= MAX_BYTES
    assert not set(saved) & set('/\\:*?"<>|')
    assert not [one for one in saved if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")]
    assert saved[0] not in ".- "
    assert saved[-1] not in ". "
    assert saved == unicodedata.normalize("NFC", saved)
    assert not re.fullmatch(r"(con|prn|aux|nul|(com|lpt)\d) *", saved.partition(".")[0], re.IGNORECASE)
    assert harmless_name(saved, 1) == saved


@given(
    st.lists(
        st.sampled_from(["A.txt", "a.txt", "á.txt", "a\u0301.txt", "Á.TXT", "ß", "ss", "SS", "\u017fs", "a (2).txt"])
    )
)
def test_no_two_names_differ_only_in_case_or_form(names: list[str]) -> None:
    taken: list[str] = []
    for name in names:
        taken.append(distinct(harmless_name(name, 1), taken))
    assert len({unicodedata.normalize("NFKD", name).casefold() for name in taken}) == len(names)


def test_a_name_that_is_taken_gets_a_number_before_its_ending() -> None:
    assert distinct("a.txt", []) == "a.txt"
    assert distinct("a.txt", ["A.TXT"]) == "a (2).txt"
    assert distinct("a.txt", ["A.TXT", "a (2).txt"]) == "a (3).txt"
    assert distinct("a", ["A"]) == "a (2)"


def test_a_number_leaves_a_name_short_enough() -> None:
    long = harmless_name(f"{LONG}.jpeg", 1)
    other = distinct(long, [long])
    assert other.endswith(" (2).jpeg")
    assert len(other.encode("utf-8")) <= MAX_BYTES


@pytest.mark.parametrize(
    ("name", "neutral"),
    [
        ("Ontslagbrief Jansen.PDF", "bestand-3.pdf"),
        ("foto", "bestand-3"),
        (".jpg", "bestand-3"),
        ("x.van jansen", "bestand-3"),
        ("x.mijn-naam-staat-hier", "bestand-3"),
        ("x.tar.gz", "bestand-3.gz"),
    ],
)
def test_a_neutral_name_tells_the_kind_of_a_file_alone(name: str, neutral: str) -> None:
    assert neutral_name(name, "bestand", 3) == neutral
