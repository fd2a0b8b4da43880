"""Files that are made of a case, and corrections of its line in the register: from a form to the desk, and offered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases import correction, grounds
from keys.cases.register import FIELDS
from keys.errors import RecordError
from keys.exports import CASE, COPY, FORMATS, NOTICE, Export, chosen_ground, form_id, ground_in_words
from keys.policy import date_of
from keys.saving import distinct, own_folder
from keys.speech.bodies import FILES
from keys.speech.cases import worded
from keys.speech.register import field_in_words
from keys.speech.words import _, harmless, one_line
from keys.sync import Served

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from werkzeug.datastructures import MultiDict

    from keys.cases import Case
    from keys.policy import Policy
    from keys.sync import Desk

    Form = MultiDict[str, str]
    Act = Callable[[Desk, Case, Form, Path], str]

OFFERED = (CASE, COPY, NOTICE)


@dataclass(frozen=True, slots=True)
class Papers:
    """What the page of a case offers to make: each as the value of a form and in words."""

    kinds: list[tuple[str, str]]
    formats: tuple[str, ...]
    grounds: list[tuple[int, str]]
    forms: list[tuple[str, str]]  # those that the dossier has
    fields: list[tuple[str, str]]  # of the register

    @classmethod
    def of(cls, case: Case, policy: Policy) -> Papers:
        """Return what is offered for a case."""
        names = {form.id: worded(form.name) for form in policy.forms}
        filled = {name: names.get(name) or one_line(name) for name in map(form_id, case.dossier.said) if name}
        return cls(
            kinds=[(what, _(FILES[what])) for what in OFFERED],
            formats=FORMATS,
            grounds=[(at, ground_in_words(one)) for at, one in enumerate(grounds(case), 1)],
            forms=[*filled.items()],
            fields=[(name, field_in_words(name)) for name in FIELDS],
        )


def write(desk: Desk, export: Callable[[Path], Export], cases: Sequence[Case], folder: Path, name: str) -> str:
    """Write a file into a folder of ours, under a name that is not taken, and say where it is."""
    place = own_folder(folder)
    day = date_of(Served.fetch(desk.courier).day).isoformat()
    stem, _dot, ending = name.rpartition(".")
    free = distinct(f"{stem}-{day}.{ending}", [path.name for path in place.iterdir()])
    path = export(place / free).make(desk, cases)
    return _("Written: %(path)s. Read it before you hand it over, and delete it when it has served.") % {
        "path": harmless(str(path))
    }


def ending_of(form: Form) -> str:
    """Return the ending of the format that was chosen; raise RecordError for another."""
    ending = form.get("format", "")
    if ending not in FORMATS:
        raise RecordError(", ".join(FORMATS))
    return ending


def _export(desk: Desk, case: Case, form: Form, folder: Path) -> str:
    what, number = form.get("what", ""), form.get("ground", 0, type=int)
    if what not in OFFERED:
        raise RecordError
    ground = chosen_ground([*grounds(case)], number) if what == CASE and number else None
    purpose, forms = form.get("text", "").replace("\r\n", "\n").strip("\n"), tuple(form.getlist("forms"))
    name = f"{what}{ending_of(form)}"
    return write(
        desk,
        lambda path: Export(what, path, purpose, ground, forms),
        [case],
        folder / f"meldbus-{case.number}",
        name,
    )


def _correct(desk: Desk, case: Case, form: Form, _folder: Path) -> str:
    why = form.get("text", "").replace("\r\n", "\n").strip("\n")
    desk.note(case, correction(form.get("field", ""), form.get("value", "").strip(), why))
    return _("It stands in the dossier.")


PAPERS: dict[str, Act] = {"export": _export, "correct": _correct}
