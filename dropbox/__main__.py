"""The operator's commands, `python -m dropbox init | run | check | ...`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from dropbox import SCRIPTS, create_app
from dropbox.config import Config, ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropbox.store import Store

GUNICORN_SETTINGS = Path(__file__).parent.parent / "deploy" / "gunicorn.conf.py"
FINGERPRINT = "--fingerprint"
OWNER_ONLY = 0o077
CHECKPOINT_SECONDS = 600
# By default glibc has separate memory for each thread, and keeps large blocks once some were freed: a page of the log
# takes 12 MiB for a moment.
MALLOC = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": str(128 * 1024)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0 if it succeeded."""
    os.umask(OWNER_ONLY)
    asked = _parser().parse_args(_joined(sys.argv[1:] if arguments is None else arguments))
    try:
        return int(asked.run(Config.load(asked.config), asked))
    except (ConfigError, Refused) as error:
        sys.stderr.write(f"dropbox: error: {error}\n")
        return 1


class Refused(Exception):
    """A command could not be carried out; the text says why and what to do."""


def _joined(arguments: Sequence[str]) -> list[str]:
    """Join `--fingerprint VALUE` into one word: argparse takes a value that begins with a dash for an option."""
    joined = list(arguments)
    if FINGERPRINT in joined[:-1]:
        at = joined.index(FINGERPRINT)
        joined[at : at + 2] = [f"{FINGERPRINT}={joined[at + 1]}"]
    return joined


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m dropbox", description="The drop box's server.")
    commands = parser.add_subparsers(required=True, metavar="command")
    described = {
        init: "make the store and pin the root's fingerprint, once",
        check: "say whether everything is in place",
        run: "serve",
        day: "`accept`: say that the clock is right, after more than 14 days without a request",
        expire: "delete what has come to its end; a timer runs this",
        backup: "copy the store while it is in use",
        restore: "put a copy back where there is no store",
    }
    for command, words in described.items():
        added = commands.add_parser(command.__name__, help=words, description=words)
        added.add_argument("--config", type=Path, required=True, help="the TOML file (see deploy/dropbox.toml)")
        added.set_defaults(run=command)
        if command is init:
            added.add_argument(FINGERPRINT, required=True, help="43 characters, from `meldbus found`")
        if command in (backup, restore):
            added.add_argument("file", type=Path, help="the copy; nothing is ever overwritten")
        if command is day:
            added.add_argument("act", choices=["accept"], help="take the clock's day")
    return parser


def init(config: Config, asked: argparse.Namespace) -> int:
    """Make the store and pin the fingerprint permanently."""
    from dropbox.store import Store
    from keys.errors import MeldbusError
    from keys.roster import address
    from keys.wire.canonical import unb64

    try:
        fingerprint = unb64(asked.fingerprint, 32)
        store = Store(config)
        store.database.create()
        store.documents.pin(fingerprint)
        store.close()
    except MeldbusError as error:
        raise Refused(f"fingerprint: {error}") from None
    sys.stdout.write(address(config.address, "nl", fingerprint) + "\n")
    return 0


def _check_languages(store: Store) -> None:
    """Refuse a policy with a language that has no pages: its speakers would miss it, and nobody would notice."""
    from dropbox import now
    from dropbox.i18n import shipped
    from dropbox.store.errors import NotReadyError

    try:
        languages = store.documents.chain(now()).roster.policy.languages
    except NotReadyError:
        return
    lacking = set(languages) - shipped().keys()
    if lacking:
        raise Refused(f"policy: no pages in {', '.join(sorted(lacking))}: add a folder of templates/locale")


def check(config: Config, _: argparse.Namespace) -> int:
    """Print what is missing, or nothing."""
    from dropbox.i18n import INDEX, LOCALES
    from dropbox.pages import SCRIPTS as NAMES
    from dropbox.store import Store
    from dropbox.store.errors import StoreError

    store = Store(config)
    try:
        store.database.check_schema()
        store.documents.check_pinned()
    except StoreError as error:
        raise Refused(f"store: {error}") from None
    for path in (*(SCRIPTS / f"{name}.js" for name in NAMES), LOCALES / INDEX):
        if not path.is_file():
            raise Refused(f"{path.name} is not built: run `make build`")
    _check_languages(store)
    return 0


def run(config: Config, asked: argparse.Namespace) -> NoReturn:
    """Check, then become the server."""
    check(config, asked)
    # A program of its own: modules loaded by the check would stay in the process that starts the workers.
    environment = {**os.environ, **MALLOC}
    program = [sys.executable, "-c", "import dropbox.__main__ as main; main.serve()", str(asked.config)]
    os.execve(sys.executable, program, environment)  # noqa: S606


def serve() -> None:
    """Serve with the configuration that `run` has checked, until a signal."""
    from gunicorn.app.base import Application

    from dropbox.load_meter import LoadMeter

    config, load = Config.load(Path(sys.argv[1])), LoadMeter()

    class Server(Application):
        def load_config(self) -> None:
            self.load_config_from_file(str(GUNICORN_SETTINGS))
            for setting in ("bind", "workers", "threads"):
                self.cfg.set(setting, getattr(config, setting))

        def load(self) -> Any:
            return create_app(config, load=load)

    Server().run()


def day(config: Config, _: argparse.Namespace) -> int:
    """Accept the clock's day, however far it is after the store's."""
    check(config, _)
    store = _opened(config)
    try:
        store.days.accept(_clock_day(store))
    finally:
        store.close()
    return 0


def expire(config: Config, _: argparse.Namespace) -> int:
    """Delete what has ended, also while the store is in use; do not print what or how much."""
    from dropbox.store.errors import NotReadyError

    check(config, _)
    store = _opened(config)
    try:
        clock_day = _clock_day(store)
        today = store.days.on(clock_day)
        failed = store.expiry.expire(today)
        store.bundles.expire(today)
        emptied = store.database.checkpoint(CHECKPOINT_SECONDS)
    except NotReadyError:
        return 0  # without a roster nothing was stored
    finally:
        store.close()
    if failed:
        raise Refused("store: some of what has ended could not be deleted: restore a backup or ask for help")
    if not emptied:
        raise Refused("store: somebody reads all the time, so what was deleted is still in the journal: try again")
    if today < clock_day:
        raise Refused("clock: it is more than 14 days after the last request: mend it, or say `day accept`")
    return 0


def _opened(config: Config) -> Store:
    from dropbox.store import Store

    return Store(config)


def _clock_day(store: Store) -> int:
    from dropbox import now

    moment = now()
    return store.documents.chain(moment).roster.policy.day(moment)


def backup(config: Config, asked: argparse.Namespace) -> int:
    """Copy the store, also while it is in use, and verify the copy."""
    _copy(config.database, asked.file)
    return 0


def restore(config: Config, asked: argparse.Namespace) -> int:
    """Restore a copy if there is no store; its roster and reports are as old as the copy."""
    # SQLite would apply a leftover journal to the copy, and corrupt it.
    for left in config.data.glob(config.database.name + "-*"):
        raise Refused(f"{left} is in the way: move it away")
    _copy(asked.file, config.database)
    return 0


def _copy(source: Path, target: Path) -> None:
    from dropbox.store.database import copy
    from dropbox.store.errors import StoreError

    if not source.is_file():
        raise Refused(f"{source} does not exist")
    try:
        copy(source, target)
    except FileExistsError:
        raise Refused(f"{target} exists and is never overwritten: move it away") from None
    except (StoreError, OSError) as error:
        raise Refused(f"{target}: {error}") from None


if __name__ == "__main__":
    sys.exit(main())
