"""The tool's texts: each kind of message and of notice has a sentence with its remedy, in both languages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from babel.messages.pofile import read_po

from keys.cases import Summary
from keys.cases import notices as case_notices
from keys.cases.authors import Standing
from keys.cases.destruction import Ended
from keys.cases.states import STATES
from keys.cases.summary import summarise
from keys.sync import notices as sync_notices
from keys.wire.ids import CaseId
from keys.wire.messages import KINDS, Answer, Approval, Consent, Joined, Note, Opened, Purge, SteppedBack
from keys.wording import cases, notices, register, words
from keys.wording.bodies import Reading
from tests.cases.story import Story, people, person
from tests.policies import SMALL

if TYPE_CHECKING:
    from keys.cases.thread import JudgedMessage

FIELD = re.compile(r"%\(\w+\)[sd]")
DUTCH = words.LOCALES / "nl" / "LC_MESSAGES" / "meldbus.po"


class Entry:
    """The part of a recipient's entry that the texts need."""

    def __init__(self, name: str) -> None:
        self.name, self.role = name, "bestuur"


PERSONS = {person(name): Entry(f"Naam {name}") for name in "ABMX"}


def dutch() -> dict[str, str]:
    with DUTCH.open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file, locale="nl") if one.id}


def story() -> Story:
    told = Story()
    told.report(about="X")
    told.post("A", Opened())
    return told


def last(told: Story) -> JudgedMessage:
    return told.case().messages[-1]


def reading(told: Story) -> Reading:
    return Reading(told.case(), PERSONS, SMALL)  # type: ignore[arg-type]


def test_every_kind_of_message_has_words() -> None:
    assert cases.KINDS.keys() == KINDS.keys()
    assert "update the tool" in cases.kind_in_words("een-onbekende-soort")


@pytest.mark.parametrize(
    "sentences",
    [
        notices.CASE_SENTENCES,
        notices.SENTENCES,
        cases.KINDS,
        cases.STATES,
        cases.DUTIES,
        cases.STANDINGS,
        register.ENDED,
        register.OUTCOMES,
        register.WAYS,
    ],
    ids=["about a case", "about the vault", "kinds", "states", "duties", "standings", "ended", "outcomes", "ways"],
)
def test_every_sentence_is_there_in_both_languages_with_the_same_fields(sentences: dict[object, str]) -> None:
    translated = dutch()
    for sentence in sentences.values():
        assert translated.get(sentence)
        assert sorted({*FIELD.findall(sentence)}) == sorted({*FIELD.findall(translated[sentence])})


def test_every_notice_has_a_sentence_that_says_what_to_do() -> None:
    assert notices.CASE_SENTENCES.keys() == {*case_notices.NoticeKind}
    assert notices.SENTENCES.keys() == {*sync_notices.NoticeKind}
    remedy = re.compile(r"\b(?:[Aa]sk|[Tt]ell|[Rr]un|[Cc]ompare|[Cc]lose|[Rr]ead|[Kk]eep|[Mm]ake|[Ss]et|decide)\b")
    for sentence in (*notices.CASE_SENTENCES.values(), *notices.SENTENCES.values()):
        assert remedy.search(sentence), sentence


def test_what_accuses_somebody_begins_with_alarm_and_nothing_else_does() -> None:
    alarms = {case_notices.NoticeKind.FORBIDDEN, case_notices.NoticeKind.LEFT_OUT_NAMED}
    alarms |= {case_notices.NoticeKind.DOSSIER_NAMED}
    for kind, sentence in notices.CASE_SENTENCES.items():
        assert sentence.startswith("ALARM") == (kind in alarms), kind
    for one, sentence in notices.SENTENCES.items():
        assert sentence.startswith("ALARM") == (one in sync_notices.ALARMS), one


@pytest.mark.parametrize("kind", case_notices.NoticeKind)
def test_a_notice_about_a_case_names_people(kind: case_notices.NoticeKind) -> None:
    notice = case_notices.Notice(kind, person=person("A"), people=people("B"))
    sentence = notices.case_notice_in_words(notice, PERSONS)  # type: ignore[arg-type]
    assert "%(" not in sentence
    assert kind in (case_notices.NoticeKind.NOBODY_READS, case_notices.NoticeKind.QUIET) or "Naam" in sentence


@pytest.mark.parametrize("kind", sync_notices.NoticeKind)
def test_a_notice_about_the_vault_is_told_with_its_numbers(kind: sync_notices.NoticeKind) -> None:
    notice = sync_notices.Notice(
        kind, people=("Naam\u202e",), days=(20_000, 20_001), cases=(CaseId(bytes(32)),), count=7, fault="tampered"
    )
    sentence = notices.notice_in_words(notice)
    assert "%(" not in sentence
    assert "\u202e" not in sentence


def test_a_message_that_is_late_or_unclear_has_a_mark() -> None:
    told = story()
    told.post("B", SteppedBack())
    told.answer("B", to="A")
    assert (last(told).standing, cases.standing_in_words(last(told))[:5]) == (Standing.LATE, "late:")
    told.post("A", Note("Tekst."))
    assert cases.standing_in_words(last(told)) == ""
    assert cases.STANDINGS.keys() == {*Standing} - {Standing.COUNTS, Standing.FORBIDDEN}


def test_an_author_is_called_by_name_and_role_and_a_reporter_is_not() -> None:
    told = story()
    assert cases.author_in_words(last(told), PERSONS) == "Naam A (bestuur)"  # type: ignore[arg-type]
    told.post("R", Answer("Tekst."))
    assert cases.author_in_words(last(told), PERSONS) == "reporter"  # type: ignore[arg-type]


def test_a_word_about_people_names_them_and_one_about_a_message_names_it() -> None:
    told = story()
    told.post("A", Joined(people("M")))
    assert [*reading(told).lines(last(told))] == ["Naam M (bestuur)"]
    told.post("R", Consent("no", people("X")))
    assert [*reading(told).lines(last(told))] == ["no, I do not agree", "Who may read the case: Naam X (bestuur)"]
    purge = told.post("A", Purge("Het moet weg."))
    told.post("B", Approval(purge.id, "Akkoord."))
    assert [*reading(told).lines(last(told))] == [
        "This is about: Naam A (bestuur) · asks to destroy the case before its day · 2024-10-04",
        "Akkoord.",
    ]


def test_the_first_line_of_a_report_says_whom_it_is_about() -> None:
    told = story()
    assert next(reading(told).lines(told.case().report)) == "It is about: Naam X (bestuur)"


def test_states_duties_and_ends_have_words() -> None:
    assert cases.STATES.keys() == {*STATES}
    assert register.ENDED.keys() == {*Ended}
    summary: Summary = summarise(story().case(), person("A"))
    assert cases.STATES[summary.state]
