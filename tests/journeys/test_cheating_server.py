"""A server that cheats is found out by the page, in words that a reporter understands: one attack a test."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keys.errors import NoSlotError
from keys.roster import root_document, words
from keys.sealing import Signer, find_content_key
from keys.wire.canonical import b64, encode, parse_object
from keys.wire.envelope import CONTENT_SIZE, COUNT_SIZE, MAC_SIZE, MAGIC_SIZE, SLOT_SIZE, UNTIL_SIZE, Header
from keys.wire.posting import Posting
from keys.wire.signed import LABEL_BUNDLE, LABEL_ROOT, Signed, join_chain, join_frames, split_chain, split_frames
from tests.journeys.meddling import Meddler, on, on_entries
from tests.journeys.site import BOARD_1, BOARD_2, PEOPLE, SECRETARIS, Site
from tests.organisation import Organisation, sign

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from keys.wire.mailbox import MailboxEntry
    from tests.journeys.reporter import Reporter

NOT_RIGHT = (
    "The list of people who can read reports is not right. It may be a mistake, or somebody has tampered with it. "
    "Write nothing here, and tell somebody you trust."
)
NOT_OURS = (
    "This page does not belong to the poster or the link that you used. Scan the poster again, or type its address "
    "again. If you see this again, write nothing here and tell somebody you trust."
)
OUT_OF_DATE = (
    "The list of people who can read reports is out of date. The board has to sign a new one. Until then you cannot "
    "report here."
)
WARNING = "Something is wrong with this conversation."


@pytest.fixture
def reporter(in_chromium: Reporter) -> Reporter:
    return in_chromium


@pytest.fixture
def server(site: Site) -> Iterator[Meddler]:
    with Meddler(site.port) as meddler:
        yield meddler


@pytest.fixture(scope="module")
def code(site: Site) -> str:
    """The code of a talk of three messages: a report, a question, an answer."""
    site.news(SECRETARIS)
    code = site.report("one")
    [number] = site.news(SECRETARIS)
    site.read(SECRETARIS, number)
    site.run(SECRETARIS, "reply", "--question", number, text="two")
    site.run("nobody", "open", *site.reporting(), "--answer", code=code, text="three")
    return code


def is_closed(reporter: Reporter, server: Meddler, why: str) -> None:
    """Hold that the form stays closed, says why, and has told the server nothing."""
    assert reporter.step() == "closed"
    assert reporter.part("closed", "reason") == why
    assert reporter.browser.count("#stage >>> textarea") == 0
    assert {asked.method for asked in server.asked} == {"GET"}


def chain_of(organisation: Organisation) -> Callable[[bytes], bytes]:
    return lambda _: organisation.chain()


def test_another_organisations_chain_is_not_that_of_the_poster(site: Site, server: Meddler, reporter: Reporter) -> None:
    server.meddle = on("/chain", chain_of(Organisation.found()))
    reporter.visit(site.address("en", server.url))
    is_closed(reporter, server, NOT_OURS)


def test_a_wrong_fingerprint_in_the_address_keeps_the_form_closed(server: Meddler, reporter: Reporter) -> None:
    reporter.visit(f"{server.url}/en/#{b64(secrets.token_bytes(32))}")
    is_closed(reporter, server, NOT_OURS)
    assert "Talk to somebody" in reporter.browser.text("#stage >>> section")


def test_without_a_fingerprint_the_words_tell_a_swapped_root(site: Site, server: Meddler, reporter: Reporter) -> None:
    reporter.visit(f"{server.url}/en/")
    shown = reporter.evaluate("root.querySelector('[data-part=words]').textContent")
    assert shown == words(site.root.id)
    other = Organisation.found()
    server.meddle = on("/chain", chain_of(other))
    reporter.visit(f"{server.url}/en/")
    shown = reporter.evaluate("root.querySelector('[data-part=words]').textContent")
    assert shown == words(other.fingerprint) != words(site.root.id)


def test_a_dropped_signature_keeps_the_form_closed(site: Site, server: Meddler, reporter: Reporter) -> None:
    def drop(chain: bytes) -> bytes:
        roots, [signed] = split_chain(chain)
        return join_chain(roots, [Signed(signed.document, signed.signers[:1])])

    server.meddle = on("/chain", drop)
    reporter.visit(site.address("en", server.url))
    is_closed(reporter, server, NOT_RIGHT)


def test_a_name_put_on_the_roster_keeps_the_form_closed(site: Site, server: Meddler, reporter: Reporter) -> None:
    def rename(chain: bytes) -> bytes:
        roots, [signed] = split_chain(chain)
        document = signed.document.replace(b'"Bestuurslid 2"', b'"Bestuurslid 3"')
        assert document != signed.document
        return join_chain(roots, [Signed(document, signed.signers)])

    server.meddle = on("/chain", rename)
    reporter.visit(site.address("en", server.url))
    is_closed(reporter, server, NOT_RIGHT)


def test_a_root_that_the_old_root_did_not_sign_keeps_the_form_closed(
    site: Site, server: Meddler, reporter: Reporter
) -> None:
    def usurp(chain: bytes) -> bytes:
        own = Organisation.found()
        document = root_document(2, site.root.id, [key.public for key in own.holders], 2, own.today + 100)
        roots, _ = split_chain(chain)
        return join_chain([*roots, sign(document, LABEL_ROOT, own.holders)], own.rosters[-1:])

    server.meddle = on("/chain", usurp)
    reporter.visit(site.address("en", server.url))
    is_closed(reporter, server, NOT_RIGHT)


def test_a_frozen_roster_keeps_the_form_closed_from_its_last_day_on(
    site: Site, server: Meddler, reporter: Reporter
) -> None:
    frozen = Organisation.found(site.today - 391)
    server.meddle = on("/chain", chain_of(frozen))
    reporter.visit(f"{server.url}/en/#{b64(frozen.fingerprint)}")
    is_closed(reporter, server, OUT_OF_DATE)


def test_a_rolled_back_roster_is_told_beside_the_readers_by_who_knows_the_newer_one(
    tmp_path: Path, reporter: Reporter
) -> None:
    """The bundles name the roster that their owners know."""
    with Site(tmp_path) as site, Meddler(site.port) as server:
        reporter.visit(site.address("en", server.url))
        old = next(answer.body for asked, answer in server.passed if asked.path == "/chain")
        site.publish_roster([name for name, _ in PEOPLE])
        site.run(SECRETARIS, "sync")
        server.meddle = on("/chain", lambda _: old)
        reporter.visit(site.address("en", server.url))
        reporter.choose("fraude")
        reporter.press("about")
        reporter.at("readers")
        told = "knows another list of people who can read reports. This site does not show it to you."
        strange = f"{SECRETARIS} (secretary) {told} Tell somebody you trust."
        assert reporter.part("readers", "strange") == strange
        # What they signed does not count: that they have "not looked here yet" was no more than that.
        hints = "Array.from(root.querySelectorAll('.choice .hint'), (one) => one.textContent)"
        assert [hint != "" for hint in reporter.evaluate(hints)] == [False, True, True]
        assert server.postings() == []


@pytest.mark.parametrize("signer", [None, Signer.generate()], ids=["unsigned", "signed by the server"])
def test_a_key_of_the_servers_own_is_never_sealed_to_and_closes_nothing_for_others(
    site: Site, server: Meddler, reporter: Reporter, signer: Signer | None
) -> None:
    """The server puts a key of its own into a bundle: the signature no longer fits, or is not the identity's."""
    own = Organisation.found().people[0].weekly

    def swap(answer: bytes) -> bytes:
        first, *bundles = split_frames(answer)
        signed = Signed.parse(bundles[0])
        swapped = Signed(encode(parse_object(signed.document) | {"box": b64(own.public.box)}), signed.signers)
        if signer is not None:
            swapped = Signed(swapped.document, ()).with_signer(
                signer.public, signer.sign(LABEL_BUNDLE + swapped.document)
            )
        return join_frames([first, swapped.encode(), *bundles[1:]])

    for who, _ in PEOPLE:
        site.news(who)
    server.meddle = on("/bundles", swap)
    reporter.visit(site.address("en", server.url))
    reporter.report("Not for this server.")
    [posting] = server.postings()
    with pytest.raises(NoSlotError):
        find_content_key(Header.parse(Posting.parse(posting).envelope), [own])
    [number] = site.news(SECRETARIS)
    assert "Not for this server." in site.read(SECRETARIS, number)
    assert [site.news(who) for who in (BOARD_1, BOARD_2)] == [{number}, {number}]


def test_a_recipient_whose_keys_the_server_hides_stays_a_reader_and_is_named(
    site: Site, server: Meddler, reporter: Reporter
) -> None:
    """What a server leaves out of its answers takes nobody off a report: they get it from the others."""
    identity = b64(site.cards[SECRETARIS].bundle.identity).encode()

    def hide(answer: bytes) -> bytes:
        first, *bundles = split_frames(answer)
        return join_frames([first, *(bundle for bundle in bundles if b'"identity":"' + identity not in bundle)])

    for who in (SECRETARIS, BOARD_1):
        site.news(who)
    server.meddle = on("/bundles", hide)
    reporter.visit(site.address("en", server.url))
    reporter.choose("fraude")
    reporter.press("about")
    reporter.at("readers")
    later = f"{SECRETARIS} (secretary) cannot be reached now, and gets it later."
    assert reporter.part("readers", "out") == later
    assert set(reporter.boxes("readers").values()) == {True}
    reporter.press("readers")
    reporter.at("write")
    reporter.fill("write", "For the secretary too.")
    code = reporter.review()
    assert reporter.part("review", "later") == later
    reporter.send(code)
    reporter.at("sent")
    assert site.news(SECRETARIS) == set()
    [number] = site.news(BOARD_1)
    assert readers_in(site.read(BOARD_1, number)) == names_of_all()
    site.run(BOARD_1, "sync")
    assert site.news(SECRETARIS) == {number}


def test_a_stranger_among_the_bundles_is_never_sealed_to(site: Site, server: Meddler, reporter: Reporter) -> None:
    other = Organisation.found()
    stranger = other.people[0].bundle(site.today, other.witness)
    server.meddle = on("/bundles", lambda answer: answer + join_frames([stranger.encode()]))
    for who in (SECRETARIS, BOARD_1):
        site.news(who)
    reporter.visit(site.address("en", server.url))
    reporter.report("For ours alone.")
    [number] = site.news(SECRETARIS)
    assert readers_in(site.read(SECRETARIS, number)) == names_of_all()


def readers_in(read: str) -> str:
    """Return who can read a case, as the tool says."""
    return next(line for line in read.splitlines() if line.startswith("Can be read by"))


def names_of_all() -> str:
    return "Can be read by: " + ", ".join(sorted(f"{name} ({role})" for name, role in PEOPLE))


def look(
    reporter: Reporter,
    server: Meddler,
    site: Site,
    code: str,
    change: Callable[[list[MailboxEntry]], list[MailboxEntry]],
) -> None:
    server.meddle = on_entries(change)
    reporter.visit(site.address("en", server.url))
    reporter.open(code)


def is_alarmed(reporter: Reporter, *sentences: str) -> None:
    """Hold that these alarms, and no others, are shown, with a warning above."""
    assert reporter.alarms() == list(sentences)
    assert reporter.part("talk", "alarmed").startswith(WARNING)


def is_not_alarmed(reporter: Reporter) -> None:
    """Hold that no alarm is shown, and no warning."""
    assert reporter.alarms() == []
    assert reporter.evaluate("root.querySelector('[data-part=alarmed]').hidden") is True


NO_REPORT = "Your report is not here: this site withholds it. So you cannot send anything here now."
MISSING = "A message that one of the others has read has not reached you. This site or its author withholds it."
SPOILT = "There was a message here that cannot be opened: it is damaged or forged."


def test_an_honest_talk_raises_no_alarm(site: Site, server: Meddler, reporter: Reporter, code: str) -> None:
    look(reporter, server, site, code, lambda entries: entries)
    assert reporter.said() == ["one", "two", "three"]
    is_not_alarmed(reporter)


def test_a_withheld_message_is_found_out(site: Site, server: Meddler, reporter: Reporter, code: str) -> None:
    look(reporter, server, site, code, lambda entries: [entries[0], entries[-1]])
    assert [(line.what, line.text) for line in reporter.lines()] == [
        ("mine", "one"),
        ("alarm", MISSING),
        ("mine", "three"),
    ]
    is_alarmed(reporter, MISSING)


def test_a_withheld_report_is_found_out(site: Site, server: Meddler, reporter: Reporter, code: str) -> None:
    look(reporter, server, site, code, lambda entries: entries[1:])
    assert reporter.said() == []
    assert reporter.alarms()[0] == NO_REPORT
    assert reporter.part("talk", "alarmed").startswith(WARNING)
    # It offered to write, and said "we do not know why" of what was sent.
    assert reporter.hidden("talk", "form")
    assert reporter.hidden("talk", "wishes")


def test_messages_that_change_places_are_shown_after_what_their_authors_had_read(
    site: Site, server: Meddler, reporter: Reporter, code: str
) -> None:
    look(reporter, server, site, code, lambda entries: [entries[0], *reversed(entries[1:])])
    assert reporter.said() == ["one", "two", "three"]
    is_not_alarmed(reporter)


def test_a_repeated_message_is_shown_once(site: Site, server: Meddler, reporter: Reporter, code: str) -> None:
    look(reporter, server, site, code, lambda entries: [*entries[:2], *entries[1:]])
    assert reporter.said() == ["one", "two", "three"]
    is_not_alarmed(reporter)


@pytest.mark.parametrize("where", ["slot", "content", "mac", "stream"])
def test_an_altered_message_is_found_out(
    site: Site, server: Meddler, reporter: Reporter, code: str, where: str
) -> None:
    def alter(entries: list[MailboxEntry]) -> list[MailboxEntry]:
        *before, question, answer = entries
        prefix = bytearray(question.prefix)
        size = question.header().size
        content = size - MAC_SIZE - CONTENT_SIZE
        slots = range(MAGIC_SIZE + COUNT_SIZE + UNTIL_SIZE, content, SLOT_SIZE)
        for at in {"slot": slots, "content": [content], "mac": [size - 1], "stream": [size]}[where]:
            prefix[at] ^= 1
        return [*before, replace(question, prefix=bytes(prefix)), answer]

    look(reporter, server, site, code, alter)
    assert reporter.said() == ["one", "three"]
    is_alarmed(reporter, MISSING, SPOILT)


def test_another_mailboxes_envelope_is_found_out(site: Site, server: Meddler, reporter: Reporter, code: str) -> None:
    other = site.report("four")
    theirs: list[MailboxEntry] = []

    def keep(entries: list[MailboxEntry]) -> list[MailboxEntry]:
        theirs.append(entries[0])
        return entries

    look(reporter, server, site, other, keep)
    assert reporter.said() == ["four"]
    look(reporter, server, site, code, lambda entries: [*entries, theirs[0]])
    assert reporter.said() == ["one", "two", "three"]
    is_alarmed(reporter, SPOILT)


def test_an_empty_mailbox_for_a_code_that_has_a_talk_is_found_out(
    site: Site, server: Meddler, reporter: Reporter, code: str
) -> None:
    look(reporter, server, site, code, lambda _: [])
    assert reporter.said() == []
    is_alarmed(reporter, NO_REPORT)
