"""A case that was closed long ago is reopened by two people, and kept until the second has had time to approve."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keys.cases.requests import approve
from keys.cases.terms import months_after
from keys.errors import NotClosedError
from keys.sync import actions
from keys.wire.messages import Hold, Outcome
from tests.keys.office import PEOPLE, POLICY

if TYPE_CHECKING:
    from keys.cases.case import Case
    from tests.keys.office import Office

A, B, X = (name for name, _ in PEOPLE)
ENDED = Outcome("none", "", "")
SHORT = replace(POLICY, retention=replace(POLICY.retention, unfounded_months=1, months=1, most_months=1))


@pytest.fixture
def closed(office: Office) -> Case:
    """A case of A and B, closed as long ago as it is kept."""
    office.publish_roster([A, B, X], SHORT)
    office.pass_days(1)
    office.report("Over de kluis.", without=(office.person(X),))
    with office.session(A) as session:
        session.sync()
        [case] = session.cases()
        case = actions.close(session, case, "Klaar.", ENDED)
        session.send_now()
    for name in (A, B):
        office.read(name)
    office.pass_days(months_after(office.today, 1) - office.today)
    return case


def test_who_reopens_an_old_case_keeps_it_for_the_second_person(office: Office, closed: Case) -> None:
    with office.session(A) as session:
        session.sync()
        [case] = session.cases()
        case = actions.reopen(session, case, "Er is nieuw bewijs.")
        assert case.is_closed
        assert case.last_day
        assert case.last_day.day == office.today + 30
        assert [one.kind for one in case.messages][-2:] == ["reopened", "hold"]
        session.send_now()
    with office.session(B) as session:
        session.sync()
        [case] = session.cases()
        case = actions.write(session, case, approve(case, session.person, ""))
        assert not case.is_closed
        assert case.last_day is None


def test_it_is_kept_once(office: Office, closed: Case) -> None:
    with office.session(A) as session:
        session.sync()
        [case] = session.cases()
        case = actions.reopen(session, case, "Er is nieuw bewijs.")
        case = actions.reopen(session, case, "Kijk nog eens.")
        assert sum(isinstance(one.body, Hold) for one in case.messages) == 1


def test_a_case_that_one_person_reopens_needs_no_hold(office: Office) -> None:
    office.report("Over de kluis.")
    with office.session(A) as session:
        session.sync()
        [case] = session.cases()
        with pytest.raises(NotClosedError):
            actions.reopen(session, case, "Waarom niet.")
        case = actions.close(session, case, "Klaar.", ENDED)
        case = actions.reopen(session, case, "Toch niet.")
        assert not case.is_closed
        assert not any(isinstance(one.body, Hold) for one in case.messages)
