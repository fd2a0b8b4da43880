"""Ten cases for the demo, invented, made through the public door and handled by its recipients."""

from __future__ import annotations

import datetime as dt
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases import Telling, case_number, compose_report
from keys.ceremony import SERVER, open_vault, unlock
from keys.courier import Courier
from keys.receipt import Receipt
from keys.sync import Desk, load_trust, post_entry, read_thread, say, sealing_basis
from keys.wire import kinds

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keys.cases import Case

SECRETARIS, BOARD_1, BOARD_2 = "secretaris", "bestuurslid-1", "bestuurslid-2"
REPORTER = ""
EVERYONE = (SECRETARIS, BOARD_1, BOARD_2)

Step = tuple[str, kinds.Body]


@dataclass(frozen=True, slots=True)
class Invented:
    """A report to some recipients, and what was said about it since."""

    topic: str
    readers: tuple[str, ...]
    text: str
    steps: tuple[Step, ...] = ()
    others: str = ""


OPENED = kinds.Opened()
ENDED = kinds.Outcome("guidance", "De regels over geschenken zijn herschreven.", "")
THANKS = kinds.Acknowledgement("Dank je wel voor je melding. We hebben hem ontvangen en gaan ermee aan de slag.")

CASES = (
    Invented(
        "fraude",
        EVERYONE,
        "In het magazijn worden uren geschreven die niemand heeft gewerkt. Het gaat om de nachtdiensten.",
        (
            (SECRETARIS, OPENED),
            (SECRETARIS, THANKS),
            (SECRETARIS, kinds.Question("Sinds wanneer gebeurt dit? Weet je om welke diensten het gaat?")),
            (SECRETARIS, kinds.Note("Eerst de roosters van het najaar bekijken, zonder te zeggen waarom.")),
            (REPORTER, kinds.Answer("Sinds september. Vooral in het weekend.")),
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
            (SECRETARIS, kinds.Question("Wil je erover praten, of schrijf je liever?")),
        ),
    ),
    Invented(
        "misstand",
        EVERYONE,
        "Het afval van de werkplaats gaat bij het gewone vuil, ook de oplosmiddelen.",
        (
            (SECRETARIS, OPENED),
            (SECRETARIS, THANKS),
            (SECRETARIS, kinds.Filled("triage", {"kans": "hoog", "gevolg": "midden", "toelichting": "Eerder gezien."})),
            (SECRETARIS, kinds.Feedback("De werkplaats heeft nu aparte vaten. De afvoer wordt elke maand bekeken.")),
        ),
    ),
    Invented(
        "integriteit",
        (SECRETARIS,),
        "Een leverancier betaalt etentjes voor een inkoper. Daarna krijgt die leverancier de opdracht.",
        (
            (SECRETARIS, OPENED),
            (SECRETARIS, THANKS),
            (SECRETARIS, kinds.Feedback("We hebben met de inkoper gesproken. De opdracht gaat opnieuw uit.")),
            (
                SECRETARIS,
                kinds.Closed("De regels over geschenken waren onduidelijk en zijn nu duidelijk. Dank je wel."),
            ),
            (REPORTER, kinds.Rating("yes", "Snel en zorgvuldig.")),
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
        ((BOARD_1, OPENED), (BOARD_1, THANKS), (BOARD_1, kinds.Note("Wie maakt de roosters? Zelf nakijken."))),
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
                kinds.Request("Om de bonnen te laten controleren.", "de accountant", "De data van de bonnen."),
            ),
            (REPORTER, kinds.Identity("Ik ben wel te bereiken: vraag naar Voorbeeld, bij de balie.")),
        ),
    ),
    Invented(
        "ongewenst-gedrag",
        (SECRETARIS, BOARD_1),
        "Bij de avondploeg wordt iemand buitengesloten. Niemand helpt haar met tillen.",
        ((SECRETARIS, OPENED), (SECRETARIS, THANKS), (REPORTER, kinds.Answer("Gisteren was het weer zo."))),
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
    """Send every case to the server at `url`, and handle it with the keys below `folder`."""
    with ExitStack() as stack:
        desks = {}
        for name in EVERYONE:
            secret = unlock(folder / name, passphrase)
            vault = stack.enter_context(open_vault(folder / name, secret))
            assert vault.setting(SERVER)
            desks[name] = Desk(secret, vault, Courier(url), now)
            desks[name].sync()
        for invented in CASES:
            _make(invented, desks, Courier(url))


def _make(invented: Invented, desks: dict[str, Desk], courier: Courier) -> None:
    receipt = Receipt.draw()
    history = load_trust(desks[SECRETARIS].vault).history
    own_day = history.newest.policy.day(now())
    served, addressees = sealing_basis(courier, history, own_day)
    telling = Telling(invented.text, invented.topic, "nl", others=invented.others)
    chosen = [desks[name].signer.public for name in invented.readers]
    sealed = compose_report(receipt, telling, addressees, chosen, served.day)
    post_entry(courier, sealed, served.work, receipt.capability())
    number = case_number(sealed.id)
    for author, body in invented.steps:
        if author == REPORTER:
            case, _alarms = read_thread(courier, history, receipt)
            assert case
            say(courier, history, receipt, case, body, own_day)
            continue
        desk = desks[author]
        desk.sync()
        case, _alarms = desk.case(number)
        if isinstance(body, kinds.Closed):
            desk.close(case, body.text, ENDED)
            continue
        act: Callable[[Case, kinds.Body], object] = desk.note if _is_noted(body) else desk.say
        act(case, body)


def _is_noted(body: kinds.Body) -> bool:
    return not isinstance(body, kinds.Unknown) and body.CHANNEL == kinds.DOSSIER
