"""Files of any size and number are sealed as they were chosen, or not at all; a small one looks like a text."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from keys.wire.envelope import COUNT_SIZE, MAGIC_SIZE, UNTIL_SIZE
from keys.wire.files import MAX_FILES, MIB
from keys.wire.posting import Posting
from tests.client.page import FailedError, Lost, Named, Wire, named, opened, texts_path
from tests.client.sending import LONG, arrived, changed, digest_of, macs, only_message, parts, sealed_once, written

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.keys.office import Office

pytestmark = pytest.mark.slow

HEADER_START = MAGIC_SIZE + COUNT_SIZE + UNTIL_SIZE
COUNTED = {"id", "position", "envelope", "mailbox"}


@pytest.mark.parametrize("sizes", [[0], [1], [0, 1, 2_000], [500_000, 400_000], [300] * 100])
def test_small_files_go_in_one_posting(office: Office, tmp_path: Path, sizes: list[int]) -> None:
    paths = [written(tmp_path / f"{number}.bin", size) for number, size in enumerate(sizes)]
    with opened(office) as page:
        code = page.report(files=[named(path) for path in paths])
        assert [path for path, _ in page.wire.asked] == ["/chain", texts_path(), "/bundles", "/envelopes"]
        shown = page.look(code)
        assert [(file["name"], file["size"]) for file in shown["messages"][0]["files"]] == [
            (path.name, size) for path, size in zip(paths, sizes, strict=True)
        ]
    assert only_message(office, code) == [digest_of(path) for path in paths]


@pytest.mark.parametrize("live", [False, True], ids=["as Chromium reads it", "as Firefox reads it"])
def test_large_files_go_in_parts_and_an_answer_carries_them_too(office: Office, tmp_path: Path, live: bool) -> None:
    paths = [written(tmp_path / name, size) for name, size in (("a", 0), ("b", LONG), ("c", 1), ("d", MIB))]
    files = [named(path, live=live) for path in paths]
    with opened(office) as page:
        code = page.report(files=files)
        page.look(code)
        page.ask("answer", text="En dit nog.", files=files)
        assert sealed_once(page.wire)
        assert len(macs(page.wire)) == 2
    (_, first), (_, second) = arrived(office, code)
    assert first == second == [digest_of(path) for path in paths]


def test_a_message_is_read_without_its_files(office: Office, long: Path) -> None:
    with opened(office) as page:
        code = page.report(files=[named(long)])
        page.wire.asked.clear()
        page.look(code)
        assert [path for path, _ in page.wire.asked] == ["/mailbox?after=0", "/bundles"]


def test_a_message_of_a_long_text_and_many_files_takes_one_part_to_read(office: Office, long: Path) -> None:
    files: list[Named] = [named(long, "x" * 900) for _ in range(10)]
    with opened(office) as page:
        code = page.report("y" * 99_000, files=files)
        page.wire.asked.clear()
        shown = page.look(code)
        assert [path for path, _ in page.wire.asked] == ["/mailbox?after=0", "/mailbox/1/0", "/bundles"]
        assert shown["messages"][0]["text"] == "y" * 99_000
        assert len(shown["messages"][0]["files"]) == 10
    assert only_message(office, code) == [digest_of(long)] * 10


def shortened(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def grown(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"x")


def gone(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize("change", [changed, shortened, grown, gone])
def test_a_file_that_changes_on_its_way_stops_the_upload(
    office: Office, tmp_path: Path, change: Callable[[Path], None], live: bool
) -> None:
    path = written(tmp_path / "opname.ogg", 20 * MIB)

    def lose(asked: str, times: int) -> Lost:
        if (asked, times) == ("/parts", 3):
            change(path)
        return None

    with opened(office, Wire(office, lose=lose)) as page:
        letter = page.letter(files=[named(path, "bestand-1.ogg", live=live)])
        with pytest.raises(FailedError, match=r"^changed$") as failed:
            page.ask("report", **letter)
        assert failed.value.who == ("bestand-1.ogg",)
        assert sealed_once(page.wire)
        assert len(parts(page.wire)) < 20
        if change is not gone:
            page.ask("report", **letter)
            assert len(macs(page.wire)) == 2
            assert sealed_once(page.wire)
            assert only_message(office, str(letter["receipt"])) == [digest_of(path)]


def test_a_file_that_cannot_be_read_stops_it_before_anything_is_sent(office: Office, tmp_path: Path) -> None:
    unreadable = named(tmp_path, "bestand-2", live=True)  # a folder
    with opened(office) as page:
        letter = page.letter(files=[named(written(tmp_path / "a", 1_000)), unreadable])
        page.wire.asked.clear()
        with pytest.raises(FailedError, match=r"^unreadable$") as failed:
            page.ask("report", **letter)
        assert failed.value.who == ("bestand-2",)
        assert not page.wire.asked


def test_more_than_the_policy_allows_is_refused_before_it_is_read(still: Office, tmp_path: Path) -> None:
    path = tmp_path / "veel"
    with path.open("wb") as sparse:
        sparse.truncate(2**31)
    one = written(tmp_path / "een", 1)
    for files, code in (([path, one], "too-large"), ([one] * (MAX_FILES + 1), "too-many")):
        with opened(still) as page:
            with pytest.raises(FailedError, match=rf"^{code}$"):
                page.report(files=[named(file) for file in files])
            assert [asked for asked, _ in page.wire.asked] == ["/chain", texts_path()]
            assert not page.progress


def test_progress_ends_where_it_says_and_never_goes_back(office: Office, tmp_path: Path) -> None:
    path = written(tmp_path / "opname.ogg", 20 * MIB)
    with opened(office) as page:
        page.report(files=[named(path)])
        for phase, least in (("reading", 20 * MIB), ("sending", 20 * MIB + 1)):
            told = [progress for progress in page.progress if progress["phase"] == phase]
            done = [progress["done"] for progress in told]
            assert done == sorted(done)
            assert {progress["total"] for progress in told} == {done[-1]}
            assert done[-1] >= least


def test_a_posting_with_a_file_looks_like_one_with_a_text(office: Office, tmp_path: Path) -> None:
    """Of one class: the same requests, of the same sizes."""
    asked: list[Any] = []
    for text, files in (("x" * 10_000, []), ("Zie de foto.", [named(written(tmp_path / "foto.jpg", 10_000))])):
        with opened(office) as page:
            page.report(text, files=files)
            asked.append([(path, len(sent)) for path, sent in page.wire.asked])
            last = Posting.parse(page.wire.asked[-1][1])
            assert len(last.envelope) == 26_205
    assert asked[0] == asked[1]


def test_a_report_with_a_file_is_stored_like_one_with_a_text(office: Office, tmp_path: Path) -> None:
    added = []
    for text, files in (("x" * 10_000, []), ("Zie de foto.", [named(written(tmp_path / "foto.jpg", 10_000))])):
        before = stored(office)
        with opened(office) as page:
            page.report(text, files=files)
        added.append(stored(office) - before)
    of_a_text, of_a_file = added
    assert {table for table, *_ in of_a_text} == {"envelope", "log", "mailbox", "capability", "message"}
    assert of_a_text == of_a_file


def stored(office: Office) -> Counter[tuple[object, ...]]:
    """Return the rows of all tables, and how often there is each, as a stranger tells them apart.

    Of what is random, the length, and of a header what comes before its slots; what only counts up is left out.
    """
    store = sqlite3.connect(office.data / "meldbus.sqlite")
    store.row_factory = sqlite3.Row
    try:
        tables = [row["name"] for row in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = [(table, dict(row)) for table in tables for row in store.execute(f"SELECT * FROM {table}")]
    finally:
        store.close()
    return Counter((table, *map(shape, row.items())) for table, row in rows)


def shape(cell: tuple[str, object]) -> object:
    name, value = cell
    if isinstance(value, bytes):
        return len(value), value[:HEADER_START] if name == "prefix" else b""
    return name if name in COUNTED else value


def test_a_file_of_256_mebibytes_takes_no_more_memory_than_a_small_one(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "opname.ogg"
    block = random.Random(256).randbytes(MIB)
    with path.open("wb") as file:
        for number in range(256):
            file.write(block[number:] + block[:number])
    with opened(office, Wire(office, remember=False)) as page:
        page.report(files=[named(written(tmp_path / "klein", 3 * MIB))])
        _, before = page.memory()
        page.report(files=[named(path)])
        _, most = page.memory()
    assert most - before < 100 * MIB
