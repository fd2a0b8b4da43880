"""Brings a database to the tables of this release; it moves rows and never reads what they hold."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory


def migrate(database: Path) -> None:
    """Apply every migration that `database` does not have yet; a database that is not there is made."""
    command.upgrade(_config(database), "head")


def head() -> str | None:
    """Return the newest migration."""
    return ScriptDirectory.from_config(_config(Path())).get_current_head()


def _config(database: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["database"] = database
    return config
