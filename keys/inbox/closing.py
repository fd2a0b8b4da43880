"""How a case ends: closing, reopening, its last day and what moves it, approvals and objections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from keys.cases.outcomes import OUTCOMES
from keys.cases.requests import approve, ask_purge, asked_of, hold, object_to, purges_of, reopen, retention
from keys.errors import RecordError
from keys.speech.cases import author_in_words, kind_in_words
from keys.speech.register import outcome_in_words
from keys.speech.words import _, day_in_words, harmless
from keys.sync import actions
from keys.wire.canonical import b64, unb64
from keys.wire.ids import MessageId
from keys.wire.messages import Exercise, Outcome
from keys.wire.sizes import ID_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable

    from keys.cases import Case, JudgedMessage
    from keys.inbox.forms import Written
    from keys.inbox.session import Session
    from keys.sync import Trust


@dataclass(frozen=True, slots=True)
class Asked:
    """A message that waits for another person's word: its id, who asks and since when, what it is, and the reason."""

    id: str
    who: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Closing:
    """What the page of a case says and offers of its end."""

    outcomes: list[tuple[str, str]]
    is_closed: bool
    last_day: str  # in words, "" where there is none
    made_by: tuple[str, ...]  # the messages that make the last day
    is_past: bool
    to_approve: list[Asked]
    to_object: list[Asked]  # purges without an objection of the owner's, approved or not
    months: str  # for how long the policy keeps a closed case
    most_months: int

    @classmethod
    def of(cls, session: Session, case: Case) -> Self:
        """Return what is offered to the owner of a session."""
        trust, own, today = session.trust(), session.recipient.person, session.recipient.today
        kept, last = trust.roster.policy.retention, case.last_day
        return cls(
            outcomes=[(name, outcome_in_words(name)) for name in OUTCOMES],
            is_closed=case.is_closed,
            last_day="" if last is None else day_in_words(last.day),
            made_by=() if last is None else tuple(_line(case.find(one), trust) for one in last.made_by),
            is_past=last is not None and last.day < today,
            to_approve=[_asked(message, trust) for message in asked_of(case, own)],
            to_object=[_asked(message, trust) for message in purges_of(case, own)],
            months=str(kept.months),
            most_months=kept.most_months,
        )


def _asked(message: JudgedMessage, trust: Trust) -> Asked:
    who = f"{author_in_words(message, trust.persons)}, {day_in_words(message.day)}"
    return Asked(b64(message.id), who, kind_in_words(message.kind), harmless(message.text))


def _line(message: JudgedMessage | None, trust: Trust) -> str:
    if message is None:
        return ""
    author, kind = author_in_words(message, trust.persons), kind_in_words(message.kind)
    return f"{author} · {kind} · {day_in_words(message.day)}"


def _close(written: Written) -> str:
    if written.field("outcome") not in OUTCOMES:
        raise RecordError(", ".join(OUTCOMES))
    ended = Outcome(written.field("outcome"), written.field("measures"), written.field("grounds"))
    actions.close(written.session, written.case, written.text, ended, written.number("months"), written.field("why"))
    return _("The case is closed. The reporter reads it when you have locked.")


def _reopen(written: Written) -> str:
    return written.record(reopen(written.case, written.text))


def _ask(written: Written) -> str:
    return written.record(ask_purge(written.case, written.text))


def _approve(written: Written) -> str:
    return written.record(approve(written.case, written.session.person, written.text, _message(written)))


def _object(written: Written) -> str:
    return written.record(object_to(written.case, written.session.person, _message(written)))


def _hold(written: Written) -> str:
    return written.record(hold(written.case, written.text, written.day("until"), written.session.today))


def _retention(written: Written) -> str:
    months = written.number("months")
    if months is None:
        raise RecordError(_("a number"))
    return written.record(retention(written.case, months, written.text, written.policy))


def _exercise(written: Written) -> str:
    return written.record(Exercise(written.text))


def _destroy(written: Written) -> str:
    gone = actions.destroy_own_copy(written.session, written.case)
    paths = [_("A file of it may still be here: %(path)s") % {"path": harmless(str(path))} for path in gone.paths]
    return " ".join(
        [
            _("Case %(number)s is destroyed on this computer.") % {"number": gone.number},
            *paths,
            _("Make a new backup now, and delete the older ones: the case is still in them."),
        ]
    )


def _message(written: Written) -> MessageId:
    return MessageId(unb64(written.field("message"), ID_SIZE))


CLOSING: dict[str, Callable[[Written], str]] = {
    "close": _close,
    "reopen": _reopen,
    "ask-purge": _ask,
    "approve": _approve,
    "object": _object,
    "hold": _hold,
    "retention": _retention,
    "exercise": _exercise,
    "destroy": _destroy,
}
