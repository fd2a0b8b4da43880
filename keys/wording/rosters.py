"""A watched roster in words, with the remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.wording.words import _, date, harmless

if TYPE_CHECKING:
    from keys.ceremony import Published


def watched_in_words(published: Published, today: int) -> str:
    """Return the people who have not shown that they know a published roster, and what to do about it."""
    told = {
        "version": published.version,
        "day": date(published.day),
        "people": ", ".join(harmless(name) for name in published.names),
    }
    if published.may_be_hidden(today):
        return (
            _(
                "Roster %(version)d was published on %(day)s, and these people are still not known to know it: "
                "%(people)s. "
                "The server may be hiding it. Call them: where they have synced since, tell the board and the operator."
            )
            % told
        )
    return _("Roster %(version)d was published on %(day)s. Not known yet to: %(people)s.") % told
