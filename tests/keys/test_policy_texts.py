"""A policy's texts as documents by language: splitting and joining are inverse, and other documents are refused."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.errors import MalformedError, TamperedError
from keys.policy import Policy, text_languages
from keys.roster import Root, Roster
from keys.wire.canonical import Json, encode, parse_object
from tests.keys.strategies import jsons, nearly
from tests.organisation import Organisation
from tests.policies import shipped

SHIPPED = shipped()
DOCUMENTS = SHIPPED.documents()
TAGS = ("nl", "en", "ar", "fy", "tr", "pap")
_short = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12)


def _respoken(draw: st.DrawFn, value: Any, tags: list[str], *, tool: bool = False) -> Any:
    """Return members of the shipped policy with other texts, in other languages."""
    if isinstance(value, dict) and value and set(value) <= set(SHIPPED.languages):
        every = ["nl", "en"] if tool else tags
        return {tag: draw(_short) if value["nl"] else "" for tag in every}
    if isinstance(value, dict):
        is_reply = {"kind", "text"} <= set(value)
        return {
            name: _respoken(draw, one, tags, tool=tool or name == "forms" or (is_reply and name == "name"))
            for name, one in value.items()
        }
    if isinstance(value, list):
        return [_respoken(draw, one, tags, tool=tool) for one in value]
    return value


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Draw a policy in any languages, with some of its lists shortened."""
    tags = draw(st.lists(st.sampled_from(TAGS), min_size=1, max_size=3, unique=True))
    members: dict[str, Any] = dict(SHIPPED.members())
    for name in ("elsewhere", "forms", "inside", "outside", "questions", "replies"):
        members[name] = members[name][: draw(st.integers(0, len(members[name])))]
    return Policy.from_members(_respoken(draw, members, tags) | {"languages": tags})


@given(policies())
def test_taking_apart_and_putting_together_are_inverse(policy: Policy) -> None:
    signed, documents = parse_object(encode(policy.signed_members())), policy.documents()
    assert set(documents) == set(text_languages(policy.languages))
    again = Policy.parse(signed, documents)
    assert again == policy
    assert again.documents() == documents
    assert again.signed_members() == signed


@given(policies())
def test_what_the_roster_signs_has_no_text_and_a_document_nothing_else(policy: Policy) -> None:
    changed = Policy.parse(policy.signed_members())
    assert changed.signed_members() == policy.signed_members()
    other = replace(policy, version=policy.version + 1, work=7, chair="Voorzitter")
    assert other.documents() == policy.documents()
    for tag in policy.languages:
        assert changed.texts.welcome.get(tag) is None
        assert Policy.parse(policy.signed_members(), {tag: policy.documents()[tag]}).texts.welcome[tag]


@given(st.sampled_from(sorted(DOCUMENTS)), jsons)
def test_no_json_for_a_document_raises_anything_but_malformed(tag: str, value: Json) -> None:
    with pytest.raises(MalformedError):
        Policy.parse(SHIPPED.signed_members(), {**DOCUMENTS, tag: encode(value)})


@given(st.sampled_from(sorted(DOCUMENTS)).flatmap(lambda tag: st.tuples(st.just(tag), nearly(DOCUMENTS[tag]))))
def test_nearly_a_document_is_malformed_or_another_one(spoilt: tuple[str, bytes]) -> None:
    tag, document = spoilt
    try:
        policy = Policy.parse(SHIPPED.signed_members(), {**DOCUMENTS, tag: document})
    except MalformedError:
        return
    assert policy.documents() == {**DOCUMENTS, tag: document}


def _roster() -> Roster:
    organisation = Organisation.found(20_000, policy=SHIPPED)
    return Roster.verify(organisation.rosters[-1], Root.verify_chain(organisation.roots, organisation.fingerprint))


def _by_hash(documents: dict[str, bytes]) -> dict[bytes, bytes]:
    return {hashlib.sha256(document).digest(): document for document in documents.values()}


def test_a_roster_takes_the_texts_that_it_names() -> None:
    roster = _roster()
    assert roster.policy != SHIPPED
    assert roster.with_texts(_by_hash(DOCUMENTS)).policy == SHIPPED


@pytest.mark.parametrize("tag", sorted(DOCUMENTS))
def test_a_roster_without_one_of_its_texts_is_malformed_and_says_which(tag: str) -> None:
    rest = {other: document for other, document in DOCUMENTS.items() if other != tag}
    with pytest.raises(MalformedError, match=f"texts of {tag}"):
        _roster().with_texts(_by_hash(rest))


@pytest.mark.parametrize("tag", sorted(DOCUMENTS))
def test_a_text_under_the_hash_of_another_is_tampered(tag: str) -> None:
    roster = _roster()
    for other in set(DOCUMENTS) - {tag}:
        with pytest.raises(TamperedError, match=f"texts of {tag}"):
            roster.with_texts(_by_hash(DOCUMENTS) | {roster.texts[tag]: DOCUMENTS[other]})


def test_a_document_that_is_too_large_is_malformed_before_it_is_read() -> None:
    roster = _roster()
    with pytest.raises(MalformedError, match="texts of nl"):
        roster.with_texts(_by_hash(DOCUMENTS) | {roster.texts["nl"]: bytes(262_145)})
