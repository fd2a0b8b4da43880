"""A proof of receipt: it is valid without a server, and an altered one is refused with its fault (SPEC 5.5)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keys.cases import Proof
from keys.errors import ProofError
from keys.sync import actions
from keys.wire.messages import Acknowledgement, Answer
from keys.wire.signed import join_frames, split_frames
from tests.keys.office import Office

if TYPE_CHECKING:
    from keys.wire.messages import Body

TEXT = "Een geheim verhaal."


@pytest.fixture(scope="module")
def proving(tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = Office.open(tmp_path_factory.mktemp("proving"))
    office.report(TEXT)
    return office


@pytest.fixture(scope="module")
def proof(proving: Office) -> bytes:
    return proof_of(proving, Acknowledgement("We hebben je melding."))


def proof_of(office: Office, body: Body) -> bytes:
    """Let the secretaris write a message, and return the proof that a page would create from it."""
    with office.session("Secretaris") as session:
        session.sync()
        [case] = session.cases()
        message = actions.write(session, case, body).thread[-1]
        session.end()
        session.sync()
        stored = session.vault.messages.by_id(message.id)
        assert stored
    roots, rosters = office.courier().chain()
    signed = [*roots, rosters[-1]]
    return join_frames([b"meldbus proof 1", stored.message.statement, *(one.encode() for one in signed)])


def test_a_true_proof_says_who_confirmed_which_report_on_which_day(proving: Office, proof: bytes) -> None:
    shown = Proof.parse(proof).verify(proving.root.id)
    assert (shown.author.name, shown.author.role, shown.day) == ("Secretaris", "secretaris", proving.today)
    assert shown.organisation == "Voorbeeldstichting"
    with proving.session("Secretaris") as session:
        [case] = session.cases()
        assert shown.report == case.id
        assert case.find(shown.acknowledgement)


def test_a_proof_tells_nothing_of_the_report(proof: bytes) -> None:
    assert TEXT.encode() not in proof


def test_only_an_acknowledgement_proves_a_receipt(proving: Office) -> None:
    with pytest.raises(ProofError, match="another kind"):
        Proof.parse(proof_of(proving, Answer("We lezen het."))).verify(proving.root.id)


def test_another_organisations_fingerprint_is_refused(proof: bytes) -> None:
    with pytest.raises(ProofError, match="fingerprint"):
        Proof.parse(proof).verify(bytes(32))


@pytest.mark.parametrize("at", [0, 40, 120])
def test_a_proof_of_which_a_byte_was_changed_is_refused(proving: Office, proof: bytes, at: int) -> None:
    title, message, *signed = split_frames(proof)
    spoilt = message[:at] + bytes([message[at] ^ 1]) + message[at + 1 :]
    with pytest.raises(ProofError):
        Proof.parse(join_frames([title, spoilt, *signed])).verify(proving.root.id)


@pytest.mark.parametrize("left", range(4))
def test_a_proof_of_which_something_is_missing_is_refused(proof: bytes, left: int) -> None:
    with pytest.raises(ProofError):
        Proof.parse(join_frames(split_frames(proof)[:left]))


def test_a_roster_that_the_acknowledgement_does_not_name_is_refused(proving: Office, proof: bytes) -> None:
    proving.publish_roster([*proving.cards])
    _, rosters = proving.courier().chain()
    with pytest.raises(ProofError, match="not the one"):
        replace(Proof.parse(proof), roster=rosters[-1]).verify(proving.root.id)
