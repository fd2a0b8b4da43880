"""Founding, enrolling, signing, joining: too few signatures, foreign files and old cards are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keys.ceremony import (
    NAMESAKE,
    RENAMED,
    UNVOUCHED,
    Card,
    Changes,
    Doubt,
    Draft,
    enrol,
    fingerprint_of,
    found,
    join,
    make_card,
    make_roster,
    open_vault,
    parse_roots,
    publish,
    refuse,
    replace_recipient,
    revoke_recipient,
    rotate,
    signatures,
    unlock,
)
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
    PersonError,
    TamperedError,
    UnknownNameError,
)
from keys.roster import address, words
from keys.sync import load_trust, trusted_chain
from tests.keys.office import CHEAP, PASSPHRASE, PEOPLE, POLICY, Office

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from keys.ceremony.persons import Decide

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
        join(vault, secret, office.courier(), bytes(32), office.today)


def test_joining_without_being_on_the_roster_is_refused(office: Office) -> None:
    enrol(office.folder / "Nieuw", "Nieuw", "bestuur", PASSPHRASE, office.today, CHEAP)
    secret = unlock(office.folder / "Nieuw", PASSPHRASE)
    with open_vault(office.folder / "Nieuw", secret) as vault, pytest.raises(NotEnrolledError):
        join(vault, secret, office.courier(), office.root.id, office.today)


def test_a_fingerprint_is_taken_in_words_and_as_an_address(office: Office) -> None:
    courier = office.courier()
    assert fingerprint_of(words(office.root.id).upper(), courier) == office.root.id
    assert fingerprint_of(address("https://meld.example", "nl", office.root.id), courier) == office.root.id
    with pytest.raises(TamperedError):
        fingerprint_of("babab " * 10, courier)


def _draft(office: Office, people: Sequence[str], cards: dict[str, Card], decide: Decide = refuse) -> Draft:
    roots = parse_roots((office.folder / "root.signed").read_bytes())
    return make_roster(roots, office.drafts[-1], POLICY, [cards[name] for name in people], office.today, None, decide)


def _enrolled(office: Office, home: str, name: str, role: str = "bestuur") -> Card:
    return enrol(office.folder / home, name, role, PASSPHRASE, office.today, CHEAP)


def test_a_first_card_draws_a_person_and_later_cards_of_the_key_name_it(office: Office) -> None:
    assert {card.person for card in office.cards.values()} == {None}
    persons = {one.person for one in office.roster().recipients}
    assert len(persons) == len(NAMES)
    with office.session("Secretaris") as session:
        renewed = make_card(session.vault, session.secret, "Secretaris", "secretaris", office.today)
    known = office.roster().find(office.identity("Secretaris"))
    assert known
    assert renewed.person == known.person
    again = _draft(office, NAMES, office.cards | {"Secretaris": renewed}).content()
    assert {one.person for one in again.recipients} == persons


def test_a_roster_after_the_first_begins_tomorrow_at_the_earliest(office: Office) -> None:
    assert office.roster().start == office.today
    roots, cards = parse_roots((office.folder / "root.signed").read_bytes()), [*office.cards.values()]
    for wanted, start in ((None, 1), (-5, 1), (0, 1), (9, 9)):
        changes = Changes(start=None if wanted is None else office.today + wanted)
        draft = make_roster(roots, office.drafts[-1], POLICY, cards, office.today, changes)
        assert draft.content().start == office.today + start


def test_a_new_card_under_the_name_of_another_is_refused_unless_somebody_says_that_they_are_two(office: Office) -> None:
    # The finding H4: enrolled again under the same name and role, the accused became another person.
    cards = office.cards | {"opnieuw": _enrolled(office, "opnieuw", "Bestuurslid  2")}
    people = ["Secretaris", "Bestuurslid 1", "opnieuw"]
    with pytest.raises(PersonError, match="Bestuurslid 2"):
        _draft(office, people, cards)
    asked: list[Doubt] = []

    def agree(doubt: Doubt) -> bool:
        asked.append(doubt)
        return True

    made = _draft(office, people, cards, agree).content()
    assert [(doubt.kind, doubt.listed.name) for doubt in asked] == [(NAMESAKE, "Bestuurslid 2")]
    assert made.recipients[-1].person not in {one.person for one in office.roster().recipients}


def test_a_known_person_under_another_name_is_refused_unless_somebody_says_so(office: Office) -> None:
    with office.session("Bestuurslid 2") as session:
        renamed = make_card(session.vault, session.secret, "Voorzitter", "bestuur", office.today)
    cards = office.cards | {"Voorzitter": renamed}
    people = ["Secretaris", "Bestuurslid 1", "Voorzitter"]
    with pytest.raises(PersonError, match="Voorzitter, Bestuurslid 2"):
        _draft(office, people, cards)
    made = _draft(office, people, cards, lambda doubt: doubt.kind == RENAMED).content()
    known = office.roster().find(office.identity("Bestuurslid 2"))
    assert known
    assert made.recipients[-1].person == known.person


def test_a_person_who_left_keeps_their_name_against_newcomers(office: Office) -> None:
    office.publish_roster(["Secretaris", "Bestuurslid 1"])
    office.publish_roster(["Secretaris", "Bestuurslid 1"])
    cards = office.cards | {"opnieuw": _enrolled(office, "opnieuw", "Bestuurslid 2")}
    with pytest.raises(PersonError):
        _draft(office, ["Secretaris", "Bestuurslid 1", "opnieuw"], cards)
    back = _draft(office, NAMES, office.cards).content()
    first = office.history().rosters[0].find(office.identity("Bestuurslid 2"))
    assert first
    assert back.recipients[-1].person == first.person


def test_a_new_key_is_taken_for_the_same_person_where_the_last_one_signed_its_card(office: Office) -> None:
    card = _enrolled(office, "nieuw", "Bestuurslid 2").vouched_by(office.secret("Bestuurslid 2").signer())
    made = _draft(office, ["Secretaris", "Bestuurslid 1", "nieuw"], office.cards | {"nieuw": Card.parse(card.encode())})
    known = office.roster().find(office.identity("Bestuurslid 2"))
    assert known
    assert made.content().recipients[-1].person == known.person
    assert made.content().recipients[-1].identity == card.identity != known.identity


def test_a_new_key_that_nobody_vouches_for_is_asked_about(office: Office) -> None:
    roots = parse_roots((office.folder / "root.signed").read_bytes())
    card = _enrolled(office, "nieuw", "Bestuurslid 2")

    def made(decide: Decide, stolen: bool = True) -> Draft:
        before = office.drafts[-1]
        return replace_recipient(roots, before, "Bestuurslid 2", card, office.today, stolen=stolen, decide=decide)

    with pytest.raises(PersonError):
        made(refuse)
    content = made(lambda doubt: doubt.kind == UNVOUCHED).content()
    old = office.identity("Bestuurslid 2")
    assert content.find_person(office.roster().find(old).person).identity == card.identity  # type: ignore[union-attr]
    assert content.revoked_on(old) == office.today
    assert made(lambda doubt: True, stolen=False).content().revoked == ()


def test_a_stolen_key_vouches_for_nobody(office: Office) -> None:
    roots = parse_roots((office.folder / "root.signed").read_bytes())
    card = _enrolled(office, "nieuw", "Bestuurslid 2").vouched_by(office.secret("Bestuurslid 2").signer())
    before = office.drafts[-1]
    with pytest.raises(PersonError):
        replace_recipient(roots, before, "Bestuurslid 2", card, office.today, stolen=True)
    replace_recipient(roots, before, "Bestuurslid 2", card, office.today, stolen=False)


def test_a_revoked_key_is_on_no_later_roster_and_every_later_one_repeats_it(office: Office) -> None:
    roots = parse_roots((office.folder / "root.signed").read_bytes())
    draft = revoke_recipient(roots, office.drafts[-1], "Bestuurslid 2", office.today)
    for number, passphrase in ((1, "a"), (2, "b")):
        draft = draft.sign(office.folder / f"root-{number}.key", passphrase)
    publish(draft, office.courier())
    stolen, day = office.identity("Bestuurslid 2"), office.today
    office.drafts.append(draft)
    office.pass_days(3)
    with pytest.raises(ForbiddenError, match="Bestuurslid 2"):
        office.make_draft(NAMES)
    assert office.make_draft(NAMES[:2]).content().revoked_on(stolen) == day


def test_nobody_of_an_unknown_name_is_replaced_or_revoked(office: Office) -> None:
    roots = parse_roots((office.folder / "root.signed").read_bytes())
    with pytest.raises(UnknownNameError):
        revoke_recipient(roots, office.drafts[-1], "Niemand", office.today)


@pytest.mark.parametrize("at", range(0, 600, 41))
def test_a_card_whose_name_role_or_person_was_changed_is_refused(office: Office, at: int) -> None:
    raw = bytearray(office.cards["Secretaris"].encode())
    raw[8 + at % len(office.cards["Secretaris"].document.document)] ^= 1
    with pytest.raises(FormatError):
        Card.parse(bytes(raw))


def test_a_rotated_root_needs_enough_of_the_old_keys_and_signs_the_next_roster(office: Office) -> None:
    roots = parse_roots((office.folder / "root.signed").read_bytes())
    old = [(office.folder / f"root-{number}.key", passphrase) for number, passphrase in ((1, "a"), (2, "b"))]
    board = office.folder / "bestuur-2"
    board.mkdir()
    for few in ([], old[:1], [old[0], old[0]]):
        with pytest.raises(BelowThresholdError):
            rotate(roots, few, board, 2, ["x", "y", "z"], office.today, CHEAP)
    assert [*board.iterdir()] == []
    made = rotate(roots, old, board, 2, ["x", "y", "z"], office.today, CHEAP)
    rotated = parse_roots((board / "root.signed").read_bytes())
    assert (made.version, made.previous) == (2, office.root.id)
    cards = [office.cards[name] for name in NAMES]
    draft = make_roster(rotated, office.drafts[-1], POLICY, cards, office.today)
    with pytest.raises(ForbiddenError):
        draft.sign(office.folder / "root-1.key", "a")
    for number, passphrase in ((1, "x"), (3, "z")):
        draft = draft.sign(board / f"root-{number}.key", passphrase)
    publish(draft, office.courier())
    office.report("een")
    assert [case.report.text for case in office.read("Secretaris")] == ["een"]
    office.pass_days(1)
    with office.session("Secretaris") as session:
        session.sync()
        trust = load_trust(session.vault)
        assert (trust.root.id, trust.roster.id) == (made.id, draft.finished().newest.id)
    for fingerprint in (office.root.id, made.id):
        root, history = trusted_chain(office.courier(), fingerprint, office.today)
        assert (root.id, history.newest.version) == (made.id, 2)
