"""What the page's worker does with a server that keeps its word, or fails for a while."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from keys.receipt import Receipt
from keys.wire.canonical import b64
from keys.wire.envelope import Header
from keys.wire.messages import Opened, Question
from keys.wire.posting import Posting
from keys.wire.signed import join_frames, split_frames
from keys.wire.stamp import stamp_holds
from tests.client.page import FailedError, Page, Wire, opened, texts_path, told
from tests.client.recipient import only_case, say, texts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.keys.office import Office


def texts(shown) -> list[str]:
    return [message["text"] for message in shown["messages"]]


def postings(page: Page) -> list[bytes]:
    return [sent for path, sent in page.wire.asked if path == "/envelopes"]


def test_a_report_travels_from_the_page_to_the_recipients_and_an_answer_back(office: Office) -> None:
    told_in_it = "Er staat “iets” in de kluis. \U0001f600\u2028"
    with opened(office) as page:
        receipt = page.report(told_in_it)
        for name in ("Secretaris", "Bestuurslid 1"):
            case = only_case(office, name)
            assert texts_of(case) == [told_in_it]
            assert not case.alarms
        assert not page.look(receipt)["opened"]
        say(office, "Secretaris", Opened(), Question("Wanneer was dat?"))
        shown = page.look(receipt.lower().replace("-", " "))
        assert texts(shown) == [told_in_it, "", "Wanneer was dat?"]
        author = {"person": b64(office.person("Secretaris")), "name": "Secretaris", "role": "secretaris"}
        assert shown["messages"][2]["author"] == author | {"present": True}
        assert shown["messages"][0]["author"] is None
        assert shown["opened"]
        assert not shown["alarms"]
        assert {reader["name"] for reader in shown["readers"]} == {"Secretaris", "Bestuurslid 1", "Bestuurslid 2"}
        page.ask("answer", text="Gisteren.", files=[])
        page.ask("answer", text="En vandaag weer.", files=[])
    for name in ("Secretaris", "Bestuurslid 2"):
        case = only_case(office, name)
        assert texts_of(case)[-2:] == ["Gisteren.", "En vandaag weer."]
        assert not case.alarms


def test_the_tool_reads_a_thread_that_the_page_began_and_the_page_one_of_the_tool(office: Office) -> None:
    with opened(office) as page:
        begun = Receipt.parse(page.report("van de pagina"))
        thread = office.thread(begun)
        assert thread.case
        assert texts_of(thread.case) == ["van de pagina"]
        assert not thread.alarms
        other = office.report("van het gereedschap")
        office.answer(other, "nog iets")
        shown = page.look(other.written())
        assert texts(shown) == ["van het gereedschap", "nog iets"]
        assert not shown["alarms"]


def test_a_report_takes_two_round_trips_after_send(office: Office) -> None:
    with opened(office) as page:
        page.trust()
        page.wire.asked.clear()
        page.report()
        assert [path for path, _ in page.wire.asked] == ["/chain", texts_path(), "/bundles", "/envelopes"]
        assert page.steps[1:] == ["fetching", "fetching", "sealing", "stamping", "sending"]


def test_whoever_is_not_chosen_is_left_out(office: Office) -> None:
    with opened(office) as page:
        page.report(without=("Secretaris",))
    assert office.read("Secretaris") == []
    case = only_case(office, "Bestuurslid 1")
    assert case.left_out == {office.person("Secretaris")}
    assert {*case.report.head.to} == {office.person("Bestuurslid 1"), office.person("Bestuurslid 2")}


def test_the_head_names_the_servers_day_and_the_mailbox(office: Office) -> None:
    with opened(office) as page:
        receipt = Receipt.parse(page.report())
    report = only_case(office, "Secretaris").report
    assert report.head.day == report.day == office.today
    assert report.head.body.mailbox == hashlib.sha256(receipt.capability()).digest()
    assert report.head.body.entered is None


@pytest.mark.parametrize(
    ("text", "code"), [("", "empty"), (" \n", "empty"), ("\x01" * 16_667, "too-long"), ("é" * 50_001, "too-long")]
)
def test_a_text_that_cannot_be_sent_is_refused_before_anything_is_sent(still: Office, text: str, code: str) -> None:
    with opened(still) as page:
        with pytest.raises(FailedError, match=rf"^{code}$"):
            page.report(text)
        assert [path for path, _ in page.wire.asked] == ["/chain", texts_path()]


def test_the_longest_text_arrives_and_is_read_back_in_parts(office: Office) -> None:
    longest = "a" + "\n" * 49_999 + "b"
    with opened(office) as page:
        receipt = page.report(longest)
        assert texts(page.look(receipt)) == [longest]
        assert any(path.startswith("/mailbox/1/") for path, _ in page.wire.asked)
    assert texts_of(only_case(office, "Secretaris")) == [longest]


def test_lone_surrogates_are_repaired(office: Office) -> None:
    with opened(office) as page:
        receipt = page.report("a\ud800b\udfff\ud83d\ude00")
        assert texts(page.look(receipt)) == ["a\ufffdb\ufffd\U0001f600"]


@pytest.mark.parametrize("size", [1, 6_000, 12_000])
def test_a_text_of_1_to_12000_bytes_gives_one_size_of_posting(office: Office, size: int) -> None:
    with opened(office) as page:
        receipt = page.report("x" * size)
        page.look(receipt)
        page.ask("answer", text="y" * size, files=[])
        assert {len(posting) for posting in postings(page)} == {81 + 26_205}


def test_a_report_to_nobody_is_not_sent(still: Office) -> None:
    with opened(still) as page:
        with pytest.raises(FailedError, match=r"^nobody$"):
            page.report(without=("Secretaris", "Bestuurslid 1", "Bestuurslid 2"))
        assert not postings(page)


def test_a_chosen_recipient_without_a_valid_key_is_a_reader_who_gets_it_later(office: Office) -> None:
    """M2: a server that withheld the secretaris' keys left them out for good."""
    out = ("Secretaris",)
    with opened(office) as page:
        page.wire.meddle = lambda path, answer: without_bundles_of(office, out, path, answer)
        page.report()
    case = only_case(office, "Bestuurslid 1")
    assert case.report.head.missing == (office.person("Secretaris"),)
    assert case.readers == {office.person(name) for name in ("Secretaris", "Bestuurslid 1", "Bestuurslid 2")}
    assert case.left_out == frozenset()


def test_where_nobody_can_be_sealed_to_nothing_is_sent(still: Office) -> None:
    everyone = ("Secretaris", "Bestuurslid 1", "Bestuurslid 2")
    with opened(still) as page:
        page.wire.meddle = lambda path, answer: without_bundles_of(still, everyone, path, answer)
        with pytest.raises(FailedError, match=r"^not-enrolled$"):
            page.report()
        assert not postings(page)


def test_where_only_one_can_be_sealed_to_the_page_says_so_before_sending(office: Office) -> None:
    gone: tuple[str, ...] = ()
    with opened(office) as page:
        page.wire.meddle = lambda path, answer: without_bundles_of(office, gone, path, answer)
        letter = page.letter()
        page.ask("route", matter={"topic": "anders", "board": False, "people": []})
        gone = ("Bestuurslid 1", "Bestuurslid 2")
        with pytest.raises(FailedError, match=r"^alone$") as failed:
            page.ask("report", **letter)
        assert {*failed.value.who} == {b64(office.person(name)) for name in gone}
        assert not postings(page)
        page.ask("report", **letter)
        assert len(postings(page)) == 1


def test_what_the_page_has_said_of_who_cannot_be_reached_stops_nothing(office: Office) -> None:
    gone = ("Bestuurslid 1", "Bestuurslid 2")
    with opened(office) as page:
        page.wire.meddle = lambda path, answer: without_bundles_of(office, gone, path, answer)
        letter = page.letter()
        places = page.ask("route", matter={"topic": "anders", "board": False, "people": []})["places"]
        assert [one["reachable"] for one in places] == [True, False, False]
        page.ask("report", **letter)


def without_bundles_of(office: Office, names: Sequence[str], path: str, answer: bytes) -> bytes:
    if path != "/bundles":
        return answer
    marks = [b64(office.identity(name)).encode() for name in names]
    return join_frames(frame for frame in split_frames(answer) if not any(mark in frame for mark in marks))


def test_nothing_is_sent_before_a_chain_counts(still: Office) -> None:
    with opened(still) as page:
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
        with pytest.raises(FailedError):
            page.look(receipt)
        assert not page.wire.asked


def test_a_retry_after_a_lost_answer_sends_the_same_bytes_and_creates_nothing_twice(office: Office) -> None:
    wire = Wire(office, lose=lambda path, asked: "answer" if (path, asked) == ("/envelopes", 1) else None)
    with opened(office, wire) as page:
        chosen = [one["person"] for one in page.trust()["recipients"]]
        receipt = page.ask("draw")["receipt"]
        with pytest.raises(FailedError, match=r"^network$"):
            page.ask("report", receipt=receipt, told=told("een"), chosen=chosen, files=[], identity="")
        again = page.ask("report", receipt=receipt, told=told("een"), chosen=chosen, files=[], identity="")
        assert again == {"day": office.today, "named": True, "file": None}
        first, second = postings(page)
        assert first == second
        assert texts(page.look(receipt)) == ["een"]


def test_the_same_words_again_are_a_new_message_once_the_first_was_seen_to_arrive(office: Office) -> None:
    wire = Wire(office, lose=lambda path, asked: "answer" if (path, asked) == ("/envelopes", 2) else None)
    with opened(office, wire) as page:
        receipt = page.report("een")
        page.look(receipt)
        with pytest.raises(FailedError, match=r"^network$"):
            page.ask("answer", text="twee", files=[])
        assert texts(page.look(receipt)) == ["een", "twee"]
        page.ask("answer", text="twee", files=[])
        shown = page.look(receipt)
        assert texts(shown) == ["een", "twee", "twee"]
        assert not shown["alarms"]


def test_a_server_that_does_not_answer_is_the_network(still: Office) -> None:
    with (
        opened(still, Wire(still, lose=lambda path, asked: "request")) as page,
        pytest.raises(FailedError, match=r"^network$"),
    ):
        page.trust()


def test_an_unknown_code_is_unknown(still: Office) -> None:
    with opened(still) as page:
        page.trust()
        with pytest.raises(FailedError, match=r"^unknown$"):
            page.look(Receipt.draw().written())


@pytest.mark.parametrize(
    ("status", "body"),
    [
        ("404 Not Found", b"<html>Not found</html>"),
        ("404 Not Found", b'{"error": "unknown"}'),
        ("404 Not Found", b'{"error":"unknown","more":1}'),
        ("502 Bad Gateway", b'{"error":"unknown"}'),
    ],
)
def test_only_the_servers_own_404_says_that_a_code_is_unknown(still: Office, status: str, body: bytes) -> None:
    """H6: a page of a proxy, or of a network that wants a login, used to pass for "no such code"."""
    refusal = (status, body)
    with opened(
        still, Wire(still, refuse=lambda path, asked: refusal if path.startswith("/mailbox") else None)
    ) as page:
        page.trust()
        with pytest.raises(FailedError, match=r"^network$"):
            page.look(Receipt.draw().written())


def test_a_typing_error_is_found_without_the_network(still: Office) -> None:
    with opened(still) as page:
        receipt = page.ask("draw")["receipt"]
        assert page.ask("check", typed=" " + receipt.lower().replace("-", "") + "\n") == {"receipt": receipt}
        swapped = receipt[:-1] + ("0" if receipt[-1] != "0" else "1")
        with pytest.raises(FailedError, match=r"^receipt$"):
            page.ask("check", typed=swapped)
        assert not page.wire.asked


def test_a_recipient_of_an_earlier_roster_keeps_their_name(office: Office) -> None:
    with opened(office) as page:
        receipt = page.report()
        say(office, "Secretaris", Question("Wanneer?"))
        office.publish_roster(["Bestuurslid 1", "Bestuurslid 2"])
        page.trust()
        shown = page.look(receipt)
        assert shown["messages"][1]["author"]["name"] == "Secretaris"
        assert not shown["alarms"]
        assert [reader["name"] for reader in shown["readers"]] == ["Bestuurslid 1", "Bestuurslid 2"]


def test_a_look_asks_the_same_of_the_server_with_a_reply_or_without(office: Office) -> None:
    office.publish_roster([*office.cards])
    with opened(office) as page:
        receipt = page.report()
        asked = []
        for _ in range(2):
            page.trust()
            page.wire.asked.clear()
            page.look(receipt)
            asked.append(sorted(path for path, _ in page.wire.asked))
            say(office, "Secretaris", Opened())
        assert asked == [["/bundles", "/mailbox?after=0", "/rosters/1"]] * 2


def test_a_roster_renewed_while_the_page_stood_open_is_fetched_at_send(office: Office) -> None:
    with opened(office) as page:
        chosen = [one["person"] for one in page.trust()["recipients"]]
        office.publish_roster([*office.cards])
        office.read("Secretaris")  # its tool now knows the new roster, and says so in its bundle
        receipt = page.ask("draw")["receipt"]
        page.wire.asked.clear()
        page.ask("report", receipt=receipt, told=told("een"), chosen=chosen, files=[], identity="")
        assert [path for path, _ in page.wire.asked] == ["/bundles", "/chain", "/envelopes"]
    assert only_case(office, "Secretaris").report.head.roster == office.roster().id


def test_who_is_chosen_and_taken_off_the_roster_meanwhile_is_in_no_list_of_the_report(office: Office) -> None:
    out = office.person("Bestuurslid 2")
    with opened(office) as page:
        letter = page.letter()
        office.publish_roster(["Secretaris", "Bestuurslid 1"])
        office.read("Secretaris")
        page.ask("report", **letter)
    head = only_case(office, "Secretaris").report.head
    assert len(head.to) == 2
    assert out not in (*head.to, *head.missing, *head.without)


def test_an_envelope_past_its_until_is_sealed_anew(office: Office) -> None:
    wire = Wire(office, lose=lambda path, asked: "request" if (path, asked) == ("/envelopes", 1) else None)
    with opened(office, wire) as page:
        chosen = [one["person"] for one in page.trust()["recipients"]]
        receipt = page.ask("draw")["receipt"]
        with pytest.raises(FailedError, match=r"^network$"):
            page.ask("report", receipt=receipt, told=told("een"), chosen=chosen, files=[], identity="")
        office.pass_days(40)
        for name in office.cards:
            office.read(name)
        # This page's clock stands still, so it says once that the server's day does not fit.
        with pytest.raises(FailedError, match=r"^days$"):
            page.ask("report", receipt=receipt, told=told("een"), chosen=chosen, files=[], identity="")
        page.ask("report", receipt=receipt, told=told("een"), chosen=chosen, files=[], identity="")
        first, *_, last = map(Posting.parse, postings(page))
        assert first.envelope != last.envelope


def test_a_stamp_that_does_not_suffice_is_made_anew_for_the_same_envelope(office: Office) -> None:
    def refuse(path: str, times: int):
        return (
            ("429 Too Many Requests", b'{"error": "stamp", "work": 60}') if (path, times) == ("/envelopes", 1) else None
        )

    with opened(office, Wire(office, refuse=refuse)) as page:
        page.report()
        first, second = map(Posting.parse, postings(page))
    assert (first.envelope, first.address) == (second.envelope, second.address)
    assert stamp_holds(Header.parse(second.envelope).mac, second.nonce, 60)


@pytest.mark.parametrize("code", ["until", "stamp", "conflict", "full"])
def test_a_server_that_always_refuses_is_asked_a_few_times_at_most(still: Office, code: str) -> None:
    refusal = ("400 Bad Request", json.dumps({"error": code, "work": 8}).encode())
    wire = Wire(still, refuse=lambda path, times: refusal if path == "/envelopes" else None)
    with opened(still, wire) as page:
        with pytest.raises(FailedError, match=rf"^{code}$"):
            page.report()
        assert len(postings(page)) <= 4


@pytest.mark.parametrize("body", [b"<html>", b"", b"[]", b'{"error": 1}', b"\xff"])
def test_a_refusal_that_is_not_the_servers_is_the_network(still: Office, body: bytes) -> None:
    wire = Wire(still, refuse=lambda path, times: ("502 Bad Gateway", body))
    with opened(still, wire) as page, pytest.raises(FailedError, match=r"^network$"):
        page.trust()
