"""Makes the pictures of the README and of the recipients' guide from the demo's cases; it judges none."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from deploy import demo
from tests.journeys.browser import Browser
from tests.journeys.site import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).parents[1] / "docs"
PICTURES = DOCS / "recipient" / "pictures"
LANGUAGES = ("en", "nl")
WIDTH, HEIGHT = 1000, 700
# Side by side in the README, with one size of letters; each pixel four times, as they are shown smaller than they are.
REPORTER_WIDTH, INBOX_WIDTH, FRONT_HEIGHT, FRONT_SCALE = 440, 640, 836, 2
COLOURS = 64  # few are needed, and a picture is loaded by people with a slow line


def main() -> int:
    """Write every picture anew."""
    os.environ["XDG_DOWNLOAD_DIR"] = "/home/secretaris/Downloads"  # named on the pages, not written to
    PICTURES.mkdir(parents=True, exist_ok=True)
    for picture in PICTURES.glob("*.png"):
        picture.unlink()
    with tempfile.TemporaryDirectory(prefix="meldbus-pictures-") as folder:
        port = free_port()
        with demo.organisation(Path(folder), port) as (_, address), Browser("chromium", noting=False) as browser:
            with demo.inboxes(Path(folder), "en") as links:
                front(browser, address, links["secretaris"])
            browser.viewport(WIDTH, HEIGHT)
            for language in LANGUAGES:
                with demo.inboxes(Path(folder), language) as links:
                    for name in steps(browser, links["secretaris"]):
                        write(browser, PICTURES / f"{name}.{language}.png")
    return 0


def front(browser: Browser, address: str, link: str) -> None:
    """Write the two pictures of the README: the reporter's first page, and the inbox."""
    browser.viewport(REPORTER_WIDTH, FRONT_HEIGHT, FRONT_SCALE)
    browser.goto(address.replace("/nl/", "/en/"))
    browser.wait_for('#stage >>> section[data-step="start"]')
    write_top(browser, DOCS / "pictures" / "reporter.png")
    browser.viewport(INBOX_WIDTH, FRONT_HEIGHT, FRONT_SCALE)
    browser.goto(link)
    unlock(browser)
    browser.evaluate("document.querySelector('#going').parentElement.remove()")  # to leave room for the list
    write_top(browser, DOCS / "pictures" / "inbox.png")


def steps(browser: Browser, link: str) -> Iterator[str]:
    """Go through the inbox as the guide does; yield the name of what is on the screen."""
    browser.goto(link)
    there(browser, "#passphrase")
    yield "locked"
    home = browser.url
    unlock(browser)
    yield "list"
    browser.click("#rows tr:has(.state.new) th a")
    there(browser, ".concerned")
    yield "concerned"
    browser.goto(f"{home}?show=ours&sort=received")
    there(browser, "#rows")
    fraud = "[...document.querySelectorAll('#rows tr')].find((row) => /Frau/.test(row.textContent))"
    browser.evaluate(f"{fraud}.querySelector('a').click()")
    there(browser, ".talk")
    yield "case"
    browser.evaluate("document.querySelector('#reply').open = true")
    browser.evaluate("document.querySelectorAll('.message, aside, .dossier').forEach((one) => one.remove())")
    yield "reply"
    browser.reload()
    there(browser, ".talk")
    browser.evaluate("document.querySelector('#close').open = true")
    browser.evaluate("document.querySelector('.reading').remove()")
    browser.evaluate("document.querySelector('aside').parentElement.style.display = 'block'")
    yield "close"
    browser.evaluate("document.querySelector('#close').open = false")
    browser.evaluate("document.querySelector('#export').open = true")
    yield "export"
    browser.goto(f"{home}register")
    there(browser, "table.register")
    yield "register"
    browser.goto(f"{home}register/enter")
    there(browser, "#told-text")
    yield "told"
    browser.goto(f"{home}help")
    there(browser, "h2")
    yield "help"


def there(browser: Browser, selector: str) -> None:
    browser.wait_until(f"document.querySelector('{selector}') !== null")


def unlock(browser: Browser) -> None:
    there(browser, "#passphrase")
    browser.type("#passphrase", demo.PASSPHRASE)
    browser.click("main form button")
    # A page from before the end of the first sync loads itself anew.
    browser.wait_until("document.body?.dataset.syncing === '' && document.body.dataset.syncs !== '0'")
    there(browser, "#rows")


def write(browser: Browser, path: Path) -> None:
    # What was folded out since the picture before has another height.
    browser.viewport(WIDTH, HEIGHT)
    browser.viewport(WIDTH, browser.evaluate("document.documentElement.scrollHeight"))
    browser.screenshot(path)
    browser.viewport(WIDTH, HEIGHT)
    with Image.open(path) as picture:
        picture.load()
    save(picture, path)


def write_top(browser: Browser, path: Path) -> None:
    """Write as much of the page as the screen shows."""
    browser.screenshot(path)
    with Image.open(path) as picture:
        shown = picture.crop((0, 0, picture.width, FRONT_HEIGHT * FRONT_SCALE))
    save(shown, path)


def save(picture: Image.Image, path: Path) -> None:
    picture.convert("RGB").quantize(COLOURS).save(path, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
