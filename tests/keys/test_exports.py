"""Exports: their contents, what they leave out and on which ground, and that untrusted text has no effect in them."""

from __future__ import annotations

import csv
import io
import json
import re
import stat
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from keys.cases.register import correction
from keys.cases.requests import approve, grounds
from keys.errors import ExistsError, FileNameError, NoGroundError, TextError, UnreadableError
from keys.exports import CASE, COPY, FORMATS, NOTICE, REGISTER, Export, chosen_ground, register_cases
from keys.exports.formats import defused
from keys.sync import actions
from keys.wire.messages import (
    Consent,
    Exported,
    Form,
    Identity,
    Note,
    Outcome,
    Question,
    Request,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from keys.cases import Case
    from keys.receipt import Receipt
    from keys.sync import RecipientSession
    from keys.wire.messages import Body
    from tests.keys.office import Office

SECRETARIS, FIRST, SECOND = "Secretaris", "Bestuurslid 1", "Bestuurslid 2"
NAME = "Sentinella Geheimstra"
IDENTITY = f"Ik ben {NAME}, 06-1234 5678, bij de balie. Of sentinella@voorbeeld.example, soms ook Bo."
# Each would have an effect in a page, in a terminal or in a spreadsheet if it were not treated as text.
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "</td></table><iframe src='http://voorbeeld.example'>",
    '=HYPERLINK("http://voorbeeld.example";"klik")',
    "+1+cmd|' /C calc'!A0",
    "een tekst;=2+5;\t@SUM(1)\r\n-3+4",
    "\u202etxt.exe \x1b[31m rood \x00 \u2028",
    "'\";=1+1",
)
DEMAND = Form("vordering", {"grondslag": "Een wet.", "instantie": "Een rechter."})
# The start of a formula, at any position where some program starts a cell; an apostrophe makes it text.
FORMULA = re.compile(r"(?:^|[;,|\t\r\n])[\s\"]*[=+\-@＝＋－＠]")  # noqa: RUF001 - the wide signs count too


@pytest.fixture
def place(office: Office) -> Path:
    folder = office.folder / "uit"
    folder.mkdir()
    return folder


def the_case(session: RecipientSession) -> Case:
    session.sync()
    [case] = session.cases()
    return case


def write(office: Office, *bodies: Body, who: str = SECRETARIS) -> Case:
    """Write messages into the only case, and post them."""
    with office.session(who) as session:
        case = the_case(session)
        for body in bodies:
            case = actions.write(session, case, body)
        session.end()
        return case


def made(office: Office, export: Export, who: str = SECRETARIS) -> str:
    """Export the only case, or the register; return the contents."""
    with office.session(who) as session:
        session.sync()
        path = export.make(session, register_cases(session))
        session.end()
        return path.read_text("utf-8-sig")


def in_every_format(office: Office, export: Export) -> Iterator[tuple[str, str]]:
    """Export the only case in each format; yield the suffix and the contents, JSON without escapes."""
    for ending in FORMATS:
        text = made(office, replace(export, path=export.path.with_suffix(ending)))
        yield ending, json.dumps(json.loads(text), ensure_ascii=False) if ending == ".json" else text


def told(office: Office) -> Receipt:
    """Return the code of a case whose reporter has given their name, and whose recipients repeated it."""
    receipt = office.report("Er verdwijnt geld uit de kas van de kantine.", topic="fraude")
    write(office, Question("Wie ben je?"))
    office.say(receipt, Identity(IDENTITY))
    office.answer(receipt, f"Groet, {NAME}")
    with office.session(SECRETARIS) as session:
        actions.reveal(session, the_case(session), f"Om {NAME} te bellen.")
        session.end()
    write(
        office,
        Note("geheimstra's nummer is +31 6 12345678, BALIE. Bo is er ook."),
        Form("horen", {"verslag": f"SENTINELLA: geld uit de kas. {NAME}"}),
        correction("nature", f"Diefstal, zegt {NAME}", f"Van {NAME}"),
        Outcome("order", f"Gesprek met {NAME}.", "Er verdwijnt geld uit de kas, en meer."),
    )
    return receipt


def agreed(office: Office, receipt: Receipt, answer: str) -> None:
    asked = write(office, Request("Voor de aangifte.", "de politie", "Wie je bent.")).thread[-1]
    office.say(receipt, Consent(answer, request=asked.id))


def assert_tells_nobody(text: str) -> None:
    bare = text.casefold()
    for word in ("sentinella", "geheimstra", "balie", "12345678", "1234 5678", "voorbeeld.example"):
        assert word not in bare
    assert not re.search(r"\bBo\b", text)


@pytest.mark.parametrize("what", [CASE, COPY, NOTICE, REGISTER])
def test_no_file_holds_anything_of_the_identity_compartment(office: Office, place: Path, what: str) -> None:
    told(office)
    for ending, text in in_every_format(office, Export(what, place / "a", "Voor de inspectie.", forms=("horen",))):
        assert_tells_nobody(text)
        assert "█" in text or what == NOTICE, ending
        if what == CASE:
            assert "Er verdwijnt geld uit de kas van de kantine." in text
            assert "says who they are (2026-03-02)" in text  # in the list of what is left out


def test_a_second_file_does_not_tell_by_the_record_of_the_first(office: Office, place: Path) -> None:
    told(office)
    made(office, Export(CASE, place / "a.html", f"Omdat {NAME} het vraagt."))
    assert_tells_nobody(made(office, Export(CASE, place / "b.html", "Voor de inspectie.")))


def test_the_copy_for_whom_it_is_about_has_no_word_of_the_reporter(office: Office, place: Path) -> None:
    receipt = office.report(
        "De SENTINEL-chef neemt geld uit de kas en Fatima zag het in lokaal B12.",
        topic="anders",
        others="SENTINEL-anderen",
        attachments=[office.attachment("SENTINEL-foto.jpg", b"SENTINEL-bytes")],
    )
    office.answer(receipt, "Het was op SENTINEL-dag, na het kerstfeest.")
    quoted = "Er is gezegd: neemt geld uit de kas. Fatima en B12 zijn genoemd. Hij ontkent het."
    witnesses = "Mw. Jansen zag het. Bakker ook. De leidinggevende werd gehoord."
    write(
        office,
        Note("SENTINEL-notitie"),
        Form("horen", {"verslag": f"{quoted} {witnesses}"}),
        Form("triage", {"toelichting": "SENTINEL-triage"}),
    )
    with office.session(SECRETARIS) as session:
        case = actions.open_report(session, the_case(session))
        actions.close(session, case, "SENTINEL-sluiting", Outcome("order", "Een waarschuwing.", quoted))
        session.end()
    for _ending, text in in_every_format(office, Export(COPY, place / "a", "Op verzoek.", forms=("horen",))):
        for hidden in ("SENTINEL", "geld uit", "Fatima", "B12", "Op verzoek", "Jansen", "Bakker", "waarschuwing"):
            assert hidden not in text
        for shown in ("Hij ontkent het.", "werd gehoord", "2026-03-02", "an order measure", "who it was."):
            assert shown in text
    chosen = Export(COPY, place / "b.html", "Op verzoek.", outcome=True)
    assert "Een waarschuwing." in made(office, chosen)


def test_the_notice_for_the_board_says_number_day_and_nature(office: Office, place: Path) -> None:
    office.report("SENTINEL", topic="fraude", others="SENTINEL")
    text = made(office, Export(NOTICE, place / "n.json", "Voor het overleg."))
    assert "SENTINEL" not in text
    [number, received, nature] = json.loads(text)["facts"]
    assert (received["value"], nature["value"]) == ("2026-03-02", "Fraud")
    assert re.fullmatch(r"[a-z]{5}-[a-z]{5}-[a-z]{5}", number["value"])


class Tags(HTMLParser):
    """The parts of a page that are not text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.mark.parametrize("what", [CASE, COPY, REGISTER])
def test_a_strangers_text_does_nothing_in_a_file(office: Office, place: Path, what: str) -> None:
    hostile = "\n".join(HOSTILE)
    receipt = office.report(hostile, topic="anders", others=HOSTILE[2])
    office.answer(receipt, HOSTILE[3], [office.attachment("=cmd|calc <b>.txt", b"x", "text/<i>")])
    write(office, Form("horen", {"a": HOSTILE[2]}), correction("nature", HOSTILE[2], HOSTILE[0][:900]))
    page = made(office, Export(what, place / "a.html", HOSTILE[4], forms=("horen",)))
    tags = Tags()
    tags.feed(page)
    assert not tags.tags & {"script", "img", "iframe", "a", "b", "i", "object", "link", "form"}
    assert not tags.attributes & {"src", "onerror", "onload", "action"}
    assert "default-src 'none'" in page
    assert not re.search(r"url\(|@import", page)
    for hidden in ("\u202e", "\x1b", "\x00", "\u2028"):
        assert hidden not in page
    table = made(office, Export(what, place / "a.csv", HOSTILE[4], forms=("horen",)))
    cells = [cell for row in csv.reader(io.StringIO(table)) for cell in row]
    assert len(cells) > 10
    assert not [cell for cell in cells if FORMULA.search(cell)]
    # By another country's separator, and by a program that ignores quotes.
    for separator in (",", ";", "\t", "|"):
        parted = [cell for line in table.splitlines() for cell in line.split(separator)]
        assert not [cell for cell in parted if FORMULA.match(cell)]
    members = json.loads(made(office, Export(what, place / "a.json", HOSTILE[4], forms=("horen",))))
    assert members["format"] == "meldbus export 1"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("=1+1", "'=1+1"),
        (" =1", " '=1"),
        ("een = twee", "een = twee"),
        ("a;=1", "a;'=1"),
        ("a\n-1", "a\n'-1"),
        ('"@x', "\"'@x"),
        ("2026-03-02", "2026-03-02"),
        ("＝1", "'＝1"),  # noqa: RUF001
        ("", ""),
    ],
)
def test_a_formula_is_defused_and_other_text_stays(cell: str, expected: str) -> None:
    assert defused(cell) == expected


def test_who_the_reporter_is_stands_in_a_file_only_on_a_ground_of_the_case(office: Office, place: Path) -> None:
    receipt = told(office)
    with office.session(SECRETARIS) as session, pytest.raises(NoGroundError):
        chosen_ground([*grounds(the_case(session))], 1)
    agreed(office, receipt, "yes")
    with office.session(SECRETARIS) as session:
        ground = chosen_ground([*grounds(the_case(session))], 1)
    text = made(office, Export(CASE, place / "a.html", "Voor de aangifte.", ground))
    assert IDENTITY in text
    with office.session(SECRETARIS) as session:
        case = the_case(session)
        assert case.dossier[-1].body == Exported(
            CASE,
            identity=True,
            text="Voor de aangifte.\nconsent to what was asked on 2026-03-02: Wie je bent., to de politie",
        )
        asked = next(message for message in case.thread if isinstance(message.body, Request))
    office.say(receipt, Consent("withdrawn", request=asked.id))
    with office.session(SECRETARIS) as session:
        assert [*grounds(the_case(session))] == []


def test_a_refusal_is_no_ground_and_a_demand_is_one_once_somebody_else_has_approved(office: Office) -> None:
    agreed(office, office.report(topic="fraude"), "no")
    assert [*grounds(write(office, DEMAND, who=FIRST))] == []
    with office.session(SECOND) as session:
        case = the_case(session)
        case = actions.write(session, case, approve(case, session.person))
        [ground] = grounds(case)
        assert ground.body == DEMAND


def test_every_file_is_a_message_in_the_dossier_and_remembered_before_it_is_there(office: Office, place: Path) -> None:
    office.report("Een.", topic="anders")
    office.report("Twee.", topic="fraude")
    path = place / "register.csv"
    made(office, Export(REGISTER, path, "Voor de accountant."))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with office.session(SECRETARIS) as session:
        for case in register_cases(session):
            assert case.dossier[-1].body == Exported(REGISTER, identity=False, text="Voor de accountant.")
            assert session.vault.destroyed.paths_of(case.id) == (path,)


def test_where_no_file_can_come_nothing_is_recorded(office: Office, place: Path) -> None:
    office.report()
    (place / "taken.html").write_text("van iemand anders")
    (place / "link.csv").symlink_to(place / "nergens")
    with office.session(SECRETARIS) as session:
        case = the_case(session)
        for name, error in (
            ("taken.html", ExistsError),
            ("link.csv", ExistsError),
            ("a.pdf", FileNameError),
            ("a", FileNameError),
            ("geen/a.html", UnreadableError),
        ):
            with pytest.raises(error):
                Export(CASE, place / name, "Daarom.").make(session, [case])
        with pytest.raises(TextError):
            Export(CASE, place / "b.html", "").make(session, [case])
        assert not (place / "b.html").exists()
        assert the_case(session).dossier == ()
    assert (place / "taken.html").read_text() == "van iemand anders"


def test_a_case_that_its_owner_stepped_back_from_is_not_in_their_register(office: Office, place: Path) -> None:
    office.report("Een.", topic="fraude")
    with office.session(SECRETARIS) as session:
        case = the_case(session)
        actions.step_back(session, case, "Te dichtbij.")
        session.end()
    assert case.number not in made(office, Export(REGISTER, place / "a.csv", "Voor de accountant."))
    assert case.number in made(office, Export(REGISTER, place / "b.csv", "Voor de accountant."), FIRST)
