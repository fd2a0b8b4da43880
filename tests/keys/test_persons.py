"""A recipient is the same person through every change of key, and what the board ended or revoked has no word."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keys.cases import approve
from keys.cases.received import FORBIDDEN
from keys.errors import ExcludedError, NothingAskedError
from keys.roster import People, Revoked, Roster
from keys.wire import kinds
from tests.keys.forging import post_as_recipient, post_forced_share
from tests.policies import SMALL
from tests.vectors.generator.people import BESTUUR_1, BESTUUR_2, SECRETARIS, STRANGER, TODAY
from tests.vectors.generator.rosters import RECIPIENTS

if TYPE_CHECKING:
    from keys.cases import Case
    from keys.roster import Recipient
    from tests.keys.office import Office

OUT = "Bestuurslid 2"


def _only(office: Office, name: str) -> Case:
    [(case, alarms)] = office.read(name)
    assert alarms == ()
    return case


def test_a_new_key_lets_nobody_into_a_case_that_leaves_its_person_out(office: Office) -> None:
    # The finding H4: a lost computer ended the exclusion, and the guide told colleagues to share the case.
    receipt = office.report("Over een bestuurslid.", [OUT], people=[office.identity(OUT)])
    old = office.rekey(OUT)
    case = _only(office, "Secretaris")
    assert {office.identity(old), office.identity(OUT)} <= case.left_out & case.concerned
    with office.desk("Secretaris") as desk, pytest.raises(ExcludedError):
        desk.hand_over(desk.cases()[0][0], [office.identity(OUT)])
    with pytest.raises(ExcludedError):
        office.let_in(receipt, OUT)
    assert office.read(OUT) == []


def test_a_share_that_a_colleague_forces_to_a_new_key_is_not_taken(office: Office) -> None:
    office.report("Over een bestuurslid.", [OUT], people=[office.identity(OUT)])
    office.rekey(OUT)
    _only(office, "Secretaris")
    with office.desk("Secretaris") as desk:
        post_forced_share(office, desk, desk.cases()[0][0], OUT)
    with office.desk(OUT) as desk:
        desk.sync()
        assert desk.cases() == []
        assert [entry.code for entry in desk.vault.spoilt_entries()] == ["excluded"]


def test_who_comes_back_onto_the_roster_with_a_new_key_is_still_left_out(office: Office) -> None:
    office.report("Over een bestuurslid.", [OUT])
    office.publish_roster(["Secretaris", "Bestuurslid 1"])
    office.drafts[-1], ended = office.drafts[-2], office.drafts[-1]
    known = office.roster().find(office.identity(OUT))
    assert known
    office.drafts[-1] = ended
    case = _only(office, "Secretaris")
    assert office.identity(OUT) in case.left_out
    with office.desk("Secretaris") as desk:
        assert desk.cases()[0][0].people.person_of(office.identity(OUT)) == known.person


def test_whom_the_reporter_let_in_stays_in_with_a_new_key(office: Office) -> None:
    receipt = office.report("Over een bestuurslid.", [OUT])
    office.say(receipt, kinds.Admit((office.identity(OUT),)))
    office.rekey(OUT)
    with office.desk("Secretaris") as desk:
        desk.sync()
        [(case, _)] = desk.cases()
        assert office.identity(OUT) in case.readers - case.left_out
        desk.hand_over(case, [office.identity(OUT)])
    assert _only(office, OUT).report.text == "Over een bestuurslid."


def test_a_reader_with_a_new_key_stays_a_reader_and_gets_the_case_with_the_next_note(office: Office) -> None:
    # The scenario T3: re-keyed, what they said before counts by the person.
    receipt = office.report("een")
    _only(office, OUT)
    with office.desk(OUT) as desk:
        desk.say(desk.cases()[0][0], kinds.Question("Wanneer?"))
    office.rekey(OUT)
    office.answer(receipt, "Gisteren.")
    case = _only(office, "Secretaris")
    assert [said.text for said in case.said] == ["een", "Wanneer?", "Gisteren."]
    assert case.reader_count == 3
    with office.desk("Secretaris") as desk:
        desk.note(desk.cases()[0][0], kinds.Note("Een notitie."))
    case = _only(office, OUT)
    assert [said.text for said in case.said] == ["een", "Wanneer?", "Gisteren."]
    assert office.identity(OUT) in case.opened_by


def test_who_stepped_back_reads_no_more_with_a_new_key(office: Office) -> None:
    office.report("een")
    _only(office, OUT)
    with office.desk(OUT) as desk:
        desk.step_back(desk.cases()[0][0], "Te dichtbij.")
    office.rekey(OUT)
    case = _only(office, "Secretaris")
    assert office.identity(OUT) in case.stepped_back
    assert office.identity(OUT) not in case.readers


def test_two_keys_of_one_person_do_not_destroy_a_case(office: Office) -> None:
    # The finding H1 (a): purge with the lost key, approval with its replacement.
    office.report("een")
    _only(office, OUT)
    with office.desk(OUT) as desk:
        desk.note(desk.cases()[0][0], kinds.Purge("Weg ermee."))
    _only(office, "Secretaris")
    office.rekey(OUT)
    with office.desk("Secretaris") as desk:
        desk.sync()
        desk.note(desk.cases()[0][0], kinds.Note("Een notitie."))
    case = _only(office, OUT)
    asked = case.dossier.latest(kinds.Purge)
    assert asked
    with pytest.raises(NothingAskedError):
        approve(case, office.identity(OUT))
    with office.desk(OUT) as desk:
        desk.note(case, kinds.Approval(asked.message.id, "Goed."))
    case = _only(office, "Secretaris")
    assert case.dossier.approval_of(asked.message.id) is None
    assert [alarm.code for alarm in case.dossier.alarms] == [FORBIDDEN]


def test_a_former_recipient_has_no_word_in_a_running_case(office: Office) -> None:
    # The finding H5: whoever ever stood on a roster closed, shared and approved for ever.
    receipt = office.report("een")
    _only(office, OUT)
    office.publish_roster(["Secretaris", "Bestuurslid 1"])
    with office.desk(OUT) as desk:
        case = desk.cases()[0][0]
        post_as_recipient(office, desk, case, kinds.Closed("Klaar."))
        post_forced_share(office, desk, case, "Bestuurslid 1")
    with office.desk("Secretaris") as desk:
        desk.sync()
        [(case, alarms)] = desk.cases()
    assert [alarm.code for alarm in alarms] == [FORBIDDEN]
    assert [said.kind for said in case.said] == ["report"]
    shown, alarms = office.thread(receipt)
    assert shown
    assert ([said.kind for said in shown.said], [alarm.code for alarm in alarms]) == (["report"], [FORBIDDEN])
    with office.desk("Bestuurslid 1") as desk:
        desk.sync()
        assert [entry.code for entry in desk.vault.spoilt_entries()] == ["forbidden"]


def test_what_a_recipient_said_in_their_days_counts_for_ever(office: Office) -> None:
    receipt = office.report("een")
    _only(office, OUT)
    with office.desk(OUT) as desk:
        desk.say(desk.cases()[0][0], kinds.Question("Wanneer?"))
    office.publish_roster(["Secretaris", "Bestuurslid 1"])
    office.pass_days(30)
    shown, alarms = office.thread(receipt)
    assert shown
    assert ([said.text for said in shown.said], alarms) == (["een", "Wanneer?"], ())


def test_a_stolen_key_has_no_word_from_the_day_after_its_revocation(office: Office) -> None:
    # The finding H5 and the scenario T15.
    office.report("een")
    _only(office, OUT)
    with office.desk(OUT) as desk:
        desk.say(desk.cases()[0][0], kinds.Question("Op de dag zelf."))
    old = office.rekey(OUT, stolen=True)
    with office.desk(old) as desk:
        post_as_recipient(office, desk, desk.cases()[0][0], kinds.Closed("Door de dief."))
    with office.desk("Secretaris") as desk:
        desk.sync()
        [(case, alarms)] = desk.cases()
    assert [said.text for said in case.said] == ["een", "Op de dag zelf."]
    assert [alarm.code for alarm in alarms] == [FORBIDDEN]


def _roster(version: int, start: int, recipients: tuple[Recipient, ...], revoked: tuple[Revoked, ...] = ()) -> Roster:
    return Roster(
        bytes([version]) * 32, version, None, bytes(32), start, start + 396, bytes(32), SMALL, {}, recipients, revoked
    )


NEW = replace(RECIPIENTS[1], identity=STRANGER.identity)
STOLEN = Revoked(BESTUUR_1.identity, TODAY + 10)
FIRST = _roster(1, TODAY, RECIPIENTS)
REKEYED = _roster(2, TODAY + 11, (RECIPIENTS[0], NEW, RECIPIENTS[2]))
REVOKING = replace(REKEYED, revoked=(STOLEN,))
WITHOUT = _roster(2, TODAY + 11, RECIPIENTS[:2])
BACK = _roster(3, TODAY + 18, RECIPIENTS)


def test_a_word_that_waited_while_its_key_was_replaced_counts_by_the_person() -> None:
    # The scenario T3.
    people = People([FIRST, REKEYED])
    assert people.may_write(BESTUUR_1.identity, TODAY + 12, TODAY + 10)
    assert not people.may_write(BESTUUR_1.identity, TODAY + 12, TODAY + 12)
    assert people.may_write(STRANGER.identity, TODAY + 11, TODAY + 11)
    assert not people.may_write(STRANGER.identity, TODAY + 10, TODAY + 10)


def test_a_word_that_waited_while_its_author_was_taken_off_does_not_count() -> None:
    # The scenario T3.
    people = People([FIRST, WITHOUT])
    assert people.may_write(BESTUUR_2.identity, TODAY + 10, TODAY + 10)
    assert not people.may_write(BESTUUR_2.identity, TODAY + 11, TODAY + 10)


def test_a_revoked_keys_word_counts_up_to_its_day_and_not_from_the_next_on() -> None:
    # The scenario T15, also before the roster that revokes it is in force.
    for rosters in ([FIRST, REVOKING], [FIRST, replace(REVOKING, start=TODAY + 20)]):
        people = People(rosters)
        assert people.may_write(BESTUUR_1.identity, TODAY + 10, TODAY + 10)
        assert not people.may_write(BESTUUR_1.identity, TODAY + 11, TODAY + 10)
        assert people.may_write(SECRETARIS.identity, TODAY + 11, TODAY + 10)


def test_who_is_off_the_roster_for_a_week_and_on_again_has_their_word_back() -> None:
    # The scenario T31.
    people = People([FIRST, WITHOUT, BACK])
    days = [people.may_write(BESTUUR_2.identity, TODAY + day, TODAY + day) for day in (10, 11, 17, 18)]
    assert days == [True, False, False, True]


def test_nobody_whom_no_roster_lists_has_a_word() -> None:
    people = People([FIRST])
    assert not people.may_write(STRANGER.identity, TODAY, TODAY)
    assert not people.may_write(SECRETARIS.identity, TODAY - 1, TODAY - 1)
