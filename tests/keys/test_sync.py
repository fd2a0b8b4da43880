"""Bundles are renewed in time and destroyed late enough; what was sealed in time can be opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keys.errors import TamperedError, UnknownCapabilityError
from keys.identity import card_box, open_log_capability
from keys.wire import kinds

if TYPE_CHECKING:
    from tests.keys.office import Office


def test_each_roster_has_a_capability_of_its_own_that_it_brings_to_everyone_on_it(office: Office) -> None:
    office.add("Bestuurslid 3", "bestuur")
    office.report("een")
    capabilities = {open_log_capability(office.secret("Secretaris"), roster) for roster in office.history().rosters}
    assert len(capabilities) == 2
    for name in office.cards:
        assert open_log_capability(office.secret(name), office.roster()) in capabilities
        assert [case.report.text for case, _ in office.read(name)] == ["een"]


def test_what_a_roster_seals_to_a_card_opens_for_nobody_else(office: Office) -> None:
    own = office.roster().find(office.identity("Secretaris"))
    assert own
    for name in ("Bestuurslid 1", "Bestuurslid 2"):
        with pytest.raises(TamperedError):
            card_box(office.secret(name)).open(own.log)


def test_a_former_recipient_reads_the_log_no_more_once_the_roster_that_ends_them_is_in_force(office: Office) -> None:
    # The finding L4: the earlier capability counted for 13 months.
    earlier = open_log_capability(office.secret("Bestuurslid 2"), office.roster())
    office.publish_roster(["Secretaris", "Bestuurslid 1"])
    office.report("een")
    with pytest.raises(UnknownCapabilityError):
        office.courier().feed(earlier, None)
    assert office.read("Bestuurslid 2") == []
    assert [case.report.text for case, _ in office.read("Secretaris")] == ["een"]


def test_opened_is_told_once(office: Office) -> None:
    office.report("een")
    office.read("Secretaris")
    with office.desk("Secretaris") as desk:
        for _ in range(2):
            desk.confirm_opened(desk.cases()[0][0])
        [(case, _)] = desk.cases()
    assert [said.kind for said in case.said] == ["report", kinds.Opened.KIND]


def test_a_long_report_is_fetched_in_parts(office: Office) -> None:
    long = "Een lang verhaal. " * 5500
    receipt = office.report(long)
    [(case, alarms)] = office.read("Secretaris")
    assert (case.report.text, alarms) == (long, ())
    seen, alarms = office.thread(receipt)
    assert seen
    assert (seen.report.text, alarms) == (long, ())


def test_feed_and_channels_are_asked_for_over_separate_connections(office: Office) -> None:
    """Over one connection the server would learn which cases one recipient works on."""
    for text in ("een", "twee", "drie"):
        office.report(text)
    office.read("Secretaris")
    with office.desk("Secretaris") as desk:
        desk.sync()
        asked = desk.courier.asked
    by_connection: dict[object, set[str]] = {}
    for connection, path, capability in asked:
        if capability:
            by_connection.setdefault(connection, set()).add(path.partition("?")[0] + capability)
    assert len(by_connection) == 4
    assert all(len(capabilities) == 1 for capabilities in by_connection.values())


def test_channels_are_asked_for_in_another_order_each_time(office: Office) -> None:
    for at in range(5):
        office.report(f"melding {at}")
    office.read("Secretaris")
    orders = set()
    with office.desk("Secretaris") as desk:
        for _ in range(8):
            desk.courier.asked.clear()
            desk.sync()
            orders.add(tuple(capability for _, path, capability in desk.courier.asked if path.startswith("/channel")))
    assert {frozenset(order) for order in orders} == {frozenset(next(iter(orders)))}
    assert len(orders) > 1


def test_who_was_away_while_rosters_were_renewed_reads_by_the_newest_one(office: Office) -> None:
    for _ in range(2):
        office.publish_roster([*office.cards])
    office.report("een")
    with office.desk("Bestuurslid 2") as desk:
        desk.sync()
        assert desk.vault.spoilt_entries() == []
        assert [case.report.text for case, _ in desk.cases()] == ["een"]
