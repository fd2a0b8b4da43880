"""The table of all kinds (SPEC 5.1), by name and as the specification prints it."""

from keys.wire.messages import closing, dossier, log, reporter, thread
from keys.wire.messages.fields import CHANNELS, described
from keys.wire.messages.kind import MANY_FILES, NO_FILES, Body

_THREAD: tuple[type[Body], ...] = (
    thread.Report,
    thread.Answer,
    thread.Question,
    thread.Acknowledgement,
    thread.Opened,
    thread.Feedback,
    thread.Minutes,
    thread.Closed,
    thread.Request,
    thread.Joined,
    thread.SteppedBack,
)
_REPORTER: tuple[type[Body], ...] = (
    reporter.Consent,
    reporter.Agreed,
    reporter.Identity,
    reporter.Rating,
    reporter.ReportWithdrawn,
    reporter.Left,
)
_DOSSIER: tuple[type[Body], ...] = (
    dossier.Note,
    dossier.Form,
    dossier.Assigned,
    dossier.Informed,
    dossier.Category,
    dossier.Revealed,
    dossier.Correction,
    dossier.Exported,
    dossier.Exercise,
)
_CLOSING: tuple[type[Body], ...] = (
    closing.Outcome,
    closing.Retention,
    closing.Hold,
    closing.Purge,
    closing.Objection,
    closing.Approval,
    closing.Reopened,
)
_LOG: tuple[type[Body], ...] = (log.Arrived, log.Lacking, log.Share, log.LogAccepted)

KINDS: dict[str, type[Body]] = {body.KIND: body for body in (*_THREAD, *_REPORTER, *_DOSSIER, *_CLOSING, *_LOG)}

_HEADING = ("kind", "members of the body")


def table() -> str:
    """Return the table of SPEC 5.1 in Markdown, by channel; kinds that differ only in name share a row."""
    names: dict[tuple[str, str], list[str]] = {}
    for body in KINDS.values():
        names.setdefault((body.CHANNEL, described(body) or "none"), []).append(_name(body))
    lines = [_row(*_HEADING), _row(*("---" for _ in _HEADING))]
    for channel in CHANNELS:
        lines.append(_row(f"**{channel}**", ""))
        lines += [_row(", ".join(kinds), members) for (of, members), kinds in names.items() if of == channel]
    return "".join(lines)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"


def _name(body: type[Body]) -> str:
    """Return the name of a kind, "+" if it can have files, and how it differs from most: author, case, one file."""
    marks = [] if body.AUTHORS == Body.AUTHORS else [" or ".join(body.AUTHORS)]
    marks += {"named": [], "absent": ["no case"], "named or absent": ["case or none"]}[body.CASE]
    if body.FILES not in (NO_FILES, MANY_FILES):
        marks.append(f"{body.FILES[0]} file")
    name = f"`{body.KIND}`+" if body.FILES == MANY_FILES else f"`{body.KIND}`"
    return f"{name} ({', '.join(marks)})" if marks else name
