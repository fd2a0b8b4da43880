"""Typed text: it is asked for after new messages were shown, and given back if it was not used."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from keys.cli.context import confirmed, read_text, tell
from keys.cli.files import saved_of
from keys.cli.text import unread
from keys.errors import GrownError, NetworkError
from keys.sync.shown import check_shown, note_shown, was_shown
from keys.sync.writing import look
from keys.wording.bodies import Reading
from keys.wording.words import _, harmless

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from keys.cases.case import Case
    from keys.sync import RecipientSession

    Act = Callable[[Case, str], Case]
    Ask = Callable[[RecipientSession], str]


def ask_text(_session: RecipientSession) -> str:
    """Return the text typed until Ctrl-D, or from a pipe."""
    return read_text(None)


@contextmanager
def typed(source: str | None) -> Iterator[str]:
    """Yield the text of a file or of standard input; the latter is given back if the block ends by an error."""
    with _given_back(read_text(source), is_kept=source is not None) as text:
        yield text


@contextmanager
def _given_back(text: str, *, is_kept: bool) -> Iterator[str]:
    """Yield a text, and print it again if the block ends by an error or by Ctrl-C, unless a file has it."""
    is_used = is_kept
    try:
        yield text
        is_used = True
    finally:
        if not is_used:
            give_back(text)


def give_back(text: str) -> None:
    """Write a typed text that was not used to standard output: it can be used again."""
    if text:
        tell(_("Nothing was written. This is what you had typed:"))
        click.echo(harmless(text))


def use_text(
    session: RecipientSession,
    number: str,
    source: str | None,
    act: Act,
    *,
    acts: bool = True,
    is_open: bool = True,
    ask: Ask = ask_text,
) -> Case:
    """Call `act` with a case that was shown and a text, and return its result.

    At a terminal the log is read and new messages are shown before the text is asked for. If the case has new messages
    again before the text is written, they are shown, and its owner is asked whether the text still fits. `acts` says
    that nothing can be written without a network (SPEC 12.3), `is_open` that the case must have been opened; `ask` asks
    for the text at a terminal.

    Raises GrownError if messages came that were not shown, and what `act` raises.
    """
    case, is_typed = session.case(number), source is None and sys.stdin.isatty()
    if is_typed:
        try:
            look(session)
        except NetworkError:
            if acts:
                raise
        case = _show_new(session, number)
    if is_open or session.person in case.opened_by:
        check_shown(session, case)
    given = ask(session) if is_typed else read_text(source)
    with _given_back(given, is_kept=source is not None) as text:
        while True:
            try:
                return act(case, text)
            except GrownError:
                if not is_typed:
                    raise
                case = _show_new(session, number)
                if not confirmed(_("Something new has come. Does what you typed still fit?")):
                    raise


def _show_new(session: RecipientSession, number: str) -> Case:
    """Show the messages of a case since it was on the screen, and return the case; show none if it is not open."""
    case = session.case(number)
    if session.person in case.opened_by and not was_shown(session, case):
        trust = session.trust()
        for line in unread(Reading(case, trust.persons, trust.roster.policy), session.person, saved_of(session)):
            click.echo(line)
        note_shown(session, case)
    return case
