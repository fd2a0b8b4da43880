"""The page of a case, and what is done there; a case that nobody has looked at yet shows only whom it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, abort, redirect, render_template, request, url_for

from keys.cases import reply_of, summarise
from keys.errors import LockedError, MeldbusError, NetworkError
from keys.inbox.acts import ACTS, People
from keys.inbox.endings import Ending
from keys.inbox.pages import keep
from keys.inbox.papers import Papers
from keys.inbox.views import opened
from keys.speech.cases import worded
from keys.speech.words import _, explain, harmless
from keys.sync.shelf import read_case
from keys.wire import kinds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from keys.cases import Alarm, Case
    from keys.inbox.keep import Unlocked
    from keys.policy import Policy

pages = Blueprint("cases", "keys.inbox")


@dataclass(frozen=True, slots=True)
class Tried:
    """What was tried on the page and did not work: the act, what was typed, and why; or, without why, how to begin."""

    act: str
    typed: Mapping[str, str]
    error: str


@pages.get("/<name>")
def show(name: str) -> ResponseReturnValue:
    """Show a case."""
    with keep().use() as held:
        case, alarms = _found(held, name)
        begin = request.args.get("begin")
        report = case.report.message.head.body
        if begin is None or not isinstance(report, kinds.Report):
            return _page(held, name, case, alarms)
        kind, text = reply_of(held.trust().roster.policy, begin, report)
        act = "close" if kind == kinds.Closed.KIND else "reply"
        return _page(held, name, case, alarms, Tried(act, {"kind": kind, "text": text}, ""))


@pages.post("/<name>/open")
def open_case(name: str) -> ResponseReturnValue:
    """Open a case for the first time, and tell the reporter so."""
    with keep().use() as held:
        case, _alarms = _ours(held, name)
        held.looked.add(case.id)
        try:
            held.desk.confirm_opened(case)
        except NetworkError:
            held.notice = _("The reporter could not be told that you have opened it: the server was not reached.")
        held.forget()
    return redirect(url_for("cases.show", name=name), 303)


@pages.post("/<name>/identity")
def reveal(name: str) -> ResponseReturnValue:
    """Show who the reporter is, this once, after the purpose was recorded."""
    with keep().use() as held:
        case, alarms = _ours(held, name)
        try:
            case = held.desk.reveal(case, request.form.get("text", ""))
        except MeldbusError as error:
            return _page(held, name, case, alarms, Tried("identity", request.form, explain(error)))
        held.forget()
        return _page(held, name, case, alarms, identity=True)


@pages.post("/<name>/<act>")
def do(name: str, act: str) -> ResponseReturnValue:
    """Do something with a case, and show it as it is then; what was typed is kept where that fails."""
    with keep().use() as held:
        if act not in ACTS:
            abort(404)
        case, alarms = _ours(held, name)
        try:
            held.notice = ACTS[act](held.desk, case, request.form, keep().downloads)
        except MeldbusError as error:
            return _page(held, name, case, alarms, Tried(act, request.form, explain(error)))
        held.forget()
    if act == "purge":
        return redirect(url_for("pages.home"), 303)
    return redirect(url_for("cases.show", name=name), 303)


def _found(held: Unlocked, name: str) -> tuple[Case, tuple[Alarm, ...]]:
    case = held.find(name)
    if case is None:
        abort(404)
    found, alarms = read_case(held.desk.vault, case, held.trust().people, held.desk.signer.public)
    if found is None:
        abort(404)
    return found, alarms


def _ours(held: Unlocked, name: str) -> tuple[Case, tuple[Alarm, ...]]:
    """Return a case in which something is to be done; raise LockedError when we have stepped back from it."""
    case, alarms = _found(held, name)
    if held.desk.signer.public in case.stepped_back:
        raise LockedError
    return case, alarms


def _page(
    held: Unlocked,
    name: str,
    case: Case,
    alarms: tuple[Alarm, ...],
    tried: Tried | None = None,
    *,
    identity: bool = False,
) -> ResponseReturnValue:
    trust = held.trust()
    policy = trust.roster.policy
    own = held.desk.signer.public
    today = policy.day(keep().clock())
    shown = opened(held.desk, case, alarms, trust, today, identity=identity)
    notice, held.notice = held.notice, ""
    words: dict[str, object] = {
        "name": name,
        "case": shown,
        "tried": tried,
        "typed": tried.typed if tried else {},
        "notice": notice,
        "people": People.of(trust, case, own),
        "papers": Papers.of(case, policy),
        "ending": Ending.of(case, summarise(case, own), policy, own, today),
        "fetched": held.fetched,
        "locked": False,
    }
    status = 400 if tried and tried.error else 200
    if own in case.stepped_back:
        return render_template("closed.html", **words), status
    if own not in case.opened_by and case.id not in held.looked:
        return render_template("concerned.html", **words), status
    words |= _offered(policy, identity=identity, downloads=str(keep().downloads / f"meldbus-{case.number}"))
    return render_template("case.html", **words), status


def _offered(policy: Policy, *, identity: bool, downloads: str) -> dict[str, object]:
    """Return what of the policy the page offers."""
    return {
        "identity": identity,
        "folder": harmless(downloads),
        "replies": [(reply.id, worded(reply.name)) for reply in policy.replies],
        "topics": [
            pair
            for topic in policy.topics
            for pair in (
                (topic.id, worded(topic.name)),
                *((f"{topic.id}:{one.id}", f"{worded(topic.name)}: {worded(one.name)}") for one in topic.categories),
            )
        ],
        "forms": [
            (
                form.id,
                worded(form.name),
                [
                    (field.id, field.kind, worded(field.label), [(one.id, worded(one.name)) for one in field.choices])
                    for field in form.fields
                ],
            )
            for form in policy.forms
        ],
    }
