"""Words for lines of the register, outcomes, published numbers and destroyed cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases import outcomes, register
from keys.cases.destruction import Ended
from keys.wording.cases import names_in_words, person_in_words, topic_in_words, worded
from keys.wording.words import _, date, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from keys.cases.overview import Overview
    from keys.cases.register import Line
    from keys.cases.summary import Summary
    from keys.policy import Policy
    from keys.roster import Recipient
    from keys.sync import Trust
    from keys.vault.destroyed import DestroyedCase
    from keys.wire.ids import CaseId, PersonId


def _mark(text: str) -> str:
    return text


OUTCOMES = {
    outcomes.ARRANGEMENT: _mark("an arrangement between those concerned"),
    outcomes.ADAPTED: _mark("adapted work"),
    outcomes.GUIDANCE: _mark("guidance or control"),
    outcomes.INTERVENTION: _mark("an intervention towards third parties"),
    outcomes.ORDER: _mark("an order measure, from a warning to dismissal"),
    outcomes.NONE: _mark("no measure"),
    outcomes.REFERRED: _mark("referred to somebody else"),
    outcomes.NOT_ENOUGH: _mark("not enough information"),
    outcomes.UNFOUNDED: _mark("unfounded"),
    outcomes.WITHDRAWN: _mark("withdrawn by the reporter"),
}
WAYS = {
    register.ONLINE: _mark("through the site"),
    "phone": _mark("by phone, written down by a recipient"),
    "in-person": _mark("in person, written down by a recipient"),
    "letter": _mark("by letter, written down by a recipient"),
}
TOLD = {"phone": _mark("by phone"), "in-person": _mark("face to face"), "letter": _mark("by letter")}
FIELDS = {
    register.RECEIVED: _mark("received"),
    register.ACKNOWLEDGED: _mark("acknowledged"),
    register.INFORMED: _mark("board informed"),
    register.CLOSED: _mark("closed"),
    register.NATURE: _mark("nature"),
    register.WAY: _mark("how it came"),
    register.OUTCOME: _mark("outcome"),
}
ENDED = {
    Ended.LAST_DAY: _mark("its last day had passed"),
    Ended.READING: _mark("you had not read it for 90 days"),
    Ended.OFF_ROSTER: _mark("you had not been on the list for 90 days"),
    Ended.BY_HAND: _mark("you destroyed your copy"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the register in words, days as 2026-03-02; `case` is the case of the line.

    `changed` says when, by whom and why a line replaced another. `is_old` marks a line that was replaced.
    """

    case: CaseId
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


def entries(summaries: Iterable[Summary], trust: Trust) -> list[Entry]:
    """Return the lines of cases, by the day of receipt and then by number."""
    policy = trust.roster.policy
    return [
        _entry(summary, at, policy, trust.persons)
        for summary in sorted(summaries, key=lambda one: (one.happened.received, one.number))
        for at in range(len(summary.lines))
    ]


def outcome_in_words(outcome: str) -> str:
    """Return the name of an outcome; a later version may have others."""
    return _(OUTCOMES[outcome]) if outcome in OUTCOMES else one_line(outcome)


def way_in_words(way: str) -> str:
    """Return how a report came."""
    return _(WAYS[way]) if way in WAYS else one_line(way)


def field_in_words(name: str) -> str:
    """Return the name of a field of the register."""
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


def destroyed_columns_in_words() -> tuple[str, ...]:
    """Return the heads of the columns of `destroyed_in_words`."""
    return _("case"), _("received"), _("closed"), _("nature"), _("outcome"), _("destroyed"), _("why")


def destroyed_in_words(case: DestroyedCase, policy: Policy) -> Sequence[str]:
    """Return the remains of a destroyed case: number, received, closed, nature, outcome, destroyed, and why."""
    line = case.line
    why = _(ENDED[case.ended])
    if line is None:
        return case.number, "-", "-", "-", "-", date(case.day), why
    return (
        case.number,
        one_line(line.date(register.RECEIVED)) or "-",
        one_line(line.date(register.CLOSED)) or "-",
        _nature(line, policy),
        _outcome(line) or "-",
        date(case.day),
        why,
    )


def counts_in_words(found: Overview, policy: Policy) -> list[tuple[str, str]]:
    """Return a year's numbers by topic, and their sum, or a sentence that there are too few to publish."""
    if found.counts is None:
        return [(_("together"), _("fewer than 20, so nothing else is published"))]
    names = {topic.id: worded(topic.name) for topic in policy.topics}
    rows = [(names[topic], str(count)) for topic, count in found.counts.items()]
    return [*rows, (_("topics of an earlier policy"), str(found.others)), (_("together"), str(found.total))]


def _entry(summary: Summary, at: int, policy: Policy, persons: Mapping[PersonId, Recipient]) -> Entry:
    line = summary.lines[at]
    return Entry(
        case=summary.id,
        number=summary.number,
        received=one_line(line.date(register.RECEIVED)),
        acknowledged=one_line(line.date(register.ACKNOWLEDGED)),
        nature=_nature(line, policy),
        way=one_line(line.corrected.get(register.WAY, "")) or way_in_words(line.way),
        readers=names_in_words(summary.readers, persons),
        informed=one_line(line.date(register.INFORMED)),
        outcome=_outcome(line),
        closed=one_line(line.date(register.CLOSED)),
        until="" if line.until is None else date(line.until),
        changed="" if at == 0 else _changed(line, persons),
        is_old=at < len(summary.lines) - 1,
    )


def _nature(line: Line, policy: Policy) -> str:
    nature = one_line(line.corrected.get(register.NATURE, "")) or topic_in_words(policy, line.topic, line.category)
    return _("exercise: %(nature)s") % {"nature": nature} if line.is_exercise else nature


def _outcome(line: Line) -> str:
    return one_line(line.corrected.get(register.OUTCOME, "")) or outcome_in_words(line.outcome)


def _changed(line: Line, persons: Mapping[PersonId, Recipient]) -> str:
    who = person_in_words(line.by, persons) if line.by else _("reporter")
    words = f"{date(line.day)} · {who}"
    return f"{words}: {one_line(line.reason)}" if line.reason else words
