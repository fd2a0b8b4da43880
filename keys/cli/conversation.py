"""A case as lines for a terminal; every word of a stranger is made harmless first."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from keys.cli.words import _, date, harmless, one_line, size_in_words
from keys.wire import kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from keys.cases import Alarm, Said
    from keys.cli.bodies import Reading

    Saved = Callable[[bytes], Mapping[int, bytes]]


def _mark(text: str) -> str:
    return text


# Marked for the catalogue here, translated where they are shown.
KINDS = {
    kinds.Report.KIND: _mark("report"),
    kinds.Answer.KIND: _mark("message"),
    kinds.Question.KIND: _mark("question"),
    kinds.Acknowledgement.KIND: _mark("acknowledgement"),
    kinds.Opened.KIND: _mark("has opened the report"),
    kinds.Feedback.KIND: _mark("what was done with it"),
    kinds.Minutes.KIND: _mark("minutes of a conversation"),
    kinds.Closed.KIND: _mark("has closed the case"),
    kinds.Request.KIND: _mark("asks for consent"),
    kinds.Consent.KIND: _mark("answer to a request for consent"),
    kinds.Admit.KIND: _mark("lets someone read it after all"),
    kinds.Identity.KIND: _mark("says who they are"),
    kinds.Agreed.KIND: _mark("answer to the minutes"),
    kinds.Rating.KIND: _mark("how it was handled"),
    kinds.Withdrawn.KIND: _mark("wants to withdraw the report"),
    kinds.Left.KIND: _mark("has left: nobody reads here any more"),
}

ALARMS = {
    "missing": _mark("ALARM: an earlier message is missing here. Tell the others and the operator."),
    "reordered": _mark("ALARM: messages stand in another order than they were written in."),
    "repeated": _mark("ALARM: the server gave a message a second time."),
    "moved": _mark("ALARM: a message of another case was put here."),
    "spoilt": _mark("ALARM: a message cannot be opened. It was altered, or was not sealed for you."),
    "tampered": _mark("ALARM: an entry for you was altered on its way."),
    "forbidden": _mark("ALARM: someone said something here that they may not say. It counts for nothing."),
    "excluded": _mark("ALARM: someone tried to let you into a case from which the reporter left you out."),
    "unsupported": _mark("There is a message of a newer version here: update the tool."),
    "last-resort": _mark(
        "ALARM: a report was sealed to your last-resort key. The server may be hiding your newer keys."
    ),
}


def conversation(reading: Reading, alarms: tuple[Alarm, ...], saved: Saved | None = None) -> Iterator[str]:
    """Yield the lines of a case, with each alarm at its place; `saved` says where files of an envelope were saved."""
    for at, said in enumerate(reading.case.said):
        yield from _alarms_at(alarms, at)
        yield ""
        yield _title(said)
        yield from reading.lines(said)
        yield from _files(said, saved)
    yield from _alarms_at(alarms, len(reading.case.said))


def _title(said: Said) -> str:
    author = harmless(f"{said.author.name} ({said.author.role})") if said.author else _("reporter")
    known = KINDS.get(said.kind)
    what = _(known) if known else _("something this version does not know: update the tool")
    return f"--- {date(said.day)} · {author} · {what}"


def _files(said: Said, saved: Saved | None) -> Iterator[str]:
    files = said.message.head.files
    paths = saved(said.message.mac) if files and saved else {}
    for number, file in enumerate(files):
        shown = [one_line(file.name) or "-", size_in_words(file.size), *filter(None, [one_line(file.type)])]
        if number in paths:
            shown.append(_("saved as %(path)s") % {"path": one_line(os.fsdecode(paths[number]))})
        elif saved:
            shown.append(_("not saved yet"))
        yield f"  * {' · '.join(shown)}"


def _alarms_at(alarms: tuple[Alarm, ...], at: int) -> Iterator[str]:
    yield from (f"!!! {_(ALARMS[alarm.code])}" for alarm in alarms if alarm.after == at)
