"""How Python reads each subject of the vectors, see README.md; it accepts nothing that `keys` does not."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from keys.cases.deadlines import due_days
from keys.cases.happened import Happened
from keys.cases.routing import Matter
from keys.cases.routing import route as routed
from keys.errors import MalformedError, StampError, TamperedError
from keys.policy import Policy
from keys.receipt import Receipt
from keys.roster import Bundle, Freshness, People, Root, Roster, RosterHistory, verify_signature, words
from keys.roster.roster import _recipient
from keys.roster.weeks import until_of
from keys.sealing import OpenedMessage, PrivatePair, find_content_key, open_files, open_head
from keys.sync.addressees import Addressees
from keys.wire import messages
from keys.wire.canonical import b64, encode, parse, parse_object, unb64
from keys.wire.envelope import Header, class_of_stream
from keys.wire.files import FileDigest
from keys.wire.ids import PERSON_SIZE, PersonId
from keys.wire.log import LogDigest, LogEntry, LogPage, ShortEntry, parse_log_cursor
from keys.wire.mailbox import MailboxPage
from keys.wire.posting import Posting
from keys.wire.signed import LABEL_ROOT, Signed, join_frames, split_frames
from keys.wire.stamp import stamp_holds
from keys.wire.upload import Opening, PartPosting, part_count
from tests.cases import computing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.vectors.vector import Vector

ACCEPTED = "accepted"
KEY_SIZE = 32
SIGNATURE_SIZE = 64


def envelope(vector: Vector) -> str:
    """Open an envelope."""
    header = Header.parse(vector.raw)
    reader = PrivatePair.from_seeds(vector.hex("box"), vector.hex("kem"))
    content_key = find_content_key(header, [reader])
    opened = open_head(vector.raw, content_key, len(vector.raw))
    if until_of(opened.head.day) != header.until:
        raise MalformedError("until")
    files = _files(vector.raw, opened)
    assert content_key == vector.hex("content-key")
    assert header.mac == vector.hex("mac")
    assert opened.id == vector.hex("id")
    assert opened.head.author == vector.hex("author")
    assert opened.head.kind == vector.fields["kind"]
    assert class_of_stream(len(vector.raw) - header.size) == vector.number("class")
    assert len(header.slots) == vector.number("slots")
    assert header.until == vector.number("until")
    assert header.encode() == vector.raw[: header.size]
    assert " ".join(files) == vector.fields.get("files", "")
    return "opens"


def _files(raw: bytes, opened: OpenedMessage) -> list[str]:
    """Read every file of a whole envelope, each by its digest, and return their SHA-256 in hex."""
    contents = b"".join(open_files(raw, len(raw), opened, lambda number: b""))
    hashes, at = [], 0
    for file in opened.head.files:
        content = contents[at : at + file.size]
        digest = FileDigest()
        digest.update(content)
        if digest.digest() != file.digest:
            raise TamperedError
        hashes.append(hashlib.sha256(content).hexdigest())
        at += file.size
    assert at == len(contents)
    return hashes


def message(vector: Vector) -> str:
    """Parse a head."""
    parsed = messages.Head.parse(vector.raw)
    assert parsed.kind == vector.fields["kind"]
    assert parsed.encode() == vector.raw
    return ACCEPTED


def archive(vector: Vector) -> str:
    """Parse the archive of a share."""
    brought = messages.parse_archive(vector.raw)
    found = ["null" if one.place is None else str(one.place) for one in brought]
    found = [f"{place}:{one.day}:{str(one.gone).lower()}" for place, one in zip(found, brought, strict=True)]
    assert found == vector.fields.get("messages", "").split()
    assert messages.encode_archives(brought) == [vector.raw]
    return ACCEPTED


def case(vector: Vector) -> str:
    """Compute a case as its reporter sees it; return the alarms in order."""
    asked: dict[str, Any] = parse_object(vector.raw)
    result = computing.computed(asked)
    assert result is not None
    assert computing.header_of(asked, result) == vector.fields
    return computing.outcome(result)


def canonical(vector: Vector) -> str:
    """Parse JSON."""
    assert encode(parse(vector.raw)) == vector.raw
    return ACCEPTED


def base64url(vector: Vector) -> str:
    """Decode base64url."""
    raw = unb64(vector.raw.decode(), vector.number("size"))
    assert raw == vector.hex("raw")
    assert b64(raw).encode() == vector.raw
    return ACCEPTED


def signature(vector: Vector) -> str:
    """Verify a signature."""
    end = KEY_SIZE + SIGNATURE_SIZE
    verify_signature(vector.raw[:KEY_SIZE], vector.raw[end:], vector.raw[KEY_SIZE:end])
    return ACCEPTED


def receipt(vector: Vector) -> str:
    """Read a code as typed."""
    code = Receipt.parse(vector.raw.decode())
    assert code.symbols == vector.fields["symbols"]
    assert code.capability() == vector.hex("capability")
    assert code.box_seed() == vector.hex("box-seed")
    assert code.kem_seed() == vector.hex("kem-seed")
    assert code.sign_seed() == vector.hex("sign-seed")
    return ACCEPTED


def stamp(vector: Vector) -> str:
    """Check a stamp."""
    if not stamp_holds(vector.raw[:KEY_SIZE], vector.raw[KEY_SIZE:], vector.number("work")):
        raise StampError
    return ACCEPTED


def fingerprint(vector: Vector) -> str:
    """Write a fingerprint in words and as text."""
    assert words(vector.raw) == vector.fields["words"]
    assert b64(vector.raw) == vector.fields["text"]
    return ACCEPTED


def signed(vector: Vector) -> str:
    """Parse a container."""
    assert Signed.parse(vector.raw).encode() == vector.raw
    return ACCEPTED


def frames(vector: Vector) -> str:
    """Split frames."""
    found = split_frames(vector.raw)
    assert " ".join(str(len(frame)) for frame in found) == vector.fields.get("sizes", "")
    assert join_frames(found) == vector.raw
    return ACCEPTED


def root(vector: Vector) -> str:
    """Walk a chain of roots."""
    newest = Root.verify_chain([Signed.parse(frame) for frame in split_frames(vector.raw)], vector.hex("pinned"))
    newest.check_day(vector.number("today"))
    assert newest.id == vector.hex("id")
    assert newest.version == vector.number("version")
    return ACCEPTED


def hexes(people: Iterable[bytes]) -> list[str]:
    """Return people as a vector lists them."""
    return sorted(person.hex() for person in people)


def roster(vector: Vector) -> str:
    """Trust a chain and choose the bundles of today."""
    documents = [Signed.parse(frame) for frame in split_frames(vector.raw)]
    today = vector.number("today")
    roots, rosters = vector.number("roots"), vector.number("rosters")
    newest_root = Root.verify_chain(documents[:roots], vector.hex("pinned"))
    newest_root.check_day(today)
    shown = documents[roots : roots + rosters]
    history = RosterHistory.verify(shown, newest_root)
    People(history.rosters)
    in_force = history.in_force(today)
    bundles = [Bundle.verify(signed) for signed in documents[roots + rosters :]]
    assert len(bundles) == vector.number("bundles")
    if bundles:
        ids = {signed.id(LABEL_ROOT) for signed in documents[:roots]} | {roster.id for roster in history.rosters}
        addressees = Addressees.on(history, bundles, today, ids).check_current()
        chosen = sorted(f"{person.hex()}:{pair.box.hex()}" for person, pair in addressees.pairs.items())
        assert chosen == vector.words("chosen")
        assert until_of(today) == vector.number("until")
        freshness = Freshness.of(history, bundles, today, ids)
        found = {
            "looked": people_of(in_force, freshness.looked),
            "differing": people_of(in_force, freshness.differing),
            "away": addressees.away,
            "unknown": addressees.unknown,
            "unusable": addressees.unusable,
        }
        for name, people in found.items():
            assert hexes(people) == vector.fields.get(name, "").split()
    assert in_force.id == vector.hex("id")
    assert in_force.version == vector.number("version")
    assert in_force.slots() == vector.number("slots")
    return ACCEPTED


def people_of(roster: Roster, identities: Iterable[bytes]) -> list[PersonId]:
    """Return whose identities these are."""
    return [one.person for one in roster.recipients if one.identity in set(identities)]


def posting(vector: Vector) -> str:
    """Parse a posting."""
    posted = Posting.parse(vector.raw)
    assert posted.door == vector.number("door")
    assert posted.nonce == vector.hex("nonce")
    assert posted.address == vector.hex("address")
    assert Header.parse(posted.envelope).mac == vector.hex("mac")
    assert posted.encode() == vector.raw
    return ACCEPTED


def opening(vector: Vector) -> str:
    """Parse an opening."""
    opened = Opening.parse(vector.raw)
    assert opened.door == vector.number("door")
    assert opened.nonce == vector.hex("nonce")
    assert opened.address == vector.hex("address")
    assert opened.size == vector.number("size")
    assert Header.parse(opened.prefix).mac == vector.hex("mac")
    assert part_count(len(opened.prefix), opened.size) == vector.number("parts")
    assert opened.encode() == vector.raw
    return ACCEPTED


def part(vector: Vector) -> str:
    """Parse a part."""
    parsed = PartPosting.parse(vector.raw)
    assert parsed.mac == vector.hex("mac")
    assert parsed.number == vector.number("number")
    assert parsed.encode() == vector.raw
    return ACCEPTED


def log(vector: Vector) -> str:
    """Parse a page of the log, and hold it against what its reader has read."""
    position, digest = vector.number("position"), LogDigest(vector.hex("digest"))
    found: LogPage[LogEntry] | LogPage[ShortEntry]
    found = LogPage.parse_short(vector.raw) if vector.number("short") else LogPage.parse(vector.raw)
    assert found.encode() == vector.raw
    assert found.check_follows(position, digest) == vector.number("ended")
    assert found.first == vector.number("first")
    assert int(found.end) == vector.number("end")
    assert " ".join(one.hex() for one in found.digests()) == vector.fields.get("digests", "")
    whole = ((at, entry) for at, entry in enumerate(found.entries, found.first) if isinstance(entry, LogEntry))
    misdated = [str(at) for at, entry in whole if entry.header().is_misdated(entry.day)]
    assert " ".join(misdated) == vector.fields.get("misdated", "")
    return ACCEPTED


def mailbox(vector: Vector) -> str:
    """Parse a page of a mailbox."""
    found = MailboxPage.parse(vector.raw, vector.number("after"))
    assert str(int(found.more)) == vector.fields["more"]
    assert " ".join(entry.header().mac.hex() for entry in found.entries) == vector.fields.get("macs", "")
    return ACCEPTED


def cursor(vector: Vector) -> str:
    """Parse a cursor of the log."""
    position, digest = parse_log_cursor(vector.raw.decode())
    assert position == vector.number("position")
    assert digest == vector.hex("digest")
    return ACCEPTED


def texts(vector: Vector) -> str:
    """Read a document of texts that a roster names."""
    first, roster, document = split_frames(vector.raw)
    verified = Roster.verify(Signed.parse(roster), Root.verify_chain([Signed.parse(first)], vector.hex("pinned")))
    language = vector.fields["language"]
    policy = verified.policy_in({language: document})
    assert policy.texts.welcome.get(language) == vector.fields.get("welcome")
    forms = [form.name.get(language) for form in policy.forms]
    assert [name for name in forms if name] == [vector.fields[name] for name in ("form",) if name in vector.fields]
    return ACCEPTED


def route(vector: Vector) -> str:
    """Say who gets a report."""
    asked: dict[str, Any] = parse_object(vector.raw)
    matter = asked["matter"]
    receiving = [_recipient(member) for member in asked["receiving"]]
    about = Matter(matter["topic"], matter["board"], frozenset(_people(matter["people"])))
    places = routed(Policy.parse(asked["policy"]), receiving, about, _people(asked["away"]))
    assert [places[one.person] for one in receiving] == vector.words("places")
    return ACCEPTED


def deadlines(vector: Vector) -> str:
    """Compute what is due when."""
    asked: dict[str, Any] = parse_object(vector.raw)
    due = due_days(Policy.parse(asked["policy"]), Happened(asked["received"], acknowledged=asked["acknowledged"]))
    for name in ("answer", "acknowledgement", "feedback"):
        assert getattr(due, name) == vector.number(name)
    return ACCEPTED


def _people(names: list[str]) -> set[PersonId]:
    return {PersonId(unb64(name, PERSON_SIZE)) for name in names}
