"""The vectors: each gives in Python the result in its header, and the files are those that the generator lists."""

from __future__ import annotations

import re

import pytest

from keys.errors import FormatError, MeldbusError, TrustError
from tests.vectors import reading
from tests.vectors.generator import SCENARIOS, edwards
from tests.vectors.vector import FOLDER, Vector, committed

VECTORS = committed()
README = (FOLDER / "README.md").read_text(encoding="utf-8")
RIGHT = ("opens", "accepted")
ALARMS = {"left-out-named", "missing", "forbidden"}


def _outcome(vector: Vector) -> str:
    try:
        return str(getattr(reading, vector.subject)(vector))
    except MeldbusError as error:
        return error.code


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_a_vector_gives_what_it_expects(vector: Vector) -> None:
    assert _outcome(vector) == vector.expect


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_vector_made_anew_gives_what_it_expects(scenario: object) -> None:
    vector = scenario.vector()  # type: ignore[attr-defined]
    assert _outcome(vector) == vector.expect


def test_the_committed_files_are_those_that_the_generator_lists() -> None:
    listed = [(scenario.name, scenario.expect, scenario.comment) for scenario in SCENARIOS]
    assert sorted(listed) == sorted((vector.name, vector.expect, vector.comment) for vector in VECTORS)
    assert len(set(listed)) == len(listed)


def test_most_vectors_are_failures() -> None:
    failures = [vector for vector in VECTORS if vector.expect not in RIGHT]
    assert len(VECTORS) >= 80
    assert len(failures) > len(VECTORS) // 2


def test_a_vector_expects_only_what_the_specification_declares() -> None:
    declared = {error.code for base in (FormatError, TrustError) for error in base.__subclasses__()}
    for vector in VECTORS:
        expected = vector.expect.split() if vector.subject == "case" else [vector.expect]
        assert set(expected) <= declared | ALARMS | {*RIGHT}, vector.name


def test_the_readme_describes_every_subject_and_every_line_of_a_header() -> None:
    described = set(re.findall(r"`([a-z0-9-]+)`", README))
    assert {vector.subject for vector in VECTORS} <= described
    for vector in VECTORS:
        assert set(vector.fields) <= described, vector.name


def test_a_title_is_lower_case_but_for_names_and_has_no_spaces() -> None:
    for vector in VECTORS:
        assert re.fullmatch(r"[A-Za-z0-9_.-]+", vector.title), vector.name


def test_a_header_is_read_as_it_was_written() -> None:
    vector = VECTORS[0]
    assert Vector.read(FOLDER / f"{vector.name}.vec") == vector


@pytest.mark.parametrize("raw", [b"expect: opens\n", b"expect: opens\nexpect: opens\n\n", b"expect opens\n\n"])
def test_a_header_that_is_none_is_refused(raw: bytes, tmp_path: object) -> None:
    path = tmp_path / "x.vec"  # type: ignore[operator]
    path.write_bytes(raw)
    with pytest.raises(ValueError, match="header"):
        Vector.read(path)


# Signatures that a lenient verifier would accept, so that only the rule of SPEC 7.5 refuses them.
SIGNED_BY_NOBODY = [
    vector
    for vector in VECTORS
    if vector.subject == "signature"
    and vector.expect == "tampered"
    and not vector.title.startswith(("message", "sign-of"))
    and not vector.title.endswith(("changed", "-curve", "beyond-the-field"))
    and vector.title != "zeros"
]


@pytest.mark.parametrize("vector", SIGNED_BY_NOBODY, ids=lambda vector: vector.title)
def test_a_signature_that_only_section_7_5_refuses_holds_for_a_tolerant_verifier(vector: Vector) -> None:
    assert edwards.satisfied(vector.raw[:32], vector.raw[32:96], vector.raw[96:])
