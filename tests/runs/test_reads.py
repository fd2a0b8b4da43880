"""What a server learns about who works on which case, from all requests of six recipients in thirty days."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from keys.sync import actions, cover
from keys.wire.messages import Answer, Note
from tests.keys.office import LocalCourier, Office

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

PEOPLE = tuple((f"Lid {number}", "secretaris" if number == 0 else "bestuur") for number in range(6))
NAMES = tuple(name for name, _ in PEOPLE)
CASES = 8
READERS = 3  # of each case
DAYS = 30
SEED = 7


@dataclass
class Ear(LocalCourier):
    """A connection on which the server records each request: the session, the method, and the path."""

    office: Office
    session: int
    heard: list[tuple[int, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(self.office.app)  # type: ignore[attr-defined]

    def isolated(self) -> Ear:
        # Over Tor, another circuit. The server of this test nevertheless knows whose session it is.
        return self

    def _request(self, method: str, path: str, headers: dict[str, str], body: bytes | None) -> bytes:
        said = path
        if method == "POST" and path == "/envelopes" and body is not None:
            door, mailbox = body[0], body[17:49]
            said = f"{path} {mailbox.hex() if door else ''}"
        self.heard.append((self.session, method, said))
        return super()._request(method, path, headers, body)


@dataclass
class Month:
    """Thirty days of six recipients with eight cases: the requests that the server saw, and the truth."""

    heard: list[tuple[int, str, str]]
    session_of: dict[int, str]  # the owner of each session, which the server does not know
    reads: dict[int, frozenset[str]]  # the readers of each case
    wrote: dict[int, frozenset[str]]  # those who wrote into its thread


def play(folder: Path, readers: list[frozenset[str]], *, writes: bool) -> Month:
    """Let everybody sync on the same days, whatever they read; the readers of a case answer and take notes in it."""
    folder.mkdir()
    office, rng = Office.open(folder, PEOPLE), random.Random(SEED)
    month = Month([], {}, dict(enumerate(readers)), {})
    wrote: dict[int, set[str]] = {at: set() for at in range(CASES)}
    report_days = sorted(rng.sample(range(DAYS - 8), CASES))
    looks = {name: sorted(rng.sample(range(DAYS), 8)) for name in NAMES}
    cases: dict[bytes, int] = {}
    for day in range(DAYS):
        for at in [at for at, when in enumerate(report_days) if when == day]:
            receipt = office.report(f"Zaak {at}.", without=[name for name in NAMES if name not in readers[at]])
            case = office.thread(receipt).case
            assert case
            cases[case.id] = at
        for name in NAMES:
            if day not in looks[name]:
                continue
            number = len(month.session_of)
            month.session_of[number] = name
            ear = Ear(office, number, month.heard)
            with office.session(name, ear) as session:
                session.sync()
                for case in session.cases() if writes else []:
                    body = Answer("Dank.") if rng.random() < 0.5 else Note("Gebeld.")
                    actions.write(session, case, body)
                    wrote[cases[case.id]] |= {name} if isinstance(body, Answer) else set()
                session.end()
        office.pass_days(1)
    month.wrote = {at: frozenset(names) for at, names in wrote.items()}
    return month


def reads_of(month: Month) -> list[tuple[int, str]]:
    """Return the reads of each session, as the server sees them; digests differ between offices."""
    return [(number, path.split(".")[0]) for number, method, path in month.heard if method == "GET"]


def some_readers(seed: int) -> list[frozenset[str]]:
    rng = random.Random(seed)
    return [frozenset(rng.sample(NAMES, READERS)) for _ in range(CASES)]


def test_reading_tells_nothing_of_who_reads_which_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """M4: one request for each case revealed who works on it. Here two offices differ only in who reads which case."""
    months = []
    for seed in (1, 2):
        # The end of a log page depends on the sizes of the cover entries before it: both offices draw the same sizes.
        monkeypatch.setattr(cover, "_RANDOM", random.Random(SEED))
        months.append(play(tmp_path / f"{seed}", some_readers(seed), writes=False))
    first, second = months
    assert first.reads != second.reads
    assert reads_of(first) == reads_of(second)
    asked = {path.split("?")[0].split("/")[1] for _, path in reads_of(first)}
    assert asked <= {"chain", "bundles", "log", "texts", "rosters"}


def test_postings_tell_a_server_that_knows_the_sessions_who_writes_into_which_mailbox(tmp_path: Path) -> None:
    """A limit, stated in SECURITY.md: a live server sees by its timing what the log hides from a left-out person."""
    month = play(tmp_path / "office", some_readers(1), writes=True)
    writers: dict[str, set[str]] = {}
    for number, method, path in month.heard:
        mailbox = path.partition(" ")[2]
        if method == "POST" and mailbox:
            writers.setdefault(mailbox, set()).add(month.session_of[number])
    true = Counter(names for names in month.wrote.values() if names)
    assert Counter(map(frozenset, writers.values())) == true
    assert true.total() > CASES // 2, "the attack is tried on next to nothing"
