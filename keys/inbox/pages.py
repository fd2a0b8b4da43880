"""The pages beside a case: unlock, the list and its search, what the recipient has to know about their own keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, current_app, redirect, render_template, request, url_for

from keys.cases.listing import ALL, FILTERS, SORTS, stands_in
from keys.ceremony import watched
from keys.errors import KeyFileError, MeldbusError
from keys.inbox.keep import SEEN, Keep, LockedOut
from keys.inbox.views import rows
from keys.policy import day_number
from keys.speech.cases import alarm_in_words
from keys.speech.notices import notice_in_words
from keys.speech.register import refused_in_words
from keys.speech.rosters import watched_in_words
from keys.speech.words import day_in_words, explain, harmless

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from keys.inbox.keep import Unlocked
    from keys.inbox.views import Row

pages = Blueprint("pages", "keys.inbox")

PAGE_SIZE = 100
# A term that ends so soon is shown on the first page: a board's meeting may be weeks away.
ROSTER_WARNING_DAYS = 60
KEYS_WARNING_DAYS = 14


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the list, and how many cases each filter keeps."""

    rows: list[Row]
    counts: dict[str, int]
    keeps: str
    sort: str
    page: int
    pages: int
    query: str
    changed: int  # how many have something new since the visit before


def keep() -> Keep:
    """Return what holds the keys."""
    kept: Keep = current_app.extensions["keep"]
    return kept


@pages.get("/")
def home() -> ResponseReturnValue:
    """Show the list, or ask the passphrase."""
    if keep().is_locked:
        return render_template("locked.html", error="")
    with keep().use() as held:
        return render_template("list.html", **_home(held, ""))


@pages.post("/unlock")
def unlock() -> ResponseReturnValue:
    """Unlock with a passphrase and begin to fetch."""
    try:
        keep().unlock(request.form.get("passphrase", ""))
    except MeldbusError as error:
        return render_template("locked.html", error=explain(error)), 400
    with keep().use() as held:
        trust = held.trust()
        today = trust.roster.policy.day(keep().clock())
        held.seen = int(held.desk.vault.setting(SEEN) or 0)
        with held.desk.vault.transaction():
            held.desk.vault.put_setting(SEEN, str(today).encode())
    keep().fetch()
    return redirect(url_for("pages.home"), 303)


@pages.post("/lock")
def lock() -> ResponseReturnValue:
    """Lock at once."""
    keep().lock()
    return redirect(url_for("pages.home"), 303)


@pages.post("/fetch")
def fetch() -> ResponseReturnValue:
    """Fetch what is new."""
    keep().fetch()
    return redirect(url_for("pages.home"), 303)


@pages.get("/state")
def state() -> ResponseReturnValue:
    """Say whether we are locked, are fetching, and how often something may have come.

    A page asks by itself: somebody is there only where it says that they typed or moved.
    """
    try:
        with keep().use(touch="active" in request.args) as held:
            return {"locked": False, "fetching": held.is_fetching, "fetched": held.fetched}
    except LockedOut:
        return {"locked": True, "fetching": False, "fetched": 0}


@pages.post("/search")
def search() -> ResponseReturnValue:
    """Show the cases in which these words stand; never by an address, which a browser would keep."""
    with keep().use() as held:
        query = request.form.get("query", "")
        template = "rows.html" if request.headers.get("Accept") == "text/x-rows" else "list.html"
        return render_template(template, **_home(held, query))


@pages.get("/help")
def help_page() -> ResponseReturnValue:
    """Say what there is to know for somebody who comes twice a year."""
    with keep().use() as held:
        return render_template("help.html", **keys_words(held))


@pages.post("/check")
def check() -> ResponseReturnValue:
    """Try the passphrase; no case is touched."""
    with keep().use() as held:
        try:
            keep().check(request.form.get("passphrase", ""))
        except KeyFileError as error:
            return render_template("help.html", **keys_words(held), error=explain(error)), 400
        return render_template("help.html", **keys_words(held), is_right=True)


def listed(held: Unlocked, query: str, keeps: str, sort: str, page: int) -> Listed:
    """Return a page of the list: the cases that a filter keeps and in which every word of the query stands."""
    trust, summaries = held.trust(), held.summaries()
    names = {case: held.name(case) for case in summaries}
    today = trust.roster.policy.day(keep().clock())
    if query.strip():
        words = held.words()
        found = [one for case, one in summaries.items() if stands_in(query, words.get(case, ""))]
    else:
        found = [*summaries.values()]
    every = rows(found, names, trust, today, held.seen)
    counts = {name: sum(test(row.summary, row.standing) for row in every) for name, test in FILTERS.items()}
    keeps, sort = keeps if keeps in FILTERS else ALL, sort if sort in SORTS else "due"
    kept = [row for row in every if FILTERS[keeps](row.summary, row.standing)]
    kept.sort(key=lambda row: SORTS[sort](row.summary, row.standing))
    count = max(1, -(-len(kept) // PAGE_SIZE))
    page = min(max(page, 1), count)
    return Listed(
        rows=kept[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        counts=counts,
        keeps=keeps,
        sort=sort,
        page=page,
        pages=count,
        query=query,
        changed=sum(row.is_changed for row in every),
    )


def _home(held: Unlocked, query: str) -> dict[str, object]:
    given = request.values
    found = listed(held, query, given.get("show", ALL), given.get("sort", "due"), given.get("page", 1, type=int))
    notice, held.notice = held.notice, ""
    alarms = [(day_in_words(one.day), alarm_in_words(one.code)) for one in held.desk.vault.spoilt_entries()]
    alarms += [(day_in_words(one.day), refused_in_words()) for one in held.desk.refused_tombstones()]
    return {
        **keys_words(held),
        "listed": found,
        "notice": notice,
        "alarms": alarms,
        "watched": _watched(),
        "notices": [notice_in_words(found) for found in held.desk.notices()],
        "is_pending": held.handed is not None,
        "wants_backup": held.desk.wants_backup,
        "seen": day_in_words(held.seen) if held.seen else "",
    }


def _watched() -> str:
    """Return what has to be known of a roster that was published from this home, or nothing."""
    published = watched(keep().home)
    return watched_in_words(published, day_number(keep().clock().date())) if published else ""


def keys_words(held: Unlocked) -> dict[str, object]:
    """Return what a recipient has to know of roster and keys."""
    trust = held.trust()
    today = trust.roster.policy.day(keep().clock())
    until = held.desk.opens_until()
    own = trust.roster.find(held.desk.signer.public)
    begins = own is None and trust.history.newest.find(held.desk.signer.public) is not None
    return {
        "organisation": harmless(trust.roster.policy.organisation),
        "own": harmless(own.name) if own else "",
        "is_listed": own is not None or begins,
        "begins": day_in_words(trust.history.newest.start) if begins else "",
        "keys_until": day_in_words(until) if until else "",
        "keys_end": until - today < KEYS_WARNING_DAYS,
        "roster_until": day_in_words(trust.roster.until),
        "roster_ends": trust.roster.until - today < ROSTER_WARNING_DAYS,
        "fetching": held.is_fetching,
        "fetched": held.fetched,
        "trouble": explain(held.trouble) if held.trouble else "",
        "locked": False,
    }
