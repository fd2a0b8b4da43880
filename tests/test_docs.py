"""The pages for people: every command, option, target and file that they name is there."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from dropbox.__main__ import main as dropbox
from keys.cli import commands
from keys.policy import key_paths
from tests.source_tree import FILES

ROOT = Path(__file__).parent.parent
FOLDERS = ("", "docs/", "docs/recipient/", "deploy/")
PAGES = sorted(page for folder in FOLDERS for page in (ROOT / folder).glob("*.md"))
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
LICENCE_ARTICLES = 15
README_LINES = 90


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
    for target in links(page):
        if not target.startswith("https://"):
            path, _, heading = target.partition("#")
            assert (page.parent / path).exists(), target
            assert not heading or heading in headings(page.parent / path if path else page), target


def links(page: Path) -> list[str]:
    """Return where the links and pictures of a page lead; a name that nothing defines leads to itself."""
    text = re.sub(r"`[^`\n]+`", "", page.read_text("utf-8"))
    named = dict(re.findall(r"(?m)^\[([^\]]+)\]: (\S+)$", text))
    by_name = [named.get(name, name) for name in re.findall(r"\]\[([^\]]+)\]", text)]
    return ["".join(found) for found in re.findall(r'\]\(([^)]+)\)|src="([^"]+)"', text)] + by_name


def headings(page: Path) -> set[str]:
    """Return the headings of a page as a link names them."""
    found = re.findall(r"(?m)^#+ (.+)$", page.read_text("utf-8"))
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in found}


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_file_of_this_tree_that_a_page_names_exists(page: Path) -> None:
    pattern = r"\b((?:keys|dropbox|templates|deploy|docs|tests)/[\w./-]*\w\.[a-z]+)\b"

    for name in re.findall(pattern, re.sub(r"https://\S+", "", page.read_text("utf-8"))):
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


def test_the_readme_is_read_in_a_minute() -> None:
    text = (ROOT / "README.md").read_text("utf-8")

    assert len(text.splitlines()) < README_LINES
    assert "official secretary (" in " ".join(text.split()).partition("secretaris")[0][-60:]
    for named in ("Wet bescherming klokkenluiders", "Directive (EU) 2019/1937", "SECURITY.md", "deploy/README.md"):
        assert named in " ".join(text.split()), named


def test_each_cell_of_the_comparison_has_a_source_or_is_empty() -> None:
    readme, sources = (ROOT / "README.md").read_text("utf-8"), (ROOT / "docs" / "comparison.md").read_text("utf-8")
    first, _, *rows = rows_of(readme.split("## Beside other drop boxes")[1])
    projects = [re.sub(r"\[(.*)\]\(.*\)", r"\1", title) for title in first[1:]]

    for at, project in enumerate(projects, 1):
        _, _, *given = rows_of(sources.split(f"## {project}\n")[1].split("\n## ")[0])
        assert [row[0] for row in given] == [row[0] for row in rows]
        assert [row[1] == "not verified" for row in given] == [row[at] == "" for row in rows]


def rows_of(text: str) -> list[list[str]]:
    """Return the rows of the tables in a text, titles and rulers too."""
    return [[cell.strip() for cell in row[1:-1].split("|")] for row in text.splitlines() if row.startswith("|")]


def test_the_index_names_every_document() -> None:
    index = ROOT / "docs" / "README.md"
    named = {(index.parent / target.partition("#")[0]).resolve() for target in links(index)}

    pages = {path for path in FILES if path.suffix == ".md" and ".github" not in path.parts}
    assert pages - named == {index, ROOT / "README.md"}


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
