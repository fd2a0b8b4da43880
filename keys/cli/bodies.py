"""What a message says beside its text, as lines for a terminal; every word of a stranger is made harmless first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cli.words import _, harmless, language, one_line
from keys.wire import kinds

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from keys.cases import Case, Said
    from keys.policy import Policy
    from keys.roster import Recipient


def _mark(text: str) -> str:
    return text


_CONSENT = {"yes": _mark("yes, I agree"), "no": _mark("no, I do not agree"), "withdrawn": _mark("I take it back")}
_AGREED = {"yes": _mark("yes, this is right"), "no": _mark("no, this is not right")}
_RATING = {"yes": _mark("handled well"), "partly": _mark("partly handled well"), "no": _mark("not handled well")}


@dataclass(frozen=True, slots=True)
class Reading:
    """A case to be shown, with what its ids and identities stand for.

    Who the reporter is stays hidden without `identity`: whoever handles a case seldom has to know.
    """

    case: Case
    people: Mapping[bytes, Recipient]
    policy: Policy
    identity: bool = False

    def lines(self, said: Said) -> Iterator[str]:
        """Yield what a message says, its text last."""
        body = said.message.head.body
        if isinstance(body, kinds.Identity) and not self.identity:
            yield _("Shown with --identity only.")
            return
        yield from self._beside(body)
        yield from harmless(said.text).splitlines()

    def _beside(self, body: kinds.Body) -> Iterator[str]:
        match body:
            case kinds.Report():
                yield from self._told(body)
            case kinds.Request():
                yield f"{_('To whom:')} {one_line(body.to)}"
                yield f"{_('What:')} {one_line(body.what)}"
                if body.people:
                    yield f"{_('Would read it:')} {self._names(body.people)}"
                yield _("Why:")
            case kinds.Consent():
                yield _(_CONSENT[body.answer])
            case kinds.Admit():
                yield f"{_('May read it after all:')} {self._names(body.people)}"
            case kinds.Agreed():
                yield _(_AGREED[body.answer])
            case kinds.Rating():
                yield _(_RATING[body.answer])
            case _:
                pass

    def _told(self, report: kinds.Report) -> Iterator[str]:
        board = [_("the whole board")] if report.about.board else []
        others = [one_line(report.about.others)] if report.about.others else []
        names = [self._names(self.case.concerned)] if self.case.concerned else []
        # First of all: whoever is named here must not hear of it.
        yield f"{_('It is about:')} {', '.join([*board, *names, *others]) or _('nobody who is named')}"
        topics = {topic.id: topic.name for topic in self.policy.topics}
        yield f"{_('Topic:')} {_worded(topics, report.topic)}"
        questions = {question.id: question for question in self.policy.questions}
        labels = {name: question.label for name, question in questions.items()}
        for name, answer in report.answers.items():
            choices = {choice.id: choice.name for choice in questions[name].choices} if name in questions else {}
            yield f"{_worded(labels, name)} {_worded(choices, answer)}"

    def _names(self, identities: Collection[bytes]) -> str:
        known = [self.people[identity] for identity in identities if identity in self.people]
        return ", ".join(sorted(harmless(f"{person.name} ({person.role})") for person in known))


def _worded(texts: Mapping[str, Mapping[str, str]], name: str) -> str:
    """Return what the policy calls an id, in the terminal's language where it has it; else the id itself."""
    found = texts.get(name)
    return harmless(found.get(language()) or next(iter(found.values()))) if found else one_line(name)
