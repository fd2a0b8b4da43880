"""At the command line: a new key for a recipient, the revocation of a stolen one, a new root."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.ceremony import Card, Draft, make_roster, parse_roots, publish
from keys.roster import words
from keys.wire.signed import LABEL_ROOT
from tests.keys.office import PASSPHRASE, POLICY

if TYPE_CHECKING:
    from pathlib import Path

    from tests.keys.cli import CommandLine

WHO = "Bestuurslid 2"
NEW = ("een wachtzin van de eerste", "een wachtzin van de tweede")


def _before(line: CommandLine) -> tuple[object, ...]:
    """Return the options that name the previous roster."""
    now = line.office.folder / "now"
    now.write_bytes(line.office.drafts[-1].encode())
    return ("--root", line.office.folder / "root.signed", "--after", now)


def _card(line: CommandLine) -> str:
    """Enrol somebody again in another home and return the path of the card."""
    return line.done("enrol", "--name", WHO, "--role", "bestuur", who="nieuw").stdout.strip()


def _made(path: Path) -> Draft:
    return Draft.parse(path.read_bytes())


def test_a_recipient_is_replaced_after_a_question_and_the_stolen_key_is_revoked(line: CommandLine) -> None:
    card, made = _card(line), line.office.folder / "roster-2"
    given = ("recipient", "replace", *_before(line), "--output", made, "--name", WHO, "--stolen", card)
    refused = line.run(*given, text="n\n")
    assert refused.exit_code == 1
    assert "Ask whose card it is" in refused.stderr
    assert not made.exists()
    done = line.done(*given, text="y\n")
    assert f"on an earlier roster  bestuur  {WHO}" in done.stderr
    assert "It is in force from 2026-03-03 on." in done.stderr
    content, old = _made(made).content(), line.office.identity(WHO)
    known = line.office.roster().find(old)
    assert known
    assert content.find_person(known.person)
    assert content.revoked_on(old) == line.office.today


def test_a_card_that_the_old_key_signed_is_taken_without_a_question(line: CommandLine) -> None:
    card, signed, made = _card(line), line.office.folder / "signed.card", line.office.folder / "roster-2"
    line.done("recipient", "vouch", card, signed, who=WHO)
    assert Card.parse(signed.read_bytes()).vouchers == (line.office.identity(WHO),)
    done = line.done("recipient", "replace", *_before(line), "--output", made, "--name", WHO, signed)
    assert "earlier roster" not in done.stderr
    assert _made(made).content().revoked == ()


def test_a_recipient_whose_key_was_stolen_is_revoked(line: CommandLine) -> None:
    made = line.office.folder / "roster-2"
    line.done("recipient", "revoke", *_before(line), "--output", made, "--name", WHO)
    content = _made(made).content()
    assert [one.name for one in content.recipients] == ["Secretaris", "Bestuurslid 1"]
    assert content.revoked_on(line.office.identity(WHO)) == line.office.today
    again = line.run("recipient", "revoke", *_before(line), "--output", made, "--name", WHO)
    assert "never overwritten" in again.stderr


def test_a_root_is_handed_over_with_enough_of_the_old_keys(line: CommandLine) -> None:
    board, office = line.office.folder / "board-2", line.office
    first, second = (office.folder / f"root-{number}.key" for number in (1, 2))
    few = ("root", "rotate", "--root", office.folder / "root.signed", "--folder", board, "--key", first)
    refused = line.run(*few, "--keys", 2, passphrases=("a", *NEW))
    assert "Too few" in refused.stderr
    done = line.done(*few, "--key", second, "--keys", 2, passphrases=("a", "b", *NEW))
    roots = parse_roots((board / "root.signed").read_bytes())
    assert words(roots[-1].id(LABEL_ROOT)) in done.stdout
    assert "destroy every copy of the old keys" in done.stderr
    again = line.run("found", "--folder", board, passphrases=(PASSPHRASE,))
    assert "never overwritten" in again.stderr


def test_posters_made_after_a_root_was_handed_over_show_the_newest_words(line: CommandLine) -> None:
    """M9: an old poster is all that k stolen old keys need. The tool makes new ones, also given the old fingerprint."""
    office, board = line.office, line.office.folder / "board-2"
    keys = [("--key", office.folder / f"root-{number}.key") for number in (1, 2)]
    rotate = ("root", "rotate", "--root", office.folder / "root.signed", "--folder", board)
    line.done(*rotate, *keys[0], *keys[1], "--keys", 1, "--needed", 1, passphrases=("a", "b", NEW[0]))
    roots = parse_roots((board / "root.signed").read_bytes())
    draft = make_roster(roots, office.drafts[-1], POLICY, [*office.cards.values()], office.today)
    publish(draft.sign(board / "root-1.key", NEW[0]), office.courier())
    old, newest = words(office.root.id), words(roots[-1].id(LABEL_ROOT))
    for number, fingerprint in enumerate((old, newest)):
        folder = office.folder / f"posters-{number}"
        line.done("poster", "--server", "http://127.0.0.1", "--fingerprint", fingerprint, "--folder", folder)
        posters = [*folder.glob("*.html")]
        assert posters
        for poster in posters:
            shown = " ".join(poster.read_text("utf-8").split())
            assert all(word in shown for word in newest.split())
            assert not all(word in shown for word in old.split())
