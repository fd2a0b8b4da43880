"""The register in words: a line, how a report came, what a case ended in; every word of a stranger is harmless."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases import case_number, closing, register
from keys.speech.cases import names_in_words, topic_in_words, worded
from keys.speech.words import _, date, harmless, one_line
from keys.wire.kinds import Entered

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from keys.cases import Line, Overview, Summary
    from keys.policy import Policy
    from keys.roster import Recipient
    from keys.sync import Tombstone, Trust


def _mark(text: str) -> str:
    return text


OUTCOMES = {
    closing.ARRANGEMENT: _mark("an arrangement between those concerned"),
    closing.ADAPTED: _mark("adapted work"),
    closing.GUIDANCE: _mark("guidance or control"),
    closing.INTERVENTION: _mark("an intervention towards third parties"),
    closing.ORDER: _mark("an order measure, from a warning to dismissal"),
    closing.NONE: _mark("no measure"),
    closing.REFERRED: _mark("referred to somebody else"),
    closing.NOT_ENOUGH: _mark("not enough information"),
    closing.UNFOUNDED: _mark("unfounded"),
    closing.WITHDRAWN: _mark("withdrawn by the reporter"),
}
WAYS = {
    register.ONLINE: _mark("through the site"),
    "phone": _mark("by phone, written down by a recipient"),
    "in-person": _mark("in person, written down by a recipient"),
    "letter": _mark("by letter, written down by a recipient"),
}
TOLD = {"phone": _mark("by phone"), "in-person": _mark("face to face"), "letter": _mark("by letter")}
assert TOLD.keys() == {*Entered.WAYS}
assert WAYS.keys() == {register.ONLINE, *Entered.WAYS}
FIELDS = {
    register.RECEIVED: _mark("received"),
    register.ACKNOWLEDGED: _mark("acknowledged"),
    register.INFORMED: _mark("board informed"),
    register.CLOSED: _mark("closed"),
    register.NATURE: _mark("nature"),
    register.WAY: _mark("how it came"),
    register.OUTCOME: _mark("outcome"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the register in words, days as 2026-03-02; `case` is whose it is.

    `changed` says who changed it when and why, where it took the place of another; a line that no longer counts
    `is_old`.
    """

    case: bytes
    number: str
    received: str
    acknowledged: str
    nature: str
    way: str
    readers: str
    informed: str
    outcome: str
    closed: str
    until: str
    changed: str
    is_old: bool


def entries(summaries: Iterable[Summary], trust: Trust, until: Mapping[bytes, int | None]) -> list[Entry]:
    """Return the lines of cases, by the day of receipt and then by number; `until` says to which day each is kept."""
    found = []
    for summary in sorted(summaries, key=lambda one: (one.happened.received, one.number)):
        for at, line in enumerate(summary.lines):
            is_old = at < len(summary.lines) - 1
            kept = line.until if is_old else until[summary.id]
            found.append(_entry(summary, line, trust, kept, is_first=at == 0, is_old=is_old))
    return found


def outcome_in_words(outcome: str) -> str:
    """Return what a case ended in; a later version may know others."""
    return _(OUTCOMES[outcome]) if outcome in OUTCOMES else one_line(outcome)


def way_in_words(way: str) -> str:
    """Return how a report came."""
    return _(WAYS[way]) if way in WAYS else one_line(way)


def field_in_words(name: str) -> str:
    """Return what a field of the register is called."""
    return _(FIELDS[name]) if name in FIELDS else one_line(name)


def columns_in_words() -> dict[str, str]:
    """Return the heads of the register's columns, by the name of the field of an entry."""
    return {
        "number": _("case"),
        "received": _("received"),
        "acknowledged": _("acknowledged"),
        "nature": _("nature"),
        "way": _("how it came"),
        "readers": _("recipients"),
        "informed": _("board informed"),
        "outcome": _("outcome"),
        "closed": _("closed"),
        "until": _("kept until"),
        "changed": _("changed"),
    }


def grave_columns_in_words() -> tuple[str, ...]:
    """Return the heads of what `grave_in_words` returns."""
    return _("case"), _("received"), _("closed"), _("nature"), _("outcome"), _("destroyed"), _("gone from")


def grave_in_words(stone: Tombstone, policy: Policy) -> Sequence[str]:
    """Return what stays of a destroyed case: number, received, closed, nature, outcome, destroyed, gone."""
    body = stone.body
    return (
        case_number(stone.case),
        date(body.received),
        date(body.closed),
        topic_in_words(policy, body.topic, body.category),
        outcome_in_words(body.outcome) or "-",
        date(stone.day),
        date(stone.gone),
    )


def refused_in_words() -> str:
    """Return what a tombstone is that nothing allows."""
    return _("ALARM: somebody told the tools to destroy a case, which nothing allows. It was kept.")


def counts_in_words(found: Overview, policy: Policy) -> list[tuple[str, str]]:
    """Return a year's counts by the names of the topics, and all together where that is shown."""
    names = {topic.id: worded(topic.name) for topic in policy.topics}
    rows = [(names[topic], _count(count)) for topic, count in found.counts.items()]
    rows.append((_("topics of an earlier policy"), _count(found.others)))
    return [*rows, *([] if found.total is None else [(_("together"), str(found.total))])]


def _count(count: int | None) -> str:
    return _("fewer than 5") if count is None else str(count)


def _entry(summary: Summary, line: Line, trust: Trust, kept: int | None, *, is_first: bool, is_old: bool) -> Entry:
    nature = topic_in_words(trust.roster.policy, line.topic, line.category)
    return Entry(
        case=summary.id,
        number=summary.number,
        received=one_line(line.date(register.RECEIVED)),
        acknowledged=one_line(line.date(register.ACKNOWLEDGED)),
        nature=one_line(line.corrected.get(register.NATURE, "")) or nature,
        way=one_line(line.corrected.get(register.WAY, "")) or way_in_words(line.way),
        readers=names_in_words(summary.readers, trust.recipients_by_id),
        informed=one_line(line.date(register.INFORMED)),
        outcome=one_line(line.corrected.get(register.OUTCOME, "")) or outcome_in_words(line.outcome),
        closed=one_line(line.date(register.CLOSED)),
        until="" if kept is None else date(kept),
        changed="" if is_first else _changed(line, trust.recipients_by_id),
        is_old=is_old,
    )


def _changed(line: Line, people: Mapping[bytes, Recipient]) -> str:
    author = people.get(line.by) if line.by else None
    who = harmless(author.name) if author else _("reporter")
    words = f"{date(line.day)} · {who}"
    return f"{words}: {one_line(line.reason)}" if line.reason else words
