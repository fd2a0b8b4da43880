"""The source as its tests and drawings read it: the files, their layers, who imports whom."""

from __future__ import annotations

import ast
import os
import re
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
_MADE = {".git", ".venv", "node_modules", "__pycache__", "build", "dist", ".hypothesis"}

# The tool, from the bottom up: a unit imports its own line and those below it.
LINES = (
    {"errors", "atomic_files", "wire", "policy"},
    {"sealing", "receipt", "roster", "identity"},
    {"vault", "cases", "downloads", "courier", "sync", "ceremony"},
    {"wording", "exports", "cli", "inbox"},
)
LINE_TITLES = (
    "the standard library only",
    "cryptography; no network, no screen",
    "rules, records, the network",
    "what people read and touch",
)


def _written() -> list[Path]:
    """Return every file that somebody wrote, not those that a tool made."""
    found: list[Path] = []
    for folder, folders, names in os.walk(REPOSITORY):
        folders[:] = [name for name in folders if name not in _MADE and not name.endswith(("_cache", ".egg-info"))]
        found += (Path(folder, name) for name in names if name not in _MADE)
    return sorted(found)


FILES = _written()
PYTHON = [path for path in FILES if path.suffix == ".py"]
TYPESCRIPT = [path for path in FILES if path.suffix == ".ts" and "dropbox" in path.parts]


def name_of(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def unit_of(path: Path) -> str:
    """Return package and unit, as `keys.wire`."""
    return ".".join(path.relative_to(REPOSITORY).with_suffix("").parts[:2])


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path: Path) -> frozenset[str]:
    """Return the dotted names that a file imports, also those it needs for types or inside a function."""
    found: set[str] = set()
    for node in ast.walk(tree_of(path)):
        match node:
            case ast.Import(names=names):
                found |= {alias.name for alias in names}
            case ast.ImportFrom(module=str(module), names=names, level=0):
                found |= {module} | {f"{module}.{alias.name}" for alias in names}
            case ast.ImportFrom():
                raise AssertionError(f"{path}: a relative import")
    return frozenset(found)


def sources_of(path: Path) -> list[str]:
    """Return what a TypeScript file imports."""
    return re.findall(r"""from\s+["']([^"']+)["']""", path.read_text(encoding="utf-8"))


def inner(path: Path, package: str) -> set[str]:
    """Return the units of a package that a file imports."""
    return {name.split(".")[1] for name in imports(path) if name.startswith(f"{package}.")}


def of(package: str) -> list[Path]:
    return [path for path in PYTHON if path.relative_to(REPOSITORY).parts[0] == package]


def line_of(unit: str) -> int:
    return next(number for number, line in enumerate(LINES) if unit in line)


def needs_of_units() -> dict[str, set[str]]:
    """Return which other units each unit of the tool imports; `__init__` is the package itself."""
    needs: dict[str, set[str]] = {unit: set() for unit in {"__init__"}.union(*LINES)}
    for path in of("keys"):
        unit = unit_of(path).split(".")[1]
        needs[unit] |= inner(path, "keys") - {unit}
    return needs


def uses(path: Path, modules: set[str]) -> set[str]:
    """Return those of `modules` that a file imports, whole or in part."""
    return {module for module in modules for name in imports(path) if name == module or name.startswith(f"{module}.")}
