"""The pages without a case: unlock, the list and its search, keys and help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from keys.cases.deadlines import deadlines
from keys.cases.filters import ALL, FILTERS, SORTS, stands_in
from keys.cases.numbers import case_number
from keys.errors import KeyFileError, MeldbusError, OlderChainError
from keys.exports import REGISTER
from keys.inbox.first_page import first_page
from keys.inbox.kept import ENTER, kept_form, texts_of
from keys.inbox.session import ENDING_SECONDS, SEEN, LockedOut, SessionHolder
from keys.inbox.views import rows
from keys.policy.tokens import tokens
from keys.wording.words import _, day_in_words, explain, harmless

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from keys.cases import Deadlines, Summary
    from keys.inbox.kept import KeptForm
    from keys.inbox.session import Session
    from keys.inbox.views import Row

pages = Blueprint("pages", "keys.inbox")

PAGE_SIZE = 100
ASIDE = "aside"  # the filter of cases that were set aside, which are in no other
# The first page shows that the roster ends so soon: a board's meeting may be weeks away.
ROSTER_WARNING_DAYS = 60
KEYS_WARNING_DAYS = 14


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the list, and the number of cases for each filter."""

    rows: list[Row]
    counts: dict[str, int]
    keeps: str
    sort: str
    page: int
    pages: int
    query: str
    changed: int  # how many have changed since the previous visit


@dataclass(frozen=True, slots=True)
class Kept:
    """A form that came while the inbox was locked: the page that has it and its name, or only its words."""

    key: str
    link: str
    words: str
    texts: tuple[str, ...] = ()


def holder() -> SessionHolder:
    """Return the holder of the session."""
    held: SessionHolder = current_app.extensions["holder"]
    return held


@pages.get("/")
def home() -> ResponseReturnValue:
    """Show the list, or ask for the passphrase."""
    if holder().is_locked:
        return locked_page("")
    with holder().use() as session:
        return render_template("list.html", **_home(session, ""))


@pages.post("/unlock")
def unlock() -> ResponseReturnValue:
    """Unlock with a passphrase and begin to sync."""
    try:
        holder().unlock(request.form.get("passphrase", ""))
    except MeldbusError as error:
        return locked_page(explain(error)), 400
    with holder().use() as session:
        vault = session.recipient.vault
        session.seen = int(vault.setting(SEEN) or 0)
        with vault.transaction():
            vault.put_setting(SEEN, str(session.recipient.today).encode())
    holder().sync()
    return redirect(url_for("pages.home"), 303)


@pages.post("/lock")
def lock() -> ResponseReturnValue:
    """Lock at once; the outbox is posted in the background."""
    holder().lock()
    return redirect(url_for("pages.home"), 303)


@pages.post("/sync")
def sync() -> ResponseReturnValue:
    """Look for new messages."""
    holder().sync()
    return redirect(url_for("pages.home"), 303)


@pages.get("/tokens.css")
def colours() -> Response:
    """Return the colours that all pages use."""
    return Response(tokens(), mimetype="text/css")


@pages.get("/state")
def state() -> ResponseReturnValue:
    """Say whether the inbox is locked or syncs, and how many syncs may have brought something.

    A page polls it: the request counts as activity only if it says that somebody typed or moved.
    """
    try:
        with holder().use(touch="active" in request.args) as session:
            return {"locked": False, "syncing": session.is_syncing, "syncs": session.syncs}
    except LockedOut:
        return {"locked": True, "syncing": False, "syncs": 0}


@pages.get("/search")
def search_again() -> ResponseReturnValue:
    """Go to the list: a browser that reloads the address of a search sends no words."""
    return redirect(url_for("pages.home"), 303)


@pages.post("/search")
def search() -> ResponseReturnValue:
    """Show the cases with these words; the words are never in an address, which a browser would store."""
    with holder().use() as session:
        query = request.form.get("query", "")
        if request.headers.get("Accept") == "text/x-rows":
            return render_template("rows.html", listed=_listed(session, query))
        return render_template("list.html", **_home(session, query))


@pages.post("/keep")
def keep() -> ResponseReturnValue:
    """Keep a form that is filled in and was not sent: its page goes, because the inbox is locked."""
    try:
        endpoint, arguments = current_app.url_map.bind("").match(request.args.get("action", ""), "POST")
    except HTTPException:
        abort(404)
    form = kept_form(endpoint, arguments, request.form)
    if form is not None:
        holder().keep(form)
    return "", 204


@pages.post("/kept/forget")
def forget_kept() -> ResponseReturnValue:
    """Discard a form that was kept."""
    with holder().use() as session:
        session.kept = [form for form in session.kept if form.key != request.form.get("form")]
    return redirect(url_for("pages.home"), 303)


@pages.get("/help")
def help_page() -> ResponseReturnValue:
    """Show the help for a person who visits twice a year."""
    with holder().use() as session:
        return render_template("help.html", **keys_words(session))


@pages.post("/check")
def check() -> ResponseReturnValue:
    """Try the passphrase; no case is touched."""
    with holder().use() as session:
        try:
            holder().check(request.form.get("passphrase", ""))
        except KeyFileError as error:
            return render_template("help.html", **keys_words(session), error=explain(error)), 400
        return render_template("help.html", **keys_words(session), is_right=True)


def locked_page(error: str) -> str:
    """Return the page that asks for the passphrase, and says what the last session is posting or has posted."""
    held, ended = holder(), holder().ended
    return render_template(
        "locked.html",
        error=error,
        is_ending=held.is_ending,
        is_kept=bool(held.kept),
        minutes=ENDING_SECONDS // 60,
        sent=ended.sent if ended else None,
        trouble=explain(ended.trouble) if ended and ended.trouble else "",
    )


def listed(session: Session, query: str, keeps: str, sort: str, page: int) -> Listed:
    """Return a page of the list: the cases that pass a filter and contain every word of the query."""
    policy, today = session.trust().roster.policy, session.recipient.today
    summaries, aside = session.summaries(), session.recipient.vault.set_aside.all()

    def due(summary: Summary) -> Deadlines:
        return deadlines(summary, policy, today)

    if query.strip():
        words = session.words()
        found = [one for case, one in summaries.items() if stands_in(query, words.get(case, ""))]
    else:
        found = [*summaries.values()]
    pairs = [*zip(found, session.deadlines(today, found, due), strict=True)]
    live = [pair for pair in pairs if pair[0].id not in aside]
    counts = {name: sum(test(*pair) for pair in live) for name, test in FILTERS.items()}
    keeps, sort = keeps if keeps in (*FILTERS, ASIDE) else ALL, sort if sort in SORTS else "due"
    kept = (
        [pair for pair in pairs if pair[0].id in aside]
        if keeps == ASIDE
        else [pair for pair in live if FILTERS[keeps](*pair)]
    )
    kept.sort(key=lambda pair: SORTS[sort](*pair))
    count = max(1, -(-len(kept) // PAGE_SIZE))
    page = min(max(page, 1), count)
    shown = kept[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return Listed(
        rows=rows(shown, {one.id: session.name(one.id) for one, _due in shown}, session.trust(), session.seen),
        counts=counts | {ASIDE: len(pairs) - len(live)},
        keeps=keeps,
        sort=sort,
        page=page,
        pages=count,
        query=query,
        changed=sum(summary.latest >= session.seen for summary, _due in live),
    )


def _listed(session: Session, query: str) -> Listed:
    given = request.values
    return listed(session, query, given.get("show", ALL), given.get("sort", "due"), given.get("page", 1, type=int))


def _home(session: Session, query: str) -> dict[str, object]:
    notice, session.notice = session.notice, ""
    return {
        **keys_words(session),
        "listed": _listed(session, query),
        "notice": notice,
        "first": first_page(session, holder().home),
        "is_pending": session.handed is not None,
        "kept": [_kept(session, form) for form in session.kept],
        "seen": day_in_words(session.seen) if session.seen else "",
    }


def _kept(session: Session, form: KeptForm) -> Kept:
    """Return how the first page names a kept form; its case can be gone meanwhile."""
    if form.act == ENTER:
        return Kept(form.key, url_for("registers.told"), _("a report that you were told"))
    if form.act == REGISTER:
        return Kept(form.key, url_for("registers.show"), _("a file of the register"))
    if form.case is not None and form.case in session.summaries():
        return Kept(form.key, url_for("cases.show", name=session.name(form.case)), case_number(form.case))
    return Kept(form.key, "", "", tuple(texts_of(form.typed)))


def keys_words(session: Session) -> dict[str, object]:
    """Return what a recipient must know about roster and keys."""
    trust, recipient = session.trust(), session.recipient
    until, today = recipient.opens_until(), recipient.today
    own = trust.roster.find(recipient.signer.public)
    begins = own is None and trust.history.newest.find(recipient.signer.public) is not None
    return {
        "organisation": harmless(trust.roster.policy.organisation),
        "own": harmless(own.name) if own else "",
        "is_listed": own is not None or begins,
        "begins": day_in_words(trust.history.newest.start) if begins else "",
        "keys_until": day_in_words(until) if until else "",
        "keys_end": until - today < KEYS_WARNING_DAYS,
        "roster_until": day_in_words(trust.roster.until),
        "roster_ends": trust.roster.until - today < ROSTER_WARNING_DAYS,
        "syncing": session.is_syncing,
        "syncs": session.syncs,
        "trouble": explain(session.trouble) if session.trouble else "",
        "is_older": isinstance(session.trouble, OlderChainError),
        "locked": False,
    }
