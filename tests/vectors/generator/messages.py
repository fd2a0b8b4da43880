"""Heads, SPEC 4.1: each member missing, extra, of another type, or at odds with the kind."""

from __future__ import annotations

from typing import Any

from keys.wire.canonical import Json, b64, encode
from keys.wire.plaintext import MAX_HEAD_SIZE
from tests.vectors.generator.people import TODAY, seed
from tests.vectors.generator.scenario import ACCEPTED, MALFORMED, Made, Subject

MESSAGE = Subject("message")
PERSON_SIZE = 16
MAX_PEOPLE = 31
MAX_SEEN = 64
MAX_DAY = 2_932_896
Members = dict[str, Any]


def ids(count: int, size: int = 32) -> list[str]:
    """Return ids as a list of the format has them: ascending by their text."""
    return sorted(b64(seed(f"{size} bytes, number {at}", size)) for at in range(count))


def people(count: int) -> list[str]:
    """Return so many persons."""
    return ids(count, PERSON_SIZE)


ELSE = [b64(seed("somebody else", PERSON_SIZE))]
FILE: Members = {"digest": b64(bytes(32)), "name": "a.txt", "size": 1, "type": "text/plain"}
ARCHIVE: Members = {"digest": b64(bytes(32)), "name": "", "size": 64 * 2**20, "type": ""}
ABOUT: Members = {"board": False, "others": "", "people": []}
REPORT: Members = {
    "about": ABOUT,
    "answers": {},
    "box": b64(seed("box")),
    "entered": None,
    "kem": b64(seed("kem", 1184)),
    "language": "nl",
    "mailbox": b64(seed("mailbox")),
    "text": "Er verdwijnt geld uit de kas.",
    "topic": "anders",
}


def message(kind: Json, body: Json, **changes: Json) -> Members:
    """Return the members of a message of a case, in the thread but for `changes`."""
    return {
        "author": b64(seed("author")),
        "body": body,
        "case": b64(seed("case")),
        "channel": "thread",
        "day": TODAY,
        "files": [],
        "kind": kind,
        "missing": [],
        "roster": b64(seed("roster")),
        "seen": ids(1),
        "to": people(2),
        "without": [],
        **changes,
    }


def report(body: Members | None = None, **changes: Json) -> Members:
    """Return the members of a report; `body` are changes to its body."""
    return lacking(message("report", {**REPORT, **(body or {})}, seen=[], **changes), "case")


def answer(**changes: Json) -> Members:
    """Return the members of an answer."""
    return message("answer", {"text": "Dank je."}) | changes


def log(kind: str, body: Members, **changes: Json) -> Members:
    """Return the members of a message of the channel `log`."""
    return message(kind, body, **{"channel": "log", "seen": [], **changes})


def lacking(members: Members, name: str) -> Members:
    """Return all members but one."""
    return {other: value for other, value in members.items() if other != name}


def wrong(title: str, comment: str, members: Json) -> None:
    """List a head that is refused."""
    MESSAGE.add(title, MALFORMED, comment, lambda: encode(members))


def right(title: str, comment: str, members: Members) -> None:
    """List a head that is accepted."""

    def made() -> Made:
        return encode(members), {"kind": str(members["kind"])}

    MESSAGE.add(title, ACCEPTED, comment, made)


_ARRIVED = lacking(log("arrived", {}), "case")

right("report", "as a page makes it", report())
right("report that leaves somebody out", "only a report does", report(without=ELSE))
right("report to nobody", "a page never makes it, a parser needs no opinion", report(to=[]))
right("report to 31 people", "the most entries of a roster", report(to=people(MAX_PEOPLE)))
right("answer", "names its case and the messages on the screen", answer())
right("answer with somebody missing", "a reader who could not be sealed to", answer(missing=ELSE))
right("answer that names 64 messages", "the limit", answer(seen=ids(MAX_SEEN)))
right("answer that names none", "a reader of a head has no opinion", answer(seen=[]))
right("day of the last year", "9999-12-31", answer(day=MAX_DAY))
right("day zero", "1970-01-01", answer(day=0))

for _name in sorted(answer()):
    wrong(f"answer without {_name}", "every member is there", lacking(answer(), _name))
wrong("member of a newer version", "nothing that nobody reads is signed", answer(extra=1))
wrong("list instead of an object", "not an object", [answer()])

wrong("report that names a case", "its own id is the case's", report() | {"case": b64(seed("case"))})
wrong("arrived that names a case", "it is about all cases", _ARRIVED | {"case": b64(seed("case"))})
wrong("case in hex", "ids are base64url", answer(case=seed("case").hex()))
wrong("case with padding", "base64url has none here", answer(case=b64(seed("case")) + "="))
wrong("case of null", "it is there or not, never null", answer(case=None))
wrong("arrived with a case of null", "it is there or not, never null", _ARRIVED | {"case": None})
wrong("author of 31 bytes", "a key has 32", answer(author=b64(bytes(31))))
wrong("author of null", "every message has one", answer(author=None))
wrong("author as a person", "a person signs nothing, a key does", answer(author=people(1)[0]))
wrong("roster of null", "every message was sealed by one", answer(roster=None))
wrong("body as text", "an object", answer(body="Dank je."))
wrong("body as a list", "an object", answer(body=[]))

wrong("day as text", "a number", answer(day=str(TODAY)))
wrong("day of true", "no number, though Python counts it as 1", answer(day=True))
wrong("day before 1970", "days count from 1970-01-01", answer(day=-1))
wrong("day of the year 10000", "no calendar shows it, so a case with it could not be shown", answer(day=MAX_DAY + 1))
wrong("day of a u32", "no calendar shows it, so a case with it could not be shown", answer(day=2**32 - 1))

wrong("channel feed", "thread, dossier or log", answer(channel="feed"))
wrong("channel of null", "every message is in one", answer(channel=None))
wrong("channel in upper case", "thread, dossier or log", answer(channel="Thread"))

for _name in ("to", "missing", "without", "seen"):
    _two = ids(2) if _name == "seen" else people(2)
    _base = report(to=[]) if _name == "without" else answer(to=[])
    wrong(f"{_name} out of order", "one set has one spelling", _base | {_name: _two[::-1]})
    wrong(f"{_name} with one twice", "one set has one spelling", _base | {_name: [_two[0], _two[0]]})
    wrong(f"{_name} as text", "a list", _base | {_name: _two[0]})
    wrong(f"{_name} as an object", "a list", _base | {_name: {}})
    wrong(f"{_name} of null", "a list, maybe an empty one", _base | {_name: None})
    wrong(f"{_name} with null", "an id", _base | {_name: [None]})
for _name in ("to", "missing", "without"):
    _base = report(to=[]) if _name == "without" else answer(to=[])
    wrong(f"{_name} with a name", "persons, not names", _base | {_name: ["Secretaris"]})
    wrong(f"{_name} with an identity key", "a person outlives their keys", _base | {_name: ids(1)})
    wrong(f"{_name} of 32 people", "more than a roster has", _base | {_name: people(MAX_PEOPLE + 1)})
wrong("seen of 65 messages", "above the limit", answer(seen=ids(MAX_SEEN + 1)))
wrong("seen with a person", "ids of messages", answer(seen=people(1)))
wrong(
    "seen in the order of bytes",
    "lists are ordered by their text",
    answer(seen=[b64(b"\x00" * 32), b64(b"\xd0" * 32), b64(b"\xf8" * 32)]),
)
wrong("somebody in to and missing", "sealed to, or not", answer(missing=people(2)[:1]))
wrong("somebody in to and without", "nobody is chosen and left out", report(without=people(2)[:1]))
wrong(
    "somebody in missing and without",
    "who could not be sealed to is a reader",
    report(missing=ELSE, without=ELSE),
)
wrong("answer that leaves somebody out", "only a report does", answer(without=ELSE))
wrong(
    "note that leaves somebody out",
    "only a report does",
    message("note", {"text": "a"}, channel="dossier", without=ELSE),
)
wrong("report that names a message", "it is the first of its case", report() | {"seen": ids(1)})
for _kind, _body in {"arrived": {}, "lacking": {"messages": ids(1)}, "share": {}}.items():
    _head = log(_kind, _body, seen=ids(1), files=[ARCHIVE] if _kind == "share" else [])
    wrong(
        f"{_kind} that names a message",
        "messages of the log name none and are never named",
        lacking(_head, "case") if _kind == "arrived" else _head,
    )

right("report with a file", "as a page makes it", report(files=[FILE]))
right("hundred files", "the most there are", answer(files=[FILE] * 100))
right("unknown kind", "kept, whatever object its body is", message("hand-over", {"a": [{"b": None}]}))
right("unknown kind in the dossier", "its channel is not known", message("plan", {}, channel="dossier"))
right("unknown kind in the log", "its channel is not known", log("plan", {}))
right("unknown kind with a file", "kept, with its file", message("hand-over", {}, files=[FILE]))
right("kind of 40 letters", "the limit", message("a" * 40, {}))
wrong("101 files", "above the limit", answer(files=[FILE] * 101))
wrong("files as an object", "a list", answer(files={}))
wrong("file without a digest", "malformed to every version", answer(files=[lacking(FILE, "digest")]))
wrong("unknown kind that leaves somebody out", "only a report does", message("hand-over", {}, without=ELSE))
wrong("unknown kind in the log that names a message", "no message of the log does", log("plan", {}, seen=ids(1)))
wrong("unknown kind without a case", "only known ones have none", lacking(message("plan", {}), "case"))
wrong("unknown kind in a channel that is none", "thread, dossier or log", message("plan", {}, channel="feed"))
wrong("unknown kind with a body of null", "an object", message("plan", None))
wrong("kind named as a member of every object", "a trap of JavaScript", lacking(message("constructor", {}), "case"))
wrong("kind root", "its label would be that of a root document", message("root", {}))
wrong("kind roster", "its label would be that of a roster", message("roster", {}))
wrong("kind bundle", "its label would be that of a bundle", message("bundle", {}))
wrong("kind in upper case", "letters are lower case", message("Answer", {"text": "a"}))
wrong("kind with a space", "a label would end elsewhere", message("answer ", {"text": "a"}))
wrong("kind with a newline at the end", "a pattern may overlook it", message("answer\n", {"text": "a"}))
wrong("kind that begins with a dash", "a letter comes first", message("-answer", {}))
wrong("kind with a digit", "letters and dashes", message("answer2", {}))
wrong("kind of 41 letters", "above the limit", message("a" * 41, {}))
wrong("kind of nothing", "no name", message("", {}))
wrong("kind of null", "no name", message(None, {}))
_room = MAX_HEAD_SIZE - len(encode(message("hand-over", {"a": ""})))
right("head of the longest size", "262,076 bytes", message("hand-over", {"a": "b" * _room}))
wrong("head longer than the limit", "262,077 bytes", message("hand-over", {"a": "b" * (_room + 1)}))
