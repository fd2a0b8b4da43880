"""Stamps that the page makes: no server keeps a device busy for longer than the policy lets it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keys.wire.canonical import encode, parse_object
from keys.wire.posting import DOOR_APPEND, DOOR_OPEN, MOST_TIMES, Posting
from keys.wire.signed import join_frames, split_frames
from tests.client.page import FailedError, Wire, opened
from tests.keys.office import POLICY

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.client.page import Page, Refusal
    from tests.keys.office import Office

MOST = {door: times * POLICY.work for door, times in MOST_TIMES.items()}


def asking(work: int) -> Callable[[str, bytes], bytes]:
    """Let the server ask for this work before anything is sealed."""

    def meddle(path: str, answer: bytes) -> bytes:
        if path != "/bundles":
            return answer
        first, *bundles = split_frames(answer)
        return join_frames([encode(parse_object(first) | {"work": work}), *bundles])

    return meddle


def refusing(work: int, number: int) -> Callable[[str, int], Refusal | None]:
    """Refuse the posting with this number once, and ask for this work."""
    refusal = ("429 Too Many Requests", json.dumps({"error": "stamp", "work": work}).encode())
    return lambda path, asked: refusal if (path, asked) == ("/envelopes", number) else None


def doors(page: Page) -> list[int]:
    return [Posting.parse(sent).door for path, sent in page.wire.asked if path == "/envelopes"]


@pytest.mark.parametrize("work", [MOST[DOOR_OPEN] + 1, 2**40])
def test_work_that_no_honest_server_asks_for_is_not_begun(still: Office, work: int) -> None:
    """One answer kept a phone busy for years."""
    with opened(still, Wire(still, asking(work))) as page:
        with pytest.raises(FailedError, match=r"^too-much-work$"):
            page.report()
        assert "stamping" not in page.steps
        assert doors(page) == []


def test_the_most_work_that_a_report_can_take_is_done(office: Office) -> None:
    with opened(office, Wire(office, asking(MOST[DOOR_OPEN]), refuse=refusing(MOST[DOOR_OPEN] + 1, 2))) as page:
        receipt = page.report()
        with pytest.raises(FailedError, match=r"^too-much-work$"):
            page.report()
        assert doors(page) == [DOOR_OPEN, DOOR_OPEN]
        assert page.look(receipt)["messages"]


@pytest.mark.parametrize(("work", "sent"), [(MOST[DOOR_APPEND], True), (MOST[DOOR_APPEND] + 1, False), (1e300, False)])
def test_a_message_takes_more_work_than_a_report_and_not_any_work(office: Office, work: float, sent: bool) -> None:
    with opened(office, Wire(office, refuse=refusing(work, 2))) as page:
        receipt = page.report()
        page.look(receipt)
        if sent:
            page.ask("answer", text="twee", files=[])
        else:
            with pytest.raises(FailedError, match=r"^too-much-work$"):
                page.ask("answer", text="twee", files=[])
        assert doors(page) == [DOOR_OPEN, *[DOOR_APPEND] * (2 if sent else 1)]
        # What was refused is not lost: the same bytes go out once the server keeps to the policy.
        if not sent:
            page.ask("answer", text="twee", files=[])
            first, second = (sent for path, sent in page.wire.asked[-20:] if path == "/envelopes" and sent[0])
            assert first == second


def test_a_policy_that_lets_the_server_ask_for_more_is_fetched_first(office: Office) -> None:
    with opened(office) as page:
        letter = page.letter()
        office.publish_roster([*office.cards], replace(POLICY, work=MOST[DOOR_OPEN] + 1))
        page.ask("report", **letter)
        assert [path for path, _ in page.wire.asked].count("/chain") == 2


def test_a_stamp_is_broken_off_when_the_person_stops(office: Office) -> None:
    """To stop was heard only once the stamp was made."""
    office.publish_roster([*office.cards], replace(POLICY, work=2**36))
    with opened(office) as page:
        number = page.begin("report", **page.letter())
        page.wait(number, step="stamping")
        assert page.ask("cancel") == {}
        with pytest.raises(FailedError, match=r"^cancelled$"):
            page.wait(number)
        assert doors(page) == []
