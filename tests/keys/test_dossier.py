"""The dossier through a real server: only the readers see it, and it is the same for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keys.cases.notices import NoticeKind
from keys.errors import ExcludedError, LockedError, NobodyLeftError
from keys.sync import actions
from keys.wire.messages import (
    Answer,
    Assigned,
    Category,
    Form,
    Informed,
    Joined,
    Note,
    Opened,
    Revealed,
)
from tests.keys.forging import post_as_recipient

if TYPE_CHECKING:
    from keys.cases import Case
    from keys.wire.messages import Body
    from tests.keys.office import Office

SECRETARIS, FIRST, OUT = "Secretaris", "Bestuurslid 1", "Bestuurslid 2"


def only(office: Office, name: str) -> Case:
    [case] = office.read(name)
    assert case.alarms == ()
    return case


def write(office: Office, name: str, *bodies: Body) -> Case:
    """Write messages with the whole case on the screen, and post them."""
    with office.session(name) as session:
        session.sync()
        [case] = session.cases()
        for body in bodies:
            case = actions.write(session, case, body)
        session.end()
        return case


def noted(case: Case) -> list[str]:
    return [message.text for message in case.dossier if isinstance(message.body, Note)]


def test_a_note_is_read_by_the_other_readers_and_never_by_the_reporter(office: Office) -> None:
    receipt = office.report()
    write(office, SECRETARIS, Note("Eerst de leidinggevende bellen."))
    for name in (SECRETARIS, FIRST, OUT):
        case = only(office, name)
        assert noted(case) == ["Eerst de leidinggevende bellen."]
        assert [message.kind for message in case.thread] == ["report"]
        assert case.dossier[0].person == office.person(SECRETARIS)
    thread = office.thread(receipt)
    assert thread.case
    assert [message.kind for message in thread.case.messages] == ["report"]


def test_every_kind_of_record_comes_back_as_it_was_written(office: Office) -> None:
    office.report()
    case = only(office, SECRETARIS)
    board = (office.person(FIRST),)
    bodies = [
        Assigned(board),
        Category("fraude"),
        Form("triage", {"ernst": "hoog"}),
        Informed(board, office.today, "Gebeld.", SECRETARIS, "De aard van de melding."),
        Revealed(case.report.id, "Om een afspraak te maken."),
    ]
    write(office, SECRETARIS, *bodies)
    assert [message.body for message in only(office, FIRST).dossier] == bodies


def test_two_who_write_at_the_same_time_have_the_same_case(office: Office) -> None:
    receipt = office.report()
    known = {name: only(office, name) for name in (SECRETARIS, FIRST)}
    for name, case in known.items():
        with office.session(name) as session:
            session.sync()
            actions.write(session, case, Note(f"Van {name}."))
            session.end()
    office.answer(receipt, "Van de melder.")
    first, second = (only(office, name) for name in (SECRETARIS, FIRST))
    assert first == second
    assert sorted(noted(first)) == ["Van Bestuurslid 1.", "Van Secretaris."]


def test_a_reader_to_whom_a_case_is_handed_over_reads_its_dossier_too(office: Office) -> None:
    office.report(without=[OUT])
    office.add("Bestuurslid 3", "bestuur")
    write(office, SECRETARIS, Note("Van voor de overdracht."))
    newcomer = office.person("Bestuurslid 3")
    with office.session(SECRETARIS) as session:
        session.sync()
        actions.hand_over(session, session.cases()[0], [newcomer], "Zij neemt waar.")
        session.end()
    case = only(office, "Bestuurslid 3")
    assert noted(case) == ["Van voor de overdracht.", "Zij neemt waar."]
    joined = case.latest(Joined)
    assert joined
    assert joined.body == Joined((newcomer,))
    write(office, "Bestuurslid 3", Note("Ik ben er."))
    assert noted(only(office, FIRST))[-1] == "Ik ben er."


def test_nobody_who_was_left_out_stands_in_a_record_or_reads_the_dossier(office: Office) -> None:
    office.report(without=[OUT])
    out = (office.person(OUT),)
    with office.session(SECRETARIS) as session:
        session.sync()
        [case] = session.cases()
        for body in (Assigned(out), Informed(out, 1, "Gebeld.", "Ik", "De aard."), Joined(out)):
            with pytest.raises(ExcludedError):
                actions.write(session, case, body)
    write(office, SECRETARIS, Note("Niet voor hem."))
    with office.session(OUT) as session:
        session.sync()
        assert session.cases() == []
        assert session.vault.messages.cases() == []
        assert session.notices() == []


def test_a_message_that_is_sealed_to_somebody_left_out_is_an_alarm_on_its_author(office: Office) -> None:
    office.report(without=[OUT])
    out = office.person(OUT)
    with office.session(SECRETARIS) as session:
        session.sync()
        [case] = session.cases()
        post_as_recipient(office, session, case, Note("Aan hem."), to=[*case.readers, out])
    [case] = office.read(FIRST)
    [alarm] = case.alarms
    assert (alarm.kind, alarm.person, alarm.people) == (
        NoticeKind.LEFT_OUT_NAMED,
        office.person(SECRETARIS),
        (out,),
    )
    assert out not in case.readers
    assert office.read(OUT) == []


def test_a_reader_who_steps_back_reads_no_more_and_the_others_go_on(office: Office) -> None:
    office.report(without=[OUT])
    with office.session(SECRETARIS) as session:
        session.sync()
        [case] = session.cases()
        actions.step_back(session, case, "We zijn buren.")
        with pytest.raises(LockedError):
            session.case(case.number)
        session.end()
    case = only(office, FIRST)
    assert (noted(case), case.readers) == (["We zijn buren."], {office.person(FIRST)})
    assert case.stepped_back == {office.person(SECRETARIS)}
    write(office, FIRST, Opened(), Note("Zonder de secretaris."), Answer("Een ander leest mee."))
    with office.session(SECRETARIS) as session:
        session.sync()
        assert session.cases() == []
        stored = session.vault.case_store.load(case.id, session.composer().rosters, session.today)
        assert stored
        assert "Zonder de secretaris." not in noted(stored)
        assert stored.alarms == ()


def test_nobody_steps_back_from_a_case_that_nobody_else_can_read(office: Office) -> None:
    office.report(without=[FIRST, OUT])
    office.add("Bestuurslid 3", "bestuur")
    with office.session(SECRETARIS) as session:
        session.sync()
        [case] = session.cases()
        with pytest.raises(NobodyLeftError):
            actions.step_back(session, case, "Te dichtbij.")
        actions.step_back(session, case, "Te dichtbij.", [office.person("Bestuurslid 3")])
        session.end()
    assert only(office, "Bestuurslid 3").readers == {office.person("Bestuurslid 3")}


def test_only_a_reader_writes_in_the_dossier(office: Office) -> None:
    office.report(without=[OUT])
    write(office, SECRETARIS, Note("Het begin."))
    with office.session(SECRETARIS) as session:
        session.sync()
        [case] = session.cases()
        stranger = office.secret(OUT).signer()
        post_as_recipient(office, session, case, Note("Ik ook."), signer=stranger)
    [case] = office.read(FIRST)
    assert [notice.kind for notice in case.alarms] == [NoticeKind.FORBIDDEN]
    assert noted(case) == ["Het begin."]


def test_a_note_that_did_not_come_is_missed_and_blames_nobody(office: Office) -> None:
    office.report()
    with office.session(SECRETARIS) as session:
        session.sync()
        [case] = session.cases()
        kept_back = actions.write(session, case, Note("Een.")).dossier[-1].id
        post_as_recipient(office, session, case, Note("Twee."), seen=[kept_back])
    [case] = office.read(FIRST)
    assert [(notice.kind, notice.messages) for notice in case.lines] == [(NoticeKind.MISSING, (kept_back,))]
    assert case.alarms == ()
    assert noted(case) == ["Twee."]
