"""Founding, enrolling, signing, joining: too few signatures, another's files and old cards count for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keys.ceremony import Card, Draft, enrol, fingerprint_of, found, join, open_vault, signatures, unlock
from keys.errors import (
    BelowThresholdError,
    ExistsError,
    ExpiredError,
    ForbiddenError,
    ForkError,
    FormatError,
    MalformedError,
    NotEnrolledError,
    PassphraseError,
    TamperedError,
)
from keys.roster import address, words
from tests.keys.office import CHEAP, PASSPHRASE, PEOPLE, Office

if TYPE_CHECKING:
    from pathlib import Path

NAMES = [name for name, _ in PEOPLE]


def test_a_roster_with_one_of_two_signatures_is_not_published(office: Office) -> None:
    draft = office.make_draft(NAMES).sign(office.folder / "root-1.key", "a")
    assert signatures(draft) == (1, 2)
    with pytest.raises(BelowThresholdError):
        draft.finished()


def test_signing_twice_with_one_key_is_one_signature(office: Office) -> None:
    draft = office.make_draft(NAMES)
    for _ in range(2):
        draft = Draft.parse(draft.sign(office.folder / "root-2.key", "b").encode())
    assert signatures(draft) == (1, 2)


def test_a_draft_travels_through_a_file(office: Office) -> None:
    draft = office.make_draft(NAMES)
    for number, passphrase in ((2, "b"), (3, "c")):
        draft = Draft.parse(draft.sign(office.folder / f"root-{number}.key", passphrase).encode())
    assert draft.finished().newest.version == 2
    assert draft.finished().newest.previous == office.roster().id


def test_a_root_key_needs_its_own_passphrase(office: Office) -> None:
    with pytest.raises(PassphraseError):
        office.make_draft(NAMES).sign(office.folder / "root-1.key", "b")


def test_another_boards_key_signs_nothing(office: Office, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    found(other, 1, ["x"], office.today, CHEAP)
    with pytest.raises(ForbiddenError):
        office.make_draft(NAMES).sign(other / "root-1.key", "x")


def test_a_draft_that_was_changed_after_signing_does_not_count(office: Office) -> None:
    draft = office.make_draft(NAMES)
    for number, passphrase in ((1, "a"), (2, "b")):
        draft = draft.sign(office.folder / f"root-{number}.key", passphrase)
    raw = draft.encode().replace(b"Bestuurslid 2", b"Bestuurslid 9")
    with pytest.raises(TamperedError):
        Draft.parse(raw).finished()


def test_founding_never_overwrites(tmp_path: Path) -> None:
    found(tmp_path, 2, ["a", "b", "c"], 20000, CHEAP)
    before = (tmp_path / "root-1.key").read_bytes()
    with pytest.raises(ExistsError):
        found(tmp_path, 2, ["a", "b", "c"], 20000, CHEAP)
    assert (tmp_path / "root-1.key").read_bytes() == before


def test_more_keys_needed_than_there_are_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MalformedError):
        found(tmp_path, 3, ["a", "b"], 20000, CHEAP)
    assert list(tmp_path.iterdir()) == []


def test_enrolling_twice_is_refused(office: Office) -> None:
    with pytest.raises(ExistsError):
        enrol(office.folder / "Secretaris", "Secretaris", "secretaris", PASSPHRASE, office.today, CHEAP)


def test_an_unknown_role_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(MalformedError):
        enrol(tmp_path / "home", "Iemand", "directeur", PASSPHRASE, 20000, CHEAP)
    assert not (tmp_path / "home").exists()


def test_a_card_whose_key_ends_within_a_week_is_refused(office: Office) -> None:
    office.pass_days(390)
    with pytest.raises(ExpiredError, match="Secretaris"):
        office.make_draft(NAMES)


@pytest.mark.parametrize("at", range(0, 2000, 97))
def test_a_spoilt_card_is_refused(office: Office, at: int) -> None:
    raw = bytearray(office.cards["Secretaris"].encode())
    start = raw.index(b"secretaris") + len("secretaris")
    raw[start + at % (len(raw) - start)] ^= 1
    with pytest.raises(FormatError):
        Card.parse(bytes(raw))


def test_joining_with_another_fingerprint_is_refused(office: Office) -> None:
    office.cards["Nieuw"] = enrol(office.folder / "Nieuw", "Nieuw", "bestuur", PASSPHRASE, office.today, CHEAP)
    office.publish_roster([*NAMES, "Nieuw"])
    secret = unlock(office.folder / "Nieuw", PASSPHRASE)
    with open_vault(office.folder / "Nieuw", secret) as vault, pytest.raises(ForkError):
        join(vault, secret, office.courier(), bytes(32))


def test_joining_without_being_on_the_roster_is_refused(office: Office) -> None:
    enrol(office.folder / "Nieuw", "Nieuw", "bestuur", PASSPHRASE, office.today, CHEAP)
    secret = unlock(office.folder / "Nieuw", PASSPHRASE)
    with open_vault(office.folder / "Nieuw", secret) as vault, pytest.raises(NotEnrolledError):
        join(vault, secret, office.courier(), office.root.id)


def test_a_fingerprint_is_taken_in_words_and_as_an_address(office: Office) -> None:
    courier = office.courier()
    assert fingerprint_of(words(office.root.id).upper(), courier) == office.root.id
    assert fingerprint_of(address("https://meld.example", "nl", office.root.id), courier) == office.root.id
    with pytest.raises(TamperedError):
        fingerprint_of("babab " * 10, courier)
