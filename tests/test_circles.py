"""No file and no folder needs itself by way of others, in either language."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

import pytest

from tests.source_tree import REPOSITORY, TYPESCRIPT, name_of, of, sources_of, tree_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

CLIENT = REPOSITORY / "dropbox" / "client"


def in_order(needs: Mapping[str, set[str]]) -> list[str]:
    """Return all names, each after those that it needs; raise CycleError that names a circle."""
    return [*TopologicalSorter(needs).static_order()]


def by(place: Callable[[str], str], needs: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Return which places need which others; what a place needs of itself does not count."""
    found: dict[str, set[str]] = {}
    for name, others in needs.items():
        found.setdefault(place(name), set()).update({*map(place, others)} - {place(name)})
    return found


def needs_of_scripts() -> dict[str, set[str]]:
    """Return which scripts each script of the client imports, for types too."""
    return {
        name_of(path): {name_of((path.parent / source).resolve()) for source in sources_of(path) if source[0] == "."}
        for path in TYPESCRIPT
    }


def folder_of_script(name: str) -> str:
    """Return the folder of the client, or the script that stands in none."""
    return (REPOSITORY / name).relative_to(CLIENT).parts[0]


def needs_of_modules(package: str, *, types: bool) -> dict[str, set[str]]:
    """Return which modules each module of a package imports: for `types` too, or only when it is loaded."""
    modules = {".".join(path.relative_to(REPOSITORY).with_suffix("").parts): path for path in of(package)}
    modules = {name.removesuffix(".__init__"): path for name, path in modules.items()}
    return {name: {*_imported(path, modules, types=types)} - {name} for name, path in modules.items()}


def _imported(path: Path, modules: Mapping[str, Path], *, types: bool) -> Iterator[str]:
    tree = tree_of(path)
    for node in ast.walk(tree) if types else _when_loaded(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            # What is imported from a package stands in it, or is a module of it.
            named = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from (name if name in modules else node.module for name in named if node.module in modules)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)


def _when_loaded(tree: ast.Module) -> Iterator[ast.stmt]:
    for node in tree.body:
        if not (isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"):
            yield node


def test_no_script_of_the_client_needs_itself() -> None:
    assert len(in_order(needs_of_scripts())) == len(TYPESCRIPT)


def test_no_folder_of_the_client_needs_itself() -> None:
    order = in_order(by(folder_of_script, needs_of_scripts()))
    assert order.index("wire") < order.index("sealing") < order.index("worker")


@pytest.mark.parametrize("package", ["keys", "dropbox", "deploy"])
def test_no_module_needs_itself_to_be_loaded(package: str) -> None:
    assert in_order(needs_of_modules(package, types=False))


@pytest.mark.parametrize("package", ["keys", "dropbox"])
def test_no_package_needs_itself(package: str) -> None:
    """For types too: who reads one package first must not have to read another that needs it."""
    needs = by(lambda name: ".".join(name.split(".")[:2]), needs_of_modules(package, types=True))
    assert in_order({name: others - {package} for name, others in needs.items()})


def test_a_circle_is_found() -> None:
    with pytest.raises(CycleError):
        in_order({"a": {"b"}, "b": {"c"}, "c": {"a"}})
