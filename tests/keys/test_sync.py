"""Bundles are renewed in time and destroyed late enough; what was sealed in time can be opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keys.cases import compose_report
from keys.errors import NoSlotError, RefusedError, TamperedError, UnknownCapabilityError
from keys.identity import card_box, open_log_capability
from keys.receipt import Receipt
from keys.roster import Bundle
from keys.roster.bundle import LAST_RESORT_DAYS, WEEKLY_DAYS
from keys.sealing import find_content_key
from keys.sync import post_entry
from keys.sync.desk import addressees_of
from keys.sync.fetch import Own
from keys.wire import kinds
from keys.wire.envelope import Header
from tests.policies import tell

if TYPE_CHECKING:
    from tests.keys.office import Office


def weekly(office: Office, name: str) -> list[Bundle]:
    with office.desk(name) as desk:
        return [own.bundle for own in desk.vault.own_bundles() if not own.bundle.last]


def published(office: Office, name: str) -> list[Bundle]:
    _, _, bundles = office.courier().bundles()
    return [bundle for bundle in map(Bundle.verify, bundles) if bundle.identity == office.identity(name)]


def test_each_sync_publishes_a_weekly_bundle_of_its_day(office: Office) -> None:
    office.pass_days(1)
    office.read("Secretaris")
    first = [bundle for bundle in published(office, "Secretaris") if not bundle.last]
    assert [(bundle.start, bundle.end) for bundle in first] == [(office.today, office.today + WEEKLY_DAYS)]
    office.read("Secretaris")
    assert [bundle for bundle in published(office, "Secretaris") if not bundle.last] == first


def test_the_last_resort_bundle_is_renewed_before_it_gets_short(office: Office) -> None:
    [first] = [bundle for bundle in published(office, "Secretaris") if bundle.last]
    assert first.end == office.today + LAST_RESORT_DAYS
    office.pass_days(LAST_RESORT_DAYS - 179)
    office.read("Secretaris")
    [second] = [bundle for bundle in published(office, "Secretaris") if bundle.last]
    assert second.serial > first.serial
    assert second.end == office.today + LAST_RESORT_DAYS


def test_a_key_is_destroyed_only_after_a_complete_read_of_the_feed_after_its_end(office: Office) -> None:
    first = weekly(office, "Secretaris")[-1]
    office.pass_days(WEEKLY_DAYS)
    assert office.today == first.end
    office.read("Secretaris")
    assert first.serial in [bundle.serial for bundle in weekly(office, "Secretaris")]
    office.pass_days(1)
    with office.desk("Secretaris") as desk:
        assert first.serial in [own.bundle.serial for own in desk.vault.own_bundles()]
        desk.sync()
        assert first.serial not in [own.bundle.serial for own in desk.vault.own_bundles()]


def test_a_sync_that_did_not_reach_the_end_of_the_feed_destroys_nothing(office: Office) -> None:
    first = weekly(office, "Secretaris")[-1]
    office.pass_days(WEEKLY_DAYS + 1)

    def fail(asked: str, answer: bytes) -> bytes:
        if asked.startswith("/feed"):
            raise RefusedError("broken off")
        return answer

    office.meddle = fail
    with office.desk("Secretaris") as desk:
        with pytest.raises(RefusedError):
            desk.sync()
        assert first.serial in [own.bundle.serial for own in desk.vault.own_bundles()]


def test_what_was_sealed_on_the_last_possible_day_is_opened_after_the_end(office: Office) -> None:
    first = weekly(office, "Secretaris")[-1]
    office.pass_days(WEEKLY_DAYS - 7)
    office.report("op de valreep")
    office.pass_days(30)
    assert office.today > first.end
    [(case, alarms)] = office.read("Secretaris")
    assert (case.report.text, alarms) == ("op de valreep", ())


def test_what_was_sealed_to_a_destroyed_key_alone_never_opens_again(office: Office) -> None:
    """The vault keeps content keys of its own, so the case stays readable until they go too."""
    office.report("een")
    office.read("Secretaris")
    office.pass_days(WEEKLY_DAYS + 1)
    [(case, _)] = office.read("Secretaris")
    assert case.report.text == "een"
    with office.desk("Secretaris") as desk:
        stored = desk.vault.envelopes(case.id)[0]
        with pytest.raises(NoSlotError):
            find_content_key(Header.parse(stored.front), Own.of(desk.vault, desk.signer.public).privates)


def test_a_recipient_who_was_away_for_months_gets_reports_by_the_last_resort_key(office: Office) -> None:
    office.pass_days(90)
    office.report("een")
    [(case, _)] = office.read("Bestuurslid 2")
    assert case.report.text == "een"


def test_an_envelope_past_its_until_is_refused_by_the_server(office: Office) -> None:
    day, work, bundles = office.courier().bundles()
    addressees = addressees_of(office.history(), bundles, day)
    sealed = compose_report(Receipt.draw(), tell("een"), addressees, [office.identity("Secretaris")], day)
    office.pass_days(addressees.until - day + 1)
    with pytest.raises(RefusedError, match="until"):
        post_entry(office.courier(), sealed, work)


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
