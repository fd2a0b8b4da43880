"""Where a case stands: whose turn it is, and each clock at its borders."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keys.cases import standing, summarise
from keys.cases.clocks import months_after
from keys.cases.standing import ACKNOWLEDGEMENT, ANSWER, BOARD, CHECK, FEEDBACK, LATER, OVERDUE, PURGE, SOON
from keys.cases.summary import DETRIMENT
from keys.policy import day_number
from keys.sync import shelf
from keys.sync.shelf import read_case
from keys.wire import kinds
from tests.keys.office import POLICY
from tests.policies import shipped

if TYPE_CHECKING:
    from keys.cases import Case, Standing, Summary
    from keys.policy import Policy
    from keys.receipt import Receipt
    from keys.vault import Vault
    from tests.keys.office import Office

NOON = dt.time(12, tzinfo=dt.UTC)


def at(office: Office, day: str) -> None:
    moment = dt.datetime.combine(dt.date.fromisoformat(day), NOON)
    office.pass_days((moment.date() - office.now.date()).days)
    office.now = moment


def read(office: Office) -> Case:
    [(case, _)] = office.read("Secretaris")
    return case


def summary(office: Office) -> Summary:
    return summarise(read(office), office.identity("Secretaris"))


def stands(office: Office, policy: Policy = POLICY) -> Standing:
    return standing(summary(office), policy, office.today)


def state(office: Office) -> str:
    return summary(office).state


def due(office: Office, policy: Policy = POLICY) -> dict[str, tuple[str, str]]:
    """Return what is due: the day, and how near it is."""
    epoch = dt.date(1970, 1, 1)
    return {
        one.what: ("" if one.day is None else (epoch + dt.timedelta(one.day)).isoformat(), one.nearness)
        for one in stands(office, policy).due
    }


def say(office: Office, body: kinds.Body, who: str = "Secretaris") -> None:
    office.read(who)
    with office.desk(who) as desk:
        desk.say(desk.cases()[0][0], body)


def note(office: Office, body: kinds.Body) -> None:
    office.read("Secretaris")
    with office.desk("Secretaris") as desk:
        desk.note(desk.cases()[0][0], body)


def test_whose_turn_it_is_follows_from_who_spoke_last(office: Office) -> None:
    receipt = office.report()
    assert state(office) == "new"
    say(office, kinds.Opened())
    assert state(office) == "ours"
    say(office, kinds.Acknowledgement("Ontvangen."))
    assert state(office) == "ours"
    say(office, kinds.Question("Wanneer was dat?"))
    assert state(office) == "theirs"
    office.answer(receipt, "Dinsdag.")
    assert state(office) == "ours"
    say(office, kinds.Request("Om te horen.", "de bedrijfsarts", "De datum."))
    assert state(office) == "theirs"
    _consent(office, receipt)
    assert state(office) == "ours"
    say(office, kinds.Closed("Afgerond."))
    assert (state(office), [due.what for due in stands(office).due]) == ("closed", [PURGE])
    office.say(receipt, kinds.Rating("yes", "Dank je."))
    assert state(office) == "closed"
    office.answer(receipt, "Het gaat door.")
    assert state(office) == "ours"
    with office.desk("Secretaris") as desk:
        desk.step_back(desk.cases()[0][0], "")
    assert (state(office), stands(office).due) == ("locked", ())


def _consent(office: Office, receipt: Receipt) -> None:
    case, _ = office.thread(receipt)
    office.say(receipt, kinds.Consent("yes", case.said[-1].message.id))


@pytest.mark.parametrize(
    ("received", "answer", "acknowledgement", "feedback"),
    [
        ("2026-03-02", "2026-03-05", "2026-03-09", "2026-06-09"),  # a Monday
        ("2026-03-27", "2026-04-01", "2026-04-03", "2026-07-03"),  # a Friday, the clocks go forward on Sunday
        ("2026-12-24", "2026-12-30", "2026-12-31", "2027-03-31"),  # the 25th is a holiday of the policy
        ("2026-11-23", "2026-11-26", "2026-11-30", "2027-02-28"),  # into February
        ("2026-10-23", "2026-10-28", "2026-10-30", "2027-01-30"),  # the clocks go back on Sunday
    ],
)
def test_the_terms_count_from_the_day_of_receipt(
    office: Office, received: str, answer: str, acknowledgement: str, feedback: str
) -> None:
    at(office, received)
    for name in office.cards:
        office.read(name)  # with keys of that time
    office.report()
    found = {what: day for what, (day, _) in due(office).items()}
    assert found == {ANSWER: answer, ACKNOWLEDGEMENT: acknowledgement, FEEDBACK: feedback}


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2027-11-29", 3, "2028-02-29"),  # a leap year
        ("2027-11-30", 3, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-01-31", 3, "2026-04-30"),
    ],
)
def test_a_month_without_that_day_ends_on_its_last_one(day: str, months: int, later: str) -> None:
    numbers = [day_number(dt.date.fromisoformat(one)) for one in (day, later)]
    assert months_after(numbers[0], months) == numbers[1]


def test_each_term_is_later_then_soon_then_overdue(office: Office) -> None:
    office.report()  # on Monday, 2 March
    seen = []
    for day in range(2, 12):
        at(office, f"2026-03-{day:02}")
        found = due(office)
        seen.append((found[ANSWER][1], found[ACKNOWLEDGEMENT][1]))
    assert [answer for answer, _ in seen] == [LATER] * 3 + [SOON] + [OVERDUE] * 6
    assert [acknowledgement for _, acknowledgement in seen] == [LATER] * 3 + [SOON] * 5 + [OVERDUE] * 2
    assert stands(office).is_overdue
    assert [one.what for one in stands(office).due] == [ANSWER, ACKNOWLEDGEMENT, FEEDBACK]


def test_feedback_counts_from_the_acknowledgement_and_alerts_after_six_weeks(office: Office) -> None:
    office.report()
    at(office, "2026-03-06")
    say(office, kinds.Acknowledgement("Ontvangen."))
    assert due(office) == {FEEDBACK: ("2026-06-06", LATER)}
    for day, nearness in (
        ("2026-04-16", LATER),
        ("2026-04-17", SOON),  # six weeks
        ("2026-06-06", SOON),
        ("2026-06-07", OVERDUE),
    ):
        at(office, day)
        assert due(office) == {FEEDBACK: ("2026-06-06", nearness)}
    say(office, kinds.Feedback("Er is gesproken, want het klopte."))
    assert due(office) == {}
    assert stands(office).next_day is None


def test_other_terms_of_the_policy_give_other_days(office: Office) -> None:
    terms = replace(
        POLICY.terms,
        answer_days=1,
        acknowledgement_days=10,
        acknowledgement_alerts=(),
        feedback_months=1,
        feedback_alert_weeks=52,
        feedback_alerts=(2,),
    )
    policy = replace(POLICY, terms=terms)
    office.report()
    assert due(office, policy) == {
        ANSWER: ("2026-03-03", LATER),
        ACKNOWLEDGEMENT: ("2026-03-12", LATER),
        FEEDBACK: ("2026-04-12", LATER),
    }
    at(office, "2026-03-12")
    assert due(office, policy)[ACKNOWLEDGEMENT][1] == SOON
    at(office, "2026-04-10")
    assert due(office, policy)[FEEDBACK][1] == SOON


def test_it_is_asked_whether_the_reporter_is_harmed_at_each_moment_until_the_case_is_destroyed(office: Office) -> None:
    """At intake, decision and closing, and 3 and 6 months after; each within the days of an acknowledgement."""
    policy = replace(POLICY, forms=shipped("nl", "en").forms)
    asked = kinds.Filled(DETRIMENT, {"gezien": "Gevraagd, en niets gezien."})
    office.report(topic="anders")
    assert due(office, policy)[CHECK] == ("2026-03-09", SOON)
    at(office, "2026-03-10")
    assert due(office, policy)[CHECK] == ("2026-03-09", OVERDUE)
    note(office, asked)
    assert CHECK not in due(office, policy)
    at(office, "2026-04-01")
    say(office, kinds.Feedback("Er is gesproken, want het klopte."))
    assert due(office, policy)[CHECK] == ("2026-04-08", SOON)
    note(office, asked)
    at(office, "2026-04-02")
    say(office, kinds.Closed("Afgerond."))
    note(office, kinds.Retention(day_number(dt.date(2027, 4, 2))))
    assert due(office, policy)[CHECK] == ("2026-04-09", SOON)
    note(office, asked)
    assert due(office, policy)[CHECK] == ("2026-07-09", LATER)
    at(office, "2026-07-02")
    assert due(office, policy)[CHECK] == ("2026-07-09", SOON)
    note(office, asked)
    assert due(office, policy)[CHECK] == ("2026-10-09", LATER)
    at(office, "2026-10-05")
    note(office, asked)
    assert CHECK not in due(office, policy)


def test_a_category_can_make_it_due_that_the_board_is_told(office: Office) -> None:
    office.report(topic="anders")
    assert BOARD not in due(office)
    note(office, kinds.Categorised("fraude", ""))
    assert summary(office).topic == "fraude"
    assert due(office)[BOARD] == ("", SOON)
    board = (office.identity("Bestuurslid 1"),)
    note(office, kinds.Informed(board, office.today, "Gebeld.", "Secretaris", "De aard."))
    assert BOARD not in due(office)


def test_who_is_on_it_is_who_was_assigned_last_and_can_still_read_it(office: Office) -> None:
    office.report()
    assert summary(office).assigned == frozenset()
    people = tuple(office.identity(name) for name in ("Secretaris", "Bestuurslid 1"))
    note(office, kinds.Assigned(people))
    assert summary(office).assigned == set(people)
    office.read("Bestuurslid 1")
    with office.desk("Bestuurslid 1") as desk:
        desk.step_back(desk.cases()[0][0], "")
    assert summary(office).assigned == {people[0]}


def test_a_list_reads_only_the_cases_in_which_something_has_come(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = office.report("een")
    office.report("twee")
    read: list[bytes] = []

    def counted(vault: Vault, case: bytes, *rest: object) -> object:
        read.append(case)
        return read_case(vault, case, *rest)

    def listed() -> dict[bytes, Summary]:
        read.clear()
        with office.desk("Secretaris") as desk:
            desk.sync()
            monkeypatch.setattr(shelf, "read_case", counted)
            found = desk.summaries()
            monkeypatch.undo()
            assert found == {case.id: summarise(case, desk.signer.public, alarms) for case, alarms in desk.cases()}
        return found

    assert len(listed()) == len(read) == 2
    assert len(listed()) == 2
    assert read == []
    office.answer(first, "drie")
    with office.desk("Bestuurslid 1") as desk:
        desk.sync()
        desk.note(next(case for case, _ in desk.cases() if case.report.text == "twee"), kinds.Note("vier"))
    listed()
    assert len(read) == 2
    with office.desk("Secretaris") as desk:
        words = desk.words()
        assert sorted(text.split("\n", 1)[1] for text in words.values()) == ["een\ndrie", "twee\n\nvier"]
    office.add("Bestuurslid 3", "bestuur")
    listed()
    assert len(read) == 2  # with another roster a case can read otherwise


def test_nobody_finds_by_searching_who_a_reporter_is(office: Office) -> None:
    receipt = office.report("een")
    office.say(receipt, kinds.Identity("SENTINEL Jansen"))
    with office.desk("Secretaris") as desk:
        desk.sync()
        desk.summaries()
        assert not any("sentinel" in text for text in desk.words().values())
