"""The file of a case for an authority: what it is in the register, and every message; who the reporter is seldom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.cases import summarise
from keys.exports.blacking import Blacking
from keys.exports.document import Document, Table
from keys.exports.tables import shown
from keys.speech.bodies import Reading
from keys.speech.cases import author_in_words, kind_in_words
from keys.speech.register import columns_in_words, entries
from keys.speech.words import _, date, harmless, language, one_line, size_in_words
from keys.wire import kinds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keys.cases import Case, Said
    from keys.sync import Trust


def case_file(case: Case, trust: Trust, own: bytes, until: int | None, made: str, *, identity: bool) -> Document:
    """Return the file of a case that is kept to the day `until`; with `identity` it says who the reporter is.

    Without it neither the compartment nor a word of it is in it.
    """
    blacking = Blacking() if identity else Blacking.of_words(identity_texts(case))
    reading = Reading(case, trust.recipients_by_id, trust.roster.policy, identity=identity)
    [*_old, line] = entries([summarise(case, own)], trust, {case.id: until})
    heads = columns_in_words()
    facts = [(heads[name], shown(line, name, blacking)) for name in heads if name != "changed"]
    facts += [(_("It concerns"), blacking.apply(reading.concerned())), *outcome_facts(case, blacking)]
    said = [*((one, _("talk")) for one in case.said), *((one, _("dossier")) for one in case.dossier.said)]
    said.sort(key=lambda pair: pair[0].day)
    rows = [
        [
            where,
            date(one.day),
            author_in_words(one),
            kind_in_words(one),
            blacking.apply("\n".join(reading.lines(one))),
            blacking.apply("\n".join(_files(one))),
        ]
        for one, where in said
        if identity or not _tells(one)
    ]
    talk = Table(_("The messages, in order"), (_("where"), _("day"), _("who"), _("what"), _("text"), _("files")), rows)
    return Document(
        title=_("%(organisation)s: case %(number)s")
        % {"organisation": harmless(trust.roster.policy.organisation), "number": case.number},
        made=made,
        language=language(),
        facts=facts,
        tables=[talk],
        left_out=[*_left_out(case, [one for one, _where in said if _tells(one)], identity=identity)],
    )


def outcome_facts(case: Case, blacking: Blacking) -> Iterator[tuple[str, str]]:
    """Yield what was done and on what grounds."""
    said = case.dossier.latest(kinds.Outcome)
    body = said.message.head.body if said else None
    if isinstance(body, kinds.Outcome):
        yield _("measures"), blacking.apply(harmless(body.measures))
        yield _("grounds"), blacking.apply(harmless(body.grounds))


def identity_texts(case: Case) -> list[str]:
    """Return what the reporter has said of who they are."""
    return [said.text for said in case.said if isinstance(said.message.head.body, kinds.Identity)]


def _tells(said: Said) -> bool:
    """Say whether a message tells who the reporter is, or that and why somebody looked."""
    return isinstance(said.message.head.body, kinds.Identity | kinds.Revealed)


def _left_out(case: Case, hidden: Sequence[Said], *, identity: bool) -> Iterator[str]:
    if hidden and not identity:
        days = ", ".join(f"{kind_in_words(one)} ({date(one.day)})" for one in hidden)
        yield _("Who the reporter is: %(messages)s. Words of it are black in the other texts.") % {"messages": days}
    if any(said.message.head.files for said in (*case.said, *case.dossier.said)):
        yield _("The files themselves; their digests are here, and SPEC.md, section 4.4, says how to check them.")
    if case.alarms or case.dossier.alarms:
        yield _("Messages that were spoilt, or that nobody may say.")
    yield _("The signatures: `meldbus verify-proof` checks a proof that the reporter has made.")


def _files(said: Said) -> Iterator[str]:
    for file in said.message.head.files:
        parts = [one_line(file.name), size_in_words(file.size), one_line(file.type), f"SHA-256/MiB {file.digest.hex()}"]
        yield " · ".join(filter(None, parts))
