"""Key rotation: keys are made weeks ahead, signed anew each week and destroyed late enough to open what was sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keys.ceremony import enrol, join
from keys.errors import NoSlotError, RefusedError
from keys.roster import Bundle
from keys.roster.weeks import AHEAD, LAST_RESORT_DAYS, monday, until_of
from keys.sealing import find_content_key
from keys.sync.key_rotation import sign_anew
from keys.sync.own_keys import OwnKeys
from keys.sync.syncing import witness
from keys.wire.canonical import encode
from keys.wire.envelope import Header
from keys.wire.signed import join_frames, split_frames
from tests.keys.bundles import NAME, THIRD, foreign_bundle, own, published, sealed_report
from tests.keys.office import CHEAP, PASSPHRASE

if TYPE_CHECKING:
    from tests.keys.office import Office

WEEK = 7


def test_a_sync_publishes_keys_for_this_week_and_the_next_three_and_a_last_resort(office: Office) -> None:
    office.pass_days(WEEK + 2)
    office.read(NAME)
    shown = published(office, every=True)
    week = monday(office.today)
    starts = [bundle.start for bundle in shown if not bundle.last]
    assert starts == [week - WEEK, week, week + 7, week + 14, week + 21][-len(starts) :]
    assert {week, week + 7, week + 14, week + 21} <= set(starts)
    assert [bundle.week for bundle in shown if bundle.start >= week] == [week] * 4
    [last] = [bundle for bundle in shown if bundle.last]
    assert (last.start, last.end, last.week) == (week - WEEK, week - WEEK + LAST_RESORT_DAYS, week)


def test_anyone_is_given_one_weekly_and_one_last_resort_bundle_of_the_day(office: Office) -> None:
    for _ in range(10):
        shown = published(office)
        assert [(bundle.last, bundle.covers(office.today)) for bundle in shown] == [(False, True), (True, True)]
        office.pass_days(3)
        office.read(NAME)


def test_each_week_all_are_signed_anew_with_the_same_keys_and_higher_serials(office: Office) -> None:
    """L11: when only the newest was signed anew, it seemed to others for weeks that nobody had looked."""
    office.read(NAME)
    before = {bundle.start: bundle for bundle in published(office, every=True)}
    office.pass_days(WEEK)
    office.read(NAME)
    after = {bundle.start: bundle for bundle in published(office, every=True) if not bundle.last}
    for start in set(before) & set(after):
        if start >= monday(office.today):
            assert (after[start].box, after[start].kem) == (before[start].box, before[start].kem)
            assert after[start].serial > max(bundle.serial for bundle in before.values())
            assert after[start].week == monday(office.today)


def test_days_of_work_do_not_show_in_what_the_server_gives(office: Office) -> None:
    """M5: bundles used to change on each working day, visible to anybody."""

    def shown() -> bytes:
        _, *bundles = split_frames(office.app.test_client().get("/bundles?all=1").data)
        return join_frames(bundles)

    office.pass_days(WEEK)
    for name in office.cards:
        office.read(name)
    first = shown()
    for _ in range(6):
        office.pass_days(1)
        for name in office.cards:
            office.read(name)
        assert shown() == first
    days = {bundle.start % WEEK for bundle in map(Bundle.verify, office.courier().bundles(every=True)[2])}
    assert days == {monday(office.today) % WEEK}


def test_a_bundle_that_the_server_lost_is_signed_anew(office: Office) -> None:
    office.read(NAME)
    mark = published(office)[0]
    office.meddle = lambda asked, answer: without(answer, mark) if asked == "/bundles?all=1" else answer
    office.read(NAME)
    office.meddle = lambda asked, answer: answer
    assert min(bundle.serial for bundle in published(office)) > mark.serial


def without(answer: bytes, gone: Bundle) -> bytes:
    first, *rest = split_frames(answer)
    return join_frames([first, *(raw for raw in rest if encode(gone.members()) not in raw)])


def test_a_new_roster_is_named_at_the_next_sync(office: Office) -> None:
    office.read(NAME)
    office.publish_roster([*office.cards])
    office.read(NAME)
    assert {bundle.seen.roster for bundle in published(office) if bundle.seen} == {office.roster().id}


def test_the_last_resort_keys_are_renewed_when_fewer_than_300_days_are_left(office: Office) -> None:
    """L14: less than 180 days left was too late for somebody who looks twice a year."""
    [first] = own(office, last=True)
    office.pass_days(LAST_RESORT_DAYS - 300)
    office.read(NAME)
    assert [bundle.start for bundle in own(office, last=True)] == [first.start]
    office.pass_days(1)
    office.read(NAME)
    old, new = own(office, last=True)
    assert (old.start, new.start) == (first.start, monday(office.today))
    assert [bundle.start for bundle in published(office) if bundle.last] == [new.start]


def test_who_looks_on_days_0_211_and_392_can_be_sealed_to_all_the_time(office: Office) -> None:
    """L14: renewed with less than 180 days left, their last-resort keys ended on day 391, and nobody could report."""
    _, chosen = office.addressees()
    for day in range(1, 400):
        office.pass_days(1)
        if day == 300:
            office.publish_roster([*office.cards])
        if day in (211, 392):
            office.read(THIRD)
        if day % 30 in (0, 1) or day in (210, 390, 391, 392, 393):
            _, chosen = office.addressees()
            assert office.person(THIRD) in chosen.pairs


def test_a_vault_from_a_backup_goes_above_the_serial_that_the_server_names(office: Office) -> None:
    """L16: its bundles were refused, and colleagues sealed to keys that were lost."""
    office.read(NAME)
    highest = max(bundle.serial for bundle in published(office, every=True))
    with office.session(NAME) as session:
        courier = session.courier
        session.sync()
        with session.vault.transaction():
            session.vault.bundles.destroy(monday(office.today), last=False)
        # It asks for nothing first, like a tool whose request was answered before another publication.
        session.vault._connection.exec_driver_sql("UPDATE bundle SET serial = serial - 4")
        session.vault._connection.commit()
        seen = witness(session.vault, session.trust(), office.today)
        sign_anew(session.vault, session.signer, office.today, seen)
        assert session.vault.bundles.last_serial() <= highest + 1
        session.sync()
        assert courier is session.courier
    mine = {(bundle.start, bundle.last): bundle for bundle in own(office) + own(office, last=True)}
    shown = {(bundle.start, bundle.last): bundle for bundle in published(office, every=True)}
    assert {place: shown[place] for place in mine} == mine
    office.report("na de back-up")
    assert "na de back-up" in [case.report.text for case in office.read(NAME)]


@pytest.mark.parametrize("highest", [2**53 - 1, 2**62, 2**80])
def test_a_server_that_names_a_serial_of_no_vault_uses_none_up(office: Office, highest: int) -> None:
    office.pass_days(7)
    office.refuse = lambda path: (409, b'{"error":"serial","highest":%d}' % highest) if path == "/bundles" else None
    with office.session(NAME) as session:
        before = session.vault.bundles.last_serial()
        with pytest.raises(RefusedError):
            session.sync()
        assert session.vault.bundles.last_serial() < before + WEEK
    office.refuse = lambda path: None
    office.read(NAME)
    assert monday(office.today) in {bundle.week for bundle in published(office)}


def test_a_serial_that_is_not_higher_is_refused_with_the_highest(office: Office) -> None:
    office.read(NAME)
    highest = max(bundle.serial for bundle in published(office, every=True))
    with office.session(NAME) as session:
        signed = session.vault.bundles.all()[0].signed
        session.courier.publish_bundle(signed)
    raw = foreign_bundle(office, highest)
    answer = office.app.test_client().post("/bundles", data=raw, content_type="application/octet-stream")
    assert (answer.status_code, answer.data) == (409, encode({"error": "serial", "highest": highest}))


def test_a_key_is_destroyed_four_weeks_after_its_monday_and_not_a_day_before(office: Office) -> None:
    first = min(bundle.start for bundle in own(office))
    for passed in (7, 7, 7, 6):
        office.pass_days(passed)
        office.read(NAME)
    assert office.today == first + 27
    assert first in [bundle.start for bundle in own(office)]
    office.pass_days(1)
    assert first in [bundle.start for bundle in own(office)]
    office.read(NAME)
    assert first not in [bundle.start for bundle in own(office)]


def test_a_sync_that_did_not_reach_the_end_of_the_log_destroys_nothing(office: Office) -> None:
    first = min(bundle.start for bundle in own(office))
    office.pass_days(40)

    def fail(asked: str, answer: bytes) -> bytes:
        if asked.startswith("/log"):
            raise RefusedError("broken off")
        return answer

    office.meddle = fail
    with office.session(NAME) as session:
        with pytest.raises(RefusedError):
            session.sync()
        assert first in [one.bundle.start for one in session.vault.bundles.all()]


def test_what_was_sealed_on_the_last_day_is_opened_on_the_last_possible_one(office: Office) -> None:
    office.pass_days(6)
    post, until = sealed_report(office, "laat"), until_of(office.today)
    office.pass_days(until - office.today)
    post()
    office.pass_days(30)
    [case] = office.read(NAME)
    assert (case.report.text, case.alarms) == ("laat", ())


def test_an_envelope_past_its_until_is_refused_by_the_server(office: Office) -> None:
    post = sealed_report(office, "een")
    office.pass_days(until_of(office.today) - office.today + 1)
    with pytest.raises(RefusedError, match="until"):
        post()


def test_what_was_sealed_to_a_destroyed_key_alone_never_opens_again(office: Office) -> None:
    """The vault has its own content keys, so the case stays readable until they are destroyed too."""
    office.report("een")
    office.read(NAME)
    office.pass_days(28)
    [case] = office.read(NAME)
    assert case.report.text == "een"
    with office.session(NAME) as session:
        stored = session.vault.messages.by_id(case.report.id)
        assert stored
        assert stored.prefix
        header = Header.parse(stored.prefix)
        with pytest.raises(NoSlotError):
            find_content_key(header, OwnKeys.of(session.vault.bundles.all()).pairs_for(header.until))


def test_only_the_keys_of_its_week_are_tried_on_an_entry(office: Office) -> None:
    """M6: each key that is tried costs time: a flood of entries cost every recipient all keys of four weeks."""
    office.pass_days(WEEK)
    office.read(NAME)
    with office.session(NAME) as session:
        keys = OwnKeys.of(session.vault.bundles.all())
        assert len(keys.bundles) >= 6
        for start in range(monday(office.today), monday(office.today) + AHEAD + 1, WEEK):
            weekly, last_resort = keys.pairs_for(start + 27)
            assert [own.bundle.last for own in keys.bundles if own.bundle.box == weekly.public.box] == [False]
            assert [own.bundle.last for own in keys.bundles if own.bundle.box == last_resort.public.box] == [True]
        assert keys.pairs_for(monday(office.today) - 400 + 27) == []


def test_a_bundle_names_the_last_entry_of_an_earlier_day_than_the_servers(office: Office) -> None:
    """L12: the newest entry would reveal when its owner looked."""
    office.report("een")
    office.pass_days(1)
    office.report("twee")
    office.pass_days(WEEK)
    office.report("drie")
    office.read(NAME)
    with office.session(NAME) as session:
        digest = session.vault.log.digest_at(2, session.trust().origin)
    newest = [bundle for bundle in published(office, every=True) if bundle.week == monday(office.today)]
    assert {(one.seen.log.place, one.seen.log.digest) for one in newest if one.seen} == {(2, digest)}


def test_a_vault_that_has_joined_signs_nothing_before_it_has_read_the_log(office: Office) -> None:
    office.cards["Nieuw"] = enrol(office.folder / "Nieuw", "Nieuw", "bestuur", PASSPHRASE, office.today, CHEAP)
    office.publish_roster([*office.cards])
    with office.session("Nieuw") as session:
        join(session.vault, session.secret, office.courier(), office.root.id, office.today)
        assert [(bundle.last, bundle.seen) for bundle in published(office, "Nieuw", every=True)] == [(True, None)]
        session.sync()
    assert len(published(office, "Nieuw", every=True)) == 5


def test_who_was_away_for_months_gets_reports_by_the_last_resort_key(office: Office) -> None:
    office.pass_days(90)
    office.report("een")
    [case] = office.read(THIRD)
    assert case.report.text == "een"
