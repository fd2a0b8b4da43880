"""A case as lines for a terminal; every word of a stranger is made harmless first, and set apart from ours."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from keys.speech.cases import alarm_in_words, author_in_words, kind_in_words
from keys.speech.words import _, date, one_line, size_in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from keys.cases import Alarm, Said
    from keys.speech.bodies import Reading

    Saved = Callable[[bytes], Mapping[int, bytes]]

# A text could hold a line that looks like the head of the next message: so ours alone begin at the left.
INDENT = "  "


def conversation(reading: Reading, alarms: Sequence[Alarm], saved: Saved | None = None) -> Iterator[str]:
    """Yield the lines of a case, with each alarm at its place; `saved` says where files of an envelope were saved."""
    yield from messages(reading, reading.case.said, alarms, saved)


def messages(
    reading: Reading, messages: Sequence[Said], alarms: Sequence[Alarm], saved: Saved | None = None
) -> Iterator[str]:
    """Yield the lines of messages of a thread or a dossier."""
    for at, said in enumerate(messages):
        yield from _alarms_at(alarms, at)
        yield ""
        yield f"--- {date(said.day)} · {author_in_words(said)} · {kind_in_words(said)}"
        yield from (INDENT + line for line in reading.lines(said))
        yield from _files(said, saved)
    yield from _alarms_at(alarms, len(messages))


def _files(said: Said, saved: Saved | None) -> Iterator[str]:
    files = said.message.head.files
    paths = saved(said.message.mac) if files and saved else {}
    for number, file in enumerate(files):
        shown = [one_line(file.name) or "-", size_in_words(file.size), *filter(None, [one_line(file.type)])]
        if number in paths:
            shown.append(_("saved as %(path)s") % {"path": one_line(os.fsdecode(paths[number]))})
        elif saved:
            shown.append(_("not saved yet"))
        yield f"{INDENT}* {' · '.join(shown)}"


def _alarms_at(alarms: Sequence[Alarm], at: int) -> Iterator[str]:
    yield from (f"!!! {alarm_in_words(alarm.code)}" for alarm in alarms if alarm.after == at)
