"""The wheel of the recipients' tool: it holds `keys` alone, speaks both languages, and runs without the source tree."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
CATALOGUE = "keys/locale/nl/LC_MESSAGES/meldbus"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel alone; return its folder."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True, capture_output=True)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", folder / "bin" / "python"]
    subprocess.run([*pip, "install", "--no-index", "--no-deps", wheel], check=True, capture_output=True)
    return folder


def run(installed: Path, *arguments: str, language: str) -> str:
    """Run the installed command away from the source tree, with the packages that it needs but not with its source."""
    environment = {
        "PATH": os.defpath,
        "PYTHONPATH": sysconfig.get_path("purelib"),
        "LC_ALL": "C.UTF-8",
        "LANGUAGE": language,
    }
    command = [installed / "bin" / "meldbus", *arguments]
    done = subprocess.run(command, cwd=installed, env=environment, check=True, capture_output=True, text=True)
    return done.stdout


def test_the_wheel_holds_keys_alone(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    assert {name.split("/")[0] for name in names} == {"keys", f"meldbus-{VERSION}.dist-info"}
    assert {Path(name).suffix for name in names if name.startswith("keys/")} == {
        ".py",
        ".mo",
        ".html",
        ".css",
        ".js",
    }


def test_the_wheel_holds_every_module_page_and_style_of_keys(wheel: Path) -> None:
    suffixes = (".py", ".html", ".css", ".js")
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(suffixes)}

    kept = {path.relative_to(ROOT).as_posix() for path in (ROOT / "keys").rglob("*") if path.suffix in suffixes}
    assert packed == kept


def test_the_wheel_holds_the_licence_and_the_compiled_catalogue(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    assert f"{CATALOGUE}.mo" in names
    assert f"{CATALOGUE}.po" not in names
    assert f"meldbus-{VERSION}.dist-info/licenses/LICENSE" in names


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "Receive and answer reports"), ("nl", "Ontvang en beantwoord meldingen")],
)
def test_the_installed_command_helps_in_the_readers_language(installed: Path, language: str, sentence: str) -> None:
    assert sentence in run(installed, "--help", language=language)


def test_the_installed_command_runs_the_wheels_code(installed: Path) -> None:
    code = "import keys; print(keys.__file__)"
    found = subprocess.run(
        [installed / "bin" / "python", "-c", code], cwd=installed, check=True, capture_output=True, text=True
    )

    assert Path(found.stdout.strip()).is_relative_to(installed)
    assert run(installed, "--version", language="en").strip() == VERSION
