"""Consent counts as the reporter gave it: forged, repeated, or given to another request, it lets nobody in."""

from __future__ import annotations

from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from keys.ceremony import open_vault, unlock
from keys.courier import Courier
from keys.sync import RecipientSession, sealing_basis
from keys.wire.messages import Consent, Joined
from tests.journeys.meddling import Meddler, on_entries
from tests.journeys.reporter import nl
from tests.journeys.site import BOARD_1, BOARD_2, PASSPHRASE, SECRETARIS
from tests.keys.forging import post_as_recipient

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keys.wire.ids import PersonId
    from tests.journeys.reporter import Reporter
    from tests.journeys.site import Site

FORBIDDEN = nl("{name} wrote something here without the right to. We do not show it.", name=SECRETARIS)
LEFT_OUT_NAMED = nl(
    "{name} wants somebody to read this whom you left out. That person cannot read it unless you agree.",
    name=SECRETARIS,
)
NEW = nl("There is something new. It is at the end of the conversation.")
SENT = nl("It has been sent.")
YES = 3  # where it stands: after report, opened, request
LEFT_OUT = "left this person out"


def asked(site: Site, reporter: Reporter, *let_in: str) -> str:
    """Report without the board, be asked about each of these, and return the case's number; the talk is shown."""
    site.news(SECRETARIS)
    reporter.visit(site.address("nl"))
    reporter.begin("anders")
    reporter.fill("write", "Zonder bestuur.")
    reporter.send(reporter.review())
    reporter.at("sent")
    [number] = site.news(SECRETARIS)
    for name in let_in:
        site.read(SECRETARIS, number)
        options = ("--to", name, "--what", "de melding", "--let-in", name)
        site.run(SECRETARIS, "ask", *options, number, text=f"Voor {name}.")
    reporter.press("sent", "talk")
    reporter.at("talk")
    return number


def is_left_out(site: Site, number: str, name: str) -> None:
    """Hold that a recipient sees nothing of the case, and that the secretaris cannot let them in."""
    site.read(SECRETARIS, number)
    with pytest.raises(AssertionError, match=LEFT_OUT):
        site.run(SECRETARIS, "share", number, name)
    site.run(name, "sync")
    assert number not in site.run(name, "list")


@contextmanager
def session_of(site: Site, name: str) -> Iterator[RecipientSession]:
    """Open the session of a recipient, with a tool of their own: nothing is posted when it ends."""
    folder = site.folder / name
    secret = unlock(folder, PASSPHRASE)
    with open_vault(folder, secret) as vault:
        session = RecipientSession(secret, vault, Courier(site.url), lambda: site.now)
        session.sync()
        yield session


def person_of(session: RecipientSession, name: str) -> PersonId:
    return session.trust().persons_by_name[name]


def forge(site: Site, number: str, kind: str) -> None:
    """Let the secretaris say what only a reporter may, or let somebody in whom the reporter left out."""
    with session_of(site, SECRETARIS) as session:
        case, history, people = session.case(number), session.trust().history, (person_of(session, BOARD_1),)
        request = next(message.id for message in case.thread if message.kind == "request")
        basis: Any = SimpleNamespace(
            courier=lambda: Courier(site.url),
            addressees=lambda: sealing_basis(Courier(site.url), history, site.today),
            roster=lambda: history.newest,
        )
        body = Consent("yes", people, (), request) if kind == Consent.KIND else Joined(people)
        post_as_recipient(basis, session, case, body)


@pytest.mark.parametrize(("kind", "alarm"), [("consent", FORBIDDEN), ("joined", LEFT_OUT_NAMED)])
def test_consent_that_a_recipient_made_lets_nobody_in_and_is_shown_as_an_alarm(
    site: Site, in_chromium: Reporter, kind: str, alarm: str
) -> None:
    number = asked(site, in_chromium, BOARD_1)
    forge(site, number, kind)
    in_chromium.press("talk", "again")
    in_chromium.said_so(NEW)
    assert in_chromium.alarms() == [alarm]
    assert in_chromium.reply_state() == ""
    site.run(SECRETARIS, "sync")
    assert "ALARM" in site.read(SECRETARIS, number)
    is_left_out(site, number, BOARD_1)


def test_consent_to_one_request_is_none_to_another(site: Site, in_chromium: Reporter) -> None:
    number = asked(site, in_chromium, BOARD_1, BOARD_2)
    in_chromium.reply("yes")  # to the last one
    in_chromium.said_so(SENT)
    site.run(SECRETARIS, "sync")
    assert number in site.news(BOARD_2)
    assert "Zonder bestuur." in site.read(BOARD_2, number)
    is_left_out(site, number, BOARD_1)


def test_a_yes_that_was_taken_back_lets_nobody_in(site: Site, in_chromium: Reporter) -> None:
    reporter = in_chromium
    number = asked(site, reporter, BOARD_1)
    reporter.reply("yes")
    reporter.said_so(SENT)
    reporter.reply("withdrawn")
    reporter.said_so(SENT)
    site.read(SECRETARIS, number)
    with pytest.raises(AssertionError, match=LEFT_OUT):
        site.run(SECRETARIS, "share", number, BOARD_1)
    site.run(BOARD_1, "sync")
    with pytest.raises(AssertionError, match="you cannot open it"):
        site.read(BOARD_1, number)


def test_the_page_shows_a_repeated_yes_once_and_keeps_to_the_last_word(site: Site, in_chromium: Reporter) -> None:
    reporter = in_chromium
    with Meddler(site.port) as wire:
        site.news(SECRETARIS)
        reporter.visit(site.address("nl", wire.url))
        reporter.begin("anders")
        reporter.fill("write", "Zonder bestuur.")
        reporter.send(reporter.review())
        reporter.at("sent")
        [number] = site.news(SECRETARIS)
        site.read(SECRETARIS, number)
        site.run(
            SECRETARIS, "ask", "--to", BOARD_1, "--what", "de melding", "--let-in", BOARD_1, number, text="Daarom."
        )
        reporter.press("sent", "talk")
        reporter.at("talk")
        for answer in ("yes", "withdrawn"):
            reporter.reply(answer)
            reporter.said_so(SENT)
        shown = reporter.lines()
        wire.meddle = on_entries(lambda entries: [*entries, entries[YES]])
        reporter.press("talk", "again")
        reporter.said_so(nl("There is nothing new."))
        assert reporter.lines() == shown
        assert reporter.alarms() == []
        assert reporter.reply_state().startswith(nl("You withdrew your consent on {day}.", day="")[:15])
