"""Words for kinds, states, deadlines and people. It makes every word of a stranger harmless first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.cases.authors import Standing
from keys.cases.deadlines import ACKNOWLEDGEMENT, ANSWER, BOARD, CHECK, FEEDBACK, OVERDUE
from keys.cases.destruction import Wait
from keys.cases.states import CLOSED, LOCKED, NEW, OURS, THEIRS
from keys.wire import messages as kinds
from keys.wording.words import _, date, harmless, language, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from keys.cases.deadlines import Due
    from keys.cases.destruction import Destruction
    from keys.cases.thread import JudgedMessage
    from keys.policy import Policy
    from keys.roster import Recipient
    from keys.wire.ids import PersonId


def _mark(text: str) -> str:
    return text


# Marked for the catalogue here, translated when shown.
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
    kinds.Joined.KIND: _mark("lets somebody read the case"),
    kinds.SteppedBack.KIND: _mark("has stepped back"),
    kinds.Consent.KIND: _mark("says who may read the case or be told"),
    kinds.Agreed.KIND: _mark("answer to the minutes"),
    kinds.Identity.KIND: _mark("says who they are"),
    kinds.Rating.KIND: _mark("how it was handled"),
    kinds.ReportWithdrawn.KIND: _mark("wants to withdraw the report"),
    kinds.Left.KIND: _mark("has left and reads here no more"),
    kinds.Note.KIND: _mark("note"),
    kinds.Form.KIND: _mark("form"),
    kinds.Assigned.KIND: _mark("who handles it"),
    kinds.Informed.KIND: _mark("the board was told"),
    kinds.Category.KIND: _mark("category in the register"),
    kinds.Revealed.KIND: _mark("has looked at who the reporter is"),
    kinds.Correction.KIND: _mark("corrects the register"),
    kinds.Exported.KIND: _mark("has made a file of the case"),
    kinds.Exercise.KIND: _mark("says that it is an exercise"),
    kinds.Outcome.KIND: _mark("what it ended in"),
    kinds.Retention.KIND: _mark("how long it is kept"),
    kinds.Hold.KIND: _mark("keeps the case for now"),
    kinds.Purge.KIND: _mark("asks to destroy the case before its day"),
    kinds.Objection.KIND: _mark("objects to destroying the case"),
    kinds.Approval.KIND: _mark("approves"),
    kinds.Reopened.KIND: _mark("has reopened the case"),
    kinds.Arrived.KIND: _mark("has a new vault and asks for the cases"),
    kinds.Lacking.KIND: _mark("asks for messages that did not come"),
    kinds.Share.KIND: _mark("gives somebody the keys of messages"),
    kinds.LogAccepted.KIND: _mark("has accepted another log"),
}

STATES = {
    NEW: _mark("new"),
    OURS: _mark("waits for us"),
    THEIRS: _mark("waits for the reporter"),
    CLOSED: _mark("closed"),
    LOCKED: _mark("you do not read it any more"),
}

DUTIES = {
    ANSWER: _mark("first personal answer"),
    ACKNOWLEDGEMENT: _mark("acknowledgement"),
    BOARD: _mark("tell the board"),
    FEEDBACK: _mark("what is done, and why"),
    CHECK: _mark("ask whether the reporter is harmed"),
}

# A message that counts has no mark, and a forbidden one is not shown.
STANDINGS = {
    Standing.LATE: _mark("late: its author did not read the case any more, so it changes nothing"),
    Standing.UNCLEAR: _mark("unclear: something that it builds on has not come, so it changes nothing yet"),
}

# Why a case is not destroyed on the day after its last day.
WAITS = {
    Wait.KNOWN: _mark("Before that it waits until it has known the last day for seven days."),
    Wait.INCOMPLETE: _mark(
        "Before that it waits thirty days, because something of the case is missing, or came by a colleague's share."
    ),
    Wait.ARRIVED: _mark(
        "Before that it waits up to thirty days, because your vault is new or was brought back: the others first give "
        "it what it lacks."
    ),
    Wait.DIFFERS: _mark("Before that you decide about the server's log, which differs from the one that was read."),
    Wait.PUT_ASIDE: _mark("Before that you decide about your message in it that was put aside in the outbox."),
    Wait.LOCKED: _mark("You do not read it any more, and its keys stay here for 90 days after that."),
    Wait.SYNC: _mark("It does so the next time that it has read the server's log to its end."),
}


def kind_in_words(kind: str) -> str:
    """Return the name of a kind of message."""
    return _(KINDS[kind]) if kind in KINDS else _("something this version does not know: update the tool")


def author_in_words(message: JudgedMessage, persons: Mapping[PersonId, Recipient]) -> str:
    """Return name and role of a recipient, or "reporter"."""
    return _("reporter") if message.by_reporter else person_in_words(message.person, persons)


def person_in_words(person: PersonId | None, persons: Mapping[PersonId, Recipient]) -> str:
    """Return the name and role of a person; None is an author whom no roster lists."""
    known = None if person is None else persons.get(person)
    return (
        _("the reporter, or somebody whom no list names,")
        if known is None
        else harmless(f"{known.name} ({known.role})")
    )


def names_in_words(people: Collection[PersonId], persons: Mapping[PersonId, Recipient]) -> str:
    """Return the names and roles of people, in alphabetical order."""
    return ", ".join(sorted(person_in_words(person, persons) for person in people))


def standing_in_words(message: JudgedMessage) -> str:
    """Return the mark of a shown message that does not count, or ""."""
    return _(STANDINGS[message.standing]) if message.standing in STANDINGS else ""


def due_in_words(due: Due, day_in_words: Callable[[int], str] = date) -> str:
    """Return a duty and its last day, with "overdue" if that day has passed."""
    what = _(DUTIES[due.what])
    if due.day is None:
        return _("%(what)s: before it is closed") % {"what": what}
    words = {"what": what, "day": day_in_words(due.day)}
    return (_("%(what)s: OVERDUE since %(day)s") if due.nearness == OVERDUE else _("%(what)s: by %(day)s")) % words


def destroyed_in_words(found: Destruction, day_in_words: Callable[[int], str] = date) -> str:
    """Return the sentences that say when this computer destroys a case, and why not on the day after its last day."""
    first = _("This computer destroys it on %(day)s at the earliest.") % {"day": day_in_words(found.day)}
    return " ".join([first, waits_in_words(found.waits)]).strip()


def waits_in_words(waits: Iterable[Wait]) -> str:
    """Return the sentences that say why a case is not destroyed on the day after its last day, or ""."""
    return " ".join(_(WAITS[wait]) for wait in waits)


def topic_in_words(policy: Policy, topic: str, category: str = "") -> str:
    """Return the policy's names of a topic and its category; an earlier policy may have had others."""
    known = policy.topic(topic)
    named = one_line(topic) if known is None else worded(known.name)
    if not category:
        return named or "-"
    categories = {one.id: one.name for one in (known.categories if known else ())}
    return f"{named}: {worded(categories[category]) if category in categories else one_line(category)}"


def worded(texts: Mapping[str, str]) -> str:
    """Return one text of the policy in the tool's language, or in its first."""
    return harmless(texts.get(language()) or next(iter(texts.values())))


def needs_a_second() -> str:
    """Return the sentence for a case that one person alone cannot reopen."""
    return _("The case is open again when another reader approves. Until then it is kept, for at most 30 days.")
