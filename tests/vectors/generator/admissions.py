"""Threads in which consent is asked and given, and someone let in after all, SPEC.md 5.1: who may, and who may not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.wire.kinds import (
    Admit,
    Agreed,
    Answer,
    Closed,
    Consent,
    Entered,
    Feedback,
    Identity,
    Left,
    Minutes,
    Rating,
    Request,
    Withdrawn,
)
from tests.vectors.generator.people import BESTUUR_1, BESTUUR_2, REPORTER, SECRETARIS, STRANGER, Person, seed
from tests.vectors.generator.scenario import ACCEPTED
from tests.vectors.generator.sealer import head_of, message
from tests.vectors.generator.threads import ALONE, Talk, kinds, thread, to_one_left_out

if TYPE_CHECKING:
    from keys.wire.kinds import Body

FORBIDDEN = "forbidden"


def _asked(talk: Talk, *people: Person, by: Person = SECRETARIS) -> tuple[bytes, bytes]:
    """Return the envelope of a request to let these in, and its id."""
    body = Request("Om te horen.", "het bestuur", "De melding.", tuple(person.identity for person in people))
    draft = message(body, Request.KIND, by, talk.case, [talk.case])
    sealed = draft.seal()
    return sealed, draft.id(sealed)


def _answered(talk: Talk, *answers: str, by: Person = REPORTER, other: bool = False) -> list[bytes]:
    """Return the report, a request to let the one in who was left out, and answers to it, or to `other`."""
    sealed, asked = _asked(talk, BESTUUR_2)
    request = seed("another request") if other else asked
    consents = [talk.sends(by, Consent(answer, request), Consent.KIND) for answer in answers]
    return [talk.report, sealed, *consents]


def _minutes(talk: Talk, answer: str, *, of: bytes | None = None) -> list[bytes]:
    draft = message(Minutes("Gesproken op dinsdag."), Minutes.KIND, SECRETARIS, talk.case, [talk.case])
    sealed = draft.seal()
    agreed = Agreed(answer, of or draft.id(sealed), "" if answer == "yes" else "Het was woensdag.")
    return [talk.report, sealed, talk.sends(REPORTER, agreed, Agreed.KIND)]


def _admit(talk: Talk, by: Person = REPORTER, who: Person = BESTUUR_2) -> bytes:
    return talk.sends(by, Admit((who.identity,)), Admit.KIND)


def _entered(talk: Talk, by: Person = SECRETARIS) -> bytes:
    return talk.sends(by, Entered("phone"), Entered.KIND)


def _before_its_request(talk: Talk) -> list[bytes]:
    report, request, consent = _answered(talk, "yes")
    return [report, consent, request]


def _each(talk: Talk, author: Person, *bodies: Body) -> list[bytes]:
    heads = [head_of(body, body.KIND, author, talk.case) for body in bodies]  # type: ignore[union-attr]
    return [talk.report, *(talk.sends(author, head.body, head.kind) for head in heads)]


_asks = kinds(Request.KIND)
_agrees = kinds(Request.KIND, Consent.KIND)

thread("consent by the reporter", ACCEPTED, "the only one who may", _agrees, lambda talk: _answered(talk, "yes"))
thread(
    "consent by a recipient",
    FORBIDDEN,
    "nobody agrees for the reporter",
    _asks,
    lambda talk: _answered(talk, "yes", by=SECRETARIS),
)
thread(
    "consent by the recipient who asked nothing",
    FORBIDDEN,
    "nobody agrees for the reporter",
    _asks,
    lambda talk: _answered(talk, "yes", by=BESTUUR_1),
)
thread(
    "consent by a stranger",
    FORBIDDEN,
    "as a server makes it",
    _asks,
    lambda talk: _answered(talk, "yes", by=STRANGER),
)
thread(
    "consent to a request that is not there",
    FORBIDDEN,
    "it answers another one",
    _asks,
    lambda talk: _answered(talk, "yes", other=True),
)
thread("consent before its request", FORBIDDEN, "asked, then answered", _asks, _before_its_request)
thread(
    "consent to an answer",
    FORBIDDEN,
    "a request asks, and nothing else",
    ALONE,
    lambda talk: [talk.report, talk.sends(REPORTER, Consent("yes", talk.case), Consent.KIND)],
)
thread(
    "request by the reporter",
    FORBIDDEN,
    "recipients ask",
    ALONE,
    lambda talk: [talk.report, _asked(talk, BESTUUR_2, by=REPORTER)[0]],
)
thread(
    "request by one left out",
    FORBIDDEN,
    "nobody asks for themselves",
    ALONE,
    lambda talk: [talk.report, _asked(talk, BESTUUR_2, by=BESTUUR_2)[0]],
)
thread(
    "answer by one let in by consent",
    ACCEPTED,
    "the reporter said yes",
    kinds(Request.KIND, Consent.KIND, Answer.KIND),
    lambda talk: [*_answered(talk, "yes"), talk.says(BESTUUR_2)],
)
thread(
    "answer by one whom a refused request names",
    FORBIDDEN,
    "the reporter said no",
    _agrees,
    lambda talk: [*_answered(talk, "no"), talk.says(BESTUUR_2)],
)
thread(
    "answer by one whose consent was withdrawn",
    FORBIDDEN,
    "the later word counts",
    kinds(Request.KIND, Consent.KIND, Consent.KIND),
    lambda talk: [*_answered(talk, "yes", "withdrawn"), talk.says(BESTUUR_2)],
)
thread(
    "answer by one before the consent",
    FORBIDDEN,
    "let in from there on",
    _agrees,
    lambda talk: [talk.report, talk.says(BESTUUR_2), *_answered(talk, "yes")[1:]],
)
thread(
    "answer to one let in by consent",
    ACCEPTED,
    "the reporter said yes",
    kinds(Request.KIND, Consent.KIND, Answer.KIND),
    lambda talk: [*_answered(talk, "yes"), to_one_left_out(talk)],
)
thread(
    "answer by one let in",
    ACCEPTED,
    "read it after all",
    kinds(Admit.KIND, Answer.KIND),
    lambda talk: [talk.report, _admit(talk), talk.says(BESTUUR_2)],
)
thread(
    "answer to one before they are let in",
    FORBIDDEN,
    "let in from there on",
    kinds(Admit.KIND),
    lambda talk: [talk.report, to_one_left_out(talk), _admit(talk)],
)
thread(
    "admit by a recipient",
    "forbidden forbidden",
    "nobody lets in but the reporter",
    ALONE,
    lambda talk: [talk.report, _admit(talk, by=SECRETARIS), talk.says(BESTUUR_2)],
)
thread(
    "admit by one left out",
    FORBIDDEN,
    "nobody lets themselves in",
    ALONE,
    lambda talk: [talk.report, _admit(talk, by=BESTUUR_2)],
)
thread(
    "minutes agreed", ACCEPTED, "by the reporter", kinds(Minutes.KIND, Agreed.KIND), lambda talk: _minutes(talk, "yes")
)
thread(
    "minutes corrected",
    ACCEPTED,
    "by the reporter",
    kinds(Minutes.KIND, Agreed.KIND),
    lambda talk: _minutes(talk, "no"),
)
thread(
    "agreed to minutes that are not there",
    FORBIDDEN,
    "asked, then answered",
    kinds(Minutes.KIND),
    lambda talk: _minutes(talk, "yes", of=seed("other minutes")),
)
thread(
    "everything else that a reporter says",
    ACCEPTED,
    "in the reporter's own thread",
    kinds(Identity.KIND, Withdrawn.KIND, Rating.KIND, Left.KIND),
    lambda talk: _each(talk, REPORTER, Identity("Wie ik ben."), Withdrawn(), Rating("partly"), Left()),
)
thread(
    "everything that only a reporter says by a recipient",
    " ".join([FORBIDDEN] * 4),
    "nobody speaks for the reporter",
    ALONE,
    lambda talk: _each(talk, SECRETARIS, Identity("Wie ik ben."), Withdrawn(), Rating("partly"), Left()),
)
thread(
    "consent where a recipient entered the report",
    FORBIDDEN,
    "its author had the code, so it may be theirs",
    kinds(Entered.KIND, Request.KIND),
    lambda talk: [talk.report, _entered(talk), *_answered(talk, "yes")[1:]],
)
thread(
    "admit where a recipient entered the report",
    "forbidden forbidden",
    "its author had the code, so it may be theirs",
    kinds(Entered.KIND),
    lambda talk: [talk.report, _entered(talk), _admit(talk), talk.says(BESTUUR_2)],
)
thread(
    "minutes agreed where a recipient entered the report",
    ACCEPTED,
    "shown as what it is",
    kinds(Entered.KIND, Minutes.KIND, Agreed.KIND),
    lambda talk: [talk.report, _entered(talk), *_minutes(talk, "yes")[1:]],
)
thread(
    "entered behind another message",
    FORBIDDEN,
    "else it would take away a consent that was given",
    kinds(Request.KIND, Consent.KIND, Answer.KIND),
    lambda talk: [*_answered(talk, "yes"), _entered(talk), talk.says(BESTUUR_2)],
)
thread(
    "entered by the reporter",
    FORBIDDEN,
    "a recipient says so",
    ALONE,
    lambda talk: [talk.report, _entered(talk, by=REPORTER)],
)
thread(
    "entered by one left out",
    FORBIDDEN,
    "nobody who is left out speaks",
    ALONE,
    lambda talk: [talk.report, _entered(talk, by=BESTUUR_2)],
)
thread(
    "everything else that a recipient says",
    ACCEPTED,
    "what the law asks for",
    kinds(Feedback.KIND, Minutes.KIND, Closed.KIND),
    lambda talk: _each(talk, SECRETARIS, Feedback("Gedaan."), Minutes("Gezegd."), Closed("Klaar.")),
)
thread(
    "everything that only a recipient says by the reporter",
    " ".join([FORBIDDEN] * 3),
    "nobody speaks for the recipients",
    ALONE,
    lambda talk: _each(talk, REPORTER, Feedback("Gedaan."), Minutes("Gezegd."), Closed("Klaar.")),
)
