"""The server: it stores sealed envelopes, guarded by capabilities, and serves the pages. It cannot read a report."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

    from flask import Flask

    from dropbox.admission import Clock
    from dropbox.config import Config
    from dropbox.load_meter import LoadMeter

SCRIPTS = Path(__file__).parent.parent / "build" / "client"


def now() -> dt.datetime:
    """Return the time by this machine's clock."""
    return dt.datetime.now(dt.UTC)


def create_app(config: Config, *, clock: Clock = now, load: LoadMeter | None = None, scripts: Path = SCRIPTS) -> Flask:
    """Return the application for `config`.

    The workers share `load`; a single application creates its own. No file is opened before the first request.
    """
    # Imported here: the process that only starts the workers stays small without them.
    from dropbox.admission import Admission
    from dropbox.app import Application
    from dropbox.headers import add_headers
    from dropbox.load_meter import LoadMeter
    from dropbox.responses import REFUSALS, Refusal
    from dropbox.routes.recipient import recipient
    from dropbox.routes.reporter import Pages, reporter
    from dropbox.store import Store

    load = load or LoadMeter()
    store = Store(config, load.observe)
    admission = Admission(store, load, clock)
    app = Application("dropbox", static_folder=None, template_folder=None)
    # The creator of the application can close what it opened.
    app.extensions["store"] = store
    app.register_blueprint(recipient(store, admission))
    pages = Pages(store.documents, store.bundles, clock, scripts, config.address)
    app.register_blueprint(reporter(store, admission, pages))
    app.after_request(add_headers)
    for kind in REFUSALS:
        app.register_error_handler(kind, lambda error: Refusal.of(error).answer())
    return app


def fault_line(error: BaseException) -> str:
    """Return the loggable part of a fault: its type and its place in the code, never its message.

    A message can quote the request, and a request can be a report.
    """
    place: TracebackType | None = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    if place is None:
        return type(error).__name__
    return f"{type(error).__name__} at {place.tb_frame.f_code.co_filename}:{place.tb_lineno}"
