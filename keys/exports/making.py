"""Making an export: it is recorded in each dossier, its path is stored, and then the file is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases.summary import summarise
from keys.errors import ExistsError, FileNameError, NoGroundError, UnreadableError
from keys.exports.case_file import case_file, identity_texts
from keys.exports.formats import FORMATS, render
from keys.exports.redaction import Redaction
from keys.exports.subject_access import copy_for_concerned, notice
from keys.exports.tables import register_table
from keys.identity import write_new
from keys.sync import unwatched
from keys.sync.writing import record
from keys.wire.messages import Exported, Request
from keys.wording.cases import person_in_words
from keys.wording.register import entries
from keys.wording.words import _, date, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from keys.cases.case import Case
    from keys.cases.thread import JudgedMessage
    from keys.exports.document import Document
    from keys.sync import RecipientSession
    from keys.sync.delivery import Watch

# The kinds of exports, as the dossier names them.
CASE, COPY, NOTICE, REGISTER = "case", "copy", "notice", "register"


@dataclass(frozen=True, slots=True)
class Export:
    """A file to make at `path` for a `purpose`: for whom, and why.

    A case file says who the reporter is only with a `ground`. A copy includes these `forms`, by their ids, and with
    `outcome` the measures and grounds.
    """

    what: str
    path: Path
    purpose: str
    ground: JudgedMessage | None = None
    forms: tuple[str, ...] = ()
    outcome: bool = False

    def make(self, session: RecipientSession, cases: Sequence[Case], watch: Watch = unwatched) -> Path:
        """Make it from one case, or the register from several, and return its absolute path.

        It is recorded in every case, then its path is stored, then it is written. If it cannot be written, the dossier
        names it all the same. Raises FileNameError, ExistsError and UnreadableError before any of that if no file can
        be made here, and what `record` raises.
        """
        self.check()
        path = self.path.absolute()
        content = render(self._document(session, cases), path.suffix)
        record(session, cases, self._record(), watch)
        with session.vault.transaction():
            for case in cases:
                session.vault.destroyed.note_export(case.id, path)
        write_new(path, content)
        watch(len(cases), len(cases))
        return path

    def check(self) -> None:
        """Raise FileNameError, ExistsError or UnreadableError if no file can be made at the path."""
        if self.path.suffix not in FORMATS:
            raise FileNameError(one_line(str(self.path)))
        if not self.path.parent.is_dir():
            raise UnreadableError(one_line(str(self.path.parent)))
        if self.path.exists() or self.path.is_symlink():
            raise ExistsError(one_line(str(self.path)))

    def _record(self) -> Exported:
        text = f"{self.purpose}\n{ground_in_words(self.ground)}" if self.ground and self.purpose else self.purpose
        return Exported(self.what, identity=self.ground is not None, text=text)

    def _document(self, session: RecipientSession, cases: Sequence[Case]) -> Document:
        trust, own = session.trust(), session.person
        made = _("Made by %(name)s on %(day)s. Confidential.")
        made %= {"name": person_in_words(own, trust.persons), "day": date(session.today)}
        if self.what == REGISTER:
            black = {case.id: Redaction.of_words(identity_texts(case)) for case in cases}
            lines = entries([summarise(case, own) for case in cases], trust)
            return register_table(lines, black, session.vault.destroyed.all(), trust, made)
        [case] = cases
        if self.what == NOTICE:
            return notice(case, trust, own, made)
        if self.what == COPY:
            return copy_for_concerned(case, trust, own, made, self.forms, outcome=self.outcome)
        return case_file(case, trust, own, made, identity=self.ground is not None)


def register_cases(session: RecipientSession) -> list[Case]:
    """Return the cases of the owner's register: all that they read."""
    return session.cases()


def chosen_ground(found: Sequence[JudgedMessage], number: int) -> JudgedMessage:
    """Return a ground by its number, from 1; raise NoGroundError for a number without one."""
    if not 1 <= number <= len(found):
        raise NoGroundError
    return found[number - 1]


def ground_in_words(ground: JudgedMessage) -> str:
    """Return the ground for naming the reporter, on one line."""
    body = ground.body
    if isinstance(body, Request):
        words = {"day": date(ground.day), "to": one_line(body.to), "what": one_line(body.what)}
        return _("consent to what was asked on %(day)s: %(what)s, to %(to)s") % words
    return _("legal demand of %(day)s, which a second person has approved") % {"day": date(ground.day)}
