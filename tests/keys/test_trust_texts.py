"""The tool and the policy's texts: fetched in every language, stored, and none that the roster does not name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keys.errors import NetworkError, TamperedError
from keys.sync import load_trust
from tests.keys.office import POLICY

if TYPE_CHECKING:
    from tests.keys.office import Office

WELCOME = {"nl": "Nieuw.", "en": "New."}
CHANGED = replace(POLICY, version=2, texts=replace(POLICY.texts, welcome=WELCOME))


def test_a_tool_keeps_the_texts_of_every_language_and_fetches_none_twice(office: Office) -> None:
    with office.session("Secretaris") as session:
        assert load_trust(session.vault).roster.policy == POLICY
        session.sync()
        assert [path for _, path, _ in session.courier.asked if path.startswith("/texts/")] == []  # type: ignore[attr-defined]
    office.publish_roster([*office.cards], CHANGED)
    with office.session("Secretaris") as session:
        session.sync()
        asked = [path for _, path, _ in session.courier.asked if path.startswith("/texts/")]  # type: ignore[attr-defined]
        assert len(asked) == len(set(asked)) == len(POLICY.documents())
        assert load_trust(session.vault).roster.policy == CHANGED


def test_texts_that_the_board_did_not_sign_are_refused_and_the_old_ones_stay(office: Office) -> None:
    office.publish_roster([*office.cards], CHANGED)
    office.meddle = lambda asked, answer: answer.replace(b"Nieuw.", b"Ander.") if "/texts/" in asked else answer
    with office.session("Secretaris") as session:
        with pytest.raises(TamperedError, match="texts of nl"):
            session.sync()
        assert load_trust(session.vault).roster.policy == POLICY


def test_texts_that_the_server_lacks_are_an_error_in_words(office: Office) -> None:
    office.publish_roster([*office.cards], CHANGED)
    office.refuse = lambda asked: (404, b'{"error":"not-found"}') if "/texts/" in asked else None
    with office.session("Secretaris") as session:
        with pytest.raises(NetworkError, match="cannot be reached"):
            session.sync()
        assert load_trust(session.vault).roster.policy == POLICY
