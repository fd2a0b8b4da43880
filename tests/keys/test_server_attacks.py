"""The tool and the reporter's side detect a cheating server: one attack per test."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keys.errors import (
    ExpiredError,
    ForkError,
    FormatError,
    MalformedError,
    NetworkError,
    RolledBackError,
    TamperedError,
    TrustError,
    UnknownCapabilityError,
)
from keys.sync import Notice, NoticeKind, actions, load_trust, sealing_basis
from keys.sync.trust import first_trust
from keys.wire.canonical import b64, encode, parse_object
from keys.wire.log import LogDigest, LogPage
from keys.wire.messages import Note, Question
from keys.wire.signed import Signed, join_chain, join_frames, split_chain, split_frames
from tests.keys.log_writer import LogWriter
from tests.organisation import Organisation

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keys.cases.case import Case
    from keys.sync import RecipientSession
    from tests.keys.office import Office

A, B, X = "Secretaris", "Bestuurslid 1", "Bestuurslid 2"
QUESTION = 1  # the index of the question among the entries of `talk`


def talk(office: Office) -> None:
    """Create a thread with three messages: a report, a question, an answer."""
    receipt = office.report("een")
    with office.session(A) as session:
        session.sync()
        actions.write(session, session.cases()[0], Question("twee"))
        session.send_now()
    office.answer(receipt, "drie")


def texts(case: Case) -> list[str]:
    return [message.text for message in case.thread]


def lines(case: Case) -> list[str]:
    return [notice.kind.value for notice in case.lines]


def test_a_message_that_is_withheld_from_one_reader_is_missing_there(office: Office) -> None:
    talk(office)

    def withhold(asked: str, answer: bytes) -> bytes:
        if not asked.startswith("/log?") or "short=1" in asked:
            return answer
        page = LogPage.parse(answer)
        kept = (*page.entries[:QUESTION], *page.entries[QUESTION + 1 :])
        return replace(page, entries=kept).encode()

    office.meddle = withhold
    [case] = office.read(B)
    assert texts(case) == ["een", "drie"]
    assert lines(case) == ["missing"]
    assert case.missing[0].named_by == (case.messages[-1].id,)


def test_a_log_that_one_reader_is_shown_otherwise_is_noticed_by_the_next_weeks_bundles(office: Office) -> None:
    talk(office)
    office.pass_days(7)
    office.read(A)

    def withhold(asked: str, answer: bytes) -> bytes:
        if not asked.startswith("/log?") or "short=1" in asked:
            return answer
        page = LogPage.parse(answer)
        return replace(page, entries=page.entries[:QUESTION]).encode()

    office.meddle = withhold
    before = len(office.courier().bundles(every=True)[2])
    with office.session(B) as session:
        assert not session.sync().is_complete
        assert Notice(NoticeKind.WITNESS, (A,)) in session.notices()
    assert len(office.courier().bundles(every=True)[2]) == before  # it signed nothing


@pytest.mark.parametrize("where", [20, 9000, 9760, 9790, -1])
def test_an_altered_message_is_found_out(office: Office, where: int) -> None:
    """At the start of a slot, inside a slot, in the content, in the mac, and in the stream."""
    talk(office)

    def spoil(asked: str, answer: bytes) -> bytes:
        if not asked.startswith("/log?") or "short=1" in asked:
            return answer
        page = LogPage.parse(answer)
        spoilt = bytearray(page.entries[QUESTION].prefix)
        for at in range(13, 9741, 1216) if where == 20 else [where]:
            spoilt[at] ^= 1
        entries = [*page.entries]
        entries[QUESTION] = replace(entries[QUESTION], prefix=bytes(spoilt))
        return replace(page, entries=tuple(entries)).encode()

    office.meddle = spoil
    with office.session(B) as session:
        session.sync()
        [case] = session.cases()
        assert texts(case) == ["een", "drie"]
        assert lines(case) == ["missing"]
        faults = [notice.fault for notice in session.notices() if notice.is_alarm]
        # A slot with an altered share looks like one for somebody else.
        assert set(faults) <= {"tampered"}


def test_a_swapped_key_is_sealed_to_by_nobody(office: Office) -> None:
    """The server puts its own key into a bundle: the identity's signature is then invalid."""
    own = Organisation.found(office.today).people[0]

    def meddle(asked: str, answer: bytes) -> bytes:
        if asked != "/bundles":
            return answer
        first, *bundles = split_frames(answer)
        swapped = []
        for raw in bundles:
            signed = Signed.parse(raw)
            members = parse_object(signed.document) | {"box": b64(own.weekly.public.box)}
            swapped.append(Signed(encode(members), signed.signers).encode())
        return join_frames([first, *swapped])

    office.meddle = meddle
    _, addressees = sealing_basis(office.courier(), office.history(), office.today)
    assert addressees.pairs == {}


def test_a_bundle_of_someone_not_on_the_roster_is_never_sealed_to(office: Office) -> None:
    other = Organisation.found(office.today)
    stranger = other.people[0]
    bundle = stranger.bundle(office.today, other.witness)
    office.meddle = lambda asked, answer: answer + join_frames([bundle.encode()]) if asked == "/bundles" else answer
    _, addressees = sealing_basis(office.courier(), office.history(), office.today)
    assert addressees.pairs.keys() == {office.person(name) for name in (A, B, X)}


def test_a_dropped_signature_is_found_out(office: Office) -> None:
    def meddle(asked: str, answer: bytes) -> bytes:
        if asked != "/chain":
            return answer
        roots, [signed] = split_chain(answer)
        return join_chain(roots, [Signed(signed.document, signed.signers[:1])])

    office.meddle = meddle
    with office.session("Secretaris") as session, pytest.raises(TrustError):
        session.sync()


def test_a_rolled_back_roster_is_found_out_by_the_tool(office: Office) -> None:
    old = office.app.test_client().get("/chain").data
    office.add("Bestuurslid 3", "bestuur")
    office.read("Secretaris")
    office.meddle = lambda asked, answer: old if asked == "/chain" else answer
    with office.session("Secretaris") as session, pytest.raises(RolledBackError):
        session.sync()


@pytest.mark.parametrize(
    "trust",
    [
        lambda session, office: session.sync(),
        lambda session, office: first_trust(session.vault, session.courier, office.root.id, office.today),
    ],
    ids=["sync", "join"],
)
def test_a_server_that_names_a_roster_of_a_far_version_is_asked_for_none_before_it(
    office: Office, trust: Callable[[RecipientSession, Office], object]
) -> None:
    """It could answer each request, and so keep a tool asking without end."""

    def meddle(asked: str, answer: bytes) -> bytes:
        if asked != "/chain":
            return answer
        roots, [signed] = split_chain(answer)
        members = parse_object(signed.document) | {"before": b64(bytes(32)), "version": 2**50}
        return join_chain(roots, [Signed(encode(members), signed.signers)])

    office.meddle = meddle
    with office.session(A) as session:
        with pytest.raises(TamperedError):
            trust(session, office)
        asked = [path for _, path, _ in session.courier.asked]  # type: ignore[attr-defined]
        assert not [path for path in asked if path.startswith("/rosters")]


def withheld(office: Office) -> None:
    """Publish a roster, let one recipient see it, and hide it from then on."""
    old = office.app.test_client().get("/chain").data
    office.announce_roster(days=20)
    office.read("Bestuurslid 1")
    office.meddle = lambda asked, answer: old if asked == "/chain" else answer


def test_a_rolled_back_roster_is_found_out_by_a_reporter_who_remembers_nothing(office: Office) -> None:
    """The bundles name the roster that their owners know: those owners are named, and the others can be sealed to."""
    first = office.history()
    withheld(office)
    _, found = sealing_basis(office.courier(), first, office.today)
    assert found.unknown == {office.person("Bestuurslid 1")}
    assert set(found.pairs) == {office.person(A), office.person(X)}


def test_a_frozen_roster_is_found_out_by_a_colleague_who_never_saw_the_new_one(office: Office) -> None:
    withheld(office)
    with office.session("Secretaris") as session:
        session.sync()
        assert session.notices() == [Notice(NoticeKind.WITHHELD, ("Bestuurslid 1",))]


def test_a_roster_frozen_for_everybody_ends_on_its_day(office: Office) -> None:
    office.pass_days(400)
    with office.session("Secretaris") as session, pytest.raises(ExpiredError):
        session.sync()


def test_another_organisations_chain_is_refused(office: Office) -> None:
    other = Organisation.found(office.today)
    office.meddle = lambda asked, answer: other.chain() if asked == "/chain" else answer
    with office.session("Secretaris") as session, pytest.raises(ForkError):
        session.sync()


def test_nothing_is_kept_of_a_chain_that_does_not_hold(office: Office) -> None:
    with office.session("Secretaris") as session:
        before = load_trust(session.vault).roster.id
        other = Organisation.found(office.today)
        office.meddle = lambda asked, answer: other.chain() if asked == "/chain" else answer
        session.courier = office.courier()
        with pytest.raises(TrustError):
            session.sync()
        assert load_trust(session.vault).roster.id == before


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>Not found</html>", b'{"error": "unknown"}', b'{"error":"unknown"}\n', b'{"error":"unknown","a":1}'],
)
def test_only_the_servers_own_404_says_that_it_does_not_know_a_capability(office: Office, body: bytes) -> None:
    """H6: one 404 of a proxy used to cut a tool off from a case permanently."""
    receipt = office.report("een")
    office.read(A)
    office.refuse = lambda path: (404, body) if path.startswith("/log") else None
    with office.session(A) as session, pytest.raises(NetworkError) as raised:
        session.sync()
    assert not isinstance(raised.value, UnknownCapabilityError)
    office.refuse = lambda path: None
    office.answer(receipt, "twee")
    assert [texts(case) for case in office.read(A)] == [["een", "twee"]]


def test_a_server_that_calls_an_entry_of_yesterday_ended_is_not_read(office: Office) -> None:
    """The digests after it would be right: the server could withhold any single entry from any single reader."""
    talk(office)
    office.read(B)
    office.report("wordt achtergehouden")
    office.report("wordt gegeven")

    def keep_back(asked: str, answer: bytes) -> bytes:
        if not asked.startswith("/log?") or "short=1" in asked:
            return answer
        page = LogPage.parse(answer)
        last = len(page.entries) - 1
        return replace(
            page, first=page.first + last, before=page.digests()[last - 1], entries=page.entries[last:]
        ).encode()

    office.meddle = keep_back
    with office.session(B) as session, pytest.raises(MalformedError):
        session.sync()
    office.meddle = lambda asked, answer: answer
    assert len(office.read(B)) == 3


def test_a_log_that_goes_on_otherwise_after_what_has_ended_differs(office: Office) -> None:
    """L17: the digest before the first remaining entry is checked."""
    talk(office)
    office.read(B)
    office.report("in een andere log")

    def fork(asked: str, answer: bytes) -> bytes:
        if not asked.startswith("/log?") or "short=1" in asked:
            return answer
        page = LogPage.parse(answer)
        last = len(page.entries) - 1
        return replace(page, first=page.first + last, before=LogDigest(bytes(32)), entries=page.entries[last:]).encode()

    office.meddle = fork
    with office.session(B) as session:
        before = session.vault.log.end(session.trust().origin)
        with pytest.raises((FormatError, NetworkError)):
            session.sync()
        assert session.vault.log.end(session.trust().origin) == before


@pytest.mark.parametrize("wrong", [1, 1000, -1000])
def test_a_wrong_day_of_the_server_gives_up_nothing_that_waits(office: Office, tmp_path: Path, wrong: int) -> None:
    """A share that does not arrive, a message whose report is missing, an own envelope to post again."""
    writer = LogWriter(office, tmp_path)
    report = writer.report("een", [A, B])
    note = writer.post(A, Note("voor X"), report, [A, B, X], [report])
    share = writer.share(A, X, [report.archived, note.archived] * 100, report)
    right = office.today

    def lie(asked: str, answer: bytes) -> bytes:
        if not asked.startswith("/bundles"):
            return answer
        first, *bundles = split_frames(answer)
        return join_frames([encode(parse_object(first) | {"day": right + wrong}), *bundles])

    office.refuse = lambda path: (502, b"") if path.startswith(f"/log/{share.position}/") else None
    office.meddle = lie
    for _ in range(2):
        with office.session(X) as session:
            session.sync()
            assert len(session.vault.messages.unfinished()) == 1
            assert len(session.vault.messages.unknown_since()) == 1
    office.meddle = lambda asked, answer: answer
    with office.session(X) as session:
        session.sync()
        assert session.vault.messages.unknown_since() == {report.message.case: right}
        assert [one.since for one in session.vault.messages.unfinished()] == [right]


def test_a_day_that_no_calendar_has_is_no_page(office: Office) -> None:
    """A day that cannot be shown would hide the case and the notices permanently."""
    talk(office)

    def lie(asked: str, answer: bytes) -> bytes:
        if not asked.startswith("/log?") or "short=1" in asked:
            return answer
        page = LogPage.parse(answer)
        return replace(page, entries=(replace(page.entries[0], day=2**32 - 1), *page.entries[1:])).encode()

    office.meddle = lie
    with office.session(B) as session, pytest.raises(MalformedError):
        session.sync()
    office.meddle = lambda asked, answer: answer
    with office.session(B) as session:
        session.sync()
        assert session.notices() == []


@pytest.mark.parametrize("shift", [28, -31], ids=["withheld until its keys had gone", "before anybody could seal it"])
def test_an_entry_of_a_day_on_which_no_honest_server_takes_it_is_an_alarm_on_the_server(
    office: Office, shift: int
) -> None:
    """L18: entries that were withheld, or replayed after their keys had been destroyed, silently did not open."""
    office.report("een")

    def misdate(asked: str, answer: bytes) -> bytes:
        if not asked.startswith("/log?") or "short=1" in asked:
            return answer
        page = LogPage.parse(answer)
        return replace(page, entries=tuple(replace(entry, day=entry.day + shift) for entry in page.entries)).encode()

    office.meddle = misdate
    with office.session(B) as session:
        session.sync()
        [notice] = [notice for notice in session.notices() if notice.is_alarm]
        assert (notice.kind, notice.days, notice.count) == (NoticeKind.ENTRY_DAY, (office.today + shift,), 1)


def test_a_day_of_the_log_that_falls_is_an_alarm_on_the_server(office: Office) -> None:
    """L18: a backdated entry seems to have been read by those whose keys are destroyed."""
    office.pass_days(3)
    for text in ("een", "twee"):
        office.report(text)

    def fall(asked: str, answer: bytes) -> bytes:
        if not asked.startswith("/log?") or "short=1" in asked:
            return answer
        first, second = LogPage.parse(answer).entries
        return replace(LogPage.parse(answer), entries=(first, replace(second, day=second.day - 1))).encode()

    office.meddle = fall
    with office.session(B) as session:
        session.sync()
        assert [notice.kind for notice in session.notices() if notice.is_alarm] == [NoticeKind.ENTRY_DAY]
        assert len(session.cases()) == 2
