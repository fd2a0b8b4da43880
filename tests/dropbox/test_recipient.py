"""What the recipients' tool is promised, and what the server takes only with the right signatures."""

from __future__ import annotations

import copy
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from keys.roster import Root
from keys.sealing import Signer
from keys.wire.canonical import b64
from keys.wire.signed import Signed, join_publication, split_chain, split_frames
from tests.organisation import POLICY, Organisation, Person

if TYPE_CHECKING:
    from tests.dropbox.conftest import Box


TAMPERED = b'{"error":"tampered"}'


def frames(organisation: Organisation, *documents: Signed) -> bytes:
    """Return roots and one roster, with the texts that it names, as they are published."""
    return join_publication(documents[:-1], documents[-1:], organisation.texts_of(documents[-1:]))


def refused_chain(box: Box, raw: bytes, error: str) -> None:
    before = box.get("/chain").data
    answer = box.post_raw("/chain", raw)
    assert (answer.status_code, answer.data) == (400, b'{"error":"%s"}' % error.encode())
    assert box.get("/chain").data == before


def test_cover_entry_and_report_look_alike_in_the_log(box: Box) -> None:
    box.post(box.organisation.report().posting)
    box.post(box.organisation.cover())
    report, cover = box.log()
    assert (report.size, report.day, len(report.prefix)) == (cover.size, cover.day, len(cover.prefix))
    assert report.header().until == cover.header().until
    assert len(report.header().slots) == len(cover.header().slots)


def test_chain_is_given_as_it_was_taken(box: Box) -> None:
    assert box.get("/chain").data == box.organisation.chain()


def test_chain_of_the_pinned_root_alone_is_taken(bare: Box) -> None:
    other = Organisation.found(bare.organisation.today)
    answer = bare.post_raw("/chain", other.publication())
    assert (answer.status_code, answer.data) == (400, b'{"error":"fork"}')
    assert bare.get("/chain").status_code == 503


def test_same_chain_again_changes_nothing(box: Box) -> None:
    assert box.post_raw("/chain", box.organisation.publication()).status_code == 201
    assert box.get("/chain").data == box.organisation.chain()


def test_next_roster_is_taken_and_earlier_ones_stay(box: Box) -> None:
    organisation = box.organisation
    organisation.people.append(Person("Extern", "external"))
    organisation.renew_roster()
    assert box.post_raw("/chain", organisation.publication()).status_code == 201
    assert box.get("/chain").data == organisation.chain()
    for version, roster in enumerate(organisation.rosters, 1):
        assert box.get(f"/rosters/{version}").data == roster.encode()
    for missing in ("3", "0", "99999999999999999999", "x"):
        assert box.get(f"/rosters/{missing}").status_code == 404


def test_pages_follow_the_newest_roster(box: Box) -> None:
    box.get("/nl/")
    box.organisation.renew_roster(policy=replace(POLICY, version=2, organisation="Andere Stichting"))
    assert box.post_raw("/chain", box.organisation.publication()).status_code == 201
    assert "Andere Stichting" in box.get("/nl/").text


def test_next_root_is_taken_with_a_roster_that_it_signed(box: Box) -> None:
    organisation = box.organisation
    organisation.renew_root([Signer.generate() for _ in range(4)], 3)
    assert box.post_raw("/chain", organisation.publication()).status_code == 201
    roots, rosters = split_chain(box.get("/chain").data)
    assert Root.verify_chain(roots, organisation.fingerprint).version == 2
    assert rosters == organisation.rosters[-1:]


def test_older_chain_is_refused_as_rolled_back(box: Box) -> None:
    old_chain, old_root = box.organisation.publication(), box.organisation.roots[0]
    box.organisation.renew_roster()
    assert box.post_raw("/chain", box.organisation.publication()).status_code == 201
    refused_chain(box, old_chain, "rolled-back")
    box.organisation.renew_root(box.organisation.holders, 2)
    assert box.post_raw("/chain", box.organisation.publication()).status_code == 201
    refused_chain(box, frames(box.organisation, old_root, box.organisation.rosters[1]), "rolled-back")


def test_roster_of_too_few_signatures_is_refused(box: Box) -> None:
    organisation = box.organisation
    weak = organisation.signed_roster(signers=organisation.holders[:1])
    refused_chain(box, frames(organisation, *organisation.roots, weak), "below-threshold")


def test_roster_with_a_stranger_s_signature_is_refused(box: Box) -> None:
    organisation = box.organisation
    strange = organisation.signed_roster(signers=[*organisation.holders[:2], Signer.generate()])
    refused_chain(box, frames(organisation, *organisation.roots, strange), "malformed")


def test_second_roster_of_one_version_is_a_fork(box: Box) -> None:
    organisation = box.organisation
    first, second = organisation.signed_roster(), organisation.signed_roster(until=organisation.today + 5)
    assert box.post_raw("/chain", frames(organisation, *organisation.roots, first)).status_code == 201
    refused_chain(box, frames(organisation, *organisation.roots, second), "fork")


def test_roster_that_skips_a_version_is_refused(box: Box) -> None:
    box.organisation.renew_roster()
    box.organisation.renew_roster()
    refused_chain(box, box.organisation.publication(), "fork")


def test_other_root_of_a_version_is_a_fork(box: Box) -> None:
    other = copy.deepcopy(box.organisation)
    for organisation in (box.organisation, other):
        organisation.renew_root([Signer.generate()], 1)
    assert box.post_raw("/chain", box.organisation.publication()).status_code == 201
    refused_chain(box, other.publication(), "fork")


def test_root_without_enough_of_the_old_signatures_is_refused(box: Box) -> None:
    organisation = box.organisation
    holders = [Signer.generate()]
    weak = organisation.signed_root_after(holders, 1, [organisation.holders[0], *holders])
    refused_chain(box, frames(organisation, *organisation.roots, weak, organisation.rosters[-1]), "below-threshold")


def test_roster_that_has_ended_is_refused(box: Box) -> None:
    organisation = box.organisation
    roster = organisation.signed_roster(start=organisation.today - 20, until=organisation.today - 1)
    refused_chain(box, frames(organisation, *organisation.roots, roster), "expired")


def test_roster_of_tomorrow_is_shown_beside_the_one_in_force(box: Box) -> None:
    organisation = box.organisation
    organisation.people.append(Person("Extern", "external"))
    earlier = organisation.log_capability
    organisation.renew_roster(log_capability=secrets.token_bytes(32), start=organisation.today + 1)
    assert box.post_raw("/chain", organisation.publication()).status_code == 201
    assert split_chain(box.get("/chain").data)[1] == organisation.rosters
    # The card's bundle of somebody who begins tomorrow is there before that day; reporters' pages see it then.
    for serial, last in ((1, True), (2, False)):
        bundle = organisation.people[-1].bundle(organisation.today, organisation.witness, last=last, serial=serial)
        assert box.post_raw("/bundles", bundle.encode()).status_code == 201
    assert bundle.encode() not in split_frames(box.get("/bundles").data)
    assert [box.get(box.log_path, one).status_code for one in (earlier, organisation.log_capability)] == [200, 404]
    box.clock.advance(days=1)
    assert split_chain(box.get("/chain").data)[1] == organisation.rosters[1:]
    assert bundle.encode() in split_frames(box.get("/bundles").data)
    assert [box.get(box.log_path, one).status_code for one in (earlier, organisation.log_capability)] == [404, 200]


def test_bundle_of_a_revoked_identity_is_neither_taken_nor_given(box: Box) -> None:
    # Before the roster that revokes it is in force.
    organisation = box.organisation
    stolen = organisation.people.pop()
    organisation.revoked.append(stolen.identity)
    organisation.renew_roster(start=organisation.today + 1)
    assert box.post_raw("/chain", organisation.publication()).status_code == 201
    given = [Signed.parse(frame).members()["identity"] for frame in split_frames(box.get("/bundles").data)[1:]]
    assert b64(stolen.identity) not in given
    assert len(given) == 2 * len(organisation.people)
    refused = box.post_raw("/bundles", stolen.bundle(organisation.today, organisation.witness, serial=9).encode())
    assert (refused.status_code, refused.data) == (400, b'{"error":"not-enrolled"}')


def test_roster_that_drops_a_revocation_is_refused(box: Box) -> None:
    organisation = box.organisation
    organisation.revoked.append(organisation.people.pop().identity)
    organisation.renew_roster()
    assert box.post_raw("/chain", organisation.publication()).status_code == 201
    organisation.revoked.clear()
    organisation.renew_roster()
    refused_chain(box, organisation.publication(), "rolled-back")


def test_spoilt_chain_is_refused(box: Box) -> None:
    box.organisation.renew_roster()
    chain = box.organisation.publication()
    for spoilt in (b"", chain[:-1], chain + b"\0", chain[4:], join_publication(box.organisation.roots, [], [])):
        assert box.post_raw("/chain", spoilt).status_code == 400
    [signed] = box.organisation.rosters[-1:]
    last, signature = signed.signers[-1]
    forged = Signed(signed.document, (*signed.signers[:-1], (last, signature[:-1] + bytes([signature[-1] ^ 1]))))
    assert box.post_raw("/chain", frames(box.organisation, *box.organisation.roots, forged)).data == TAMPERED
    assert box.post_raw("/chain", chain).status_code == 201


def test_log_capability_of_the_roster_in_force_alone_counts(box: Box) -> None:
    """audit L4: at the server."""
    organisation, earlier = box.organisation, box.organisation.log_capability
    assert box.get(box.log_path, earlier).status_code == 200
    organisation.renew_roster(log_capability=secrets.token_bytes(32))
    assert box.post_raw("/chain", organisation.publication()).status_code == 201
    assert box.get(box.log_path, organisation.log_capability).status_code == 200
    assert box.get(box.log_path, earlier).status_code == 404
