"""The pages for people: every command, option, target and file that they name is there."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from dropbox.__main__ import main as dropbox
from keys.cli import commands
from keys.policy import key_paths

ROOT = Path(__file__).parent.parent
FOLDERS = ("", "docs/", "docs/recipient/", "deploy/")
PAGES = sorted(page for folder in FOLDERS for page in (ROOT / folder).glob("*.md"))
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
LICENCE_ARTICLES = 15


def code(page: Path) -> list[str]:
    """Return what stands as code in a page: between backquotes, or indented by four."""
    text = page.read_text("utf-8")
    return re.findall(r"`([^`\n]+)`", text) + re.findall(r"(?m)^ {4,}(\S.*)$", text)


def meldbus_lines(page: Path) -> list[list[str]]:
    """Return the words after each `meldbus` of a page."""
    found = []
    for line in code(page):
        match = re.match(r"(?:\.venv/bin/)?meldbus((?: +\S+)+)", line)
        if match:
            found.append(match.group(1).split())
    return found


def command_of(words: list[str]) -> tuple[click.Command, list[click.Command]]:
    """Return the command that the words begin with, and it with all above it."""
    command: click.Command = commands
    path: list[click.Command] = [commands]
    rest = iter(words)
    for word in rest:
        if not isinstance(command, click.Group):
            break
        option = next((known for known in command.params if word in known.opts), None)
        if option is not None:
            if not getattr(option, "is_flag", False):
                next(rest, None)
        elif word in command.commands:
            command = command.commands[word]
            path.append(command)
        elif not word.isupper() and not word.startswith("-"):
            raise AssertionError(f"no command {word}")
    return command, path


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_meldbus_command_of_a_page_exists_with_its_options(page: Path) -> None:
    for words in meldbus_lines(page):
        _, path = command_of(words)
        known = {opt for command in path for parameter in command.params for opt in parameter.opts} | {"--help"}
        assert {word for word in words if re.fullmatch(r"--[a-z-]+", word)} <= known, words


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_command_of_the_operator_exists(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for line in code(page):
        for command in re.findall(r"python -m dropbox ([a-z]+)", line):
            with pytest.raises(SystemExit) as ended:
                dropbox([command, "--help"])
            assert ended.value.code == 0, line
    capsys.readouterr()


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_make_target_of_a_page_exists(page: Path) -> None:
    known = set(re.findall(r"(?m)^([a-z]+):.*## ", (ROOT / "Makefile").read_text("utf-8")))

    for line in code(page):
        assert set(re.findall(r"^make (?:-C \S+ )?([a-z]+)", line)) <= known, line


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
        assert target.startswith("https://") or (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_file_of_this_tree_that_a_page_names_exists(page: Path) -> None:
    pattern = r"\b((?:keys|dropbox|templates|deploy|docs|tests)/[\w./-]*\w\.[a-z]+)\b"

    for name in re.findall(pattern, page.read_text("utf-8")):
        assert (ROOT / name).exists(), name


@pytest.mark.parametrize("name", ["ceremony", "files", "recipient/guide"])
def test_both_languages_of_a_guide_ask_for_the_same(name: str) -> None:
    english, dutch = (ROOT / "docs" / f"{name}{language}.md" for language in ("", ".nl"))

    assert [steps(english), boxes(english)] == [steps(dutch), boxes(dutch)]


@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_picture_of_the_guide_is_shown_by_it(language: str) -> None:
    folder = ROOT / "docs" / "recipient"
    guide = (folder / ("guide.md" if language == "en" else f"guide.{language}.md")).read_text("utf-8")

    assert set(re.findall(r"!\[[^\]]+\]\(pictures/([^)]+)\)", guide)) == {
        picture.name for picture in (folder / "pictures").glob(f"*.{language}.png")
    }


def steps(page: Path) -> list[list[str]]:
    """Return each command of a page in order, with its options but without what differs by language."""
    return [
        [word for word in words if word in commands.commands or word.startswith("--")] for words in meldbus_lines(page)
    ]


def boxes(page: Path) -> list[int]:
    """Return how many boxes, and rows of tables, each section has."""
    sections = page.read_text("utf-8").split("\n## ")
    return [len(re.findall(r"(?m)^(?:- \[ \]|\|)", section)) for section in sections]


def test_the_licence_is_whole() -> None:
    text = (ROOT / "LICENSE").read_text("utf-8")

    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\n")
    numbers = [int(number) for number in re.findall(r"(?m)^(\d+)\.[A-Z]", text)]
    assert numbers == list(range(1, LICENCE_ARTICLES + 1))
    assert text.endswith(
        "All other changes or additions to this Appendix require the production of a new EUPL version.\n"
    )


def test_the_reference_of_the_policy_has_every_key_and_no_other() -> None:
    text = (ROOT / "docs" / "policy.md").read_text("utf-8")
    explained = re.findall(r"(?m)^\| `([^`]+)` \| \S", text.split("## Exact shapes")[0])
    assert len(explained) == len(set(explained))
    assert set(explained) == set(key_paths())
