"""A case follows from its messages: who said what, in order, and nobody speaks for another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keys.errors import ExcludedError, ForbiddenError, NoCaseError, NotEnrolledError
from keys.wire import kinds
from tests.keys.forging import post_again, post_as_recipient, post_forced_share, post_unknown_kind

if TYPE_CHECKING:
    from tests.keys.office import Office


def texts(case) -> list[str]:
    return [said.text for said in case.said if said.text]


def test_a_report_reaches_every_chosen_recipient_and_the_answer_comes_back(office: Office) -> None:
    receipt = office.report("Er ging iets mis.")
    for name in ("Secretaris", "Bestuurslid 1", "Bestuurslid 2"):
        [(case, alarms)] = office.read(name)
        assert (texts(case), alarms) == (["Er ging iets mis."], ())
    with office.desk("Secretaris") as desk:
        [(case, _)] = desk.cases()
        desk.confirm_opened(case)
        desk.say(desk.case(case.number)[0], kinds.Question("Wanneer was dat?"))
    seen, alarms = office.thread(receipt)
    assert texts(seen) == ["Er ging iets mis.", "Wanneer was dat?"]
    assert alarms == ()
    office.answer(receipt, "Op dinsdag.")
    [(case, alarms)] = office.read("Bestuurslid 1")
    assert texts(case) == ["Er ging iets mis.", "Wanneer was dat?", "Op dinsdag."]
    assert alarms == ()
    assert [said.author.name if said.author else None for said in case.said] == [
        None,
        "Secretaris",
        "Secretaris",
        None,
    ]
    assert case.opened_by == {office.identity("Secretaris")}


def test_a_report_without_the_secretaris_is_not_there_for_the_secretaris(office: Office) -> None:
    office.report("Over de secretaris.", without=["Secretaris"])
    with office.desk("Secretaris") as desk:
        desk.sync()
        assert desk.cases() == []
        assert desk.vault.spoilt_entries() == []
        assert desk.vault.channels() == []
    assert len(office.read("Bestuurslid 1")) == 1


def test_who_was_left_out_is_not_let_in_by_a_share(office: Office) -> None:
    office.report("Over de secretaris.", without=["Secretaris"])
    office.read("Bestuurslid 1")
    with office.desk("Bestuurslid 1") as desk:
        [(case, _)] = desk.cases()
        with pytest.raises(ExcludedError):
            desk.hand_over(case, [office.identity("Secretaris")])


def test_the_tool_refuses_a_share_that_a_colleague_forced(office: Office) -> None:
    """A recipient with a tool of their own can seal a share to anyone; the reader's tool does not take it."""
    office.report("Over de secretaris.", without=["Secretaris"])
    office.read("Bestuurslid 1")
    with office.desk("Bestuurslid 1") as desk:
        [(case, _)] = desk.cases()
        post_forced_share(office, desk, case, "Secretaris")
    with office.desk("Secretaris") as desk:
        desk.sync()
        assert desk.cases() == []
        assert [entry.code for entry in desk.vault.spoilt_entries()] == ["excluded"]


def test_a_newcomer_reads_all_of_a_case_that_was_shared_with_them(office: Office) -> None:
    receipt = office.report("Er ging iets mis.")
    office.read("Secretaris")
    with office.desk("Secretaris") as desk:
        desk.say(desk.cases()[0][0], kinds.Answer("We kijken ernaar."))
    office.add("Bestuurslid 3", "bestuur")
    assert office.read("Bestuurslid 3") == []
    with office.desk("Secretaris") as desk:
        desk.sync()
        desk.hand_over(desk.cases()[0][0], [office.identity("Bestuurslid 3")])
    [(case, alarms)] = office.read("Bestuurslid 3")
    assert (texts(case), alarms) == (["Er ging iets mis.", "We kijken ernaar."], ())
    with office.desk("Bestuurslid 3") as desk:
        desk.confirm_opened(desk.cases()[0][0])
    office.answer(receipt, "Dank je.")
    [(case, alarms)] = office.read("Bestuurslid 3")
    assert (texts(case)[-1], alarms) == ("Dank je.", ())


def test_a_recipient_cannot_make_a_consent(office: Office) -> None:
    receipt = office.report()
    [(case, _)] = office.read("Secretaris")
    with office.desk("Secretaris") as desk:
        with pytest.raises(ForbiddenError):
            desk.say(case, kinds.Consent("yes", case.id))
        post_as_recipient(office, desk, case, kinds.Consent("yes", case.id))
    seen, alarms = office.thread(receipt)
    assert [alarm.code for alarm in alarms] == ["forbidden"]
    assert [said.kind for said in seen.said] == ["report"]
    [(case, alarms)] = office.read("Bestuurslid 1")
    assert [alarm.code for alarm in alarms] == ["forbidden"]
    assert [said.kind for said in case.said] == ["report"]


def test_someone_the_reporter_left_out_cannot_speak_in_the_thread(office: Office) -> None:
    receipt = office.report(without=["Bestuurslid 2"])
    [(case, _)] = office.read("Secretaris")
    with office.desk("Bestuurslid 2") as desk:
        post_as_recipient(office, desk, case, kinds.Answer("Ik weet wie je bent."))
    seen, alarms = office.thread(receipt)
    assert [alarm.code for alarm in alarms] == ["forbidden"]
    assert len(seen.said) == 1


def test_a_head_sealed_again_by_another_recipient_is_found_out(office: Office) -> None:
    """Only the mac of the author's own envelope fits the author's signature."""
    receipt = office.report()
    [(case, _)] = office.read("Secretaris")
    with office.desk("Secretaris") as desk:
        desk.say(case, kinds.Question("Wil je bellen?"))
    office.read("Bestuurslid 1")
    with office.desk("Bestuurslid 1") as desk:
        post_again(office, desk, desk.cases()[0][0])
    seen, alarms = office.thread(receipt)
    assert [said.kind for said in seen.said] == ["report", "question"]
    assert [alarm.code for alarm in alarms] == ["spoilt"]
    [(case, alarms)] = office.read("Bestuurslid 2")
    assert [said.kind for said in case.said] == ["report", "question"]
    assert [alarm.code for alarm in alarms] == ["spoilt"]


def test_a_message_of_an_unknown_kind_is_kept(office: Office) -> None:
    receipt = office.report()
    [(case, _)] = office.read("Secretaris")
    with office.desk("Secretaris") as desk:
        post_unknown_kind(office, desk, case)
    [(case, alarms)] = office.read("Bestuurslid 1")
    assert [said.kind for said in case.said] == ["report", "hand-over"]
    assert alarms == ()
    seen, alarms = office.thread(receipt)
    assert [said.kind for said in seen.said] == ["report", "hand-over"]
    assert alarms == ()


def test_an_unknown_number_is_no_case(office: Office) -> None:
    with office.desk("Secretaris") as desk, pytest.raises(NoCaseError):
        desk.case("lusab-babad")


def test_what_a_recipient_said_before_they_left_still_counts_for_the_reporter(office: Office) -> None:
    receipt = office.report()
    [(case, _)] = office.read("Secretaris")
    with office.desk("Secretaris") as desk:
        desk.say(case, kinds.Answer("Ik ga weg; mijn opvolger leest mee."))
    office.publish_roster(["Bestuurslid 1", "Bestuurslid 2"])
    seen, alarms = office.thread(receipt)
    assert alarms == ()
    assert [said.author.name if said.author else None for said in seen.said] == [None, "Secretaris"]


def test_who_left_the_roster_cannot_answer_any_more(office: Office) -> None:
    office.report()
    [(case, _)] = office.read("Secretaris")
    office.publish_roster(["Bestuurslid 1", "Bestuurslid 2"])
    with office.desk("Secretaris") as desk, pytest.raises(NotEnrolledError):
        desk.say(case, kinds.Answer("Nog iets."))
    [(case, alarms)] = office.read("Secretaris")
    assert (len(case.said), alarms) == (1, ())
