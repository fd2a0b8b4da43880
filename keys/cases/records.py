"""Records: forms, categories and standard replies, checked against the policy."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from keys.errors import RecordError
from keys.policy import CHOICE, DAY
from keys.wire import messages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keys.policy import Field, Form, Policy


def form_of(policy: Policy, name: str) -> Form:
    """Return a form of the policy by its id; raise RecordError if there is no such form."""
    for form in policy.forms:
        if form.id == name:
            return form
    raise RecordError(", ".join(form.id for form in policy.forms))


def fill(form: Form, answers: Mapping[str, str]) -> messages.Form:
    """Return a filled-in form, without the fields that were left empty.

    Raises RecordError with the id of the first invalid field.
    """
    fields = {field.id: field for field in form.fields}
    given = {name: answer.strip() for name, answer in answers.items() if answer.strip()}
    for name, answer in given.items():
        if name not in fields or not _fits(fields[name], answer):
            raise RecordError(name)
    if not given:
        raise RecordError(form.id)
    return messages.Form(form.id, given)


def reply_of(policy: Policy, name: str, report: messages.Report) -> tuple[str, str]:
    """Return the start of a message: its kind, and the text in the language that the reporter reads.

    Raises RecordError with the valid ids.
    """
    for reply in policy.replies:
        if reply.id == name:
            return reply.kind, reply.text.get(report.language) or reply.text[policy.languages[0]]
    raise RecordError(", ".join(reply.id for reply in policy.replies))


def categorise(policy: Policy, topic: str, category: str = "") -> messages.Category:
    """Return the category of a case in the register; raise RecordError with the valid ids."""
    known = policy.topic(topic)
    if known is None:
        raise RecordError(", ".join(one.id for one in policy.topics))
    if category and category not in [one.id for one in known.categories]:
        raise RecordError(", ".join(one.id for one in known.categories) or topic)
    return messages.Category(topic, category)


def _fits(field: Field, answer: str) -> bool:
    if field.kind == CHOICE:
        return answer in [choice.id for choice in field.choices]
    if field.kind == DAY:
        try:
            return dt.date.fromisoformat(answer).isoformat() == answer
        except ValueError:
            return False
    return True
