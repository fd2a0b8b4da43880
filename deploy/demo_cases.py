"""Ten invented cases for the demo, posted as reporters do and handled by its recipients."""

from __future__ import annotations

import datetime as dt
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases.report_draft import ReportDraft
from keys.ceremony import SERVER, open_vault, unlock
from keys.courier import Courier
from keys.receipt import Receipt
from keys.sync import RecipientSession, actions, post_report, read_mailbox, say
from keys.wire.ids import CaseId
from keys.wire.messages import (
    Acknowledgement,
    Answer,
    Body,
    Closed,
    Feedback,
    Form,
    Identity,
    Note,
    Opened,
    Outcome,
    Question,
    Rating,
    Request,
)

if TYPE_CHECKING:
    from pathlib import Path

    from keys.cases.case import Case

SECRETARIS, BOARD_1, BOARD_2 = "secretaris", "bestuurslid-1", "bestuurslid-2"
REPORTER = ""
EVERYONE = (SECRETARIS, BOARD_1, BOARD_2)

Step = tuple[str, Body]


@dataclass(frozen=True, slots=True)
class Invented:
    """A report to some recipients, and the later messages."""

    topic: str
    readers: tuple[str, ...]
    text: str
    steps: tuple[Step, ...] = ()
    others: str = ""


OPENED = Opened()
ENDED = Outcome("guidance", "De regels over geschenken zijn herschreven.", "")
THANKS = Acknowledgement("Dank je wel voor je melding. We hebben die ontvangen en gaan ermee aan de slag.")

CASES = (
    Invented(
        "fraude",
        EVERYONE,
        "In het magazijn worden uren geschreven die niemand heeft gewerkt. Het gaat om de nachtdiensten.",
        (
            (SECRETARIS, OPENED),
            (SECRETARIS, THANKS),
            (SECRETARIS, Question("Sinds wanneer gebeurt dit? Weet je om welke diensten het gaat?")),
            (SECRETARIS, Note("Eerst de roosters van het najaar bekijken, zonder te zeggen waarom.")),
            (REPORTER, Answer("Sinds september. Vooral in het weekend.")),
            (BOARD_1, OPENED),
        ),
        others="De leiding van het magazijn.",
    ),
    Invented(
        "ongewenst-gedrag",
        (SECRETARIS,),
        "Een collega maakt elke week opmerkingen over mijn uiterlijk. Ik wil dat het stopt.",
    ),
    Invented(
        "ongewenst-gedrag",
        (SECRETARIS,),
        "In de pauze worden grappen gemaakt over de afkomst van een stagiair. Hij durft er niets van te zeggen.",
        (
            (SECRETARIS, OPENED),
            (SECRETARIS, THANKS),
            (SECRETARIS, Question("Wil je erover praten, of schrijf je liever?")),
        ),
    ),
    Invented(
        "misstand",
        EVERYONE,
        "Het afval van de werkplaats gaat bij het gewone vuil, ook de oplosmiddelen.",
        (
            (SECRETARIS, OPENED),
            (SECRETARIS, THANKS),
            (SECRETARIS, Form("triage", {"kans": "hoog", "gevolg": "midden", "toelichting": "Eerder gezien."})),
            (SECRETARIS, Feedback("De werkplaats heeft nu aparte vaten. De afvoer wordt elke maand bekeken.")),
        ),
    ),
    Invented(
        "integriteit",
        (SECRETARIS,),
        "Een leverancier betaalt etentjes voor een inkoper. Daarna krijgt die leverancier de opdracht.",
        (
            (SECRETARIS, OPENED),
            (SECRETARIS, THANKS),
            (SECRETARIS, Feedback("We hebben met de inkoper gesproken. De opdracht gaat opnieuw uit.")),
            (
                SECRETARIS,
                Closed("De regels over geschenken waren onduidelijk en zijn nu duidelijk. Dank je wel."),
            ),
            (REPORTER, Rating("yes", "")),  # with a text it would wait for an answer, and open the case again
        ),
    ),
    Invented(
        "anders",
        (SECRETARIS,),
        "Ik weet niet of dit hier hoort. De nooduitgang op de tweede verdieping zit vaak op slot.",
    ),
    Invented(
        "benadeling",
        (BOARD_1, BOARD_2),
        "Sinds mijn melding van het voorjaar word ik niet meer ingeroosterd.",
        ((BOARD_1, OPENED), (BOARD_1, THANKS), (BOARD_1, Note("Wie maakt de roosters? Zelf nakijken."))),
    ),
    Invented(
        "fraude",
        EVERYONE,
        "Er worden bonnen ingeleverd van tankbeurten in de vakantie.",
        (
            (SECRETARIS, OPENED),
            (SECRETARIS, THANKS),
            (
                SECRETARIS,
                Request("Om de bonnen te laten controleren.", "de accountant", "De data van de bonnen."),
            ),
            (REPORTER, Identity("Ik ben wel te bereiken: vraag naar Voorbeeld, bij de balie.")),
        ),
    ),
    Invented(
        "ongewenst-gedrag",
        (SECRETARIS, BOARD_1),
        "Bij de avondploeg wordt iemand buitengesloten. Niemand helpt haar met tillen.",
        ((SECRETARIS, OPENED), (SECRETARIS, THANKS), (REPORTER, Answer("Gisteren was het weer zo."))),
    ),
    Invented(
        "misstand",
        (BOARD_1, BOARD_2),
        "De secretaris weet het al, maar er gebeurt niets met de ladders zonder keuring.",
    ),
)


def now() -> dt.datetime:
    """Return the time."""
    return dt.datetime.now(dt.UTC)


def make(folder: Path, url: str, passphrase: str) -> None:
    """Post every case to the server at `url`, and handle it with the keys below `folder`."""
    with ExitStack() as stack:
        sessions = {}
        for name in EVERYONE:
            secret = unlock(folder / name, passphrase)
            vault = stack.enter_context(open_vault(folder / name, secret))
            assert vault.setting(SERVER)
            sessions[name] = RecipientSession(secret, vault, Courier(url), now)
            sessions[name].sync()
        for invented in CASES:
            _make(invented, sessions, Courier(url))


def _make(invented: Invented, sessions: dict[str, RecipientSession], courier: Courier) -> None:
    receipt = Receipt.draw()
    history = sessions[SECRETARIS].trust().history
    own_day = history.newest.policy.day(now())
    draft = ReportDraft(invented.text, invented.topic, "nl", others=invented.others)
    chosen = [sessions[name].person for name in invented.readers]
    case_id = CaseId(post_report(courier, history, receipt, draft, chosen, own_day))
    for author, body in invented.steps:
        if author == REPORTER:
            say(courier, history, receipt, read_mailbox(courier, history, receipt), body, own_day)
            continue
        session = sessions[author]
        session.sync()
        case = session.load(case_id)
        assert case
        _act(session, case, body)
        session.send_now()


def _act(session: RecipientSession, case: Case, body: Body) -> None:
    if isinstance(body, Opened):
        actions.open_report(session, case)
    elif isinstance(body, Closed):
        actions.close(session, case, body.text, ENDED)
    else:
        actions.write(session, case, body)
