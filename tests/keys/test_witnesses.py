"""Bundles reveal who was shown another log, or a shorter one (SPEC 7.6 step 9, 10.3)."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from keys.roster import Bundle, LogHead, Witness
from keys.roster.weeks import monday
from keys.sync.key_rotation import sign_anew
from keys.sync.trust import load_trust
from keys.sync.witnesses import check_witnesses, naming_later_place
from tests.keys.hand import hand_of
from tests.keys.log_writer import LogWriter
from tests.keys.office import Paging
from tests.keys.restoring import ALL, A, B, Backup, C
from tests.keys.test_notices import day_shifted

if TYPE_CHECKING:
    from pathlib import Path

    from tests.keys.hand import Hand
    from tests.keys.office import Office


@pytest.fixture
def writer(office: Office, tmp_path: Path) -> LogWriter:
    return LogWriter(office, tmp_path)


def test_two_logs_are_noticed_by_the_bundles_of_the_next_week(office: Office, writer: LogWriter) -> None:
    """A reads one log, B another; the server shows B the bundles that A signed, which it cannot change."""
    writer.report("Over de kluis.", ALL)
    for name in (A, B):
        with hand_of(office, name) as hand:
            hand.read()
    fork, own = Backup(office, writer).fork(), office.app
    writer.cover()
    bundles = signed_next_week(office, A)
    office.app = fork
    writer.cover()
    with hand_of(office, B) as hand:
        hand.read()
        trust = load_trust(hand.vault)
        assert check_witnesses(hand.vault, trust, bundles) == [writer.person(A)]
        assert check_witnesses(hand.vault, trust, signed_next_week_in(office, hand)) == []
    office.app = own
    with hand_of(office, C) as hand:
        hand.read()
        assert check_witnesses(hand.vault, load_trust(hand.vault), bundles) == []


def test_a_log_that_is_withheld_from_one_is_noticed_by_a_place_after_its_end(office: Office, writer: LogWriter) -> None:
    writer.report("Over de kluis.", ALL)
    fork, own = Backup(office, writer).fork(), office.app
    writer.cover()
    bundles = signed_next_week(office, A)
    office.app = fork
    with hand_of(office, B) as hand:
        hand.read()
        trust = load_trust(hand.vault)
        assert naming_later_place(hand.vault, trust, bundles)
        assert check_witnesses(hand.vault, trust, bundles) == []
    office.app = own
    with hand_of(office, C) as hand:
        hand.read()
        assert not naming_later_place(hand.vault, load_trust(hand.vault), bundles)


def test_bundles_of_honest_people_contradict_nobodys_log_whatever_their_clocks_and_syncs(
    office: Office, writer: LogWriter
) -> None:
    """L12: with the own day, or a sync that had stopped, they did: 18, 133 and 1,000 alarms in 700 days."""
    rng, syncs = random.Random(12), 0
    for _ in range(40):
        for _ in range(rng.randrange(3)):
            writer.cover()
        for name in rng.sample(ALL, rng.randrange(3)):
            office.meddle = day_shifted(rng.choice([-2, -1, 0, 0, 1, 2]))
            with office.session(name, Paging(office)) as session:
                session.sync(most=rng.choice([1, 2**30]))
                syncs += 1
                assert [notice for notice in session.notices() if notice.is_alarm] == []
        office.meddle = lambda asked, answer: answer
        office.pass_days(1)
    assert syncs > 30


def signed_next_week(office: Office, name: str) -> list[Bundle]:
    """Read the log as somebody, and return the bundles that their tool would sign in the week after."""
    with hand_of(office, name) as hand:
        hand.read()
        return signed_next_week_in(office, hand)


def signed_next_week_in(office: Office, hand: Hand) -> list[Bundle]:
    trust, day = load_trust(hand.vault), monday(office.today) + 7
    end = hand.vault.log.last_before(day, trust.origin)
    seen = Witness(trust.root.id, trust.history.newest.id, LogHead(end.position, end.digest))
    sign_anew(hand.vault, hand.secret.signer(), day, seen)
    return [own.bundle for own in hand.vault.bundles.all() if own.bundle.week == day]
