"""The layers of the recipients' tool, drawn from what its files import; nothing of it is written by hand."""

from __future__ import annotations

from tests.drawings.svg import Drawing
from tests.source_tree import LINE_TITLES, LINES, REPOSITORY, inner, needs_of_units, of

WIDTH, LEFT, MARGIN = 960, 20, 12
SLOT, BOX_WIDTH, BOX_HEIGHT = 154, 104, 50
TOP, BAND_HEIGHT, BAND_STEP = 68, 122, 146
BOX_TOP = 52  # from the top of a band
CAPTION = (
    "An arrow points to what is imported. What a unit imports by way of others as well has no arrow of its own.",
    "Below a name: the server imports this unit too; the page has its twin in TypeScript.",
)

Places = dict[str, tuple[float, float]]  # of each unit, the middle of its upper edge


def draw() -> str:
    """Return the drawing."""
    needs = {unit: others for unit, others in needs_of_units().items() if unit != "__init__"}
    arrows = direct(needs)
    rows = [ordered(line, arrows) for line in LINES]
    places: Places = {}
    for number, row in enumerate(rows):
        y = TOP + (len(rows) - 1 - number) * BAND_STEP + BOX_TOP
        start = (WIDTH - SLOT * len(row)) / 2 + SLOT / 2
        places |= {unit: (start + SLOT * at, y) for at, unit in enumerate(row)}
    drawing = Drawing(
        WIDTH,
        TOP + BAND_STEP * len(rows),
        "The layers of keys/",
        " ".join(f"{unit} imports {', '.join(sorted(others)) or 'nothing'}." for unit, others in sorted(needs.items())),
    )
    drawing.text(LEFT + MARGIN, 30, "keys/", "title")
    drawing.lines(LEFT + MARGIN + 56, 30, CAPTION, "soft")
    for number in range(len(rows)):
        drawing.band(LEFT, TOP + number * BAND_STEP, WIDTH - 2 * LEFT, BAND_HEIGHT)
    for unit in sorted(arrows):
        for other in sorted(arrows[unit]):
            drawing.arrow(way(unit, other, places))
    for unit, (x, y) in places.items():
        drawing.box(x - BOX_WIDTH / 2, y, BOX_WIDTH, BOX_HEIGHT)
        besides = also_in(unit)
        drawing.text(x, y + (21 if besides else 30), unit, "title middle")
        if besides:
            drawing.text(x, y + 40, " · ".join(besides), "soft middle")
    for number, title in enumerate(LINE_TITLES):
        y = TOP + (len(rows) - 1 - number) * BAND_STEP + 24
        drawing.text(LEFT + MARGIN, y, f"{number + 1}", "title over")
        drawing.text(LEFT + MARGIN + 18, y, title, "soft over")
    return drawing.render()


def direct(needs: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return of each unit what it imports and no other import of it reaches; raise where units need each other."""
    reached: dict[str, set[str]] = {}

    def reach(unit: str, above: tuple[str, ...]) -> set[str]:
        if unit in above:
            raise ValueError(f"these need each other: {above}")
        if unit not in reached:
            reached[unit] = needs[unit].union(*(reach(other, (*above, unit)) for other in needs[unit]))
        return reached[unit]

    for unit in needs:
        reach(unit, ())
    return {
        unit: {other for other in others if not any(other in reached[one] for one in others - {other})}
        for unit, others in needs.items()
    }


def ordered(line: set[str], arrows: dict[str, set[str]]) -> list[str]:
    """Return the units of a line, each to the right of those of the line that it imports."""
    done: list[str] = []
    while len(done) < len(line):
        # Of those that can come next, one that needs the latest stands beside it, and its arrow is short.
        ready = [unit for unit in line if unit not in done and not (arrows[unit] & line) - set(done)]
        done.append(min(ready, key=lambda unit: (bool(arrows[unit] & line), unit)))
    return done


def way(unit: str, other: str, places: Places) -> str:
    """Return the path of an arrow: straight to a neighbour, over others of the line, down to a lower line."""
    (x, y), (to_x, to_y) = places[unit], places[other]
    if y == to_y and abs(x - to_x) <= SLOT:
        return f"M{x - BOX_WIDTH / 2:g} {y + BOX_HEIGHT / 2:g}H{to_x + BOX_WIDTH / 2 + 1:g}"
    if y == to_y:
        over = y - 10 - 7 * abs(x - to_x) / SLOT
        return f"M{x - 8:g} {y:g}C{x - 30:g} {over:g} {to_x + 30:g} {over:g} {to_x + 8:g} {y - 1:g}"
    below = y + BOX_HEIGHT
    start, end = f"M{x:g} {below:g}", f"{to_x:g} {to_y - 1:g}"
    if to_y - y <= BAND_STEP:
        return f"{start}C{x:g} {below + 56:g} {to_x:g} {to_y - 56:g} {end}"
    # Past the lines between: through the gap beside their boxes that is nearest.
    passed = [at for at, (_, top) in places.items() if y < top < to_y]
    gaps = [places[at][0] + side * SLOT / 2 for at in passed for side in (-1, 1)]
    gap = min(gaps, key=lambda at: (abs(at - (x + to_x) / 2), at))
    first, last = min(places[at][1] for at in passed), max(places[at][1] for at in passed) + BOX_HEIGHT
    return (
        f"{start}C{x:g} {below + 40:g} {gap:g} {first - 50:g} {gap:g} {first:g}V{last:g}"
        f"C{gap:g} {last + 50:g} {to_x:g} {to_y - 40:g} {end}"
    )


def also_in(unit: str) -> list[str]:
    """Return who else has this unit: the server imports it, the page has its twin."""
    served = {name for path in of("dropbox") for name in inner(path, "keys")}
    client = REPOSITORY / "dropbox" / "client"
    twins = {path.stem for path in client.glob("*.ts")} | {path.name for path in client.iterdir() if path.is_dir()}
    return ["server"] * (unit in served) + ["page"] * (unit in twins)
