"""The dossier: what recipients say to each other is theirs alone, and is the same for all who can read it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from keys.cases.compose import _head, _with_bundles, compose_note
from keys.errors import ExcludedError, ForbiddenError, LockedError, NobodyLeftError
from keys.sealing import Signer, recipients_capability, seal
from keys.sync import post_entry, post_message
from keys.wire import kinds
from tests.keys.forging import addressees

if TYPE_CHECKING:
    from keys.cases import Case
    from keys.sync import Desk
    from tests.keys.office import Office

OUT = "Bestuurslid 2"
BOTH = ("Secretaris", "Bestuurslid 1")


def only(office: Office, name: str) -> Case:
    [(case, alarms)] = office.read(name)
    assert alarms == ()
    assert case.dossier.alarms == ()
    return case


def note(office: Office, name: str, body: kinds.Body) -> None:
    office.read(name)
    with office.desk(name) as desk:
        desk.note(desk.cases()[0][0], body)


def noted(case: Case) -> list[str]:
    return [said.text for said in case.dossier.said if said.kind == kinds.Note.KIND]


def in_dossier(office: Office, desk: Desk, case: Case, body: kinds.Body, **changes: object) -> None:
    """Write something into a dossier that the tool would not let one write."""
    day, work, today = addressees(office)
    to = changes.pop("to", None) or sorted(case.readers)
    head = _head(body, desk.signer.public, case, to, today, day)
    sealed = seal(head, desk.signer, _with_bundles(to, today).values(), slots=today.roster.slots(), until=today.until)
    begun = case.dossier.said[0].message
    post_message(office.courier(), sealed, work, recipients_capability(begun.content_key))


def test_a_note_is_read_by_the_other_recipients_and_never_by_the_reporter(office: Office) -> None:
    receipt = office.report()
    before, _ = office.thread(receipt)
    note(office, "Secretaris", kinds.Note("Eerst de leidinggevende bellen."))
    for name in ("Secretaris", "Bestuurslid 1", "Bestuurslid 2"):
        case = only(office, name)
        assert noted(case) == ["Eerst de leidinggevende bellen."]
        assert [said.kind for said in case.said] == ["report"]
        assert case.dossier.said[0].author.name == "Secretaris"
    assert office.thread(receipt) == (before, ())


def test_every_kind_of_record_comes_back_as_it_was_written(office: Office) -> None:
    office.report()
    case = only(office, "Secretaris")
    board = (office.identity("Bestuurslid 1"),)
    bodies = [
        kinds.Assigned(board),
        kinds.Categorised("fraude", ""),
        kinds.Filled("triage", {"ernst": "hoog"}),
        kinds.Informed(board, office.today, "Gebeld.", "Secretaris", "De aard van de melding."),
        kinds.Revealed(case.id, "Om een afspraak te maken."),
    ]
    for body in bodies:
        note(office, "Secretaris", body)
    case = only(office, "Bestuurslid 1")
    assert [said.message.head.body for said in case.dossier.said] == [kinds.Begun(), *bodies]
    assert case.dossier.latest(kinds.Assigned).message.head.body.people == board
    assert case.dossier.latest(kinds.Conflict) is None


def test_dossiers_begun_at_the_same_time_are_read_as_one(office: Office) -> None:
    office.report()
    cases = {name: only(office, name) for name in BOTH}
    for name in BOTH:
        with office.desk(name) as desk:
            desk.note(cases[name], kinds.Note(f"Van {name}."))
    read = [only(office, name) for name in BOTH]
    assert len(read[0].dossier.begun) == 2
    assert sorted(noted(read[0])) == ["Van Bestuurslid 1.", "Van Secretaris."]
    assert read[0].dossier == read[1].dossier
    note(office, "Secretaris", kinds.Note("En nu samen."))
    assert noted(only(office, "Bestuurslid 1"))[-1] == "En nu samen."


@pytest.mark.parametrize("seed", [0, *(pytest.param(more, marks=pytest.mark.slow) for more in range(1, 6))])
def test_two_recipients_at_once_end_up_with_the_same_case(office: Office, seed: int) -> None:
    """One of them does not sync for a week, and writes from what they knew before it."""
    chance = random.Random(seed)
    receipt = office.report()
    known = {name: only(office, name) for name in BOTH}
    away_until = chance.randrange(4, 9)
    for step in range(10):
        name = chance.choice(BOTH)
        if name == "Secretaris" or step >= away_until:
            known[name] = chance.choice([known[name], office.read(name)[0][0]])
        act = chance.randrange(4)
        with office.desk(name) as desk:
            if act == 0:
                desk.say(known[name], kinds.Answer(f"Antwoord {step}"))
            elif act == 1:
                desk.note(known[name], kinds.Note(f"Notitie {step}"))
            elif act == 2:
                desk.note(known[name], kinds.Assigned((office.identity(chance.choice(BOTH)),)))
        if act == 3:
            office.answer(receipt, f"Van de melder {step}")
        office.pass_days(chance.randrange(2))
    for name in BOTH:
        office.read(name)
    first, second = (only(office, name) for name in BOTH)
    assert first == second
    assert len(first.said) + len(first.dossier.said) > 8


def test_whoever_is_handed_the_case_reads_its_dossier_too(office: Office) -> None:
    office.report(without=[OUT])
    office.add("Bestuurslid 3", "bestuur")
    note(office, "Secretaris", kinds.Note("Van voor de overdracht."))
    with office.desk("Secretaris") as desk:
        desk.hand_over(desk.cases()[0][0], [office.identity("Bestuurslid 3")], "Hij neemt waar.")
    case = only(office, "Bestuurslid 3")
    assert noted(case) == ["Van voor de overdracht."]
    handed = case.dossier.latest(kinds.HandedOver)
    assert handed.text == "Hij neemt waar."
    assert handed.message.head.body.people == (office.identity("Bestuurslid 3"),)
    note(office, "Bestuurslid 3", kinds.Note("Ik ben er."))
    assert noted(only(office, "Bestuurslid 1")) == ["Van voor de overdracht.", "Ik ben er."]
    # A recipient's word in the thread is sealed for the newcomer before they have said anything there.
    with office.desk("Bestuurslid 1") as desk:
        desk.say(desk.cases()[0][0], kinds.Answer("We zijn nu met z'n drieën."))
    assert only(office, "Bestuurslid 3").said[-1].text == "We zijn nu met z'n drieën."


def test_whom_the_reporter_lets_in_later_is_let_into_the_dossier_by_the_next_note(office: Office) -> None:
    receipt = office.report(without=[OUT])
    note(office, "Secretaris", kinds.Note("Nog zonder hem."))
    office.say(receipt, kinds.Admit((office.identity(OUT),)))
    office.let_in(receipt, OUT)
    assert noted(only(office, OUT)) == []
    note(office, "Secretaris", kinds.Note("Nu met hem."))
    assert noted(only(office, OUT)) == ["Nog zonder hem.", "Nu met hem."]


def test_who_was_left_out_stands_in_no_record_and_reads_no_dossier(office: Office) -> None:
    office.report(without=[OUT])
    out = (office.identity(OUT),)
    case = only(office, "Secretaris")
    refused = [
        kinds.Assigned(out),
        kinds.Informed(out, 1, "Gebeld.", "Ik", "De aard."),
        kinds.HandedOver(out),
    ]
    for body in refused:
        with office.desk("Secretaris") as desk, pytest.raises(ExcludedError):
            desk.note(case, body)
    with office.desk("Secretaris") as desk, pytest.raises(ExcludedError):
        desk.hand_over(case, out)
    note(office, "Secretaris", kinds.Note("Niet voor hem."))
    assert office.read(OUT) == []
    with office.desk(OUT) as desk:
        assert desk.vault.channels() == []
        assert desk.vault.spoilt_entries() == []


def test_a_record_that_names_one_who_was_left_out_is_an_alarm_and_counts_for_nothing(office: Office) -> None:
    receipt = office.report(without=[OUT])
    note(office, "Secretaris", kinds.Note("Het begin."))
    case = only(office, "Secretaris")
    out = (office.identity(OUT),)
    with office.desk("Secretaris") as desk:
        in_dossier(office, desk, case, kinds.Assigned(out))
        in_dossier(office, desk, case, kinds.Note("Aan hem."), to=sorted([*case.readers, *out]))
    [(case, alarms)] = office.read("Bestuurslid 1")
    assert alarms == ()
    assert [alarm.code for alarm in case.dossier.alarms] == ["forbidden", "forbidden"]
    assert noted(case) == ["Het begin."]
    assert case.dossier.latest(kinds.Assigned) is None
    # What came before the reporter's word stays forbidden after it.
    office.say(receipt, kinds.Admit(out))
    note(office, "Secretaris", kinds.Assigned(out))
    [(case, _)] = office.read("Bestuurslid 1")
    assert [alarm.code for alarm in case.dossier.alarms] == ["forbidden", "forbidden"]
    assert case.dossier.latest(kinds.Assigned).message.head.body.people == out


def test_withdrawn_consent_takes_nothing_away_that_was_written_before_it(office: Office) -> None:
    receipt = office.report(without=[OUT])
    out = (office.identity(OUT),)
    office.read("Secretaris")
    with office.desk("Secretaris") as desk:
        desk.say(desk.cases()[0][0], kinds.Request("Om te handelen.", "het bestuur", "De melding.", out))
        request = desk.cases()[0][0].said[-1].message.id
    office.say(receipt, kinds.Consent("yes", request))
    note(office, "Secretaris", kinds.Assigned(out))
    office.say(receipt, kinds.Consent("withdrawn", request))
    case = only(office, "Bestuurslid 1")
    assert case.dossier.latest(kinds.Assigned).message.head.body.people == out
    assert office.identity(OUT) in case.left_out
    [(case, _)] = office.read("Secretaris")
    with office.desk("Secretaris") as desk, pytest.raises(ExcludedError):
        desk.note(case, kinds.Assigned(out))


def test_who_steps_back_reads_no_more_and_the_others_go_on(office: Office) -> None:
    office.report(without=[OUT])
    case = only(office, "Secretaris")
    with office.desk("Secretaris") as desk:
        desk.step_back(case, "We zijn buren.")
        with pytest.raises(LockedError):
            desk.case(case.number)
    case = only(office, "Bestuurslid 1")
    assert case.dossier.latest(kinds.Conflict).text == "We zijn buren."
    assert case.readers == {office.identity("Bestuurslid 1")}
    note(office, "Bestuurslid 1", kinds.Note("Zonder de secretaris."))
    with office.desk("Bestuurslid 1") as desk:
        desk.say(desk.cases()[0][0], kinds.Answer("Een ander leest mee."))
    [(case, alarms)] = office.read("Secretaris")
    assert "Zonder de secretaris." not in noted(case)
    assert [said.kind for said in case.said] == ["report"]
    assert {alarm.code for alarm in alarms} == {"spoilt"}


def test_nobody_steps_back_from_a_case_that_nobody_else_can_read(office: Office) -> None:
    office.report(without=["Bestuurslid 1", OUT])
    office.add("Bestuurslid 3", "bestuur")
    case = only(office, "Secretaris")
    with office.desk("Secretaris") as desk:
        with pytest.raises(NobodyLeftError):
            desk.step_back(case, "")
        desk.step_back(case, "Te dichtbij.", [office.identity("Bestuurslid 3")])
    case = only(office, "Bestuurslid 3")
    assert case.readers == {office.identity("Bestuurslid 3")}


def test_only_who_can_read_the_case_writes_in_its_dossier(office: Office) -> None:
    office.report(without=[OUT])
    note(office, "Secretaris", kinds.Note("Het begin."))
    case = only(office, "Secretaris")
    with office.desk(OUT) as desk:
        _, _, today = addressees(office)
        with pytest.raises(ForbiddenError):
            compose_note(case, kinds.Note("Ik ook."), desk.signer, today, office.today)
        in_dossier(office, desk, case, kinds.Note("Ik ook."))
    [(case, _)] = office.read("Bestuurslid 1")
    assert [alarm.code for alarm in case.dossier.alarms] == ["forbidden"]
    assert noted(case) == ["Het begin."]


def test_a_dossier_that_a_stranger_begins_is_an_alarm(office: Office) -> None:
    """Anyone can post an entry; what a reporter calls a dossier is none."""
    receipt = office.report()
    case = only(office, "Secretaris")
    signer = Signer.from_seed(receipt.sign_seed())
    day, work, today = addressees(office)
    to = sorted(case.readers)
    head = _head(kinds.Begun(), signer.public, case, to, today, day)
    sealed = seal(head, signer, _with_bundles(to, today).values(), slots=today.roster.slots(), until=today.until)
    post_entry(office.courier(), sealed, work)
    assert only(office, "Secretaris").dossier.begun == ()
    with office.desk("Secretaris") as desk:
        assert [entry.code for entry in desk.vault.spoilt_entries()] == ["forbidden"]


def test_a_note_that_the_server_keeps_back_is_missed(office: Office) -> None:
    office.report()
    note(office, "Secretaris", kinds.Note("Een."))
    note(office, "Bestuurslid 1", kinds.Note("Twee."))
    case = only(office, "Secretaris")
    with office.desk("Secretaris") as desk, desk.vault.transaction():
        gone = next(said for said in case.dossier.said if said.text == "Een.")
        desk.vault._connection.exec_driver_sql("DELETE FROM envelope WHERE mac = ?", (gone.message.mac,))
        case, _ = desk.cases()[0]
    assert [alarm.code for alarm in case.dossier.alarms] == ["missing"]
    assert noted(case) == ["Twee."]
