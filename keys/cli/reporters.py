"""Commands for reporters without a usable browser, and for decoys: seal, open, decoy; none needs a key of its own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from keys.cases import ADDED, READS, Matter, Telling
from keys.ceremony import fingerprint_of
from keys.cli.conversation import conversation
from keys.cli.files import attaching, keeping_names, progress, reporters_files, save, watched
from keys.cli.tool import Command, Option, Tool, hint, read_text, tell
from keys.errors import ExcludedError, ExistsError, NobodyError, NoCaseError, NotEnrolledError
from keys.identity import write_new_pieces
from keys.receipt import Receipt
from keys.saving import check_space
from keys.speech.bodies import Reading
from keys.speech.words import _, columns, harmless
from keys.sync import (
    Fetched,
    fetch_texts,
    places,
    post_decoy,
    read_thread,
    save_thread,
    say,
    seal_report,
    trusted_history,
)
from keys.wire import kinds

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from keys.roster import Recipient

_server = click.option("--server", cls=Option, required=True, help="The server's address.")
_fingerprint = click.option("--fingerprint", cls=Option, required=True, help="The words, or the address of the poster.")


@click.command("seal", cls=Command)
@click.option("--server", cls=Option, help="The server's address.")
@click.option(
    "--from",
    "folder",
    cls=Option,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder with /chain and /bundles fetched from the server, instead of its address.",
)
@click.option("--topic", cls=Option, help="What it is about: a topic of the policy; without it, the last one.")
@click.option("--about", cls=Option, multiple=True, help="The name of somebody on the list whom it is about.")
@click.option("--about-board", cls=Option, is_flag=True, help="It is about the whole board.")
@click.option("--without", cls=Option, multiple=True, help="The name of someone who must not read it.")
@click.option("--add", "added", cls=Option, multiple=True, help="The name of someone who may read it too.")
@click.option("--file", "source", cls=Option, type=click.Path(exists=True), help="Read the text from a file.")
@click.option("--output", cls=Option, type=click.Path(path_type=Path), required=True, help="The sealed file to write.")
@attaching
@keeping_names
@_fingerprint
@click.pass_obj
def seal_command(
    tool: Tool,
    server: str | None,
    folder: Path | None,
    topic: str | None,
    about: tuple[str, ...],
    about_board: bool,
    without: tuple[str, ...],
    added: tuple[str, ...],
    source: str | None,
    output: Path,
    attached: tuple[Path, ...],
    keep_names: bool,
    fingerprint: str,
) -> None:
    """Seal a report into a file that can be sent from anywhere; the code goes to standard output."""
    if (server is None) == (folder is None):
        raise click.UsageError(_("Give either --server or --from."))
    # Before anything long is done for nothing.
    if output.exists():
        raise ExistsError(str(output))
    origin = Fetched(folder) if folder else tool.courier(server or "")
    history = trusted_history(origin, fingerprint_of(fingerprint, origin), tool.today())
    roster = history.in_force(tool.today())
    today = roster.policy.day(tool.clock())
    receiving = roster.receiving(today)
    unknown = {*without, *about, *added} - {person.name for person in receiving}
    if unknown:
        raise NotEnrolledError(", ".join(sorted(unknown)))
    topics = [one.id for one in roster.policy.topics]
    if topic is not None and topic not in topics:
        raise click.UsageError(_("--topic is one of these: %(topics)s") % {"topics": ", ".join(topics)})
    people = frozenset(person.identity for person in receiving if person.name in about)
    matter = Matter(topic or topics[-1], about_board, people)
    chosen = _chosen(receiving, places(origin, history, matter, today), without, added)
    tell(_("These people can read it:"))
    for line in columns([(person.role, person.name) for person in chosen]):
        tell(f"  {harmless(line)}")
    receipt = Receipt.draw()
    attachments = reporters_files(attached, roster.policy.file_bytes, keep_names=keep_names)
    identities = [person.identity for person in chosen]
    telling = Telling(
        text=read_text(source),
        topic=matter.topic,
        language=roster.policy.languages[0],
        people=people,
        board=about_board,
    )
    sealed = seal_report(origin, history, receipt, telling, identities, today, attachments)
    check_space(output.absolute().parent, sealed.size)
    with progress(_("Sealing")) as watch:
        write_new_pieces(output, watched(sealed, watch))
    click.echo(receipt.written())
    hint(_("With this code you read the answer. Lost is lost."))
    hint(_("Send the file %(path)s through the page for sealed files, from any device.") % {"path": output})


def _chosen(
    receiving: Sequence[Recipient], placed: Mapping[bytes, str], without: Collection[str], added: Collection[str]
) -> list[Recipient]:
    """Return who gets the report; raise ExcludedError for who may not be added, NobodyError where nobody is left."""
    open_to = [person for person in receiving if placed[person.identity] in (ADDED, READS)]
    refused = set(added) - {person.name for person in open_to}
    if refused:
        raise ExcludedError(", ".join(sorted(refused)))
    chosen = [
        person
        for person in open_to
        if person.name not in without and (placed[person.identity] == READS or person.name in added)
    ]
    if not chosen:
        raise NobodyError
    return chosen


@click.command("open", cls=Command)
@click.option("--receipt-fd", cls=Option, type=int, help="Read the code from this file descriptor.")
@click.option("--answer", "answering", cls=Option, is_flag=True, help="Answer with a text from standard input.")
@click.option("--save", "folder", cls=Option, type=click.Path(path_type=Path), help="Save all files in a new folder.")
@attaching
@keeping_names
@_server
@_fingerprint
@click.pass_obj
def open_command(
    tool: Tool,
    receipt_fd: int | None,
    answering: bool,
    folder: Path | None,
    attached: tuple[Path, ...],
    keep_names: bool,
    server: str,
    fingerprint: str,
) -> None:
    """Open the talk of a code, as its reporter."""
    if attached and not answering:
        raise click.UsageError(_("Files go with an answer: add --answer."))
    receipt = Receipt.parse(_typed_receipt(receipt_fd))
    courier = tool.courier(server)
    history = trusted_history(courier, fingerprint_of(fingerprint, courier), tool.today())
    roster = fetch_texts(history.in_force(tool.today()), courier, {})
    case, alarms = read_thread(courier.apart(), history, receipt)
    if case is None:
        raise NoCaseError
    people = {person.identity: person for person in roster.recipients}
    for line in conversation(Reading(case, people, roster.policy, identity=True), alarms):
        click.echo(line)
    if not case.opened_by:
        tell(_("Nobody has opened it yet."))
    if folder is not None:
        save(folder, lambda into, watch: save_thread(courier.apart(), receipt.capability(), case, into, watch))
    if answering:
        attachments = reporters_files(attached, roster.policy.file_bytes, keep_names=keep_names)
        text, own_day = read_text(None), roster.policy.day(tool.clock())
        with progress(_("Sending")) as watch:
            say(courier.apart(), history, receipt, case, kinds.Answer(text), own_day, attachments, watch)
        tell(_("sent"))


@click.command("decoy", cls=Command)
@_server
@_fingerprint
@click.pass_obj
def decoy_command(tool: Tool, server: str, fingerprint: str) -> None:
    """Send one entry that nobody can open; a timer on the server's machine runs this at random times."""
    courier = tool.courier(server)
    history = trusted_history(courier, fingerprint_of(fingerprint, courier), tool.today())
    post_decoy(courier, history, history.newest.policy.day(tool.clock()))


def _typed_receipt(descriptor: int | None) -> str:
    if descriptor is not None:
        with os.fdopen(os.dup(descriptor), "r", encoding="utf-8") as file:
            return file.readline()
    typed: str = click.prompt(_("Code"), hide_input=True, err=True)
    return typed
