"""A file made of cases: recorded in each of their dossiers and remembered with its path, and only then written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases import kept_until, summarise
from keys.errors import ExistsError, FileNameError, NoGroundError, UnreadableError
from keys.exports.blacking import Blacking
from keys.exports.case_file import case_file, identity_texts
from keys.exports.copies import copy_for_concerned, notice
from keys.exports.formats import FORMATS, render
from keys.exports.tables import register_table
from keys.identity import write_new
from keys.speech.register import entries
from keys.speech.words import _, date, harmless, one_line
from keys.sync import Served, load_trust, unwatched
from keys.wire import kinds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from keys.cases import Case, Said
    from keys.exports.document import Document
    from keys.sync import Desk
    from keys.sync.post import Watch

# What a file can be; so it stands in the dossier.
CASE, COPY, NOTICE, REGISTER = "case", "copy", "notice", "register"


@dataclass(frozen=True, slots=True)
class Export:
    """A file to be made at `path` for a `purpose`: for whom, and what for.

    Of a case, it says who the reporter is only with a `ground`; a copy has these `forms` in it, by their ids.
    """

    what: str
    path: Path
    purpose: str
    ground: Said | None = None
    forms: tuple[str, ...] = ()

    def make(self, desk: Desk, cases: Sequence[Case], watch: Watch = unwatched) -> Path:
        """Make it of one case, or the register of several, and return its whole path.

        It is recorded in every case, then its path is remembered, then it is written: what could not be written stands
        in the dossier all the same. Raises FileNameError, ExistsError and UnreadableError before any of that where no
        file can come here, and what `note` raises.
        """
        self._check()
        path = self.path.absolute()
        content = render(self._document(desk, cases, Served.fetch(desk.courier).day), path.suffix)
        for done, case in enumerate(cases):
            watch(done, len(cases))
            desk.note(case, self._record())
            with desk.vault.transaction():
                desk.vault.graves.note_export(case.id, path)
        write_new(path, content)
        watch(len(cases), len(cases))
        return path

    def _check(self) -> None:
        if self.path.suffix not in FORMATS:
            raise FileNameError(one_line(str(self.path)))
        if not self.path.parent.is_dir():
            raise UnreadableError(one_line(str(self.path.parent)))
        if self.path.exists() or self.path.is_symlink():
            raise ExistsError(one_line(str(self.path)))

    def _record(self) -> kinds.Exported:
        text = f"{self.purpose}\n{ground_in_words(self.ground)}" if self.ground and self.purpose else self.purpose
        return kinds.Exported(self.what, identity=self.ground is not None, text=text)

    def _document(self, desk: Desk, cases: Sequence[Case], day: int) -> Document:
        trust, own = load_trust(desk.vault), desk.signer.public
        policy = trust.roster.policy
        summaries = [summarise(case, own) for case in cases]
        until = {one.id: kept_until(one, policy) for one in summaries}
        made = _("Made by %(name)s on %(day)s. Confidential.")
        made %= {"name": harmless(trust.recipients_by_id[own].name), "day": date(day)}
        if self.what == REGISTER:
            black = {case.id: Blacking.of_words(identity_texts(case)) for case in cases}
            return register_table(entries(summaries, trust, until), black, desk.tombstones(), trust, made)
        [case] = cases
        if self.what == NOTICE:
            return notice(case, trust, own, made)
        if self.what == COPY:
            return copy_for_concerned(case, trust, own, until[case.id], made, self.forms)
        return case_file(case, trust, own, until[case.id], made, identity=self.ground is not None)


def register_cases(desk: Desk) -> list[Case]:
    """Return the cases that stand in our register: all that we can open, without those we have stepped back from."""
    return [case for case, _alarms in desk.cases() if desk.signer.public not in case.stepped_back]


def chosen_ground(found: Sequence[Said], number: int) -> Said:
    """Return one of some grounds by its number, from 1; raise NoGroundError where there is none."""
    if not 1 <= number <= len(found):
        raise NoGroundError
    return found[number - 1]


def ground_in_words(ground: Said) -> str:
    """Return on what ground somebody is told who the reporter is, on one line."""
    body = ground.message.head.body
    if isinstance(body, kinds.Request):
        words = {"day": date(ground.day), "to": one_line(body.to), "what": one_line(body.what)}
        return _("consent to what was asked on %(day)s: %(what)s, to %(to)s") % words
    return _("legal demand of %(day)s, which a second recipient has approved of") % {"day": date(ground.day)}
