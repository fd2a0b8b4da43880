"""The table of all kinds (SPEC 5.1), by name and as the specification prints it."""

from keys.wire.messages import closing, dossier, log, reporter, thread
from keys.wire.messages.fields import described
from keys.wire.messages.kind import NO_FILES, Body

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

_HEADING = ("kind", "author", "channel", "`case`", "`files`", "body")


def table() -> str:
    """Return the table of SPEC 5.1 in Markdown."""
    rows = [_HEADING, ("---",) * len(_HEADING), *map(_row, KINDS.values())]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _row(body: type[Body]) -> tuple[str, ...]:
    least, most = body.FILES
    files = "" if body.FILES == NO_FILES else f"{least} to {most}"
    members = "{" + described(body) + "}"
    case = "" if body.CASE == "named" else body.CASE
    return f"`{body.KIND}`", " or ".join(body.AUTHORS), body.CHANNEL, case, files, members
