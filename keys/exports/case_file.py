"""The file of a case for an authority: its line of the register and every message, with or without the reporter."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from keys.cases.summary import summarise
from keys.exports.document import Document, Table
from keys.exports.redaction import Redaction
from keys.exports.tables import shown
from keys.wire.messages import DOSSIER, Identity, Outcome, Revealed
from keys.wording.bodies import Reading
from keys.wording.cases import author_in_words, kind_in_words, standing_in_words
from keys.wording.register import columns_in_words, entries
from keys.wording.words import _, date, harmless, language, one_line, size_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keys.cases.case import Case
    from keys.cases.thread import JudgedMessage
    from keys.sync import Trust
    from keys.wire.ids import PersonId


def case_file(case: Case, trust: Trust, own: PersonId, made: str, *, identity: bool) -> Document:
    """Return the file of a case; with `identity` it says who the reporter is.

    Without it, the file has neither the compartment nor a word of it, and no names of attached files.
    """
    redaction = Redaction() if identity else Redaction.of_words(identity_texts(case))
    reading = Reading(case, trust.persons, trust.roster.policy, identity=identity)
    [*_old, line] = entries([summarise(case, own)], trust)
    heads = columns_in_words()
    facts = [(heads[name], shown(line, name, redaction)) for name in heads if name != "changed"]
    facts += [(_("It concerns"), redaction.apply(reading.concerned())), *outcome_facts(case, redaction)]
    messages = [message for message in case.messages if message.is_shown]
    rows = [
        [
            _("dossier") if message.head.channel == DOSSIER else _("conversation"),
            date(message.day),
            author_in_words(message, trust.persons),
            "\n".join(filter(None, [kind_in_words(message.kind), standing_in_words(message)])),
            redaction.apply("\n".join(reading.lines(message))),
            "\n".join(_files(message, identity=identity)),
        ]
        for message in messages
        if identity or not _tells(message)
    ]
    heads_of_messages = (_("where"), _("day"), _("who"), _("what"), _("text"), _("files"))
    return Document(
        title=_("%(organisation)s: case %(number)s")
        % {"organisation": harmless(trust.roster.policy.organisation), "number": case.number},
        made=made,
        language=language(),
        facts=facts,
        tables=[Table(_("The messages, in order"), heads_of_messages, rows)],
        left_out=[*_left_out(case, [message for message in messages if _tells(message)], identity=identity)],
    )


def outcome_facts(case: Case, redaction: Redaction) -> Iterator[tuple[str, str]]:
    """Yield the measures and grounds of the outcome."""
    message = case.latest(Outcome)
    if message is not None and isinstance(message.body, Outcome):
        yield _("measures"), redaction.apply(harmless(message.body.measures))
        yield _("grounds"), redaction.apply(harmless(message.body.grounds))


def identity_texts(case: Case) -> list[str]:
    """Return the texts in which the reporter has identified themselves."""
    return [message.text for message in case.thread if isinstance(message.body, Identity)]


def _tells(message: JudgedMessage) -> bool:
    """Say whether a message identifies the reporter, or says that somebody looked and why."""
    return isinstance(message.body, Identity | Revealed)


def _left_out(case: Case, hidden: Sequence[JudgedMessage], *, identity: bool) -> Iterator[str]:
    has_files = any(message.files for message in case.messages if message.is_shown)
    if hidden and not identity:
        days = ", ".join(f"{kind_in_words(one.kind)} ({date(one.day)})" for one in hidden)
        yield _("Who the reporter is: %(messages)s. Words of it are black in the other texts.") % {"messages": days}
    if has_files:
        yield _("The files themselves; their digests are here, and SPEC.md, section 4.4, says how to check them.")
    if has_files and not identity:
        yield _("The names of the files, which can tell who made them.")
    if any(not message.is_shown for message in case.messages):
        yield _("Messages that their authors may not write.")
    if case.missing:
        yield _("Messages that others have read and that have not come to the maker of this file.")
    yield _("The signatures: `meldbus verify-proof` checks a proof that the reporter has made.")


def _files(message: JudgedMessage, *, identity: bool) -> Iterator[str]:
    for number, file in enumerate(message.files, 1):
        name = one_line(file.name if identity else f"{number}{PurePath(file.name).suffix}")
        parts = [name, size_in_words(file.size), one_line(file.type), f"SHA-256/MiB {file.digest.hex()}"]
        yield " · ".join(filter(None, parts))
