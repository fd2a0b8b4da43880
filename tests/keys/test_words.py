"""The tool's translations: every sentence that a person can see has a Dutch one, and none is unused."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import keys
from keys import errors
from keys.cli import commands
from keys.cli.context import Command, Commands, Option
from keys.wording import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from babel.messages.catalog import Catalog

KEYS = Path(keys.__file__).parent
FIELD = re.compile(r"%\(\w+\)[sd]")
# The same in both languages: a name, not an omission.
SAME = {"meldbus", "ALARM", "Code", "Register", "Dossier", "dossier", "April", "September", "November", "December"}


def marked(tree: ast.AST) -> Iterator[str]:
    """Yield the strings marked by `_("...")` and `_mark("...")`, and the help of options."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in ("_", "_mark"):
            yield from literals(node.args[0])
        yield from (text for keyword in node.keywords if keyword.arg == "help" for text in literals(keyword.value))


def literals(node: ast.AST) -> Iterator[str]:
    """Yield the string of an argument; a name or a look-up is marked elsewhere."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def written() -> set[str]:
    """Return every sentence of the command line and of the errors, as it is looked up."""
    modules = sorted(path for unit in ("cli", "exports", "wording", "inbox") for path in (KEYS / unit).rglob("*.py"))
    found = {text for path in modules for text in marked(ast.parse(path.read_text("utf-8")))}
    found |= set(templates())
    found |= {command.help for command in all_commands(commands) if command.help}
    return found | {text for kind in all_errors(errors.MeldbusError) for text in (kind.message, kind.hint)}


def templates() -> Iterator[str]:
    """Yield every sentence of the inbox's pages, and of exports for people."""
    for unit in ("inbox", "exports"):
        folder = KEYS / unit / "templates"
        for _, _, text, _, _ in extract_from_dir(folder, [("**.html", "jinja2.ext:babel_extract")]):
            assert isinstance(text, str)
            yield text


def all_commands(group: click.Command) -> Iterator[click.Command]:
    """Yield a command and all of its subcommands."""
    yield group
    if isinstance(group, click.Group):
        for below in group.commands.values():
            yield from all_commands(below)


def all_errors(kind: type[errors.MeldbusError]) -> Iterator[type[errors.MeldbusError]]:
    """Yield an error of the tool and all of its subclasses."""
    if kind.__module__.startswith("keys."):
        yield kind
    for below in kind.__subclasses__():
        yield from all_errors(below)


def translated(catalogue: Catalog) -> dict[str, str]:
    return {str(message.id): str(message.string) for message in catalogue if message.id}


def test_every_sentence_of_the_tool_has_a_dutch_one(catalogue: Catalog) -> None:
    assert written() - {text for text, dutch in translated(catalogue).items() if dutch} == set()


def test_the_catalogue_holds_no_sentence_that_the_tool_no_longer_says(catalogue: Catalog) -> None:
    assert set(translated(catalogue)) - written() == set()
    assert not catalogue.obsolete


def test_no_dutch_sentence_is_doubtful_or_still_english(catalogue: Catalog) -> None:
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []
    assert {text for text, dutch in translated(catalogue).items() if dutch == text} <= SAME


def test_both_languages_fill_in_the_same_fields(catalogue: Catalog) -> None:
    for text, dutch in translated(catalogue).items():
        assert sorted(FIELD.findall(text)) == sorted(FIELD.findall(dutch)), text


def test_commands_and_options_are_named_alike_in_both_languages(catalogue: Catalog) -> None:
    for text, dutch in translated(catalogue).items():
        for pattern in (r"`[^`]+`", r"--[a-z-]+", r"\b[a-z]+\.(?:signed|toml)\b"):
            assert sorted(re.findall(pattern, text)) == sorted(re.findall(pattern, dutch)), text


def test_a_sentence_ends_alike_in_both_languages(catalogue: Catalog) -> None:
    ends = set(string.punctuation)
    for text, dutch in translated(catalogue).items():
        assert (text[-1] if text[-1] in ends else "") == (dutch[-1] if dutch[-1] in ends else ""), text


def test_every_command_and_option_shows_its_help_in_the_readers_language() -> None:
    for command in all_commands(commands):
        assert isinstance(command, Command | Commands), command.name
        for parameter in command.params:
            version = isinstance(parameter, click.Option) and "--version" in parameter.opts
            assert isinstance(parameter, Option | click.Argument) or version, parameter.name


@pytest.mark.usefixtures("dutch")
def test_an_error_is_explained_in_dutch_with_its_detail() -> None:
    said = words.explain(errors.NoSlotError())
    assert said == "Deze envelop is niet voor jou bestemd. Vraag de afzender om je nieuwste sleutels te gebruiken."
    assert words.explain(errors.ExistsError("root-1.key")).endswith(" (root-1.key)")


def test_each_error_says_what_happened_and_what_to_do() -> None:
    kinds = [*all_errors(errors.MeldbusError)]
    assert {kind.__name__ for kind in kinds} == {*errors.__all__}
    for kind in kinds:
        assert kind.message.endswith("."), kind
        assert kind.hint.endswith("."), kind
        assert kind.hint != kind.message
    assert len({kind.code for kind in kinds}) == len(kinds) - 1  # OlderChainError is a kind of RolledBackError


@pytest.mark.usefixtures("dutch")
def test_nothing_marked_stays_nothing() -> None:
    # gettext translates the empty sentence to the catalogue's header.
    assert words._("") == ""


@pytest.mark.parametrize("catalogue", sorted(words.LOCALES.glob("*/LC_MESSAGES/poster.po")), ids=str)
def test_a_poster_has_every_sentence_in_its_language_and_no_other(catalogue: Path) -> None:
    tree = ast.parse((KEYS / "exports" / "poster.py").read_text("utf-8"))
    said = {
        text
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say"
        for text in literals(node.args[0])
    }
    with catalogue.open("rb") as file:
        found = {message.id: message.string for message in read_po(file) if message.id}
    assert len(said) > 5
    assert set(found) == said
    assert all(found.values())
