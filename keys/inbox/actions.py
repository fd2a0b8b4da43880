"""Actions on a case: each reads a form, calls `keys.sync.actions`, and returns a sentence about the result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from keys.cases.records import categorise, fill, form_of
from keys.errors import ExistsError, RecordError
from keys.inbox.closing import CLOSING
from keys.inbox.exports import EXPORTS
from keys.sync import actions
from keys.sync.files import save_files
from keys.wire.canonical import b64
from keys.wire.messages import Acknowledgement, Answer, Assigned, Feedback, Informed, Minutes, Note, Question, Request
from keys.wording.cases import names_in_words, worded
from keys.wording.words import _, harmless

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from keys.cases import Case
    from keys.inbox.forms import Written
    from keys.policy import Policy
    from keys.sync import Trust
    from keys.wire.ids import PersonId
    from keys.wire.messages.kind import Words

Person = tuple[str, str]  # the value of a person in a form, and name and role
Choice = tuple[str, str]  # the value in a form, and its words


@dataclass(frozen=True, slots=True)
class People:
    """The people whom a page offers, by what they can be asked for."""

    readers: list[Person]
    others: list[Person]  # the readers except the owner of this inbox
    newcomers: list[Person]  # on the roster, not reading, and not left out
    left_out: list[Person]

    @classmethod
    def of(cls, trust: Trust, case: Case, own: PersonId) -> Self:
        """Return the people whom the page of a case offers to the person `own`."""
        listed = [recipient.person for recipient in trust.roster.recipients]

        def shown(people: Iterable[PersonId]) -> list[Person]:
            pairs = [(b64(person), names_in_words([person], trust.persons)) for person in people]
            return sorted(pairs, key=lambda pair: pair[1])

        return cls(
            readers=shown(case.readers),
            others=shown(case.readers - {own}),
            newcomers=shown(set(listed) - case.readers - case.left_out - {own}),
            left_out=shown(case.left_out),
        )


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form of the policy."""

    id: str
    kind: str
    label: str
    choices: list[Choice]


@dataclass(frozen=True, slots=True)
class Offered:
    """The parts of the policy that the page of a case offers: reply texts, the register's topics, and forms."""

    replies: list[Choice]
    topics: list[Choice]
    forms: list[tuple[str, str, list[Field]]]

    @classmethod
    def of(cls, policy: Policy) -> Self:
        """Return what the page offers under a policy."""
        topics = [
            choice
            for topic in policy.topics
            for choice in (
                (topic.id, worded(topic.name)),
                *((f"{topic.id}:{one.id}", f"{worded(topic.name)}: {worded(one.name)}") for one in topic.categories),
            )
        ]
        forms = [
            (
                form.id,
                worded(form.name),
                [
                    Field(one.id, one.kind, worded(one.label), [(each.id, worded(each.name)) for each in one.choices])
                    for one in form.fields
                ],
            )
            for form in policy.forms
        ]
        return cls([(reply.id, worded(reply.name)) for reply in policy.replies], topics, forms)


def strangers(case: Case, people: Iterable[PersonId]) -> frozenset[PersonId]:
    """Return those of these people who were not on the roster of the report: the reporter could not leave them out.

    A report names everybody on its roster, in one of three lists (SPEC 5.2).
    """
    head = case.report.head
    return frozenset(people).difference(head.to, head.missing, head.without)


def _reply(written: Written) -> str:
    body = _REPLIES.get(written.field("kind"))
    if body is None:
        raise RecordError
    actions.write(written.session, written.case, body(written.text))
    return _("It is written, and goes out when you lock. The reporter sees it when they come back with their code.")


def _ask(written: Written) -> str:
    body = Request(written.text, written.field("to").strip(), written.field("what").strip(), written.people)
    actions.write(written.session, written.case, body)
    return _("The request goes out when you lock. Tell nobody anything before the reporter agrees.")


def _note(written: Written) -> str:
    return written.record(Note(written.text))


def _assign(written: Written) -> str:
    return written.record(Assigned(written.people))


def _category(written: Written) -> str:
    topic, _colon, category = written.field("category").partition(":")
    return written.record(categorise(written.policy, topic, category))


def _inform(written: Written) -> str:
    how, by = written.field("how").strip(), written.field("by").strip()
    return written.record(Informed(written.people, written.day("day"), how, by, written.text))


def _form(written: Written) -> str:
    known = form_of(written.policy, written.field("form"))
    answers = {field.id: written.field(f"field-{field.id}") for field in known.fields}
    return written.record(fill(known, answers))


def _hand_over(written: Written) -> str:
    if not written.people:
        raise RecordError
    actions.hand_over(written.session, written.case, written.people, written.text)
    return _("They can read the case as soon as this has gone out: when you lock.")


def _step_back(written: Written) -> str:
    actions.step_back(written.session, written.case, written.text, written.people)
    return _("You do not read this case any more. The others learn it when you lock.")


def _save(written: Written) -> str:
    place = written.folder / f"meldbus-{written.case.number}"
    if place.is_symlink():
        raise ExistsError(str(place))
    again = bool(written.field("again"))
    saved = list(save_files(written.session, written.case, place, again=again, watch=written.watch))
    spoilt = [file.name for file in saved if file.path is None]
    if spoilt:
        return _("ALARM: not what its author signed, and not kept: %(names)s") % {"names": harmless(", ".join(spoilt))}
    if not saved:
        return _("Everything was saved before.")
    return _("Saved in %(folder)s. A file can do harm when it is opened: use a computer that holds nothing else.") % {
        "folder": harmless(str(place))
    }


def _set_aside(written: Written) -> str:
    actions.set_aside(written.session, written.case, aside=True)
    return _("Set aside, on this computer alone. The list shows it under “Set aside”.")


def _take_back(written: Written) -> str:
    actions.set_aside(written.session, written.case, aside=False)
    return _("It is in the list again.")


_REPLIES: dict[str, type[Words]] = {body.KIND: body for body in (Answer, Question, Acknowledgement, Feedback, Minutes)}
ACTIONS: dict[str, Callable[[Written], str]] = {
    "reply": _reply,
    "ask": _ask,
    "note": _note,
    "assign": _assign,
    "category": _category,
    "inform": _inform,
    "form": _form,
    "hand-over": _hand_over,
    "step-back": _step_back,
    "save": _save,
    "set-aside": _set_aside,
    "take-back": _take_back,
    **CLOSING,
    **EXPORTS,
}
