"""The policy: the organisation's file is parsed strictly, and an error names its key."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.errors import MalformedError, PolicyError
from keys.policy import EPOCH, Policy, date_of, day_number
from keys.wire.sizes import MAX_DAY
from tests.keys.strategies import jsons, nearly
from tests.policies import SMALL as POLICY
from tests.policies import SMALL_TOML as TOML
from tests.policies import policy_of

if TYPE_CHECKING:
    from keys.wire.canonical import Json

SIGNED = POLICY.signed_members()


def test_a_policy_is_read_from_toml_as_it_is_signed() -> None:
    policy = policy_of(TOML)
    assert policy == POLICY
    assert Policy.from_members(policy.members()) == policy


@given(st.text(max_size=200) | nearly(TOML.encode()).map(lambda raw: raw.decode("utf-8", "replace")))
def test_no_text_raises_anything_but_a_policy_error(text: str) -> None:
    try:
        policy = policy_of(text)
    except PolicyError:
        return
    assert Policy.parse(policy.signed_members(), policy.documents()) == policy


@given(jsons)
def test_no_json_raises_anything_but_malformed(value: Json) -> None:
    with pytest.raises(MalformedError):
        Policy.parse(value)


@given(st.sampled_from(sorted(SIGNED)), jsons)
def test_no_member_raises_anything_but_malformed(name: str, value: Json) -> None:
    try:
        policy = Policy.parse(SIGNED | {name: value})
    except MalformedError:
        return
    assert policy.signed_members() == SIGNED | {name: value}


@pytest.mark.parametrize("name", sorted(SIGNED))
def test_a_missing_key_is_named(name: str) -> None:
    members = {other: value for other, value in SIGNED.items() if other != name}
    with pytest.raises(MalformedError, match=name):
        Policy.parse(members)


@pytest.mark.parametrize(
    ("right", "wrong", "key"),
    [
        ("version = 1", "version = 0", "version"),
        ("version = 1", "version = true", "version"),
        ("work = 1000", "work = 0", "work"),
        ("work = 1000", 'work = "1000"', "work"),
        ("cover = 4", "cover = 0", "cover"),
        ("cover = 4", "cover = 17", "cover"),
        ("decoys_per_week = 20", "decoys_per_week = -1", "decoys_per_week"),
        ('"Europe/Amsterdam"', '"Amsterdam"', "timezone"),
        ('"Europe/Amsterdam"', '"../etc/passwd"', "timezone"),
        ('["nl", "en"]', '["nl", "nl"]', "languages"),
        ('["nl", "en"]', "[]", "languages"),
        ('"Voorbeeldstichting"', '""', "organisation"),
        ('"Voorbeeldstichting"', f'"{"x" * 81}"', "organisation"),
        ("https://", "http://", r"outside\[0\].link"),
        ('phone = ""', "phone = 1", r"outside\[0\].phone"),
        ("nl = ", "de = ", r"outside\[0\].text"),
        ("version = 1", "version = 1\nextra = 1", "extra"),
    ],
)
def test_a_mistake_is_named_by_its_key(right: str, wrong: str, key: str) -> None:
    assert right in TOML
    with pytest.raises(PolicyError, match=key):
        policy_of(TOML.replace(right, wrong))


def test_a_mistake_in_the_file_is_named_by_its_line() -> None:
    with pytest.raises(PolicyError, match="line 3"):
        policy_of("\nversion = 1\n=\n")


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-03-28T22:59:59+00:00", "2026-03-28"),
        ("2026-03-28T23:00:00+00:00", "2026-03-29"),
        ("2026-03-29T21:59:59+00:00", "2026-03-29"),
        ("2026-03-29T22:00:00+00:00", "2026-03-30"),
        ("2026-10-25T22:59:59+00:00", "2026-10-25"),
        ("2026-10-25T23:00:00+00:00", "2026-10-26"),
    ],
)
def test_a_day_begins_at_midnight_in_the_policys_time_zone(moment: str, day: str) -> None:
    assert date_of(POLICY.day(dt.datetime.fromisoformat(moment))) == dt.date.fromisoformat(day)


@given(st.dates(min_value=EPOCH))
def test_a_day_number_is_its_date(date: dt.date) -> None:
    assert date_of(day_number(date)) == date


def test_a_day_that_no_calendar_has_is_its_last() -> None:
    """A server that named the last possible day broke the list of cases: no later due date could be shown."""
    assert date_of(2**32 - 1) == date_of(MAX_DAY) == dt.date.max
