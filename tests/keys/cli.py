"""The command line of an office: passphrases by descriptor, and the real server without sockets."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from click.testing import CliRunner, Result

from keys.cli import commands
from keys.cli.context import Tool
from keys.roster import words
from tests.keys.office import CHEAP, PASSPHRASE, Office

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from keys.courier import Courier
    from keys.receipt import Receipt


@dataclass(frozen=True, slots=True)
class LocalTool(Tool):
    """The tool with an office's server instead of a network."""

    office: Office | None = None

    def courier(self, server: str) -> Courier:
        assert self.office
        return self.office.courier()


@contextmanager
def descriptor(*lines: str) -> Iterator[str]:
    reading, writing = os.pipe()
    os.write(writing, "".join(f"{line}\n" for line in lines).encode())
    os.close(writing)
    yield str(reading)
    os.close(reading)


@dataclass
class CommandLine:
    """A command line in an office; `run` gives passphrases by descriptor."""

    office: Office

    def run(self, *arguments: str | Path, who: str = "Secretaris", passphrases=(PASSPHRASE,), text: str = "") -> Result:
        tool = LocalTool(self.office.folder / who, clock=lambda: self.office.now, profile=CHEAP, office=self.office)
        with descriptor(*passphrases) as fd:
            given = ["--home", str(self.office.folder / who), "--passphrase-fd", fd, *map(str, arguments)]
            return CliRunner().invoke(commands, given, input=text, obj=tool, env={"LANGUAGE": "en"})

    def done(self, *arguments: str | Path, **options: object) -> Result:
        result = self.run(*arguments, **options)
        assert result.exit_code == 0, result.output
        return result

    def number(self, who: str = "Secretaris") -> str:
        """Sync and return the number of the case with the latest message."""
        self.done("sync", who=who)
        return self.done("list", who=who).stdout.splitlines()[-1].split()[0]

    def opened(self, who: str = "Secretaris") -> str:
        """Sync, read the case with the latest message, and return its number: unread messages cannot be answered."""
        number = self.number(who)
        self.done("read", "--not-involved", number, who=who)
        return number

    def open(self, receipt: Receipt, *arguments: str | Path, text: str = "") -> Result:
        """Open the thread of a code as its reporter."""
        given = ("--server", "http://127.0.0.1", "--fingerprint", words(self.office.root.id), *arguments)
        with descriptor(receipt.written()) as fd:
            return self.done("open", *given, "--receipt-fd", fd, who="nobody", passphrases=(), text=text)
