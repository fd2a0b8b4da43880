"""SPEC.md and the code have the same names, both ways: labels, members, kinds, errors, routes, sections."""

from __future__ import annotations

import dataclasses
import re

import yaml

from dropbox import responses
from keys.errors import FormatError, TrustError
from keys.policy import MAX_NAME, Policy
from keys.policy import members as policy_members
from keys.roster import ROLES, bundle, root_document, roster
from keys.wire import head, kinds, plaintext, signed, sizes
from tests.spec_page import FINAL, REPOSITORY, SECTIONS, SPEC, flat, members, quoted, table

LANGUAGES = ("*.py", "*.ts")


def _code() -> str:
    """Return every source of the tool and the page in one text."""
    folders = (REPOSITORY / "keys", REPOSITORY / "dropbox")
    files = [path for folder in folders for kind in LANGUAGES for path in sorted(folder.rglob(kind))]
    return "\n".join(path.read_text(encoding="utf-8") for path in files if "node_modules" not in path.parts)


def test_every_label_of_the_page_is_in_the_code_and_the_reverse() -> None:
    stated = {label for number in range(1, 12) for label in re.findall(r'"(meldbus/1 [^"]*)"', SECTIONS[number])}
    written = set(re.findall(r'"(meldbus/1 [^"]*)"', _code()))
    assert stated <= written
    assert len(stated) == 18
    of_the_final_page = set(re.findall(r'"(meldbus/1 [^"]*)"', "".join(FINAL.sections.values())))
    assert written - stated <= of_the_final_page


def test_no_label_of_a_signature_is_the_beginning_of_another() -> None:
    documents = [signed.LABEL_ROOT, signed.LABEL_ROSTER, signed.LABEL_BUNDLE]
    messages = [plaintext.LABEL_MESSAGE + kind.encode() for kind in kinds.KINDS]
    labels = documents + messages
    assert len(set(labels)) == len(labels)
    for one in documents:
        assert [other for other in labels if other.startswith(one)] == [one]


def test_a_head_has_the_members_of_its_table() -> None:
    assert {name.strip("`") for name, _ in table(4, "member")} == head._MEMBERS | {"case"}
    channels = next(value for name, value in table(4, "member") if name == "`channel`")
    assert tuple(re.findall(r'"([a-z]+)"', channels)) == kinds.CHANNELS


def test_the_kinds_are_those_of_the_table_with_their_authors_channels_and_bodies() -> None:
    rows = {row[0].strip("`"): row for row in table(5, "kind")}
    assert set(rows) == set(kinds.KINDS)
    for name, (_, author, channel, body) in rows.items():
        known = kinds.KINDS[name]
        assert channel == known.CHANNEL
        people = re.findall("reporter|recipient|anyone", author.split(":")[0])
        assert tuple(people) == known.AUTHORS
        listed = re.search(r"`\{([^}]*)\}`", body)
        assert listed
        assert {member.strip() for member in listed.group(1).split(",") if member.strip()} == _body_members(name)
    assert tuple(re.findall(r'"([a-z-]+)"', rows["entered"][3])) == kinds.Entered.WAYS
    for choice in (kinds.Consent, kinds.Agreed, kinds.Rating):
        assert tuple(re.findall(r'"([a-z]+)"', rows[choice.KIND][3])) == choice.ANSWERS


def _body_members(kind: str) -> set[str]:
    bodies: dict[str, kinds.Body] = {
        "report": kinds.Report("a", bytes(sizes.BOX_KEY_SIZE), bytes(sizes.KEM_KEY_SIZE), "anders", "nl"),
        "opened": kinds.Opened(),
        "consent": kinds.Consent("yes", bytes(sizes.ID_SIZE)),
        "request": kinds.Request("a", "b", "c"),
        "admit": kinds.Admit((bytes(sizes.KEY_SIZE),)),
        "agreed": kinds.Agreed("yes", bytes(sizes.ID_SIZE)),
        "rating": kinds.Rating("yes"),
        "withdrawn": kinds.Withdrawn(),
        "left": kinds.Left(),
        "share": kinds.Share(((bytes(sizes.ID_SIZE), bytes(sizes.KEY_SIZE)),)),
        "dossier": kinds.Begun(),
        "form": kinds.Filled("triage", {"a": "b"}),
        "assigned": kinds.Assigned(()),
        "informed": kinds.Informed((bytes(sizes.KEY_SIZE),), 1, "a", "b", "c"),
        "category": kinds.Categorised("anders", ""),
        "conflict": kinds.Conflict(),
        "handed-over": kinds.HandedOver((bytes(sizes.KEY_SIZE),)),
        "revealed": kinds.Revealed(bytes(sizes.ID_SIZE), "a"),
        "entered": kinds.Entered("phone"),
        "outcome": kinds.Outcome("none", "", ""),
        "retention": kinds.Retention(1),
        "reopened": kinds.Reopened("a"),
        "purge": kinds.Purge("a"),
        "approval": kinds.Approval(bytes(sizes.ID_SIZE)),
        "correction": kinds.Correction("way", "a", "b"),
        "exported": kinds.Exported("case", identity=False, text="a"),
        "tombstone": kinds.Tombstone(1, 1, "anders", "", "", ()),
    }
    body = bodies.get(kind, kinds.Answer("a"))
    assert not isinstance(body, kinds.Unknown)
    return set(body.members())


def test_documents_have_the_members_that_the_page_names() -> None:
    assert members(7, "before, k") == set(root_document(1, None, [], 1, 1))
    assert members(7, "before, from, log") == roster._MEMBERS
    assert members(7, "box, from, identity") == roster._RECIPIENT_MEMBERS
    assert members(7, "away") == bundle._MEMBERS
    assert members(7, "argon2id") == {"argon2id", "box", "format", "kind", "public"}
    assert tuple(re.findall(r'"(\w+)"', flat(7).split("role ")[1].split(", a name")[0])) == ROLES
    assert MAX_NAME == roster.MAX_NAME
    assert members(4, "digest") == {"digest", "name", "size", "type"}


def test_a_policy_has_the_members_that_the_page_names() -> None:
    rows = {name.strip("`"): value for name, value in table(7, "member")}
    assert set(rows) == {field.name for field in dataclasses.fields(Policy)}
    tables = {
        "away": (policy_members.Absence,),
        "elsewhere": (policy_members.Elsewhere,),
        "forms": (policy_members.Form, policy_members.Field),
        "replies": (policy_members.Reply,),
        "inside": (policy_members.InsideRoute,),
        "look": (policy_members.Look,),
        "outside": (policy_members.OutsideRoute,),
        "questions": (policy_members.Question,),
        "retention": (policy_members.Retention,),
        "roles": (policy_members.RoleNames,),
        "routing": (policy_members.Routing,),
        "terms": (policy_members.Terms,),
        "texts": (policy_members.PageTexts,),
        "topics": (policy_members.Topic,),
    }
    for name, value in rows.items():
        stated = [set(inner.split(", ")) for inner in re.findall(r"`\{([\w, ]+)\}`", value)]
        made = [{field.name for field in dataclasses.fields(cls)} for cls in tables.get(name, ())]
        assert stated == made, name


def test_the_errors_are_those_of_the_page() -> None:
    stated = {name.replace(" ", "-") for name in quoted(SECTIONS[11])}
    declared = {error.code for base in (FormatError, TrustError) for error in base.__subclasses__()}
    assert stated == declared
    spelt = set(
        re.findall(
            r"`(no slot|tampered|malformed|unsupported|forbidden|fork|expired|rolled back|below threshold)`", SPEC
        )
    )
    assert {name.replace(" ", "-") for name in spelt} <= stated


def test_the_refusals_of_the_server_are_those_of_the_page() -> None:
    refusals = flat(10).split("Refusals are JSON")[1]
    stated = set(re.findall(r"(\d{3}) `([a-z-]+)`", refusals))
    own = {(str(status), code) for status, code in [*responses._STATUS.values(), *responses._HTTP.items()]}
    assert stated == own - {("405", "method")}
    assert f"Stored is {responses.CREATED}" in refusals


def test_every_section_that_code_names_exists() -> None:
    sections = {*map(str, SECTIONS), *re.findall(r"^### (\d+\.\d+)", SPEC, re.MULTILINE)}
    named = set(re.findall(r"SPEC\.md (?:section )?(\d+(?:\.\d+)?)", _code()))
    assert named
    assert named <= sections


def test_every_section_that_the_page_refers_to_exists() -> None:
    sections = {*map(str, SECTIONS), *re.findall(r"^### (\d+\.\d+)", SPEC, re.MULTILINE)}
    text = re.sub(r"RFC \d+, section \d+", "", SPEC.split("## 12.")[0])
    named = re.findall(r"\((\d+(?:\.\d)?)\)|sections? (\d+(?:\.\d)?)", re.sub(r"(?:GF|digest)\(\d+\)", "", text))
    assert {one or other for one, other in named} <= sections


def test_the_contents_are_the_titles() -> None:
    contents = SPEC.split("Contents: ")[1].split("\n\n")[0].replace("\n", " ")
    titles = re.findall(r"^## (\d+)\. (.+)$", SPEC, re.MULTILINE)
    assert " ".join(contents.split()) == " · ".join(f"{number} {title}" for number, title in titles)


def _routes() -> set[tuple[str, str]]:
    """Return method and path of every route in section 10, parameters without their names."""
    found = set()
    for named in quoted(SECTIONS[10]):
        if match := re.fullmatch(r"(GET|POST) (/\S+)", named):
            found.add((match.group(1).lower(), re.sub(r"<\w+>", "{}", match.group(2))))
    return found


def test_openapi_yaml_has_every_route_and_every_refusal_of_the_page() -> None:
    described = yaml.safe_load((REPOSITORY / "openapi.yaml").read_text(encoding="utf-8"))
    paths = {re.sub(r"\{\w+\}", "{}", path): methods for path, methods in described["paths"].items()}
    operations = {(method, path): found for path, methods in paths.items() for method, found in methods.items()}
    assert _routes() <= set(operations)
    statuses = {str(status) for route in _routes() for status in operations[route]["responses"]}
    stated = set(re.findall(r"\d{3}", flat(10).split("Refusals are JSON")[1]))
    assert stated <= statuses
