"""A terminal for a command line: what somebody types into it, and what it shows."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from keys.cli import commands
from tests.keys.cli import LocalTool, descriptor
from tests.keys.office import CHEAP, PASSPHRASE

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.keys.office import Office

END = "\x04"  # Ctrl-D


@dataclass
class Terminal:
    """A pseudo-terminal of the operating system; typed lines wait in it until a command reads them."""

    office: Office
    monkeypatch: pytest.MonkeyPatch
    who: str = "Secretaris"
    shown: str = field(default="", init=False)  # on standard output
    told: str = field(default="", init=False)  # on standard error

    def run(self, *arguments: str | Path, keys: str) -> int:
        """Run a command with typed input, and return its exit code."""
        home = self.office.folder / self.who
        tool = LocalTool(home, clock=lambda: self.office.now, profile=CHEAP, office=self.office)
        typing, reading = os.openpty()
        os.write(typing, keys.encode())
        out, err = io.StringIO(), io.StringIO()
        self.monkeypatch.setenv("LANGUAGE", "en")
        with (
            os.fdopen(reading, encoding="utf-8") as terminal,
            descriptor(PASSPHRASE) as fd,
            redirect_stdout(out),
            redirect_stderr(err),
            self.monkeypatch.context() as patched,
        ):
            patched.setattr(sys, "stdin", terminal)
            code: int | str | None = 0
            try:
                given = ["--home", str(home), "--passphrase-fd", fd, *map(str, arguments)]
                with contextlib.suppress(click.Abort):
                    commands.main(given, obj=tool)
            except SystemExit as end:
                code = end.code
        os.close(typing)
        self.shown, self.told = out.getvalue(), err.getvalue()
        assert isinstance(code, int)
        return code
