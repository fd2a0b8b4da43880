"""How many log entries a first sync reads a second, if nine of ten do not open; the server runs in this process."""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from keys.identity import draw_seed, sign_bundle
from keys.roster.weeks import WEEK, monday
from tests.bench import filling
from tests.bench.figures import Figure, WrongError
from tests.keys.office import Office

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keys.sync import RecipientSession

ENTRIES = 2000
OURS = 10  # one in this many opens
LAST_RESORT = 3
WHO = "Secretaris"
STORY = "Er ging iets mis op het werk. " * 40


def measure() -> Iterator[Figure]:
    """Try 8 slots of each entry with one weekly and three last-resort pairs, and store what opens."""
    with tempfile.TemporaryDirectory(prefix="meldbus-bench-") as folder:
        office = Office.open(Path(folder))
        postings = filling.reports(office, [STORY] * (ENTRIES // OURS))
        postings += filling.covers(office, ENTRIES - len(postings))
        random.Random(0).shuffle(postings)
        filling.file(office, postings)
        with office.session(WHO) as session:
            _keep_older_pairs(office, session)
            begun = time.perf_counter()
            read = session.sync()
            took = time.perf_counter() - begun
            if (read.new_entries, len(session.cases())) != (ENTRIES, ENTRIES // OURS):
                raise WrongError("a sync keeps another number of cases")
    yield Figure("first_sync_per_s", ENTRIES / took, "at least 400 entries; two cores")


def _keep_older_pairs(office: Office, session: RecipientSession) -> None:
    """Give the vault earlier last-resort pairs, like one that was renewed."""
    now = monday(office.today)
    [current] = [own.bundle for own in session.vault.bundles.all() if own.bundle.last]
    with session.vault.transaction():
        for number in range(1, LAST_RESORT):
            made = sign_bundle(
                session.signer,
                draw_seed(),
                serial=session.vault.bundles.last_serial() + 1,
                start=current.start - number * WEEK,
                last=True,
                week=now,
                seen=current.seen,
                away=None,
            )
            session.vault.bundles.put(made)
        session.vault.bundles.mark_published()
