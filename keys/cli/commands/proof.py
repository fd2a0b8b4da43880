"""The command that checks a reporter's proof; it needs no key and no server."""

from __future__ import annotations

from pathlib import Path

import click

from keys.cases import Proof
from keys.cases.numbers import case_number
from keys.ceremony import fingerprint_of
from keys.cli.context import Command, Option
from keys.errors import ProofError
from keys.wire.canonical import b64
from keys.wording.words import _, columns, date, harmless

MAX_SIZE = 16 * 2**20  # a chain of many roots with a large policy is far smaller


@click.command("verify-proof", cls=Command)
@click.argument("proof", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--fingerprint", cls=Option, required=True, help="The words, or the address of the poster.")
def verify_proof_command(proof: Path, fingerprint: str) -> None:
    """Check a proof that a report was received, and say what it shows."""
    with proof.open("rb") as file:
        raw = file.read(MAX_SIZE + 1)
    if len(raw) > MAX_SIZE:
        raise ProofError("file", "too large")
    given = Proof.parse(raw)
    shown = given.verify(fingerprint_of(fingerprint, given))
    rows = [
        (_("organisation"), shown.organisation),
        (_("confirmed by"), f"{shown.author.name} ({shown.author.role})"),
        (_("day that they named"), date(shown.day)),
        (_("report"), b64(shown.report)),
        (_("number"), case_number(shown.report)),
        (_("message"), b64(shown.acknowledgement)),
    ]
    for line in columns(rows):
        click.echo(harmless(line))
