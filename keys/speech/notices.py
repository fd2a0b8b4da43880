"""What a sync found about keys, clocks and who looks, in words, each with the remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.speech.words import _, date, harmless
from keys.sync.notices import ALONE, CLOCK, COPIED, UNUSABLE, WITHHELD

if TYPE_CHECKING:
    from keys.sync import Notice


def _mark(text: str) -> str:
    return text


_SENTENCES = {
    CLOCK: _mark(
        "The server's date is %(first)s, this computer's is %(second)s. Until they agree, nothing is sealed and no key "
        "is made or destroyed. Set this computer's clock, or tell the operator where the server's is wrong."
    ),
    WITHHELD: _mark(
        "These people know a list that the server does not show you: %(people)s. It may hide a newer one. Until it "
        "shows it, your keys are not renewed. Ask them, then the board."
    ),
    UNUSABLE: _mark("Nobody can seal to the keys of these people: %(people)s. Ask them to update their tool."),
    COPIED: _mark(
        "The server has keys in your name that this vault did not make. Do you use a second vault? If not, somebody "
        "has a copy of your key: tell the board at once."
    ),
    ALONE: _mark(
        "From %(first)s on, reporters read that too few of you have looked here. Ask these people to run "
        "`meldbus sync` once: %(people)s."
    ),
}


def notice_in_words(notice: Notice) -> str:
    """Return the sentence of a notice."""
    first, second = ([date(day) for day in notice.days] + ["", ""])[:2]
    people = ", ".join(harmless(name) for name in notice.people)
    return _(_SENTENCES[notice.code]) % {"people": people, "first": first, "second": second}
