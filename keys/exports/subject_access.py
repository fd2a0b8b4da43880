"""The copy for a person whom a report is about (AVG art. 15), and the notice for the board: no word of the reporter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.cases.summary import summarise
from keys.exports.case_file import outcome_facts
from keys.exports.document import Document, Table
from keys.exports.redaction import Redaction
from keys.wire.messages import Form, Report
from keys.wording.bodies import Reading
from keys.wording.register import columns_in_words, entries
from keys.wording.words import _, date, harmless, language

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from keys.cases.case import Case
    from keys.cases.thread import JudgedMessage
    from keys.sync import Trust
    from keys.wire.ids import PersonId

QUOTE = 3  # this many words in a row are a quotation
_TOLD = ("number", "received", "nature", "closed", "outcome", "until")


def copy_for_concerned(
    case: Case, trust: Trust, own: PersonId, made: str, forms: Collection[str], *, outcome: bool
) -> Document:
    """Return the copy for the person whom a case is about: days, nature, outcome, and the `forms` that were chosen.

    With `outcome` it also has measures and grounds. In texts of recipients, words of the reporter that are not in
    common use are blacked, and every word with a capital letter: it can be the name of a witness.
    """
    redaction = _redaction(case)
    reading = Reading(case, trust.persons, trust.roster.policy)
    rows = [
        [date(message.day), redaction.apply("\n".join(reading.beside(message)))]
        for message in case.dossier
        if message.counts and form_id(message) in forms
    ]
    tables = [Table(_("Forms of the case"), (_("day"), _("text")), rows)] if rows else []
    roles = sorted({harmless(trust.persons[person].role) for person in case.readers if person in trust.persons})
    return Document(
        title=_("%(organisation)s: what is kept of you in case %(number)s")
        % {"organisation": harmless(trust.roster.policy.organisation), "number": case.number},
        made=made,
        language=language(),
        facts=[
            *_line(case, trust, own, redaction, _TOLD),
            *(outcome_facts(case, redaction) if outcome else ()),
            (_("who can read it"), ", ".join(roles)),
            (
                _("where it comes from"),
                _("a report; the law protects the person who made it, and does not let us say who"),
            ),
            (
                _("your rights"),
                _("to have it corrected, limited or erased, to object, and to complain to the privacy authority"),
            ),
        ],
        tables=tables,
        left_out=[
            _("The report, the conversation with the reporter, their files, and who it was."),
            _("Words of the reporter, and names: they are black where somebody wrote them again."),
            _("Notes of those who handle the case, and forms that were not chosen."),
        ],
    )


def notice(case: Case, trust: Trust, own: PersonId, made: str) -> Document:
    """Return the notice of a case for the board: its number, the day and its nature."""
    return Document(
        title=_("%(organisation)s: notice of case %(number)s")
        % {"organisation": harmless(trust.roster.policy.organisation), "number": case.number},
        made=made,
        language=language(),
        facts=[*_line(case, trust, own, _redaction(case), ("number", "received", "nature"))],
        left_out=[_("Everything else: who reported, what was reported, and whom it is about.")],
    )


def form_id(message: JudgedMessage) -> str | None:
    """Return the id of the form in a message, or None."""
    return message.body.form if isinstance(message.body, Form) else None


def reporters_texts(case: Case) -> list[str]:
    """Return every text of the reporter."""
    return [text for message in case.thread if message.by_reporter for text in _texts(message)]


def _line(
    case: Case, trust: Trust, own: PersonId, redaction: Redaction, names: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Yield fields of the case's line of the register. Typed corrections are redacted."""
    summary = summarise(case, own)
    [*_old, line] = entries([summary], trust)
    heads = columns_in_words()
    for name in names:
        value: str = getattr(line, name)
        yield heads[name], redaction.apply(value) if name in summary.line.corrected else value


def _redaction(case: Case) -> Redaction:
    texts = reporters_texts(case)
    return Redaction.of_runs(texts, QUOTE) | Redaction.of_words(texts, capitals=True)


def _texts(message: JudgedMessage) -> Iterator[str]:
    yield message.text
    if isinstance(message.body, Report):
        yield from message.body.answers.values()
        yield message.body.about.others
    yield from (file.name for file in message.files)
