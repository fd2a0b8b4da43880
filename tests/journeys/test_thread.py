"""The talk from the reporter's side: where it stands, what can be asked and answered in it, and how it ends."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from babel.dates import format_date

from keys.policy import date_of
from tests.journeys.clocked import ClockedSite
from tests.journeys.reporter import UNKNOWN_CODE, nl
from tests.journeys.site import BOARD_1, BOARD_2, SECRETARIS, Site

if TYPE_CHECKING:
    from pathlib import Path

    from tests.journeys.reporter import Reporter

SENT = nl("It has been sent.")
UNATTENDED = nl("Nobody reads this conversation any more, so you cannot send anything now.")
UNOPENED = nl("Nobody has opened your report yet.")

CLOSED = (
    "It was closed on {day}. It will be destroyed, unless those who read it open it again. "
    "If you write, it is opened again."
)


def dated(day: int) -> str:
    return format_date(date_of(day), "full", "nl").replace(" ", " ")


def reported(site: Site, reporter: Reporter, text: str = "Een melding.", topic: str = "anders") -> str:
    """Report at the page and return the case's number; the reporter stands in the talk, as does the secretaris."""
    site.news(SECRETARIS)
    reporter.visit(site.address("nl"))
    reporter.begin(topic)
    reporter.fill("write", text)
    reporter.send(reporter.review())
    reporter.at("sent")
    [number] = site.news(SECRETARIS)
    reporter.press("sent", "talk")
    reporter.at("talk")
    return number


def look(reporter: Reporter) -> None:
    reporter.press("talk", "again")
    reporter.said_so(nl("There is something new. It is at the end of the conversation."))


def read(site: Site, number: str, *options: str) -> str:
    site.run(SECRETARIS, "sync")
    return site.read(SECRETARIS, *options, number, text="Om te bellen.")


def test_where_the_case_stands_is_said_in_plain_words(site: Site, reporter: Reporter) -> None:
    number = reported(site, reporter)
    assert reporter.part("talk", "unopened") == UNOPENED
    clocks = reporter.part("talk", "clocks")
    assert nl("Your report came in on {day}.", day=dated(site.today)) in clocks
    assert nl("You should get a confirmation of receipt by {day}.", day=dated(site.today + 7)) in clocks
    site.read(SECRETARIS, number)
    site.run(SECRETARIS, "acknowledge", number, text="We hebben je melding.")
    look(reporter)
    assert reporter.hidden("talk", "unopened")
    assert nl("The receipt was confirmed on {day}.", day=dated(site.today)) in reporter.part("talk", "clocks")
    assert nl("We want to write to you before {day} has passed.", day="")[:15] not in reporter.part("talk", "clocks")
    site.run(SECRETARIS, "close", "--outcome", "guidance", number, text="Het is afgerond.")
    look(reporter)
    assert nl(CLOSED, day=dated(site.today)) in reporter.part("talk", "clocks")


def test_new_is_what_came_after_the_reporters_own_last_message(site: Site, reporter: Reporter) -> None:
    number = reported(site, reporter)
    site.read(SECRETARIS, number)
    site.run(SECRETARIS, "acknowledge", number, text="Eerste.")
    look(reporter)
    reporter.answer("Dank je.")
    assert reporter.new() == []
    site.run(SECRETARIS, "sync")
    site.read(SECRETARIS, number)
    site.run(SECRETARIS, "reply", number, text="Tweede.")
    look(reporter)
    assert reporter.new() == ["Tweede."]


def test_consent_is_asked_given_and_taken_back(site: Site, reporter: Reporter) -> None:
    number = reported(site, reporter)
    site.read(SECRETARIS, number)
    site.run(SECRETARIS, "ask", "--to", "de politie", "--what", "je verhaal", number, text="Voor de aangifte.")
    look(reporter)
    [told] = reporter.told()[1:]
    assert told == {nl("To whom"): "de politie", nl("What exactly"): "je verhaal", nl("Why"): ""}
    for press, sentence, heard in (
        ("yes", "You agreed on {day}.", "yes, I agree"),
        ("withdrawn", "You withdrew your consent on {day}.", "I take it back"),
    ):
        reporter.reply(press)
        reporter.said_so(SENT)
        assert reporter.reply_state() == nl(sentence, day=dated(site.today))
        assert heard in read(site, number)


def test_minutes_are_agreed_to_or_corrected(site: Site, reporter: Reporter) -> None:
    number = reported(site, reporter)
    site.read(SECRETARIS, number)
    site.run(SECRETARIS, "minutes", number, text="Het was op vrijdag.")
    look(reporter)
    reporter.browser.type("#stage >>> .asking textarea", "Het was op donderdag.")
    reporter.reply("no")
    reporter.said_so(SENT)
    assert "Het was op donderdag." in read(site, number)
    site.run(SECRETARIS, "minutes", number, text="Het was op donderdag, dus.")
    look(reporter)
    reporter.reply("yes")
    reporter.said_so(SENT)
    assert "yes, this is right" in read(site, number)


def test_who_the_reporter_is_goes_apart_and_is_shown_on_purpose_alone(site: Site, reporter: Reporter) -> None:
    site.news(SECRETARIS)
    reporter.visit(site.address("nl"))
    reporter.begin("anders")
    reporter.fill("write", "Met een naam.")
    reporter.open_wish("naming")
    reporter.browser.type("#stage >>> #identity", "Ik ben Voorbeeld Een.")
    code = reporter.review()
    assert reporter.part("review", "identity") == "Ik ben Voorbeeld Een."
    reporter.send(code)
    reporter.at("sent")
    assert reporter.hidden("sent", "unnamed")
    [number] = site.news(SECRETARIS)
    assert "Voorbeeld Een" not in read(site, number)
    assert "Ik ben Voorbeeld Een." in read(site, number, "--identity")
    reporter.press("sent", "talk")
    reporter.at("talk")
    reporter.open_wish("name")
    reporter.browser.type("#stage >>> #identity-later", "Bel mij liever niet.")
    reporter.press("talk", "name")
    reporter.said_so(SENT)
    assert "Bel mij liever niet." in read(site, number, "--identity")


def test_a_late_report_can_be_sent_to_the_board_too(tmp_path: Path, in_chromium: Reporter) -> None:
    reporter = in_chromium
    with ClockedSite(tmp_path, days_ago=8) as site:
        number = reported(site, reporter)
        assert reporter.hidden("talk", "late")
        site.pass_days(8)
        look_again(site, reporter)
        assert BOARD_1 in reporter.part("talk", "late-to")
        had_to = nl("The receipt had to be confirmed by {day}. That did not happen.", day=dated(site.today - 1))
        assert had_to in reporter.part("talk", "clocks")
        assert site.news(BOARD_1) == site.news(BOARD_2) == set()
        reporter.press("talk", "offer")
        reporter.said_so(nl("They can read it as soon as they open their program."))
        assert site.news(BOARD_1) == site.news(BOARD_2) == {number}
        assert "Een melding." in site.read(BOARD_1, number)
        site.news(BOARD_1)  # that it was opened leaves with the next session
        look(reporter)
        assert reporter.hidden("talk", "offer")


def look_again(site: Site, reporter: Reporter) -> None:
    reporter.press("talk", "again")
    reporter.said_so(nl("There is nothing new."))


def test_a_member_whom_it_is_about_is_not_offered_it_when_it_is_late(tmp_path: Path, in_chromium: Reporter) -> None:
    reporter = in_chromium
    with ClockedSite(tmp_path, days_ago=6) as site:
        reporter.visit(site.address("nl"))
        reporter.begin("anders", about=[BOARD_2])
        reporter.untick(BOARD_1)
        reporter.fill("write", "Over een bestuurslid.")
        reporter.send(reporter.review())
        reporter.at("sent")
        site.pass_days(6)
        reporter.press("sent", "talk")
        reporter.at("talk")
        assert BOARD_1 in reporter.part("talk", "late-to")
        assert BOARD_2 not in reporter.part("talk", "late-to")
        reporter.open_wish("others")
        boxes = reporter.boxes("talk")
        assert BOARD_1 in boxes
        assert nl("{name}: your report is about this person", name=BOARD_2) in boxes
        assert BOARD_2 not in boxes


def test_where_nobody_reads_any_more_only_letting_somebody_in_is_offered(tmp_path: Path, in_chromium: Reporter) -> None:
    """The page offered to write, and said to try again later of what could only be refused."""
    reporter = in_chromium
    with ClockedSite(tmp_path, days_ago=3) as site:
        reporter.visit(site.address("nl"))
        reporter.begin("anders")
        reporter.fill("write", "Een melding.")
        code = reporter.review()
        reporter.send(code)
        reporter.at("sent")
        site.publish_roster([BOARD_1, BOARD_2])
        site.pass_days(2)
        reporter.visit(site.address("nl"))
        reporter.open(code)
        assert reporter.part("talk", "unattended").startswith(UNATTENDED)
        assert reporter.hidden("talk", "form")
        reporter.open_wish("others")
        reporter.tick("talk", BOARD_1)
        reporter.press("talk", "admit")
        reporter.said_so(nl("They can read it as soon as they open their program."))
        assert not reporter.hidden("talk", "form")
        reporter.answer("Is daar iemand?")
        assert reporter.said() == ["Een melding.", "Is daar iemand?"]


def test_a_report_is_withdrawn_and_its_handling_rated(site: Site, reporter: Reporter) -> None:
    number = reported(site, reporter)
    assert reporter.hidden("talk", "rating")
    reporter.open_wish("withdraw")
    reporter.press("talk", "withdraw")
    reporter.said_so(SENT)
    assert "wants to withdraw the report" in read(site, number)
    assert reporter.hidden("talk", "withdrawing")
    site.run(SECRETARIS, "close", "--outcome", "guidance", number, text="Afgerond.")
    look(reporter)
    reporter.browser.type("#stage >>> #rating", "Het duurde lang.")
    reporter.press("talk", "rate-partly")
    reporter.said_so(SENT)
    assert reporter.hidden("talk", "rating")
    shown = read(site, number)
    assert "partly handled well" in shown
    assert "Het duurde lang." in shown


def test_leaving_for_good_asks_twice_and_the_code_opens_nothing_any_more(site: Site, reporter: Reporter) -> None:
    code = site.report("Een melding.")
    reporter.visit(site.address("nl"))
    reporter.open(code)
    reporter.open_wish("end")
    assert reporter.hidden("talk", "sure")
    reporter.press("talk", "end-first")
    reporter.press("talk", "end")
    reporter.at("ended")
    reporter.press("ended", "again")
    reporter.enter(code)
    assert reporter.mistakes("enter") == [UNKNOWN_CODE]
    assert any("Een melding." in site.read(SECRETARIS, number) for number in site.news(SECRETARIS))


def test_a_proof_is_saved_and_holds_without_the_server(tmp_path: Path, in_chromium: Reporter) -> None:
    reporter = in_chromium
    with Site(tmp_path) as site:
        number = reported(site, reporter)
        reporter.open_wish("prove")
        assert reporter.part("talk", "unproved") == nl("There is no proof yet: nobody has confirmed the receipt.")
        assert reporter.hidden("talk", "prove")
        site.read(SECRETARIS, number)
        site.run(SECRETARIS, "acknowledge", number, text="We hebben je melding.")
        look(reporter)
        reporter.open_wish("prove")
        reporter.press("talk", "prove")
        reporter.said_so(nl("Your browser saves the proof."))
        proof = reporter.browser.downloaded("proof.meldbus")
        address = site.address()
    assert "Een melding." not in proof.read_bytes().decode("latin-1")
    shown = site.run("nobody", "verify-proof", "--fingerprint", address, proof)
    assert f"{SECRETARIS} (secretaris)" in shown
    assert dt.datetime.now(dt.UTC).date().isoformat()[:7] in shown
    assert number in shown


@pytest.mark.parametrize("step", ["write", "talk"])
def test_a_lone_name_that_is_too_long_is_said_at_its_field(site: Site, in_chromium: Reporter, step: str) -> None:
    reporter = in_chromium
    code = site.report("Een melding.")
    reporter.visit(site.address("nl"))
    if step == "write":
        reporter.begin()
        reporter.fill("write", "Een melding.")
        area = "#identity"
    else:
        reporter.open(code)
        area = "#identity-later"
    reporter.evaluate(
        f"void (root.querySelector('{area}').value = 'x'.repeat(100_007),"
        f" root.querySelector('{area}').dispatchEvent(new Event('input', {{ bubbles: true }})))"
    )
    if step == "talk":
        reporter.open_wish("name")
    reporter.press(step, None if step == "write" else "name")
    assert reporter.mistakes(step) == [nl("Your text is too long: take away about {count} characters.", count="7")]
    assert reporter.evaluate(f"root.querySelector('{area}').getAttribute('aria-invalid')") == "true"
