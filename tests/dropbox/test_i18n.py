"""Every sentence of the pages has its translation, whole and certain."""

import re
import shutil
import string
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from deploy.catalogues import regenerated
from deploy.languages import CATALOGUES, compiled
from dropbox import i18n, pages
from dropbox.i18n import SOURCE_LANGUAGE, Language, MissingTextError, shipped, translations
from dropbox.pages import render
from keys.policy import Policy
from keys.wire.canonical import Json
from tests.policies import SMALL

TEMPLATES = Path(__file__).parents[2] / "templates"
TRANSLATED = [language for language in shipped() if language != SOURCE_LANGUAGE]


def sentences() -> set[str]:
    found = extract_from_dir(
        TEMPLATES,
        method_map=[("**.html", "jinja2.ext:babel_extract")],
        options_map={"**.html": {"trimmed": "true", "silent": "false"}},
    )
    return {message for _, _, message, _, _ in found if isinstance(message, str)}


def catalogue_of(language: str) -> Path:
    return CATALOGUES / language / "LC_MESSAGES" / "meldbus.po"


def catalogue(language: str) -> Catalog:
    with catalogue_of(language).open("rb") as file:
        return read_po(file, locale=language)


def gaps(text: str) -> set[str]:
    """Return the names of what is filled in, by the template or by the script."""
    by_script = {name for _, name, _, _ in string.Formatter().parse(text) if name}
    return set(re.findall(r"%\(\w+\)s", text)) | by_script


def test_every_language_has_its_own_name_and_direction() -> None:
    assert dict(shipped()) == {
        "nl": Language("Nederlands", "ltr", unread=False),
        "en": Language("English", "ltr", unread=False),
        "ar": Language("العربية", "rtl", unread=True),
        "tr": Language("Türkçe", "ltr", unread=True),
    }


def test_what_the_pages_are_made_of_is_what_is_compiled_from_the_catalogues(tmp_path: Path) -> None:
    compiled(CATALOGUES, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"languages.json", *(f"{tag}.mo" for tag in TRANSLATED)}
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (i18n.LOCALES / path.name).read_bytes(), "make build"


def test_a_language_is_one_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever adds one changes no code: here a Frisian that is Dutch yet."""
    shutil.copytree(CATALOGUES / "nl", tmp_path / "templates" / "fy")
    compiled(tmp_path / "templates", tmp_path / "locale")
    monkeypatch.setattr(i18n, "LOCALES", tmp_path / "locale")
    for name in pages.SCRIPTS:
        (tmp_path / f"{name}.js").write_text("")
    read = SMALL.members()
    policy = Policy.from_members(with_language(read, "fy"))
    built = render.build(policy, tmp_path)
    page = built.pages["/fy/"].body.decode()
    assert '<html lang="fy" dir="ltr">' in page
    assert "Frysk" in built.pages["/en/"].body.decode()


def with_language(value: Json, tag: str) -> Json:
    """Return a policy's members with the Dutch texts in another language too."""
    if isinstance(value, list):
        more = [tag] if value == ["nl", "en"] else []
        return [*(with_language(one, tag) for one in value), *more]
    if not isinstance(value, dict):
        return value
    if set(value) == {"nl", "en"}:
        return value | {tag: value["nl"]}
    return {name: with_language(member, tag) for name, member in value.items()}


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_has_every_sentence_and_no_other(language: str) -> None:
    assert {message.id for message in catalogue(language) if message.id} == sentences()
    assert not catalogue(language).obsolete


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_is_what_make_catalogues_writes(language: str) -> None:
    assert catalogue_of(language).read_bytes() == regenerated(catalogue_of(language))


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_translation_is_there_and_certain(language: str) -> None:
    lacking = [message.id for message in catalogue(language) if message.id and not message.string]
    assert lacking == []
    assert [message.id for message in catalogue(language) if message.id and message.fuzzy] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_fills_in_and_marks_up_what_its_sentence_does(language: str) -> None:
    for message in catalogue(language):
        if not message.id:
            continue
        assert isinstance(message.id, str)
        assert isinstance(message.string, str)
        assert gaps(message.string) == gaps(message.id), message.id
        tags = re.compile(r"</?\w+[^>]*>")
        assert sorted(tags.findall(message.string)) == sorted(tags.findall(message.id)), message.id


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_sentence_without_translation_is_refused_and_not_shown_in_english(language: str) -> None:
    with pytest.raises(MissingTextError):
        translations(language).gettext("Nobody has translated this.")


@pytest.mark.parametrize("word", ["ciphertext", "cijfertekst", "verplicht", "sealed", "box", " u ", " uw "])
def test_the_dutch_is_plain_and_says_je(word: str) -> None:
    assert [m.string for m in catalogue("nl") if m.id and word in f" {m.string} ".lower()] == []
