"""The command that opens the inbox in a browser."""

from __future__ import annotations

import sys
import threading
import webbrowser
from typing import TYPE_CHECKING

import click
import platformdirs

from keys.ceremony import key_file
from keys.cli.context import Command, Option, Tool, hint, tell
from keys.wording.words import _

if TYPE_CHECKING:
    from keys.inbox.serving import Serving


@click.command("inbox", cls=Command)
@click.option("--port", cls=Option, type=click.IntRange(0, 65535), default=0, help="A port; else a free one.")
@click.option("--no-browser", cls=Option, is_flag=True, help="Only print the link.")
@click.pass_obj
def inbox_command(tool: Tool, port: int, no_browser: bool) -> None:
    """Open your inbox in the browser of this computer; the passphrase is asked there."""
    # No other command needs Flask, and a command line must start fast.
    from keys.inbox import SessionHolder, serve

    key_file(tool.home)
    holder = SessionHolder(tool.home, tool.courier, tool.clock, downloads=platformdirs.user_downloads_path())
    serving = serve(holder, port)
    _show(serving, in_browser=not no_browser)
    hint(_("Ctrl-C ends it, after what you wrote has gone out. Enter gives a new link."))
    if sys.stdin.isatty():
        threading.Thread(target=_renew, args=(serving,), daemon=True, name="links").start()
    serving.run()
    tell(_("The inbox is locked and has ended."))


def _show(serving: Serving, *, in_browser: bool) -> None:
    link = serving.auth.link()
    click.echo(link)
    # The link works once, and only leads to a page that asks for the passphrase: a list of processes may show it.
    if in_browser and not webbrowser.open(link):
        hint(_("No browser was found: open the link yourself."))


def _renew(serving: Serving) -> None:
    for _line in sys.stdin:
        _show(serving, in_browser=False)
