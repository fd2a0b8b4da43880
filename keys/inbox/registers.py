"""The pages of the register: its lines, destroyed cases, an export of it, a year in numbers, and oral reports."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from flask import Blueprint, abort, redirect, render_template, request, url_for

from keys.cases.numbers import case_number
from keys.cases.overview import overview
from keys.cases.report_draft import ReportDraft
from keys.cases.states import LOCKED
from keys.ceremony import SERVER
from keys.errors import MeldbusError, RecordError
from keys.exports import FORMATS, REGISTER, Export, register_cases
from keys.inbox.exports import checked_ending, write
from keys.inbox.forms import field_of, people_of
from keys.inbox.kept import ENTER
from keys.inbox.pages import holder, keys_words
from keys.sync import actions
from keys.sync.oral_reports import enter
from keys.wire.canonical import b64
from keys.wording.cases import names_in_words, worded
from keys.wording.register import (
    TOLD,
    columns_in_words,
    counts_in_words,
    destroyed_columns_in_words,
    destroyed_in_words,
    entries,
)
from keys.wording.words import _, day_in_words, explain, harmless, language_in_words

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug.datastructures import MultiDict

    from keys.inbox.session import Session
    from keys.vault.destroyed import DestroyedCase

pages = Blueprint("registers", "keys.inbox")


@pages.get("")
def show() -> ResponseReturnValue:
    """Show the register, and the remains of destroyed cases."""
    with holder().use() as session:
        return _register(session)


@pages.post("/export")
def export() -> ResponseReturnValue:
    """Make a file of the register."""
    with holder().use() as session:
        recipient, purpose = session.recipient, field_of(request.form, "text")
        try:
            with session.once("register", [*request.form.items()]) as is_first:
                if is_first:
                    session.notice = write(
                        recipient,
                        lambda path: Export(REGISTER, path, purpose),
                        register_cases(recipient),
                        holder().downloads / "meldbus-register",
                        f"register{checked_ending(request.form.get('format', ''))}",
                    )
        except MeldbusError as error:
            return _register(session, explain(error)), 400
        session.drop_kept(None, REGISTER)
        session.forget()
    return redirect(url_for("registers.show"), 303)


@pages.get("/overview")
def year() -> ResponseReturnValue:
    """Show a year in numbers: the last complete one, or another."""
    with holder().use() as session:
        policy, recipient = session.trust().roster.policy, session.recipient
        wanted = request.args.get("year", holder().clock().year - 1, type=int)
        lines = [one.line for one in _destroyed(session) if one.line is not None]
        words: dict[str, object] = {"year": wanted, "error": "", "counts": []}
        try:
            found = overview(
                wanted, session.summaries().values(), lines, policy, recipient.today, recipient.secret.vault_key
            )
            words["counts"] = counts_in_words(found, policy)
        except MeldbusError as error:
            words["error"] = explain(error)
        except ValueError:
            words["error"] = _("There is no such year.")
        return render_template("overview.html", **keys_words(session), **words), 400 if words["error"] else 200


@pages.get("/last-words")
def last_words() -> ResponseReturnValue:
    """Show what reporters wrote in cases after they were destroyed here."""
    with holder().use() as session:
        words = session.recipient.vault.destroyed.last_words()
        return render_template(
            "last_words.html",
            **keys_words(session),
            words=[
                (session.name(one.case), case_number(one.case), day_in_words(one.day), harmless(one.text))
                for one in words
            ],
        )


@pages.post("/last-words")
def last_words_read() -> ResponseReturnValue:
    """Forget these messages, or take one of the cases again."""
    with holder().use() as session:
        vault = session.recipient.vault
        name = request.form.get("case", "")
        case = session.find(name) if name else None
        if name and case is None:
            abort(404)
        with vault.transaction():
            if case is None:
                vault.destroyed.forget_last_words()
            else:
                actions.take_again(session.recipient, case)
        if case is not None:
            session.notice = _("The case comes back with the next sync, from your colleagues who still have it.")
    return redirect(url_for("pages.home" if case is None else "registers.last_words"), 303)


@pages.get("/enter")
def told() -> ResponseReturnValue:
    """Show the form for an oral report, or the code of the last one written down."""
    with holder().use() as session:
        return _enter(session)


@pages.post("/enter")
def write_down() -> ResponseReturnValue:
    """Write down an oral report, once."""
    with holder().use() as session:
        form = request.form
        try:
            draft, way = _draft(session), form.get("way", "")
            if way not in TOLD:
                raise RecordError
            with session.once("enter", [*form.items(multi=True)]) as is_first:
                if is_first:
                    case, receipt = enter(session.recipient, draft, way, people_of(form))
                    session.handed = (case.number, receipt.written())
        except MeldbusError as error:
            return _enter(session, explain(error)), 400
        session.drop_kept(None, ENTER)
        session.forget()
    # A page of its own: reloading it does not write the report down a second time.
    return redirect(url_for("registers.told"), 303)


@pages.post("/handed")
def handed() -> ResponseReturnValue:
    """Forget the code: it was written on paper."""
    with holder().use() as session:
        session.handed = None
    return redirect(url_for("pages.home"), 303)


def _draft(session: Session) -> ReportDraft:
    """Return the report in the form; raise RecordError if a choice is missing."""
    form, policy = request.form, session.trust().roster.policy
    language, topic = form.get("language", ""), form.get("topic", "")
    if language not in policy.languages or policy.topic(topic) is None:
        raise RecordError
    return ReportDraft(
        text=field_of(form, "text"),
        topic=topic,
        language=language,
        people=frozenset(people_of(form, "about")),
        board="board" in form,
        others=field_of(form, "others").strip(),
    )


def _register(session: Session, error: str = "") -> str:
    trust = session.trust()
    cases, destroyed = [case for case in session.summaries().values() if case.state != LOCKED], _destroyed(session)
    notice, session.notice = session.notice, ""
    typed, error = _typed(session, REGISTER, error)
    return render_template(
        "register.html",
        **keys_words(session),
        columns=columns_in_words(),
        lines=entries(cases, trust),
        heads=destroyed_columns_in_words(),
        destroyed=[destroyed_in_words(one, trust.roster.policy) for one in destroyed],
        paths=[harmless(str(path)) for one in destroyed for path in one.paths],
        formats=FORMATS,
        page=secrets.token_urlsafe(9),
        notice=notice,
        error=error,
        typed=typed,
    )


def _typed(session: Session, act: str, error: str) -> tuple[MultiDict[str, str], str]:
    """Return the fields of a form, and why it was not sent: as it came now, or while the inbox was locked."""
    kept = None if error else session.kept_of(None, act)
    return (
        (request.form, error)
        if kept is None
        else (kept.typed, _("The inbox was locked before this came. Nothing was sent."))
    )


def _enter(session: Session, error: str = "") -> str:
    trust = session.trust()
    policy = trust.roster.policy
    server = session.recipient.vault.setting(SERVER) or b""
    template = "entered.html" if session.handed and not error else "told.html"
    typed, error = _typed(session, ENTER, error)
    return render_template(
        template,
        **keys_words(session),
        handed=session.handed,
        server=harmless(server.decode("utf-8")),
        ways=[(way, _(words)) for way, words in TOLD.items()],
        topics=[(topic.id, worded(topic.name)) for topic in policy.topics],
        languages=[(tag, language_in_words(tag)) for tag in policy.languages],
        people=[(b64(one.person), names_in_words([one.person], trust.persons)) for one in trust.roster.recipients],
        me=b64(session.recipient.person),
        page=secrets.token_urlsafe(9),
        error=error,
        typed=typed,
        about=typed.getlist("about"),
        added=typed.getlist("people"),
    )


def _destroyed(session: Session) -> list[DestroyedCase]:
    return [] if session.recipient.is_restored else session.recipient.vault.destroyed.all()
