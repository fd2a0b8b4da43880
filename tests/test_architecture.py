"""The layout of CONTRIBUTING.md, held: who imports whom, which library is used where, how long a file may be."""

from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from typing import TYPE_CHECKING, Any

import pytest

from tests.source_tree import (
    FILES,
    LINES,
    PYTHON,
    REPOSITORY,
    TYPESCRIPT,
    imports,
    inner,
    line_of,
    name_of,
    needs_of_units,
    of,
    sources_of,
    tree_of,
    unit_of,
    uses,
)

if TYPE_CHECKING:
    from pathlib import Path

CODE = (".py", ".ts", ".mjs")
MAX_LINES = 400

CRYPTOGRAPHY = {f"keys.{unit}" for unit in LINES[1]}
# Every third-party library, and where it may be imported.
LIBRARIES = {
    "PIL": {"keys.ceremony"},
    "argon2": {"keys.identity"},
    "babel": {"dropbox.i18n"},
    "brotli": {"dropbox.pages.render"},
    "click": {"keys.cli"},
    "cryptography": CRYPTOGRAPHY - {"keys.roster"},  # which the server loads
    "flask": {"dropbox", "keys.inbox"},
    "gunicorn": {"dropbox.__main__"},
    "jinja2": {"dropbox.pages.render", "keys.exports"},
    "nacl": CRYPTOGRAPHY,
    "platformdirs": {"keys.cli"},
    "segno": {"keys.cli", "keys.exports"},
    "sqlalchemy": {"dropbox.store", "keys.vault"},
    "urllib3": {"keys.courier"},
    "waitress": {"keys.inbox"},
    "werkzeug": {"dropbox", "keys.inbox"},
}
NETWORK = {
    "asyncio",
    "ftplib",
    "http",
    "smtplib",
    "socket",
    "socketserver",
    "ssl",
    "urllib.request",
    "urllib3",
    "xmlrpc",
}
SCREEN = {"click", "curses", "getpass", "logging", "readline", "webbrowser"}
SERVER_MAY_USE = {"errors", "policy", "roster", "wire"}
# Numbers that are equal by chance: the server keeps its own, and a clock is judged twice for different reasons.
OF_ITS_OWN = {"CLOCK_DAYS", "MIB"}


FORM = [path for path in TYPESCRIPT if "form" in path.parts or path.parts[-2:] == ("entry", "main.ts")]
TEXTS = [path for path in FILES if path.suffix not in {".vec", ".ico", ".png", ".mo", ".woff2"}]


@pytest.mark.parametrize("path", of("keys"), ids=name_of)
def test_a_unit_of_the_tool_imports_only_its_own_line_and_those_below(path: Path) -> None:
    unit = unit_of(path).split(".")[1]
    if unit == "__init__":
        assert not inner(path, "keys")
        return
    assert all(line_of(other) <= line_of(unit) for other in inner(path, "keys"))


def test_no_unit_of_the_tool_needs_itself_by_way_of_others() -> None:
    needs = needs_of_units()
    while needs:
        bottom = {unit for unit, others in needs.items() if not others & set(needs)}
        assert bottom, f"these need each other: {sorted(needs)}"
        needs = {unit: others for unit, others in needs.items() if unit not in bottom}


def test_the_format_needs_the_standard_library_alone() -> None:
    files = [path for path in of("keys") if unit_of(path).split(".")[1] in LINES[0]]
    assert files
    for path in files:
        assert {name.split(".")[0] for name in imports(path)} <= sys.stdlib_module_names | {"keys"}, name_of(path)


def test_the_tool_never_imports_the_server() -> None:
    assert not [name_of(path) for path in of("keys") if {"dropbox", "tests"} & {n.split(".")[0] for n in imports(path)}]


def test_the_server_uses_the_format_and_the_roster_and_no_more_of_the_tool() -> None:
    used = {unit for path in of("dropbox") for unit in inner(path, "keys")}
    assert used <= SERVER_MAY_USE
    assert not [name_of(path) for path in of("dropbox") if "tests" in {n.split(".")[0] for n in imports(path)}]


@pytest.mark.parametrize("path", [*of("keys"), *of("dropbox")], ids=name_of)
def test_a_library_is_imported_only_where_it_belongs(path: Path) -> None:
    own = {"keys", "dropbox"}
    tops = {name.split(".")[0] for name in imports(path)} - sys.stdlib_module_names - own
    for library in tops:
        module = ".".join(path.relative_to(REPOSITORY).with_suffix("").parts)
        assert any(f"{module}.".startswith(f"{unit}.") for unit in LIBRARIES.get(library, ())), library


def test_only_the_courier_opens_a_connection() -> None:
    callers = {unit_of(path) for path in of("keys") if uses(path, NETWORK)}
    assert callers <= {"keys.courier", "keys.inbox"}
    courier = [path for path in of("keys") if unit_of(path) == "keys.courier"]
    assert courier
    for path in courier:
        assert inner(path, "keys") <= LINES[0] | {"roster", "courier"}


def test_nothing_below_the_command_line_talks_to_a_screen() -> None:
    for path in of("keys"):
        if unit_of(path) in {"keys.cli", "keys.inbox"}:
            continue
        assert not uses(path, SCREEN), name_of(path)
        called = [
            node.func.id
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        ]
        assert not {"print", "input", "breakpoint"} & set(called), name_of(path)


def test_cases_and_vault_fetch_nothing() -> None:
    for path in of("keys"):
        if unit_of(path) in {"keys.cases", "keys.vault"}:
            assert not inner(path, "keys") & {"courier", "sync", "ceremony"}, name_of(path)


def test_the_wheel_holds_keys_alone() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["keys"]
    assert project["project"]["name"] == "meldbus"
    named = {re.split(r"[><=\[]", need)[0] for need in project["project"]["dependencies"]}
    assert not named & {"babel", "brotli", "gunicorn"}


def test_the_wheel_asks_for_what_its_modules_import_and_no_more() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = {re.split(r"[><=\[]", need)[0] for need in project["dependencies"]}
    tops = {name.split(".")[0] for path in of("keys") for name in imports(path)} - sys.stdlib_module_names - {"keys"}
    brought_by = packages_distributions()
    # Flask brings werkzeug; no line imports the time zones' data.
    assert {brought_by[top][0].lower() for top in tops} - {"werkzeug"} == named - {"tzdata"}


@pytest.mark.parametrize("path", [path for path in FILES if path.suffix in CODE], ids=name_of)
def test_a_file_has_at_most_400_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_a_module_begins_with_what_it_does(path: Path) -> None:
    tree = tree_of(path)
    assert ast.get_docstring(tree) or not tree.body


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_no_error_is_caught_without_being_named(path: Path) -> None:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ExceptHandler):
            caught = ast.unparse(node.type) if node.type else "everything"
            again = any(isinstance(inside, ast.Raise) for inside in ast.walk(node))
            # To undo something before any error goes on is allowed; to swallow all errors is not.
            assert caught not in {"everything", "Exception", "BaseException"} or again, f"line {node.lineno}"


def test_nothing_is_left_to_be_done_and_no_machine_or_registry_is_named() -> None:
    words = ["TO" + "DO", "FIX" + "ME", "HA" + "CK"]
    places = ["/wo" + "rk/", "/o" + "pt/", "/tmp/pro" + "be"]
    hosts = ["pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com", "yarn" + "pkg.com"]
    left = re.compile(r"\b(" + "|".join(words) + r")\b")
    named = re.compile("|".join(map(re.escape, places + hosts)))
    for path in TEXTS:
        text = path.read_text(encoding="utf-8")
        assert path.suffix == ".md" or not left.search(text), name_of(path)
        assert not named.search(text), name_of(path)


def test_the_compiler_knows_no_page_outside_the_form() -> None:
    client = REPOSITORY / "dropbox" / "client"
    worker, form = (_json(client / name)["compilerOptions"] for name in ("tsconfig.json", "tsconfig.form.json"))
    assert worker["lib"] == ["ES2022", "WebWorker"]
    assert worker["strict"] is True
    assert form["lib"] == ["ES2022", "DOM"]
    assert _json(client / "tsconfig.form.json")["include"] == ["form/**/*.ts", "entry/main.ts"]


def _json(path: Path) -> dict[str, Any]:
    """Return a JSON file whose comments are dropped."""
    kept = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("//")]
    parsed: dict[str, Any] = json.loads("\n".join(kept))
    return parsed


@pytest.mark.parametrize("path", TYPESCRIPT, ids=name_of)
def test_the_client_brings_no_library_but_noble(path: Path) -> None:
    assert all(source.startswith(("./", "../", "@noble/")) for source in sources_of(path))


@pytest.mark.parametrize("path", FORM, ids=name_of)
def test_the_form_imports_nothing_that_holds_keys(path: Path) -> None:
    client = REPOSITORY / "dropbox" / "client"
    shared = {client / "shared", client / "form"}
    assert all(shared & {*(path.parent / source).resolve().parents} for source in sources_of(path))


def test_twins_have_the_names_of_their_python_modules() -> None:
    client = REPOSITORY / "dropbox" / "client"
    for folder in ("wire", "wire/messages", "sealing", "roster", "cases", "policy"):
        twins = {path.stem for path in (client / folder).glob("*.ts")}
        models = {path.stem for path in (REPOSITORY / "keys" / folder).glob("*.py")} - {"__init__"}
        # What Python's standard library brings, a twin has to have beside it.
        assert twins - models <= {"bytes", "box", "native", "blob_reader"}, folder
    for name in ("errors", "receipt", "courier"):
        assert [path for path in TYPESCRIPT if path.stem == name]
        assert (REPOSITORY / "keys" / f"{name}.py").exists() or (REPOSITORY / "keys" / name).is_dir()


def test_a_colour_has_one_place() -> None:
    """tokens.css defines them; a sheet that uses one names its property."""
    sheets = [path for path in FILES if path.suffix == ".css"]
    assert len(sheets) == 4
    for path in sheets:
        colours = set(re.findall(r"#[0-9a-f]{3,8}\b", path.read_text("utf-8").lower()))
        assert (colours != set()) == (path.name == "tokens.css"), path


def constants_of(path: Path) -> dict[str, str]:
    """Return the numbers that a file defines under a name, as they are written."""
    text = path.read_text("utf-8")
    if path.suffix == ".ts":
        found = re.findall(r"^(?:export )?const ([A-Z][A-Z0-9_]+)\b(?:: \w+)? = ([\d_]+);", text, re.MULTILINE)
        return dict(found)
    return {
        target.id.lstrip("_"): str(node.value.value)
        for node in tree_of(path).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and type(node.value.value) is int
        for target in node.targets
        if isinstance(target, ast.Name)
    }


@pytest.mark.parametrize("language", ["python", "typescript"])
def test_a_number_of_one_name_is_defined_once(language: str) -> None:
    """Two that happen to be equal have different names; `OF_ITS_OWN` are those that mean something else elsewhere."""
    files = TYPESCRIPT if language == "typescript" else [*of("keys"), *of("dropbox")]
    places: dict[tuple[str, str], list[str]] = {}
    for path in files:
        for name, value in constants_of(path).items():
            places.setdefault((name, value), []).append(name_of(path))
    assert places
    assert {name: found for (name, _), found in places.items() if len(found) > 1 and name not in OF_ITS_OWN} == {}
