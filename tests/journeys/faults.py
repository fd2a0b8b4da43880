"""What is wrong with a page for people who use a screen reader, the dark, or a narrow screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.journeys.browser import Browser

NARROW = 320
# A telephone, and both sides of each width at which a sheet changes the layout.
WIDTHS = ((NARROW, 640), (704, 800), (705, 800), (960, 800), (961, 800), (1280, 800))


def faults(browser: Browser) -> list[str]:
    """Return what axe finds wrong, in the light and in the dark, and how much too wide it is on any screen."""
    found = []
    for dark in (False, True):
        browser.dark(on=dark)
        found += [f"{'dark' if dark else 'light'}: {_told(violation)}" for violation in browser.axe()]
    for width, height in WIDTHS:
        browser.viewport(width, height)
        wide = browser.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            found.append(f"{wide} pixels wide on a screen of {width}")
    return found


def _told(violation: dict[str, Any]) -> str:
    places = [str(node["target"]) for node in violation["nodes"]]
    return f"{violation['id']}: {violation['help']}: {', '.join(places)}"
