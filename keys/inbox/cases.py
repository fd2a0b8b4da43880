"""The page of a case and its forms. A case that its reader has not opened shows only whom it is about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from keys.cases.records import reply_of
from keys.errors import GrownError, LockedError, MeldbusError
from keys.inbox.actions import ACTIONS, Offered, People, strangers
from keys.inbox.closing import Closing, own_end
from keys.inbox.exports import Exports
from keys.inbox.forms import Written, field_of, people_of
from keys.inbox.kept import IDENTITY, texts_of
from keys.inbox.pages import holder
from keys.inbox.views import opened
from keys.sync import actions
from keys.sync.shown import note_shown
from keys.wire.messages import Closed, Report
from keys.wording.cases import names_in_words
from keys.wording.words import _, explain, harmless

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from keys.cases import Case
    from keys.inbox.session import Screen, Session

pages = Blueprint("cases", "keys.inbox")

CONFIRMED = "confirmed"  # the field that confirms that a person may be let in
# These can let in a person whom the reporter could not leave out.
_LETTING_IN = ("hand-over", "step-back")


@dataclass(frozen=True, slots=True)
class Tried:
    """A form that was filled in and failed, and why; without an error, a form that begins with a text."""

    act: str
    typed: Mapping[str, str]
    error: str
    before: Screen | None = None  # the page on which it was filled in, if the case has new messages since
    people: tuple[str, ...] = ()  # the people who were chosen

    @property
    def forms(self) -> list[str]:
        """The forms of the dossier that were chosen for a copy."""
        return MultiDict(self.typed).getlist("forms")

    @property
    def texts(self) -> list[str]:
        """The typed texts, for a page that no longer has the form."""
        return texts_of(MultiDict(self.typed))


@dataclass(slots=True)
class Placed:
    """The forms of a page; a form that failed may be missing on it, for example because the case was closed since."""

    acts: set[str] = field(default_factory=set)

    def note(self, act: str) -> str:
        """Note that the page has a form."""
        self.acts.add(act)
        return ""


@pages.get("/<name>")
def show(name: str) -> ResponseReturnValue:
    """Show a case."""
    with holder().use() as session:
        case = _found(session, name)
        begin = request.args.get("begin")
        report = case.report.body
        if begin is None or not isinstance(report, Report):
            return _page(session, name, case, _kept(session, case))
        kind, text = reply_of(session.trust().roster.policy, begin, report)
        act = "close" if kind == Closed.KIND else "reply"
        return _page(session, name, case, Tried(act, {"kind": kind, "text": text}, ""))


@pages.post("/<name>/open")
def open_case(name: str) -> ResponseReturnValue:
    """Open a case for the first time, and record that before a word of it is shown."""
    with holder().use() as session:
        case = _found(session, name)
        _check_reads(session, case)
        try:
            actions.open_report(session.recipient, case)
        except MeldbusError as error:
            return _page(session, name, case, Tried("open", {}, explain(error)))
        session.forget()
    return redirect(url_for("cases.show", name=name), 303)


@pages.post("/<name>/identity")
def reveal(name: str) -> ResponseReturnValue:
    """Show the reporter's identity, this once, after recording the purpose."""
    with holder().use() as session:
        case = _found(session, name)
        try:
            _check_reads(session, case)
            with session.once("identity", [*request.form.items()]) as is_first:
                if not is_first:
                    return redirect(url_for("cases.show", name=name), 303)
                case = actions.reveal(session.recipient, case, field_of(request.form, "text"))
        except MeldbusError as error:
            return _page(session, name, case, _tried(IDENTITY, error))
        session.drop_kept(case.id, IDENTITY)
        session.forget()
        return _page(session, name, case, identity=True)


@pages.post("/<name>/<act>")
def do(name: str, act: str) -> ResponseReturnValue:
    """Perform an action on a case as its page showed it, once; if it fails, keep the typed text."""
    with holder().use() as session:
        if act not in ACTIONS:
            abort(404)
        case = _found(session, name)
        if session.recipient.person not in case.readers:
            return _page(session, name, case, _tried(act, LockedError()))
        token = request.form.get("page", "")
        screen = session.screen(token)
        if screen is None or screen.case.id != case.id:
            return _page(session, name, case, _tried(act, GrownError(), screen))
        if request.form.get(CONFIRMED) == "no":
            return _page(session, name, case, Tried(act, request.form, "", people=_people()))
        asked = _strangers(session, case, act)
        if asked:
            return _confirm(session, name, case, act, token, asked)
        written = Written(session.recipient, screen.case, request.form, holder().downloads, session.goes_on)
        try:
            with session.once(act, [*request.form.items(multi=True)]) as is_first:
                if is_first:
                    session.notice = ACTIONS[act](written)
        except GrownError as error:
            # The background may have read them before this form came: they are in the vault, and were on no page.
            return _page(session, name, _found(session, name), _tried(act, error, screen))
        except MeldbusError as error:
            return _page(session, name, case, _tried(act, error))
        session.drop_kept(case.id, act)
        session.forget()
    if act == "destroy":
        return redirect(url_for("pages.home"), 303)
    return redirect(url_for("cases.show", name=name), 303)


def _found(session: Session, name: str) -> Case:
    case_id = session.find(name)
    case = None if case_id is None else session.recipient.load(case_id)
    if case is None:
        abort(404)
    return case


def _check_reads(session: Session, case: Case) -> None:
    """Raise LockedError if the owner no longer reads a case: no action is possible in it."""
    if session.recipient.person not in case.readers:
        raise LockedError


def _tried(act: str, error: MeldbusError, before: Screen | None = None) -> Tried:
    return Tried(act, request.form, explain(error), before, _people())


def _kept(session: Session, case: Case) -> Tried | None:
    """Return the form of a case that came while the inbox was locked, to be sent again."""
    form = session.kept_of(case.id)
    if form is None:
        return None
    why = _("The inbox was locked before this came. Nothing was sent.")
    return Tried(form.act, form.typed, why, people=tuple(form.typed.getlist("people")))


def _people() -> tuple[str, ...]:
    return tuple(request.form.getlist("people"))


def _strangers(session: Session, case: Case, act: str) -> str:
    """Return the people to be let in who were no recipients when the report was written, until that is confirmed."""
    if act not in _LETTING_IN or request.form.get(CONFIRMED) == "yes":
        return ""
    return names_in_words(strangers(case, people_of(request.form)), session.trust().persons)


def _confirm(session: Session, name: str, case: Case, act: str, token: str, names: str) -> str:
    """Show whom the report is about before letting in people whom the reporter could not leave out (SPEC 12.4)."""
    return render_template(
        "confirm.html",
        name=name,
        act=act,
        page=token,
        names=names,
        case=opened(session, case, identity=False),
        fields=[(key, value) for key, value in request.form.items(multi=True) if key not in ("page", CONFIRMED)],
        syncs=session.syncs,
        locked=False,
    )


def _page(
    session: Session, name: str, case: Case, tried: Tried | None = None, *, identity: bool = False
) -> ResponseReturnValue:
    trust, recipient = session.trust(), session.recipient
    notice, session.notice = session.notice, ""
    is_reader = recipient.person in case.readers
    words: dict[str, object] = {
        "name": name,
        "number": case.number,
        "tried": tried,
        "typed": tried.typed if tried else {},
        "placed": Placed(),
        "notice": notice,
        "syncs": session.syncs,
        "syncing": session.is_syncing,
        "locked": False,
    }
    status = 400 if tried and tried.error and request.method == "POST" else 200
    if not is_reader:
        words |= {"why": _why_closed(session, case), "destroyed": own_end(session, case)}
        return render_template("closed.html", **words), status
    words |= {
        "page": session.show(case),
        "case": opened(session, case, identity=identity, before=tried.before if tried else None),
        "people": People.of(trust, case, recipient.person),
    }
    if recipient.person not in case.opened_by:
        return render_template("concerned.html", **words), status
    words |= {
        "identity": identity,
        "is_aside": case.id in recipient.vault.set_aside.all(),
        "exports": Exports.of(case, trust.roster.policy),
        "closing": Closing.of(session, case),
        "offered": Offered.of(trust.roster.policy),
        "folder": harmless(str(holder().downloads / f"meldbus-{case.number}")),
    }
    note_shown(recipient, case)
    return render_template("case.html", **words), status


def _why_closed(session: Session, case: Case) -> str:
    """Return why the owner no longer reads a case."""
    own, recipient = session.recipient.person, session.recipient
    if own in case.stepped_back:
        return _("You have stepped back from this case, so it is closed to you. The others who read it go on.")
    if own in case.left_out:
        return _("The reporter does not want you to read this case. The others who read it go on.")
    if session.trust().roster.find(recipient.signer.public) is None:
        return _("You are not on the roster any more, so this case is closed to you.")
    return _("You do not read this case any more.")
