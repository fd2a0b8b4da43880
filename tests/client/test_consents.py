"""Who is let in on the page: sent once, by no crossing word against a no, and given all of it when it can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from keys.cases.requests import grounds
from keys.wire.canonical import b64
from keys.wire.messages import Request
from tests.client.page import FailedError, Wire, opened
from tests.client.recipient import only_case, say, texts_of
from tests.client.test_conversation import OUT, consent, looked, names
from tests.client.test_reporting import without_bundles_of

if TYPE_CHECKING:
    from tests.keys.office import Office


def test_a_yes_whose_answer_is_lost_is_sent_again_as_it_is_and_stands_there_once(office: Office) -> None:
    receipt = office.report("een", [OUT])
    wire = Wire(office, lose=lambda path, asked: "answer" if (path, asked) == ("/envelopes", 1) else None)
    with opened(office, wire) as page:
        looked(page, receipt)
        word = consent(office, "yes", OUT)
        with pytest.raises(FailedError, match=r"^network$"):
            page.ask("say", word=word)
        page.ask("say", word=word)
        shown = page.look(receipt.written())
    assert [one["kind"] for one in shown["messages"]] == ["report", "consent"]
    assert texts_of(only_case(office, OUT)) == ["een"]


def test_a_share_whose_answer_is_lost_is_seen_at_the_next_visit_and_not_given_again(office: Office) -> None:
    """T46: the page sees what it has shared, whether it heard of it or not."""
    receipt = office.report("een", [OUT])
    wire = Wire(office, lose=lambda path, asked: "answer" if (path, asked) == ("/envelopes", 2) else None)
    with opened(office, wire) as page:
        looked(page, receipt)
        page.ask("say", word=consent(office, "yes", OUT))
    with opened(office) as page:
        looked(page, receipt)
        assert page.ask("share") == {"shared": 0}
    assert texts_of(only_case(office, OUT)) == ["een"]


def test_a_yes_of_one_window_does_not_undo_the_no_of_another(office: Office) -> None:
    receipt = office.report("een", [OUT])
    with opened(office) as one, opened(office) as other:
        looked(one, receipt)
        looked(other, receipt)
        other.ask("say", word=consent(office, "no", OUT))
        one.ask("say", word=consent(office, "yes", OUT))
        shown = one.look(receipt.written())
        assert OUT not in names(shown["readers"])
        assert [(person["name"], person["leftOut"]) for person in shown["outside"]] == [(OUT, True)]
        assert shown["alarms"] == []
    assert office.read(OUT) == []
    assert office.person(OUT) not in only_case(office, "Secretaris").readers


def test_of_two_windows_that_answer_a_request_the_no_holds_until_a_yes_knows_of_it(office: Office) -> None:
    """The page said "you have allowed this", and did not offer to allow it."""
    receipt = office.report("een", [OUT])
    people = (office.person(OUT),)
    say(office, "Secretaris", Request(text="Om te helpen.", to=OUT, what="Alles.", people=people))
    with opened(office) as one, opened(office) as other:
        request = looked(one, receipt)["messages"][-1]["id"]
        looked(other, receipt)
        other.ask("say", word=consent(office, "no", OUT, request=request))
        one.ask("say", word=consent(office, "yes", OUT, request=request))
        shown = one.look(receipt.written())
        assert holding(shown) == ["no"]
        one.ask("say", word=consent(office, "yes", OUT, request=request))
        shown = one.look(receipt.written())
        assert holding(shown) == ["yes"]
        assert OUT in names(shown["readers"])


def test_a_denial_of_another_request_about_the_same_person_undoes_no_yes(office: Office) -> None:
    """The page forgot the yes, and did not offer to take it back, while it was a ground to pass the name on."""
    receipt = office.report("een", [OUT])
    people = (office.person(OUT),)
    for to in (OUT, "De politie"):
        say(office, "Secretaris", Request(text="Om te helpen.", to=to, what="Alles.", people=people))
    with opened(office) as page:
        *_, first, second = looked(page, receipt)["messages"]
        page.ask("say", word=consent(office, "yes", OUT, request=first["id"]))
        page.ask("say", word=consent(office, "no", OUT, request=second["id"]))
        shown = page.look(receipt.written())
        assert holding(shown) == ["yes", "no"]
        assert OUT not in names(shown["readers"])
    [ground] = grounds(only_case(office, "Secretaris"))
    assert b64(ground.id) == first["id"]


def holding(shown: Any) -> list[str]:
    """Return the answers to requests that hold."""
    return [message["answer"]["given"] for message in shown["messages"] if message["answer"]]


def test_what_two_windows_say_stands_there_once_each_and_alarms_nobody(office: Office) -> None:
    receipt = office.report("een")
    with opened(office) as one, opened(office) as other:
        looked(one, receipt)
        looked(other, receipt)
        one.ask("answer", text="twee", files=[])
        other.ask("answer", text="drie", files=[])
        shown = one.look(receipt.written())
        assert [message["text"] for message in shown["messages"]] == ["een", "twee", "drie"]
        assert shown["alarms"] == []
    assert texts_of(only_case(office, "Secretaris")) == ["een", "twee", "drie"]


def test_who_is_let_in_and_cannot_be_sealed_to_gets_all_of_it_at_a_later_visit(office: Office) -> None:
    receipt = office.report("een", [OUT])
    with opened(office) as page:
        page.wire.meddle = lambda path, answer: without_bundles_of(office, (OUT,), path, answer)
        looked(page, receipt)
        page.ask("say", word=consent(office, "yes", OUT))
        shown = page.look(receipt.written())
        assert OUT in names(shown["readers"])
        assert names(shown["unreachable"]) == [OUT]
        assert page.ask("share") == {"shared": 0}
    assert office.read(OUT) == []
    with opened(office) as page:
        looked(page, receipt)
        assert page.ask("share") == {"shared": 1}
    assert texts_of(only_case(office, OUT)) == ["een"]


def test_a_denial_takes_back_what_a_yes_has_given_and_is_told_to_whom_it_concerns(office: Office) -> None:
    receipt = office.report("een", [OUT])
    with opened(office) as page:
        looked(page, receipt)
        page.ask("say", word=consent(office, "yes", OUT))
        page.look(receipt.written())
        page.ask("say", word=consent(office, "withdrawn", OUT))
        page.ask("answer", text="twee", files=[])
        assert OUT not in names(page.look(receipt.written())["readers"])
    *_, denial, answer = only_case(office, "Secretaris").thread
    assert office.person(OUT) in denial.head.to
    assert office.person(OUT) not in (*answer.head.to, *answer.head.missing)
    assert office.read(OUT) == []
