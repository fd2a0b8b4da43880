"""The command that makes posters from the signed roster; it needs no key."""

from __future__ import annotations

from pathlib import Path

import click

from keys.ceremony import fingerprint_of
from keys.cli.context import Command, Option, Tool, hint, tell
from keys.exports.poster import SIZES, Poster, languages_of
from keys.identity import write_new
from keys.sync import fetch_texts, trusted_chain
from keys.wording.words import _


@click.command("poster", cls=Command)
@click.option("--server", cls=Option, required=True, help="The server's address.")
@click.option("--fingerprint", cls=Option, required=True, help="The words, or the address of the poster.")
@click.option(
    "--folder", cls=Option, type=click.Path(path_type=Path), default=".", help="Where the posters are written."
)
@click.pass_obj
def poster_command(tool: Tool, server: str, fingerprint: str, folder: Path) -> None:
    """Make posters to print, in each language and size, with the fingerprint in their QR code."""
    courier = tool.courier(server)
    root, history = trusted_chain(courier, fingerprint_of(fingerprint, courier), tool.today())
    policy = fetch_texts(history.in_force(tool.today()), courier, {}).policy
    folder.mkdir(parents=True, exist_ok=True)
    for language in languages_of(policy):
        poster = Poster(policy, server.rstrip("/"), root.id, language)
        for size in SIZES:
            for kind, text in (("svg", poster.svg(size)), ("html", poster.html(size))):
                path = folder / f"poster-{language}-{size}.{kind}"
                write_new(path, text.encode("utf-8"))
                tell(_("written: %(path)s") % {"path": path})
    hint(_("Compare the ten words on the poster with those of the ceremony before you hang it up."))
