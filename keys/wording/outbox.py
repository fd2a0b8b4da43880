"""The outbox in words: what a session posted, what waits and why, and what was put aside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.vault.outbox_store import Reason, State
from keys.wording.words import _, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keys.sync.outbox import Sent
    from keys.vault.outbox_store import Outgoing


def _mark(text: str) -> str:
    return text


STATES = {
    State.QUEUED: _mark("waits"),
    State.TRIED: _mark("waits; it was sent, and no answer came"),
    State.ACKNOWLEDGED: _mark("sent; the server has it, and the log does not show it yet"),
    State.PUT_ASIDE: _mark("put aside"),
}
REASONS = {
    Reason.WOULD_NOT_COUNT: _mark("it would not count any more: you do not read the case, or the reporter said no"),
    Reason.TOO_LARGE: _mark("the server says that it is too large"),
    Reason.MAY_BE_POSTED: _mark("your backup had it, and it may have been sent since: ask the others who read it"),
    Reason.FOLLOWS: _mark("another message of the case, written before it, was put aside"),
}
REFUSALS = {
    "too-much-work": _mark("the server is busy and asks for more work"),
    "full": _mark("the server has no room left: tell the operator"),
    "clock": _mark("the server's clock is wrong: tell the operator"),
    "not-ready": _mark("the server has no roster yet"),
    "until": _mark("it was sealed for weeks that have passed, and the log could not be read to its end"),
}
SEND_NOW = _mark(
    "Colleagues who were left out of a case see in the log that something was sent at this moment, and how large it "
    "is. They do not see who sent it or in which case. Sent with the rest when a session ends, it does not stand out."
)


def sent_in_words(sent: Sent, outgoing: Iterable[Outgoing]) -> str:
    """Return one line: what a session posted, what still waits and why; `outgoing` is the current outbox."""
    waiting = count_waiting(outgoing)
    parts = [
        _("Sent: messages %(messages)d, cover entries %(covers)d.") % {"messages": sent.posted, "covers": sent.covers}
    ]
    if waiting:
        parts.append(
            _("Waiting: %(count)d (%(reasons)s).") % {"count": waiting, "reasons": "; ".join(waiting_reasons(sent))}
        )
    return " ".join([*parts, *put_aside_in_words(outgoing)])


def unsent_in_words(outgoing: Iterable[Outgoing]) -> str:
    """Return the line of a command that did not read the log, and so posted nothing."""
    parts = [_("Waiting: %(count)d. `meldbus sync` sends it.") % {"count": count_waiting(outgoing)}]
    return " ".join([*parts, *put_aside_in_words(outgoing)])


def put_aside_in_words(outgoing: Iterable[Outgoing]) -> list[str]:
    """Return the sentence that asks for a decision, or nothing if no message was put aside."""
    count = sum(one.state is State.PUT_ASIDE for one in outgoing)
    return [_("Put aside: %(count)d. `meldbus outbox` says why, and you decide.") % {"count": count}] if count else []


def count_waiting(outgoing: Iterable[Outgoing]) -> int:
    """Return how many messages are still to be posted."""
    return sum(one.state in (State.QUEUED, State.TRIED) for one in outgoing)


def waiting_reasons(sent: Sent) -> list[str]:
    """Return why messages wait for the next session, each reason once."""
    refused = [_(REFUSALS[code]) if code in REFUSALS else _refused(code) for code in sent.refused.values()]
    unreached = [] if sent.is_reached else [_("the server was not reached")]
    held = [_("your vault was brought back, and first the log has to be read without anything missing")]
    found = (held if sent.is_held else refused) or unreached
    return [*dict.fromkeys(found)] or [_("nothing could be sealed, or the log was not read to its end")]


def state_in_words(one: Outgoing) -> str:
    """Return the state of a message in the outbox, and why it was put aside."""
    state = _(STATES[one.state])
    return state if one.reason is None else f"{state}: {_(REASONS[one.reason])}"


def _refused(code: str) -> str:
    return _("the server refused it: %(code)s") % {"code": one_line(code)}
