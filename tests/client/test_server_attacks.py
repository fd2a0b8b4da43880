"""A server or a recipient that cheats is found out by the page: one attack a test."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from keys.roster import address
from keys.sealing import seal_cover
from keys.wire.canonical import b64, encode, parse_object
from keys.wire.envelope import SMALLEST_CLASS, Header, prefix_size
from keys.wire.mailbox import PAGE_SIZE, MailboxEntry, MailboxPage
from keys.wire.messages import Consent, Question
from keys.wire.signed import Signed, join_frames, split_frames
from tests.client.page import FailedError, Wire, opened, told
from tests.client.recipient import only_case, say
from tests.keys.forging import post_again, post_as_recipient, post_unknown_kind
from tests.organisation import Organisation

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.keys.office import Office


def talk(office: Office) -> str:
    """Make a thread of three messages, a report, a question, an answer, and return its code."""
    code = office.report("een", without=["Bestuurslid 2"])
    say(office, "Secretaris", Question("twee"))
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


def entries_changed(change: Callable[[list[MailboxEntry]], list[MailboxEntry]]) -> Callable[[str, bytes], bytes]:
    """Change the entries of a mailbox; they are numbered anew."""

    def meddle(path: str, answer: bytes) -> bytes:
        if not path.startswith("/mailbox?"):
            return answer
        page = MailboxPage.parse(answer, 0)
        changed = enumerate(change([*page.entries]), 1)
        return MailboxPage(tuple(replace(entry, number=at) for at, entry in changed), page.more).encode()

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


def test_a_withheld_message_is_found_out_and_blames_nobody(still: Office, thread: str) -> None:
    shown = look(still, thread, entries_changed(lambda entries: [entries[0], entries[2]]))
    assert texts(shown) == ["een", "drie"]
    assert alarms(shown) == [(1, "missing")]
    assert shown["alarms"][0]["people"] == []


def test_a_number_that_is_left_out_gives_no_page(still: Office, thread: str) -> None:
    def skip(path: str, answer: bytes) -> bytes:
        if not path.startswith("/mailbox?"):
            return answer
        first, _, last = MailboxPage.parse(answer, 0).entries
        return MailboxPage((first, last), more=False).encode()

    with pytest.raises(FailedError, match=r"^malformed$"):
        look(still, thread, skip)


def test_a_withheld_report_is_found_out(still: Office, thread: str) -> None:
    shown = look(still, thread, entries_changed(lambda entries: entries[1:]))
    assert texts(shown) == []
    assert alarms(shown) == [(0, "missing")]


def test_an_empty_mailbox_is_found_out(still: Office, thread: str) -> None:
    shown = look(still, thread, entries_changed(lambda entries: []))
    assert alarms(shown) == [(0, "missing")]


def test_messages_that_the_server_exchanges_stand_in_the_order_of_who_had_read_whom(still: Office, thread: str) -> None:
    shown = look(still, thread, entries_changed(lambda entries: [entries[0], entries[2], entries[1]]))
    assert texts(shown) == ["een", "twee", "drie"]
    assert alarms(shown) == []


def test_a_repeated_message_is_shown_once(still: Office, thread: str) -> None:
    shown = look(still, thread, entries_changed(lambda entries: [*entries[:2], entries[1], entries[2]]))
    assert texts(shown) == ["een", "twee", "drie"]
    assert alarms(shown) == []


@pytest.mark.parametrize("where", [9_760, 9_790, -1], ids=["content", "mac", "stream"])
def test_an_altered_message_is_found_out(still: Office, thread: str, where: int) -> None:
    def spoil(entries: list[MailboxEntry]) -> list[MailboxEntry]:
        prefix = bytearray(entries[1].prefix)
        prefix[where] ^= 1
        return [entries[0], replace(entries[1], prefix=bytes(prefix)), entries[2]]

    shown = look(still, thread, entries_changed(spoil))
    assert texts(shown) == ["een", "drie"]
    assert alarms(shown) == [(1, "missing"), (1, "spoilt")]


def test_another_mailboxes_envelope_is_found_out(still: Office, thread: str) -> None:
    other = still.report("vier")
    theirs = still.courier().mailbox(other.capability(), 0).entries[0]
    shown = look(still, thread, entries_changed(lambda entries: [*entries, theirs]))
    assert texts(shown) == ["een", "twee", "drie"]
    assert alarms(shown) == [(3, "spoilt")]


def test_a_withheld_part_spoils_only_its_own_message(office: Office, receipt: str) -> None:
    with opened(office) as page:
        page.trust()
        page.look(receipt)
        page.ask("answer", text="a" * 80_000, files=[])
        gone = ("404 Not Found", b'{"error":"unknown"}')
        page.wire.refuse = lambda path, times: gone if path.startswith("/mailbox/") else None
        shown = page.look(receipt)
    assert texts(shown) == ["een", "twee", "drie"]
    assert alarms(shown) == [(3, "spoilt")]


def test_a_server_that_shows_the_same_page_for_ever_is_not_followed(still: Office, thread: str) -> None:
    def endless(path: str, answer: bytes) -> bytes:
        return b"\x01" + answer[1:] if path.startswith("/mailbox?") else answer

    with pytest.raises(FailedError, match=r"^malformed$"):
        look(still, thread, endless)


def test_a_mailbox_that_is_filled_with_what_nobody_opens_is_read_for_40_pages(still: Office, thread: str) -> None:
    """Whoever may write here could keep the page busy for ever."""
    raw = seal_cover(slots=8, until=still.today + 27, padded=SMALLEST_CLASS).envelope
    prefix = raw[: prefix_size(Header.parse(raw), len(raw))]

    def fill(path: str, answer: bytes) -> bytes:
        if not path.startswith("/mailbox?after="):
            return answer
        after = int(path.partition("=")[2])
        if after == 0:
            return b"\x01" + answer[1:]
        return MailboxPage((MailboxEntry(after + 1, still.today, len(raw), prefix),), more=True).encode()

    with opened(still, Wire(still, fill)) as page:
        page.trust()
        shown = page.look(thread)
        assert sum(path.startswith("/mailbox?") for path, _ in page.wire.asked) == 41
    assert shown["stopped"]
    assert texts(shown) == ["een", "twee", "drie"]
    assert [(alarm["code"], alarm["count"]) for alarm in shown["alarms"]] == [("spoilt", 40)]


@pytest.mark.parametrize("size", [0, PAGE_SIZE - 1, PAGE_SIZE + 1])
def test_a_page_of_another_size_is_refused(still: Office, thread: str, size: int) -> None:
    def resize(path: str, answer: bytes) -> bytes:
        return (answer + b"\0")[:size] if path.startswith("/mailbox?") else answer

    with pytest.raises(FailedError, match=r"^malformed$"):
        look(still, thread, resize)


def test_a_consent_by_a_recipient_is_forbidden_and_names_its_author(office: Office, receipt: str) -> None:
    case = only_case(office, "Secretaris")
    with office.session("Secretaris") as session:
        body = Consent("yes", (office.person("Bestuurslid 2"),), (), None)
        post_as_recipient(office, session, case, body)
    shown = look(office, receipt)
    assert texts(shown) == ["een", "twee", "drie"]
    assert alarms(shown) == [(3, "forbidden")]
    assert [person["name"] for person in shown["alarms"][0]["people"]] == ["Secretaris"]


def test_a_head_that_a_recipient_sealed_again_is_spoilt(office: Office, receipt: str) -> None:
    """The signature binds the mac of the envelope that its author made."""
    case = only_case(office, "Secretaris")
    with office.session("Secretaris") as session:
        post_again(office, session, case)
    shown = look(office, receipt)
    assert texts(shown) == ["een", "twee", "drie"]
    assert alarms(shown) == [(3, "spoilt")]


def test_a_message_by_someone_left_out_is_forbidden(office: Office, receipt: str) -> None:
    case = only_case(office, "Secretaris")
    with office.session("Secretaris") as session, office.session("Bestuurslid 2") as other:
        post_as_recipient(office, session, case, Question("Wat is er?"), signer=other.signer)
    shown = look(office, receipt)
    assert texts(shown) == ["een", "twee", "drie"]
    assert alarms(shown) == [(3, "forbidden")]
    assert [reader["name"] for reader in shown["readers"]] == ["Secretaris", "Bestuurslid 1"]


def test_a_message_of_an_unknown_kind_is_kept_and_marked(office: Office, receipt: str) -> None:
    case = only_case(office, "Secretaris")
    with office.session("Secretaris") as session:
        post_unknown_kind(office, session, case)
    shown = look(office, receipt)
    assert [(message["kind"], message["known"]) for message in shown["messages"]][-1] == ("hand-over", False)
    assert alarms(shown) == []


def test_an_answer_is_sealed_to_nobody_who_was_left_out(office: Office, receipt: str) -> None:
    with opened(office) as page:
        page.trust()
        page.look(receipt)
        page.ask("answer", text="vier", files=[])
    assert office.read("Bestuurslid 2") == []
    last = only_case(office, "Bestuurslid 1").thread[-1]
    assert last.text == "vier"
    assert office.person("Bestuurslid 2") not in (*last.head.to, *last.head.missing)


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
                chosen=[b64(still.person("Secretaris"))],
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


def test_a_swapped_key_is_never_sealed_to_and_closes_nothing_for_others(office: Office) -> None:
    """One spoilt bundle closed the form for everybody."""
    own = Organisation.found(office.today).people[0].weekly.public

    def swap(first: bytes, bundles: list[bytes]) -> list[bytes]:
        signed = Signed.parse(bundles[0])
        members = parse_object(signed.document) | {"box": b64(own.box)}
        return [first, Signed(encode(members), signed.signers).encode(), *bundles[1:]]

    with opened(office, Wire(office, bundles_changed(swap))) as page:
        page.report()
    for name in ("Secretaris", "Bestuurslid 1", "Bestuurslid 2"):
        # Their last-resort keys were sealed to, or they get it later.
        for case in office.read(name):
            assert {*case.report.head.to, *case.report.head.missing} == case.readers


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
    assert only_case(office, "Secretaris").report.text == "Er ging iets mis."


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
    assert {*only_case(office, "Secretaris").report.head.to} == {one.person for one in office.roster().recipients}
