"""Redaction: unwanted words are blacked in each text of an export, rather too many than too few."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BLACK = "█████"  # of constant length: a length can reveal a name
LEAST_WORD = 3
SHORT_NAME = 2
LEAST_STEM = 4  # a name of this length is found inside a longer word
MOST_AROUND = 3  # with up to this many letters around it: Smits, Smitje, psmit
ENDING_DIGITS = 8  # the common end of a telephone number with its country and without
# A word, with the marks that its letters can have, and with invisible characters or a break at the end of a line:
# hidden characters, also as `harmless` shows them.
_HIDDEN = r"[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]|\\u[0-9a-f]{4}|-\n(?=\w)"
_WORD = re.compile(rf"(?:\w|[\u0300-\u036f\u064b-\u0652]|(?<=\w)(?:{_HIDDEN}))+")
_JOINTS = re.compile(_HIDDEN)
# The possible parts of a word: psmit_verslag, JanJansen, jansen2024.
_PART = re.compile(r"[^\W\d_]+|\d+")
_HUMPS = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])")
_NUMBER = re.compile(r"\+?\d(?:[ \-./()]*\d){5,}")
# Letters of other alphabets that look like a Latin one.
_ALIKE = str.maketrans("аеорсухіјѕԁһӏαειονρτυκχ", "aeopcyxijsdhlaeiovptukx")
# So common that redacting them would black everything and hide nothing; in the two languages of this tool.
_COMMON_WORDS = """
aan als ben bent bij dan dat deze die dit door een haar had heb hebben heeft hem hen het hier hij hoe hun iemand
iets jij jouw kan kunnen maar met mij mijn naar niet nog nu om omdat onder ons onze ook over toen tot uit van veel
voor waar wat weet wel werd wie wij wil willen worden wordt zal zich zij zijn zoals zou
about after all and any are because been but can could did does for from had has have her him his how into its
may more not our out she should some than that the their them then there they this was were what when where
which who will with would you your
ik we de je ze er en is of te al in op zo me i it to do be at as by he if my no so us am an
"""
COMMON = frozenset(_COMMON_WORDS.split())


@dataclass(frozen=True, slots=True)
class Redaction:
    """What to black: words, telephone numbers and similar, and runs of several words in a row.

    Words are folded here; `runs` are all `length` words long. With `capitals`, each word with a capital is blacked too.
    """

    words: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    runs: frozenset[tuple[str, ...]] = frozenset()
    length: int = 0
    capitals: bool = False

    @classmethod
    def of_words(cls, texts: Iterable[str], *, capitals: bool = False) -> Redaction:
        """Return the redaction of each word of some texts that is not in common use."""
        whole = [*texts]
        words = {part for text in whole for word in _WORD.findall(text) for part in (word, *_parts(word))}
        names = {_fold(word) for word in words if len(word) >= LEAST_WORD or _is_short_name(word)}
        numbers = {_digits(found) for text in whole for found in _NUMBER.findall(text)}
        return cls(frozenset(names - COMMON), frozenset(numbers), capitals=capitals)

    @classmethod
    def of_runs(cls, texts: Iterable[str], length: int) -> Redaction:
        """Return the redaction of each run of `length` words in some texts: their quotations."""
        runs: set[tuple[str, ...]] = set()
        for text in texts:
            words = [_fold(word) for word in _WORD.findall(text)]
            runs.update(tuple(words[at : at + length]) for at in range(len(words) - length + 1))
        return cls(runs=frozenset(runs), length=length)

    def __or__(self, other: Redaction) -> Redaction:
        """Return the redaction of both; at most one of them has runs."""
        return Redaction(
            self.words | other.words,
            self.numbers | other.numbers,
            self.runs | other.runs,
            max(self.length, other.length),
            self.capitals or other.capitals,
        )

    def apply(self, text: str) -> str:
        """Return a text without those words."""
        found = [*_WORD.finditer(text)]
        black = self._hits([one.group() for one in found])
        for number in _NUMBER.finditer(text):
            if self._has_number(_digits(number.group())):
                black |= {at for at, one in enumerate(found) if number.start() <= one.start() < number.end()}
        pieces, at = [], 0
        for first, last in _spans(black):
            pieces += [text[at : found[first].start()], BLACK]
            at = found[last].end()
        return "".join([*pieces, text[at:]])

    def _hits(self, words: list[str]) -> set[int]:
        folded = [_fold(word) for word in words]
        known: dict[str, bool] = {}
        for word in words:
            if word not in known:
                known[word] = self._is_black(word)
        hits = {at for at, word in enumerate(words) if known[word]}
        if self.length:
            for at in range(len(folded) - self.length + 1):
                if tuple(folded[at : at + self.length]) in self.runs:
                    hits.update(range(at, at + self.length))
        return hits

    def _is_black(self, word: str) -> bool:
        folded = _fold(word)
        if self.capitals and word[:1].isupper() and folded not in COMMON:
            return True
        parts = [folded, *(_fold(part) for part in _parts(word))]
        return any(part in self.words or self._is_genitive(part) or self._has_stem(part) for part in parts)

    def _is_genitive(self, word: str) -> bool:
        return word.endswith("s") and len(word) > LEAST_WORD and word[:-1] in self.words

    def _has_stem(self, word: str) -> bool:
        """Say whether a longer name is inside a word that is not much longer."""
        least = max(LEAST_STEM, len(word) - MOST_AROUND)
        return any(
            word[start : start + size] in self.words
            for size in range(least, len(word))
            for start in range(len(word) - size + 1)
        )

    def _has_number(self, digits: str) -> bool:
        return any(digits == one or _ending(digits) == _ending(one) for one in self.numbers)


def _is_short_name(word: str) -> bool:
    return len(word) == SHORT_NAME and word[0].isupper()


def _parts(word: str) -> list[str]:
    """Return the parts of a word, if it has any: letters or digits alone, each with one hump."""
    pieces = [hump for piece in _JOINTS.split(word) for part in _PART.findall(piece) for hump in _HUMPS.split(part)]
    return pieces if len(pieces) > 1 else []


def _fold(word: str) -> str:
    """Return a word for comparison: without case, accents and hidden characters; look-alikes count as Latin."""
    parted = unicodedata.normalize("NFKD", _JOINTS.sub("", word)).casefold().replace("ı", "i")  # noqa: RUF001
    return "".join(one for one in parted if not unicodedata.combining(one)).translate(_ALIKE) or word


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _ending(digits: str) -> str:
    return digits[-ENDING_DIGITS:]


def _spans(places: set[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last of each stretch of consecutive places."""
    first = last = -2
    for at in sorted(places):
        if at != last + 1:
            if last >= 0:
                yield first, last
            first = at
        last = at
    if last >= 0:
        yield first, last
