"""How a case ends, SPEC.md 5.6: whether it is closed, how long it is kept, who may destroy it; it destroys nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases.register import lines_of
from keys.cases.terms import months_after
from keys.errors import EarlyError, FormatError
from keys.roster import verify_signature
from keys.wire import kinds
from keys.wire.envelope import MAC_SIZE
from keys.wire.head import Head
from keys.wire.plaintext import SIGNATURE_SIZE, message_id, signed_bytes

if TYPE_CHECKING:
    from collections.abc import Collection

    from keys.cases.received import Said
    from keys.cases.review import Case
    from keys.policy import Policy
    from keys.roster import People

HEAD_START = MAC_SIZE + SIGNATURE_SIZE

# What a case can have ended in, in the order in which it is offered.
ARRANGEMENT = "arrangement"
ADAPTED = "adapted"
GUIDANCE = "guidance"
INTERVENTION = "intervention"
ORDER = "order"
NONE = "none"
REFERRED = "referred"
NOT_ENOUGH = "not-enough"
UNFOUNDED = "unfounded"
WITHDRAWN = "withdrawn"
OUTCOMES = (ARRANGEMENT, ADAPTED, GUIDANCE, INTERVENTION, ORDER, NONE, REFERRED, NOT_ENOUGH, UNFOUNDED, WITHDRAWN)
# After these little has to be kept.
SHORT = (NOT_ENOUGH, UNFOUNDED, WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long a case is kept that was closed on a day: `earliest` and `latest` are the bounds of the policy."""

    earliest: int
    usual: int
    latest: int

    @classmethod
    def of(cls, policy: Policy, closed: int) -> Keeping:
        """Return what the policy says of a case that was closed on this day."""
        terms = policy.retention
        return cls(
            months_after(closed, terms.unfounded_months),
            months_after(closed, terms.months),
            months_after(closed, terms.most_months),
        )

    def until(self, wanted: int | None) -> int:
        """Return the last day on which it is kept, where recipients want this day or none."""
        return self.usual if wanted is None else min(max(wanted, self.earliest), self.latest)

    def suggested(self, outcome: str) -> int:
        """Return the day that an outcome suggests."""
        return self.earliest if outcome in SHORT else self.usual


def closing_of(case: Case) -> Said | None:
    """Return the word with which a case is closed, or None where it never was or goes on since."""
    closed = [said for said in case.said if said.author and isinstance(said.message.head.body, kinds.Closed)]
    if not closed:
        return None
    reopened = case.dossier.latest(kinds.Reopened)
    if reopened is None:
        return closed[-1]
    places = {said.message.id: at for at, said in enumerate(case.said)}
    seen = max((places.get(name, -1) for name in _seen(case, reopened)), default=-1)
    return closed[-1] if places[closed[-1].message.id] > seen else None


def _seen(case: Case, last: Said) -> set[bytes]:
    """Return the ids that the author of a message in the dossier had read, itself or by way of others there."""
    notes = {said.message.id: said for said in case.dossier.said}
    found: set[bytes] = set()
    left = [*last.message.head.seen]
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += notes[name].message.head.seen if name in notes else ()
    return found


def check_tombstone(
    head: Head,
    day: int,
    case: Case | None,
    people: People,
    keeping: Keeping | None,
    *,
    is_gone: bool,
) -> None:
    """Raise EarlyError unless a case may be destroyed, as a tombstone in the feed of this day says.

    `case` is what is here of it, maybe nothing, `is_gone` whether the server has no more of it, and `keeping` how long
    the policy keeps it where it is closed. Either two of its recipients wanted it, or its day has passed: by what is
    here, or by what one of them signed where all else is gone.
    """
    left_out: Collection[bytes] = case.left_out if case else ()
    if not people.may_write(head.author, day, head.day) or head.author in left_out:
        raise EarlyError
    statements = [read_statement(raw) for raw in _statements(head)]
    for _, stated in statements:
        if stated.case != head.case or people.person_of(stated.author) is None or stated.author in left_out:
            raise EarlyError
    if _wanted_by_two(statements, people):
        return
    if case and keeping and keeping.until(retention_of(case)) < day:
        return
    untils = [stated.body.until for _, stated in statements if isinstance(stated.body, kinds.Retention)]
    if not (is_gone and untils and max(untils) < day):
        raise EarlyError


def read_statement(raw: bytes) -> tuple[bytes, Head]:
    """Return the id and the head of what somebody signed: mac, signature, head. Raise EarlyError where it is spoilt."""
    mac, signature, encoded = raw[:MAC_SIZE], raw[MAC_SIZE:HEAD_START], raw[HEAD_START:]
    try:
        head = Head.parse(encoded)
        verify_signature(head.author, signed_bytes(head.kind, mac, encoded), signature)
    except FormatError:
        raise EarlyError from None
    return message_id(head.kind, mac, encoded), head


def retention_of(case: Case) -> int | None:
    """Return the last day on which its recipients want to keep a case, or None where nobody has said."""
    said = case.dossier.latest(kinds.Retention)
    body = said.message.head.body if said else None
    return body.until if isinstance(body, kinds.Retention) else None


def purge_wanted(case: Case) -> tuple[Said, Said | None] | None:
    """Return the latest wish to destroy a case before its day, with its approval where there is one."""
    asked = case.dossier.latest(kinds.Purge)
    return (asked, case.dossier.approval_of(asked.message.id)) if asked else None


def tombstone_of(case: Case, policy: Policy, today: int) -> kinds.Tombstone:
    """Return what stays of a case that may be destroyed today; raise EarlyError while it may not."""
    closed, line = closing_of(case), lines_of(case)[-1]  # type: ignore[arg-type]
    wanted = purge_wanted(case)
    kept = case.dossier.latest(kinds.Retention)
    if wanted and wanted[1]:
        grounds: tuple[Said, ...] = (wanted[0], wanted[1])
    elif closed and kept and Keeping.of(policy, closed.day).until(retention_of(case)) < today:
        grounds = (kept,)
    else:
        raise EarlyError
    return kinds.Tombstone(
        received=case.report.day,
        closed=closed.day if closed else today,
        topic=line.topic,
        category=line.category,
        outcome=line.outcome,
        statements=tuple(said.message.statement for said in grounds),
    )


def _statements(head: Head) -> tuple[bytes, ...]:
    return head.body.statements if isinstance(head.body, kinds.Tombstone) else ()


def _wanted_by_two(statements: list[tuple[bytes, Head]], people: People) -> bool:
    """Say whether a wish and its approval are of two persons: one person's two keys are not two."""
    asked = {name: head.author for name, head in statements if isinstance(head.body, kinds.Purge)}
    return any(
        isinstance(head.body, kinds.Approval)
        and people.person_of(asked.get(head.body.message, head.author)) != people.person_of(head.author)
        for _, head in statements
    )
