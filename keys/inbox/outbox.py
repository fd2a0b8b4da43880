"""The page of the outbox: waiting messages, posting them now, and messages put aside for a decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, abort, redirect, render_template, request, url_for

from keys.cases.numbers import case_number
from keys.errors import MeldbusError
from keys.inbox.pages import holder
from keys.sync import actions
from keys.vault.outbox_store import State
from keys.wire.canonical import b64, unb64
from keys.wire.envelope import MAC_SIZE
from keys.wire.ids import Mac
from keys.wire.messages import LOG
from keys.wording.cases import kind_in_words
from keys.wording.outbox import SEND_NOW, sent_in_words, state_in_words
from keys.wording.words import _, day_in_words, explain, size_in_words

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from keys.inbox.session import Session
    from keys.vault.outbox_store import Outgoing

pages = Blueprint("outbox", "keys.inbox")


@dataclass(frozen=True, slots=True)
class Row:
    """A message in the outbox; forms name it by `mac`."""

    mac: str
    name: str  # of its case, in addresses
    number: str
    kind: str
    day: str
    size: str
    state: str


@pages.get("")
def show() -> ResponseReturnValue:
    """Show the waiting messages and those put aside."""
    with holder().use() as session:
        return _page(session)


@pages.post("/send")
def send() -> ResponseReturnValue:
    """Post the waiting messages now."""
    with holder().use() as session:
        try:
            sent = session.recipient.send_now()
        except MeldbusError as error:
            return _page(session, explain(error)), 400
        session.notice = sent_in_words(sent, session.recipient.vault.outbox.all())
        session.forget()
    return redirect(url_for("outbox.show"), 303)


@pages.post("/decide")
def decide() -> ResponseReturnValue:
    """Post a message that was put aside, or drop it."""
    with holder().use() as session:
        decisions = {"send": actions.send_anyway, "drop": actions.drop}
        act = decisions.get(request.form.get("decision", ""))
        if act is None:
            abort(400)
        try:
            mac = Mac(unb64(request.form.get("message", ""), MAC_SIZE))
            if any(one.message.mac == mac for one in actions.put_aside(session.recipient)):
                act(session.recipient, mac)
        except MeldbusError as error:
            return _page(session, explain(error)), 400
        session.forget()
    return redirect(url_for("outbox.show"), 303)


def _page(session: Session, error: str = "") -> str:
    notice, session.notice = session.notice, ""
    aside = actions.put_aside(session.recipient)
    waiting = [one for one in session.recipient.vault.outbox.all() if one.state in (State.QUEUED, State.TRIED)]
    written = [one for one in waiting if one.message.head.channel != LOG]
    return render_template(
        "outbox.html",
        waiting=[_row(session, one) for one in written],
        by_itself=len(waiting) - len(written),
        aside=[_row(session, one) for one in aside],
        send_now=_(SEND_NOW),
        notice=notice,
        error=error,
        syncs=session.syncs,
        syncing=session.is_syncing,
        locked=False,
    )


def _row(session: Session, one: Outgoing) -> Row:
    case = one.message.case
    return Row(
        mac=b64(one.message.mac),
        name="" if case is None else session.name(case),
        number="" if case is None else case_number(case),
        kind=kind_in_words(one.message.head.kind),
        day=day_in_words(one.message.head.day),
        size=size_in_words(one.size),
        state=state_in_words(one),
    )
