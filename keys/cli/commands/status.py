"""The command that lists what has to be done, with an exit code for scripts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from keys.cases.states import NEW, OURS
from keys.cli.commands.case import listed, what_in_words
from keys.cli.commands.sync import read_log
from keys.cli.context import Command, Tool, as_json_option, end_session, tell
from keys.cli.scripts import notice_as_json, summary_as_json, write_json
from keys.errors import NetworkError
from keys.sync.notices import NoticeKind
from keys.vault.outbox_store import State
from keys.wording.notices import notice_in_words
from keys.wording.words import _, date, explain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keys.cases.deadlines import Deadlines
    from keys.cases.summary import Summary
    from keys.sync import Notice, RecipientSession

# Exit codes of `meldbus status`, for scripts; 1 and 2 mean that the tool itself failed.
NOTHING = 0
TO_DO = 3
OVERDUE = 4
# No alarms, but their owner must decide, read or repair something.
ASKING = (NoticeKind.DIFFERS, NoticeKind.LAST_WORDS, NoticeKind.CLOCK)


@dataclass(frozen=True, slots=True)
class Status:
    """What has to be done: the cases that need action, the notices, and messages left in the outbox.

    `put_aside` messages wait for their owner's decision, `unsent` ones for a server that accepts them.
    """

    cases: Sequence[tuple[Summary, Deadlines]]
    notices: Sequence[Notice]
    put_aside: int
    unsent: int
    is_read: bool

    @property
    def code(self) -> int:
        """The exit code; 0 only if the log was read and nothing needs anybody."""
        if any(found.is_overdue for _summary, found in self.cases):
            return OVERDUE
        is_warned = any(notice.is_alarm or notice.kind in ASKING for notice in self.notices)
        is_left = self.put_aside or self.unsent
        return TO_DO if self.cases or is_left or is_warned or not self.is_read else NOTHING


@click.command("status", cls=Command)
@as_json_option
@click.pass_context
def status_command(ctx: click.Context, as_json: bool) -> None:
    """Read what is new and say what has to be done; ends with 0 for nothing, 3 for something, 4 for overdue."""
    tool: Tool = ctx.obj
    with tool.session() as session:
        is_read = _read(session)
        # First, since posting can put a message aside, which then waits for its owner.
        end_session(session)
        status = _status_of(session, is_read=is_read)
        going = session.destructions([summary for summary, _found in status.cases])
        trust = session.trust()
        ends = {"keys_until": date(session.opens_until()), "roster_until": date(trust.roster.until)}
    if as_json:
        write_json(
            ends
            | {
                "code": status.code,
                "is_read": status.is_read,
                "put_aside": status.put_aside,
                "unsent": status.unsent,
                "notices": [notice_as_json(notice) for notice in status.notices],
                "cases": [
                    summary_as_json(summary, found, going.get(summary.id), trust.persons)
                    for summary, found in status.cases
                ],
            }
        )
    else:
        for summary, found in status.cases:
            click.echo(f"{summary.number}: {what_in_words(summary, found, going.get(summary.id))}")
        for notice in status.notices:
            tell(notice_in_words(notice))
        tell(
            _("Your keys open what comes until %(keys)s; the roster ends on %(roster)s.")
            % {"keys": ends["keys_until"], "roster": ends["roster_until"]}
        )
    ctx.exit(status.code)


def _read(session: RecipientSession) -> bool:
    """Read the log; return whether it was read to its end."""
    try:
        return read_log(session).is_whole
    except NetworkError as error:
        tell(explain(error))
        return False


def _status_of(session: RecipientSession, *, is_read: bool) -> Status:
    states = [one.state for one in session.vault.outbox.all()]
    return Status(
        cases=[row for row in listed(session) if _asks(*row)],
        notices=session.notices(),
        put_aside=states.count(State.PUT_ASIDE),
        unsent=states.count(State.QUEUED) + states.count(State.TRIED),
        is_read=is_read,
    )


def _asks(summary: Summary, found: Deadlines) -> bool:
    is_ours = summary.state in (NEW, OURS)
    return is_ours or bool(summary.waiting or summary.unread or summary.asked or summary.alarms) or found.is_near
