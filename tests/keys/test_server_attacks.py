"""A server that cheats is found out by the tool and by the reporter's side of it: one attack a test."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keys.errors import (
    ExpiredError,
    ForkError,
    NetworkError,
    RolledBackError,
    TamperedError,
    TrustError,
    UnknownCapabilityError,
)
from keys.roster import Bundle
from keys.sync import Notice, load_trust, sealing_basis
from keys.sync.notices import WITHHELD
from keys.wire import kinds
from keys.wire.canonical import b64, encode, parse_object
from keys.wire.exchange import Item, Page
from keys.wire.signed import Signed, join_chain, join_frames, split_chain, split_frames
from tests.keys.forging import post_share_of_no_case
from tests.organisation import Organisation

if TYPE_CHECKING:
    from collections.abc import Callable

    from keys.cases import Case
    from tests.keys.office import Office


def codes(alarms) -> list[str]:
    return [alarm.code for alarm in alarms]


def said(case: Case | None) -> list[str]:
    return [message.text for message in case.said if message.text] if case else []


def talk(office: Office):
    """A thread of three messages: a report, a question, an answer."""
    receipt = office.report("een")
    [(case, _)] = office.read("Secretaris")
    with office.desk("Secretaris") as desk:
        desk.say(case, kinds.Question("twee"))
    office.answer(receipt, "drie")
    return receipt


def meddle_items(office: Office, change: Callable[[list[Item]], list[Item]], path: str = "/channel") -> None:
    """Let the server change the items of every page of a channel."""

    def meddle(asked: str, answer: bytes) -> bytes:
        if not asked.startswith(path):
            return answer
        page = Page.parse(answer)
        return Page(tuple(change(list(page.items))), page.more).encode()

    office.meddle = meddle


def renumbered(items: list[Item]) -> list[Item]:
    return [Item(at, item.day, item.size, item.prefix) for at, item in enumerate(items, 1)]


def test_a_withheld_message_is_found_out(office: Office) -> None:
    receipt = talk(office)
    meddle_items(office, lambda items: items[:1] + items[2:])
    case, alarms = office.thread(receipt)
    assert said(case) == ["een", "drie"]
    assert codes(alarms) == ["missing"]
    [(case, alarms)] = office.read("Bestuurslid 1")
    assert said(case) == ["een", "drie"]
    assert codes(alarms) == ["missing"]


def test_reordered_messages_are_found_out(office: Office) -> None:
    receipt = talk(office)
    meddle_items(office, lambda items: renumbered([items[0], items[2], items[1]]))
    _, alarms = office.thread(receipt)
    assert codes(alarms) == ["reordered"]
    [(_, alarms)] = office.read("Bestuurslid 1")
    assert codes(alarms) == ["reordered"]


def test_a_repeated_message_is_found_out(office: Office) -> None:
    receipt = talk(office)
    meddle_items(office, lambda items: renumbered([items[0], items[1], items[1], items[2]]))
    case, alarms = office.thread(receipt)
    assert said(case) == ["een", "twee", "drie"]
    assert codes(alarms) == ["repeated"]
    [(case, alarms)] = office.read("Bestuurslid 1")
    assert said(case) == ["een", "twee", "drie"]
    assert codes(alarms) == ["repeated"]


@pytest.mark.parametrize("where", [20, 9000, 9760, 9790, -1])
def test_an_altered_message_is_found_out(office: Office, where: int) -> None:
    """In a slot's start, deep in a slot, in the content, in the mac, and in the stream."""
    receipt = talk(office)

    def spoil(items: list[Item]) -> list[Item]:
        changed = []
        for item in items:
            prefix = bytearray(item.prefix)
            if item is items[1]:
                for at in range(13, 9741, 1216) if where == 20 else [where]:
                    prefix[at] ^= 1
            changed.append(Item(item.position, item.day, item.size, bytes(prefix)))
        return changed

    meddle_items(office, spoil)
    case, alarms = office.thread(receipt)
    assert said(case) == ["een", "drie"]
    assert codes(alarms) == ["spoilt", "missing"]
    [(case, alarms)] = office.read("Bestuurslid 1")
    assert said(case) == ["een", "drie"]
    assert codes(alarms) == ["spoilt", "missing"]


def test_another_channels_envelope_is_found_out(office: Office) -> None:
    receipt = talk(office)
    other = office.report("vier")
    theirs = office.courier().channel(other.capability(), None).items[0]
    meddle_items(office, lambda items: renumbered([*items, theirs]))
    case, alarms = office.thread(receipt)
    assert said(case) == ["een", "twee", "drie"]
    assert codes(alarms) == ["spoilt"]


def test_another_cases_message_to_the_same_recipient_is_found_out(office: Office) -> None:
    """The recipient can open both; the head says which case it belongs to."""
    talk(office)
    other = office.report("vier")
    office.answer(other, "vijf")
    theirs = office.courier().channel(other.capability(), None).items[1]
    meddle_items(office, lambda items: items if len(items) != 3 else renumbered([*items, theirs]))
    cases = {said(case)[0]: (case, alarms) for case, alarms in office.read("Bestuurslid 1")}
    assert said(cases["een"][0]) == ["een", "twee", "drie"]
    assert codes(cases["een"][1]) == ["moved"]
    assert codes(cases["vier"][1]) == []


def test_a_swapped_key_is_found_out(office: Office) -> None:
    """The server puts a key of its own into a bundle: the identity's signature no longer fits."""
    own = Organisation.found(office.today).people[0]

    def meddle(asked: str, answer: bytes) -> bytes:
        if asked != "/bundles":
            return answer
        first, *bundles = split_frames(answer)
        signed = Signed.parse(bundles[0])
        members = parse_object(signed.document)
        members["box"] = b64(own.weekly.public.box)
        return join_frames([first, Signed(encode(members), signed.signers).encode(), *bundles[1:]])

    office.meddle = meddle
    with pytest.raises(TamperedError):
        office.report()


def test_a_bundle_of_someone_not_on_the_roster_is_never_sealed_to(office: Office) -> None:
    other = Organisation.found(office.today)
    stranger = other.people[0]
    bundle = stranger.bundle(office.today, other.witness)
    office.meddle = lambda asked, answer: answer + join_frames([bundle.encode()]) if asked == "/bundles" else answer
    office.report("een")
    [(case, _)] = office.read("Secretaris")
    assert stranger.identity not in case.report.message.head.to


def test_a_dropped_signature_is_found_out(office: Office) -> None:
    def meddle(asked: str, answer: bytes) -> bytes:
        if asked != "/chain":
            return answer
        roots, [signed] = split_chain(answer)
        return join_chain(roots, [Signed(signed.document, signed.signers[:1])])

    office.meddle = meddle
    with office.desk("Secretaris") as desk, pytest.raises(TrustError):
        desk.sync()


def test_a_rolled_back_roster_is_found_out_by_the_tool(office: Office) -> None:
    old = office.app.test_client().get("/chain").data
    office.add("Bestuurslid 3", "bestuur")
    office.read("Secretaris")
    office.meddle = lambda asked, answer: old if asked == "/chain" else answer
    with office.desk("Secretaris") as desk, pytest.raises(RolledBackError):
        desk.sync()


def withheld(office: Office) -> None:
    """Publish a roster, let one recipient see it, and hide it from then on."""
    old = office.app.test_client().get("/chain").data
    office.announce_roster(days=20)
    office.read("Bestuurslid 1")
    office.meddle = lambda asked, answer: old if asked == "/chain" else answer


def test_a_rolled_back_roster_is_found_out_by_a_reporter_who_remembers_nothing(office: Office) -> None:
    """The bundles name the roster that their owners know: who does is named, and the others can be sealed to."""
    first = office.history()
    withheld(office)
    _, found = sealing_basis(office.courier(), first, office.today)
    assert found.unknown == {office.identity("Bestuurslid 1")}
    assert set(found.bundles) == {office.identity("Secretaris"), office.identity("Bestuurslid 2")}


def test_a_frozen_roster_is_found_out_by_a_colleague_who_never_saw_the_new_one(office: Office) -> None:
    withheld(office)
    with office.desk("Secretaris") as desk:
        desk.sync()
        assert desk.notices() == [Notice(WITHHELD, ("Bestuurslid 1",))]


def test_a_roster_frozen_for_everybody_ends_on_its_day(office: Office) -> None:
    office.pass_days(400)
    with office.desk("Secretaris") as desk, pytest.raises(ExpiredError):
        desk.sync()


def test_another_organisations_chain_is_refused(office: Office) -> None:
    other = Organisation.found(office.today)
    office.meddle = lambda asked, answer: other.chain() if asked == "/chain" else answer
    with office.desk("Secretaris") as desk, pytest.raises(ForkError):
        desk.sync()


def test_nothing_is_kept_of_a_chain_that_does_not_hold(office: Office) -> None:
    with office.desk("Secretaris") as desk:
        before = load_trust(desk.vault).roster.id
        other = Organisation.found(office.today)
        office.meddle = lambda asked, answer: other.chain() if asked == "/chain" else answer
        with pytest.raises(TrustError):
            replace(desk, courier=office.courier()).sync()
        assert load_trust(desk.vault).roster.id == before


def test_a_server_that_hides_newer_bundles_is_noticed_by_who_was_sealed_to(office: Office) -> None:
    office.read("Secretaris")

    def meddle(asked: str, answer: bytes) -> bytes:
        if asked != "/bundles":
            return answer
        first, *bundles = split_frames(answer)
        return join_frames([first, *(raw for raw in bundles if Bundle.verify(Signed.parse(raw)).last)])

    office.meddle = meddle
    office.report("een")
    office.meddle = lambda asked, answer: answer
    with office.desk("Secretaris") as desk:
        desk.sync()
        assert [entry.code for entry in desk.vault.spoilt_entries()] == ["last-resort"]
        assert len(desk.cases()) == 1


def test_an_entry_that_names_an_unknown_channel_ends_no_sync(office: Office) -> None:
    """One posting that anybody can make used to end every sync of its readers for 13 months."""
    office.report("een")
    for name in ("Secretaris", "Bestuurslid 1"):
        post_share_of_no_case(office, name)
    office.report("twee")
    for name in ("Secretaris", "Bestuurslid 1"):
        assert sorted(said(case) for case, _ in office.read(name)) == [["een"], ["twee"]]
        with office.desk(name) as desk:
            assert [entry.code for entry in desk.vault.spoilt_entries()] == ["unknown-capability"]


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>Not found</html>", b'{"error": "unknown"}', b'{"error":"unknown"}\n', b'{"error":"unknown","a":1}'],
)
def test_only_the_servers_own_404_says_that_a_channel_is_gone(office: Office, body: bytes) -> None:
    """One 404 of a proxy used to make a tool deaf to a case for ever."""
    receipt = office.report("een")
    office.read("Secretaris")
    office.refuse = lambda path: (404, body) if path.startswith("/channel") else None
    with office.desk("Secretaris") as desk, pytest.raises(NetworkError) as raised:
        desk.sync()
    assert not isinstance(raised.value, UnknownCapabilityError)
    office.refuse = lambda path: None
    office.answer(receipt, "twee")
    assert [said(case) for case, _ in office.read("Secretaris")] == [["een", "twee"]]
