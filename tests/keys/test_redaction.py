"""Redaction: no word of the reporter's identity is left in another text."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.exports.redaction import BLACK, COMMON, Redaction

NAMES = st.text(alphabet=st.characters(categories=("Lu", "Ll", "Lo", "Nd")), min_size=3, max_size=12)
BETWEEN = st.sampled_from([" ", ", ", "-", "\n", ". ", "@", "/", "'s "])


@given(names=st.lists(NAMES, min_size=1, max_size=4), around=st.lists(st.text(max_size=8), max_size=4), gap=BETWEEN)
def test_no_word_of_an_identity_is_left_in_any_text(names: list[str], around: list[str], gap: str) -> None:
    redaction = Redaction.of_words([gap.join(names)])
    text = gap.join([*around, *names, *(name.upper() for name in names), *around])
    left = set(re.findall(r"\w+", redaction.apply(text)))
    assert not left & {name for name in names if bare(name) in redaction.words}
    assert {bare(name) for name in names} - redaction.words <= COMMON


def bare(word: str) -> str:
    parted = unicodedata.normalize("NFKD", word).casefold().replace("ı", "i")  # noqa: RUF001
    return "".join(one for one in parted if not unicodedata.combining(one)) or word


@pytest.mark.parametrize(
    ("identity", "text", "expected"),
    [
        ("Jan de Vries", "Groet, JAN DE VRIES", f"Groet, {BLACK} DE {BLACK}"),
        ("jan", "Jans fiets en jan's fiets, niet januari", f"{BLACK} fiets en {BLACK}'s fiets, niet januari"),
        ("Renée", "Renee en Rene\u0301e", f"{BLACK} en {BLACK}"),
        ("Işık", "ışık, IŞIK, işik", f"{BLACK}"),  # noqa: RUF001
        ("Bo", "Bo zei: bo", f"{BLACK} zei: {BLACK}"),
        ("06-1234 5678", "bel +31 6 12345678 of 0612345678", f"bel +{BLACK} of {BLACK}"),
        ("kamer B12", "in B12", f"in {BLACK}"),
        ("ik ben van de nachtdienst", "hij is van de nachtdienst", f"hij is van de {BLACK}"),
        ("\u0623\u062d\u0645\u062f", "من \u0623\u064e\u062d\u0645\u062f", f"من {BLACK}"),
        (
            "Piet Smit",
            "verslag_smit.pdf of psmit of SmitVerslag of smit2024",
            f"{BLACK}.pdf of {BLACK} of {BLACK} of {BLACK}",
        ),
        ("Smit", "Smits of Smitje, de heer smit", f"{BLACK} of {BLACK}, de heer {BLACK}"),
        ("Jansen", "Jan\u00adsen of Jan\u200bsen of Jan-\nsen", f"{BLACK} of {BLACK} of {BLACK}"),
        ("Jansen", "zegt Jan\\u00adsen", f"zegt {BLACK}"),  # as displayed
        ("Piet", "Р\u0456\u0435t", BLACK),  # noqa: RUF001 - Cyrillic letters that look like Latin ones
        ("\u0645\u062d\u0645\u062f", "\u0644\u0645\u062d\u0645\u062f", BLACK),
        ("1234 AB", "1234AB", BLACK),
        ("", "niets", "niets"),
    ],
)
def test_words_are_black_in_every_case_and_form_and_no_others(identity: str, text: str, expected: str) -> None:
    assert Redaction.of_words([identity]).apply(text) == expected


def test_a_quotation_is_black_and_single_words_of_it_stay() -> None:
    redaction = Redaction.of_runs(["De chef neemt geld uit de kas."], 3)
    assert redaction.apply("Gezegd is: neemt Geld\nuit de kas, door de chef.") == f"Gezegd is: {BLACK}, door de chef."


def test_what_is_black_is_as_long_whatever_it_was() -> None:
    redaction = Redaction.of_words(["Jan", "Sentinella"])
    assert redaction.apply("Jan") == redaction.apply("Sentinella") == BLACK


def test_with_capitals_every_name_is_black_also_behind_an_abbreviation_and_at_the_beginning() -> None:
    redaction = Redaction(capitals=True)
    text = "Mw. Jansen zag het. Bakker ook: Dr. De Wit. Hij ontkent het."
    assert redaction.apply(text) == f"{BLACK} zag het. {BLACK} ook: {BLACK}. De {BLACK}. Hij ontkent het."
