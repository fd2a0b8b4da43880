"""Exports of a case for people outside, and corrections of its line in the register."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from keys.cases.register import FIELDS, correction
from keys.cases.requests import grounds
from keys.downloads import distinct, own_folder
from keys.errors import RecordError
from keys.exports import CASE, COPY, FORMATS, NOTICE, Export, chosen_ground, form_id, ground_in_words
from keys.policy import date_of
from keys.wording.bodies import FILES
from keys.wording.cases import worded
from keys.wording.register import field_in_words
from keys.wording.words import _, harmless, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from keys.cases import Case
    from keys.inbox.forms import Written
    from keys.policy import Policy
    from keys.sync import RecipientSession

OFFERED = (CASE, COPY, NOTICE)


@dataclass(frozen=True, slots=True)
class Exports:
    """The exports that the page of a case offers: each as the value of a form and in words."""

    kinds: list[tuple[str, str]]
    formats: tuple[str, ...]
    grounds: list[tuple[int, str]]
    forms: list[tuple[str, str]]  # the forms in the dossier
    fields: list[tuple[str, str]]  # of the register

    @classmethod
    def of(cls, case: Case, policy: Policy) -> Self:
        """Return the exports that are offered for a case."""
        names = {form.id: worded(form.name) for form in policy.forms}
        filled = dict.fromkeys(form for message in case.dossier if (form := form_id(message)) is not None)
        return cls(
            kinds=[(kind, _(FILES[kind])) for kind in OFFERED],
            formats=FORMATS,
            grounds=[(number, ground_in_words(ground)) for number, ground in enumerate(grounds(case), 1)],
            forms=[(form, names.get(form) or one_line(form)) for form in filled],
            fields=[(name, field_in_words(name)) for name in FIELDS],
        )


def write(
    session: RecipientSession, export: Callable[[Path], Export], cases: Sequence[Case], folder: Path, name: str
) -> str:
    """Write a file into a private folder, under a name that is not taken, and say where it is."""
    place = own_folder(folder)
    stem, _dot, ending = name.rpartition(".")
    wanted = f"{stem}-{date_of(session.today).isoformat()}.{ending}"
    free = distinct(wanted, [path.name for path in place.iterdir()])
    path = export(place / free).make(session, cases)
    return _("Written: %(path)s. Read it before you hand it over, and delete it when it has served.") % {
        "path": harmless(str(path))
    }


def checked_ending(ending: str) -> str:
    """Return the extension of the chosen format; raise RecordError for another."""
    if ending not in FORMATS:
        raise RecordError(", ".join(FORMATS))
    return ending


def _export(written: Written) -> str:
    what, number = written.field("what"), written.number("ground")
    if what not in OFFERED:
        raise RecordError
    ground = chosen_ground([*grounds(written.case)], number) if what == CASE and number else None
    forms = tuple(written.form.getlist("forms"))
    return write(
        written.session,
        lambda path: Export(what, path, written.text, ground, forms),
        [written.case],
        written.folder / f"meldbus-{written.case.number}",
        f"{what}{checked_ending(written.field('format'))}",
    )


def _correct(written: Written) -> str:
    return written.record(correction(written.field("field"), written.field("value").strip(), written.text))


EXPORTS: dict[str, Callable[[Written], str]] = {"export": _export, "correct": _correct}
