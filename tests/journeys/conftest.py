"""What the journeys share: one drop box for those that leave it as it was, a new one for the others, and browsers."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.journeys.browser import Browser, Kind
from tests.journeys.reporter import Reporter
from tests.journeys.site import Site

if TYPE_CHECKING:
    from collections.abc import Iterator

JOURNEYS = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(JOURNEYS):
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture
def own_site(tmp_path: Path) -> Iterator[Site]:
    """A drop box that the test may harm."""
    with Site(tmp_path) as site:
        yield site


@pytest.fixture(scope="module", params=["chromium", "firefox"])
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param


@pytest.fixture(scope="module")
def browser(kind: Kind) -> Iterator[Browser]:
    with Browser(kind) as browser:
        yield browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with Browser("chromium") as browser:
        yield browser


@contextmanager
def new_reporter(browser: Browser) -> Iterator[Reporter]:
    browser.open_tab()
    browser.forget()
    yield Reporter(browser)
    browser.close_tab()


@pytest.fixture
def reporter(browser: Browser) -> Iterator[Reporter]:
    """A reporter with a new tab of either browser."""
    with new_reporter(browser) as reporter:
        yield reporter


@pytest.fixture
def in_chromium(chromium: Browser) -> Iterator[Reporter]:
    """A reporter with a new tab of Chromium, for what is no browser's own affair."""
    with new_reporter(chromium) as reporter:
        yield reporter
