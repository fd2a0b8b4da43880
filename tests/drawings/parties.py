"""Who takes part, and who holds which key: drawn from the description below."""

from __future__ import annotations

from dataclasses import dataclass

from tests.drawings.svg import Drawing

WIDTH, HEIGHT = 960, 354
BOX_WIDTH, COLUMNS = 252, (20, 354, 688)
UPPER, LOWER = 20, 178
PADDING, KEY_WIDTH = 16, 30


@dataclass(frozen=True)
class Party:
    """Somebody, where they are drawn, and what they hold: keys with what each does, and what is no key."""

    name: str
    column: int
    top: int
    height: int
    uses: str
    keys: tuple[tuple[str, str], ...]
    besides: tuple[str, ...]


BOARD = Party(
    "Board",
    1,
    UPPER,
    108,
    "of the organisation",
    (("root keys, kept offline", "several together sign the roster"),),
    (),
)
REPORTER = Party(
    "Reporter",
    0,
    LOWER,
    156,
    "in a browser; no account, no name",
    (("a receipt code, on paper", "opens answers, signs messages"),),
    ("The browser keeps nothing.",),
)
SERVER = Party(
    "Server",
    1,
    LOWER,
    156,
    "holds no key that opens or signs",
    (),
    (
        "Keeps sealed envelopes, their",
        "days and sizes, the roster and",
        "public keys: no text, no name,",
        "no address of a visitor.",
    ),
)
RECIPIENTS = Party(
    "Recipients",
    2,
    LOWER,
    156,
    "the secretary, members of the board",
    (
        ("an identity key each", "signs what they write"),
        ("weekly keys each", "open reports; later destroyed"),
    ),
    (),
)
PARTIES = (BOARD, REPORTER, SERVER, RECIPIENTS)


def draw() -> str:
    """Return the drawing."""
    drawing = Drawing(WIDTH, HEIGHT, "Reporter, server, recipients and board, and who holds which key", _aloud())
    for party in PARTIES:
        _draw(party, drawing)
    _between(drawing, REPORTER, SERVER, (("sealed", "report"), ("sealed", "answers")))
    _between(drawing, SERVER, RECIPIENTS, (("the whole", "sealed log"), ("sealed", "answers")))
    foot, middle = BOARD.top + BOARD.height, COLUMNS[BOARD.column] + BOX_WIDTH / 2
    drawing.arrow(f"M{middle:g} {foot}V{LOWER - 2}")
    drawing.text(middle + 12, foot + 30, "the roster: who may read", "soft")
    x, y = COLUMNS[REPORTER.column] + BOX_WIDTH / 2, BOARD.top + BOARD.height / 2
    drawing.arrow(f"M{COLUMNS[BOARD.column]} {y:g}H{x + 10:g}Q{x:g} {y:g} {x:g} {y + 10:g}V{LOWER - 2}")
    drawing.text(x + 12, y - 10, "a fingerprint, on a poster:", "soft")
    drawing.text(x + 12, y + 20, "the page takes no other roster", "soft")
    return drawing.render()


def _draw(party: Party, drawing: Drawing) -> None:
    x, y = COLUMNS[party.column], party.top
    drawing.box(x, y, BOX_WIDTH, party.height)
    drawing.text(x + PADDING, y + 28, party.name, "title")
    drawing.text(x + PADDING, y + 47, party.uses, "soft")
    y += 76
    for name, does in party.keys:
        drawing.key(x + PADDING, y)
        drawing.text(x + PADDING + KEY_WIDTH, y, name)
        drawing.text(x + PADDING + KEY_WIDTH, y + 18, does, "soft")
        y += 46
    drawing.lines(x + PADDING, y, party.besides)


def _between(drawing: Drawing, left: Party, right: Party, words: tuple[tuple[str, str], tuple[str, str]]) -> None:
    """Draw an arrow from left to right and one back below it, each with its words above it."""
    start, end = COLUMNS[left.column] + BOX_WIDTH + 3, COLUMNS[right.column] - 3
    for y, lines, path in zip(
        (LOWER + 60, LOWER + 132), words, (f"M{start} {{0}}H{end}", f"M{end} {{0}}H{start}"), strict=True
    ):
        drawing.lines((start + end) / 2, y - 29, lines, "soft middle")
        drawing.arrow(path.format(y))


def _aloud() -> str:
    """Return what is read aloud in place of the picture."""
    held = {
        party.name: "; ".join([*(f"{name}: {does}" for name, does in party.keys), " ".join(party.besides)]).strip("; ")
        for party in PARTIES
    }
    return " ".join(f"{party.name}, {party.uses}: {held[party.name].rstrip('.')}." for party in PARTIES)
