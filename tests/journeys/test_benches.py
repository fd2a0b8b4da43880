"""Each bench, and the deleting under load, still measure what they say; here with little, and no figure is judged.

Not here: `saving`, which needs age and gpg, and `large`, whose way test_large_files.py goes; `visiting` has its test.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.bench import accepting, inbox, opening, sealing, stamping, trial_opening, uploading
from tests.bench.figures import WrongError
from tests.dropbox.serving import ROOT
from tests.journeys.large import MIB
from tests.soak import expiring
from tests.soak.memory import check_flat

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from types import ModuleType

    from tests.bench.figures import Figure


def small(monkeypatch: pytest.MonkeyPatch, bench: ModuleType, **sizes: object) -> None:
    """Give a bench other sizes; each has to be one that it has."""
    for name, value in sizes.items():
        monkeypatch.setattr(bench, name, value)


def names(figures: Iterable[Figure]) -> set[str]:
    """Return the names of figures; none is below nothing."""
    found = {figure.name: figure.value for figure in figures}
    assert all(value >= 0 for value in found.values()), found
    return set(found)


def test_seal_and_stamp_are_timed_in_the_pages_own_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    # At the shipped work: of a stamp that takes less than a tenth of a second, this Firefox says that it took none.
    small(monkeypatch, stamping, REPORTS=4)
    assert {"stamp_nojit_s", "hashes_nojit_per_s", "seal_nojit_s"} <= names(stamping.measure())


def test_a_file_is_sealed_by_the_pages_code_and_by_bare_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch, sealing, SIZE=2, SIZE_NOJIT=2, ROUNDS=1)
    assert {"seal_ratio_bare", "seal_nojit_mb_s"} <= names(sealing.measure())


def test_a_file_goes_over_a_slow_line(monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch, uploading, SIZE=MIB)
    assert names(uploading.measure()) == {"upload_line_share"}


def test_reports_are_taken_from_one_client_and_from_many(monkeypatch: pytest.MonkeyPatch) -> None:
    few = {"ROUNDS": 1, "WARM_UP": 16, "ONE_CLIENT": 4, "SIXTEEN_CLIENTS": 32, "REPORTS": 52}
    small(monkeypatch, accepting, **few)
    assert {"accept_per_s_1", "accept_per_s_16", "accept_ratio_sqlite", "rss_mib_0"} <= names(accepting.measure())


def test_envelopes_are_opened_by_the_tools_code_and_by_bare_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch, opening, ROUNDS=1, ENVELOPES=3, SEALINGS=3)
    assert {"open_per_s", "open_ratio_bare", "seal_per_s"} <= names(opening.measure())


def test_log_entries_are_tried_in_a_batch_and_slot_by_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch, trial_opening, ROUNDS=1, ENTRIES=11)
    assert {"trial_opening_per_s", "trial_opening_ratio"} <= names(trial_opening.measure())


def test_an_inbox_is_fetched_opened_and_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch, inbox, FEW=2, MANY=4, ROUNDS=1, NEW=1)
    assert {"later_sync_s_4", "inbox_open_s_4", "search_ms_4", "roster_sync_s_4"} <= names(inbox.measure())


def test_parts_are_deleted_from_under_a_server_in_use(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    small(monkeypatch, expiring, LETTERS=4, QUIET_SECONDS=1.0)
    assert "looks_meanwhile" in names(expiring.run(tmp_path, 20_000))


def test_spoilt_vectors_are_read_alike_by_tool_and_page() -> None:
    """A soak does this for as long as it lasts, with another seed each time."""
    fuzzing = [sys.executable, "-m", "tests.soak.fuzzing", "5", "7"]
    done = subprocess.run(fuzzing, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["fuzz_cases"] > 0


def test_a_leak_shows_in_a_soak_and_pages_on_their_way_do_not() -> None:
    """With --seconds 30 it called it a leak that connections were made, and that a page of the log was on its way."""
    passing = [128 + 12 * (number % 5 == 4) for number in range(60)]
    check_flat(passing)
    leaking = [at + 0.15 * number for number, at in enumerate(passing)]
    with pytest.raises(WrongError, match="grows: 6 MiB"):
        check_flat(leaking)
