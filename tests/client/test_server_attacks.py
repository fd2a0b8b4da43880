"""A server or a recipient that cheats is found out by the page: one attack a test."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from keys.roster import address
from keys.wire import kinds
from keys.wire.canonical import b64, encode, parse_object
from keys.wire.exchange import Item
from keys.wire.mailbox import PAGE_SIZE
from keys.wire.exchange import Page as Look
from keys.wire.signed import Signed, join_frames, split_frames
from tests.client.page import FailedError, Wire, opened, told
from tests.keys.forging import post_again, post_as_recipient, post_unknown_kind
from tests.organisation import Organisation

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.keys.office import Office


def talk(office: Office) -> str:
    """Make a thread of three messages, a report, a question, an answer, and return its code."""
    code = office.report("een", without=["Bestuurslid 2"])
    [(case, _)] = [read for read in office.read("Secretaris") if read[0].said[0].text == "een"]
    with office.desk("Secretaris") as desk:
        desk.say(case, kinds.Question("twee"))
    office.answer(code, "drie")
    return code.written()


@pytest.fixture
def receipt(office: Office) -> str:
    """The code of a thread to add to."""
    return talk(office)


@pytest.fixture(scope="module")
def thread(still: Office) -> str:
    """The code of a thread that nobody adds to."""
    return talk(still)


def items_changed(change: Callable[[list[Item]], list[Item]]) -> Callable[[str, bytes], bytes]:
    def meddle(path: str, answer: bytes) -> bytes:
        if not path.startswith("/channel"):
            return answer
        look = Look.parse(answer)
        changed = [Item(at, item.day, item.size, item.prefix) for at, item in enumerate(change([*look.items]), 1)]
        return Look(tuple(changed), look.more).encode()

    return meddle


def look(office: Office, receipt: str, meddle: Callable[[str, bytes], bytes] = lambda path, answer: answer) -> Any:
    with opened(office, Wire(office, meddle)) as page:
        page.trust()
        return page.look(receipt)


def texts(shown: Any) -> list[str]:
    return [message["text"] for message in shown["messages"]]


def alarms(shown: Any) -> list[tuple[int, str]]:
    return [(alarm["after"], alarm["code"]) for alarm in shown["alarms"]]


def refused(office: Office, meddle: Callable[[str, bytes], bytes], fragment: str = "") -> str:
    """Return the code with which the page refuses to trust this server."""
    with opened(office, Wire(office, meddle)) as page, pytest.raises(FailedError) as failed:
        page.trust(fragment)
    return str(failed.value)


def chain_changed(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[str, bytes], bytes]:
    """Change the frames of the roots and of the roster together."""

    def meddle(path: str, answer: bytes) -> bytes:
        if path != "/chain":
            return answer
        changed = change([frame for documents in split_frames(answer) for frame in split_frames(documents)])
        return join_frames([join_frames(changed[:-1]), join_frames(changed[-1:])])

    return meddle


def test_an_honest_thread_gives_no_alarm(still: Office, thread: str) -> None:
    shown = look(still, thread)
    assert texts(shown) == ["een", "twee", "drie"]
    assert alarms(shown) == []
    assert [reader["name"] for reader in shown["readers"]] == ["Secretaris", "Bestuurslid 1"]


def test_a_withheld_message_is_found_out(still: Office, thread: str) -> None:
    shown = look(still, thread, items_changed(lambda items: [items[0], items[2]]))
    assert texts(shown) == ["een", "drie"]
    assert alarms(shown) == [(1, "missing")]


def test_a_withheld_report_is_found_out(still: Office, thread: str) -> None:
    shown = look(still, thread, items_changed(lambda items: items[1:]))
    assert texts(shown) == []
    assert alarms(shown) == [(0, "moved"), (0, "moved")]


def test_an_empty_channel_is_found_out(still: Office, thread: str) -> None:
    shown = look(still, thread, items_changed(lambda items: []))
    assert alarms(shown) == [(0, "missing")]


def test_reordered_messages_are_found_out(still: Office, thread: str) -> None:
    shown = look(still, thread, items_changed(lambda items: [items[0], items[2], items[1]]))
    assert texts(shown) == ["een", "drie", "twee"]
    assert alarms(shown) == [(1, "reordered")]


def test_a_repeated_message_is_found_out(still: Office, thread: str) -> None:
    shown = look(still, thread, items_changed(lambda items: [*items[:2], items[1], items[2]]))
    assert texts(shown) == ["een", "twee", "drie"]
    assert alarms(shown) == [(2, "repeated")]


@pytest.mark.parametrize("where", [9_760, 9_790, -1], ids=["content", "mac", "stream"])
def test_an_altered_message_is_found_out(still: Office, thread: str, where: int) -> None:
    def spoil(items: list[Item]) -> list[Item]:
        prefix = bytearray(items[1].prefix)
        prefix[where] ^= 1
        return [items[0], Item(items[1].position, items[1].day, items[1].size, bytes(prefix)), items[2]]

    shown = look(still, thread, items_changed(spoil))
    assert texts(shown) == ["een", "drie"]
    assert alarms(shown) == [(1, "spoilt"), (1, "missing")]


def test_another_channels_envelope_is_found_out(still: Office, thread: str) -> None:
    other = still.report("vier")
    theirs = still.courier().channel(other.capability(), None).items[0]
    shown = look(still, thread, items_changed(lambda items: [*items, theirs]))
    assert texts(shown) == ["een", "twee", "drie"]
    assert alarms(shown) == [(3, "spoilt")]


def test_a_withheld_part_spoils_only_its_own_message(office: Office, receipt: str) -> None:
    with opened(office) as page:
        page.trust()
        page.look(receipt)
        page.ask("answer", text="a" * 80_000, files=[])
        gone = ("404 Not Found", b'{"error":"unknown"}')
        page.wire.refuse = lambda path, times: gone if path.startswith("/channel/") else None
        shown = page.look(receipt)
    assert texts(shown) == ["een", "twee", "drie"]
    assert alarms(shown) == [(3, "spoilt")]


def test_a_server_that_shows_the_same_page_for_ever_is_not_followed(still: Office, thread: str) -> None:
    def endless(path: str, answer: bytes) -> bytes:
        return b"\x01" + answer[1:] if path.startswith("/channel") else answer

    with pytest.raises(FailedError, match=r"^malformed$"):
        look(still, thread, endless)


@pytest.mark.parametrize("size", [0, PAGE_SIZE - 1, PAGE_SIZE + 1])
def test_a_page_of_another_size_is_refused(still: Office, thread: str, size: int) -> None:
    def resize(path: str, answer: bytes) -> bytes:
        return (answer + b"\0")[:size] if path.startswith("/channel") else answer

    with pytest.raises(FailedError, match=r"^malformed$"):
        look(still, thread, resize)


def test_a_consent_by_a_recipient_is_forbidden(office: Office, receipt: str) -> None:
    [(case, _)] = office.read("Secretaris")
    with office.desk("Secretaris") as desk:
        post_as_recipient(office, desk, case, kinds.Consent("yes", bytes(32)))
    shown = look(office, receipt)
    assert texts(shown) == ["een", "twee", "drie"]
    assert alarms(shown) == [(3, "forbidden")]


def test_a_head_that_a_recipient_sealed_again_is_spoilt(office: Office, receipt: str) -> None:
    """The signature binds the mac of the envelope that its author made."""
    [(case, _)] = office.read("Secretaris")
    with office.desk("Secretaris") as desk:
        post_again(office, desk, case)
    shown = look(office, receipt)
    assert texts(shown) == ["een", "twee", "drie"]
    assert alarms(shown) == [(3, "spoilt")]


def test_a_message_by_someone_left_out_is_forbidden(office: Office, receipt: str) -> None:
    [(case, _)] = office.read("Secretaris")
    with office.desk("Bestuurslid 2") as desk:
        post_as_recipient(office, desk, case, kinds.Question("Wat is er?"))
    shown = look(office, receipt)
    assert texts(shown) == ["een", "twee", "drie"]
    assert alarms(shown) == [(3, "forbidden")]
    assert [reader["name"] for reader in shown["readers"]] == ["Secretaris", "Bestuurslid 1"]


def test_a_message_of_an_unknown_kind_is_kept_and_marked(office: Office, receipt: str) -> None:
    [(case, _)] = office.read("Secretaris")
    with office.desk("Secretaris") as desk:
        post_unknown_kind(office, desk, case)
    shown = look(office, receipt)
    assert [(message["kind"], message["known"]) for message in shown["messages"]][-1] == ("hand-over", False)
    assert alarms(shown) == []


def test_an_answer_is_sealed_to_nobody_who_was_left_out(office: Office, receipt: str) -> None:
    with opened(office) as page:
        page.trust()
        page.look(receipt)
        page.ask("answer", text="vier", files=[])
    assert office.read("Bestuurslid 2") == []
    [(case, _)] = office.read("Bestuurslid 1")
    assert office.identity("Bestuurslid 2") not in case.said[-1].message.head.to


def test_the_fingerprint_in_the_address_opens_the_page(still: Office) -> None:
    fragment = address("https://voorbeeld.example", "nl", still.root.id).partition("#")[2]
    with opened(still) as page:
        assert page.trust(fragment)["pinned"] == "new"
        assert page.trust()["pinned"] == ""


@pytest.mark.parametrize("fragment", [b64(bytes(32)), "AAAA", "#", "%20", b64(bytes(31)), "a" * 43])
def test_another_fingerprint_closes_the_page(still: Office, fragment: str) -> None:
    assert refused(still, lambda path, answer: answer, fragment) == "closed"


def test_another_organisations_chain_is_refused_with_a_fingerprint(still: Office) -> None:
    other = Organisation.found(still.today)
    replaced = chain_changed(
        lambda frames: [frame for part in split_frames(other.chain()) for frame in split_frames(part)]
    )
    assert refused(still, replaced, b64(still.root.id)) == "closed"


def test_after_a_closed_page_nothing_can_be_sent_without_the_fingerprint(still: Office) -> None:
    with opened(still) as page:
        with pytest.raises(FailedError, match=r"^closed$"):
            page.trust(b64(bytes(32)))
        receipt = page.ask("draw")["receipt"]
        with pytest.raises(FailedError):
            page.ask(
                "report",
                receipt=receipt,
                told=told("x"),
                chosen=[b64(still.identity("Secretaris"))],
                files=[],
                identity="",
            )
        assert [path for path, _ in page.wire.asked] == ["/chain"]


def test_a_dropped_signature_is_found_out(still: Office) -> None:
    def drop(frames: list[bytes]) -> list[bytes]:
        roster = Signed.parse(frames[-1])
        return [*frames[:-1], Signed(roster.document, roster.signers[:1]).encode()]

    assert refused(still, chain_changed(drop)) == "below-threshold"


def test_a_changed_roster_is_found_out(still: Office) -> None:
    def swap(frames: list[bytes]) -> list[bytes]:
        return [
            *frames[:-1],
            frames[-1].replace(b'"bestuur"', b'"besturx"', 1),
        ]

    def rename(frames: list[bytes]) -> list[bytes]:
        return [*frames[:-1], frames[-1].replace(b"Bestuurslid 1", b"Bestuurslid 9")]

    assert refused(still, chain_changed(rename)) == "tampered"
    assert refused(still, chain_changed(swap)) == "malformed"


def test_a_frozen_roster_ends_on_its_day(office: Office) -> None:
    office.pass_days(office.roster().until - office.today)
    with opened(office) as page:
        page.trust()
    office.pass_days(1)
    assert refused(office, lambda path, answer: answer) == "expired"


def test_a_roster_that_begins_in_three_days_is_not_valid_yet(office: Office) -> None:
    office.now -= dt.timedelta(days=3)
    # The server's day never falls, but this one says the browser's.
    earlier = bundles_changed(lambda first, bundles: [encode(parse_object(first) | {"day": office.today}), *bundles])
    assert refused(office, earlier) == "expired"


def test_a_clock_that_is_three_days_behind_closes_no_page_and_is_told_of(office: Office) -> None:
    office.now -= dt.timedelta(days=3)
    with opened(office) as page:
        page.trust()
        assert page.ask("freshness")["days"] == [office.today + 3, office.today]


def report_refused(office: Office, meddle: Callable[[str, bytes], bytes]) -> str:
    """Return the code with which the page refuses to seal for this server; nothing is posted then."""
    with opened(office, Wire(office, meddle)) as page:
        with pytest.raises(FailedError) as failed:
            page.report()
        assert "/envelopes" not in [path for path, _ in page.wire.asked]
    return str(failed.value)


def bundles_changed(change: Callable[[bytes, list[bytes]], list[bytes]]) -> Callable[[str, bytes], bytes]:
    def meddle(path: str, answer: bytes) -> bytes:
        if path != "/bundles":
            return answer
        first, *bundles = split_frames(answer)
        return join_frames(change(first, bundles))

    return meddle


def test_a_swapped_key_is_found_out(still: Office) -> None:
    own = Organisation.found(still.today).people[0].weekly.public

    def swap(first: bytes, bundles: list[bytes]) -> list[bytes]:
        signed = Signed.parse(bundles[0])
        members = parse_object(signed.document) | {"box": b64(own.box)}
        return [first, Signed(encode(members), signed.signers).encode(), *bundles[1:]]

    assert report_refused(still, bundles_changed(swap)) == "tampered"


def test_a_rolled_back_roster_is_found_out_by_a_page_that_remembers_nothing(office: Office) -> None:
    """The bundles name the roster that their owners know."""
    old = office.app.test_client().get("/chain").data
    office.add("Bestuurslid 3", "bestuur")
    for name in office.cards:
        office.read(name)
    assert report_refused(office, lambda path, answer: old if path == "/chain" else answer) == "rolled-back"


def test_a_bundle_that_names_a_roster_that_is_hidden_counts_for_nothing_and_its_owner_is_named(office: Office) -> None:
    """One bundle of one recipient closed the form for everybody."""
    old = office.app.test_client().get("/chain").data
    office.publish_roster([*office.cards])
    office.read("Bestuurslid 1")
    with opened(office, Wire(office, lambda path, answer: old if path == "/chain" else answer)) as page:
        page.trust()
        found = page.ask("freshness")
        assert [person["name"] for person in found["unknown"]] == ["Bestuurslid 1"]
        asked = [path.split("/")[1] for path, _ in page.wire.asked]
        assert asked == ["chain", "texts", "bundles", "chain"]
        page.report(without=["Bestuurslid 1"])
    assert [case.report.text for case, _ in office.read("Secretaris")] == ["Er ging iets mis."]


def test_bundles_of_long_ago_are_not_sealed_to(office: Office) -> None:
    """A server could name the day on which they were still good, and show none of the later ones."""
    then, first_day = office.app.test_client().get("/bundles").data, office.today
    office.pass_days(60)
    for name in office.cards:
        office.read(name)
    last_resort_gone = bundles_changed(lambda first, bundles: split_frames(weekly_only(then)))
    assert office.today == first_day + 60
    assert report_refused(office, last_resort_gone) == "days"


def weekly_only(frames: bytes) -> bytes:
    first, *bundles = split_frames(frames)
    return join_frames([first, *(raw for raw in bundles if not Signed.parse(raw).members()["last"])])


def test_a_withheld_earlier_roster_is_not_taken_for_an_unknown_code(office: Office) -> None:
    receipt = office.report()
    office.publish_roster([*office.cards])
    gone = ("404 Not Found", b'{"error":"unknown"}')
    wire = Wire(office, refuse=lambda path, times: gone if path.startswith("/rosters/") else None)
    with opened(office, wire) as page:
        page.trust()
        with pytest.raises(FailedError, match=r"^fork$"):
            page.look(receipt.written())


def test_a_bundle_of_someone_not_on_the_roster_is_never_sealed_to(office: Office) -> None:
    other = Organisation.found(office.today)
    stranger = other.people[0]
    bundle = stranger.bundle(office.today, other.witness).encode()
    with opened(office, Wire(office, bundles_changed(lambda first, bundles: [first, *bundles, bundle]))) as page:
        page.report()
    [(case, _)] = office.read("Secretaris")
    assert stranger.identity not in case.report.message.head.to
