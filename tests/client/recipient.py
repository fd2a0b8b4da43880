"""What a recipient does with their tool while somebody has the page open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.sync.actions import write

if TYPE_CHECKING:
    from keys.cases.case import Case
    from keys.wire.messages import Body
    from tests.keys.office import Office


def say(office: Office, name: str, *bodies: Body) -> None:
    """Let a recipient write into the only case that they read, and send it."""
    with office.session(name) as session:
        session.sync()
        [case] = session.cases()
        for body in bodies:
            case = write(session, case, body)
        session.send_now()


def only_case(office: Office, name: str) -> Case:
    """Return the only case that a recipient reads."""
    [case] = office.read(name)
    return case


def texts_of(case: Case) -> list[str]:
    """Return what is told in a thread, in its order."""
    return [message.text for message in case.thread if message.text]
