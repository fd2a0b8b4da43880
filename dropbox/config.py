"""The operator's configuration, read from one TOML file. It holds no secret."""

from __future__ import annotations

import ipaddress
import stat
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

MIB = 1024 * 1024
GIB = 1024 * MIB
MIN_DATABASE_BYTES = 4 * MIB
MAX_DATABASE_BYTES = 1024 * GIB
MAX_WORKERS = 64
MAX_THREADS = 256
MAX_PORT = 65_535


class ConfigError(Exception):
    """The configuration has a mistake in the named key."""

    def __init__(self, key: str, reason: str) -> None:
        """Store the key and its requirement."""
        super().__init__(f"{key}: {reason}")
        self.key = key


@dataclass(frozen=True, slots=True)
class Config:
    """A checked configuration; only `load` reads one from a file."""

    data: Path
    bind: str
    address: str
    workers: int
    threads: int
    max_database_bytes: int
    reserve_bytes: int

    @classmethod
    def load(cls, path: Path) -> Config:
        """Read and check the file; raise ConfigError with the first key that has a mistake."""
        try:
            values = tomllib.loads(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ConfigError(str(path), str(error)) from None
        names = {field.name for field in fields(cls)}
        for key in sorted(names ^ set(values)):
            raise ConfigError(key, "is missing" if key in names else "is no key of this file")
        most_bytes = _integer(values, "max_database_bytes", MIN_DATABASE_BYTES, MAX_DATABASE_BYTES)
        return cls(
            data=_data(values),
            bind=_bind(values),
            address=_address(values),
            workers=_integer(values, "workers", 1, MAX_WORKERS),
            threads=_integer(values, "threads", 1, MAX_THREADS),
            max_database_bytes=most_bytes,
            reserve_bytes=_integer(values, "reserve_bytes", 0, most_bytes - 1),
        )

    @property
    def database(self) -> Path:
        """The path of the database."""
        return self.data / "meldbus.sqlite"


def _integer(values: dict[str, Any], key: str, least: int, most: int) -> int:
    value = values[key]
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ConfigError(key, f"has to be a whole number from {least} to {most}")
    return value


def _text(values: dict[str, Any], key: str) -> str:
    value = values[key]
    if not isinstance(value, str) or not value.isprintable() or not value:
        raise ConfigError(key, "has to be a text")
    return value


def _data(values: dict[str, Any]) -> Path:
    folder = Path(_text(values, "data"))
    if not folder.is_absolute() or not folder.is_dir():
        raise ConfigError("data", "has to be the absolute path of a folder that exists")
    if stat.S_IMODE(folder.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigError("data", "may be open to its owner only: chmod 700")
    return folder


def _bind(values: dict[str, Any]) -> str:
    bind = _text(values, "bind")
    if bind.startswith("unix:"):
        if not Path(bind.removeprefix("unix:")).is_absolute():
            raise ConfigError("bind", "has to be unix: and an absolute path")
        return bind
    host, colon, port = bind.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or not 1 <= int(port) <= MAX_PORT:
        raise ConfigError("bind", "has to be an address and a port, such as 127.0.0.1:8000, or unix:/path")
    # This connection is not encrypted: TLS ends on this machine, in the proxy in front.
    if not _is_loopback(host):
        raise ConfigError("bind", "has to be a loopback address: a proxy on this machine does the TLS")
    return bind


def _address(values: dict[str, Any]) -> str:
    address = _text(values, "address").rstrip("/")
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ConfigError("address", "is no address") from None
    if f"{parts.scheme}://{parts.netloc}" != address or "@" in parts.netloc or not host or port == 0:
        raise ConfigError("address", "has to be https:// and a host, without a path")
    if parts.scheme != "https" and not (parts.scheme == "http" and (_is_loopback(host) or host == "localhost")):
        raise ConfigError("address", "has to begin with https://, except on this machine alone")
    return address


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
