"""A published roster is watched: its publisher detects a server that hides it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from keys.ceremony import WATCH_FILE, look, watch, watched
from keys.errors import UnknownCapabilityError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.keys.cli import CommandLine
    from tests.keys.office import Office

NAMES = ["Bestuurslid 1", "Bestuurslid 2", "Secretaris"]


def _watching(office: Office, home: Path) -> None:
    watch(home, office.drafts[-1].root(), office.history(), "http://127.0.0.1", office.today)


def test_a_roster_is_watched_until_this_weeks_bundle_of_each_person_names_it(office: Office, tmp_path: Path) -> None:
    office.publish_roster([*office.cards])
    _watching(office, tmp_path)
    for left in (NAMES[1:], NAMES[2:]):
        office.read(next(name for name in NAMES if name not in left and name not in _seen(left)))
        published = look(tmp_path, office.courier())
        assert published
        assert published.names == left
        assert watched(tmp_path) == published
    office.read("Secretaris")
    assert look(tmp_path, office.courier()) is None
    assert not (tmp_path / WATCH_FILE).exists()


def _seen(left: list[str]) -> list[str]:
    """Return those who have looked before."""
    return NAMES[: len(NAMES) - len(left) - 1]


def test_who_looked_last_week_and_not_since_is_still_missing(office: Office, tmp_path: Path) -> None:
    office.publish_roster([*office.cards])
    _watching(office, tmp_path)
    for name in NAMES:
        office.read(name)
    office.pass_days(7)
    published = look(tmp_path, office.courier())
    assert published
    assert published.names == NAMES


def test_a_roster_that_the_server_hides_from_all_is_noticed_by_its_publisher_after_four_weeks(
    office: Office, tmp_path: Path
) -> None:
    """L1, H7: everybody saw the old roster while it was valid; the publisher may not be a recipient."""
    old = office.app.test_client().get("/chain").data
    office.publish_roster(["Secretaris", "Bestuurslid 1"])
    _watching(office, tmp_path)
    office.meddle = lambda asked, answer: old if asked == "/chain" else answer
    for _ in range(4):
        office.pass_days(7)
        for name in ("Secretaris", "Bestuurslid 1"):
            # Their tools sign bundles; this server hides only the chain, and requires the new capability.
            with suppress(UnknownCapabilityError):
                office.read(name)
        published = look(tmp_path, office.courier())
        assert published
        assert published.names == ["Bestuurslid 1", "Secretaris"]
        assert not published.may_be_hidden(office.today)
    office.pass_days(1)
    published = look(tmp_path, office.courier())
    assert published
    assert published.may_be_hidden(office.today)


def test_whoever_is_on_no_later_roster_is_not_waited_for(office: Office, tmp_path: Path) -> None:
    office.publish_roster([*office.cards])
    _watching(office, tmp_path)
    office.publish_roster(["Secretaris", "Bestuurslid 1"])
    published = look(tmp_path, office.courier())
    assert published
    assert published.names == ["Bestuurslid 1", "Secretaris"]
    for name in ("Secretaris", "Bestuurslid 1"):
        office.read(name)
    assert look(tmp_path, office.courier()) is None


def test_the_line_and_the_inbox_of_a_publisher_who_has_no_key_say_who_does_not_know_it(line: CommandLine) -> None:
    """L1: even if the publisher has no key."""
    office, roster = line.office, line.office.folder / "roster-2"
    draft = office.make_draft([*office.cards])
    for number, passphrase in ((1, "a"), (2, "b")):
        draft = draft.sign(office.folder / f"root-{number}.key", passphrase)
    roster.write_bytes(draft.encode())
    done = line.done("roster", "publish", "--server", "http://127.0.0.1", roster, who="bestuur")
    assert "meldbus roster watch" in done.stderr
    told = line.done("roster", "watch", who="bestuur").stderr
    assert "Not known yet to: Bestuurslid 1, Bestuurslid 2, Secretaris." in told
    office.pass_days(29)
    late = line.run("roster", "watch", who="bestuur")
    assert late.exit_code == 1
    assert "The server may be hiding it." in late.stderr
    for name in NAMES:
        office.read(name)
    assert "All know the roster" in line.done("roster", "watch", who="bestuur").stderr
    assert "All know the roster" in line.done("roster", "watch", who="bestuur").stderr
