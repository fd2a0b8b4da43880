"""The table of the register in an export."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.exports.document import Document, Table
from keys.wording.register import columns_in_words, destroyed_columns_in_words, destroyed_in_words
from keys.wording.words import _, harmless, language

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from keys.exports.redaction import Redaction
    from keys.sync import Trust
    from keys.vault.destroyed import DestroyedCase
    from keys.wire.ids import CaseId
    from keys.wording.register import Entry


def register_table(
    lines: Sequence[Entry],
    black: Mapping[CaseId, Redaction],
    destroyed: Sequence[DestroyedCase],
    trust: Trust,
    made: str,
) -> Document:
    """Return the register with some lines, and the remains of destroyed cases; `made` says by whom and when.

    `black` has, by case id, the redaction of words in its lines that could identify its reporter.
    """
    policy = trust.roster.policy
    heads = columns_in_words()
    rows = [[_row_start(line), *(shown(line, name, black[line.case]) for name in [*heads][1:])] for line in lines]
    tables = [Table(_("The register"), [*heads.values()], rows)]
    if destroyed:
        left = [[*destroyed_in_words(case, policy)] for case in destroyed]
        tables.append(Table(_("What stays of destroyed cases"), destroyed_columns_in_words(), left))
    return Document(
        title=f"{harmless(policy.organisation)}: {_('The register')}",
        made=made,
        language=language(),
        tables=tables,
        left_out=[
            _("Cases that the maker of this file does not read."),
            _("Every text of the cases, and who reported."),
        ],
    )


def shown(line: Entry, name: str, black: Redaction) -> str:
    """Return a field of a line; recipients are on the roster, everything else may have been typed."""
    value: str = getattr(line, name)
    return value if name == "readers" else black.apply(value)


def _row_start(line: Entry) -> str:
    return f"{_('earlier:')} {line.number}" if line.is_old else line.number
