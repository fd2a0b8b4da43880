"""The body of a message as lines of text. It makes every word of a stranger harmless first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.wire import messages as kinds
from keys.wording.cases import author_in_words, kind_in_words, names_in_words, person_in_words, topic_in_words, worded
from keys.wording.register import field_in_words, outcome_in_words
from keys.wording.words import _, date, harmless, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from keys.cases.case import Case
    from keys.cases.thread import JudgedMessage
    from keys.policy import Policy
    from keys.roster import Recipient
    from keys.wire.ids import MessageId, PersonId


def _mark(text: str) -> str:
    return text


_CONSENT = {"yes": _mark("yes, I agree"), "no": _mark("no, I do not agree"), "withdrawn": _mark("I take it back")}
FILES = {
    "case": _mark("the file of the case"),
    "copy": _mark("the copy for somebody whom it is about"),
    "notice": _mark("the notice for the board"),
    "register": _mark("the register"),
}
_AGREED = {"yes": _mark("yes, this is right"), "no": _mark("no, this is not right")}
_RATING = {"yes": _mark("handled well"), "partly": _mark("partly handled well"), "no": _mark("not handled well")}


@dataclass(frozen=True, slots=True)
class Reading:
    """A case to show, with the people and texts for its ids.

    Without `identity` the reporter's identity stays hidden: a handler seldom has to know it.
    """

    case: Case
    persons: Mapping[PersonId, Recipient]
    policy: Policy
    identity: bool = False

    def lines(self, message: JudgedMessage) -> Iterator[str]:
        """Yield the lines of a message, its text last."""
        if self.hides(message):
            yield _("Shown with --identity only.")
            return
        yield from self.beside(message)
        yield from harmless(message.text).splitlines()

    def hides(self, message: JudgedMessage) -> bool:
        """Say whether a message identifies the reporter and the caller did not ask for that."""
        return isinstance(message.body, kinds.Identity) and not self.identity

    def concerned(self) -> str:
        """Return the people whom the report is about."""
        report = self.case.report.body
        about = report.about if isinstance(report, kinds.Report) else kinds.About()
        board = [_("the whole board")] if about.board else []
        others = [one_line(about.others)] if about.others else []
        names = [names_in_words(about.people, self.persons)] if about.people else []
        return ", ".join([*board, *names, *others]) or _("nobody who is named")

    def beside(self, message: JudgedMessage) -> Iterator[str]:
        """Yield the content of a message except its text."""
        body = message.body
        match body:
            case kinds.Report():
                yield from self._report(body)
            case kinds.Request():
                yield f"{_('To whom:')} {one_line(body.to)}"
                yield f"{_('What:')} {one_line(body.what)}"
                if body.people:
                    yield f"{_('Would read it:')} {names_in_words(body.people, self.persons)}"
                yield _("Why:")
            case kinds.Consent():
                yield _(_CONSENT[body.answer])
                if body.people:
                    yield f"{_('Who may read the case:')} {names_in_words(body.people, self.persons)}"
                if body.request is not None:
                    yield f"{_('Asked by:')} {self._named(body.request)}"
            case kinds.Agreed():
                yield _(_AGREED[body.answer])
            case kinds.Rating():
                yield _(_RATING[body.answer])
            case kinds.Joined():
                yield names_in_words(body.people, self.persons)
            case _:
                yield from self._noted(body)

    def _noted(self, body: kinds.Body) -> Iterator[str]:
        """Yield the content of a message of the dossier."""
        match body:
            case kinds.Assigned():
                yield names_in_words(body.people, self.persons) or _("nobody")
            case kinds.Informed():
                yield f"{names_in_words(body.people, self.persons)}, {date(body.day)}"
                yield f"{_('How:')} {one_line(body.how)}"
                yield f"{_('By:')} {one_line(body.by)}"
            case kinds.Category():
                yield topic_in_words(self.policy, body.topic, body.category)
            case kinds.Form():
                yield from self._form(body)
            case kinds.Correction():
                yield f"{field_in_words(body.field)}: {one_line(body.value)}"
            case kinds.Exported():
                yield _(FILES[body.what]) if body.what in FILES else one_line(body.what)
                if body.identity:
                    yield _("It says who the reporter is.")
            case _:
                yield from self._ended(body)

    def _ended(self, body: kinds.Body) -> Iterator[str]:
        """Yield the content of a message about the end of a case."""
        match body:
            case kinds.Outcome():
                yield outcome_in_words(body.outcome)
                for name, text in ((_("measures"), body.measures), (_("grounds"), body.grounds)):
                    if text:
                        yield f"{name}: {harmless(text)}"
            case kinds.Retention():
                yield _("Kept for %(months)d months after it was closed.") % {"months": body.months}
            case kinds.Hold():
                yield _("Kept at least up to and including %(day)s.") % {"day": date(body.until)}
            case kinds.Approval() | kinds.Objection() | kinds.Revealed():
                yield f"{_('This is about:')} {self._named(body.message)}"
            case _:
                pass

    def _named(self, message_id: MessageId) -> str:
        """Return a description of the message that another one names."""
        message = self.case.find(message_id)
        if message is None or not message.is_shown:
            return _("a message that has not come")
        author, kind = author_in_words(message, self.persons), kind_in_words(message.kind)
        return f"{author} · {kind} · {date(message.day)}"

    def _report(self, report: kinds.Report) -> Iterator[str]:
        # First of all: the people named here must not hear of it.
        yield f"{_('It is about:')} {self.concerned()}"
        yield f"{_('Topic:')} {topic_in_words(self.policy, report.topic)}"
        if report.entered:
            yield f"{_('Written down by:')} {person_in_words(self.case.entered_by, self.persons)}"
        questions = {question.id: question for question in self.policy.questions}
        for name, answer in report.answers.items():
            question = questions.get(name)
            label = one_line(name) if question is None else worded(question.label)
            choices = {choice.id: choice.name for choice in question.choices} if question else {}
            yield f"{label} {worded(choices[answer]) if answer in choices else one_line(answer)}"

    def _form(self, filled: kinds.Form) -> Iterator[str]:
        form = next((form for form in self.policy.forms if form.id == filled.form), None)
        yield one_line(filled.form) if form is None else worded(form.name)
        fields = {field.id: field for field in form.fields} if form else {}
        for name, answer in filled.answers.items():
            field = fields.get(name)
            label = one_line(name) if field is None else worded(field.label)
            choices = {choice.id: choice.name for choice in field.choices} if field else {}
            yield f"{label}: {worded(choices[answer]) if answer in choices else one_line(answer)}"
