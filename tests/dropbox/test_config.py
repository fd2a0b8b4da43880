"""A doubtful configuration is refused, and the key is named."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import pytest

from dropbox.config import Config, ConfigError
from tests.dropbox.serving import ROOT, write_config

if TYPE_CHECKING:
    from pathlib import Path

DOUBTFUL: dict[str, list[object]] = {
    "data": ["relative", "/nowhere/at/all", "", 5, ["x"]],
    "bind": [
        "0.0.0.0:8000",
        "192.0.2.1:80",
        "localhost",
        "127.0.0.1",
        "127.0.0.1:0",
        "127.0.0.1:99999",
        "unix:here",
        80,
    ],
    "address": [
        "http://melden.example",
        "ftp://melden.example",
        "https://",
        "https://melden.example/nl",
        "https://melden.example?x",
        "https://name:word@melden.example",
        "https://melden.example:0",
        "melden.example",
        "https://[::1",
        7,
    ],
    "workers": [0, 65, -1, 2.0, "2", True],
    "threads": [0, 257, "many"],
    "max_database_bytes": [0, 4095, 2**41, "1 GB"],
    "reserve_bytes": [-1, 2**30, 2**31],
}


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in DOUBTFUL.items() for value in values])
def test_doubtful_value_is_refused_by_the_name_of_its_key(tmp_path: Path, key: str, value: object) -> None:
    with pytest.raises(ConfigError, match=f"^{key}: ") as caught:
        Config.load(write_config(tmp_path, **{key: value}))
    assert caught.value.key == key


@pytest.mark.parametrize("key", [field.name for field in fields(Config)])
def test_missing_key_is_refused_by_its_name(tmp_path: Path, key: str) -> None:
    with pytest.raises(ConfigError, match=f"^{key}: is missing"):
        Config.load(write_config(tmp_path, **{key: None}))


def test_unknown_key_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^treads: is no key"):
        Config.load(write_config(tmp_path, treads=16))


def test_folder_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = write_config(tmp_path)
    for mode in (0o750, 0o701, 0o777):
        (tmp_path / "data").chmod(mode)
        with pytest.raises(ConfigError, match=r"^data: "):
            Config.load(path)


@pytest.mark.parametrize("text", ["data = ", "data = 1\ndata = 2", "\xff"])
def test_file_that_is_no_toml_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "dropbox.toml"
    path.write_text(text, "latin-1")
    with pytest.raises(ConfigError, match=r"dropbox\.toml"):
        Config.load(path)


@pytest.mark.parametrize("bind", ["127.0.0.1:8000", "[::1]:8000", "unix:/run/meldbus/server.sock"])
@pytest.mark.parametrize("address", ["https://melden.example", "http://127.0.0.1:8000", "http://localhost:8000"])
def test_right_values_are_taken(tmp_path: Path, bind: str, address: str) -> None:
    config = Config.load(write_config(tmp_path, bind=bind, address=address))
    assert (config.bind, config.address) == (bind, address)


def test_example_lacks_nothing_but_the_folder(tmp_path: Path) -> None:
    text = (ROOT / "deploy" / "dropbox.toml").read_text()
    with pytest.raises(ConfigError, match=r"^data: "):
        Config.load(ROOT / "deploy" / "dropbox.toml")
    (tmp_path / "data").mkdir(mode=0o700)
    path = tmp_path / "dropbox.toml"
    path.write_text(text.replace("/var/lib/meldbus", str(tmp_path / "data")))
    assert Config.load(path).workers == 2
