"""A recipient at their inbox in a real browser, in an office whose server and clock are the test's own."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from keys.courier import Courier
from keys.inbox import SessionHolder, serve
from tests.journeys.browser import BridgeError
from tests.keys.office import PASSPHRASE, Office
from tests.policies import WORK, shipped

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from keys.inbox.serving import Serving
    from tests.journeys.browser import Browser

POLICY = replace(shipped("nl", "en"), work=WORK)
SECRETARIS, BOARD_1, BOARD_2 = "Secretaris", "Bestuurslid 1", "Bestuurslid 2"


def open_office(folder: Path) -> Office:
    """Found an organisation with the shipped policy: its topics, forms and terms."""
    office = Office.ready(folder)
    office.publish_roster([*office.cards], POLICY)
    return office


@dataclass
class Inbox:
    """The inbox of one recipient, open in a browser's tab."""

    serving: Serving
    browser: Browser
    tab: int

    @property
    def home(self) -> str:
        return f"{self.serving.auth.origin}/{self.serving.auth.path}/"

    def enter(self) -> None:
        """Follow a new link to where the passphrase is asked."""
        self.browser.goto(self.serving.auth.link())
        # The page behind the link goes on by itself.
        self.browser.wait_until("document.querySelector('#passphrase') !== null")

    def unlock(self) -> None:
        """Give the passphrase, and wait until the first sync is done."""
        self.browser.type("#passphrase", PASSPHRASE)
        self.browser.click("main form button")
        self.browser.wait_until("document.querySelector('#rows') !== null")
        self.browser.wait_until("document.body?.dataset.syncing === ''")

    def sync(self) -> None:
        """Go to the list and sync."""
        self.browser.goto(self.home)
        self.browser.evaluate("document.body.dataset.before = 'yes'")
        self.browser.click("#sync button")
        self.browser.wait_until("document.body?.dataset.before === undefined")
        self.browser.wait_until("document.querySelector('#rows') !== null")
        self.browser.wait_until("document.body?.dataset.syncing === ''")

    def numbers(self) -> list[str]:
        """Return the numbers of the cases in the list, from above."""
        links = "[...document.querySelectorAll('#rows th a')]"
        found: list[str] = self.browser.evaluate(f"{links}.map((a) => a.textContent)")
        return found

    def numbers_of_all(self) -> list[str]:
        """Return the numbers of all cases, by way of the list."""
        self.browser.goto(self.home)
        return self.numbers()

    def open_case(self, number: str = "") -> None:
        """Open a case of the list, the first one where none is said, who is not too near to it."""
        self.browser.goto(self.home)
        at = self.numbers().index(number) + 1 if number else 1
        self.browser.click(f"#rows tbody tr:nth-child({at}) th a")
        self.browser.wait_until("document.querySelector('form[action$=open], .talk') !== null")
        if self.browser.count("form[action$=open]"):
            self.browser.click("form[action$=open] button")
        self.browser.wait_until("document.querySelector('.talk') !== null")

    def act(self, act: str, **fields: str) -> None:
        """Open a form of the case, fill it in by the names of its fields, and send it."""
        form = f"form[action$='/{act}']"
        self.open_form(form)
        for name, text in fields.items():
            field = f"{form} [name={name}]"
            if self.browser.evaluate(f'document.querySelector("{field}").localName') == "select":
                self.browser.select(field, text)
            else:
                self.browser.type(field, text)
        self.send(f"{form} button")

    def send_now(self) -> None:
        """Send what waits in the outbox, and go to the list."""
        self.browser.goto(f"{self.home}outbox")
        self.send("form[action$='/send'] button")
        self.browser.goto(self.home)

    def check_detriment(self) -> None:
        """Record that the reporter was asked whether they are harmed for it."""
        form = "form:has(#benadeling-gezien)"
        self.open_form(form)
        self.browser.type("#benadeling-gezien", "Gevraagd, en niets gezien.")
        self.send(f"{form} button")

    def send(self, button: str) -> None:
        """Press a button, and wait until the next page says that something was done."""
        self.browser.evaluate("document.body.dataset.before = 'yes'")
        self.browser.click(button)
        self.answered()

    def answered(self) -> None:
        """Wait until a new page says that something was done."""
        told = "document.querySelector('main > .note[role=status]:not([hidden])')"
        self.browser.wait_until(f"document.body?.dataset.before === undefined && {told} !== null")

    def search(self, query: str) -> None:
        """Search as somebody who has script, and presses Enter."""
        self.browser.goto(self.home)
        self.browser.evaluate("document.body.dataset.before = 'yes'")
        self.browser.type("#query", query)
        self.browser.press("Enter")
        self.browser.wait_until(
            "document.body?.dataset.before === undefined && document.querySelector('#rows') !== null"
        )

    def open_form(self, form: str) -> None:
        """Open what a form is folded into."""
        self.browser.evaluate(f"document.querySelector(\"{form}\").closest('details').open = true")

    def words(self) -> str:
        """Return what the page says."""
        return self.browser.text("main")


@contextmanager
def inbox(office: Office, who: str, browser: Browser) -> Iterator[Inbox]:
    """Serve somebody's inbox in an office to a new tab, unlocked."""
    with inbox_at(office.folder / who, browser, lambda: office.now, lambda _server: office.courier()) as opened:
        yield opened


@contextmanager
def inbox_at(
    home: Path,
    browser: Browser,
    clock: Callable[[], dt.datetime],
    courier: Callable[[str], Courier] = Courier,
    ticks: Callable[[], float] = time.monotonic,
) -> Iterator[Inbox]:
    """Serve the inbox of a home to a new tab, unlocked."""
    serving = serve(SessionHolder(home, courier, clock, ticks, home.parent / "Downloads"))
    thread = threading.Thread(target=serving.run)
    thread.start()
    try:
        tab = browser.open_tab()
        browser.forget()
        try:
            opened = Inbox(serving, browser, tab)
            opened.enter()
            opened.unlock()
            yield opened
        finally:
            with suppress(BridgeError):  # of a browser that the test has killed
                browser.show_tab(tab)
                browser.close_tab()
    finally:
        serving.close()
        thread.join()
