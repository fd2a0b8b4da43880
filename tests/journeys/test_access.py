"""Everybody can use each page and step: by a screen reader, in the dark, on a narrow screen, by the keyboard alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.journeys.faults import faults
from tests.journeys.meddling import Meddler, honest
from tests.journeys.reporter import nl
from tests.journeys.shelf import DOCUMENT, PHOTO, RECORDING, fill
from tests.journeys.site import BOARD_1, BOARD_2, SECRETARIS, Site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.journeys.reporter import Reporter

PAGES = ("how", "others", "file", "no-such-page")
LONG_WORD = "Aansprakelijkheidswaardevaststellingsveranderingen" * 3
# What has the keyboard, also in the shadow root.
FOCUSED = """
    (() => {
        const one = document.activeElement?.shadowRoot?.activeElement ?? document.activeElement;
        const label = (one.labels?.[0]?.textContent ?? "").split(" (")[0];
        return [one.id, one.dataset.part ?? "", one.className, one.tagName.toLowerCase(), one.type ?? "", label];
    })()
"""
MOST_TABS = 40


@pytest.fixture
def code(site: Site) -> str:
    """The code of a talk with everything in it that is shown in a way of its own."""
    site.news(SECRETARIS)
    code = site.report(f"Een melding met {LONG_WORD}.")
    [number] = site.news(SECRETARIS)
    site.read(SECRETARIS, number)
    site.run(SECRETARIS, "acknowledge", number, text="We hebben je melding.")
    site.run(SECRETARIS, "reply", "--question", number, text="Wanneer was dat?")
    return code


def steps(reporter: Reporter, site: Site, language: str, code: str) -> Iterator[str]:
    """Go through every step, and stop at each as it is and with its mistakes."""
    yield "start"
    reporter.press("start", "write")
    reporter.at("topic")
    yield "topic"
    reporter.press("topic", "back")
    reporter.choose("integriteit")
    yield "about"
    reporter.fill("about", "x" * 1001)
    reporter.press("about")
    reporter.mistakes("about")
    yield "about, with mistakes"
    reporter.fill("about", "")
    reporter.tick("about", BOARD_2)
    reporter.press("about")
    reporter.at("readers")
    yield "readers"
    reporter.tick("readers", "Secretaris", on=False)
    reporter.tick("readers", BOARD_1, on=False)
    reporter.press("readers")
    reporter.mistakes("readers")
    yield "readers, with mistakes"
    reporter.press("readers", "back")
    reporter.at("about")
    reporter.tick("about", BOARD_1)
    reporter.press("about")
    reporter.at("nobody")
    yield "nobody"
    reporter.visit(site.address(language))
    reporter.begin("anders")
    open_all(reporter)
    yield "write"
    reporter.press("write")
    reporter.mistakes("write")
    yield "write, with mistakes"
    reporter.visit(site.address(language))
    reporter.begin()
    reporter.untick("Bestuurslid 1")
    reporter.fill("write", f"Een melding met {LONG_WORD}.\n\nEn nog een regel.")
    receipt = reporter.review()
    yield "review"
    reporter.browser.type("#stage >>> #confirm", "0000" if not receipt.endswith("0000") else "1111")
    reporter.press("review")
    reporter.mistakes("review")
    yield "review, with mistakes"
    reporter.send(receipt)
    reporter.at("sent")
    yield "sent"
    reporter.visit(site.address(language))
    reporter.press("start", "enter")
    reporter.press("enter")
    reporter.mistakes("enter")
    yield "enter, with mistakes"
    reporter.visit(site.address(language))
    reporter.open(code)
    open_all(reporter)
    yield "talk"
    reporter.press("talk")
    reporter.mistakes("talk")
    yield "talk, with mistakes"
    reporter.press("talk", "end-first")
    reporter.press("talk", "end")
    reporter.at("ended")
    yield "ended"
    reporter.visit(f"{site.url}/{language}/#" + "A" * 43)
    yield "closed"
    reporter.visit(f"{site.url}/{language}/")
    reporter.browser.click("#stage >>> summary")
    yield "start, without a fingerprint"
    for page in PAGES:
        reporter.browser.goto(f"{site.url}/{language}/{page}")
        yield page


def open_all(reporter: Reporter) -> None:
    """Open everything that can be opened in a step."""
    reporter.evaluate("root.querySelectorAll('details').forEach((one) => { one.open = true; })")


@pytest.mark.parametrize("language", ["nl", "ar"])
def test_every_page_and_step_is_for_everybody(site: Site, in_chromium: Reporter, code: str, language: str) -> None:
    in_chromium.visit(site.address(language))
    found = {}
    for step in steps(in_chromium, site, language, code):
        found[step] = faults(in_chromium.browser)
        assert in_chromium.browser.evaluate("document.documentElement.lang") == language
    assert {step: wrong for step, wrong in found.items() if wrong} == {}
    assert len(found) == 22


def states(reporter: Reporter, wire: Meddler, address: str, shelf: Path) -> Iterator[str]:
    """Go through every state in which files are, the line cut where it has to be."""
    files = [shelf / name for name in (PHOTO, DOCUMENT, RECORDING, "a\u202egpj.exe")]
    reporter.visit(address)
    reporter.begin()
    reporter.fill("write", "Met bestanden.")
    reporter.add_files("write", *files)
    yield "files listed"
    reporter.browser.upload("#stage >>> input[type=file]", shelf / "map")
    reporter.looked_into("write", len(files) + 1)
    reporter.press("write")
    reporter.mistakes("write")
    yield "a file that cannot be read"
    reporter.remove_file("write", "map")
    reporter.keep_names("write")
    code = reporter.review()
    yield "files at the review"
    wire.meddle = lambda asked, forward: None if asked.path == "/parts" else forward(asked)
    reporter.send(code)
    reporter.browser.wait_for("#stage >>> [data-part=waiting]")
    yield "waiting for the line"
    reporter.cancel("sending")
    reporter.at("review")
    yield "stopped"
    wire.meddle = honest
    reporter.press("review")
    reporter.at("sent")
    reporter.press("sent", "talk")
    reporter.at("talk")
    yield "files in the talk"
    reporter.save_file(DOCUMENT)
    yield "a file saved"
    reporter.fill("talk", "Nog een.")
    reporter.add_files("talk", *files)
    wire.meddle = lambda asked, forward: None if asked.path == "/parts" else forward(asked)
    reporter.press("talk")
    reporter.browser.wait_for("#stage >>> [data-part=answering] [data-part=waiting]")
    yield "an answer waiting for the line"
    wire.meddle = honest


@pytest.mark.parametrize("language", ["nl", "ar"])
def test_every_state_of_files_is_for_everybody(
    site: Site, in_chromium: Reporter, tmp_path: Path, language: str
) -> None:
    fill(tmp_path, "Een beschrijving.")
    (tmp_path / "a\u202egpj.exe").write_bytes(b"MZ")
    (tmp_path / "map").mkdir()
    with Meddler(site.port) as wire:
        address = site.address(language, wire.url)
        found = {state: faults(in_chromium.browser) for state in states(in_chromium, wire, address, tmp_path)}
    assert {state: wrong for state, wrong in found.items() if wrong} == {}
    assert len(found) == 8


def test_every_sentence_of_the_talk_is_told_to_a_screen_reader(site: Site, reporter: Reporter, code: str) -> None:
    """The live region says what goes on, and the heading of each step has the keyboard."""
    reporter.visit(site.address("nl"))
    for press, step in (("write", "topic"), ("enter", "enter")):
        reporter.press("start", press)
        reporter.at(step)
        assert reporter.browser.evaluate(FOCUSED)[3] == "h1"
        reporter.press(step, "back")
        reporter.at("start")
    reporter.open(code)
    assert reporter.browser.evaluate(FOCUSED)[3] == "h1"
    reporter.press("talk", "again")
    told = f"document.querySelector('#status[role=status]').textContent === '{nl('There is nothing new.')}'"
    reporter.browser.wait_until(told)
    reporter.press("talk")
    reporter.mistakes("talk")
    assert reporter.browser.evaluate(FOCUSED)[1] == "summary"


def go_to(reporter: Reporter, wanted: str) -> None:
    """Press Tab until the keyboard is at the element of this id, part or class."""
    for _ in range(MOST_TABS):
        reporter.browser.press("Tab")
        if wanted in reporter.browser.evaluate(FOCUSED):
            return
    raise AssertionError(f"the keyboard does not get to {wanted}")


def test_the_keyboard_alone_adds_keeps_and_removes_files(site: Site, reporter: Reporter, tmp_path: Path) -> None:
    fill(tmp_path, "Een beschrijving.")
    keyboard = reporter.browser
    reporter.visit(site.address("nl"))
    reporter.begin()
    go_to(reporter, "choose")
    keyboard.choose(tmp_path / PHOTO, tmp_path / DOCUMENT)
    reporter.looked_into("write", 2)
    go_to(reporter, "original-1")
    keyboard.press(" ")
    go_to(reporter, "files-names")
    keyboard.press(" ")
    assert [file.name for file in reporter.files("write")] == [PHOTO, DOCUMENT]
    keyboard.press("Shift+Tab")
    assert keyboard.evaluate(FOCUSED)[1] == "remove"
    keyboard.press("Enter")
    assert [file.name for file in reporter.files("write")] == [PHOTO]
    assert keyboard.evaluate(FOCUSED)[1] == "choose"
    assert reporter.evaluate("root.querySelector('#original-1').checked") is True


def test_the_keyboard_alone_leads_from_the_address_to_the_receipt_and_the_talk(site: Site, reporter: Reporter) -> None:
    keyboard = reporter.browser
    reporter.visit(site.address("nl"))
    go_to(reporter, "write")
    keyboard.press("Enter")
    reporter.at("topic")
    go_to(reporter, "option")
    keyboard.press("Enter")
    reporter.at("about")
    go_to(reporter, BOARD_1)
    keyboard.press(" ")
    go_to(reporter, "main")
    keyboard.press("Enter")
    reporter.at("nobody")
    go_to(reporter, "back")
    keyboard.press("Enter")
    reporter.at("about")
    go_to(reporter, BOARD_1)
    keyboard.press(" ")
    go_to(reporter, BOARD_2)
    keyboard.press(" ")
    go_to(reporter, "main")
    keyboard.press("Enter")
    reporter.at("readers")
    go_to(reporter, "main")
    keyboard.press("Enter")
    reporter.at("write")
    go_to(reporter, "story")
    keyboard.press(*"Met")
    go_to(reporter, "main")
    keyboard.press("Enter")
    reporter.at("review")
    assert reporter.part("review", "text") == "Met"
    assert reporter.part("review", "without").startswith(BOARD_2)
    code = reporter.part("review", "code")
    go_to(reporter, "confirm")
    keyboard.press(*code[-4:])
    keyboard.press("Enter")
    reporter.at("sent")
    assert reporter.part("sent", "code") == code
    go_to(reporter, "talk")
    keyboard.press("Enter")
    reporter.at("talk")
    go_to(reporter, "answer")
    keyboard.press(*"Ook")
    go_to(reporter, "main")
    keyboard.press("Enter")
    keyboard.wait_until("document.querySelector('#stage').shadowRoot.querySelectorAll('.message').length === 2")
    assert reporter.said() == ["Met", "Ook"]


# Of what has the keyboard, how many of the points in it are seen.
SEEN_AT = """
    (() => {
        const deep = (root, x, y) => {
            const found = root.elementFromPoint(x, y);
            return found?.shadowRoot && found.shadowRoot !== root ? deep(found.shadowRoot, x, y) : found;
        };
        const one = document.activeElement?.shadowRoot?.activeElement ?? document.activeElement;
        const { left, right, top, bottom } = one.getBoundingClientRect();
        const points = [];
        for (const x of [left + 2, (left + right) / 2, right - 2]) {
            for (let y = top + 2; y < bottom; y += 4) points.push([x, y]);
        }
        const seen = points.filter(([x, y]) => {
            const found = deep(document, x, y);
            return found !== null && (found === one || one.contains(found));
        });
        return [one.tagName + "#" + one.id + "." + (one.dataset.part ?? ""), seen.length];
    })()
"""


@pytest.mark.parametrize("language", ["nl", "ar"])
def test_what_has_the_keyboard_is_never_covered_at_four_times_the_size(
    site: Site, in_chromium: Reporter, code: str, language: str
) -> None:
    """A screen of 1280 by 1024 at 400 per cent: the exit that stays in its place covers nothing (WCAG 2.2, 2.4.11)."""
    reporter, browser = in_chromium, in_chromium.browser
    covered = []
    count = 0
    browser.viewport(320, 256)
    reporter.visit(site.address(language))
    for step in steps(reporter, site, language, code):
        wide = browser.evaluate("document.documentElement.scrollWidth")
        assert wide <= 320, f"{step}: {wide} pixels wide"
        first = None
        for _ in range(MOST_TABS):
            browser.press("Tab")
            name, seen = browser.evaluate(SEEN_AT)
            if name == first or name.startswith("BODY"):
                break
            first = first or name
            count += 1
            if seen == 0:
                covered.append(f"{step}: {name}")
    assert covered == []
    assert count > 100


GROUPS = """
    Array.from(root.querySelectorAll("[data-part=code] > *"), (one) => {
        const { left, top } = one.getBoundingClientRect();
        return [Math.round(top), left, one.textContent];
    })
"""


@pytest.mark.parametrize("language", ["nl", "ar"])
@pytest.mark.parametrize("width", [390, 1280])
def test_a_code_is_read_from_left_to_right(site: Site, in_chromium: Reporter, language: str, width: int) -> None:
    """Once its groups stood from right to left in Arabic: who wrote down what stood there had no code."""
    in_chromium.browser.viewport(width, 844)
    in_chromium.visit(site.address(language))
    in_chromium.begin()
    in_chromium.fill("write", "Een melding.")
    code = in_chromium.review()
    groups = in_chromium.evaluate(GROUPS)
    assert "".join(text for *_, text in sorted(groups)) == code


def test_the_exit_comes_first_at_every_step(site: Site, in_chromium: Reporter, code: str) -> None:
    in_chromium.visit(site.address("nl"))
    first = """
        Array.from(document.querySelectorAll("a, button, input, textarea, select, [tabindex='0']"))
            .find((one) => getComputedStyle(one).display !== "none").id
    """
    for step in steps(in_chromium, site, "nl", code):
        assert in_chromium.browser.evaluate(first) == "exit", step
