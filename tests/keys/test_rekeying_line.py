"""At the command line: a new key for a recipient, the end of a stolen one, a new root."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.ceremony import Card, Draft, parse_roots
from keys.roster import words
from keys.wire.signed import LABEL_ROOT
from tests.keys.office import PASSPHRASE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.keys.line import Line

WHO = "Bestuurslid 2"


def _before(line: Line) -> tuple[object, ...]:
    """Return the options that say what a roster follows."""
    now = line.office.folder / "now"
    now.write_bytes(line.office.drafts[-1].encode())
    return ("--root", line.office.folder / "root.signed", "--after", now)


def _card(line: Line) -> str:
    """Enrol somebody afresh in another home and return the path of the card."""
    return line.done("enrol", "--name", WHO, "--role", "bestuur", who="nieuw").stdout.strip()


def _made(path: Path) -> Draft:
    return Draft.parse(path.read_bytes())


def test_a_recipient_is_replaced_after_a_question_and_the_stolen_key_is_revoked(line: Line) -> None:
    card, made = _card(line), line.office.folder / "roster-2"
    given = ("recipient", "replace", *_before(line), "--output", made, "--name", WHO, "--stolen", card)
    refused = line.run(*given, text="n\n")
    assert refused.exit_code == 1
    assert "ask whose it is" in refused.stderr
    assert not made.exists()
    done = line.done(*given, text="y\n")
    assert f"on an earlier roster  bestuur  {WHO}" in done.stderr
    assert "It is in force from 2026-03-03 on." in done.stderr
    content, old = _made(made).content(), line.office.identity(WHO)
    known = line.office.roster().find(old)
    assert known
    assert content.find_person(known.person)
    assert content.revoked_on(old) == line.office.today


def test_a_card_that_the_old_key_signed_is_taken_without_a_question(line: Line) -> None:
    card, signed, made = _card(line), line.office.folder / "signed.card", line.office.folder / "roster-2"
    line.done("recipient", "vouch", card, signed, who=WHO)
    assert Card.parse(signed.read_bytes()).vouchers == (line.office.identity(WHO),)
    done = line.done("recipient", "replace", *_before(line), "--output", made, "--name", WHO, signed)
    assert "earlier roster" not in done.stderr
    assert _made(made).content().revoked == ()


def test_a_recipient_whose_key_was_stolen_is_revoked(line: Line) -> None:
    made = line.office.folder / "roster-2"
    line.done("recipient", "revoke", *_before(line), "--output", made, "--name", WHO)
    content = _made(made).content()
    assert [one.name for one in content.recipients] == ["Secretaris", "Bestuurslid 1"]
    assert content.revoked_on(line.office.identity(WHO)) == line.office.today
    again = line.run("recipient", "revoke", *_before(line), "--output", made, "--name", WHO)
    assert "never overwritten" in again.stderr


def test_a_root_is_handed_over_with_enough_of_the_old_keys(line: Line) -> None:
    board, office = line.office.folder / "board-2", line.office
    first, second = (office.folder / f"root-{number}.key" for number in (1, 2))
    few = ("root", "rotate", "--root", office.folder / "root.signed", "--folder", board, "--key", first)
    refused = line.run(*few, "--keys", 2, passphrases=("a", "x", "y"))
    assert "Too few" in refused.stderr
    done = line.done(*few, "--key", second, "--keys", 2, passphrases=("a", "b", "x", "y"))
    roots = parse_roots((board / "root.signed").read_bytes())
    assert words(roots[-1].id(LABEL_ROOT)) in done.stdout
    assert "destroy every stick and copy of the old keys" in done.stderr
    poster = line.run("found", "--folder", board, passphrases=(PASSPHRASE,))
    assert "never overwritten" in poster.stderr
