"""The glossary of CONTRIBUTING.md: its words are names of the code, and our own names stand there."""

from __future__ import annotations

import re

import pytest

from tests.source_tree import PYTHON, REPOSITORY, TYPESCRIPT

_ROW = re.compile(r"^\| ([^|]+) \| `([^`|]+)` \| ([^|]+) \|$", re.MULTILINE)
GLOSSARY: list[tuple[str, str, str]] = _ROW.findall((REPOSITORY / "CONTRIBUTING.md").read_text("utf-8"))
_ITALIC = re.compile(r"\*([^*]+)\*")
# Words that the field, the language, a law or a library gave us: a newcomer knows what such a file holds.
FIELD = {
    "Python and packages": """
        app base builder cli client config context error i18n id key limit local main name order setting
        size table typed version wrapping
    """,
    "files": """
        atomic blob byte document download draft exif file folder format head header inflate jpeg keyfile
        partial photo png profile sniff text webp
    """,
    "cryptography": """
        box canonical passphrase plaintext public rekey rotation sealed sealing signature signed signer
        stream token
    """,
    "the web": """
        access action admission auth body cache choice client command composer conversation cut database
        delivery dom dropbox enter exit expiry field filter first flow form free handler history inspect
        kept load memory message meter model net network number page people picker poster prefetch progress
        protocol quick reason render response retry review route routing row rpc screen script send sent
        server serving shape shared site sqlite status step store sync syncing upload view wire word wording
        worker write writing
    """,
    "databases": "commit group lost own sharing",
    "law": "redaction subject",
    "acts": """
        about attaching backing composing earlier enrolling fetching founding joining kind making member
        native replacing restored up
    """,
}


def words_of(name: str) -> set[str]:
    """Return the words of a name, each as its singular."""
    singular = {"ies": "y", "sses": "ss", "xes": "x"}
    words = set()
    for word in re.findall(r"[a-z0-9]+", name.lower()):
        ending = next((end for end in singular if word.endswith(end)), None)
        if ending:
            words.add(word.removesuffix(ending) + singular[ending])
        else:
            words.add(word if word.endswith(("ss", "us", "is")) else word.removesuffix("s"))
    return words


def names_of_modules() -> list[str]:
    """Return the names of all files and folders of code that we ship."""
    files = [path.relative_to(REPOSITORY) for path in (*PYTHON, *TYPESCRIPT)]
    ours = [path for path in files if path.parts[0] in {"keys", "dropbox"}]
    return sorted({part.removesuffix(path.suffix) for path in ours for part in path.parts} - {"__init__", "__main__"})


OURS = {word for row, _, meaning in GLOSSARY for name in (row, *_ITALIC.findall(meaning)) for word in words_of(name)}
THEIRS = {word for words in FIELD.values() for word in words.split()}


@pytest.mark.parametrize("name", names_of_modules())
def test_a_module_has_a_name_of_the_field_or_of_the_glossary(name: str) -> None:
    assert words_of(name) <= OURS | THEIRS


@pytest.mark.parametrize(("word", "module"), [(word, module) for word, module, _ in GLOSSARY])
def test_a_word_of_the_glossary_is_a_word_of_its_module(word: str, module: str) -> None:
    path = REPOSITORY / module
    said = words_of(module.replace("_", " ") + path.read_text("utf-8").replace("_", " "))
    assert words_of(word.split(" (", maxsplit=1)[0]) <= said


def test_a_word_has_one_meaning() -> None:
    assert len(GLOSSARY) > 50
    rows = [word for word, _, _ in GLOSSARY]
    assert len(rows) == len(set(rows))
    used = {word for name in names_of_modules() for word in words_of(name)}
    assert THEIRS - used == set()  # a word that no module has any more leaves the list
