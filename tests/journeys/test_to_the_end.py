"""A case of each track from a reporter's browser to its end: closed, kept, destroyed on its day, opened by nobody."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from dropbox import create_app
from dropbox.config import Config
from keys.ceremony import open_vault, unlock
from keys.errors import NoSlotError
from keys.identity import private_pair
from keys.receipt import Receipt
from keys.sealing.trial_opening import find_content_key
from keys.sync.reporter_composer import reporter_pair
from keys.wire.envelope import Header
from tests.journeys.clocked import ClockedSite
from tests.journeys.conftest import new_reporter
from tests.journeys.inbox import inbox_at
from tests.journeys.site import BOARD_1, BOARD_2, PASSPHRASE, POLICY, SECRETARIS
from tests.journeys.test_tracks import reported, told

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from keys.sealing import PrivatePair
    from keys.vault import Vault
    from tests.journeys.browser import Browser
    from tests.journeys.inbox import Inbox

SOON = 9  # days after the reports, past the last day of the acknowledgement; then it is today by the browser's clock
KEPT = 380  # days: the policy keeps a closed case for twelve months
ENTRY_DAYS = 396  # SPEC 10
PEOPLE = (SECRETARIS, BOARD_1, BOARD_2)
TOPICS = [topic.id for topic in POLICY.topics]
SENTINEL = "SENTINEL-melding"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[ClockedSite]:
    with ClockedSite(tmp_path, days_ago=SOON) as site:
        yield site


def test_a_case_of_each_track_is_destroyed_after_its_last_day_and_nothing_opens_it_afterwards(
    site: ClockedSite, chromium: Browser
) -> None:
    codes = {}
    for topic in TOPICS:
        with new_reporter(chromium) as reporter:
            codes[topic] = reported(site, reporter, topic, f"{SENTINEL} over {topic}.")
    site.pass_days(SOON)
    numbers = {topic: closed(site, chromium, topic) for topic in TOPICS}
    for code in codes.values():
        with new_reporter(chromium) as reporter:
            reporter.visit(site.address("nl"))
            reporter.open(code)
            assert reporter.said()[-1] == "We weten te weinig. Dank je wel."
    pairs = [*(reporter_pair(Receipt.parse(code)) for code in codes.values()), *private_pairs(site)]
    assert openable(site, pairs) >= len(TOPICS)

    read = {}
    for who in PEOPLE:
        with desk(site, chromium, who) as opened:
            read[who] = set(opened.numbers_of_all())
    assert set(numbers.values()) == set.union(*read.values())

    site.pass_days(KEPT)
    for who in PEOPLE:  # nobody asks for it: each computer destroys its own copy
        with desk(site, chromium, who) as opened:
            opened.sync()
            assert opened.numbers_of_all() == []
            assert "backup" in opened.words()
            opened.browser.goto(f"{opened.home}register")
            assert read[who]
            assert all(number in opened.words() for number in read[who])
            assert SENTINEL not in opened.words()
    pairs += private_pairs(site)
    assert openable(site, pairs) > 0  # the server still has what it keeps for 396 days

    site.pass_days(ENTRY_DAYS + 1 - KEPT)
    expire(site)
    assert openable(site, pairs[: len(codes)]) == 0
    assert not any(left(site, who) for who in PEOPLE)
    for path in [*site.data.iterdir(), *(path for who in site.cards for path in (site.folder / who).iterdir())]:
        assert not path.is_file() or SENTINEL.encode() not in path.read_bytes()


def handler(topic: str) -> str:
    return BOARD_1 if topic == "benadeling" else SECRETARIS


@contextmanager
def desk(site: ClockedSite, browser: Browser, who: str) -> Iterator[Inbox]:
    with inbox_at(site.folder / who, browser, lambda: site.now) as opened:
        yield opened


def closed(site: ClockedSite, browser: Browser, topic: str) -> str:
    """Acknowledge and close the case of a topic, by who handles it; return its number."""
    with desk(site, browser, handler(topic)) as opened:
        opened.search(f"over {topic}.")
        [number] = opened.numbers()
    if topic in ("misstand", "fraude"):
        told(site, browser, number)
    with desk(site, browser, handler(topic)) as opened:
        opened.open_case(number)
        assert f"{SENTINEL} over {topic}." in opened.words()
        opened.act("reply", kind="acknowledgement", text="We hebben je melding.")
        opened.check_detriment()
        opened.act("close", outcome="not-enough", text="We weten te weinig. Dank je wel.")
        assert "closed" in opened.browser.text(".facts dl")
    return number


def expire(site: ClockedSite) -> None:
    """Delete what has come to its end by the clock of the site."""
    store = create_app(Config.load(site.config), clock=lambda: site.now).extensions["store"]
    store.expiry.expire(site.today)


@contextmanager
def vault_of(site: ClockedSite, who: str) -> Iterator[Vault]:
    with open_vault(site.folder / who, unlock(site.folder / who, PASSPHRASE)) as vault:
        yield vault


def private_pairs(site: ClockedSite) -> list[PrivatePair]:
    """Return every private half that a recipient has today."""
    found = []
    for who in site.cards:
        with vault_of(site, who) as vault:
            found += [private_pair(own.seed) for own in vault.bundles.all()]
    return found


def openable(site: ClockedSite, pairs: Sequence[PrivatePair]) -> int:
    """Count the envelopes on the server's disk that one of these opens."""
    with closing(sqlite3.connect(site.data / "meldbus.sqlite")) as store:
        prefixes = [prefix for (prefix,) in store.execute("SELECT prefix FROM envelope")]
    return sum(opens(prefix, pairs) for prefix in prefixes)


def opens(prefix: bytes, pairs: Sequence[PrivatePair]) -> bool:
    try:
        find_content_key(Header.parse(prefix), pairs)
    except NoSlotError:
        return False
    return True


def left(site: ClockedSite, who: str) -> int:
    """Count what a vault has of cases."""
    wanted = {"message": 'WHERE "case" IS NOT NULL'}
    names = ("message", "outgoing_part", "saved", "export", "fetched_part", "countdown", "reading_ended")
    with vault_of(site, who) as vault, vault.transaction():
        connection = vault._connection
        return sum(
            connection.exec_driver_sql(f"SELECT count(*) FROM {name} {wanted.get(name, '')}").scalar() or 0
            for name in names
        )
