"""A policy's texts, a document a language: taken with the roster that names them and given by their hash."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import brotli
import pytest

from keys.wire.canonical import b64, encode, parse_object
from keys.wire.signed import join_publication, split_chain
from tests.organisation import POLICY

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.dropbox.conftest import Box

DOCUMENTS = POLICY.documents()
NOT_FOUND = b'{"error":"not-found"}'


def path_of(document: bytes) -> str:
    return f"/texts/{b64(hashlib.sha256(document).digest())}"


def published(box: Box, texts: Sequence[bytes]) -> bytes:
    """Return the organisation's chain with these documents instead of its own."""
    return join_publication(*split_chain(box.organisation.chain()), texts)


@pytest.mark.parametrize("language", sorted(DOCUMENTS))
def test_a_document_is_given_by_its_hash_and_compressed_ahead(box: Box, language: str) -> None:
    path = path_of(DOCUMENTS[language])
    packed = box.client.get(path, headers={"Accept-Encoding": "gzip, br", "User-Agent": "x", "Cookie": "a=b"})
    assert packed.headers["Content-Encoding"] == "br"
    assert brotli.decompress(packed.data) == box.get(path).data == DOCUMENTS[language]


def test_a_document_that_no_roster_names_is_not_found(box: Box) -> None:
    for path in (path_of(b"{}"), "/texts/nl", f"/texts/{'A' * 42}B", path_of(DOCUMENTS["nl"]) + "A"):
        answer = box.get(path)
        assert (answer.status_code, answer.data) == (404, NOT_FOUND)


def with_another(texts: Sequence[bytes]) -> list[bytes]:
    return [*texts[:-1], encode({**parse_object(texts[-1]), "texts": {"before": "Anders.", "welcome": "Anders."}})]


@pytest.mark.parametrize(
    "change",
    [
        lambda texts: [],
        lambda texts: texts[1:],
        with_another,
        lambda texts: [*texts, b"{}"],
        lambda texts: [*texts[:-1], texts[-1] + b" "],
    ],
    ids=["none", "one missing", "one changed", "one more", "one with a space"],
)
def test_a_chain_without_exactly_its_texts_is_refused_whole(
    bare: Box, change: Callable[[Sequence[bytes]], Sequence[bytes]]
) -> None:
    texts = bare.organisation.texts_of(bare.organisation.rosters)
    refused = bare.post_raw("/chain", published(bare, change(texts)))
    assert (refused.status_code, refused.data) == (400, b'{"error":"malformed"}')
    assert bare.get("/chain").status_code == 503
    assert bare.get(path_of(texts[0])).status_code == 503
    assert bare.post_raw("/chain", bare.organisation.publication()).status_code == 201


def test_a_chain_whose_texts_have_another_shape_is_refused_though_their_hash_is_right(bare: Box) -> None:
    short = replace(POLICY, topics=POLICY.topics[:1]).documents()
    organisation = bare.organisation
    organisation.policy = WithTexts(POLICY, short)  # type: ignore[assignment]
    organisation.rosters.clear()
    organisation._roster = None
    organisation.rosters.append(organisation.signed_roster())
    refused = bare.post_raw("/chain", organisation.publication())
    assert (refused.status_code, refused.data) == (400, b'{"error":"malformed"}')


class WithTexts:
    """A policy with the documents of another one."""

    def __init__(self, policy: object, documents: dict[str, bytes]) -> None:
        self._policy = policy
        self._documents = documents

    def documents(self) -> dict[str, bytes]:
        return self._documents

    def __getattr__(self, name: str) -> object:
        return getattr(self._policy, name)


def test_texts_of_the_roster_before_are_still_given(box: Box) -> None:
    # A page that was opened before the new roster asks for them.
    before = POLICY.documents()["nl"]
    welcome = dict.fromkeys(POLICY.languages, "Nieuw.")
    box.organisation.renew_roster(policy=replace(POLICY, version=2, texts=replace(POLICY.texts, welcome=welcome)))
    assert box.post_raw("/chain", box.organisation.publication()).status_code == 201
    after = box.organisation.policy.documents()["nl"]
    assert before != after
    assert [box.get(path_of(document)).data for document in (before, after)] == [before, after]
    assert "Nieuw." in box.get("/nl/").text


def test_a_page_shows_its_own_language_alone(box: Box) -> None:
    texts = {tag: POLICY.texts.welcome[tag] for tag in ("nl", "en")}
    assert texts["nl"] in box.get("/nl/").text
    assert texts["en"] not in box.get("/nl/").text
    assert texts["en"] in box.get("/en/").text
