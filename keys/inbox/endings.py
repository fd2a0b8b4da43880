"""How a case ends, from the fields of a form to the desk: close, reopen, approve, purge; and what a page offers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases import OUTCOMES, approvable, approve, ask_purge, closing_of, is_demand, kept_until, reopen
from keys.errors import RecordError
from keys.policy import day_number
from keys.speech.cases import author_in_words
from keys.speech.register import outcome_in_words
from keys.speech.words import _, day_in_words, harmless
from keys.wire import kinds
from keys.wire.canonical import b64, unb64

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from werkzeug.datastructures import MultiDict

    from keys.cases import Case, Summary
    from keys.policy import Policy
    from keys.sync import Desk

    Form = MultiDict[str, str]
    Act = Callable[[Desk, Case, Form, Path], str]


@dataclass(frozen=True, slots=True)
class Ending:
    """What the page of a case says and offers of its end; `until` is the last day on which it is kept, in words."""

    outcomes: list[tuple[str, str]]
    is_closed: bool
    until: str
    is_past: bool
    asked: list[tuple[str, str, str]]  # what we can approve of: its id, who asks and since when, what
    is_agreed: bool  # two want it destroyed before its day

    @classmethod
    def of(cls, case: Case, summary: Summary, policy: Policy, own: bytes, today: int) -> Ending:
        """Return what is offered to the recipient `own` on a day."""
        last = kept_until(summary, policy)
        waiting = [
            one
            for one in approvable(case)
            if one.approval is None and one.said.author and one.said.author.identity != own
        ]
        return cls(
            outcomes=[(name, outcome_in_words(name)) for name in OUTCOMES],
            is_closed=closing_of(case) is not None,
            until="" if last is None else day_in_words(last),
            is_past=last is not None and today > last,
            asked=[
                (
                    b64(one.said.message.id),
                    f"{author_in_words(one.said)}, {day_in_words(one.said.day)}",
                    _("a legal demand, as the dossier has it") if is_demand(one.said) else harmless(one.said.text),
                )
                for one in waiting
            ],
            is_agreed=any(one.approval and not is_demand(one.said) for one in approvable(case)),
        )


def _close(desk: Desk, case: Case, form: Form, _folder: Path) -> str:
    if form.get("outcome") not in OUTCOMES:
        raise RecordError(", ".join(OUTCOMES))
    try:
        until = day_number(dt.date.fromisoformat(form["until"])) if form.get("until") else None
    except ValueError:
        raise RecordError from None
    ended = kinds.Outcome(form["outcome"], _field(form, "measures"), _field(form, "grounds"))
    desk.close(case, _field(form, "text"), ended, until, _field(form, "why"))
    return _("The case is closed.")


def _reopen(desk: Desk, case: Case, form: Form, _folder: Path) -> str:
    desk.note(case, reopen(case, _field(form, "text")))
    return _("It stands in the dossier.")


def _ask(desk: Desk, case: Case, form: Form, _folder: Path) -> str:
    desk.note(case, ask_purge(case, _field(form, "text")))
    return _("It stands in the dossier.")


def _approve(desk: Desk, case: Case, form: Form, _folder: Path) -> str:
    wanted = unb64(form.get("message", ""))
    desk.note(case, approve(case, desk.signer.public, _field(form, "text"), wanted))
    return _("It stands in the dossier.")


def _purge(desk: Desk, case: Case, _form: Form, _folder: Path) -> str:
    stone = desk.purge(case)
    gone = _("Destroyed. From %(day)s on nothing can open it any more.") % {"day": day_in_words(stone.gone)}
    paths = [_("A file of it may still lie here: %(path)s") % {"path": harmless(str(path))} for path in stone.paths]
    return " ".join([gone, *paths, _("Make a new backup now, and delete the older ones: the case is still in them.")])


ENDINGS: dict[str, Act] = {
    "close": _close,
    "reopen": _reopen,
    "ask-purge": _ask,
    "approve": _approve,
    "purge": _purge,
}


def _field(form: Form, name: str) -> str:
    return form.get(name, "").replace("\r\n", "\n").strip("\n")
