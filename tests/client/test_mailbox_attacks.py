"""A server or a recipient that cheats in a mailbox is found out by the page: one attack a test."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from keys.receipt import Receipt
from keys.sealing import seal_cover
from keys.wire.envelope import MOST_UNTIL_DAYS, SMALLEST_CLASS, Header, prefix_size
from keys.wire.mailbox import PAGE_SIZE, MailboxEntry, MailboxPage
from keys.wire.messages import Consent, Question
from tests.client.page import FailedError, Wire, opened
from tests.client.recipient import only_case, say
from tests.keys.forging import post_again, post_as_recipient, post_unknown_kind

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
    assert alarms(shown) == [(0, "no-report")]


def test_an_empty_mailbox_is_found_out(still: Office, thread: str) -> None:
    shown = look(still, thread, entries_changed(lambda entries: []))
    assert alarms(shown) == [(0, "no-report")]


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
    """audit L7: the page."""

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


def test_a_day_that_no_calendar_shows_gives_no_page(still: Office, thread: str) -> None:
    """The page could not show it, nor anything beside it: that was a fault without a name."""
    late = entries_changed(lambda entries: [replace(entries[0], day=2**32 - 1), *entries[1:]])
    with pytest.raises(FailedError, match=r"^malformed$"):
        look(still, thread, late)


@pytest.mark.parametrize("days", [28, -3], ids=["shown late", "shown as of earlier"])
def test_a_day_on_which_no_honest_server_takes_an_envelope_is_found_out(still: Office, thread: str, days: int) -> None:
    """A page took any day: the day decides by which roster an author is judged, and what is late."""
    meddle = entries_changed(lambda entries: [*entries[:2], replace(entries[2], day=entries[2].day + days)])
    shown = look(still, thread, meddle)
    assert texts(shown) == ["een", "twee", "drie"]
    assert alarms(shown) == [(2, "entry-day")]
    assert shown["alarms"][0]["people"] == []


def test_every_day_on_which_an_honest_server_takes_an_envelope_is_taken(still: Office, thread: str) -> None:
    """What the log had already can go into a mailbox later, so a day before that of the item before is no alarm."""
    until = still.courier().mailbox(Receipt.parse(thread).capability(), 0).entries[0].header().until
    days = (until, until - MOST_UNTIL_DAYS, until)
    meddle = entries_changed(lambda found: [replace(entry, day=day) for entry, day in zip(found, days, strict=True)])
    shown = look(still, thread, meddle)
    assert texts(shown) == ["een", "twee", "drie"]
    assert alarms(shown) == []


def test_a_look_that_the_line_broke_with_a_404_of_its_own_ends_nothing(still: Office, thread: str) -> None:
    """H6: after one 404, whatever its body, a case was never asked for again."""
    proxy = ("404 Not Found", b"<html>Not found</html>")
    with opened(
        still, Wire(still, refuse=lambda path, asked: proxy if path.startswith("/mailbox") and asked == 1 else None)
    ) as page:
        page.trust()
        with pytest.raises(FailedError, match=r"^network$"):
            page.look(thread)
        assert texts(page.look(thread)) == ["een", "twee", "drie"]


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
