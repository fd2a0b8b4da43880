"""What a case is called, where it stands and what is due, in words; every word of a stranger is made harmless first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.cases.standing import ACKNOWLEDGEMENT, ANSWER, BOARD, CHECK, FEEDBACK, OVERDUE, PURGE
from keys.cases.summary import CLOSED, LOCKED, NEW, OURS, THEIRS
from keys.speech.words import _, date, harmless, language, one_line
from keys.wire import kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from keys.cases import Due, Said
    from keys.policy import Policy
    from keys.roster import Recipient


def _mark(text: str) -> str:
    return text


# Marked for the catalogue here, translated where they are shown.
KINDS = {
    kinds.Report.KIND: _mark("report"),
    kinds.Answer.KIND: _mark("message"),
    kinds.Question.KIND: _mark("question"),
    kinds.Acknowledgement.KIND: _mark("acknowledgement"),
    kinds.Opened.KIND: _mark("has opened the report"),
    kinds.Feedback.KIND: _mark("what was done with it"),
    kinds.Minutes.KIND: _mark("minutes of a conversation"),
    kinds.Closed.KIND: _mark("has closed the case"),
    kinds.Request.KIND: _mark("asks for consent"),
    kinds.Consent.KIND: _mark("answer to a request for consent"),
    kinds.Admit.KIND: _mark("lets someone read it after all"),
    kinds.Identity.KIND: _mark("says who they are"),
    kinds.Agreed.KIND: _mark("answer to the minutes"),
    kinds.Rating.KIND: _mark("how it was handled"),
    kinds.Withdrawn.KIND: _mark("wants to withdraw the report"),
    kinds.Left.KIND: _mark("has left: nobody reads here any more"),
    kinds.Begun.KIND: _mark("has begun a dossier"),
    kinds.Note.KIND: _mark("note"),
    kinds.Filled.KIND: _mark("form"),
    kinds.Assigned.KIND: _mark("who is on it"),
    kinds.Informed.KIND: _mark("the board was told"),
    kinds.Categorised.KIND: _mark("what it is in the register"),
    kinds.Conflict.KIND: _mark("has stepped back"),
    kinds.HandedOver.KIND: _mark("let somebody read it"),
    kinds.Revealed.KIND: _mark("has looked at who the reporter is"),
    kinds.Entered.KIND: _mark("has written the report down for the reporter"),
    kinds.Outcome.KIND: _mark("what it ended in"),
    kinds.Retention.KIND: _mark("how long it is kept"),
    kinds.Reopened.KIND: _mark("has reopened the case"),
    kinds.Purge.KIND: _mark("asks to destroy the case before its day"),
    kinds.Approval.KIND: _mark("approves"),
    kinds.Correction.KIND: _mark("corrects the register"),
    kinds.Exported.KIND: _mark("has made a file of the case"),
}

ALARMS = {
    "missing": _mark("ALARM: an earlier message is missing here. Tell the others and the operator."),
    "reordered": _mark("ALARM: messages stand in another order than they were written in."),
    "repeated": _mark("ALARM: the server gave a message a second time."),
    "moved": _mark("ALARM: a message of another case was put here."),
    "spoilt": _mark("ALARM: a message cannot be opened. It was altered, or was not sealed for you."),
    "tampered": _mark("ALARM: an entry for you was altered on its way."),
    "forbidden": _mark("ALARM: someone said something here that they may not say. It counts for nothing."),
    "excluded": _mark("ALARM: someone tried to let you into a case from which the reporter left you out."),
    "unsupported": _mark("There is a message of a newer version here: update the tool."),
    "last-resort": _mark(
        "ALARM: a report was sealed to your last-resort key. The server may be hiding your newer keys."
    ),
}

STATES = {
    NEW: _mark("new"),
    OURS: _mark("waits for us"),
    THEIRS: _mark("waits for the reporter"),
    CLOSED: _mark("closed"),
    LOCKED: _mark("you have stepped back"),
}

DUTIES = {
    ANSWER: _mark("first personal answer"),
    ACKNOWLEDGEMENT: _mark("acknowledgement"),
    BOARD: _mark("tell the board"),
    FEEDBACK: _mark("what is done, and why"),
    CHECK: _mark("ask whether the reporter is harmed for it"),
    PURGE: _mark("destroy it"),
}


def kind_in_words(said: Said) -> str:
    """Return what a message is."""
    known = KINDS.get(said.kind)
    return _(known) if known else _("something this version does not know: update the tool")


def author_in_words(said: Said) -> str:
    """Return name and role of a recipient, or "reporter"."""
    return harmless(f"{said.author.name} ({said.author.role})") if said.author else _("reporter")


def alarm_in_words(code: str) -> str:
    """Return what an alarm says."""
    return _(ALARMS.get(code, ALARMS["spoilt"]))


def due_in_words(due: Due, day_in_words: Callable[[int], str] = date) -> str:
    """Return what is due and by when, "overdue" where that day has passed."""
    what = _(DUTIES[due.what])
    if due.day is None:
        return _("%(what)s: before it is closed") % {"what": what}
    words = {"what": what, "day": day_in_words(due.day)}
    return (_("%(what)s: OVERDUE since %(day)s") if due.nearness == OVERDUE else _("%(what)s: by %(day)s")) % words


def topic_in_words(policy: Policy, topic: str, category: str = "") -> str:
    """Return what the policy calls a topic and its category; an earlier policy may have had others."""
    known = policy.topic(topic)
    named = one_line(topic) if known is None else worded(known.name)
    if not category:
        return named or "-"
    categories = {one.id: one.name for one in (known.categories if known else ())}
    return f"{named}: {worded(categories[category]) if category in categories else one_line(category)}"


def worded(texts: Mapping[str, str]) -> str:
    """Return one text of the policy in the tool's language where it has it."""
    return harmless(texts.get(language()) or next(iter(texts.values())))


def names_in_words(identities: Collection[bytes], people: Mapping[bytes, Recipient]) -> str:
    """Return the names and roles of recipients, in alphabetical order."""
    # Each person once, whichever of their keys are named: by the newest name that a roster gives them.
    known = {people[identity].person: people[identity] for identity in people if identity in identities}
    return ", ".join(sorted(harmless(f"{person.name} ({person.role})") for person in known.values()))
