"""What can be done with a case, from the fields of a form to the desk; each returns what the page says of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases import categorise, fill, form_of
from keys.errors import ExistsError, RecordError
from keys.inbox.endings import ENDINGS
from keys.inbox.papers import PAPERS
from keys.policy import day_number
from keys.speech.cases import names_in_words
from keys.speech.words import _, harmless
from keys.sync import load_trust
from keys.wire import kinds
from keys.wire.canonical import b64, unb64

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from werkzeug.datastructures import MultiDict

    from keys.cases import Case
    from keys.sync import Desk, Trust

    Form = MultiDict[str, str]
    Act = Callable[[Desk, Case, Form, Path], str]

Person = tuple[str, str]  # how a form names somebody, and name and role


@dataclass(frozen=True, slots=True)
class People:
    """Whom a page offers, by what they may be asked for."""

    readers: list[Person]
    newcomers: list[Person]  # on the roster, not reading, and not left out
    left_out: list[Person]

    @classmethod
    def of(cls, trust: Trust, case: Case, own: bytes) -> People:
        """Return whom the page of a case offers to the recipient `own`."""
        listed = [person.identity for person in trust.roster.recipients]
        out = case.left_out
        others = [name for name in listed if name not in case.readers and name not in out and name != own]
        named = trust.people.newest(out)

        def shown(names: list[bytes]) -> list[Person]:
            pairs = [(b64(name), names_in_words([name], trust.recipients_by_id)) for name in names]
            return sorted(pairs, key=lambda pair: pair[1])

        return cls(shown([name for name in case.readers if name in listed]), shown(others), shown(named))


def _reply(desk: Desk, case: Case, form: Form, _folder: Path) -> str:
    kind = _REPLIES.get(form.get("kind", ""))
    if kind is None:
        raise RecordError
    desk.say(case, kind(_text(form)))
    return _("Sent. The reporter sees it when they come back with their code.")


def _ask(desk: Desk, case: Case, form: Form, _folder: Path) -> str:
    people = _people(form)
    desk.say(case, kinds.Request(_text(form), form.get("to", "").strip(), form.get("what", "").strip(), people))
    return _("Sent. Nothing may be told on before the reporter agrees.")


def _note(desk: Desk, case: Case, form: Form, _folder: Path) -> str:
    return _recorded(desk, case, kinds.Note(_text(form)))


def _assign(desk: Desk, case: Case, form: Form, _folder: Path) -> str:
    return _recorded(desk, case, kinds.Assigned(_people(form)))


def _category(desk: Desk, case: Case, form: Form, _folder: Path) -> str:
    topic, _colon, category = form.get("category", "").partition(":")
    return _recorded(desk, case, categorise(load_trust(desk.vault).roster.policy, topic, category))


def _inform(desk: Desk, case: Case, form: Form, _folder: Path) -> str:
    try:
        day = day_number(dt.date.fromisoformat(form.get("day", "")))
    except ValueError:
        raise RecordError from None
    how, by = form.get("how", "").strip(), form.get("by", "").strip()
    return _recorded(desk, case, kinds.Informed(_people(form), day, how, by, _text(form)))


def _form(desk: Desk, case: Case, form: Form, _folder: Path) -> str:
    known = form_of(load_trust(desk.vault).roster.policy, form.get("form", ""))
    answers = {field.id: form.get(f"field-{field.id}", "") for field in known.fields}
    return _recorded(desk, case, fill(known, answers))


def _hand_over(desk: Desk, case: Case, form: Form, _folder: Path) -> str:
    people = _people(form)
    if not people:
        raise RecordError
    desk.hand_over(case, people, _text(form))
    return _("They can read the case from now on.")


def _step_back(desk: Desk, case: Case, form: Form, _folder: Path) -> str:
    desk.step_back(case, _text(form), _people(form))
    return _("You do not read this case any more.")


def _save(desk: Desk, case: Case, form: Form, folder: Path) -> str:
    place = folder / f"meldbus-{case.number}"
    if place.is_symlink():
        raise ExistsError(str(place))
    saved = list(desk.save(case, place, again=bool(form.get("again"))))
    spoilt = [file.name for file in saved if file.path is None]
    if spoilt:
        return _("ALARM: not what its author signed, and not kept: %(names)s") % {"names": harmless(", ".join(spoilt))}
    if not saved:
        return _("Everything was saved before.")
    return _("Saved in %(folder)s. A file can do harm when it is opened: use a computer that holds nothing else.") % {
        "folder": harmless(str(place))
    }


_REPLIES: dict[str, type[kinds.Words]] = {
    kind.KIND: kind for kind in (kinds.Answer, kinds.Question, kinds.Acknowledgement, kinds.Feedback, kinds.Minutes)
}
ACTS: dict[str, Act] = {
    "reply": _reply,
    "ask": _ask,
    "note": _note,
    "assign": _assign,
    "category": _category,
    "inform": _inform,
    "form": _form,
    "hand-over": _hand_over,
    "step-back": _step_back,
    "save": _save,
    **ENDINGS,
    **PAPERS,
}


def _recorded(desk: Desk, case: Case, body: kinds.Body) -> str:
    desk.note(case, body)
    return _("It stands in the dossier.")


def _text(form: Form) -> str:
    # A form sends every line's end as two characters; a terminal sends one.
    return form.get("text", "").replace("\r\n", "\n").strip("\n")


def _people(form: Form) -> tuple[bytes, ...]:
    return tuple(sorted({unb64(name) for name in form.getlist("people")}))
