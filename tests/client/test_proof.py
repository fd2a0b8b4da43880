"""A proof that the page makes holds for the tool without a server, and one that was spoilt is refused by its fault."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keys.cases.proof import Proof
from keys.errors import ProofError
from keys.roster import words
from keys.sealing import Signer
from keys.wire.canonical import b64, encode, parse_object
from keys.wire.messages import Acknowledgement
from keys.wire.signed import LABEL_ROOT, Signed, join_frames, split_frames
from tests.client.page import FailedError, opened
from tests.client.recipient import only_case, say
from tests.keys.office import Office
from tests.organisation import Organisation

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.client.page import Page

HEAD_START = 96  # behind mac and signature
TEXT = "Een geheim verhaal."


@pytest.fixture(scope="module")
def proving(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office.open(tmp_path_factory.mktemp("proving"))


@pytest.fixture(scope="module")
def proof(proving: Office) -> bytes:
    with opened(proving) as page:
        return proved(proving, page)


def proved(office: Office, page: Page) -> bytes:
    """Report, have it acknowledged, and return the proof that the page makes."""
    receipt = page.report(TEXT)
    page.look(receipt)
    with pytest.raises(FailedError, match="malformed"):
        page.ask("prove")
    say(office, "Secretaris", Acknowledgement("We hebben je melding."))
    page.look(receipt)
    return bytes.fromhex(page.ask("prove")["proof"])


def test_a_true_proof_holds_without_a_server(proving: Office, proof: bytes) -> None:
    shown = Proof.parse(proof).verify(proving.root.id)
    assert (shown.author.name, shown.author.role, shown.day) == ("Secretaris", "secretaris", proving.today)
    assert shown.organisation == "Voorbeeldstichting"
    case = only_case(proving, "Secretaris")
    assert shown.report == case.id
    assert shown.acknowledgement == case.thread[-1].id


def test_a_proof_tells_nothing_of_the_report(proof: bytes) -> None:
    assert TEXT.encode() not in proof
    assert b"reporter" not in proof


def test_a_proof_holds_after_roster_and_root_were_renewed(office: Office) -> None:
    with opened(office) as page:
        receipt = page.report()
        say(office, "Secretaris", Acknowledgement("We hebben je melding."))
        office.publish_roster(["Secretaris", "Bestuurslid 1"])
    with opened(office) as page:
        page.trust()
        page.look(receipt)
        later = bytes.fromhex(page.ask("prove")["proof"])
    assert Proof.parse(later).verify(office.root.id).author.name == "Secretaris"


def frames(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[bytes], bytes]:
    return lambda raw: join_frames(change(split_frames(raw)))


def head(change: Callable[[dict[str, object]], object]) -> Callable[[bytes], bytes]:
    """Return what changes the acknowledgement's head and leaves its signature as it is."""

    def changed(parts: list[bytes]) -> list[bytes]:
        members = parse_object(parts[1][HEAD_START:])
        change(members)  # type: ignore[arg-type]
        return [parts[0], parts[1][:HEAD_START] + encode(members), *parts[2:]]

    return frames(changed)


def flipped(part: int, at: int) -> Callable[[bytes], bytes]:
    def changed(parts: list[bytes]) -> list[bytes]:
        raw = bytearray(parts[part])
        raw[at] ^= 1
        return [*parts[:part], bytes(raw), *parts[part + 1 :]]

    return frames(changed)


def by_another(parts: list[bytes]) -> list[bytes]:
    """Put the signed roster of another organisation in place."""
    return [*parts[:-1], Organisation.found().rosters[0].encode()]


def of_another(parts: list[bytes]) -> list[bytes]:
    """Put all of another organisation's chain in place."""
    other = Organisation.found()
    return [*parts[:2], other.roots[0].encode(), other.rosters[0].encode()]


def with_one_signature(parts: list[bytes]) -> list[bytes]:
    roster = Signed.parse(parts[-1])
    return [*parts[:-1], replace(roster, signers=roster.signers[:1]).encode()]


def signed_by_a_stranger(parts: list[bytes]) -> list[bytes]:
    """Let somebody who is on no roster sign the same words."""
    stranger = Signer.generate()
    members = parse_object(parts[1][HEAD_START:])
    members["author"] = b64(stranger.public)
    mac, raw = parts[1][:32], encode(members)
    signature = stranger.sign(b"meldbus/1 acknowledgement" + mac + raw)
    return [parts[0], mac + signature + raw, *parts[2:]]


SPOILT: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda raw: b"", "file"),
    "cut": (lambda raw: raw[:-1], "file"),
    "of another kind of file": (lambda raw: b"%PDF-1.7" + raw, "file"),
    "of another version": (frames(lambda parts: [b"meldbus proof 2", *parts[1:]]), "file"),
    "without a roster": (frames(lambda parts: parts[:-1]), "file"),
    "day changed": (head(lambda members: members.update(day=1)), "acknowledgement"),
    "another report named": (head(lambda members: members.update(case=b64(bytes(32)))), "acknowledgement"),
    "another kind": (head(lambda members: members.update(kind="answer")), "acknowledgement"),
    "no head": (frames(lambda parts: [parts[0], parts[1][:HEAD_START], *parts[2:]]), "acknowledgement"),
    "mac changed": (flipped(1, 0), "acknowledgement"),
    "signature changed": (flipped(1, 40), "acknowledgement"),
    "signed by a stranger": (frames(signed_by_a_stranger), "acknowledgement"),
    "root changed": (flipped(2, 10), "roots"),
    "roots of another organisation": (frames(of_another), "roots"),
    "roster of another organisation": (frames(by_another), "roster"),
    "roster with one signature": (frames(with_one_signature), "roster"),
    "roster changed": (flipped(3, 60), "roster"),
}


@pytest.mark.parametrize("fault", SPOILT)
def test_a_spoilt_proof_is_refused_by_what_is_wrong_with_it(proving: Office, proof: bytes, fault: str) -> None:
    spoil, part = SPOILT[fault]
    spoilt = spoil(proof)
    assert spoilt != proof
    with pytest.raises(ProofError) as refused:
        Proof.parse(spoilt).verify(proving.root.id)
    assert refused.value.args[0] == part


def test_a_true_proof_is_refused_for_another_fingerprint(proof: bytes) -> None:
    with pytest.raises(ProofError, match="another organisation"):
        Proof.parse(proof).verify(Organisation.found().fingerprint)


def test_the_words_of_a_poster_find_the_root_in_the_proof(proving: Office, proof: bytes) -> None:
    roots, _ = Proof.parse(proof).chain()
    assert words(proving.root.id) in [words(root.id(LABEL_ROOT)) for root in roots]
