"""On the page too a recipient is the same person with a new key, and a former one has no word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from keys.ceremony import make_roster, parse_roots, publish, revoke_recipient, rotate
from keys.roster import words
from keys.wire.canonical import b64
from keys.wire.messages import Closed, Question
from keys.wire.signed import LABEL_ROOT, join_chain
from tests.client.page import FailedError, Wire, opened
from tests.client.recipient import only_case, say
from tests.keys.forging import post_as_recipient
from tests.keys.office import CHEAP, POLICY

if TYPE_CHECKING:
    from tests.keys.office import Office

OUT = "Bestuurslid 2"


def test_the_page_knows_a_person_who_is_left_out_by_a_new_key(office: Office) -> None:
    """H4: the page listed the accused as a reader, offered them a late report, and sealed to them."""
    receipt = office.report("Over een bestuurslid.", [OUT], people=frozenset({office.person(OUT)}))
    office.rekey(OUT)
    office.pass_days(60)
    with opened(office) as page:
        page.trust()
        shown = page.look(receipt.written())
        assert [(one["name"], one["about"], one["leftOut"]) for one in shown["outside"]] == [(OUT, True, True)]
        assert OUT not in [one["name"] for one in (*shown["readers"], *shown["offered"])]
        assert shown["late"]
        page.ask("answer", text="Nog iets.", files=[])
    assert office.read(OUT) == []
    last = only_case(office, "Secretaris").thread[-1]
    assert office.person(OUT) not in (*last.head.to, *last.head.missing)


def test_the_page_seals_to_a_readers_new_key(office: Office) -> None:
    receipt = office.report("een")
    office.rekey(OUT)
    with opened(office) as page:
        page.trust()
        assert OUT in [one["name"] for one in page.look(receipt.written())["readers"]]
        page.ask("answer", text="Nog iets.", files=[])
    assert office.person(OUT) in only_case(office, "Secretaris").thread[-1].head.to


def test_the_page_marks_what_a_key_said_that_is_not_on_the_newest_roster(office: Office) -> None:
    """L9: a stolen key and the server put a new last message there, and only persons were marked."""
    receipt = office.report("een")
    for name in ("Secretaris", OUT):
        say(office, name, Question("Wanneer?"))
    office.rekey(OUT, stolen=True)
    with opened(office) as page:
        page.trust()
        authors = [said["author"] for said in page.look(receipt.written())["messages"][1:]]
    assert [(author["name"], author["present"]) for author in authors] == [("Secretaris", True), (OUT, False)]


def test_a_former_recipients_word_changes_nothing_and_is_marked(office: Office) -> None:
    """H5: on the page too."""
    receipt = office.report("een")
    case = only_case(office, OUT)
    office.publish_roster(["Secretaris", "Bestuurslid 1"])
    with office.session(OUT) as session:
        post_as_recipient(office, session, case, Closed("Klaar."), to=case.readers - {session.person})
    with opened(office) as page:
        page.trust()
        shown = page.look(receipt.written())
    assert [(said["kind"], said["standing"]) for said in shown["messages"]] == [
        ("report", "counts"),
        ("closed", "late"),
    ]
    assert shown["clocks"]["closed"] is None
    assert shown["alarms"] == []


def test_an_older_posters_fingerprint_is_named_as_such_and_the_newest_words_are_shown(office: Office) -> None:
    """M9: a chain through old keys alone looked like any other."""
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


def test_a_fork_by_old_root_keys_shows_since_who_has_looked_names_another_root(office: Office) -> None:
    """M9: k stolen old keys sign another next root for ever, and who has only the old poster took it for true."""
    old = [(office.folder / f"root-{number}.key", passphrase) for number, passphrase in ((1, "a"), (3, "c"))]
    first, drafts = office.drafts[0], {}
    for board in ("bestuur", "dief"):
        folder = office.folder / board
        folder.mkdir()
        rotate(parse_roots((office.folder / "root.signed").read_bytes()), old, folder, 1, ["x"], office.today, CHEAP)
        roots = parse_roots((folder / "root.signed").read_bytes())
        draft = make_roster(roots, first, POLICY, [*office.cards.values()], office.today)
        drafts[board] = draft.sign(folder / "root-1.key", "x")
    publish(drafts["bestuur"], office.courier())
    office.drafts.append(drafts["bestuur"])
    office.pass_days(1)
    forged = join_chain(drafts["dief"].roots, [first.roster, drafts["dief"].roster])

    def shown() -> Any:
        with opened(office, Wire(office, lambda path, answer: forged if path == "/chain" else answer)) as page:
            assert page.trust(b64(office.root.id))["pinned"] == "old"
            return page.ask("freshness")

    for name in ("Secretaris", "Bestuurslid 1"):
        office.read(name)
    assert [person["name"] for person in shown()["unknown"]] == ["Secretaris", "Bestuurslid 1"]
    assert [person["name"] for person in shown()["looked"]] == [OUT]  # who has not looked since
    office.read(OUT)
    with pytest.raises(FailedError, match=r"^rolled-back$"):
        shown()
    with opened(office) as page:
        page.trust(b64(office.root.id))
        assert len(page.ask("freshness")["looked"]) == len(office.cards)


def test_a_stolen_key_is_sealed_to_by_no_page_from_its_revocation_on(office: Office) -> None:
    # Before the roster that revokes it is in force.
    draft = revoke_recipient(office.drafts[-1].roots, office.drafts[-1], OUT, office.today)
    for number, passphrase in ((1, "a"), (2, "b")):
        draft = draft.sign(office.folder / f"root-{number}.key", passphrase)
    assert publish(draft, office.courier()).start == office.today + 1
    with opened(office) as page:
        page.report()
    assert only_case(office, "Secretaris").report.head.missing == (office.person(OUT),)


def test_a_late_report_that_is_about_all_is_offered_to_none_of_them(office: Office) -> None:
    """One about the secretaris and somebody of the board was offered to the rest of the board."""
    office.add("Vertrouwenspersoon", "external")
    about = frozenset({office.person("Secretaris"), office.person("Bestuurslid 1")})
    receipt = office.report("Over beiden.", ["Secretaris", "Bestuurslid 1", OUT], people=about)
    office.pass_days(60)
    with opened(office) as page:
        page.trust()
        shown = page.look(receipt.written())
    assert shown["late"]
    assert OUT in [one["name"] for one in shown["outside"]]
    assert shown["offered"] == []
