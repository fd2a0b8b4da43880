"""A vault's cache of case summaries is valid only while nothing has changed, and is destroyed with the case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keys.identity import Wrapper
from keys.vault import Vault
from keys.vault.summary_cache import CachedCase
from keys.wire.ids import CaseId

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORDS = "SENTINEL \ud800 één"  # a text from a page can contain half of a surrogate pair
FIRST, SECOND, OTHER = (CaseId(bytes([group]) + bytes([number]) * 31) for group, number in ((1, 1), (1, 2), (2, 3)))


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    with Vault.create(tmp_path / "vault.sqlite", Wrapper(bytes(32))) as vault:
        with vault.transaction():
            cases = [CachedCase(case, 7, {"a": 1}, WORDS) for case in (FIRST, SECOND, OTHER)]
            vault.summaries.put("mark", cases)
        yield vault


def test_what_was_put_is_found_while_version_and_mark_are_the_same(vault: Vault) -> None:
    versions = dict.fromkeys((FIRST, SECOND, OTHER), 7)
    assert vault.summaries.load("mark", versions) == {case: {"a": 1} for case in versions}
    assert vault.summaries.load("another", versions) == {}
    assert set(vault.summaries.load("mark", versions | {SECOND: 8})) == {FIRST, OTHER}
    assert vault.summaries.words() == dict.fromkeys(versions, WORDS)


def test_a_case_that_changed_is_put_beside_those_of_its_group(vault: Vault) -> None:
    with vault.transaction():
        vault.summaries.put("mark", [CachedCase(SECOND, 8, {"a": 2}, "nieuw")])
    found = vault.summaries.load("mark", {FIRST: 7, SECOND: 8, OTHER: 7})
    assert found == {FIRST: {"a": 1}, SECOND: {"a": 2}, OTHER: {"a": 1}}
    assert vault.summaries.words() == {FIRST: WORDS, SECOND: "nieuw", OTHER: WORDS}


def test_a_case_that_no_list_shows_is_remembered_as_such(vault: Vault) -> None:
    with vault.transaction():
        vault.summaries.put("mark", [CachedCase(FIRST, 9, None, None)])
    assert vault.summaries.load("mark", {FIRST: 9}) == {FIRST: None}
    assert FIRST not in vault.summaries.words()


def test_a_case_that_is_forgotten_leaves_nothing_behind(vault: Vault) -> None:
    with vault.transaction():
        vault.summaries.forget(FIRST)
        vault.summaries.forget(OTHER)
        vault.summaries.forget(CaseId(bytes(32)))
    versions = dict.fromkeys((FIRST, SECOND, OTHER), 7)
    assert set(vault.summaries.load("mark", versions)) == set(vault.summaries.words()) == {SECOND}


def test_nothing_that_is_remembered_stands_in_clear(vault: Vault, tmp_path: Path) -> None:
    assert b"SENTINEL" not in (tmp_path / "vault.sqlite").read_bytes()
    assert vault.summaries.words()
