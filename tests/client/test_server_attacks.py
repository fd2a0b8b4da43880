"""A server that cheats with its chain or its bundles is found out by the page: one attack a test."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keys.roster import Bundle, address
from keys.wire.canonical import b64, encode, parse_object
from keys.wire.signed import LABEL_BUNDLE, Signed, join_frames, split_frames
from tests.client.page import FailedError, Wire, opened, told
from tests.client.recipient import only_case
from tests.organisation import Organisation, sign

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.keys.office import Office


def refused(office: Office, meddle: Callable[[str, bytes], bytes], fragment: str = "") -> str:
    """Return the code with which the page refuses to trust this server."""
    with opened(office, Wire(office, meddle)) as page, pytest.raises(FailedError) as failed:
        page.trust(fragment)
    return str(failed.value)


def chain_changed(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[str, bytes], bytes]:
    """Change the frames of the roots and of the roster together."""

    def meddle(path: str, answer: bytes) -> bytes:
        if path != "/chain":
            return answer
        changed = change([frame for documents in split_frames(answer) for frame in split_frames(documents)])
        return join_frames([join_frames(changed[:-1]), join_frames(changed[-1:])])

    return meddle


def test_the_fingerprint_in_the_address_opens_the_page(still: Office) -> None:
    fragment = address("https://voorbeeld.example", "nl", still.root.id).partition("#")[2]
    with opened(still) as page:
        assert page.trust(fragment)["pinned"] == "new"
        assert page.trust()["pinned"] == ""


@pytest.mark.parametrize("fragment", [b64(bytes(32)), "AAAA", "#", "%20", b64(bytes(31)), "a" * 43])
def test_another_fingerprint_closes_the_page(still: Office, fragment: str) -> None:
    assert refused(still, lambda path, answer: answer, fragment) == "closed"


def test_another_organisations_chain_is_refused_with_a_fingerprint(still: Office) -> None:
    other = Organisation.found(still.today)
    replaced = chain_changed(
        lambda frames: [frame for part in split_frames(other.chain()) for frame in split_frames(part)]
    )
    assert refused(still, replaced, b64(still.root.id)) == "closed"


def test_after_a_closed_page_nothing_can_be_sent_without_the_fingerprint(still: Office) -> None:
    with opened(still) as page:
        with pytest.raises(FailedError, match=r"^closed$"):
            page.trust(b64(bytes(32)))
        receipt = page.ask("draw")["receipt"]
        with pytest.raises(FailedError):
            page.ask(
                "report",
                receipt=receipt,
                told=told("x"),
                chosen=[b64(still.person("Secretaris"))],
                files=[],
                identity="",
            )
        assert [path for path, _ in page.wire.asked] == ["/chain"]


def test_a_dropped_signature_is_found_out(still: Office) -> None:
    def drop(frames: list[bytes]) -> list[bytes]:
        roster = Signed.parse(frames[-1])
        return [*frames[:-1], Signed(roster.document, roster.signers[:1]).encode()]

    assert refused(still, chain_changed(drop)) == "below-threshold"


def test_a_changed_roster_is_found_out(still: Office) -> None:
    def swap(frames: list[bytes]) -> list[bytes]:
        return [
            *frames[:-1],
            frames[-1].replace(b'"bestuur"', b'"besturx"', 1),
        ]

    def rename(frames: list[bytes]) -> list[bytes]:
        return [*frames[:-1], frames[-1].replace(b"Bestuurslid 1", b"Bestuurslid 9")]

    assert refused(still, chain_changed(rename)) == "tampered"
    assert refused(still, chain_changed(swap)) == "malformed"


def test_a_frozen_roster_ends_on_its_day(office: Office) -> None:
    office.pass_days(office.roster().until - office.today)
    with opened(office) as page:
        page.trust()
    office.pass_days(1)
    assert refused(office, lambda path, answer: answer) == "expired"


def test_a_roster_that_begins_in_three_days_is_not_valid_yet(office: Office) -> None:
    office.now -= dt.timedelta(days=3)
    # The server's day never falls, but this one says the browser's.
    earlier = bundles_changed(lambda first, bundles: [encode(parse_object(first) | {"day": office.today}), *bundles])
    assert refused(office, earlier) == "expired"


def test_a_clock_that_is_three_days_behind_closes_no_page_and_is_told_of(office: Office) -> None:
    office.now -= dt.timedelta(days=3)
    with opened(office) as page:
        page.trust()
        assert page.ask("freshness")["days"] == [office.today + 3, office.today]


def report_refused(office: Office, meddle: Callable[[str, bytes], bytes]) -> str:
    """Return the code with which the page refuses to seal for this server; nothing is posted then."""
    with opened(office, Wire(office, meddle)) as page:
        with pytest.raises(FailedError) as failed:
            page.report()
        assert "/envelopes" not in [path for path, _ in page.wire.asked]
    return str(failed.value)


def bundles_changed(change: Callable[[bytes, list[bytes]], list[bytes]]) -> Callable[[str, bytes], bytes]:
    def meddle(path: str, answer: bytes) -> bytes:
        if path != "/bundles":
            return answer
        first, *bundles = split_frames(answer)
        return join_frames(change(first, bundles))

    return meddle


def test_a_swapped_key_is_never_sealed_to_and_closes_nothing_for_others(office: Office) -> None:
    """One spoilt bundle closed the form for everybody."""
    own = Organisation.found(office.today).people[0].weekly.public

    def swap(first: bytes, bundles: list[bytes]) -> list[bytes]:
        signed = Signed.parse(bundles[0])
        members = parse_object(signed.document) | {"box": b64(own.box)}
        return [first, Signed(encode(members), signed.signers).encode(), *bundles[1:]]

    with opened(office, Wire(office, bundles_changed(swap))) as page:
        page.report()
    for name in ("Secretaris", "Bestuurslid 1", "Bestuurslid 2"):
        # Their last-resort keys were sealed to, or they get it later.
        for case in office.read(name):
            assert {*case.report.head.to, *case.report.head.missing} == case.readers


def test_a_rolled_back_roster_is_found_out_by_a_page_that_remembers_nothing(office: Office) -> None:
    """The bundles name the roster that their owners know."""
    old = office.app.test_client().get("/chain").data
    office.add("Bestuurslid 3", "bestuur")
    for name in office.cards:
        office.read(name)
    assert report_refused(office, lambda path, answer: old if path == "/chain" else answer) == "rolled-back"


def test_a_bundle_that_names_a_roster_that_is_hidden_counts_for_nothing_and_its_owner_is_named(office: Office) -> None:
    """H3: one bundle of one recipient closed the form for everybody."""
    old = office.app.test_client().get("/chain").data
    office.publish_roster([*office.cards])
    office.read("Bestuurslid 1")
    with opened(office, Wire(office, lambda path, answer: old if path == "/chain" else answer)) as page:
        page.trust()
        found = page.ask("freshness")
        assert [person["name"] for person in found["unknown"]] == ["Bestuurslid 1"]
        asked = [path.split("/")[1] for path, _ in page.wire.asked]
        assert asked == ["chain", "texts", "bundles", "chain"]
        page.report(without=["Bestuurslid 1"])
    assert only_case(office, "Secretaris").report.text == "Er ging iets mis."


def test_keys_that_cannot_be_sealed_to_close_the_form_for_nobody(office: Office) -> None:
    """H3: an ML-KEM key outside the field made every report fail in which its owner was chosen.

    The server refuses such a bundle; one that helps its owner gives it to the page all the same.
    """
    signer, mark = office.secret("Bestuurslid 1").signer(), office.identity("Bestuurslid 1")

    def spoil(first: bytes, bundles: list[bytes]) -> list[bytes]:
        read = [Bundle.verify(Signed.parse(raw)) for raw in bundles]
        spoilt = [replace(bundle, kem=b"\xff" * 1184) if bundle.identity == mark else bundle for bundle in read]
        return [
            first,
            *(
                sign(bundle.members(), LABEL_BUNDLE, [signer]).encode() if bundle.identity == mark else raw
                for raw, bundle in zip(bundles, spoilt, strict=True)
            ),
        ]

    with opened(office, Wire(office, bundles_changed(spoil))) as page:
        page.report()
    report = only_case(office, "Secretaris").report
    assert report.head.missing == (office.person("Bestuurslid 1"),)
    assert office.person("Bestuurslid 1") in only_case(office, "Secretaris").readers


def test_bundles_of_long_ago_are_not_sealed_to(office: Office) -> None:
    """A server could name the day on which they were still good, and show none of the later ones."""
    then, first_day = office.app.test_client().get("/bundles").data, office.today
    office.pass_days(60)
    for name in office.cards:
        office.read(name)
    last_resort_gone = bundles_changed(lambda first, bundles: split_frames(weekly_only(then)))
    assert office.today == first_day + 60
    assert report_refused(office, last_resort_gone) == "days"


def weekly_only(frames: bytes) -> bytes:
    first, *bundles = split_frames(frames)
    return join_frames([first, *(raw for raw in bundles if not Signed.parse(raw).members()["last"])])


def test_a_withheld_earlier_roster_is_not_taken_for_an_unknown_code(office: Office) -> None:
    receipt = office.report()
    office.publish_roster([*office.cards])
    gone = ("404 Not Found", b'{"error":"unknown"}')
    wire = Wire(office, refuse=lambda path, times: gone if path.startswith("/rosters/") else None)
    with opened(office, wire) as page:
        page.trust()
        with pytest.raises(FailedError, match=r"^fork$"):
            page.look(receipt.written())


def test_a_bundle_of_someone_not_on_the_roster_is_never_sealed_to(office: Office) -> None:
    other = Organisation.found(office.today)
    stranger = other.people[0]
    bundle = stranger.bundle(office.today, other.witness).encode()
    with opened(office, Wire(office, bundles_changed(lambda first, bundles: [first, *bundles, bundle]))) as page:
        page.report()
    assert {*only_case(office, "Secretaris").report.head.to} == {one.person for one in office.roster().recipients}
