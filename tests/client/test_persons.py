"""On the page too a recipient is the same person with a new key, and a former one has no word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keys.ceremony import make_roster, parse_roots, publish, revoke_recipient, rotate
from keys.roster import words
from keys.wire import kinds
from keys.wire.canonical import b64
from keys.wire.signed import LABEL_ROOT
from tests.client.page import FailedError, opened
from tests.keys.forging import post_as_recipient
from tests.keys.office import CHEAP, POLICY

if TYPE_CHECKING:
    from tests.keys.office import Office

OUT = "Bestuurslid 2"


def test_the_page_knows_a_person_who_is_left_out_by_a_new_key(office: Office) -> None:
    # The finding H4: the page listed the accused as a reader, offered them a late report, and sealed to them.
    receipt = office.report("Over een bestuurslid.", [OUT], people=[office.identity(OUT)])
    office.rekey(OUT)
    office.pass_days(60)
    with opened(office) as page:
        page.trust()
        shown = page.look(receipt.written())
        assert [(one["name"], one["about"]) for one in shown["leftOut"]] == [(OUT, True)]
        assert OUT not in [one["name"] for one in (*shown["readers"], *shown["offered"])]
        assert shown["late"]
        with pytest.raises(FailedError, match=r"^nobody$"):
            page.ask("share", people=[b64(office.identity(OUT))])
        page.ask("answer", text="Nog iets.", files=[])
    assert office.read(OUT) == []
    [(case, _)] = office.read("Secretaris")
    assert office.identity(OUT) not in case.said[-1].message.head.to


def test_the_page_seals_to_a_readers_new_key(office: Office) -> None:
    receipt = office.report("een")
    office.rekey(OUT)
    with opened(office) as page:
        page.trust()
        assert OUT in [one["name"] for one in page.look(receipt.written())["readers"]]
        page.ask("answer", text="Nog iets.", files=[])
    [(case, _)] = office.read("Secretaris")
    assert office.identity(OUT) in case.said[-1].message.head.to


def test_the_page_marks_what_a_key_said_that_is_not_on_the_newest_roster(office: Office) -> None:
    # The scenario L9: a stolen key and the server put a new last message there, and only persons were marked.
    receipt = office.report("een")
    for name in ("Secretaris", OUT):
        office.read(name)
        with office.desk(name) as desk:
            desk.say(desk.cases()[0][0], kinds.Question("Wanneer?"))
    office.rekey(OUT, stolen=True)
    with opened(office) as page:
        page.trust()
        authors = [said["author"] for said in page.look(receipt.written())["messages"][1:]]
    assert [(author["name"], author["present"]) for author in authors] == [("Secretaris", True), (OUT, False)]


def test_a_former_recipients_word_is_an_alarm_on_the_page(office: Office) -> None:
    # The finding H5.
    receipt = office.report("een")
    office.read(OUT)
    office.publish_roster(["Secretaris", "Bestuurslid 1"])
    with office.desk(OUT) as desk:
        post_as_recipient(office, desk, desk.cases()[0][0], kinds.Closed("Klaar."))
    with opened(office) as page:
        page.trust()
        shown = page.look(receipt.written())
    assert [said["kind"] for said in shown["messages"]] == ["report"]
    assert [alarm["code"] for alarm in shown["alarms"]] == ["forbidden"]


def test_an_older_posters_fingerprint_is_named_as_such_and_the_newest_words_are_shown(office: Office) -> None:
    # The finding M9: a chain through old keys alone looked like any other.
    older = b64(office.root.id)
    old = [(office.folder / f"root-{number}.key", passphrase) for number, passphrase in ((1, "a"), (2, "b"))]
    board = office.folder / "bestuur-2"
    board.mkdir()
    rotate(parse_roots((office.folder / "root.signed").read_bytes()), old, board, 1, ["x"], office.today, CHEAP)
    roots, cards = parse_roots((board / "root.signed").read_bytes()), [*office.cards.values()]
    draft = make_roster(roots, office.drafts[-1], POLICY, cards, office.today)
    publish(draft.sign(board / "root-1.key", "x"), office.courier())
    newest = roots[-1].id(LABEL_ROOT)
    with opened(office) as page:
        for fragment, pinned in ((older, "old"), (b64(newest), "new"), ("", "")):
            shown = page.trust(fragment)
            assert (shown["pinned"], shown["words"]) == (pinned, words(newest))


def test_a_stolen_key_is_sealed_to_by_no_page_from_its_revocation_on(office: Office) -> None:
    # Before the roster that revokes it is in force.
    draft = revoke_recipient(office.drafts[-1].roots, office.drafts[-1], OUT, office.today)
    for number, passphrase in ((1, "a"), (2, "b")):
        draft = draft.sign(office.folder / f"root-{number}.key", passphrase)
    assert publish(draft, office.courier()).start == office.today + 1
    with opened(office) as page:
        with pytest.raises(FailedError, match=r"^not-enrolled$") as failed:
            page.report()
        assert failed.value.who == (b64(office.identity(OUT)),)
        page.report(without=(OUT,))
