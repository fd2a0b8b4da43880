"""A reporter at a browser: reads, types and presses what a person would; it knows nothing that is not shown."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dropbox.i18n import translations
from tests.policies import shipped

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.journeys.browser import Browser

ROOT = 'document.querySelector("#stage").shadowRoot'


DUTCH = translations("nl")
TOPICS = shipped().topics


def nl(sentence: str, **fills: str) -> str:
    """Return a sentence of the pages in Dutch, its gaps filled: the catalogue decides on its words, not the tests."""
    return DUTCH.gettext(sentence).format(**fills)


UNKNOWN_CODE = nl(
    "Nothing belongs to this code. Compare it with what you wrote down. A conversation is deleted when you have had "
    "its code deleted, and thirteen months after its last message."
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the talk: a message with its author and text, an event or an alarm with its sentence."""

    what: str  # "message", "mine", "event" or "alarm"
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A file as a step or a message lists it; what is not shown there is ""."""

    name: str
    about: str  # its size, and what it is
    own: str  # its name on the reporter's device
    found: str  # what was found in it, or what is wrong with it


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

    def to_the_topics(self) -> None:
        """Go from the first step to the one that asks what it is about."""
        self.press("start", "write")
        # A drop box whose clock is a test's, or in which nobody has looked, is warned of first.
        self.browser.wait_until(f"{ROOT}.querySelector('section').dataset.step.match(/^(topic|stale)$/) != null")
        if self.step() == "stale":
            self.press("stale", "on")
        self.at("topic")

    def choose(self, topic: str) -> None:
        """Go from the first step to the one that asks whom it is about."""
        self.to_the_topics()
        place = [one.id for one in TOPICS].index(topic) + 1
        self.browser.click(_in("topic", f".option:nth-child({place})"))
        self.at("about")

    def begin(self, topic: str = "fraude", about: Sequence[str] = ()) -> None:
        """Go from the first step to the form; of fraud everyone on the roster hears."""
        self.choose(topic)
        for name in about:
            self.tick("about", name)
        self.press("about")
        self.at("readers")
        self.press("readers")
        self.at("write")

    def tick(self, step: str, name: str, *, on: bool = True) -> None:
        """Tick the box of a step whose label begins so."""
        labels = "Array.from(root.querySelectorAll('.choice label'))"
        # Where the page is written from right to left, a name stands between marks that keep it together.
        plain = "one.textContent.replace(/[\\u2067-\\u2069]/g, '')"
        box = self.evaluate(f"{labels}.find((one) => {plain}.startsWith({_js(name)})).htmlFor")
        self.browser.check(_in(step, f"#{box}"), on=on)

    def untick(self, *names: str) -> None:
        """Go back from the form, take these people off the report, and go on; with nobody left, as far as it goes."""
        self.press("write", "back")
        self.at("readers")
        for name in names:
            self.tick("readers", name, on=False)
        self.press("readers")
        if len(names) < self.evaluate("root.querySelectorAll('.choice').length"):
            self.at("write")

    def boxes(self, step: str) -> dict[str, bool]:
        """Return the boxes of a step by their labels, and which are ticked."""
        read = f"""
            Array.from(root.querySelectorAll('section[data-step={step}] .choice'), (one) =>
                [one.querySelector('label').textContent, one.querySelector('input').checked])
        """
        return dict(self.evaluate(read))

    def write(self, text: str) -> None:
        """Type the report key by key."""
        self.browser.type(_in("write", "#story"), text)

    def fill(self, step: str, text: str) -> None:
        """Put a text into the step's text area at once, as pasting does; lone surrogates too."""
        name = {"about": "#others", "write": "#story", "talk": "#answer"}[step]
        area = f"{ROOT}.querySelector('section[data-step={step}] {name}')"
        self.browser.wait_for(_in(step, name))
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
        if without:
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
        self.browser.wait_until(f"{ROOT}.querySelectorAll('.days ol > li').length > {before}")

    def open_wish(self, part: str) -> None:
        """Open what else can be done in the talk: the block in which this part stands."""
        self.evaluate(f"void (root.querySelector('[data-part={part}]').closest('details').open = true)")

    def said_so(self, sentence: str) -> None:
        """Wait until the live region says this."""
        self.browser.wait_until(f"document.querySelector('#status').textContent === {_js(sentence)}")

    def add_files(self, step: str, *paths: Path) -> None:
        """Choose files in a step and wait until each was looked into."""
        before = len(self.files(step))
        self.browser.upload(_in(step, "input[type=file]"), *paths)
        self.looked_into(step, before + 1)

    def looked_into(self, step: str, count: int) -> None:
        """Wait until a step lists at least so many files and none of them has to be looked into any more."""
        rows = f"Array.from({ROOT}.querySelectorAll('section[data-step={step}] [data-field=files] .file'))"
        looking = 'document.querySelector("#words").content.querySelector("[data-word=file-looking]").textContent'
        self.browser.wait_until(
            f"((rows) => rows.length >= {count} && rows.every((row) => !row.textContent.includes({looking})))({rows})"
        )

    def files(self, step: str) -> list[Listed]:
        """Return the files that are added to a message, or listed in its review."""
        within = "[data-part=files]" if step == "review" else "[data-field=files]"
        read = f"""
            Array.from(root.querySelectorAll('section[data-step={step}] {within} .file'), (row) =>
                [["name"], ["about", "size"], ["own"], ["found", "wrong"]].map((names) =>
                    names.map((name) => row.querySelector(`[data-part=${{name}}]`)?.textContent ?? "").join("")))
        """
        return [Listed(*row) for row in self.evaluate(read)]

    def attached(self) -> list[Listed]:
        """Return the files of all messages of the talk, in order."""
        read = """
            Array.from(root.querySelectorAll('.days .file'), (row) =>
                ["name", "size", "state"].map((name) => row.querySelector(`[data-part=${name}]`).textContent))
        """
        return [Listed(name, about, "", found) for name, about, found in self.evaluate(read)]

    def remove_file(self, step: str, name: str) -> None:
        """Remove the file that is listed under this name."""
        place = [file.name for file in self.files(step)].index(name) + 1
        self.browser.click(_in(step, f'[data-part="list"] > :nth-child({place}) [data-part="remove"]'))

    def keep_original(self, step: str, name: str) -> None:
        """Tick that a photo is sent as it is."""
        place = [file.name for file in self.files(step)].index(name) + 1
        self.browser.check(_in(step, f'[data-part="list"] > :nth-child({place}) [data-part="original"] input'))

    def keep_names(self, step: str) -> None:
        """Tick that the files keep their names."""
        self.browser.check(_in(step, "[data-part=names] input"))

    def progress(self, step: str) -> str:
        """Return how far the sending is, as the page says it."""
        return self.browser.text(_in(step, '[data-part="pace"]')).strip()

    def cancel(self, step: str) -> None:
        """Stop what is being sent."""
        within = '[data-part="answering"] ' if step == "talk" else ""
        self.browser.click(_in(step, f'{within}[data-part="cancel"]'))

    def save_file(self, name: str, saved_as: str | None = None) -> Path:
        """Save the first file of the talk that is listed under this name; return where the browser has put it."""
        place = [file.name for file in self.attached()].index(name)
        self.browser.click(f'#stage >>> .days [data-part="save"][aria-label*={_js(name)}]')
        self.browser.wait_until(f"{ROOT}.querySelectorAll('.days [data-part=state]')[{place}].textContent !== ''")
        return self.browser.downloaded(saved_as or name)

    def lines(self) -> list[Line]:
        """Return the talk as it is shown."""
        read = """
            Array.from(root.querySelectorAll('.days ol > li'), (one) => {
                const text = one.querySelector('.text');
                const what = one.className === 'event' ? 'event' : one.classList.contains('mine') ? 'mine' : 'message';
                if (text === null && what !== 'event') return ['alarm', '', one.textContent];
                if (text === null) return [what, '', one.querySelector('[data-part=what]').textContent];
                return [what, one.querySelector('[data-part=who]').textContent, text.textContent];
            })
        """
        return [Line(*line) for line in self.evaluate(read)]

    def new(self) -> list[str]:
        """Return the texts of the talk that are marked as new."""
        marked = "Array.from(root.querySelectorAll('.message')).filter((one) => !one.querySelector('.new').hidden)"
        return list(self.evaluate(f"{marked}.map((one) => one.querySelector('.text').textContent)"))

    def told(self) -> list[dict[str, str]]:
        """Return what stands beside the texts of the talk, of each message that has something there."""
        read = """
            Array.from(root.querySelectorAll('.message .told'), (one) => Array.from(one.children, (line) =>
                [line.querySelector("dt").textContent, line.querySelector("dd").textContent]))
        """
        return [dict(lines) for lines in self.evaluate(read) if lines]

    def reply(self, answer: str) -> None:
        """Press an answer under the last message that asks for one."""
        self.evaluate(f"void Array.from(root.querySelectorAll('.asking [data-part={answer}]')).at(-1).click()")

    def reply_state(self) -> str:
        """Return how the last request was answered."""
        return str(self.evaluate("Array.from(root.querySelectorAll('.asking [data-part=state]')).at(-1).textContent"))

    def hidden(self, step: str, part: str) -> bool:
        """Say whether a part of a step is not shown."""
        one = f"root.querySelector('section[data-step={step}] [data-part={part}]')"
        return bool(self.evaluate(f"{one}.closest('[hidden]') !== null"))

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
