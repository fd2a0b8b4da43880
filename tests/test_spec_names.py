"""SPEC.md and the code have the same names, both ways: kinds, labels, steps."""

from __future__ import annotations

import dataclasses
import re

import yaml

from dropbox import responses
from keys.cases.notices import NoticeKind
from keys.errors import FormatError, TrustError
from keys.policy import Policy, key_paths
from keys.roster import ROLES, bundle, root_document, roster
from keys.sync import intake, log_reader
from keys.wire import signed
from keys.wire.messages import CHANNELS, KINDS
from keys.wire.messages import head as messages
from keys.wire.messages.table import table
from tests.spec_page import PAGE, REPOSITORY, SHAPES, quoted

LABELS_OF_ONE_MACHINE = {"meldbus/1 vault "}  # no other program has to read a vault

NUMBERED = ("7.6", "10.2", "12.1", "12.2", "12.7")

_REFERENCE = re.compile(
    r"SPEC (?P<part>\d+(?:\.\d+)?)(?:,? steps? (?P<steps>\d+(?:(?: to |, | and )\d+(?!\.?\d))*))?"
    r"(?P<more>(?:,? (?:and )?\d+\.\d+)*)"
)


def _code() -> str:
    """Return every source of the tool, the server and the page in one text."""
    folders = (REPOSITORY / "keys", REPOSITORY / "dropbox")
    found = [path for folder in folders for kind in ("*.py", "*.ts") for path in sorted(folder.rglob(kind))]
    return "\n".join(path.read_text(encoding="utf-8") for path in found if "node_modules" not in path.parts)


CODE = _code()


def _steps(text: str) -> set[int]:
    """Return the steps of "4", "4 to 6", "1, 2 and 3"."""
    found: set[int] = set()
    for part in re.split(r", | and ", text):
        first, _, last = part.partition(" to ")
        found |= set(range(int(first), int(last or first) + 1))
    return found


def _named() -> tuple[set[str], dict[str, set[int]]]:
    """Return the sections that code names, and the steps of each."""
    sections: set[str] = set()
    steps: dict[str, set[int]] = {}
    for reference in _REFERENCE.finditer(CODE):
        sections |= {reference["part"], *re.findall(r"\d+\.\d+", reference["more"])}
        if reference["steps"]:
            steps.setdefault(reference["part"], set()).update(_steps(reference["steps"]))
    return sections, steps


def test_every_section_that_code_names_exists() -> None:
    sections, _ = _named()
    assert sections
    assert sections <= PAGE.numbered()


def test_every_numbered_step_is_named_by_code() -> None:
    _, named = _named()
    for part in NUMBERED:
        assert named.get(part, set()) == {*PAGE.steps(part)}, part
    assert set(named) <= set(NUMBERED)


def test_the_steps_of_a_part_count_from_1_without_a_gap() -> None:
    for part in NUMBERED:
        steps = PAGE.steps(part)
        assert steps == [*range(1, len(steps) + 1)]


def test_every_section_and_step_that_the_page_refers_to_exists() -> None:
    text = re.sub(r"RFC \d+, section \d+|(?:GF|digest)\(\d+\)|WCAG 2\.2|of at least 4\.5", "", PAGE.text)
    parts = re.findall(r"(?<![\d.:/-])(1?\d\.\d{1,2})(?![\d.])", text)
    assert {*parts} <= PAGE.numbered()
    assert {*re.findall(r"\((\d+)\)", text)} <= PAGE.numbered()
    for part, steps in re.findall(r"(1?\d\.\d{1,2}) steps? (\d+(?:(?: to |, | and )\d+)*)", text):
        assert _steps(steps) <= set(PAGE.steps(part)), part


def test_the_table_of_kinds_is_what_the_code_prints() -> None:
    printed = PAGE.text.split("<!-- kinds: printed by keys/wire/messages/table.py -->\n")[1]
    assert printed.split("<!-- /kinds -->")[0] == table()


def test_a_head_has_the_members_of_its_table() -> None:
    rows = {name.strip("`"): value for name, value in PAGE.table(4, "member")}
    assert set(rows) == messages._MEMBERS | {"case"}
    assert tuple(re.findall(r'"([a-z]+)"', rows["channel"])) == CHANNELS


def test_a_policy_has_the_members_that_its_shapes_name() -> None:
    rows = re.findall(r"(?m)^\| `(\w+)` \| (.+) \|$", SHAPES)
    assert [name for name, _ in rows] == sorted(field.name for field in dataclasses.fields(Policy))
    below: dict[str, set[str]] = {}
    for path in key_paths():
        above, _, last = path.rpartition(".")
        below.setdefault(above, set()).add(last)
    for name, value in rows:
        stated = [{*names.split(", ")} for names in re.findall(r"`\{([\w, ]+)\}`", value)]
        read = [names for above, names in below.items() if re.match(rf"{name}\b", above) and names != {"id", "name"}]
        assert sorted(map(sorted, stated)) == sorted(map(sorted, read)), name


def test_documents_have_the_members_that_the_page_names() -> None:
    assert PAGE.members(7, "before, k") == set(root_document(1, None, [], 1, 1))
    assert {name for row in PAGE.table(7, "member") for name in quoted(row[0])} == roster._MEMBERS
    assert PAGE.members(7, "box, from, identity") == roster._RECIPIENT_MEMBERS
    assert PAGE.members(7, "box, identity") == {"box", "identity", "name", "person", "role"}
    assert {name for row in PAGE.table(7, "member", nth=1) for name in quoted(row[0])} == bundle._MEMBERS
    assert tuple(re.findall(r'"(\w+)"', PAGE.flat(7).split("role ")[1].split("; a name")[0])) == ROLES
    assert PAGE.members(4, "digest") == {"digest", "name", "size", "type"}


def test_every_label_of_the_page_is_in_the_code_and_the_reverse() -> None:
    stated = {label for number in range(1, 14) for label in re.findall(r'"(meldbus/1 [^"]*)"', PAGE.sections[number])}
    written = set(re.findall(r'"(meldbus/1 [^"]*)"', CODE))
    assert stated <= written
    assert written - stated == LABELS_OF_ONE_MACHINE


def test_no_label_of_a_signature_is_the_beginning_of_another() -> None:
    documents = [signed.LABEL_ROOT, signed.LABEL_ROSTER, signed.LABEL_BUNDLE, b"meldbus/1 entered"]
    # A message's label ends with the length of its kind.
    labels = [*documents, *(b"meldbus/1 " + kind.encode() + bytes([len(kind)]) for kind in KINDS)]
    assert len(set(labels)) == len(labels)
    for one in labels:
        assert [other for other in labels if other.startswith(one)] == [one]


def test_the_errors_are_those_of_the_page() -> None:
    stated = {name.replace(" ", "-") for name in quoted(PAGE.sections[14].split("An *alarm*")[0])}
    declared = {error.code for base in (FormatError, TrustError) for error in base.__subclasses__()}
    assert stated == declared
    spelt = re.findall(
        r"`(no slot|tampered|malformed|unsupported|forbidden|fork|expired|rolled back|below threshold)`", PAGE.text
    )
    assert {name.replace(" ", "-") for name in spelt} <= stated


def _routes() -> set[tuple[str, str]]:
    """Return method and path of every route that the page names, parameters without their names."""
    found = set()
    for named in quoted(" ".join(PAGE.flat(number) for number in (7, 10, 11, 13))):
        for method, path in re.findall(r"(GET|POST) (/[^\s?]+)", named):
            found.add((method.lower(), re.sub(r"<\w+>", "{}", path)))
    return found


def test_openapi_yaml_has_every_route_of_the_page() -> None:
    described = yaml.safe_load((REPOSITORY / "openapi.yaml").read_text(encoding="utf-8"))
    paths = {re.sub(r"\{\w+\}", "{}", path): methods for path, methods in described["paths"].items()}
    assert _routes() - {(method, path) for path, methods in paths.items() for method in methods} == set()


def test_the_refusals_of_the_server_are_those_of_the_page() -> None:
    refusals = PAGE.flat(13).split("Refusals are JSON")[1].split("### 13.2")[0]
    stated: set[tuple[str, str]] = set()
    for part in refusals.split(";"):
        if status := re.search(r"\b(\d{3}) `", part):
            stated |= {(status[1], code) for code in re.findall(r"`([a-z-]+)`", part) if code != "work"}
    own = {(str(status), code) for status, code in [*responses._STATUS.values(), *responses._HTTP.items()]}
    assert stated - own == {("400", "unsupported")}
    assert own - stated == {("405", "method")}


def test_the_alarms_and_lines_of_a_case_and_of_the_log_are_named_where_the_page_has_their_rule() -> None:
    text = " ".join(PAGE.flat(number) for number in (10, 12, 14))
    for name in (*(kind.value for kind in NoticeKind), log_reader.ENTRY_DAY, intake.FOREIGN):
        assert f"`{name}`" in text or f"*{name}*" in text.lower(), name
