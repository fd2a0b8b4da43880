"""A drop box whose clock is the test's: gunicorn with a factory that passes one; what runs for people has no switch."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import urlopen

from dropbox import create_app
from dropbox.config import Config
from tests.journeys.site import POLICY, REPOSITORY, Site

if TYPE_CHECKING:
    from flask import Flask

WEEK, OK, PATIENCE = 7, 200, 60
SETTINGS = REPOSITORY / "deploy" / "gunicorn.conf.py"


def application(config: str, days: str) -> Flask:
    """Return the server's application, whose clock is behind ours by the days that a file names; for gunicorn."""
    return create_app(Config.load(Path(config)), clock=lambda: clock(Path(days)))


def clock(days: Path) -> dt.datetime:
    return dt.datetime.now(dt.UTC) - dt.timedelta(days=int(days.read_text()))


@dataclass
class ClockedSite(Site):
    """A drop box that lives in the past, and catches up as the test lets days pass.

    A page's own clock is the browser's, so the past is moved and not the future.
    """

    days_ago: int = 0

    @property
    def behind(self) -> Path:
        return self.folder / "days"

    @property
    def now(self) -> dt.datetime:
        return clock(self.behind)

    @property
    def today(self) -> int:
        if not self.behind.exists():
            self.behind.write_text(str(self.days_ago))
        return POLICY.day(self.now)

    def pass_days(self, days: int) -> None:
        """Let days pass; somebody looks once a week, so that the server's clock is not taken for a wrong one."""
        ago = int(self.behind.read_text())
        for passed in (*range(WEEK, days, WEEK), days):
            self.behind.write_text(str(ago - passed))
            with urlopen(f"{self.url}/bundles", timeout=PATIENCE) as answer:
                assert answer.status == OK

    def _operator(self, command: str, *arguments: str) -> subprocess.Popen[bytes]:
        if command != "run":
            return super()._operator(command, *arguments)
        factory = f"tests.journeys.clocked:application({str(self.config)!r}, {str(self.behind)!r})"
        serve = ["--config", SETTINGS, "--bind", f"127.0.0.1:{self.port}", "--workers", "1", "--threads", "8", factory]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "gunicorn", *serve],
                cwd=REPOSITORY,
                stdout=log,
                stderr=log,
                env={**os.environ, "TMPDIR": str(self.temporary)},
            )
