"""The page of a log that differs (what is gone, six words to compare, accepting it), and alarms about its entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, url_for

from keys.cases.numbers import case_number
from keys.errors import MeldbusError
from keys.inbox.pages import holder
from keys.sync import actions
from keys.sync.differing_log import load_difference
from keys.sync.notices import unseen_faults
from keys.wire.canonical import b64
from keys.wording.words import _, day_in_words, explain

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from keys.inbox.session import Session
    from keys.sync.differing_log import Difference

pages = Blueprint("differing", "keys.inbox")

_ANSWERED = ("operator", "compared")  # the boxes to tick before a log is accepted


@pages.get("")
def show() -> ResponseReturnValue:
    """Show how the log differs."""
    with holder().use() as session:
        return _page(session)


@pages.post("/accept")
def accept() -> ResponseReturnValue:
    """Accept the log that the page showed, after its owner has confirmed twice."""
    with holder().use() as session:
        difference = load_difference(session.recipient.vault)
        if difference is None:
            return redirect(url_for("differing.show"), 303)
        if request.form.get("log") != _name(difference):
            return _page(session, _("The log has changed since you loaded this page. Look at it again.")), 400
        if not all(name in request.form for name in _ANSWERED):
            return _page(session, _("Ask the operator and compare the words first.")), 400
        if "confirmed" not in request.form:
            return _page(session, is_asked=True)
        try:
            given = actions.accept_log(session.recipient)
        except MeldbusError as error:
            return _page(session, explain(error)), 400
        session.notice = _("This log counts from now on. Entries that the server has got back: %(count)d.") % {
            "count": given.posted
        }
        session.forget()
    return redirect(url_for("pages.home"), 303)


@pages.post("/chain")
def give_chain() -> ResponseReturnValue:
    """Upload the newest list of recipients again to a restored server."""
    with holder().use() as session:
        try:
            actions.give_newest_chain(session.recipient)
        except MeldbusError as error:
            session.notice = explain(error)
            return redirect(url_for("pages.home"), 303)
        session.trouble, session.notice = None, _("The server has the newest list again.")
    holder().sync()
    return redirect(url_for("pages.home"), 303)


@pages.post("/seen")
def seen() -> ResponseReturnValue:
    """Note that the owner has seen the faults of entries, except those found since the page was shown."""
    given = tuple(request.form.get(name) for name in ("fault", "day", "count"))
    with holder().use() as session:
        for (fault, day), entries in unseen_faults(session.recipient.vault).items():
            if (fault, str(day), str(len(entries))) == given:
                actions.note_seen(session.recipient, entries)
    return redirect(url_for("pages.home"), 303)


def _page(session: Session, error: str = "", *, is_asked: bool = False) -> str:
    difference = load_difference(session.recipient.vault)
    return render_template(
        "differing.html",
        difference=difference,
        log="" if difference is None else _name(difference),
        since="" if difference is None or difference.since is None else day_in_words(difference.since),
        cases=[(session.name(case), case_number(case)) for case in difference.cases] if difference else [],
        words=difference.words.split() if difference else [],
        is_asked=is_asked,
        error=error,
        syncs=session.syncs,
        syncing=session.is_syncing,
        locked=False,
    )


def _name(difference: Difference) -> str:
    """Return the value by which a form names the log that its page showed."""
    return f"{difference.place}.{b64(difference.digest)}"
