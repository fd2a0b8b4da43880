"""Commands without an own key: for reporters without a usable browser, and for cover entries."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from keys.cases.report_draft import ReportDraft
from keys.cases.routing import ADDED, READS, Matter
from keys.ceremony import fingerprint_of
from keys.cli.context import Command, Option, Tool, hint, tell
from keys.cli.files import attaching, keeping_names, progress, reporters_files, save, watched
from keys.cli.text import conversation
from keys.cli.typed import typed
from keys.downloads import check_space
from keys.errors import ExcludedError, ExistsError, NobodyError, NoCaseError, NotEnrolledError
from keys.identity import write_new_pieces
from keys.receipt import Receipt
from keys.sync import (
    Fetched,
    fetch_texts,
    last_resort_addressees,
    places,
    post_timer_cover,
    read_mailbox,
    save_thread,
    say,
    seal_report,
    share_owed,
    trusted_history,
)
from keys.wire.messages import Answer
from keys.wording.bodies import Reading
from keys.wording.mailbox import thread_notices
from keys.wording.words import _, columns, harmless

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from keys.roster import Recipient
    from keys.sync.addressees import Addressees
    from keys.wire.ids import PersonId

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
    # Before any long work is done in vain.
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
    people = frozenset(person.person for person in receiving if person.name in about)
    matter = Matter(topic or topics[-1], about_board, people)
    addressees = last_resort_addressees(origin, history, today)
    chosen = _chosen(receiving, places(addressees, matter), without, added)
    tell(_("These people can read it:"))
    for line in columns([_addressed(person, addressees) for person in chosen]):
        tell(f"  {harmless(line)}")
    receipt = Receipt.draw()
    attachments = reporters_files(attached, roster.policy.file_bytes, keep_names=keep_names)
    with typed(source) as text:
        draft = ReportDraft(
            text=text,
            topic=matter.topic,
            language=roster.policy.languages[0],
            people=people,
            board=about_board,
        )
        persons = {person.person for person in chosen}
        sealed = seal_report(origin, history, receipt, draft, persons, today, attachments)
        check_space(output.absolute().parent, sealed.size)
        with progress(_("Sealing")) as watch:
            write_new_pieces(output, watched(sealed, watch))
    click.echo(receipt.written())
    hint(_("With this code you read the answer. A lost code cannot be replaced."))
    hint(_("Send the file %(path)s through the page for sealed files, from any device.") % {"path": output})


def _chosen(
    receiving: Sequence[Recipient], placed: Mapping[PersonId, str], without: Collection[str], added: Collection[str]
) -> list[Recipient]:
    """Return the recipients of the report.

    Raises ExcludedError for a person who may not be added, NobodyError if nobody is left.
    """
    open_to = [person for person in receiving if placed[person.person] in (ADDED, READS)]
    refused = set(added) - {person.name for person in open_to}
    if refused:
        raise ExcludedError(", ".join(sorted(refused)))
    chosen = [
        person
        for person in open_to
        if person.name not in without and (placed[person.person] == READS or person.name in added)
    ]
    if not chosen:
        raise NobodyError
    return chosen


def _addressed(person: Recipient, addressees: Addressees) -> tuple[str, str, str]:
    """Return role and name of a recipient of the report, and whether they get it later than others."""
    later = _("has no key today: gets it from the others")
    return person.role, person.name, "" if person.person in addressees.pairs else later


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
    isolated, own_day = courier.isolated(), roster.policy.day(tool.clock())
    thread = read_mailbox(isolated, history, receipt)
    for line in thread_notices(thread):
        tell(line)
    if thread.case is None:
        raise NoCaseError
    for line in conversation(Reading(thread.case, thread.persons, roster.policy, identity=True)):
        click.echo(line)
    if not thread.case.opened_by:
        tell(_("Nobody has opened it yet."))
    if folder is not None:
        save(folder, lambda into, watch: save_thread(courier.isolated(), receipt.capability(), thread, into, watch))
    if answering:
        attachments = reporters_files(attached, roster.policy.file_bytes, keep_names=keep_names)
        with typed(None) as text, progress(_("Sending")) as watch:
            say(isolated, history, receipt, thread, Answer(text), own_day, attachments, watch)
        tell(_("sent"))
    # Readers get the messages that were not sealed to them, as on the page.
    share_owed(isolated, history, receipt, thread, own_day)


@click.command("decoy", cls=Command)
@_server
@_fingerprint
@click.pass_obj
def decoy_command(tool: Tool, server: str, fingerprint: str) -> None:
    """Send one entry that nobody can open; a timer on the server's machine runs this at random times."""
    courier = tool.courier(server)
    history = trusted_history(courier, fingerprint_of(fingerprint, courier), tool.today())
    post_timer_cover(courier, history, history.newest.policy.day(tool.clock()))


def _typed_receipt(descriptor: int | None) -> str:
    if descriptor is not None:
        with os.fdopen(os.dup(descriptor), "r", encoding="utf-8") as file:
            return file.readline()
    typed: str = click.prompt(_("Code"), hide_input=True, err=True)
    return typed
