"""Commands that show cases: list, read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from keys.cases.deadlines import deadlines
from keys.cases.filters import ALL, FILTERS, SORTS, stands_in
from keys.cases.states import NEW
from keys.cases.summary import summarise
from keys.cli.context import Command, Option, Tool, as_json_option, hint, read_text
from keys.cli.files import saved_of
from keys.cli.scripts import case_as_json, summary_as_json, write_json
from keys.cli.text import conversation, dossier
from keys.cli.typed import typed
from keys.sync import actions
from keys.sync.shown import note_shown, was_shown
from keys.wording.bodies import Reading
from keys.wording.cases import STATES, destroyed_in_words, due_in_words, names_in_words
from keys.wording.notices import case_notice_in_words
from keys.wording.words import _, columns, date, harmless

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keys.cases.case import Case
    from keys.cases.deadlines import Deadlines
    from keys.cases.destruction import Destruction
    from keys.cases.summary import Summary
    from keys.sync import RecipientSession, Trust


@click.command("list", cls=Command)
@click.option("--show", cls=Option, type=click.Choice([*FILTERS]), default=ALL, help="Only those of this state.")
@click.option(
    "--sort", cls=Option, type=click.Choice([*SORTS]), help="In this order, the first one first, as in the inbox."
)
@click.option(
    "--search",
    cls=Option,
    is_flag=True,
    help="Only those that contain every word; the words are read from standard input, where no history keeps them.",
)
@click.option("--set-aside", "aside", cls=Option, is_flag=True, help="Those that you have set aside too.")
@as_json_option
@click.pass_obj
def list_command(tool: Tool, show: str, sort: str | None, search: bool, aside: bool, as_json: bool) -> None:
    """List the cases that you can open, the latest word last."""
    query = read_text(None) if search else ""
    with tool.session() as session:
        trust = session.trust()
        every = listed(session, aside=aside)
        going = session.destructions([summary for summary, _found in every])
        rows = [row for row in every if FILTERS[show](*row)]
        if search:
            words = session.words()
            rows = [row for row in rows if stands_in(query, words.get(row[0].id, ""))]
    if sort:
        rows.sort(key=lambda row: SORTS[sort](*row))
    if as_json:
        write_json([summary_as_json(summary, found, going.get(summary.id), trust.persons) for summary, found in rows])
    elif rows:
        heads = (_("number"), _("received"), _("latest"), _("on it"), _("state"))
        for line in columns([heads, *(_row(summary, found, going.get(summary.id), trust) for summary, found in rows)]):
            click.echo(line)
    elif search or show != ALL:
        hint(_("No cases found."))
    else:
        hint(_("There is nothing here. `meldbus sync` fetches what is new."))


@click.command("read", cls=Command)
@click.option(
    "--not-involved", cls=Option, is_flag=True, help="You have seen who it is about, and have no conflict of interest."
)
@click.option(
    "--identity",
    cls=Option,
    is_flag=True,
    help="Show who the reporter is too, where they said so. What for is read from standard input, and is recorded.",
)
@as_json_option
@click.argument("number")
@click.pass_obj
def read_command(tool: Tool, not_involved: bool, identity: bool, as_json: bool, number: str) -> None:
    """Show a case, and tell the reporter that you have opened it; the first time only whom it is about."""
    with tool.session() as session:
        case = session.case(number)
        if session.person not in case.opened_by:
            if not not_involved:
                click.echo(_("Case %(number)s") % {"number": case.number})
                click.echo(f"{_('It is about:')} {reading_of(session, case).concerned()}")
                hint(
                    _("Is there a conflict of interest? Then `meldbus step-back`, else `meldbus read --not-involved`.")
                )
                return
            # Recorded before it is shown: nobody may read it without a record of it (SPEC 12.3).
            case = actions.open_report(session, case)
        if identity:
            with typed(None) as purpose:
                case = actions.reveal(session, case, purpose)
        reading = reading_of(session, case, identity=identity)
        summary = summarise(case, session.person)
        found = deadlines(summary, session.trust().roster.policy, session.today)
        going = session.destruction(case)
        if as_json:
            lines = case.lines_after(is_complete=session.is_complete)
            shown = summary_as_json(summary, found, going, reading.persons)
            write_json(case_as_json(reading, lines, shown, saved_of(session)))
        else:
            for line in _shown(session, reading, found, going):
                click.echo(line)
        note_shown(session, case)


def reading_of(session: RecipientSession, case: Case, *, identity: bool = False) -> Reading:
    """Return a case to show, with the names of people, and by the policy in force."""
    trust = session.trust()
    return Reading(case, trust.persons, trust.roster.policy, identity=identity)


def listed(session: RecipientSession, *, aside: bool = False) -> list[tuple[Summary, Deadlines]]:
    """Return the cases of a vault with their deadlines, the latest message last; with `aside` those set aside too.

    A case that was set aside is still listed while a message of the reporter waits in it or is unread.
    """
    policy, today = session.trust().roster.policy, session.today
    hidden = frozenset() if aside else session.vault.set_aside.all()
    summaries = sorted(session.summaries().values(), key=lambda summary: summary.latest)
    return [
        (summary, deadlines(summary, policy, today))
        for summary in summaries
        if summary.id not in hidden or summary.waiting or summary.unread
    ]


def what_in_words(summary: Summary, found: Deadlines, going: Destruction | None) -> str:
    """Return the state of a case, its deadlines, its last day, and its earliest destruction on this computer."""
    alarm = [_("ALARM")] if summary.alarms else []
    waiting = [_("unanswered: %(count)d") % {"count": summary.waiting}] if summary.waiting else []
    is_unread = summary.unread and summary.state != NEW  # a new case is always unread
    unread = [_("new from the reporter: %(count)d") % {"count": summary.unread}] if is_unread else []
    asked = [_("asks for your approval")] if summary.asked else []
    ends = [] if summary.last_day is None else [_("last day %(day)s") % {"day": date(summary.last_day)}]
    if going is not None:
        ends.append(_("destroyed here on %(day)s at the earliest") % {"day": date(going.day)})
    drill = [_("a drill")] if summary.is_exercise else []
    return "; ".join(
        [*alarm, _(STATES[summary.state]), *waiting, *unread, *asked, *map(due_in_words, found.due), *ends, *drill]
    )


def _shown(session: RecipientSession, reading: Reading, found: Deadlines, going: Destruction | None) -> Iterator[str]:
    case, persons = reading.case, session.trust().persons
    yield _("Case %(number)s") % {"number": case.number}
    yield _("Can be read by: %(names)s") % {"names": names_in_words(case.readers, persons)}
    unopened = case.readers - case.opened_by - {session.person}
    if unopened:
        yield _("Not opened yet by: %(names)s") % {"names": names_in_words(unopened, persons)}
    yield from map(due_in_words, found.due)
    if case.last_day is not None:
        yield _("Its last day is %(day)s.") % {"day": date(case.last_day.day)}
    if going is not None:
        yield destroyed_in_words(going)
    for notice in (*case.alarms, *case.lines_after(is_complete=session.is_complete)):
        yield f"{'!!!' if notice in case.alarms else '*'} {case_notice_in_words(notice, persons)}"
    own = None if was_shown(session, case) else session.person
    yield from conversation(reading, own, saved_of(session))
    yield from dossier(reading, own, saved_of(session))


def _row(summary: Summary, found: Deadlines, going: Destruction | None, trust: Trust) -> tuple[str, ...]:
    people = [harmless(trust.persons[person].name) for person in summary.assigned if person in trust.persons]
    return (
        summary.number,
        date(summary.happened.received),
        date(summary.latest),
        ", ".join(sorted(people)) or "-",
        what_in_words(summary, found, going),
    )
