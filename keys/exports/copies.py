"""What somebody whom a report is about may be given, AVG art. 15, and what the board is told: no word of who told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.cases import summarise
from keys.exports.blacking import Blacking
from keys.exports.case_file import identity_texts, outcome_facts
from keys.exports.document import Document, Table
from keys.exports.tables import shown
from keys.speech.bodies import Reading
from keys.speech.register import columns_in_words, entries
from keys.speech.words import _, date, harmless, language
from keys.wire import kinds

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from keys.cases import Case, Said
    from keys.sync import Trust

QUOTE = 3  # so many words on end are a quotation
_TOLD = ("number", "received", "nature", "closed", "outcome", "until")


def copy_for_concerned(
    case: Case, trust: Trust, own: bytes, until: int | None, made: str, forms: Collection[str]
) -> Document:
    """Return what the person whom a case is about may read: days, nature, outcome, and the `forms` that were chosen.

    No word of the reporter is in it: what recipients wrote is blacked where it quotes one.
    """
    blacking = _blacking(case)
    [*_old, line] = entries([summarise(case, own)], trust, {case.id: until})
    heads = columns_in_words()
    reading = Reading(case, trust.recipients_by_id, trust.roster.policy)
    rows = [
        [date(said.day), blacking.apply("\n".join(reading.beside(said)))]
        for said in case.dossier.said
        if form_id(said) in forms
    ]
    tables = [Table(_("Forms of the case"), (_("day"), _("text")), rows)] if rows else []
    roles = sorted(
        {harmless(trust.recipients_by_id[name].role) for name in case.readers if name in trust.recipients_by_id}
    )
    return Document(
        title=_("%(organisation)s: what is kept of you in case %(number)s")
        % {"organisation": harmless(trust.roster.policy.organisation), "number": case.number},
        made=made,
        language=language(),
        facts=[
            *((heads[name], shown(line, name, blacking)) for name in _TOLD),
            *outcome_facts(case, blacking),
            (_("who can read it"), ", ".join(roles)),
            (_("where it comes from"), _("a report; the law protects whoever made it, and does not let us say who")),
            (
                _("your rights"),
                _("to have it corrected, limited or erased, to object, and to complain to the privacy authority"),
            ),
        ],
        tables=tables,
        left_out=[
            _("The report, the talk with the reporter, their files, and who it was."),
            _("Words of the reporter, which are black where somebody wrote them again."),
            _("Notes of those who handle the case, and forms that were not chosen."),
        ],
    )


def notice(case: Case, trust: Trust, own: bytes, made: str) -> Document:
    """Return what the board is told of a case: its number, the day and its nature."""
    [*_old, line] = entries([summarise(case, own)], trust, {case.id: None})
    heads, blacking = columns_in_words(), _blacking(case)
    return Document(
        title=_("%(organisation)s: notice of case %(number)s")
        % {"organisation": harmless(trust.roster.policy.organisation), "number": case.number},
        made=made,
        language=language(),
        facts=[(heads[name], shown(line, name, blacking)) for name in ("number", "received", "nature")],
        left_out=[_("Everything else: who reported, what was reported, and whom it is about.")],
    )


def form_id(said: Said) -> str | None:
    """Return the id of the form that a message is, or None."""
    body = said.message.head.body
    return body.form if isinstance(body, kinds.Filled) else None


def reporters_texts(case: Case) -> list[str]:
    """Return every text of the reporter."""
    return [text for said in case.said if said.author is None for text in _texts(said)]


def marks(case: Case) -> Iterator[str]:
    """Yield what in the reporter's texts can tell by itself who wrote, saw or knows something.

    It is who they are, and each word that has a digit or an at sign, or a capital where no sentence begins.
    """
    yield from identity_texts(case)
    for text in reporters_texts(case):
        words = text.split()
        for before, word in zip([".", *words], words, strict=False):
            inside = before[-1] not in ".!?:" and word.lstrip("\"'(“‘")[:1].isupper()
            if inside or "@" in word or any(one.isdigit() for one in word):
                yield word


def _blacking(case: Case) -> Blacking:
    return Blacking.of_runs(reporters_texts(case), QUOTE) | Blacking.of_words(marks(case))


def _texts(said: Said) -> Iterator[str]:
    body = said.message.head.body
    yield said.text
    if isinstance(body, kinds.Report):
        yield from body.answers.values()
        yield body.about.others
    yield from (file.name for file in said.message.head.files)
