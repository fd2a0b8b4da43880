"""The end of a case: closing, reopening, its last day and what moves it, approvals and objections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from keys.cases.outcomes import OUTCOMES
from keys.cases.requests import approve, ask_purge, asked_of, hold, object_to, purges_of, retention
from keys.errors import RecordError
from keys.inbox.forms import recorded
from keys.sync import actions
from keys.wire.canonical import b64, unb64
from keys.wire.ids import MessageId
from keys.wire.messages import Exercise, Outcome
from keys.wire.sizes import ID_SIZE
from keys.wording.cases import author_in_words, destroyed_in_words, kind_in_words, needs_a_second
from keys.wording.register import outcome_in_words
from keys.wording.words import _, day_in_words, harmless

if TYPE_CHECKING:
    from collections.abc import Callable

    from keys.cases import Case, JudgedMessage
    from keys.inbox.forms import Written
    from keys.inbox.session import Session
    from keys.sync import Trust


@dataclass(frozen=True, slots=True)
class Asked:
    """A message that waits for another person: its id, its author and day, its kind, and the reason."""

    id: str
    who: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Closing:
    """The part of a case's page about its end."""

    outcomes: list[tuple[str, str]]
    earlier: Outcome  # of the previous closing: if the reporter only rated it since, it stays the same
    is_closed: bool
    last_day: str  # in words, "" without one
    destroyed: str  # when this computer destroys it and why not sooner, "" without a date
    made_by: tuple[str, ...]  # the messages that set the last day
    is_past: bool
    to_approve: list[Asked]
    to_object: list[Asked]  # purges to which the owner has not objected, approved or not
    months: str  # for how many months the policy keeps a closed case
    most_months: int

    @classmethod
    def of(cls, session: Session, case: Case) -> Self:
        """Return what the page offers to the owner of a session."""
        trust, own, today = session.trust(), session.recipient.person, session.recipient.today
        kept, last = trust.roster.policy.retention, case.last_day
        return cls(
            outcomes=[(name, outcome_in_words(name)) for name in OUTCOMES],
            earlier=_earlier(case),
            is_closed=case.is_closed,
            last_day="" if last is None else day_in_words(last.day),
            destroyed=own_end(session, case),
            made_by=() if last is None else tuple(_line(case.find(one), trust) for one in last.made_by),
            is_past=last is not None and last.day < today,
            to_approve=[_asked(message, trust) for message in asked_of(case, own)],
            to_object=[_asked(message, trust) for message in purges_of(case, own)],
            months=str(kept.months),
            most_months=kept.most_months,
        )


def _earlier(case: Case) -> Outcome:
    """Return the outcome of the last closing; an empty one if the case was never closed."""
    last = case.latest(Outcome)
    return last.body if last is not None and isinstance(last.body, Outcome) else Outcome("")


def own_end(session: Session, case: Case) -> str:
    """Return when this computer destroys a case and why not sooner, or ""."""
    found = session.recipient.destruction(case)
    return "" if found is None else destroyed_in_words(found, day_in_words)


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
    case = actions.reopen(written.session, written.case, written.text)
    return f"{recorded()} {needs_a_second()}" if case.is_closed else recorded()


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
