"""Heads of messages, SPEC.md 4.1: each member missing, extra or of another type."""

from __future__ import annotations

from typing import TypeAlias

from keys.wire.canonical import Json, b64, encode, parse_object
from keys.wire.kinds import Answer
from tests.vectors.generator.people import BESTUUR_1, BESTUUR_2, SECRETARIS, seed
from tests.vectors.generator.scenario import ACCEPTED, MALFORMED, Made, Subject
from tests.vectors.generator.sealer import head_of, report_head

HEAD = Subject("head")
CASE = seed("case")
MAX_SEEN = 16
Members: TypeAlias = dict[str, Json]
_IDS: list[Json] = [*sorted(b64(seed(f"id {number}")) for number in range(MAX_SEEN + 1))]
_FILE: Members = {"digest": b64(bytes(32)), "name": "a.txt", "size": 1, "type": "text/plain"}
FILES: list[Json] = [_FILE]


def report_with(**changes: Json) -> Members:
    """Return the members of a report, some of them changed."""
    return parse_object(report_head().encode()) | changes


def answer_with(**changes: Json) -> Members:
    """Return the members of an answer, some of them changed."""
    head = head_of(Answer("Dank je."), Answer.KIND, SECRETARIS, CASE, [seed("id 1")])
    return parse_object(head.encode()) | changes


def lacking(members: Members, name: str) -> Members:
    """Return all members but one."""
    return {other: value for other, value in members.items() if other != name}


def wrong(title: str, comment: str, members: Json, expect: str = MALFORMED) -> None:
    """List a head that is refused."""
    HEAD.add(title, expect, comment, lambda: encode(members))


def right(title: str, comment: str, members: Members) -> None:
    """List a head that is accepted."""

    def made() -> Made:
        return encode(members), {"kind": str(members["kind"])}

    HEAD.add(title, ACCEPTED, comment, made)


def _names(*people: bytes) -> list[Json]:
    return [*sorted(map(b64, people))]


_two = _names(SECRETARIS.identity, BESTUUR_1.identity)

right("report", "as a page makes it", report_with())
right("report that leaves nobody out", "an empty list", report_with(without=[]))
right("report to nobody", "a page never makes it, a parser needs no opinion", report_with(to=[]))
right("answer", "names its case and what its author had seen", answer_with())
right("answer that has seen 16 messages", "the limit", answer_with(seen=_IDS[:MAX_SEEN]))
right("day of a u32", "decides nothing", report_with(day=2**32 - 1))

for _name in sorted(answer_with()):
    wrong(f"answer without {_name}", "every member is there", lacking(answer_with(), _name))
wrong("member of a newer version", "a newer version has a newer magic", report_with(extra=1))
wrong("list instead of an object", "not an object", [report_with()])
wrong("report that names a case", "its own id is the case's", report_with(case=b64(CASE)))
wrong("author of 31 bytes", "a key has 32", report_with(author=b64(bytes(31))))
wrong("author of null", "every message has one", report_with(author=None))
wrong("case in hex", "ids are base64url", answer_with(case=CASE.hex()))
wrong("case with padding", "base64url has none here", answer_with(case=b64(CASE) + "="))
wrong("case of null", "it is there or not, never null", answer_with(case=None))
wrong("roster of null", "every message was sealed by one", report_with(roster=None))
wrong("day as text", "a number", report_with(day="20600"))
wrong("day of true", "no number, though Python counts it as 1", report_with(day=True))
wrong("day below zero", "days are u32", report_with(day=-1))
wrong("day beyond a u32", "days are u32", report_with(day=2**32))
wrong("report in the feed", "each kind has its channel", report_with(channel="feed"))
wrong("answer in the dossier", "each kind has its channel", answer_with(channel="dossier"))
wrong("channel of null", "every message is in one", report_with(channel=None))
wrong("to out of order", "one set has one spelling", report_with(to=_two[::-1]))
wrong("to with someone twice", "one set has one spelling", report_with(to=[_two[0], _two[0]]))
wrong("to with a name", "identity keys, not names", report_with(to=["Secretaris"]))
wrong("to as text", "a list", report_with(to=_two[0]))
wrong("someone in to and without", "nobody is chosen and left out", report_with(to=_names(BESTUUR_2.identity)))
wrong("answer that leaves someone out", "only a report does", answer_with(without=_names(BESTUUR_2.identity)))
wrong("without as an object", "a list", report_with(without={}))
wrong("seen out of order", "one set has one spelling", answer_with(seen=[_IDS[1], _IDS[0]]))
wrong("seen with one twice", "one set has one spelling", answer_with(seen=[_IDS[0], _IDS[0]]))
wrong("seen of 17 messages", "above the limit", answer_with(seen=_IDS))
wrong(
    "seen in the order of bytes",
    "lists are ordered by their text",
    answer_with(seen=[b64(b"\x00" * 32), b64(b"\xd0" * 32), b64(b"\xf8" * 32)]),
)
wrong("files as an object", "a list", report_with(files={}))
wrong("file without a digest", "malformed to every version", report_with(files=[lacking(_FILE, "digest")]))
wrong("file with another member", "malformed to every version", report_with(files=[_FILE | {"path": "/"}]))
right("report with a file", "as a page makes it", report_with(files=[_FILE]))
right("report with two files", "they may be alike", report_with(files=[_FILE, _FILE]))
right("hundred files", "the most there are", report_with(files=[_FILE] * 100))
right("file with a name of 1000 bytes", "as encoded", report_with(files=[_FILE | {"name": '"' * 500}]))
right(
    "file with a name of nothing", "as whoever has none gives it", report_with(files=[_FILE | {"name": "", "type": ""}])
)
right("file of nothing", "an empty file", report_with(files=[_FILE | {"size": 0}]))
right(
    "file of as many bytes as a number holds",
    "the largest number there is",
    report_with(files=[_FILE | {"size": 2**53 - 1}]),
)
right("file with a path for a name", "no reader uses it as one", report_with(files=[_FILE | {"name": "../../x"}]))
right(
    "file with control characters in its name",
    "a reader shows none of them to a terminal",
    report_with(files=[_FILE | {"name": "a\x00\x1b[2J\r\n\u2066\u200f.txt"}]),
)
right("unknown kind with a file", "kept, with its file", answer_with(kind="hand-over", files=[_FILE]))
wrong("101 files", "above the limit", report_with(files=[_FILE] * 101))
wrong("file with a name of 1001 bytes", "above the limit", report_with(files=[_FILE | {"name": "x" * 1001}]))
wrong("file with a type of 101 bytes", "above the limit", report_with(files=[_FILE | {"type": "x" * 101}]))
wrong("file of less than nothing", "a size is a count", report_with(files=[_FILE | {"size": -1}]))
wrong("file of true bytes", "no number, though Python counts it as 1", report_with(files=[_FILE | {"size": True}]))
HEAD.add(
    "file of 2 to the 53 bytes",
    MALFORMED,
    "no number of JavaScript's",
    lambda: encode(report_with(files=[_FILE])).replace(b'"size":1,', b'"size":9007199254740992,'),
)
wrong("file with its size as text", "a number", report_with(files=[_FILE | {"size": "1"}]))
wrong("file with a digest of 31 bytes", "SHA-256 has 32", report_with(files=[_FILE | {"digest": b64(bytes(31))}]))
wrong("file with a name of null", "a text, if an empty one", report_with(files=[_FILE | {"name": None}]))
wrong("file as text", "an object", report_with(files=["a.txt"]))
wrong(
    "files of more bytes than a number holds",
    "their sum is a number too",
    report_with(files=[_FILE | {"size": 2**53 - 1}, _FILE]),
)
wrong(
    "opened with a file",
    "what has no text has no files",
    answer_with(kind="opened", body={}, files=[_FILE]),
)
wrong("body as text", "an object", report_with(body="Er verdwijnt geld"))
wrong("body as a list", "an object", report_with(body=[]))
