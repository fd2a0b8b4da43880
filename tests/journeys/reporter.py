"""A reporter at a browser: reads, types and presses what a person would; it knows nothing that is not shown."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dropbox.i18n import translations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.journeys.browser import Browser

ROOT = 'document.querySelector("#stage").shadowRoot'


DUTCH = translations("nl")


def nl(sentence: str, **fills: str) -> str:
    """Return a sentence of the pages in Dutch, its gaps filled: the catalogue decides on its words, not the tests."""
    return DUTCH.gettext(sentence).format(**fills)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the talk: a message with its author and text, an event or an alarm with its sentence."""

    what: str  # "message", "mine", "event" or "alarm"
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Reporter:
    """The steps of the one page, by the names that they have in the templates."""

    browser: Browser

    def visit(self, address: str) -> None:
        """Open the address as anew, and wait."""
        if self.browser.url.partition("#")[0] == address.partition("#")[0]:
            self.browser.goto("about:blank")  # another fragment alone, or none, is no visit
        self.browser.goto(address)
        self.ready()

    def ready(self) -> None:
        """Wait for the first step that asks something."""
        self.browser.wait_until(f"{ROOT}?.querySelector('section')?.dataset.step?.match(/^(start|closed)$/) != null")

    def step(self) -> str:
        """Return the name of the step that is shown."""
        return str(self.browser.evaluate(f"{ROOT}.querySelector('section').dataset.step"))

    def at(self, step: str) -> None:
        """Wait until this step is shown."""
        self.browser.wait_for(f'#stage >>> section[data-step="{step}"]')

    def press(self, step: str, part: str | None = None) -> None:
        """Press a button of a step: a named part, or the one that sends the step's form."""
        self.browser.click(_in(step, f'[data-part="{part}"]' if part else "form button.main"))

    def part(self, step: str, part: str) -> str:
        """Return the words of a part of a step."""
        return self.browser.text(_in(step, f'[data-part="{part}"]')).strip()

    def begin(self) -> None:
        """Go from the first step to the form."""
        self.press("start", "write")
        self.at("write")

    def untick(self, *names: str) -> None:
        """Take these people off the report."""
        for name in names:
            labels = "Array.from(root.querySelectorAll('.choice label'))"
            box = self.evaluate(f"{labels}.find((one) => one.textContent.startsWith({_js(name)})).htmlFor")
            self.browser.check(_in("write", f"#{box}"), on=False)

    def write(self, text: str) -> None:
        """Type the report key by key."""
        self.browser.type(_in("write", "textarea"), text)

    def fill(self, step: str, text: str) -> None:
        """Put a text into the step's text area at once, as pasting does; lone surrogates too."""
        area = f"{ROOT}.querySelector('section[data-step={step}] textarea')"
        self.browser.wait_for(_in(step, "textarea"))
        event = "new Event('input', { bubbles: true })"
        self.browser.evaluate(f"void ({area}.value = {_js(text)}, {area}.dispatchEvent({event}))")

    def review(self) -> str:
        """Go on to the review; return the code that it shows."""
        self.press("write")
        self.at("review")
        return self.part("review", "code")

    def send(self, code: str) -> None:
        """Type the last group of the code and send the report, without waiting for what comes of it."""
        self.browser.type(_in("review", "input"), code[-4:])
        self.press("review")

    def report(self, text: str, without: Sequence[str] = ()) -> str:
        """Go from the first step to the receipt; return the code."""
        self.begin()
        self.untick(*without)
        self.fill("write", text)
        code = self.review()
        self.send(code)
        self.at("sent")
        return code

    def enter(self, typed: str) -> None:
        """Go from the first step to the talk of a code, without waiting for it."""
        self.press("start", "enter")
        self.browser.type(_in("enter", "input"), typed)
        self.press("enter")

    def open(self, typed: str) -> None:
        """Go from the first step to the talk of a code."""
        self.enter(typed)
        self.at("talk")

    def answer(self, text: str) -> None:
        """Send a message in the talk and wait until it stands there."""
        before = len(self.lines())
        self.fill("talk", text)
        self.press("talk")
        self.browser.wait_until(f"{ROOT}.querySelectorAll('.days li').length > {before}")

    def lines(self) -> list[Line]:
        """Return the talk as it is shown."""
        read = """
            Array.from(root.querySelectorAll('.days li'), (one) => {
                const text = one.querySelector('.text');
                if (text === null) return [one.className === 'event' ? 'event' : 'alarm', '', one.textContent];
                const what = one.classList.contains('mine') ? 'mine' : 'message';
                return [what, one.querySelector('[data-part=who]').textContent, text.textContent];
            })
        """
        return [Line(*line) for line in self.evaluate(read)]

    def said(self) -> list[str]:
        """Return the texts of the talk."""
        return [line.text for line in self.lines() if line.what in ("message", "mine")]

    def alarms(self) -> list[str]:
        """Return the alarms of the talk."""
        return [line.text for line in self.lines() if line.what == "alarm"]

    def mistakes(self, step: str) -> list[str]:
        """Wait for the summary of mistakes and return its sentences."""
        self.browser.wait_for(_in(step, '[data-part="summary"]'))
        return list(
            self.evaluate(
                "Array.from(root.querySelectorAll('[data-part=mistakes] li'), (one) => one.textContent.trim())"
            )
        )

    def evaluate(self, expression: str) -> Any:
        """Evaluate an expression in which `root` is where the steps are shown."""
        return self.browser.evaluate(f"((root) => ({expression}))({ROOT})")


def _in(step: str, selector: str) -> str:
    return f'#stage >>> section[data-step="{step}"] {selector}'


def _js(text: str) -> str:
    return json.dumps(text)
