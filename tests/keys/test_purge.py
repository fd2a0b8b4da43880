"""How a case ends: closed, kept, destroyed; for everybody who has a copy, and for nobody before its day."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keys.cases import (
    Keeping,
    closing_of,
    compose_tombstone,
    kept_until,
    lines_of,
    reporter_pair,
    standing,
    summarise,
)
from keys.cases.terms import months_after
from keys.cases.compose import _head, _seal, _with_bundles
from keys.cases.standing import PURGE
from keys.ceremony import back_up, restore
from keys.errors import BoardError, EarlyError, ForbiddenError, NoCaseError, NoSlotError, UnknownCapabilityError
from keys.identity import private_pair
from keys.sealing import find_content_key
from keys.sync import post_entry
from keys.wire import kinds
from keys.wire.envelope import Header
from tests.keys.office import PASSPHRASE, POLICY, Office

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropbox.store import Store
    from keys.cases import Case
    from keys.receipt import Receipt
    from keys.sealing import PrivatePair
    from keys.sync import Desk

SECRETARIS, FIRST, SECOND = "Secretaris", "Bestuurslid 1", "Bestuurslid 2"
SENTINEL = "SENTINEL-melder: de kas klopt niet"
OUTCOME = kinds.Outcome("guidance", "Een gesprek.", "De feiten staan vast.")


def the_case(desk: Desk) -> Case:
    desk.sync()
    [(case, _)] = desk.cases()
    return case


def close(office: Office, until: int | None = None, who: str = SECRETARIS) -> int:
    """Close the only case, and return the last day on which it is kept."""
    with office.desk(who) as desk:
        case = the_case(desk)
        wanted = Keeping.of(POLICY, office.today).usual if until is None else until
        case = desk.close(case, "Afgerond.", OUTCOME, wanted, "Zo is het afgesproken.")
        kept = kept_until(summarise(case, office.identity(who)), POLICY)
        assert kept is not None
        return kept


def purge(office: Office, who: str = SECRETARIS) -> None:
    with office.desk(who) as desk:
        desk.purge(the_case(desk))


def renew(office: Office) -> None:
    """Let the board sign the roster anew, which has ended meanwhile."""
    office.publish_roster([*office.cards])


def expire(office: Office) -> None:
    store: Store = office.app.extensions["store"]  # type: ignore[attr-defined]
    store.expiry.expire(office.today)


def numbers(office: Office, who: str) -> list[str]:
    return [case.number for case, _ in office.read(who)]


def spoilt(office: Office, who: str) -> list[str]:
    with office.desk(who) as desk:
        return [entry.code for entry in desk.vault.spoilt_entries()]


def tables(desk: Desk) -> dict[str, int]:
    """Count what a vault has of cases."""
    names = ("channel", "envelope", "content_key", "remembered", "saved", "export")
    with desk.vault.transaction():
        connection = desk.vault._connection
        return {name: connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar() or 0 for name in names}


@pytest.fixture
def closed(office: Office) -> tuple[Receipt, int]:
    """A case that all have read and the secretaris has closed, and its last day."""
    receipt = office.report(SENTINEL)
    for name in office.cards:
        office.read(name)
    return receipt, close(office)


def test_closing_says_what_it_ended_in_and_how_long_it_is_kept(office: Office, closed: tuple[Receipt, int]) -> None:
    receipt, last = closed
    assert last == months_after(office.today, 12)
    case, _ = office.thread(receipt)
    assert case
    assert case.said[-1].text == "Afgerond."
    [(theirs, _)] = office.read(FIRST)
    [line] = lines_of(theirs)
    assert (line.outcome, line.closed, line.until) == ("guidance", office.today, last)
    assert closing_of(theirs)


@pytest.mark.parametrize(("wanted", "months"), [(0, 2), (10**6, 24)])
def test_nobody_keeps_a_case_shorter_or_longer_than_the_policy(office: Office, wanted: int, months: int) -> None:
    office.report()
    assert close(office, wanted) == months_after(office.today, months)


def test_a_case_of_which_the_board_has_to_know_is_not_closed_before(office: Office) -> None:
    topic = replace(POLICY.topics[0], board_informed=True)
    office.publish_roster([*office.cards], replace(POLICY, topics=(topic, *POLICY.topics[1:])))
    receipt = office.report(topic=topic.id)
    with pytest.raises(BoardError):
        close(office)
    case, _ = office.thread(receipt)
    assert case
    assert len(case.said) == 1
    with office.desk(SECRETARIS) as desk:
        told = kinds.Informed((office.identity(FIRST),), office.today, "In de vergadering.", "Ik.", "De aard.")
        desk.note(the_case(desk), told)
    close(office)


def test_a_case_that_is_reopened_is_open_for_all_and_can_be_closed_again(
    office: Office, closed: tuple[Receipt, int]
) -> None:
    with office.desk(FIRST) as desk:
        case = desk.note(the_case(desk), kinds.Reopened("Er is nieuw bewijs."))
        assert closing_of(case) is None
    [(case, _)] = office.read(SECRETARIS)
    summary = summarise(case, office.identity(SECRETARIS))
    assert (summary.state, closing_of(case), kept_until(summary, POLICY)) == ("ours", None, None)
    with pytest.raises(EarlyError):
        purge(office)
    office.pass_days(3)
    last = close(office)
    assert last == months_after(office.today, 12)
    [(case, _)] = office.read(FIRST)
    first, second = lines_of(case)[-2:]
    assert (first.closed, second.closed) == (None, office.today)


def test_nothing_is_destroyed_on_its_last_day_and_all_of_it_the_day_after(
    office: Office, closed: tuple[Receipt, int]
) -> None:
    receipt, last = closed
    office.pass_days(last - office.today)
    for name in office.cards:
        with pytest.raises(EarlyError):
            purge(office, name)
    office.pass_days(1)
    [(case, _)] = office.read(SECRETARIS)
    summary = summarise(case, office.identity(SECRETARIS))
    assert [one.what for one in standing(summary, POLICY, office.today).due] == [PURGE]
    with office.desk(SECRETARIS) as desk:
        stone = desk.purge(the_case(desk))
        assert (stone.case, stone.body.received, stone.body.outcome) == (case.id, case.report.day, "guidance")
        assert stone.gone == office.today + 397
        assert tables(desk) == dict.fromkeys(tables(desk), 0)
        with pytest.raises(NoCaseError):
            desk.case(case.number)
    for name in (FIRST, SECOND):
        assert numbers(office, name) == []
        with office.desk(name) as desk:
            assert tables(desk) == dict.fromkeys(tables(desk), 0)
            [theirs] = desk.tombstones()
            assert (theirs.case, theirs.body, theirs.author) == (case.id, stone.body, office.identity(SECRETARIS))
        assert spoilt(office, name) == []
    office.pass_days(1)
    expire(office)
    with pytest.raises(UnknownCapabilityError):
        office.thread(receipt)


def test_a_recipient_alone_destroys_nothing_before_its_day(office: Office, closed: tuple[Receipt, int]) -> None:
    with office.desk(FIRST) as desk:
        case = desk.note(the_case(desk), kinds.Purge("Het moet weg."))
        with pytest.raises(EarlyError):
            desk.purge(case)
        asked = case.dossier.said[-1]
        case = desk.note(case, kinds.Approval(asked.message.id))
        assert [alarm.code for alarm in case.dossier.alarms] == ["forbidden"]
        with pytest.raises(EarlyError):
            desk.purge(case)
    assert len(numbers(office, SECRETARIS)) == 1


def test_two_recipients_destroy_a_case_before_its_day(office: Office, closed: tuple[Receipt, int]) -> None:
    with office.desk(FIRST) as desk:
        case = desk.note(the_case(desk), kinds.Purge("De melder heeft erom gevraagd."))
        asked = case.dossier.said[-1].message.id
    with office.desk(SECOND) as desk:
        desk.note(the_case(desk), kinds.Approval(asked, "Akkoord."))
    purge(office)
    assert [numbers(office, name) for name in office.cards] == [[], [], []]


def forced(office: Office, who: str, **changes: object) -> None:
    """Post a tombstone that an honest tool would not make."""
    with office.desk(who) as desk:
        case = the_case(desk)
        served, addressees = office.addressees()
        day, work = served.day, served.work
        body = kinds.Tombstone(case.report.day, day, "anders", "", "", ())
        sealed = compose_tombstone(case, replace(body, **changes), desk.signer, addressees, day)  # type: ignore[arg-type]
        post_entry(desk.courier, sealed, work)


def stated(office: Office, who: str, *kinds_of: type[kinds.Body]) -> tuple[bytes, ...]:
    [(case, _)] = office.read(who)
    return tuple(said.message.statement for said in case.dossier.said if isinstance(said.message.head.body, kinds_of))


def test_a_tombstone_that_nothing_allows_is_kept_apart_and_destroys_nothing(
    office: Office, closed: tuple[Receipt, int]
) -> None:
    with office.desk(FIRST) as desk:
        desk.note(the_case(desk), kinds.Purge("Het moet weg."))
    with office.desk(FIRST) as desk:
        case = the_case(desk)
        desk.note(case, kinds.Approval(case.dossier.said[-1].message.id))
    retention = stated(office, FIRST, kinds.Retention)
    [wish] = stated(office, FIRST, kinds.Purge)
    broken = wish[:40] + bytes([wish[40] ^ 1]) + wish[41:]
    for statements in ((), retention, (wish,), (wish, wish), (broken, wish), (b"",)):
        forced(office, FIRST, statements=statements)
    for name in (SECRETARIS, SECOND):
        assert len(numbers(office, name)) == 1
        with office.desk(name) as desk:
            assert desk.tombstones() == []
            assert len(desk.refused_tombstones()) == 6


def test_who_was_left_out_destroys_nothing(office: Office) -> None:
    office.report(SENTINEL, without=[SECOND])
    office.read(SECRETARIS)
    last = close(office, 0)
    office.pass_days(last + 1 - office.today)
    [(case, _)] = office.read(SECRETARIS)
    with office.desk(SECOND) as desk:
        desk.sync()
        served, addressees = office.addressees()
        day, work = served.day, served.work
        body = kinds.Tombstone(case.report.day, day, "anders", "", "", ())
        with pytest.raises(ForbiddenError):
            compose_tombstone(case, body, desk.signer, addressees, day)
        to = _with_bundles(case.readers, addressees)
        head = _head(body, desk.signer.public, case, to, addressees, day)
        post_entry(desk.courier, _seal(head, desk.signer, to.values(), addressees), work)
    assert len(numbers(office, SECRETARIS)) == 1
    with office.desk(SECRETARIS) as desk:
        [refused] = desk.refused_tombstones()
        assert (refused.case, desk.tombstones()) == (case.id, [])


def test_a_vault_that_was_away_during_a_purge_obeys_it_when_it_comes_back(office: Office) -> None:
    office.report(SENTINEL)
    office.read(SECOND)  # who has read it and sees nothing of what follows
    last = close(office, 0)
    office.pass_days(last + 1 - office.today)
    purge(office)
    office.pass_days(60)
    expire(office)
    assert numbers(office, SECOND) == []
    with office.desk(SECOND) as desk:
        assert tables(desk) == dict.fromkeys(tables(desk), 0)
        assert len(desk.tombstones()) == 1
    assert spoilt(office, SECOND) == []


@pytest.mark.parametrize("after", ["report", "closing", "nothing"])
def test_a_vault_from_an_old_backup_obeys_the_tombstones_since(office: Office, after: str) -> None:
    copy = office.folder / "copy"
    if after == "nothing":
        back_up(office.folder / FIRST, PASSPHRASE, copy)
    office.report(SENTINEL)
    office.read(FIRST)
    if after == "report":
        back_up(office.folder / FIRST, PASSPHRASE, copy)
    last = close(office, 0)
    if after == "closing":
        office.read(FIRST)
        back_up(office.folder / FIRST, PASSPHRASE, copy)
    office.pass_days(last + 1 - office.today)
    purge(office)
    assert numbers(office, FIRST) == []
    office.pass_days(40)
    expire(office)
    (office.folder / FIRST).rename(office.folder / "old")
    restore(office.folder / FIRST, PASSPHRASE, copy.read_bytes())
    assert numbers(office, FIRST) == []
    with office.desk(FIRST) as desk:
        assert tables(desk) == dict.fromkeys(tables(desk), 0)
        assert len(desk.tombstones()) == 1


def test_after_the_shown_day_nothing_opens_with_every_key_and_both_disks(
    office: Office, closed: tuple[Receipt, int]
) -> None:
    receipt, last = closed
    pairs = [reporter_pair(receipt), *own_pairs(office)]
    assert any(_opens(prefix, pairs) for prefix in prefixes(office))
    office.pass_days(last + 1 - office.today)
    renew(office)
    with office.desk(SECRETARIS) as desk:
        gone = desk.purge(the_case(desk)).gone
    for name in (FIRST, SECOND):
        office.read(name)
    pairs += own_pairs(office)
    office.pass_days(gone - office.today)
    expire(office)
    assert not any(_opens(prefix, pairs) for prefix in prefixes(office))
    for name in office.cards:
        with office.desk(name) as desk:
            assert tables(desk) == dict.fromkeys(tables(desk), 0)
    # Nor does what lies on a disk hold anything that the tables do not say.
    for path in [*office.data.iterdir(), *(office.folder / SECRETARIS).iterdir()]:
        if path.is_file():
            assert SENTINEL.encode() not in path.read_bytes()


def own_pairs(office: Office) -> list[PrivatePair]:
    """Return every private half that a recipient has today."""
    found = []
    for name in office.cards:
        with office.desk(name) as desk:
            found += [private_pair(own.seed) for own in desk.vault.bundles.all()]
    return found


def prefixes(office: Office) -> Iterator[bytes]:
    """Yield the envelopes that the server has."""
    store: Store = office.app.extensions["store"]  # type: ignore[attr-defined]
    with store.database.reading() as connection:
        yield from connection.exec_driver_sql("SELECT prefix FROM envelope").scalars()


def _opens(prefix: bytes, pairs: Sequence[PrivatePair]) -> bool:
    try:
        find_content_key(Header.parse(prefix), pairs)
    except NoSlotError:
        return False
    return True


def test_what_was_saved_and_exported_is_listed_until_it_is_gone(office: Office) -> None:
    office.report(SENTINEL, attachments=[office.attachment("bewijs.txt", b"inhoud")])
    last = close(office, 0)
    office.pass_days(last + 1 - office.today)
    made = office.folder / "dossier.html"
    made.write_text("dossier")
    with office.desk(SECRETARIS) as desk:
        case = the_case(desk)
        [saved] = list(desk.save(case, office.folder / "bewaard", again=False))
        with desk.vault.transaction():
            desk.vault.graves.note_export(case.id, made)
        stone = desk.purge(case)
        assert set(stone.paths) == {made, saved.path}
        made.unlink()
        desk.sync()
        [stone] = desk.tombstones()
        assert stone.paths == (saved.path,)
        saved.path.unlink()
        desk.sync()
        assert desk.tombstones()[0].paths == ()
