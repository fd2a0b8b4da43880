"""Versions of cases: they increase with each change of the case, and only then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keys.identity import Wrapper
from keys.vault import Vault
from keys.wire.ids import CaseId

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ONE, OTHER = CaseId(b"1" * 32), CaseId(b"2" * 32)


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    with Vault.create(tmp_path / "vault", Wrapper(bytes(32))) as made:
        yield made


def test_a_vault_without_cases_has_no_versions(vault: Vault) -> None:
    assert (vault.versions.all(), vault.versions.latest()) == ({}, 0)


def test_a_change_gives_a_case_a_version_above_all_others(vault: Vault) -> None:
    for case in (ONE, OTHER, ONE):
        vault.versions.bump(case)
    assert vault.versions.all() == {OTHER: 2, ONE: 3}


def test_what_has_changed_since_a_version_is_told_in_order(vault: Vault) -> None:
    for case in (ONE, OTHER):
        vault.versions.bump(case)
    before = vault.versions.latest()
    assert vault.versions.since(before) == []
    vault.versions.bump(ONE)
    assert (vault.versions.since(before), vault.versions.since(0)) == ([ONE], [OTHER, ONE])


def test_a_case_that_is_forgotten_leaves_no_trace_and_its_version_to_nobody(vault: Vault) -> None:
    vault.versions.bump(ONE)
    latest = vault.versions.latest()
    vault.messages.forget_case(ONE)
    assert vault.versions.all() == {}
    vault.versions.bump(OTHER)
    assert vault.versions.since(latest) == [OTHER]
