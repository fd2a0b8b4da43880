"""A policy.toml as its writer sees it: every error at once, and a logo that contains only pixels."""

from __future__ import annotations

import io
import random
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PIL import Image, PngImagePlugin

from keys.ceremony import read_policy, redrawn
from keys.errors import MalformedError, PolicyError
from keys.policy import MAX_LOGO_SIDE, MAX_LOGO_SIZE, Absence, Policy
from keys.wire.canonical import b64
from tests.keys.office import PEOPLE, Office
from tests.policies import SHIPPED, SMALL, SMALL_TOML

if TYPE_CHECKING:
    from pathlib import Path

    from tests.keys.cli import CommandLine

SECRET = "getekend door een ontwerper"


def logo(path: Path, size: tuple[int, int] = (64, 32), picture: Image.Image | None = None) -> Path:
    """Write a PNG that names its author."""
    said = PngImagePlugin.PngInfo()
    said.add_text("Author", SECRET)
    said.add_itxt("Comment", SECRET, zip=True)
    (picture or Image.new("RGB", size, "teal")).save(path, pnginfo=said, exif=b"Exif\0\0" + SECRET.encode())
    return path


def noise(side: int) -> Image.Image:
    return Image.frombytes("RGB", (side, side), random.Random(1).randbytes(side * side * 3))


def written(folder: Path, text: str) -> Path:
    path = folder / "policy.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_shipped_policy_is_right_and_shown(line: CommandLine) -> None:
    shown = line.done("policy", "check", SHIPPED).stdout
    assert "Voorbeeldstichting" in shown
    assert "fraude: secretaris, bestuur" in shown


def test_every_mistake_is_said_at_once_with_its_key_and_what_to_do(line: CommandLine, tmp_path: Path) -> None:
    wrong = SMALL_TOML
    for right, other in (
        ("answer_days = 3", "anwser_days = 3"),
        ('colour = "#0b5d63"', 'colour = "#eeeeee"'),
        ("file_bytes = 2147483648", "file_bytes = -1"),
        ('topics = ["anders"]', 'topics = ["ander"]'),
        ('"bestuur"]\nall = ["external"]', '"bestur"]\nall = ["external"]'),
    ):
        assert right in wrong
        wrong = wrong.replace(right, other)
    result = line.run("policy", "check", written(tmp_path, wrong))
    assert result.exit_code == 1
    assert "Traceback" not in result.stderr
    for sentence in (
        "terms.answer_days: missing, add it",
        "terms.anwser_days: unknown, take it out (did you mean answer_days?)",
        "look.colour: white text on it has 1.16:1 and needs 4.5:1, choose a darker one",
        "file_bytes: has to be a whole number from 0 to 2147483648",
        "routing.bestuur[1]: has to be one of secretaris, bestuur, external (did you mean bestuur?)",
    ):
        assert f"policy.toml: {sentence}" in result.stderr
    # Consistency between keys is checked once each key is valid by itself.
    result = line.run(
        "policy", "check", written(tmp_path, SMALL_TOML.replace('topics = ["anders"]', 'topics = ["ander"]'))
    )
    assert "questions[0].topics: names a topic that is not there, use anders" in result.stderr


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('may_add = ["bestuur"]', 'may_add = ["secretaris"]', "topics[0].may_add: names a role that gets the report"),
        ('kind = "choice"', 'kind = "text"', "questions[0].choices: a choice needs some, everything else has none"),
        ("[3, 5]", "[3, 7]", "terms.acknowledgement_alerts: have to come before"),
        ("\nmonths = 12", "\nmonths = 36", "retention: has to grow"),
        ("[2026-12-25]", "[2026-12-26, 2026-12-25]", "holidays: have to stand in order"),
        ("[2026-12-25]", "[2026-12-25, 2026-12-25]", "holidays: have to stand in order"),
    ],
)
def test_what_does_not_fit_together_is_said(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    assert right in SMALL_TOML
    with pytest.raises(PolicyError) as caught:
        read_policy(written(tmp_path, SMALL_TOML.replace(right, wrong)))
    assert any(mistake.startswith(said) for mistake in caught.value.args)


@pytest.mark.parametrize("name", ["policy.toml"])
def test_a_mistake_of_writing_is_said_with_its_line(line: CommandLine, tmp_path: Path, name: str) -> None:
    result = line.run("policy", "check", written(tmp_path, 'version = 1\norganisation = "Voorbeeld\n'))
    assert result.exit_code == 1
    assert f"{name}: " in result.stderr
    assert "line 2" in result.stderr


def test_a_file_that_is_no_text_is_said(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_bytes(b'organisation = "\xff"')
    with pytest.raises(PolicyError, match="UTF-8"):
        read_policy(path)


def test_a_logo_is_drawn_anew_of_pixels_alone(tmp_path: Path) -> None:
    drawn = redrawn(logo(tmp_path / "logo.png"))
    assert SECRET.encode() in (tmp_path / "logo.png").read_bytes()
    assert SECRET.encode() not in drawn
    assert SECRET.encode() not in b"".join(_inflated(drawn))
    assert Image.open(io.BytesIO(drawn)).convert("RGB").tobytes() == Image.new("RGB", (64, 32), "teal").tobytes()
    policy = read_policy(written(tmp_path, SMALL_TOML.replace('logo = ""', 'logo = "logo.png"')))
    assert policy.look.logo == b64(drawn)
    assert Policy.parse(policy.signed_members(), policy.documents()) == policy


def test_a_logo_as_somebody_saved_it_is_not_signed(tmp_path: Path) -> None:
    raw = logo(tmp_path / "logo.png").read_bytes()
    with pytest.raises(MalformedError, match="logo"):
        Policy.parse(replace(SMALL, look=replace(SMALL.look, logo=b64(raw))).signed_members())


@pytest.mark.parametrize("size", [(MAX_LOGO_SIDE + 1, 1), (1, MAX_LOGO_SIDE + 1)])
def test_a_logo_that_is_too_wide_or_too_high_is_said(tmp_path: Path, size: tuple[int, int]) -> None:
    logo(tmp_path / "logo.png", size)
    with pytest.raises(PolicyError, match=r"look.logo: has to have at most"):
        read_policy(written(tmp_path, SMALL_TOML.replace('logo = ""', 'logo = "logo.png"')))


def test_a_logo_with_too_much_in_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=f"at most {MAX_LOGO_SIZE} bytes"):
        redrawn(logo(tmp_path / "logo.png", picture=noise(200)))


def test_what_is_no_png_is_said(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(b"<svg onload='alert(1)'/>")
    with pytest.raises(PolicyError, match="a PNG beside this file"):
        redrawn(tmp_path / "logo.png")
    with pytest.raises(PolicyError, match="a PNG beside this file"):
        redrawn(tmp_path / "none.png")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"chair": "Voorzitter"}, "chair: on no card of the bestuur"),
        ({"chair": "Secretaris"}, "chair: on no card of the bestuur"),
        ({"away": (Absence("Penningmeester", SMALL.holidays[0]),)}, r"away\[0\].name: on no card"),
    ],
)
def test_a_roster_is_made_of_a_policy_that_names_people_on_it(
    office: Office, change: dict[str, object], said: str
) -> None:
    with pytest.raises(PolicyError, match=said):
        office.make_draft([name for name, _ in PEOPLE], replace(SMALL, version=2, **change))


def _inflated(raw: bytes) -> list[bytes]:
    """Return the compressed data in a PNG's chunks, as far as it can be read."""
    found, at = [], 8
    while at < len(raw):
        length = int.from_bytes(raw[at : at + 4], "big")
        if raw[at + 4 : at + 8] == b"IDAT":
            found.append(raw[at + 8 : at + 8 + length])
        at += 12 + length
    return [zlib.decompress(b"".join(found))]
