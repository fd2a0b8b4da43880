"""A submitted form of the page of a case."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keys.errors import RecordError
from keys.policy import day_number
from keys.sync import actions
from keys.wire.canonical import unb64
from keys.wire.ids import PERSON_SIZE, PersonId
from keys.wording.words import _

if TYPE_CHECKING:
    from pathlib import Path

    from werkzeug.datastructures import MultiDict

    from keys.cases import Case
    from keys.policy import Policy
    from keys.sync import RecipientSession
    from keys.sync.delivery import Watch
    from keys.wire.messages import Body


@dataclass(frozen=True, slots=True)
class Written:
    """A submitted form: its session, its case as the page showed it, and a `folder` for files."""

    session: RecipientSession = field(repr=False)
    case: Case = field(repr=False)
    form: MultiDict[str, str] = field(repr=False)
    folder: Path
    watch: Watch  # stops long tasks when the inbox is locked

    @property
    def text(self) -> str:
        """The field `text`."""
        return self.field("text")

    @property
    def policy(self) -> Policy:
        """The policy of the roster in force."""
        return self.session.trust().roster.policy

    @property
    def people(self) -> tuple[PersonId, ...]:
        """The chosen people; raises MalformedError for a value that no page of ours has."""
        return people_of(self.form)

    def field(self, name: str) -> str:
        """Return the value of a field, or ""."""
        return field_of(self.form, name)

    def day(self, name: str) -> int:
        """Return the day in a field; raise RecordError without one."""
        try:
            return day_number(dt.date.fromisoformat(self.field(name)))
        except ValueError:
            raise RecordError(_("a day")) from None

    def number(self, name: str) -> int | None:
        """Return the number in a field, None if it is empty; raise RecordError if it is not a number."""
        text = self.field(name).strip()
        if text and not (text.isascii() and text.isdigit()):
            raise RecordError(_("a number"))
        return int(text) if text else None

    def record(self, body: Body) -> str:
        """Write into the dossier, and say so."""
        actions.write(self.session, self.case, body)
        return recorded()


def recorded() -> str:
    """Return the sentence for a new record in the dossier."""
    return _("It is in the dossier. Your colleagues see it when you have locked.")


def field_of(form: MultiDict[str, str], name: str) -> str:
    """Return the value of a field, or ""."""
    # A form sends each end of a line as two characters; a terminal sends one.
    return form.get(name, "").replace("\r\n", "\n").strip("\n")


def people_of(form: MultiDict[str, str], name: str = "people") -> tuple[PersonId, ...]:
    """Return the people chosen in a field; raise MalformedError for a value that names nobody."""
    return tuple(sorted({PersonId(unb64(one, PERSON_SIZE)) for one in form.getlist(name)}))
