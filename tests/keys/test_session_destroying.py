"""A case that is destroyed while something reads it leaves no trace."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from keys.cases.destruction import Ended
from keys.errors import (
    NoCaseError,
)
from keys.sync import last_days, summaries
from keys.sync.delivery import unwatched
from keys.sync.files import save_files
from keys.vault import tables
from keys.wire.files import MIB
from tests.keys.office import PEOPLE

if TYPE_CHECKING:
    from pathlib import Path

    from keys.sync import RecipientSession
    from tests.keys.office import Office

A, B, X = (name for name, _ in PEOPLE)


def test_a_case_that_is_destroyed_while_a_list_is_made_leaves_no_words(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The inbox builds its list while a sync destroys a case: what was read before would be cached afterwards."""
    office.report("SENTINEL-9 over de kluis")
    with office.session(A) as session:
        session.sync()
        [case_id] = session.vault.messages.cases()
        destroying: list[threading.Thread] = []
        summarise = summaries.summarise

        def destroy() -> None:
            last_days._destroy(session.vault, session.trust(), [case_id], Ended.BY_HAND, office.today)

        def summarise_meanwhile(*of: Any) -> Any:
            destroying.append(threading.Thread(target=destroy))
            destroying[0].start()
            destroying[0].join(0.5)
            return summarise(*of)

        monkeypatch.setattr(summaries, "summarise", summarise_meanwhile)
        session.summaries()
        destroying[0].join()
        assert session.vault.destroyed.find(case_id)
        assert session.vault.summaries.words() == {}
        assert session.summaries() == {}


def test_a_case_that_is_destroyed_while_its_files_are_saved_leaves_no_parts(office: Office, tmp_path: Path) -> None:
    office.report("over de kluis", attachments=[office.attachment("a.bin", bytes(4 * MIB))])
    folder = tmp_path / "saved"
    folder.mkdir(mode=0o700)
    opened: list[RecipientSession] = []

    def destroy(path: str, answer: bytes) -> bytes:
        if path.startswith("/log/") and path.endswith("/2"):
            [session] = opened
            last_days._destroy(session.vault, session.trust(), [case.id], Ended.BY_HAND, office.today)
        return answer

    office.meddle = destroy
    with office.session(A) as session:
        opened.append(session)
        session.sync()
        [case] = session.cases()
        with pytest.raises(NoCaseError):
            list(save_files(session, case, folder, again=False, watch=unwatched))
        assert session.vault._execute(select(func.count()).select_from(tables.fetched_part)).scalar() == 0
        assert not [path for path in folder.rglob("a.bin") if path.is_file()]
