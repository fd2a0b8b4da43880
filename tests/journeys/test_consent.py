"""Consent counts as the reporter gave it: forged, repeated, or given to another request, it lets nobody in."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from keys.ceremony import open_vault, unlock
from keys.courier import Courier
from keys.sync import Desk, load_trust
from keys.sync.served import sealing_basis
from keys.wire.exchange import Item, Page
from keys.wire.kinds import Admit, Consent
from tests.journeys.meddling import Meddler
from tests.journeys.reporter import nl
from tests.journeys.site import BOARD_1, BOARD_2, PASSPHRASE, SECRETARIS
from tests.keys.forging import post_as_recipient

if TYPE_CHECKING:
    from keys.wire.kinds import Body
    from tests.journeys.meddling import Answer, Asked, Forward
    from tests.journeys.reporter import Reporter
    from tests.journeys.site import Site

FORBIDDEN = nl("A message stood here by somebody who may not speak here. We do not show it.")
REPEATED = nl("A message stood here a second time. We show it once.")
SENT = nl("It has been sent.")
WITH_WITHDRAWAL = 4  # messages: report, request, yes, withdrawal
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
        options = ("--to", name, "--what", "de melding", "--let-in", name)
        site.run(SECRETARIS, "ask", *options, number, text=f"Voor {name}.")
    reporter.press("sent", "talk")
    reporter.at("talk")
    return number


def forge(site: Site, number: str, body: Body) -> None:
    """Let the secretaris, with a tool of their own, say what only a reporter may."""
    folder = site.folder / SECRETARIS
    secret = unlock(folder, PASSPHRASE)
    with open_vault(folder, secret) as vault:
        desk = Desk(secret, vault, Courier(site.url), lambda: site.now)
        case, _ = desk.case(number)
        history = load_trust(vault).history
        office: Any = SimpleNamespace(
            courier=lambda: Courier(site.url),
            addressees=lambda: sealing_basis(Courier(site.url), history, site.today),
        )
        post_as_recipient(office, desk, case, body)


def request_of(site: Site, number: str) -> bytes:
    """Return the id of the case's first request."""
    folder = site.folder / SECRETARIS
    secret = unlock(folder, PASSPHRASE)
    with open_vault(folder, secret) as vault:
        case, _ = Desk(secret, vault, Courier(site.url), lambda: site.now).case(number)
        return next(said.message.id for said in case.said if said.kind == "request")


def identity_of(site: Site, name: str) -> bytes:
    return site.cards[name].bundle.identity


@pytest.mark.parametrize("kind", ["consent", "admit"])
def test_consent_that_a_recipient_made_lets_nobody_in_and_is_shown_as_an_alarm(
    site: Site, in_chromium: Reporter, kind: str
) -> None:
    number = asked(site, in_chromium, BOARD_1)
    site.run(SECRETARIS, "sync")
    forged = Consent("yes", request_of(site, number)) if kind == "consent" else Admit((identity_of(site, BOARD_1),))
    forge(site, number, forged)
    in_chromium.press("talk", "again")
    in_chromium.said_so(nl("There is something new. It stands at the end of the conversation."))
    assert in_chromium.alarms() == [FORBIDDEN]
    assert in_chromium.reply_state() == ""
    site.run(SECRETARIS, "sync")
    assert "ALARM" in site.read(SECRETARIS, number)
    with pytest.raises(AssertionError, match=LEFT_OUT):
        site.run(SECRETARIS, "share", number, BOARD_1)
    site.run(BOARD_1, "sync")
    assert number not in site.run(BOARD_1, "list")


def test_consent_to_one_request_is_none_to_another(site: Site, in_chromium: Reporter) -> None:
    number = asked(site, in_chromium, BOARD_1, BOARD_2)
    in_chromium.reply("yes")  # to the last one
    in_chromium.said_so(SENT)
    site.run(SECRETARIS, "sync")
    with pytest.raises(AssertionError, match=LEFT_OUT):
        site.run(SECRETARIS, "share", number, BOARD_1)
    site.run(SECRETARIS, "share", number, BOARD_2)
    assert number in site.news(BOARD_2)
    site.run(BOARD_1, "sync")
    assert number not in site.run(BOARD_1, "list")


def test_a_yes_that_was_taken_back_lets_nobody_in(site: Site, in_chromium: Reporter) -> None:
    reporter = in_chromium
    number = asked(site, reporter, BOARD_1)
    reporter.reply("yes")
    reporter.said_so(SENT)
    reporter.reply("withdrawn")
    reporter.said_so(SENT)
    site.run(SECRETARIS, "sync")
    with pytest.raises(AssertionError, match=LEFT_OUT):
        site.run(SECRETARIS, "share", number, BOARD_1)


def test_the_page_shows_a_repeated_yes_as_an_alarm_and_keeps_to_the_last_word(
    site: Site, in_chromium: Reporter
) -> None:
    reporter = in_chromium

    shown: list[Item] = []

    def repeat(asked: Asked, forward: Forward) -> Answer:
        """Give the yes once more, on a second page: the four messages fill the first one."""
        answer = forward(asked)
        if asked.path.partition("?")[0] != "/channel":
            return answer
        if "?" not in asked.path:
            shown[:] = Page.parse(answer.body).items
            return answer.with_body(Page(tuple(shown), more=len(shown) == WITH_WITHDRAWAL).encode())
        yes, last = shown[-2:]
        again = Item(last.position + 1, yes.day, yes.size, yes.prefix)
        return answer.with_body(Page((again,), more=False).encode())

    with Meddler(site.port) as wire:
        site.news(SECRETARIS)
        reporter.visit(site.address("nl", wire.url))
        reporter.begin("anders")
        reporter.fill("write", "Zonder bestuur.")
        reporter.send(reporter.review())
        reporter.at("sent")
        [number] = site.news(SECRETARIS)
        site.run(
            SECRETARIS, "ask", "--to", BOARD_1, "--what", "de melding", "--let-in", BOARD_1, number, text="Daarom."
        )
        reporter.press("sent", "talk")
        reporter.at("talk")
        for answer in ("yes", "withdrawn"):
            reporter.reply(answer)
            reporter.said_so(SENT)
        wire.meddle = repeat
        reporter.press("talk", "again")
        reporter.said_so(nl("There is something new. It stands at the end of the conversation."))
        assert reporter.alarms() == [REPEATED]
        assert reporter.reply_state().startswith(nl("You took your yes back on {day}.", day="")[:15])
