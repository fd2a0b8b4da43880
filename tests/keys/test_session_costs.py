"""The cost of a sync: known entries and bundles are not requested, checked or stored one by one."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from tests.keys.office import PEOPLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keys.sync import RecipientSession
    from tests.keys.office import Office

A, B, C = (name for name, _ in PEOPLE)


@contextmanager
def statements(session: RecipientSession) -> Iterator[list[str]]:
    """Yield the SQL statements that a session's vault executes in the meantime."""
    engine, found = session.vault._engine, []

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


def asked_by_a_second_sync(office: Office) -> list[str]:
    with office.session(A) as session:
        session.sync()
        with statements(session) as found:
            assert session.sync().new_entries == 0
        return [*map(_shape, found)]


def test_a_sync_asks_the_vault_as_often_however_many_entries_and_bundles_come_again(office: Office) -> None:
    """Each of the sixty-odd entries after the cursor was looked up, and the log's end for each bundle."""
    office.report("een")
    office.pass_days(1)
    once = asked_by_a_second_sync(office)
    for number in range(30):
        office.report(f"nog een {number}")
    office.add("Bestuurslid 3", "bestuur")
    office.pass_days(1)
    for name in (B, C):
        office.read(name)
    assert asked_by_a_second_sync(office) == once


def _shape(statement: str) -> str:
    """Return a statement without the number of values in its lists."""
    return re.sub(r"IN \([?, ]*\)", "IN (...)", statement)


def test_a_sync_keeps_the_texts_of_a_roster_once(office: Office) -> None:
    """They are the largest part of the chain in a vault, and were written again at each sync."""
    with office.session(A) as session:
        session.sync()
        kept = _kept_texts(session)
        session.sync()
        assert _kept_texts(session) == kept
        office.publish_roster([*office.cards])
        session.sync()
        assert _kept_texts(session) != kept


def _kept_texts(session: RecipientSession) -> bytes:
    """Return the texts as stored: each write wraps them anew."""
    with session.vault._engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT wrapped FROM setting WHERE name = 'texts'").scalar()
    assert isinstance(found, bytes)
    return found
