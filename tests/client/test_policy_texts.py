"""The page's texts of the policy: its own language's document alone, and none that the roster does not name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.client.page import FailedError, Wire, opened, texts_path
from tests.keys.office import POLICY

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.keys.office import Office

DOCUMENTS = POLICY.documents()


def failure(office: Office, wire: Wire) -> str:
    """Return the code with which the page closes; it has been given nothing to show."""
    with opened(office, wire) as page, pytest.raises(FailedError) as failed:
        page.trust()
    return str(failed.value)


@pytest.mark.parametrize(("language", "shown"), [("nl", "nl"), ("en", "en"), ("fy", "nl")])
def test_a_page_fetches_the_texts_of_its_own_language_alone(still: Office, language: str, shown: str) -> None:
    # A page older than the policy may be in a language that it lacks: that of the first one is shown.
    with opened(still) as page:
        trusted = page.trust(language=language)
        assert [path for path, _ in page.wire.asked] == ["/chain", texts_path(shown)]
    assert [topic["name"] for topic in trusted["topics"]] == [topic.name[shown] for topic in POLICY.topics]
    assert [question["label"] for question in trusted["questions"]] == [one.label[shown] for one in POLICY.questions]
    [names] = [[choice["name"] for choice in question["choices"]] for question in trusted["questions"]]
    assert names == [choice.name[shown] for choice in POLICY.questions[0].choices]


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw.replace(b"Fraude", b"Overig"),
        lambda raw: DOCUMENTS["en"],
        lambda raw: raw[:-1],
        lambda raw: raw + b" ",
        lambda raw: b"",
    ],
    ids=["reworded", "of another language", "cut", "with a byte more", "empty"],
)
def test_texts_that_the_board_did_not_sign_close_the_page(still: Office, change: Callable[[bytes], bytes]) -> None:
    def meddle(path: str, answer: bytes) -> bytes:
        return change(answer) if path == texts_path() else answer

    assert failure(still, Wire(still, meddle)) == "tampered"


def test_texts_that_do_not_come_close_the_page_until_it_is_loaded_again(still: Office) -> None:
    missing = "404 NOT FOUND", b'{"error":"not-found"}'
    wire = Wire(still, refuse=lambda path, asked: missing if path == texts_path() and asked == 1 else None)
    with opened(still, wire) as page:
        with pytest.raises(FailedError, match=r"^network$"):
            page.trust()
        with pytest.raises(FailedError, match=r"^network$"):
            page.ask("route", matter={"topic": "anders", "board": False, "people": []})
        assert page.trust()["topics"]
