"""Bodies, SPEC 5: for each kind a right one, and others with one fault."""

from __future__ import annotations

from keys.wire.canonical import Json, b64
from tests.vectors.generator.messages import (
    ABOUT,
    ARCHIVE,
    ELSE,
    FILE,
    MAX_DAY,
    MAX_PEOPLE,
    MAX_SEEN,
    Members,
    ids,
    lacking,
    log,
    message,
    people,
    report,
    right,
    wrong,
)
from tests.vectors.generator.people import TODAY, seed

MAX_AFTER = 256
_ID = ids(1)[0]
_ENTERED: Members = {"author": b64(seed("entered by")), "signature": b64(seed("signature", 64)), "way": "phone"}
_WORDS = ("answer", "question", "acknowledgement", "feedback", "minutes", "closed")
_SHARE = log("share", {}, files=[ARCHIVE])

# Of each kind but the report a body that is right, by channel.
_THREAD: dict[str, Members] = {
    **{kind: {"text": "Dank je."} for kind in _WORDS},
    "opened": {},
    "request": {"people": people(1), "text": "Om te beginnen.", "to": "de politie", "what": "het bedrag"},
    "joined": {"people": people(2)},
    "stepped-back": {},
    "consent": {"after": ids(2), "answer": "yes", "people": people(2), "request": _ID},
    "agreed": {"answer": "no", "minutes": _ID, "text": "Het was dinsdag."},
    "identity": {"text": "Een naam."},
    "rating": {"answer": "partly", "text": ""},
    "report-withdrawn": {"text": ""},
    "left": {},
}
_DOSSIER: dict[str, Members] = {
    "note": {"text": "Even bellen."},
    "form": {"answers": {"wanneer": "2026-03-02"}, "form": "vordering"},
    "assigned": {"people": []},
    "informed": {"by": "Secretaris", "day": TODAY, "how": "telefoon", "people": people(1), "text": "Alles."},
    "category": {"category": "", "topic": "anders"},
    "revealed": {"message": _ID, "text": "Voor de aangifte."},
    "correction": {"field": "category", "text": "Een vergissing.", "value": "fraude"},
    "exported": {"identity": False, "text": "Voor de rechter.", "what": "case"},
    "exercise": {"text": "Een oefening."},
    "outcome": {"grounds": "", "measures": "", "outcome": "gegrond"},
    "retention": {"months": 24, "text": ""},
    "hold": {"text": "Er loopt een zaak.", "until": TODAY + 30},
    "purge": {"text": "Op verzoek."},
    "objection": {"message": _ID},
    "approval": {"message": _ID, "text": ""},
    "reopened": {"text": "Er is iets nieuws."},
}
_LOG: dict[str, Members] = {
    "arrived": {},
    "lacking": {"messages": ids(1)},
    "share": {},
    "log-accepted": {"digest": _ID, "place": 64},
}
_WITHOUT_CASE = ("arrived", "log-accepted")


def _head(kind: str, channel: str, body: Json) -> Members:
    """Return a head that is right but for its body, or its channel."""
    files: Json = [ARCHIVE] if kind == "share" else []
    made = message(kind, body, channel=channel, files=files, seen=[] if channel == "log" else ids(1))
    return lacking(made, "case") if kind in _WITHOUT_CASE else made


def _changed(kind: str, **changes: Json) -> Members:
    """Return a head of a kind whose body is changed."""
    for channel, bodies in (("thread", _THREAD), ("dossier", _DOSSIER), ("log", _LOG)):
        if kind in bodies:
            return _head(kind, channel, bodies[kind] | changes)
    raise AssertionError(kind)


for _channel, _bodies in (("thread", _THREAD), ("dossier", _DOSSIER), ("log", _LOG)):
    for _kind, _body in _bodies.items():
        _other = "dossier" if _channel == "thread" else "thread"
        if _kind != "answer":
            right(_kind, "as it is made", _head(_kind, _channel, _body))
        wrong(f"{_kind} in the {_other}", "each kind has its channel", _head(_kind, _other, _body))
        wrong(f"{_kind} with another member", "nothing that nobody reads is signed", _changed(_kind, extra=""))
        for _name in _body:
            wrong(
                f"{_kind} without {_name} in its body",
                "every member is there",
                _head(_kind, _channel, lacking(_body, _name)),
            )
            wrong(
                f"{_kind} with {_name} of a number below zero", "another type or bound", _changed(_kind, **{_name: -1})
            )
        if _kind not in (*_WORDS, "note", "share"):
            wrong(f"{_kind} with a file", "what has no text to read has no files", _changed(_kind) | {"files": [FILE]})
        if _kind not in (*_WITHOUT_CASE, "share"):
            wrong(f"{_kind} without a case", "it is about one", lacking(_changed(_kind), "case"))
wrong("log-accepted that names a case", "it is about all cases", _changed("log-accepted") | {"case": _ID})

# Report.
right("report about people on the roster", "persons", report({"about": ABOUT | {"people": people(2)}}))
right(
    "report about the board and others",
    "whom it is about",
    report({"about": ABOUT | {"board": True, "others": "Een ander"}}),
)
right("report that was entered", "who wrote it down, and how it came", report({"entered": _ENTERED}))
right("report of 12000 bytes", "the longest that the first class holds", report({"text": "a" * 12_000}))
right("report of 50000 quotes", "the longest text, as encoded", report({"text": '"' * 50_000}))
right(
    "report whose answers are the rest of 100000 bytes",
    "counted together",
    report({"answers": {"b": "c" * 99_993}, "text": "a"}),
)
right("report in a language with a region", "the tag of the page", report({"language": "pt-BR"}))
for _title, _changes in {
    "with another member": {"name": "x"},
    "with an empty text": {"text": ""},
    "of 100001 bytes": {"text": "a" * 100_001},
    "of 50001 quotes": {"text": '"' * 50_001},
    "with a short ML-KEM key": {"kem": b64(bytes(1183))},
    "with a long X25519 key": {"box": b64(bytes(33))},
    "with a mailbox of null": {"mailbox": None},
    "with a mailbox of 16 bytes": {"mailbox": b64(bytes(16))},
    "with a topic in upper case": {"topic": "Anders"},
    "with a topic and a newline": {"topic": "anders\n"},
    "with no topic": {"topic": ""},
    "with a language in words": {"language": "Nederlands"},
    "with a language of null": {"language": None},
    "with an answer of no text": {"answers": {"wanneer": ""}},
    "with an answer of a number": {"answers": {"wanneer": 1}},
    "with an answer to no id": {"answers": {"Wanneer": "a"}},
    "with answers as a list": {"answers": ["a"]},
    "whose answers take 100001 bytes with the text": {"answers": {"b": "c" * 99_994}, "text": "a"},
    "whose others take 100001 bytes with the text": {"about": ABOUT | {"others": "a"}, "text": "a" * 100_000},
    "about nothing": {"about": None},
    "about a place": {"about": ABOUT | {"people": [0]}},
    "about an identity key": {"about": ABOUT | {"people": ids(1)}},
    "about people out of order": {"about": ABOUT | {"people": people(2)[::-1]}},
    "about the same person twice": {"about": ABOUT | {"people": [*people(1), *people(1)]}},
    "about somebody whom its head does not name": {"about": ABOUT | {"people": ELSE}},
    "about 32 people": {"about": ABOUT | {"people": people(MAX_PEOPLE + 1)}},
    "about a board of 1": {"about": ABOUT | {"board": 1}},
    "about others of null": {"about": ABOUT | {"others": None}},
    "about others of 1001 bytes": {"about": ABOUT | {"others": "a" * 1001}},
    "with another member about whom": {"about": ABOUT | {"name": "x"}},
    "entered by a person": {"entered": _ENTERED | {"author": people(1)[0]}},
    "entered by nobody": {"entered": lacking(_ENTERED, "author")},
    "entered with a short signature": {"entered": _ENTERED | {"signature": b64(bytes(63))}},
    "entered without a signature": {"entered": lacking(_ENTERED, "signature")},
    "entered by fax": {"entered": _ENTERED | {"way": "fax"}},
    "entered as true": {"entered": True},
    "entered as an empty object": {"entered": {}},
    "entered with another member": {"entered": _ENTERED | {"day": TODAY}},
}.items():
    wrong(f"report {_title}", "SPEC 5.2", report(_changes))
for _name in report()["body"]:
    wrong(
        f"report without {_name} in its body",
        "every member is there",
        report() | {"body": lacking(report()["body"], _name)},
    )

# Words of the reporter.
right("consent to nobody new", "a request to tell somebody something", _changed("consent", after=[], people=[]))
right("consent without a request", "it names the people itself", _changed("consent", request=None))
right("consent refused", "a denial names no earlier one", _changed("consent", after=[], answer="no"))
right("consent withdrawn", "for the future", _changed("consent", after=[], answer="withdrawn"))
right("consent after 256 denials", "the limit", _changed("consent", after=ids(MAX_AFTER)))
wrong("consent after 257 denials", "above the limit", _changed("consent", after=ids(MAX_AFTER + 1)))
wrong("consent refused after a denial", "only a yes names denials", _changed("consent", answer="no"))
wrong("consent withdrawn after a denial", "only a yes names denials", _changed("consent", answer="withdrawn"))
wrong("consent about nobody and no request", "about nothing", _changed("consent", people=[], request=None))
wrong("consent of maybe", "yes, no or withdrawn", _changed("consent", answer="maybe"))
wrong("consent of true", "yes, no or withdrawn", _changed("consent", answer=True))
wrong("consent in upper case", "yes, no or withdrawn", _changed("consent", answer="Yes"))
wrong("consent about an identity key", "a person outlives their keys", _changed("consent", people=ids(1)))
wrong("consent about people out of order", "one set has one spelling", _changed("consent", people=people(2)[::-1]))
wrong("consent after denials out of order", "one set has one spelling", _changed("consent", after=ids(2)[::-1]))
wrong("consent to a request of 31 bytes", "an id has 32", _changed("consent", request=b64(bytes(31))))
right("agreed with all of it", "nothing is wrong in them", _changed("agreed", answer="yes", text=""))
wrong("agreed of partly", "yes or no", _changed("agreed", answer="partly"))
wrong("agreed to no minutes", "an id", _changed("agreed", minutes=None))
right("rating with a reason", "an asking message", _changed("rating", text="Het duurde lang."))
wrong("rating of withdrawn", "yes, partly or no", _changed("rating", answer="withdrawn"))
wrong("identity with an empty text", "empty is not a text", _changed("identity", text=""))

# Words of recipients.
for _kind in (*_WORDS, "note"):
    wrong(f"{_kind} with an empty text", "empty is not a text", _changed(_kind, text=""))
wrong("answer of 100001 bytes", "above the limit", _changed("answer", text="a" * 100_001))
right("answer with a file", "words may have files", _changed("answer") | {"files": [FILE]})
right("request about nobody", "to tell somebody something", _changed("request", people=[]))
wrong("request without words", "the words to tell", _changed("request", what=""))
wrong("joined of nobody", "at least one", _changed("joined", people=[]))
wrong("joined of 32 people", "more than a roster has", _changed("joined", people=people(MAX_PEOPLE + 1)))
wrong("joined of an identity key", "a person outlives their keys", _changed("joined", people=ids(1)))
wrong("joined of somebody twice", "one set has one spelling", _changed("joined", people=[*people(1), *people(1)]))
wrong("stepped back with a reason", "the reason goes into the dossier", _changed("stepped-back", text="a"))
wrong("form without an answer", "at least one", _changed("form", answers={}))
wrong("form of 100001 bytes", "above the limit, with quotes and colons", _changed("form", answers={"a": "b" * 99_995}))
right("form of 100000 bytes", "the limit", _changed("form", answers={"a": "b" * 99_994}))
wrong("assigned to an identity key", "a person outlives their keys", _changed("assigned", people=ids(1)))
wrong("informed of nobody", "at least one", _changed("informed", people=[]))
wrong("informed on a day of the year 10000", "no calendar shows it", _changed("informed", day=MAX_DAY + 1))
wrong("informed by 1001 bytes", "above the limit", _changed("informed", by="a" * 1001))
wrong("category with a newline", "an id or nothing", _changed("category", category="\n"))
wrong("category of no topic", "an id", _changed("category", topic=""))
wrong("revealed of no message", "an id", _changed("revealed", message=None))
wrong("revealed without a reason", "a text", _changed("revealed", text=""))
wrong("correction of no field", "an id", _changed("correction", field=""))
wrong("correction of 1001 bytes", "above the limit", _changed("correction", value="a" * 1001))
wrong("exported with an identity of 1", "true or false", _changed("exported", identity=1))
wrong("exercise without a reason", "a text", _changed("exercise", text=""))

# How a case ends.
right("retention of 120 months", "the limit of a policy", _changed("retention", months=120))
wrong("retention of 121 months", "above the limit", _changed("retention", months=121))
wrong("retention of no month", "below the limit", _changed("retention", months=0))
wrong("retention of true months", "no number, though Python counts it as 1", _changed("retention", months=True))
wrong(
    "retention until a day",
    "months, so that a policy can bound them",
    _head("retention", "dossier", {"text": "", "until": TODAY}),
)
wrong("retention with a reason of 1001 bytes", "above the limit", _changed("retention", text="a" * 1001))
right("hold until the last day", "9999-12-31", _changed("hold", until=MAX_DAY))
wrong("hold until the year 10000", "no calendar shows it", _changed("hold", until=MAX_DAY + 1))
wrong("hold without a reason", "a text", _changed("hold", text=""))
wrong("purge without a reason", "a text", _changed("purge", text=""))
wrong("objection to nothing", "an id", _changed("objection", message=None))
wrong("objection with a text", "an id alone", _changed("objection", text=""))
wrong("approval of 1001 bytes", "above the limit", _changed("approval", text="a" * 1001))
wrong("reopened of 1001 bytes", "above the limit", _changed("reopened", text="a" * 1001))

# The channel log.
right("share that answers an arrived", "the keys of all cases", lacking(_SHARE, "case"))
wrong("share without a file", "the archive has its keys", _SHARE | {"files": []})
wrong("share with two files", "one archive", _SHARE | {"files": [ARCHIVE, ARCHIVE]})
for _name, _value in {"name": "a", "type": "a", "size": 64 * 2**20 + 1}.items():
    wrong(
        f"share whose archive has another {_name}",
        "none, none, 64 MiB",
        _SHARE | {"files": [ARCHIVE | {_name: _value}]},
    )
wrong("share with keys in its body", "the archive has them", _changed("share", keys={_ID: _ID}))
wrong("share in the dossier", "a reporter shares too", _head("share", "dossier", {}))
wrong("share with a case of null", "it is there or not, never null", _SHARE | {"case": None})
right("lacking 64 messages", "as many as one message names", _changed("lacking", messages=ids(MAX_SEEN)))
wrong("lacking 65 messages", "above the limit", _changed("lacking", messages=ids(MAX_SEEN + 1)))
wrong("lacking nothing", "at least one", _changed("lacking", messages=[]))
wrong("lacking messages out of order", "one set has one spelling", _changed("lacking", messages=ids(2)[::-1]))
wrong("lacking the same message twice", "one set has one spelling", _changed("lacking", messages=[_ID, _ID]))
right("log accepted at place zero", "nothing is left of the log", _changed("log-accepted", place=0))
wrong("log accepted with a short digest", "SHA-256 has 32 bytes", _changed("log-accepted", digest=b64(bytes(31))))
wrong("log accepted at a place as text", "a number", _changed("log-accepted", place="64"))
for _gone in ("feed", "tombstone"):
    wrong(
        f"{_gone} without a case",
        "there is no such kind, so it is unknown and names a case",
        lacking(message(_gone, {}), "case"),
    )
