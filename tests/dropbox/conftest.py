"""Fixtures of the server's tests: an application without a network, and real servers."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from dropbox import SCRIPTS, create_app
from dropbox.config import MIN_DATABASE_BYTES, Config
from dropbox.load_meter import LoadMeter
from dropbox.store import Store
from dropbox.store.database import Database
from keys.policy import date_of
from keys.roster.weeks import until_of
from keys.wire.log import LogPage
from keys.wire.mailbox import MailboxPage
from tests.dropbox.serving import BINARY, ROOT, Server, bearer, log_path, write_config
from tests.organisation import Organisation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from keys.wire.log import LogEntry
    from keys.wire.posting import Posting

TODAY = 20_780


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, day: int) -> None:
        """Begin at noon of a day; `daily` is what the server's timer does."""
        self.now = dt.datetime.combine(date_of(day), dt.time(12), dt.UTC)
        self.daily: Callable[[], object] = lambda: None

    def __call__(self) -> dt.datetime:
        """Return the time."""
        return self.now

    def advance(self, days: int = 0, minutes: float = 0) -> None:
        """Move on, a day at a time."""
        self.now += dt.timedelta(minutes=minutes)
        for _ in range(days):
            self.now += dt.timedelta(days=1)
            self.daily()

    def jump(self, days: int) -> None:
        """Move on at once, as a clock that is wrong."""
        self.now += dt.timedelta(days=days)


@dataclass
class Box:
    """An application with an organisation's chain and bundles, its clock and a client that asks without a network."""

    config: Config
    organisation: Organisation
    clock: Clock
    client: FlaskClient
    load: LoadMeter

    @property
    def until(self) -> int:
        """A day up to which envelopes are good."""
        return until_of(self.organisation.today)

    @property
    def database(self) -> Database:
        """The store's file, opened as the server does."""
        store: Store = self.client.application.extensions["store"]
        return store.database

    def post(self, posting: Posting) -> TestResponse:
        """Post an envelope."""
        return self.post_raw("/envelopes", posting.encode())

    def post_raw(self, path: str, body: bytes, kind: str = BINARY) -> TestResponse:
        """Post bytes."""
        return self.client.post(path, data=body, content_type=kind)

    def get(self, path: str, capability: bytes | None = None) -> TestResponse:
        """Get a path, with a capability if there is one."""
        return self.client.get(path, headers=bearer(capability) if capability else {})

    @property
    def log_path(self) -> str:
        """The path of the log from its first entry on."""
        return log_path(self.organisation)

    def log(self) -> tuple[LogEntry, ...]:
        """Return the first page of the log, as a recipient reads it."""
        answer = self.get(self.log_path, self.organisation.log_capability)
        assert answer.status_code == 200
        return LogPage.parse(answer.data).entries

    def mailbox(self, capability: bytes, after: int = 0) -> MailboxPage:
        """Return a page of a mailbox."""
        answer = self.get(f"/mailbox?after={after}", capability)
        assert answer.status_code == 200
        return MailboxPage.parse(answer.data, after)


@pytest.fixture
def organisation() -> Organisation:
    """An organisation of a secretaris and two board members, root 2 of 3."""
    return Organisation.found(TODAY)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A configuration that is right."""
    return Config.load(write_config(tmp_path))


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """A folder of scripts that do nothing: what they do is tested in a browser."""
    for name in ("form.js", "worker.js", "sealing.js", "offline.js"):
        (tmp_path / name).write_text("'use strict';")
    return tmp_path


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all tables and no rows."""
    path = tmp_path_factory.mktemp("empty") / "meldbus.sqlite"
    database = Database(path, MIN_DATABASE_BYTES)
    database.create()
    database.close()
    return path


@pytest.fixture
def make_box(empty_store: Path, organisation: Organisation, scripts: Path) -> Iterator[Callable[[Config], Box]]:
    """Make a box whose root is pinned and that has no roster yet."""
    made: list[Box] = []

    def make(config: Config) -> Box:
        shutil.copy(empty_store, config.database)
        made.append(_box(config, organisation, scripts))
        return made[-1]

    yield make
    for box in made:
        box.client.application.extensions["store"].close()


@pytest.fixture
def bare(config: Config, make_box: Callable[[Config], Box]) -> Box:
    """A box whose root is pinned and that has no roster yet."""
    return make_box(config)


def _box(config: Config, organisation: Organisation, scripts: Path) -> Box:
    store = Store(config)
    store.documents.pin(organisation.fingerprint)
    store.close()
    clock, load = Clock(organisation.today), LoadMeter()
    app = create_app(config, clock=clock, load=load, scripts=scripts)
    clock.daily = lambda: app.extensions["store"].days.on(organisation.policy.day(clock()))
    return Box(config, organisation, clock, app.test_client(), load)


@pytest.fixture
def box(bare: Box) -> Box:
    """A box with a roster and everybody's bundles."""
    return publish(bare)


@pytest.fixture
def small(tmp_path: Path, make_box: Callable[[Config], Box]) -> Box:
    """A box whose database holds a few parts, and a reserve of two."""
    path = write_config(tmp_path, max_database_bytes=12 * 2**20, reserve_bytes=2 * 2**20)
    return publish(make_box(Config.load(path)))


def publish(bare: Box) -> Box:
    """Give a box its chain and bundles."""
    assert bare.post_raw("/chain", bare.organisation.publication()).status_code == 201
    for bundle in bare.organisation.bundles():
        assert bare.post_raw("/bundles", bundle.encode()).status_code == 201
    return bare


@pytest.fixture(scope="session")
def built_scripts() -> Path:
    """The bundled scripts, built if they are not: `run` refuses to serve without them."""
    if not (SCRIPTS / "worker.js").is_file():
        build = ROOT / "dropbox" / "client" / "build.mjs"
        subprocess.run([ROOT / ".venv" / "bin" / "node", build, SCRIPTS], check=True, timeout=120)
    return SCRIPTS


@pytest.fixture
def server(tmp_path: Path, built_scripts: Path) -> Iterator[Server]:
    """A real server that is not started yet; whatever happens, it is ended."""
    made = Server(tmp_path)
    yield made
    made.kill()


@pytest.fixture
def founded(server: Server) -> tuple[Server, Organisation]:
    """A real server with an organisation of today."""
    organisation = Organisation.found()
    return server.found(organisation), organisation
