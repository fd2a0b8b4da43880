"""The pages of the register: its lines, a file of them, a year in numbers, and a report that somebody told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, url_for

from keys.cases import Telling, kept_until, overview
from keys.cases.summary import LOCKED
from keys.ceremony import SERVER
from keys.errors import MeldbusError, RecordError
from keys.exports import FORMATS, REGISTER, Export, register_cases
from keys.inbox.pages import keep, keys_words
from keys.inbox.papers import ending_of, write
from keys.speech.cases import names_in_words, worded
from keys.speech.register import (
    TOLD,
    columns_in_words,
    counts_in_words,
    entries,
    grave_columns_in_words,
    grave_in_words,
    refused_in_words,
)
from keys.speech.words import _, day_in_words, explain, harmless, language_in_words
from keys.sync import enter
from keys.wire.canonical import b64, unb64
from keys.wire.kinds import Entered

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from keys.inbox.keep import Unlocked
    from keys.sync import Tombstone

pages = Blueprint("registers", "keys.inbox")


@pages.get("")
def show() -> ResponseReturnValue:
    """Show the register, and what stays of the cases that were destroyed."""
    with keep().use() as held:
        return _register(held)


@pages.post("/export")
def export() -> ResponseReturnValue:
    """Make a file of the register."""
    with keep().use() as held:
        text = request.form.get("text", "").strip()
        try:
            name = f"register{ending_of(request.form)}"
            place = keep().downloads / "meldbus-register"
            held.notice = write(
                held.desk, lambda path: Export(REGISTER, path, text), register_cases(held.desk), place, name
            )
        except MeldbusError as error:
            return _register(held, explain(error)), 400
        held.forget()
    return redirect(url_for("registers.show"), 303)


@pages.get("/overview")
def year() -> ResponseReturnValue:
    """Show a year in numbers: the last one that has ended, or another."""
    with keep().use() as held:
        policy = held.trust().roster.policy
        last = keep().clock().year - 1
        wanted = request.args.get("year", last, type=int)
        bodies = [stone.body for stone in _stones(held)]
        words: dict[str, object] = {"year": wanted, "error": "", "counts": []}
        try:
            found = overview(wanted, held.summaries().values(), bodies, policy, policy.day(keep().clock()))
            words["counts"] = counts_in_words(found, policy)
        except (MeldbusError, ValueError) as error:
            words["error"] = explain(error) if isinstance(error, MeldbusError) else _("There is no such year.")
        return render_template("overview.html", **keys_words(held), **words), 400 if words["error"] else 200


@pages.get("/enter")
def told() -> ResponseReturnValue:
    """Show the form for a report that somebody told, or the code of the one that was written down last."""
    with keep().use() as held:
        return _enter(held)


@pages.post("/enter")
def write_down() -> ResponseReturnValue:
    """Write a report down for somebody."""
    with keep().use() as held:
        given = request.form
        try:
            policy = held.trust().roster.policy
            tag, topic, way = given.get("language", ""), given.get("topic", ""), given.get("way", "")
            if tag not in policy.languages or policy.topic(topic) is None or way not in Entered.WAYS:
                raise RecordError
            telling = Telling(
                text=given.get("text", "").replace("\r\n", "\n").strip("\n"),
                topic=topic,
                language=tag,
                people=frozenset(map(unb64, given.getlist("about"))),
                board="board" in given,
            )
            case, receipt = enter(held.desk, telling, way, [*map(unb64, given.getlist("people"))])
        except MeldbusError as error:
            return _enter(held, explain(error)), 400
        held.handed = (case.number, receipt.written())
        held.forget()
    # A page of its own: loading that again writes nothing down a second time.
    return redirect(url_for("registers.told"), 303)


@pages.post("/handed")
def handed() -> ResponseReturnValue:
    """Forget the code: it was written on paper."""
    with keep().use() as held:
        held.handed = None
    return redirect(url_for("pages.home"), 303)


def _register(held: Unlocked, error: str = "") -> str:
    trust, cases = held.trust(), [case for case in held.summaries().values() if case.state != LOCKED]
    policy, stones = trust.roster.policy, _stones(held)
    notice, held.notice = held.notice, ""
    return render_template(
        "register.html",
        **keys_words(held),
        columns=columns_in_words(),
        lines=entries(cases, trust, {case.id: kept_until(case, policy) for case in cases}),
        heads=grave_columns_in_words(),
        destroyed=[grave_in_words(stone, policy) for stone in stones],
        paths=[harmless(str(path)) for stone in stones for path in stone.paths],
        refused=[(day_in_words(grave.day), refused_in_words()) for grave in held.desk.refused_tombstones()],
        formats=FORMATS,
        notice=notice,
        error=error,
        typed=request.form,
    )


def _enter(held: Unlocked, error: str = "") -> str:
    trust = held.trust()
    policy = trust.roster.policy
    server = held.desk.vault.setting(SERVER) or b""
    return render_template(
        "entered.html" if held.handed and not error else "told.html",
        **keys_words(held),
        handed=held.handed,
        server=harmless(server.decode("utf-8")),
        ways=[(way, _(TOLD[way])) for way in Entered.WAYS],
        topics=[(topic.id, worded(topic.name)) for topic in policy.topics],
        languages=[(tag, language_in_words(tag)) for tag in policy.languages],
        people=[
            (b64(one.identity), names_in_words([one.identity], trust.recipients_by_id))
            for one in trust.roster.recipients
        ],
        me=b64(held.desk.signer.public),
        error=error,
        typed=request.form,
        about=request.form.getlist("about"),
        added=request.form.getlist("people"),
    )


def _stones(held: Unlocked) -> list[Tombstone]:
    return [] if held.desk.is_restored else held.desk.tombstones()
